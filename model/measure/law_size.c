/* law_size.c - how large the walk of an output law is, before it starts; see law.h. */
#include "model/measure/law.h"

#include <stdlib.h>

#include "model/measure/contest.h"
#include "model/numeric/arena.h"

/* Ways to take one step, over all sets of masks it may start from; the context moves on one way. */
static double ways_of_step(int *context, const struct mg_order_view *view, size_t *left,
                           size_t *total, struct mg_selection *pick)
{
    double ways = 1.0;

    if (*left == 0) { /* a new block, or the row */
        *total = mg_order_candidates(pick->pool, NULL, view);
        *left = *total;
    }
    mg_order_select(pick, view);
    if (pick->n_pool > 0) {
        ways = mg_choose(*total, pick->n_pool) * mg_choose(pick->n_pool, pick->take);
    }
    for (size_t i = 0; i < pick->take; i++) {
        context[pick->pool[i]] = 0;
    }
    for (size_t i = 0; i < pick->n_sure; i++) {
        context[pick->sure[i]] = 0;
    }
    *left -= pick->n_sure + pick->take;
    return ways;
}

double mg_law_moves(const struct mg_source *source, const struct mg_sampler *sampler,
                    const int *prompt)
{
    const double support = mg_source_support_size(source);
    struct mg_sampler blind = *sampler;
    int *context = mg_allocate(source->length, sizeof(context[0]));
    bool *given = mg_allocate(source->length, sizeof(given[0]));
    struct mg_selection pick = {.sure = mg_allocate(source->length, sizeof(size_t)),
                                .pool = mg_allocate(source->length, sizeof(size_t))};
    const struct mg_order_view view = {.sampler = &blind,
                                       .length = source->length,
                                       .vocab = source->vocab,
                                       .context = context,
                                       .prompt = given};
    size_t masked = 0;
    size_t left = 0;
    size_t total = 0;
    double ways = 0.0;

    for (size_t i = 0; i < source->length; i++) {
        context[i] = prompt == NULL ? MG_MASK : prompt[i];
        given[i] = context[i] != MG_MASK;
        masked += context[i] == MG_MASK;
    }
    if (sampler->order->looks_at_drawn) { /* any of the masked positions may win */
        blind.order = mg_order_find("random");
    }
    while (masked > 0 && !blind.order->looks_at_probs) {
        ways += ways_of_step(context, &view, &left, &total, &pick);
        masked -= pick.n_sure + pick.take;
    }
    free(pick.pool);
    free(pick.sure);
    free(given);
    free(context);
    return support * (ways > 0.0 ? ways : 1.0);
}

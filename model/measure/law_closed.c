/* law_closed.c - closed forms of a sampler's error with a perfect predictor; see law_estimate.h. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/measure/law_estimate.h"
#include "model/measure/set_entropy.h"
#include "model/numeric/arena.h"

/*
 * Steps of an order that looks at nothing: group_of (L) the step of each position, sizes (L) of
 * the steps. Where positions are chosen at random the first of the pool are taken, so that only
 * the sizes mean something: *by_chance. Returns how many steps.
 */
static size_t list_steps(size_t *group_of, size_t *sizes, bool *by_chance,
                         const struct mg_sampler *sampler, size_t length)
{
    int *context = mg_allocate(length, sizeof(context[0]));
    struct mg_selection pick = {.sure = mg_allocate(length, sizeof(size_t)),
                                .pool = mg_allocate(length, sizeof(size_t))};
    const struct mg_order_view view = {.sampler = sampler, .length = length, .context = context};
    size_t revealed = 0;
    size_t n = 0;

    for (size_t i = 0; i < length; i++) {
        context[i] = MG_MASK;
    }
    for (*by_chance = false; revealed < length; n++) {
        mg_order_select(&pick, &view);
        *by_chance = *by_chance || pick.n_pool > 0;
        for (size_t i = 0; i < pick.take; i++) {
            pick.sure[pick.n_sure++] = pick.pool[i];
        }
        for (size_t i = 0; i < pick.n_sure; i++) {
            group_of[pick.sure[i]] = n;
            context[pick.sure[i]] = 0;
        }
        sizes[n] = pick.n_sure;
        revealed += pick.n_sure;
    }
    free(pick.pool);
    free(pick.sure);
    free(context);
    return n;
}

/* What each step loses on average over random orders: sum_{r<s} (h_N - h_{N+r}). */
static void fill_mean_over_orders(struct mg_law_estimate *estimate, const size_t *sizes,
                                  const struct mg_set_entropy *entropy, size_t length)
{
    double *h_nats = mg_allocate(length, sizeof(h_nats[0]));
    size_t revealed = 0;

    mg_information_curve(h_nats, entropy);
    for (size_t t = 0; t < estimate->n_steps; t++) {
        estimate->steps[t].order_nats = (double)NAN;
        for (size_t r = 0; r < sizes[t]; r++) {
            estimate->steps[t].factorization_nats += h_nats[revealed] - h_nats[revealed + r];
        }
        revealed += sizes[t];
    }
    estimate->kind = "path_bound";
    estimate->order_nats = (double)NAN;
    free(h_nats);
}

static void fill_fixed(struct mg_law_estimate *estimate, const size_t *group_of,
                       const struct mg_set_entropy *entropy)
{
    double *nats = mg_allocate(estimate->n_steps, sizeof(nats[0]));

    mg_partition_steps_nats(nats, entropy, group_of, estimate->n_steps);
    for (size_t t = 0; t < estimate->n_steps; t++) {
        estimate->steps[t].factorization_nats = nats[t];
    }
    estimate->kind = "closed_form";
    free(nats);
}

bool mg_law_factorization(struct mg_law_estimate **estimate, const struct mg_source *source,
                          const struct mg_sampler *sampler)
{
    const size_t length = source->length;
    struct mg_error ignored = {0};
    struct mg_set_entropy *entropy;
    struct mg_law_estimate *made;
    size_t *group_of;
    size_t *sizes;
    bool by_chance;
    bool applies;

    if (sampler->order->looks_at_probs || mg_set_entropy_check(source, "law", &ignored) != MG_OK) {
        return false;
    }
    group_of = mg_allocate(length, sizeof(group_of[0]));
    sizes = mg_allocate(length, sizeof(sizes[0]));
    made = mg_allocate(1, sizeof(*made));
    made->n_steps = list_steps(group_of, sizes, &by_chance, sampler, length);
    made->nfe = (double)made->n_steps;
    made->kl_se_nats = (double)NAN;
    made->model_se_nats = (double)NAN;
    made->steps = mg_allocate(made->n_steps, sizeof(made->steps[0]));
    applies = !by_chance || sampler->block == 0;
    if (applies) {
        entropy = mg_set_entropy_new(source);
        if (by_chance) {
            fill_mean_over_orders(made, sizes, entropy, length);
        } else {
            fill_fixed(made, group_of, entropy);
        }
        mg_set_entropy_free(entropy);
        for (size_t t = 0; t < made->n_steps; t++) {
            made->factorization_nats += made->steps[t].factorization_nats;
        }
        made->kl_nats = made->factorization_nats;
        *estimate = made;
    } else {
        mg_law_estimate_free(made);
    }
    free(sizes);
    free(group_of);
    return applies;
}

bool mg_law_closed(struct mg_law_estimate **estimate, const struct mg_predictor *predictor,
                   const struct mg_source *source, const struct mg_sampler *sampler)
{
    return mg_predictor_is_oracle(predictor, source) && sampler->temperature >= 1.0 &&
           sampler->temperature <= 1.0 && mg_law_factorization(estimate, source, sampler);
}

void mg_law_replace_factorization(struct mg_law_estimate *estimate,
                                  const struct mg_law_estimate *exact)
{
    assert(estimate->n_steps == exact->n_steps);
    for (size_t t = 0; t < estimate->n_steps; t++) {
        estimate->steps[t].factorization_nats = exact->steps[t].factorization_nats;
    }
    estimate->factorization_nats = exact->factorization_nats;
    estimate->kl_nats = estimate->factorization_nats + estimate->model_nats;
    estimate->kl_se_nats = estimate->model_se_nats;
}

void mg_law_estimate_free(struct mg_law_estimate *estimate)
{
    if (estimate != NULL) {
        free(estimate->steps);
        free(estimate);
    }
}

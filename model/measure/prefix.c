/* prefix.c - which questions a causal network can answer: the token after a revealed prefix. */
#include "model/measure/measure.h"

#include <stdlib.h>

#include "model/diffusion/corrector.h"
#include "model/measure/kinds.h"
#include "model/numeric/arena.h"

/* The first masked position of a context (L), or L where a token stands after a mask. */
static size_t prefix_of(const int *context, size_t length)
{
    size_t first = 0;

    while (context != NULL && first < length && context[first] != MG_MASK) {
        first++;
    }
    for (size_t i = first; context != NULL && i < length; i++) {
        if (context[i] != MG_MASK) {
            return length;
        }
    }
    return first;
}

/* Whether a rule that looks at nothing reveals the first masked position, alone, at every step. */
static bool reveals_one_by_one(const struct mg_sampler *sampler, const int *prompt, size_t length)
{
    int *context = mg_allocate(length, sizeof(context[0]));
    bool *given = mg_allocate(length, sizeof(given[0]));
    struct mg_selection pick = {.sure = mg_allocate(length, sizeof(size_t)),
                                .pool = mg_allocate(length, sizeof(size_t))};
    const struct mg_order_view view = {
        .sampler = sampler, .length = length, .context = context, .prompt = given};
    const size_t first = prefix_of(prompt, length);
    bool fine = true;

    for (size_t i = 0; i < length; i++) {
        context[i] = i < first ? 0 : MG_MASK;
        given[i] = i < first;
    }
    for (size_t i = first; i < length && fine; i++) {
        mg_order_select(&pick, &view);
        fine = pick.n_sure + pick.take == 1 && pick.n_pool <= 1 &&
               (pick.n_sure == 1 ? pick.sure[0] : pick.pool[0]) == i;
        context[i] = 0;
    }
    free(pick.pool);
    free(pick.sure);
    free(given);
    free(context);
    return fine;
}

bool mg_samplers_ask_prefixes(const struct mg_measure_spec *spec, const struct mg_source *source)
{
    bool fine = prefix_of(spec->context, source->length) < source->length;

    for (size_t i = 0; i < spec->n_samplers && fine; i++) {
        const struct mg_sampler *sampler = &spec->samplers[i];

        fine = !sampler->order->looks_at_probs && !sampler->order->looks_at_drawn &&
               mg_corrector_form(sampler) == MG_CORRECTOR_NONE && sampler->draft == 0 &&
               reveals_one_by_one(sampler, spec->context, source->length);
    }
    return fine;
}

bool mg_target_follows_prefix(const struct mg_measure_spec *spec, const struct mg_source *source)
{
    const size_t first = prefix_of(spec->context, source->length);

    return first < source->length && spec->n_targets == 1 && spec->targets[0] == first;
}

bool mg_asks_no_network(const struct mg_measure_spec *spec, const struct mg_source *source)
{
    (void)spec;
    (void)source;
    return true;
}

enum mg_status mg_measure_check_causal(const struct mg_measure *measure,
                                       const struct mg_measure_spec *spec,
                                       const struct mg_source *source, struct mg_error *err)
{
    if (measure->prefixes_alone == NULL) {
        return mg_fail(err, MG_EUSAGE,
                       "%s: a causal network predicts only the token after a revealed prefix, and "
                       "this measure asks for more",
                       measure->kind);
    }
    if (!measure->prefixes_alone(spec, source)) {
        return mg_fail(err, MG_EUSAGE,
                       "%s: a causal network predicts only the token after a revealed prefix: the "
                       "context must be one, and samplers left_to_right with per_step 1 (joint: "
                       "one target, the first mask)",
                       measure->kind);
    }
    return MG_OK;
}

/* prefix.c - which questions a network that sees no suffix can answer: what follows a prefix. */
#include "model/measure/measure.h"

#include <stdlib.h>

#include "model/diffusion/corrector.h"
#include "model/measure/kinds.h"
#include "model/numeric/arena.h"

/*
 * A context (L, NULL: all masked) as a network that sees no suffix can be asked about it: where the
 * block of its first mask begins, if there is a mask and no token stands behind that block; else L.
 */
static size_t block_at(const int *context, size_t length, size_t block)
{
    size_t first = 0;
    size_t begin;

    while (context != NULL && first < length && context[first] != MG_MASK) {
        first++;
    }
    begin = first - first % block;
    for (size_t i = begin + block; context != NULL && i < length; i++) {
        if (context[i] != MG_MASK) {
            return length;
        }
    }
    return first < length ? begin : length;
}

/* Whether a rule that looks at nothing stays in the block of the first mask at every step. */
static bool stays_in_blocks(const struct mg_sampler *sampler, const int *prompt, size_t length,
                            size_t block)
{
    int *context = mg_allocate(length, sizeof(context[0]));
    bool *given = mg_allocate(length, sizeof(given[0]));
    struct mg_selection pick = {.sure = mg_allocate(length, sizeof(size_t)),
                                .pool = mg_allocate(length, sizeof(size_t))};
    const struct mg_order_view view = {
        .sampler = sampler, .length = length, .context = context, .prompt = given};
    bool fine = true;

    for (size_t i = 0; i < length; i++) {
        given[i] = prompt != NULL && prompt[i] != MG_MASK;
        context[i] = given[i] ? 0 : MG_MASK;
    }
    for (size_t begin = block_at(context, length, block); begin < length && fine;
         begin = block_at(context, length, block)) {
        mg_order_select(&pick, &view);
        for (size_t i = 0; i < pick.n_sure; i++) {
            fine = fine && pick.sure[i] < begin + block;
            context[pick.sure[i]] = 0;
        }
        for (size_t i = 0; i < pick.n_pool; i++) {
            fine = fine && pick.pool[i] < begin + block;
            context[pick.pool[i]] = i < pick.take ? 0 : MG_MASK;
        }
    }
    free(pick.pool);
    free(pick.sure);
    free(given);
    free(context);
    return fine;
}

bool mg_samplers_ask_prefixes(const struct mg_measure_spec *spec, const struct mg_source *source,
                              size_t block)
{
    bool fine = block_at(spec->context, source->length, block) < source->length;

    for (size_t i = 0; i < spec->n_samplers && fine; i++) {
        const struct mg_sampler *sampler = &spec->samplers[i];
        const bool confined =
            sampler->block > 0 && block % sampler->block == 0 && !sampler->block_from_prompt;

        fine = !(sampler->guidance > 0.0) && mg_corrector_form(sampler) == MG_CORRECTOR_NONE &&
               sampler->draft == 0 &&
               (confined || (!sampler->order->looks_at_probs && !sampler->order->looks_at_drawn &&
                             stays_in_blocks(sampler, spec->context, source->length, block)));
    }
    return fine;
}

bool mg_targets_follow_prefix(const struct mg_measure_spec *spec, const struct mg_source *source,
                              size_t block)
{
    const size_t begin = block_at(spec->context, source->length, block);
    bool fine = begin < source->length;

    for (size_t i = 0; i < spec->n_targets && fine; i++) {
        fine = spec->targets[i] < begin + block;
    }
    return fine;
}

bool mg_asks_no_network(const struct mg_measure_spec *spec, const struct mg_source *source,
                        size_t block)
{
    (void)spec;
    (void)source;
    (void)block;
    return true;
}

enum mg_status mg_measure_check_prefixes(const struct mg_measure *measure,
                                         const struct mg_measure_spec *spec,
                                         const struct mg_source *source, size_t block,
                                         struct mg_error *err)
{
    if (measure->prefixes_alone != NULL && measure->prefixes_alone(spec, source, block)) {
        return MG_OK;
    }
    if (block > 1) {
        return mg_fail(err, MG_EUSAGE,
                       "%s: a network of block diffusion predicts only the block of %zu after a "
                       "revealed prefix: the context must be one, and samplers confined to such "
                       "blocks from the left, unguided (joint: targets in the first)",
                       measure->kind, block);
    }
    return mg_fail(err, MG_EUSAGE,
                   measure->prefixes_alone == NULL
                       ? "%s: a causal network predicts only the token after a revealed prefix, "
                         "and this measure asks for more"
                       : "%s: a causal network predicts only the token after a revealed prefix: "
                         "the context must be one, and samplers left_to_right with per_step 1, "
                         "unguided (joint: one target, the first mask)",
                   measure->kind);
}

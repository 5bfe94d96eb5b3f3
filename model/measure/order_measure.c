/*
 * order_measure.c - the measure `order`: how autoregressive each sampler decodes; see arness.h.
 *
 * Prompts: the given context, or of a fresh draw from the source `left` and `right` tokens at the
 * ends and `middle` of them in the middle (none by default). Means over draws; rows of
 * `information` are named SAMPLER.QUANTITY and SAMPLER.QUANTITY_chance, the level of random orders
 * with the same sizes, blocks and prompts. Rows of `reveals` say when each position is revealed; on
 * text the words that were drawn are counted (lexicon.h).
 */
#include "model/measure/kinds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/diffusion/corrector.h"
#include "model/diffusion/sampler.h"
#include "model/measure/order_rows.h"
#include "model/numeric/arena.h"

enum { DRAWS_DEFAULT = 256, DRAWS_AT_ONCE = 256 };

/* Whether a position is given in prompts that are drawn; the middle one's surplus is on the right.
 */
static bool is_drawn(const struct mg_measure_spec *spec, size_t length, size_t i)
{
    const size_t middle = length > spec->middle ? (length - spec->middle) / 2 : 0;

    return i < spec->left || i + spec->right >= length ||
           (i >= middle && i < middle + spec->middle);
}

static enum mg_status order_check(const struct mg_measure_spec *spec,
                                  const struct mg_source *source, struct mg_error *err)
{
    size_t masked = 0;

    if (spec->n_samplers == 0) {
        return mg_fail(err, MG_EUSAGE, "order: no samplers");
    }
    if (spec->left_tokens != NULL || spec->right_tokens != NULL) {
        return mg_fail(err, MG_EUSAGE,
                       "order: left and right are numbers of tokens, drawn from "
                       "the source; a literal prompt is the context");
    }
    if (spec->context != NULL && spec->left + spec->right + spec->middle > 0) {
        return mg_fail(err, MG_EUSAGE,
                       "order: the context is the prompt, so left, right and "
                       "middle must be 0");
    }
    for (size_t s = 0; s < spec->n_samplers; s++) {
        const enum mg_corrector_form form = mg_corrector_form(&spec->samplers[s]);

        if (form == MG_CORRECTOR_REMASK || form == MG_CORRECTOR_REMASK_DOUBT) {
            return mg_fail(err, MG_EUSAGE,
                           "order: %s masks tokens again, so a position has no one step",
                           spec->samplers[s].name);
        }
    }
    for (size_t i = 0; i < source->length; i++) {
        masked += spec->context == NULL ? !is_drawn(spec, source->length, i)
                                        : spec->context[i] == MG_MASK;
    }
    if (masked == 0) {
        return mg_fail(err, MG_EUSAGE, "order: the prompt leaves no mask to reveal");
    }
    if (spec->context != NULL && mg_source_has_oracle(source) &&
        !isfinite(mg_source_log_mass(source, spec->context))) {
        return mg_fail(err, MG_EUSAGE, "order: the context has probability zero in the source");
    }
    return MG_OK;
}

/* The prompt of a draw, row (L) out; draw d uses element d of the order stream. */
static void write_prompt(int *row, const struct mg_measure_input *input, size_t draw)
{
    const struct mg_measure_spec *spec = input->spec;
    const size_t length = input->source->length;

    if (spec->context != NULL) {
        memcpy(row, spec->context, length * sizeof(row[0]));
        return;
    }
    if (spec->left + spec->right + spec->middle > 0) {
        struct mg_rng rng = mg_rng_at(input->streams->order, draw, 0);

        mg_source_draw_held_out(input->source, &rng, row);
    }
    for (size_t i = 0; i < length; i++) {
        row[i] = is_drawn(spec, length, i) ? row[i] : MG_MASK;
    }
}

/* All draws of one sampler. */
static void order_of_one(struct mg_order_rows *rows, const struct mg_measure_input *input,
                         const struct mg_sampler *sampler, size_t draws)
{
    const size_t length = input->source->length;
    int *tokens = mg_allocate(DRAWS_AT_ONCE * length, sizeof(tokens[0]));
    int *step_of = mg_allocate(DRAWS_AT_ONCE * length, sizeof(step_of[0]));
    bool *given = mg_allocate(length, sizeof(given[0]));
    struct mg_predictor *steered;
    struct mg_predictor *heard;
    size_t first;

    write_prompt(tokens, input, 0); /* all prompts give the same positions */
    for (size_t i = 0; i < length; i++) {
        given[i] = tokens[i] != MG_MASK;
    }
    first = mg_order_first_block(sampler, given, length);
    heard = mg_sampler_hear(&steered, input->predictor, sampler, tokens);
    for (size_t from = 0; from < draws; from += DRAWS_AT_ONCE) {
        const size_t some = draws - from < DRAWS_AT_ONCE ? draws - from : DRAWS_AT_ONCE;

        for (size_t d = 0; d < some; d++) {
            write_prompt(tokens + d * length, input, from + d);
        }
        mg_sample_rows(tokens, step_of, NULL, heard, sampler, some, input->streams->sample, from);
        for (size_t d = 0; d < some; d++) {
            mg_order_rows_add(rows, tokens + d * length, step_of + d * length, sampler->block,
                              first);
        }
    }
    mg_order_rows_emit(rows, input->sink, sampler->name);
    mg_predictor_free(steered);
    free(given);
    free(step_of);
    free(tokens);
}

static enum mg_status order_run(const struct mg_measure_input *input, struct mg_error *err)
{
    const size_t draws = input->spec->draws == 0 ? DRAWS_DEFAULT : input->spec->draws;
    struct mg_order_rows *rows = mg_order_rows_new(input->source);

    (void)err;
    for (size_t s = 0; s < input->spec->n_samplers; s++) {
        order_of_one(rows, input, &input->spec->samplers[s], draws);
    }
    mg_order_rows_free(rows);
    return MG_OK;
}

const struct mg_measure mg_measure_order = {
    .kind = "order",
    .help = "how autoregressive each sampler decodes (leftmost, successor, Kendall tau), beside "
            "chance; when each position is revealed",
    .check = order_check,
    .run = order_run,
};

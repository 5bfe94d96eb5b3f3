/*
 * top.c - the measure `top`: what a predictor says at each mask, where V is too large to list all.
 *
 * Rows of `marginals` for the `top` likeliest tokens and the watched ones at each masked position;
 * of `distance_curves` (side "none", "left", "right" or "both", by where revealed tokens stand)
 *   entropy_nats   of the whole distribution
 *   top1           its largest probability
 *   tail_mass      of the tokens that are not among the likeliest
 *   watched_mass   of the watched tokens together: end of text, function words
 * each beside the exact value where the source has an oracle. One prediction.
 */
#include "model/measure/kinds.h"

#include <math.h>
#include <stdlib.h>

#include "model/numeric/arena.h"
#include "model/predictor/outlook.h"

/* What is known at each masked position. */
struct seen {
    struct mg_outlook outlook;
    int *tokens;
    double *probs, *tail, *entropy_nats, *watched_nats;
};

static void seen_new(struct seen *seen, const struct mg_measure_spec *spec, size_t length)
{
    *seen = (struct seen){.tokens = mg_allocate(length * spec->top, sizeof(int)),
                          .probs = mg_allocate(length * spec->top, sizeof(double)),
                          .tail = mg_allocate(length, sizeof(double)),
                          .entropy_nats = mg_allocate(length, sizeof(double)),
                          .watched_nats = mg_allocate(length * spec->n_watch + 1, sizeof(double))};
    seen->outlook = (struct mg_outlook){.k = spec->top,
                                        .chosen = spec->watch,
                                        .n_chosen = spec->n_watch,
                                        .tokens = seen->tokens,
                                        .probs = seen->probs,
                                        .tail = seen->tail,
                                        .entropy_nats = seen->entropy_nats,
                                        .chosen_nats = seen->watched_nats};
}

static void seen_free(struct seen *seen)
{
    free(seen->tokens);
    free(seen->probs);
    free(seen->tail);
    free(seen->entropy_nats);
    free(seen->watched_nats);
}

static enum mg_status top_check(const struct mg_measure_spec *spec, const struct mg_source *source,
                                struct mg_error *err)
{
    if (spec->top > source->vocab) {
        return mg_fail(err, MG_EUSAGE, "top: the %zu likeliest of %zu tokens", spec->top,
                       source->vocab);
    }
    return MG_OK;
}

static double watched_mass(const struct seen *seen, size_t k)
{
    double mass = 0.0;

    for (size_t w = 0; w < seen->outlook.n_chosen; w++) {
        mass += exp(seen->watched_nats[k * seen->outlook.n_chosen + w]);
    }
    return mass;
}

/* The likeliest tokens at the k-th mask, position i, and the watched ones that are not of them. */
static void emit_marginals(struct mg_sink *sink, const struct seen *model, const double *exact,
                           size_t k, size_t i)
{
    const size_t top = model->outlook.k;
    const int known = exact != NULL;

    for (size_t t = 0; t < top; t++) {
        const int *token = &model->tokens[k * top + t];
        MG_EMIT(sink, MG_TABLE_marginals, mg_int((int64_t)i), mg_tokens(token, 1),
                mg_real(model->probs[k * top + t]), mg_real_if(known, known ? exact[*token] : 0.0));
    }
    for (size_t w = 0; w < model->outlook.n_chosen; w++) {
        const int *token = &model->outlook.chosen[w];
        bool listed = false;
        for (size_t t = 0; t < top; t++) {
            listed = listed || model->tokens[k * top + t] == *token;
        }
        if (!listed) {
            MG_EMIT(sink, MG_TABLE_marginals, mg_int((int64_t)i), mg_tokens(token, 1),
                    mg_real(exp(model->watched_nats[k * model->outlook.n_chosen + w])),
                    mg_real_if(known, known ? exact[*token] : 0.0));
        }
    }
}

/* Distance to the nearest revealed token, 0 where nothing is revealed; the sides that have one. */
static size_t distance_of(const int *row, size_t length, size_t i)
{
    for (size_t d = 1; d < length; d++) {
        if ((i >= d && row[i - d] != MG_MASK) || (i + d < length && row[i + d] != MG_MASK)) {
            return d;
        }
    }
    return 0;
}

static const char *side_of(const int *row, size_t length, size_t i)
{
    static const char *const sides[2][2] = {{"none", "right"}, {"left", "both"}};
    bool left = false;
    bool right = false;

    for (size_t j = 0; j < length; j++) {
        left = left || (j < i && row[j] != MG_MASK);
        right = right || (j > i && row[j] != MG_MASK);
    }
    return sides[left][right];
}

static void emit_curves(struct mg_sink *sink, const struct seen *model, const struct seen *exact,
                        size_t k, const int *row, size_t length, size_t i)
{
    const char *const names[] = {"entropy_nats", "top1", "tail_mass", "watched_mass"};
    double values[2][4] = {{0.0}};

    for (size_t e = 0; e < 2; e++) {
        const struct seen *seen = e == 0 ? model : exact;
        if (seen != NULL) {
            values[e][0] = seen->entropy_nats[k];
            values[e][1] = seen->probs[k * seen->outlook.k];
            values[e][2] = seen->tail[k];
            values[e][3] = watched_mass(seen, k);
        }
    }
    for (size_t q = 0; q < 4; q++) {
        MG_EMIT(sink, MG_TABLE_distance_curves, mg_text(side_of(row, length, i)),
                mg_int((int64_t)i), mg_int((int64_t)distance_of(row, length, i)), mg_text(names[q]),
                mg_real(values[0][q]), mg_real_if(exact != NULL, values[1][q]), mg_null());
    }
}

static enum mg_status top_run(const struct mg_measure_input *input, struct mg_error *err)
{
    const struct mg_source *source = input->source;
    const size_t V = source->vocab;
    const bool known = mg_source_has_oracle(source);
    double *truth = known ? mg_allocate(source->length * V, sizeof(*truth)) : NULL;
    int *row = mg_allocate(source->length, sizeof(*row));
    struct seen model;
    struct seen exact;
    size_t k = 0;

    (void)err;
    for (size_t i = 0; i < source->length; i++) {
        row[i] = input->spec->context == NULL ? MG_MASK : input->spec->context[i];
    }
    seen_new(&model, input->spec, source->length);
    seen_new(&exact, input->spec, source->length);
    (void)mg_predict_outlook(input->predictor, &model.outlook, row, row);
    if (known) { /* the context was checked: it occurs */
        (void)mg_source_conditionals(source, row, truth);
    }
    for (size_t i = 0; i < source->length; i++) {
        if (row[i] != MG_MASK) {
            continue;
        }
        if (known) {
            mg_outlook_from_probs(&exact.outlook, k, truth + i * V, V);
        }
        emit_marginals(input->sink, &model, known ? truth + i * V : NULL, k, i);
        emit_curves(input->sink, &model, known ? &exact : NULL, k, row, source->length, i);
        k++;
    }
    seen_free(&exact);
    seen_free(&model);
    free(row);
    free(truth);
    return MG_OK;
}

const struct mg_measure mg_measure_top = {
    .kind = "top",
    .help = "the likeliest tokens at each mask with the mass of the others and of watched tokens, "
            "entropy against distance: for large vocabularies",
    .check = top_check,
    .run = top_run,
};

/* distance.c - the measure `distance`: what is asked, contexts around a run of masks. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/measure/batch.h"
#include "model/measure/distance_rows.h"
#include "model/measure/kinds.h"
#include "model/measure/measure.h"

static const double CELLS_MAX = 67108864.0; /* 2^26 probabilities kept, 512 MB */

static struct mg_distance_layout layout_of(const struct mg_measure_spec *spec, size_t length)
{
    const struct mg_distance_layout layout = {
        .left = spec->left,
        .right = spec->right,
        .run = spec->run > 0 ? spec->run : length - spec->left - spec->right,
    };
    return layout;
}

/* All masks, with the literal tokens of the entry where it has some; returns how many. */
static size_t fill_literals(int *row, const struct mg_measure_spec *spec,
                            const struct mg_distance_layout *layout, size_t length)
{
    size_t given = 0;

    for (size_t i = 0; i < length; i++) {
        row[i] = MG_MASK;
    }
    if (spec->left_tokens != NULL) {
        memcpy(row, spec->left_tokens, layout->left * sizeof(*row));
        given += layout->left;
    }
    if (spec->right_tokens != NULL) {
        memcpy(row + layout->left + layout->run, spec->right_tokens, layout->right * sizeof(*row));
        given += layout->right;
    }
    return given;
}

static bool is_context(const struct mg_distance_layout *layout, size_t i)
{
    const size_t end = layout->left + layout->run;

    return i < layout->left || (i >= end && i < end + layout->right);
}

/*
 * Fill the context positions of row that are still masked, from the law given the others. Without
 * literals (or without an oracle that could condition on them) a whole sequence is drawn.
 */
static void draw_context(int *row, const struct mg_source *source,
                         const struct mg_distance_layout *layout, bool literal, struct mg_rng *rng)
{
    const size_t cells = source->length * source->vocab;
    int *whole = calloc(source->length, sizeof(*whole));
    double *probs = calloc(cells, sizeof(*probs));
    bool possible = true;

    assert(whole != NULL);
    assert(probs != NULL);
    literal = literal && mg_source_has_oracle(source);
    if (!literal) {
        mg_source_draw_held_out(source, rng, whole);
    }
    for (size_t i = 0; i < source->length; i++) {
        if (row[i] == MG_MASK && is_context(layout, i)) {
            if (literal) {
                possible = mg_source_conditionals(source, row, probs);
                whole[i] = (int)mg_rng_categorical(rng, probs + i * source->vocab, source->vocab);
            }
            assert(possible);
            row[i] = whole[i];
        }
    }
    free(probs);
    free(whole);
}

/* What the predictor says at the run in each context: model (n, R, V) out. */
static void answer(double *model, const struct mg_measure_input *input,
                   const struct mg_distance_layout *layout, const int *contexts, size_t n)
{
    const size_t length = input->source->length;
    const size_t vocab = input->source->vocab;
    const size_t cells = layout->run * vocab;
    const size_t batch = mg_batch_rows(length, vocab);
    double *probs = calloc(batch * length * vocab, sizeof(*probs));

    assert(probs != NULL);
    for (size_t begin = 0; begin < n; begin += batch) {
        const size_t rows = n - begin < batch ? n - begin : batch;

        mg_predict(input->predictor, probs, NULL, contexts + begin * length, rows);
        for (size_t r = 0; r < rows; r++) {
            memcpy(model + (begin + r) * cells, probs + (r * length + layout->left) * vocab,
                   cells * sizeof(*probs));
        }
    }
    free(probs);
}

/* contexts (n, L) out, the caller's; `drawn` when they are whole contexts, each with its window. */
static int *contexts_new(size_t *n, bool *drawn, const struct mg_measure_input *input,
                         const struct mg_distance_layout *layout)
{
    const struct mg_source *source = input->source;
    const size_t length = source->length;
    int *row = calloc(length, sizeof(*row));
    int *contexts;
    size_t literals;
    bool fixed;

    assert(row != NULL);
    literals = fill_literals(row, input->spec, layout, length);
    fixed = literals == layout->left + layout->right;
    *drawn = literals == 0 && !fixed;
    *n = fixed || input->spec->contexts == 0 ? 1 : input->spec->contexts;
    contexts = calloc(*n * length, sizeof(*contexts));
    assert(contexts != NULL);
    for (size_t c = 0; c < *n; c++) {
        struct mg_rng rng = mg_rng_at(input->streams->order, c, 0);

        memcpy(contexts + c * length, row, length * sizeof(*row));
        if (!fixed) {
            draw_context(contexts + c * length, source, layout, literals > 0, &rng);
        }
    }
    free(row);
    return contexts;
}

static enum mg_status distance_check(const struct mg_measure_spec *spec,
                                     const struct mg_source *source, struct mg_error *err)
{
    const size_t length = source->length;
    struct mg_distance_layout layout;
    double cells;
    int *row;
    bool possible = true;

    if (spec->left > length || spec->right > length - spec->left ||
        spec->left + spec->right + (spec->run > 0 ? spec->run : 1) > length) {
        return mg_fail(err, MG_EUSAGE,
                       "distance: left %zu, run %zu and right %zu do not fit into length %zu",
                       spec->left, spec->run, spec->right, length);
    }
    layout = layout_of(spec, length);
    cells = (double)spec->contexts * (double)layout.run * (double)source->vocab;
    if (cells > CELLS_MAX) {
        return mg_fail(err, MG_EUSAGE,
                       "distance: %zu contexts times %zu positions times %zu tokens are %.4g "
                       "probabilities, more than 2^26",
                       spec->contexts, layout.run, source->vocab, cells);
    }
    if (mg_source_has_oracle(source)) {
        row = calloc(length, sizeof(*row));
        assert(row != NULL);
        (void)fill_literals(row, spec, &layout, length);
        possible = mg_source_log_mass(source, row) > -(double)INFINITY;
        free(row);
    }
    return possible ? MG_OK : mg_fail(err, MG_EUSAGE, "distance: the context has probability 0");
}

static enum mg_status distance_run(const struct mg_measure_input *input, struct mg_error *err)
{
    const struct mg_distance_layout layout = layout_of(input->spec, input->source->length);
    struct mg_distance_answers answers = {.layout = layout};
    int *contexts = contexts_new(&answers.n, &answers.drawn, input, &layout);
    double *model = calloc(answers.n * layout.run * input->source->vocab, sizeof(*model));
    enum mg_status status;

    assert(model != NULL);
    answer(model, input, &layout, contexts, answers.n);
    answers.contexts = contexts;
    answers.model = model;
    status = mg_distance_rows(input, &answers, err);
    free(model);
    free(contexts);
    return status;
}

const struct mg_measure mg_measure_distance = {
    .kind = "distance",
    .help = "alikeness and forgetting over a run of masks, beside exact values and bounds",
    .check = distance_check,
    .run = distance_run,
};

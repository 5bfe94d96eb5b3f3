/* distance.c - the measure `distance`: what is asked, contexts around a run of masks. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/measure/batch.h"
#include "model/measure/distance_contexts.h"
#include "model/measure/distance_rows.h"
#include "model/measure/kinds.h"
#include "model/measure/measure.h"
#include "model/numeric/arena.h"

static const double CELLS_MAX = 67108864.0; /* 2^26 probabilities of the run in all contexts */

static struct mg_distance_layout layout_of(const struct mg_measure_spec *spec, size_t length)
{
    const struct mg_distance_layout layout = {
        .left = spec->left,
        .right = spec->right,
        .run = spec->run > 0 ? spec->run : length - spec->left - spec->right,
    };
    return layout;
}

/* Predictions of a batch of contexts at a time. */
struct asked {
    const struct mg_measure_input *input;
    const struct mg_distance_answers *answers;
    size_t batch;
    double *probs; /* (batch, L, V) */
};

/* See mg_distance_predict: contexts are asked for in ascending order. */
static const double *predict(void *ctx, size_t c)
{
    const struct asked *asked = (const struct asked *)ctx;
    const size_t length = asked->input->source->length;
    const size_t vocab = asked->input->source->vocab;
    const size_t left = asked->answers->n - c;

    if (c % asked->batch == 0) {
        mg_predict_distinct(asked->input->predictor, asked->probs, NULL,
                            asked->answers->contexts + c * length,
                            left < asked->batch ? left : asked->batch);
    }
    return asked->probs + (c % asked->batch * length + asked->answers->layout.left) * vocab;
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
        (void)mg_distance_literals(row, spec, &layout, length);
        possible = mg_source_log_mass(source, row) > -(double)INFINITY;
        free(row);
    }
    return possible ? MG_OK : mg_fail(err, MG_EUSAGE, "distance: the context has probability 0");
}

static enum mg_status distance_run(const struct mg_measure_input *input, struct mg_error *err)
{
    const size_t length = input->source->length;
    const size_t vocab = input->source->vocab;
    struct mg_distance_answers answers = {.layout = layout_of(input->spec, length),
                                          .predict = predict};
    struct asked asked = {input, &answers, mg_batch_rows(length, vocab), NULL};
    int *contexts;
    enum mg_status status;

    answers.drawn = mg_distance_contexts(&contexts, &answers.n, input, &answers.layout);
    answers.contexts = contexts;
    answers.exact = mg_predictor_is_oracle(input->predictor, input->source);
    answers.ctx = &asked;
    asked.probs = mg_allocate(asked.batch * length * vocab, sizeof(*asked.probs));
    status = mg_distance_rows(input, &answers, err);
    free(asked.probs);
    free(contexts);
    return status;
}

const struct mg_measure mg_measure_distance = {
    .kind = "distance",
    .help = "alikeness and forgetting over a run of masks, beside exact values and bounds",
    .check = distance_check,
    .run = distance_run,
};

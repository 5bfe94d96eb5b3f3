/* distance.c - the measure of homogenization: curves over a run of masks, model beside exact. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/measure/batch.h"
#include "model/measure/chain_rows.h"
#include "model/measure/distance_bounds.h"
#include "model/measure/distance_curves.h"
#include "model/measure/kinds.h"
#include "model/measure/measure.h"
#include "model/measure/text_gain.h"
#include "model/measure/unconditional.h"
#include "model/numeric/statistics.h"
#include "model/source/text.h"

static const double CELLS_MAX = 67108864.0; /* 2^26 probabilities kept, 512 MB */

enum {
    GRID_MAX = 64 /* positions of the pair table: at most 2016 rows */
};

static struct mg_distance_layout layout_of(const struct mg_measure_spec *spec, size_t length)
{
    const struct mg_distance_layout layout = {
        .left = spec->left,
        .right = spec->right,
        .run = spec->run > 0 ? spec->run : length - spec->left - spec->right,
    };
    return layout;
}

static const char *side_of(const struct mg_distance_layout *layout)
{
    static const char *const sides[2][2] = {{"none", "right"}, {"left", "both"}};

    return sides[layout->left > 0][layout->right > 0];
}

/* distance (R) out: to the nearest revealed token, 0 where nothing is revealed. */
static void fill_distances(size_t *distance, const struct mg_distance_layout *layout)
{
    for (size_t i = 0; i < layout->run; i++) {
        const size_t to_left = i + 1;
        const size_t to_right = layout->run - i;

        distance[i] = layout->left > 0 ? to_left : 0;
        if (layout->right > 0 && (layout->left == 0 || to_right < to_left)) {
            distance[i] = to_right;
        }
    }
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

/* What was asked and answered: the run's part of every prediction. */
struct answers {
    size_t n;              /* C */
    int *contexts;         /* (C, L) */
    double *model;         /* (C, R, V) */
    double *exact;         /* (C, R, V), NULL without an oracle */
    double *unconditional; /* (R, V) */
    bool drawn;            /* whole contexts, each with its window */
};

static void answer(struct answers *answers, const struct mg_measure_input *input,
                   const struct mg_distance_layout *layout)
{
    const size_t length = input->source->length;
    const size_t vocab = input->source->vocab;
    const size_t cells = layout->run * vocab;
    const size_t batch = mg_batch_rows(length, vocab);
    double *probs = calloc(batch * length * vocab, sizeof(*probs));

    assert(probs != NULL);
    for (size_t begin = 0; begin < answers->n; begin += batch) {
        const size_t rows = answers->n - begin < batch ? answers->n - begin : batch;

        mg_predict(input->predictor, probs, NULL, answers->contexts + begin * length, rows);
        for (size_t r = 0; r < rows; r++) {
            memcpy(answers->model + (begin + r) * cells,
                   probs + (r * length + layout->left) * vocab, cells * sizeof(*probs));
        }
    }
    for (size_t c = 0; c < answers->n && answers->exact != NULL; c++) {
        (void)mg_source_conditionals(input->source, answers->contexts + c * length, probs);
        memcpy(answers->exact + c * cells, probs + layout->left * vocab, cells * sizeof(*probs));
    }
    free(probs);
}

static void answers_new(struct answers *answers, const struct mg_measure_input *input,
                        const struct mg_distance_layout *layout)
{
    const struct mg_source *source = input->source;
    const size_t length = source->length;
    const size_t cells = layout->run * source->vocab;
    int *row = calloc(length, sizeof(*row));
    size_t literals;
    bool fixed;

    assert(row != NULL);
    literals = fill_literals(row, input->spec, layout, length);
    fixed = literals == layout->left + layout->right;
    answers->drawn = literals == 0 && !fixed;
    answers->n = fixed || input->spec->contexts == 0 ? 1 : input->spec->contexts;
    answers->contexts = calloc(answers->n * length, sizeof(*answers->contexts));
    answers->model = calloc(answers->n * cells, sizeof(*answers->model));
    answers->exact = NULL;
    answers->unconditional = calloc(cells, sizeof(*answers->unconditional));
    if (mg_source_has_oracle(source)) {
        answers->exact = calloc(answers->n * cells, sizeof(*answers->exact));
        assert(answers->exact != NULL);
    }
    assert(answers->contexts != NULL);
    assert(answers->model != NULL);
    assert(answers->unconditional != NULL);
    for (size_t c = 0; c < answers->n; c++) {
        struct mg_rng rng = mg_rng_at(input->streams->order, c, 0);
        int *context = answers->contexts + c * length;

        memcpy(context, row, length * sizeof(*row));
        if (!fixed) {
            draw_context(context, source, layout, literals > 0, &rng);
        }
    }
    mg_unconditional(answers->unconditional, source, layout, input->streams->order);
    answer(answers, input, layout);
    free(row);
}

static void answers_free(struct answers *answers)
{
    free(answers->unconditional);
    free(answers->exact);
    free(answers->model);
    free(answers->contexts);
}

/* All that the rows are written from; exact is NULL without an oracle. */
struct result {
    struct mg_distance_layout layout;
    size_t n_contexts;
    const size_t *distance;
    const struct mg_distance_curves *model;
    const struct mg_distance_curves *exact;
    const double *bounds; /* (MG_DISTANCE_COUNT, R) */
};

static void emit_curves(struct mg_sink *sink, const struct result *result)
{
    const size_t run = result->layout.run;

    for (size_t k = 0; k < MG_DISTANCE_COUNT; k++) {
        const enum mg_distance_quantity quantity = (enum mg_distance_quantity)k;

        for (size_t i = 0; i < run; i++) {
            const size_t at = k * run + i;
            const size_t distance = result->distance[i];

            if (mg_distance_defined(quantity, i, run, result->n_contexts)) {
                MG_EMIT(sink, MG_TABLE_distance_curves, mg_text(side_of(&result->layout)),
                        mg_int((int64_t)(result->layout.left + i)),
                        distance > 0 ? mg_int((int64_t)distance) : mg_null(),
                        mg_text(mg_distance_name(quantity)), mg_real(result->model->value[at]),
                        result->exact != NULL ? mg_real(result->exact->value[at]) : mg_null(),
                        mg_real_if(!isnan(result->bounds[at]), result->bounds[at]));
            }
        }
    }
}

/* How far the predictions themselves are from the truth, whatever they are compared with above. */
static void emit_error(struct mg_sink *sink, const struct result *result,
                       const struct answers *answers, size_t vocab)
{
    const size_t run = result->layout.run;

    for (size_t i = 0; i < run && answers->exact != NULL; i++) {
        const size_t distance = result->distance[i];
        double tv = 0.0;

        for (size_t c = 0; c < answers->n; c++) {
            const size_t at = (c * run + i) * vocab;
            tv += mg_tv(answers->model + at, answers->exact + at, vocab) / (double)answers->n;
        }
        MG_EMIT(sink, MG_TABLE_distance_curves, mg_text(side_of(&result->layout)),
                mg_int((int64_t)(result->layout.left + i)),
                distance > 0 ? mg_int((int64_t)distance) : mg_null(), mg_text("tv_model_exact"),
                mg_real(tv), mg_real(0.0), mg_null());
    }
}

static void emit_pairs(struct mg_sink *sink, const struct result *result)
{
    const size_t run = result->layout.run;
    const size_t stride = (run + GRID_MAX - 1) / GRID_MAX;

    for (size_t i = 0; i < run; i += stride) {
        for (size_t j = i + stride; j < run; j += stride) {
            MG_EMIT(sink, MG_TABLE_position_pairs, mg_int((int64_t)(result->layout.left + i)),
                    mg_int((int64_t)(result->layout.left + j)),
                    mg_real(result->model->pair[i * run + j]),
                    result->exact != NULL ? mg_real(result->exact->pair[i * run + j]) : mg_null());
        }
    }
}

static const double *curve(const struct mg_distance_curves *curves, enum mg_distance_quantity k)
{
    return curves == NULL ? NULL : curves->value + (size_t)k * curves->run;
}

/* Rate and half-distance of one curve, model and exact over the same positions. */
static void emit_fit(struct mg_sink *sink, const struct result *result,
                     enum mg_distance_quantity quantity, const char *rate_name,
                     const char *half_name)
{
    const struct mg_distance_curves *curves[2] = {result->model, result->exact};
    const double *selector = curve(result->exact != NULL ? result->exact : result->model, quantity);
    struct mg_cell rates[2];
    struct mg_cell halves[2];

    for (size_t i = 0; i < 2; i++) {
        double rate = 1.0;
        const bool fitted =
            curves[i] != NULL && mg_distance_rate(&rate, curve(curves[i], quantity), selector,
                                                  result->distance, result->layout.run);

        rates[i] = mg_real_if(fitted, rate);
        halves[i] = mg_real_if(fitted && rate < 1.0, log(0.5) / log(rate));
    }
    MG_EMIT(sink, MG_TABLE_information, mg_text(rate_name), rates[0], rates[1]);
    MG_EMIT(sink, MG_TABLE_information, mg_text(half_name), halves[0], halves[1]);
}

/* The value of a nested-window curve for the window of positions at least `from` away. */
static void emit_window(struct mg_sink *sink, const struct result *result,
                        enum mg_distance_quantity quantity, size_t from, const char *name)
{
    const size_t *distance = result->distance;
    size_t edge = 0; /* nearest position of the window; any, where nothing is revealed */

    for (size_t i = 0; i < result->layout.run; i++) {
        if (distance[i] >= from && (distance[edge] < from || distance[i] < distance[edge])) {
            edge = i;
        }
    }
    MG_EMIT(sink, MG_TABLE_information, mg_text(name),
            mg_real(curve(result->model, quantity)[edge]),
            result->exact != NULL ? mg_real(curve(result->exact, quantity)[edge]) : mg_null());
}

/* Window of conjecture C6: the far half of the run, between two contexts its middle third. */
static void emit_information(struct mg_sink *sink, const struct result *result)
{
    const struct mg_distance_layout *layout = &result->layout;
    const size_t far =
        layout->left > 0 && layout->right > 0 ? layout->run / 3 + 1 : (layout->run + 1) / 2;

    emit_fit(sink, result, MG_DISTANCE_tv_unconditional, "fitted_rate", "half_distance");
    emit_fit(sink, result, MG_DISTANCE_sensitivity_tv, "fitted_rate_sensitivity",
             "half_distance_sensitivity");
    emit_window(sink, result, MG_DISTANCE_tv_window_max, far, "window_alike_tv");
    emit_window(sink, result, MG_DISTANCE_tv_unconditional_max, far, "window_forget_tv");
    emit_window(sink, result, MG_DISTANCE_tv_window_max, 1, "run_alike_tv");
    emit_window(sink, result, MG_DISTANCE_tv_unconditional_max, 1, "run_forget_tv");
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
    const size_t run = layout.run;
    const size_t vocab = input->source->vocab;
    size_t *distance = calloc(run, sizeof(*distance));
    double *bounds = calloc((size_t)MG_DISTANCE_COUNT * run, sizeof(*bounds));
    struct mg_distance_curves *model;
    struct mg_distance_curves *exact = NULL; /* may be `model` itself */
    struct answers answers;
    struct result result;
    bool defined = true;

    assert(distance != NULL);
    assert(bounds != NULL);
    fill_distances(distance, &layout);
    answers_new(&answers, input, &layout);
    model = mg_distance_curves_new(answers.model, answers.unconditional, distance, answers.n, run,
                                   vocab);
    if (answers.exact != NULL &&
        memcmp(answers.exact, answers.model, answers.n * run * vocab * sizeof(double)) == 0) {
        exact = model; /* the oracle: its curves are the source's, computed once */
    } else if (answers.exact != NULL) {
        exact = mg_distance_curves_new(answers.exact, answers.unconditional, distance, answers.n,
                                       run, vocab);
    }
    mg_distance_bounds(bounds, input->source, &layout, answers.contexts, answers.n);
    result = (struct result){layout, answers.n, distance, model, exact, bounds};
    emit_curves(input->sink, &result);
    emit_error(input->sink, &result, &answers, vocab);
    emit_pairs(input->sink, &result);
    emit_information(input->sink, &result);
    mg_chain_facts_emit(input->sink, input->source);
    if (mg_source_text(input->source) != NULL && answers.drawn) {
        mg_text_gain_emit(input, &layout, side_of(&layout), distance, answers.model, answers.n);
    }
    for (size_t i = 0; i < run; i++) {
        defined = defined && !isnan(curve(model, MG_DISTANCE_tv_unconditional)[i]);
    }
    if (exact != model) {
        mg_distance_curves_free(exact);
    }
    mg_distance_curves_free(model);
    answers_free(&answers);
    free(bounds);
    free(distance);
    return defined ? MG_OK : mg_fail(err, MG_NO, "distance: a prediction is not a number");
}

const struct mg_measure mg_measure_distance = {
    .kind = "distance",
    .help = "alikeness and forgetting over a run of masks, beside exact values and bounds",
    .check = distance_check,
    .run = distance_run,
};

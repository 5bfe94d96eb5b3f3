/* distance.c - the measure of homogenization: curves over a run of masks, model beside exact. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/measure/batch.h"
#include "model/measure/chain_rows.h"
#include "model/measure/distance_bounds.h"
#include "model/measure/distance_contexts.h"
#include "model/measure/distance_curves.h"
#include "model/measure/kinds.h"
#include "model/measure/measure.h"
#include "model/measure/text_gain.h"
#include "model/measure/unconditional.h"
#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"
#include "model/source/text.h"

static const double CELLS_MAX = 67108864.0; /* 2^26 probabilities of the run in all contexts */
static const double KEPT_MAX = 20971520.0;  /* kept at a time, 168 MB: a few rounds at most */

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

/* What is asked, and what the answers say; exact is NULL without an oracle. */
struct work {
    struct mg_distance_layout layout;
    size_t n;                                 /* C */
    int *contexts;                            /* (C, L) */
    bool drawn;                               /* whole contexts, each with its window */
    double *u;                                /* (R, V) unconditional */
    double *error;                            /* (R) mean TV between model and exact */
    double *gain;                             /* (R) see text_gain.h */
    struct mg_distance_curves *model, *exact; /* may be one: the oracle's are the source's */
};

/* One context's predictions, and the exact ones or NULL; (R, V) each. */
static void take_context(struct work *work, const struct mg_measure_input *input, size_t c,
                         const double *q, const double *truth)
{
    const size_t vocab = input->source->vocab;

    mg_distance_curves_take(work->model, q);
    if (truth != NULL) {
        mg_distance_curves_take(work->exact, truth);
        for (size_t i = 0; i < work->layout.run; i++) {
            work->error[i] += mg_tv(q + i * vocab, truth + i * vocab, vocab) / (double)work->n;
        }
    }
    if (work->drawn && mg_source_text(input->source) != NULL) {
        mg_text_gain_add(work->gain, input, &work->layout, c, q);
    }
}

/*
 * Predict all contexts, and compare them at `width` positions of the run from `first` on; the first
 * time, take each whole.
 */
static void answer(struct work *work, const struct mg_measure_input *input, size_t first,
                   size_t width)
{
    const size_t length = input->source->length;
    const size_t vocab = input->source->vocab;
    const size_t row = length * vocab;
    const size_t run = work->layout.left * vocab; /* of a row, the run begins there */
    const size_t batch = mg_batch_rows(length, vocab);
    const size_t cells = width * vocab;
    const bool both = work->exact != NULL && work->exact != work->model;
    double *probs = mg_allocate((batch + 1) * row, sizeof(*probs));
    double *kept = mg_allocate(work->n * cells, sizeof(*kept));
    double *kept_exact = mg_allocate(both ? work->n * cells : 0, sizeof(*kept));
    double *truth = probs + batch * row;

    for (size_t c = 0; c < work->n; c++) {
        const double *q = probs + c % batch * row + run;

        if (c % batch == 0) {
            mg_predict(input->predictor, probs, NULL, work->contexts + c * length,
                       work->n - c < batch ? work->n - c : batch);
        }
        memcpy(kept + c * cells, q + first * vocab, cells * sizeof(*kept));
        if (both) {
            (void)mg_source_conditionals(input->source, work->contexts + c * length, truth);
            memcpy(kept_exact + c * cells, truth + run + first * vocab, cells * sizeof(*kept));
        }
        if (first == 0) {
            take_context(work, input, c, q, both ? truth + run : NULL);
        }
    }
    mg_distance_curves_compare(work->model, kept, first, width);
    if (both) {
        mg_distance_curves_compare(work->exact, kept_exact, first, width);
    }
    free(kept_exact);
    free(kept);
    free(probs);
}

/*
 * Contexts, then their predictions: each context by itself, and position by position all contexts.
 * Where all of that is more than there is room for, the contexts are predicted again for the next
 * few positions, which gives the same bits; a single one is compared with none.
 */
static void work_new(struct work *work, const struct mg_measure_input *input,
                     const struct mg_distance_layout *layout, const size_t *distance)
{
    const struct mg_source *source = input->source;
    const bool knows = mg_source_has_oracle(source);
    const size_t run = layout->run;
    const size_t vocab = source->vocab;
    double cells;
    size_t rounds;

    *work = (struct work){.layout = *layout};
    work->drawn = mg_distance_contexts(&work->contexts, &work->n, input, layout);
    work->u = mg_allocate(run * vocab, sizeof(*work->u));
    work->error = mg_allocate(run, sizeof(*work->error));
    work->gain = mg_allocate(run, sizeof(*work->gain));
    mg_unconditional(work->u, source, layout, input->streams->order);
    work->model = mg_distance_curves_new(work->u, distance, work->n, run, vocab);
    work->exact = mg_predictor_is_oracle(input->predictor, source) ? work->model
                  : knows ? mg_distance_curves_new(work->u, distance, work->n, run, vocab)
                          : NULL;
    cells = (double)work->n * (double)run * (double)vocab * (knows ? 2.0 : 1.0);
    rounds = cells < KEPT_MAX ? 1 : (size_t)ceil(cells / KEPT_MAX);
    rounds = rounds < run ? rounds : run;
    if (work->n == 1) {
        answer(work, input, 0, 0);
    }
    for (size_t round = 0; work->n > 1 && round < rounds; round++) {
        const size_t first = run * round / rounds;

        answer(work, input, first, run * (round + 1) / rounds - first);
    }
}

static void work_free(struct work *work)
{
    if (work->exact != work->model) {
        mg_distance_curves_free(work->exact);
    }
    mg_distance_curves_free(work->model);
    free(work->gain);
    free(work->error);
    free(work->u);
    free(work->contexts);
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
static void emit_error(struct mg_sink *sink, const struct result *result, const double *error)
{
    const size_t run = result->layout.run;

    for (size_t i = 0; i < run && result->exact != NULL; i++) {
        const size_t distance = result->distance[i];

        MG_EMIT(sink, MG_TABLE_distance_curves, mg_text(side_of(&result->layout)),
                mg_int((int64_t)(result->layout.left + i)),
                distance > 0 ? mg_int((int64_t)distance) : mg_null(), mg_text("tv_model_exact"),
                mg_real(error[i]), mg_real(0.0), mg_null());
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
        (void)mg_distance_literals(row, spec, &layout, length);
        possible = mg_source_log_mass(source, row) > -(double)INFINITY;
        free(row);
    }
    return possible ? MG_OK : mg_fail(err, MG_EUSAGE, "distance: the context has probability 0");
}

static enum mg_status distance_run(const struct mg_measure_input *input, struct mg_error *err)
{
    const struct mg_distance_layout layout = layout_of(input->spec, input->source->length);
    const size_t run = layout.run;
    size_t *distance = calloc(run, sizeof(*distance));
    double *bounds = calloc((size_t)MG_DISTANCE_COUNT * run, sizeof(*bounds));
    struct work work;
    struct result result;
    bool defined = true;

    assert(distance != NULL);
    assert(bounds != NULL);
    fill_distances(distance, &layout);
    work_new(&work, input, &layout, distance);
    mg_distance_bounds(bounds, input->source, &layout, work.contexts, work.n);
    result = (struct result){layout, work.n, distance, work.model, work.exact, bounds};
    emit_curves(input->sink, &result);
    emit_error(input->sink, &result, work.error);
    emit_pairs(input->sink, &result);
    emit_information(input->sink, &result);
    mg_chain_facts_emit(input->sink, input->source);
    if (mg_source_text(input->source) != NULL && work.drawn) {
        mg_text_gain_emit(input, &layout, side_of(&layout), distance, work.gain, work.n);
    }
    for (size_t i = 0; i < run; i++) {
        defined = defined && !isnan(curve(work.model, MG_DISTANCE_tv_unconditional)[i]);
    }
    work_free(&work);
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

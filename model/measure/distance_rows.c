/* distance_rows.c - see distance_rows.h. */
#include "model/measure/distance_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/measure/distance_curves.h"
#include "model/measure/text_gain.h"
#include "model/measure/unconditional.h"
#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"
#include "model/source/chain_facts.h"
#include "model/source/markov.h"
#include "model/source/text.h"

static const double KEPT_MAX = 20971520.0; /* predictions kept at a time, 168 MB */

enum {
    GRID_MAX = 64 /* positions of the pair table: at most 2016 rows */
};

const char *mg_distance_side(const struct mg_distance_layout *layout)
{
    static const char *const sides[2][2] = {{"none", "right"}, {"left", "both"}};

    return sides[layout->left > 0][layout->right > 0];
}

void mg_distance_fill(size_t *distance, const struct mg_distance_layout *layout)
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

/* What the answers say; exact is NULL without an oracle. */
struct work {
    const struct mg_measure_input *input;
    const struct mg_distance_answers *answers;
    double *u;                                /* (R, V) unconditional */
    double *error;                            /* (R) mean TV between model and exact */
    double *gain;                             /* (R) see text_gain.h */
    struct mg_distance_curves *model, *exact; /* may be one: the oracle's are the source's */
};

/* One context's predictions, and the exact ones or NULL; (R, V) each. */
static void take_context(struct work *work, size_t c, const double *q, const double *truth)
{
    const struct mg_source *source = work->input->source;
    const struct mg_distance_answers *answers = work->answers;
    const size_t vocab = source->vocab;

    mg_distance_curves_take(work->model, q);
    if (truth != NULL) {
        mg_distance_curves_take(work->exact, truth);
        for (size_t i = 0; i < answers->layout.run; i++) {
            work->error[i] += mg_tv(q + i * vocab, truth + i * vocab, vocab) / (double)answers->n;
        }
    }
    if (answers->drawn && mg_source_text(source) != NULL) {
        mg_text_gain_add(work->gain, work->input, &answers->layout, c, q);
    }
}

/*
 * Look at the predictions in all contexts, and compare them at `width` positions of the run from
 * `first` on; the first time, take each whole.
 */
static void answer(struct work *work, size_t first, size_t width)
{
    const struct mg_source *source = work->input->source;
    const struct mg_distance_answers *answers = work->answers;
    const size_t vocab = source->vocab;
    const size_t cells = width * vocab;
    const bool both = work->exact != NULL && work->exact != work->model;
    double *kept = mg_allocate(answers->n * cells, sizeof(*kept));
    double *kept_exact = mg_allocate(both ? answers->n * cells : 0, sizeof(*kept));
    double *whole = mg_allocate(both ? source->length * vocab : 0, sizeof(*whole));
    const double *truth = both ? whole + answers->layout.left * vocab : NULL;

    for (size_t c = 0; c < answers->n; c++) {
        const double *q = answers->predict(answers->ctx, c);

        memcpy(kept + c * cells, q + first * vocab, cells * sizeof(*kept));
        if (both) {
            (void)mg_source_conditionals(source, answers->contexts + c * source->length, whole);
            memcpy(kept_exact + c * cells, truth + first * vocab, cells * sizeof(*kept));
        }
        if (first == 0) {
            take_context(work, c, q, truth);
        }
    }
    mg_distance_curves_compare(work->model, kept, first, width);
    if (both) {
        mg_distance_curves_compare(work->exact, kept_exact, first, width);
    }
    free(whole);
    free(kept_exact);
    free(kept);
}

/*
 * Each context by itself, and position by position all contexts. Where the predictions for that are
 * more than there is room for, they are asked for again for the next few positions; a single
 * context is compared with none.
 */
static void work_new(struct work *work, const struct mg_measure_input *input,
                     const struct mg_distance_answers *answers, const size_t *distance)
{
    const struct mg_source *source = input->source;
    const bool knows = mg_source_has_oracle(source);
    const size_t run = answers->layout.run;
    const size_t vocab = source->vocab;
    const double cells = (double)answers->n * (double)run * (double)vocab * (knows ? 2.0 : 1.0);
    size_t rounds = cells < KEPT_MAX ? 1 : (size_t)ceil(cells / KEPT_MAX);

    *work = (struct work){.input = input, .answers = answers};
    work->u = mg_allocate(run * vocab, sizeof(*work->u));
    work->error = mg_allocate(run, sizeof(*work->error));
    work->gain = mg_allocate(run, sizeof(*work->gain));
    mg_unconditional(work->u, source, &answers->layout, input->streams->order);
    work->model = mg_distance_curves_new(work->u, distance, answers->n, run, vocab);
    work->exact = answers->exact ? work->model
                  : knows        ? mg_distance_curves_new(work->u, distance, answers->n, run, vocab)
                                 : NULL;
    rounds = rounds < run ? rounds : run;
    if (answers->n == 1) {
        answer(work, 0, 0);
    }
    for (size_t round = 0; answers->n > 1 && round < rounds; round++) {
        const size_t first = run * round / rounds;

        answer(work, first, run * (round + 1) / rounds - first);
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
                MG_EMIT(sink, MG_TABLE_distance_curves, mg_text(mg_distance_side(&result->layout)),
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

        MG_EMIT(sink, MG_TABLE_distance_curves, mg_text(mg_distance_side(&result->layout)),
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

/* What theory knows of the chain behind a source, beside what was measured; no model's value. */
static void emit_chain_facts(struct mg_sink *sink, const struct mg_source *source)
{
    const struct mg_chain *chain = mg_source_chain(source);

    if (chain != NULL) {
        const struct {
            const char *name;
            double exact;
        } facts[] = {
            {"dobrushin", mg_chain_dobrushin(chain->transition, source->vocab)},
            {"second_eigenvalue", mg_chain_second_modulus(chain->transition, source->vocab)},
            {"period", (double)mg_chain_period(chain->transition, source->vocab)},
        };

        for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
            MG_EMIT(sink, MG_TABLE_information, mg_text(facts[i].name), mg_null(),
                    mg_real(facts[i].exact));
        }
    }
}

enum mg_status mg_distance_rows(const struct mg_measure_input *input,
                                const struct mg_distance_answers *answers, struct mg_error *err)
{
    const struct mg_distance_layout *layout = &answers->layout;
    const size_t run = layout->run;
    size_t *distance = mg_allocate(run, sizeof(*distance));
    double *bounds = mg_allocate((size_t)MG_DISTANCE_COUNT * run, sizeof(*bounds));
    struct work work;
    struct result result;
    bool defined = true;

    mg_distance_fill(distance, layout);
    work_new(&work, input, answers, distance);
    mg_distance_bounds(bounds, input->source, layout, answers->contexts, answers->n);
    result = (struct result){*layout, answers->n, distance, work.model, work.exact, bounds};
    emit_curves(input->sink, &result);
    emit_error(input->sink, &result, work.error);
    emit_pairs(input->sink, &result);
    emit_information(input->sink, &result);
    emit_chain_facts(input->sink, input->source);
    if (mg_source_text(input->source) != NULL && answers->drawn) {
        mg_text_gain_emit(input, layout, mg_distance_side(layout), distance, work.gain, answers->n);
    }
    for (size_t i = 0; i < run; i++) {
        defined = defined && !isnan(curve(work.model, MG_DISTANCE_tv_unconditional)[i]);
    }
    work_free(&work);
    free(bounds);
    free(distance);
    return defined ? MG_OK : mg_fail(err, MG_NO, "distance: a prediction is not a number");
}

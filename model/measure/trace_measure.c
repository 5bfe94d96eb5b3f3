/*
 * trace_measure.c - the measure `trace`: decodings made elsewhere get the rows of our own.
 *
 *   samples, reveals, information   as the measures `samples` and `order` of a sampler of its name
 *   certificates                    as `certificate`, of every step whose context the source can
 *                                   have; without an oracle the promises alone
 *   distance_curves and more        as `distance`, of the first step, where all probabilities are
 *                                   listed and the source says what it is without a context;
 *                                   else only what no context is needed for, and of what is not
 *                                   listed as NAME_least and NAME_most (trace_bounds.h)
 * Curves are of prompts that leave one run of masks, the same in all samples, and of traces whose
 * first step has all masked positions.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/measure/certificate_rows.h"
#include "model/measure/distance_rows.h"
#include "model/measure/kinds.h"
#include "model/measure/order_rows.h"
#include "model/measure/trace_curves.h"
#include "model/numeric/arena.h"
#include "model/source/text.h"

static const double CELLS_MAX = 67108864.0; /* 2^26 probabilities kept, 512 MB */

/* ---- samples and orders ---- */

static size_t count_steps(const struct mg_trace *trace, size_t sample)
{
    int last = -1;

    for (size_t i = 0; i < trace->length; i++) {
        const int step = trace->step_of[sample * trace->length + i];

        last = step > last ? step : last;
    }
    return (size_t)(last + 1);
}

static void emit_draws(const struct mg_measure_input *input, const struct mg_trace *trace)
{
    const struct mg_source *source = input->source;
    const bool known = mg_source_has_oracle(source);
    struct mg_order_rows *orders = mg_order_rows_new(source);

    for (size_t s = 0; s < trace->n_samples; s++) {
        const int *tokens = trace->tokens + s * trace->length;

        mg_order_rows_add(orders, tokens, trace->step_of + s * trace->length, trace->block,
                          mg_trace_start(trace->prompts + s * trace->length, trace->length));
        MG_EMIT(input->sink, MG_TABLE_samples, mg_text(trace->sampler),
                mg_int((int64_t)count_steps(trace, s)), mg_int((int64_t)s),
                mg_tokens(tokens, trace->length),
                known ? mg_int(isfinite(mg_source_log_mass(source, tokens))) : mg_null());
    }
    mg_order_rows_emit(orders, input->sink, trace->sampler);
    mg_order_rows_free(orders);
}

/* ---- certificates ---- */

/* What a step reveals, in arrays of L. */
struct revealed {
    size_t *set;
    double *top1;
    int *best;
    double *probs; /* (L, V) rows of the set, where all are listed and an oracle can use them */
    const double **rows;
    size_t n;
};

static void revealed_init(struct revealed *revealed, const struct mg_trace *trace, bool spread)
{
    const size_t length = trace->length;

    *revealed = (struct revealed){
        .set = mg_allocate(length, sizeof(size_t)),
        .top1 = mg_allocate(length, sizeof(double)),
        .best = mg_allocate(length, sizeof(int)),
        .probs = spread ? mg_allocate(length * trace->vocab, sizeof(double)) : NULL,
        .rows = mg_allocate(length, sizeof(double *)),
    };
}

static void revealed_release(struct revealed *revealed)
{
    free(revealed->rows);
    free(revealed->probs);
    free(revealed->best);
    free(revealed->top1);
    free(revealed->set);
}

static void add_revealed(struct revealed *revealed, const struct mg_trace *trace,
                         const struct mg_trace_answer *answer)
{
    const size_t n = revealed->n++;

    revealed->set[n] = answer->position;
    revealed->best[n] = mg_trace_best(&revealed->top1[n], trace, answer);
    if (revealed->probs != NULL) {
        revealed->rows[n] = revealed->probs + n * trace->vocab;
        mg_trace_spread(revealed->probs + n * trace->vocab, trace, answer);
    }
}

/* The answers of one step from `first` on; returns where the next step begins. */
static size_t take_step(struct revealed *revealed, const struct mg_trace *trace, size_t first)
{
    const struct mg_trace_answer *start = &trace->answers[first];
    size_t i = first;

    revealed->n = 0;
    for (; i < trace->n_answers; i++) {
        const struct mg_trace_answer *answer = &trace->answers[i];

        if (answer->sample != start->sample || answer->step != start->step) {
            break;
        }
        if (answer->revealed != MG_MASK) {
            add_revealed(revealed, trace, answer);
        }
    }
    return i;
}

static void emit_certificates(const struct mg_measure_input *input, const struct mg_trace *trace)
{
    const struct mg_source *source = input->source;
    const bool known = mg_source_has_oracle(source);
    struct mg_certificate *certificate = mg_certificate_new(source);
    int *context = mg_allocate(trace->length, sizeof(*context));
    struct revealed revealed;

    revealed_init(&revealed, trace, known && mg_trace_is_whole(trace));
    for (size_t i = 0; i < trace->n_answers;) {
        const struct mg_trace_answer *answer = &trace->answers[i];

        if (answer->step == 0) {
            memcpy(context, trace->prompts + answer->sample * trace->length,
                   trace->length * sizeof(*context));
        }
        i = take_step(&revealed, trace, i);
        if (!known || isfinite(mg_source_log_mass(source, context))) {
            mg_certificate_judge(
                certificate,
                &(struct mg_certified){.step = answer->step,
                                       .context = context,
                                       .set = revealed.set,
                                       .n = revealed.n,
                                       .top1 = revealed.top1,
                                       .best = revealed.best,
                                       .probs = revealed.probs == NULL ? NULL : revealed.rows});
        }
        for (size_t k = 0; k < revealed.n; k++) {
            context[revealed.set[k]] =
                trace->tokens[answer->sample * trace->length + revealed.set[k]];
        }
    }
    mg_certificate_emit(certificate, input->sink, trace->sampler);
    revealed_release(&revealed);
    free(context);
    mg_certificate_free(certificate);
}

/* ---- curves ---- */

static double cells_of(const struct mg_trace_firsts *firsts, size_t vocab)
{
    return (double)firsts->n * (double)firsts->layout.run * (double)vocab;
}

/* Has the source a law without a context, to compare with? */
static bool has_unconditional(const struct mg_source *source)
{
    return mg_source_has_oracle(source) || mg_source_text(source) != NULL;
}

static enum mg_status trace_check(const struct mg_measure_spec *spec,
                                  const struct mg_source *source, struct mg_error *err)
{
    struct mg_trace_firsts firsts;
    double cells;

    if (!mg_trace_firsts_find(&firsts, spec->trace) || !mg_trace_is_whole(spec->trace) ||
        !has_unconditional(source)) {
        return MG_OK;
    }
    cells = cells_of(&firsts, source->vocab);
    if (cells > CELLS_MAX) {
        return mg_fail(err, MG_EUSAGE,
                       "trace: %zu prompts times %zu positions times %zu tokens are %.4g "
                       "probabilities, more than 2^26",
                       firsts.n, firsts.layout.run, source->vocab, cells);
    }
    for (size_t s = 0; s < firsts.n && mg_source_has_oracle(source); s++) {
        if (!isfinite(mg_source_log_mass(source, spec->trace->prompts + s * source->length))) {
            return mg_fail(err, MG_EUSAGE,
                           "trace: the prompt of sample %zu has probability zero in the source", s);
        }
    }
    return MG_OK;
}

struct recorded {
    const struct mg_trace *trace;
    size_t run;
    double *probs; /* (run, V) */
};

static const double *recorded_at(void *ctx, size_t c)
{
    const struct recorded *recorded = (const struct recorded *)ctx;
    const struct mg_trace_answer *first = mg_trace_first(recorded->trace, c);

    for (size_t i = 0; i < recorded->run; i++) {
        mg_trace_spread(recorded->probs + i * recorded->trace->vocab, recorded->trace, first + i);
    }
    return recorded->probs;
}

/* The rows of the measure `distance`, from what was recorded. */
static enum mg_status emit_distance(const struct mg_measure_input *input,
                                    const struct mg_trace *trace,
                                    const struct mg_trace_firsts *firsts, struct mg_error *err)
{
    const size_t run = firsts->layout.run;
    struct recorded recorded = {trace, run,
                                mg_allocate(run * trace->vocab, sizeof(*recorded.probs))};
    const struct mg_distance_answers answers = {.layout = firsts->layout,
                                                .n = firsts->n,
                                                .contexts = trace->prompts,
                                                .predict = recorded_at,
                                                .ctx = &recorded};
    const enum mg_status status = mg_distance_rows(input, &answers, err);

    free(recorded.probs);
    return status;
}

static enum mg_status trace_run(const struct mg_measure_input *input, struct mg_error *err)
{
    const struct mg_trace *trace = input->spec->trace;
    struct mg_trace_firsts firsts;

    emit_draws(input, trace);
    if (trace->top == 0) {
        return MG_OK;
    }
    emit_certificates(input, trace);
    if (!mg_trace_firsts_find(&firsts, trace)) {
        return MG_OK;
    }
    if (mg_trace_is_whole(trace) && has_unconditional(input->source)) {
        return emit_distance(input, trace, &firsts, err);
    }
    mg_trace_curves_emit(input->sink, trace, &firsts);
    return MG_OK;
}

const struct mg_measure mg_measure_trace = {
    .kind = "trace",
    .help = "decodings that the predictor \"trace\" recorded: their order, first predictions "
            "against distance, and certificates, as of samplers run here",
    .reads_trace = true,
    .check = trace_check,
    .run = trace_run,
};

/* run.c - train and measure; see run.h. */
#include "harness/run.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "harness/checkpoint.h"
#include "harness/command.h"
#include "harness/identity.h"
#include "model/measure/batch.h"
#include "model/measure/held_out.h"
#include "model/measure/likelihood.h"

enum {
    RECORDS = 100,         /* recorded steps of a training, about */
    NELBO_EVERY = 5,       /* of the recorded steps, those with an exact NELBO */
    HELD_OUT_ROWS = 128,   /* of the estimate; LLaDA's evaluation draws as many */
    HELD_OUT_RECORDS = 20, /* times it is made, about */
    HELD_OUT_SHARE = 50,   /* of the training's time, at most one in so many */
    ROWS_A_STEP = 3,       /* a step costs its rows three times: forward, and backward is two */
    NELBO_ROWS_MAX = 4096, /* support times mask patterns: more would slow the training down */
    BATCH_WITHOUT_TRAINING = 64
};

static enum mg_status set_threads(struct mg_subject *subject, const struct mg_run_options *options,
                                  struct mg_error *err)
{
    if (subject->transformer == NULL || options->threads <= 1) {
        return MG_OK;
    }
    return mg_transformer_set_threads(subject->transformer, options->threads, err);
}

/* ---- training ---- */

/* Is the exact NELBO a few rows' work? */
static bool nelbo_is_cheap(const struct mg_source *source)
{
    return mg_source_has_oracle(source) && source->length <= 12 &&
           mg_source_support_size(source) * (double)(1U << source->length) <= NELBO_ROWS_MAX;
}

static void record_step(struct mg_sink *sink, size_t step, const struct mg_step_stats *stats)
{
    MG_EMIT(sink, MG_TABLE_metrics, mg_text("loss"), mg_int((int64_t)step),
            mg_real(stats->loss_nats_per_token));
    MG_EMIT(sink, MG_TABLE_metrics, mg_text("grad_norm"), mg_int((int64_t)step),
            mg_real(stats->grad_norm));
}

/* What the whole training spent: comparisons at equal budget are queries. */
static void record_spent(struct mg_sink *sink, struct mg_trainer *trainer, size_t steps)
{
    const struct mg_train_spent spent = mg_trainer_spent(trainer, steps);
    const int64_t last = (int64_t)steps - 1;

    MG_EMIT(sink, MG_TABLE_metrics, mg_text("train_tokens"), mg_int(last), mg_real(spent.tokens));
    MG_EMIT(sink, MG_TABLE_metrics, mg_text("train_masked_tokens"), mg_int(last),
            mg_real(spent.asked));
    MG_EMIT(sink, MG_TABLE_metrics, mg_text("train_flops"), mg_int(last), mg_real(spent.flops));
}

static void record_nelbo(struct mg_sink *sink, size_t step, const struct mg_subject *subject,
                         const struct mg_source *source)
{
    const double nelbo_nats = mg_nelbo_exact_nats(subject->predictor, source);

    MG_EMIT(sink, MG_TABLE_metrics, mg_text("nelbo_nats_per_token"), mg_int((int64_t)step),
            mg_real(nelbo_nats / (double)source->length));
}

/* Between two steps: is the training to stop here, and is its state to be kept? */
static enum mg_status between_steps(struct mg_trainer *trainer, const struct mg_subject *subject,
                                    size_t next, size_t steps, const struct mg_run_options *options,
                                    struct mg_error *err)
{
    const bool stops = options->stop != NULL && options->stop(options->ctx);
    enum mg_status status = MG_OK;

    if (options->keep != NULL && next > 0) {
        status = options->keep(options->ctx, subject->transformer, mg_trainer_adamw(trainer), next,
                               stops, err);
    }
    if (status == MG_OK && stops) {
        status = mg_fail(err, MG_INTERRUPTED, "interrupted at step %zu of %zu", next, steps);
    }
    return status;
}

/* Steps between two estimates of the held-out NELBO. */
static size_t held_out_every(const struct mg_train_config *train)
{
    const size_t cheap = HELD_OUT_ROWS * HELD_OUT_SHARE / (ROWS_A_STEP * train->batch) + 1;
    const size_t even = train->steps / HELD_OUT_RECORDS;

    return even > cheap ? even : cheap;
}

static enum mg_status train_steps(struct mg_trainer *trainer, const struct mg_subject *subject,
                                  const struct mg_point *point, const struct mg_held_out *held_out,
                                  struct mg_sink *sink, const struct mg_run_options *options,
                                  struct mg_error *err)
{
    const size_t steps = point->train.steps;
    const size_t every = steps / RECORDS > 0 ? steps / RECORDS : 1;
    const size_t estimate_every = held_out_every(&point->train);
    const bool exact = nelbo_is_cheap(point->source);
    struct mg_training_state state = {.steps = steps, .nelbo_nats_per_token = (double)NAN};
    const size_t first =
        options->restore != NULL
            ? options->restore(options->ctx, subject->transformer, mg_trainer_adamw(trainer))
            : 0;

    for (size_t step = first; step < steps; step++) {
        const bool last = step + 1 == steps;
        struct mg_step_stats stats = {(double)NAN, (double)NAN, (double)NAN};
        enum mg_status status = between_steps(trainer, subject, step, steps, options, err);

        if (status != MG_OK) {
            return status;
        }
        status = mg_trainer_step(trainer, step, &stats, err);
        if (step % every == 0 || last || status != MG_OK) {
            record_step(sink, step, &stats); /* the step that diverged too */
        }
        if (status != MG_OK) {
            return status;
        }
        if (step % estimate_every == 0 || last) {
            state.nelbo_nats_per_token = mg_held_out_nats_per_token(held_out, subject->predictor);
            MG_EMIT(sink, MG_TABLE_metrics, mg_text("nelbo_held_out"), mg_int((int64_t)step),
                    mg_real(state.nelbo_nats_per_token));
        }
        if (exact && (step % (every * NELBO_EVERY) == 0 || last)) {
            record_nelbo(sink, step, subject, point->source);
        }
        if (options->step != NULL) {
            state.step = step;
            state.loss_nats_per_token = stats.loss_nats_per_token;
            state.grad_norm = stats.grad_norm;
            options->step(options->ctx, &state);
        }
    }
    record_spent(sink, trainer, steps);
    return MG_OK;
}

size_t mg_run_bytes(const struct mg_point *point, size_t threads)
{
    const size_t L = point->source->length;
    const size_t V = point->source->vocab;
    const size_t predictions = mg_batch_rows(L, V) * L * V * sizeof(double);
    const size_t held_out = HELD_OUT_ROWS * L * (2 * sizeof(int) + sizeof(float));

    if (!point->trains) {
        return predictions;
    }
    return mg_transformer_bytes(&point->network, point->train.batch, true, threads) +
           mg_trainer_bytes(&point->train, &point->network) + held_out + predictions;
}

double mg_run_train_steps(const struct mg_point *point)
{
    const size_t steps = point->train.steps;
    const size_t every = steps / RECORDS > 0 ? steps / RECORDS : 1;
    double rows = (double)HELD_OUT_ROWS * (double)(steps / held_out_every(&point->train) + 1);

    if (nelbo_is_cheap(point->source)) { /* more than it is: contexts are shared */
        rows += (double)(steps / (every * NELBO_EVERY) + 1) *
                mg_source_support_size(point->source) * (double)(1U << point->source->length);
    }
    return (double)steps + rows / (double)(ROWS_A_STEP * point->train.batch);
}

enum mg_status mg_run_train(struct mg_subject *subject, const struct mg_point *point, uint64_t seed,
                            uint64_t replicate, struct mg_sink *sink,
                            const struct mg_run_options *options, struct mg_error *err)
{
    const struct mg_streams streams = mg_streams_for_training(seed, replicate);
    struct mg_held_out *held_out;
    struct mg_trainer *trainer;
    enum mg_status status;

    assert(point->trains);
    *subject = (struct mg_subject){0};
    subject->transformer =
        mg_transformer_new(&point->network, point->train.batch, true, streams.init);
    subject->predictor = mg_transformer_predictor_new(subject->transformer);
    status = set_threads(subject, options, err);
    if (status == MG_OK) {
        trainer = mg_trainer_new(&point->train, subject->transformer, point->source, &streams);
        held_out = mg_held_out_new(point->source, point->train.objective->causal, HELD_OUT_ROWS,
                                   mg_stream_make(seed, replicate, "held_out"));
        status = train_steps(trainer, subject, point, held_out, sink, options, err);
        mg_held_out_free(held_out);
        mg_trainer_free(trainer);
    }
    if (status != MG_OK) {
        mg_subject_free(subject);
    }
    return status;
}

/* ---- predictors that need no training ---- */

static enum mg_status open_oracle(struct mg_subject *subject, const struct mg_point *point,
                                  const char *model_dir, bool read, struct mg_error *err)
{
    (void)model_dir;
    (void)read;
    (void)err;
    subject->predictor = mg_oracle_window_new(point->source, point->network.window);
    return MG_OK;
}

static enum mg_status open_uniform(struct mg_subject *subject, const struct mg_point *point,
                                   const char *model_dir, bool read, struct mg_error *err)
{
    (void)model_dir;
    (void)read;
    (void)err;
    subject->predictor = mg_uniform_new(point->source->length, point->source->vocab);
    return MG_OK;
}

static enum mg_status load(struct mg_subject *subject, const struct mg_point *point,
                           const char *dir, bool read, struct mg_error *err)
{
    const size_t fit = mg_batch_rows(point->source->length, point->source->vocab);
    const size_t batch = fit < BATCH_WITHOUT_TRAINING ? fit : BATCH_WITHOUT_TRAINING;
    const struct mg_checkpoint_use use = {.batch = point->trains ? point->train.batch : batch,
                                          .length = point->source->length,
                                          .read = read};
    enum mg_status status = mg_checkpoint_load(&subject->checkpoint, dir, &use, err);

    if (status == MG_OK) {
        status =
            mg_checkpoint_fits(subject->checkpoint, dir, point->source->length,
                               point->source->vocab, point->symbols, point->has_tokenizer, err);
    }
    if (status == MG_OK) {
        subject->transformer = mg_checkpoint_transformer(subject->checkpoint);
        subject->predictor = mg_transformer_predictor_new(subject->transformer);
    }
    return status;
}

static enum mg_status open_checkpoint(struct mg_subject *subject, const struct mg_point *point,
                                      const char *model_dir, bool read, struct mg_error *err)
{
    (void)model_dir;
    return load(subject, point, point->checkpoint_path, read, err);
}

static enum mg_status open_command(struct mg_subject *subject, const struct mg_point *point,
                                   const char *model_dir, bool read, struct mg_error *err)
{
    const struct mg_command_use use = {.argv = point->argv,
                                       .folder = point->folder,
                                       .timeout_s = point->timeout_s,
                                       .length = point->source->length,
                                       .vocab = point->source->vocab,
                                       .symbols = point->symbols};

    (void)model_dir;
    (void)read;
    return mg_command_new(&subject->predictor, &use, err);
}

/* It is read already, and answers nothing but what it recorded: the measure `trace` alone. */
static enum mg_status open_trace(struct mg_subject *subject, const struct mg_point *point,
                                 const char *model_dir, bool read, struct mg_error *err)
{
    (void)subject;
    (void)point;
    (void)model_dir;
    (void)read;
    (void)err;
    return MG_OK;
}

typedef enum mg_status opener(struct mg_subject *subject, const struct mg_point *point,
                              const char *model_dir, bool read, struct mg_error *err);

static opener *const openers[] = {
    [MG_PREDICTOR_ORACLE] = open_oracle,   [MG_PREDICTOR_UNIFORM] = open_uniform,
    [MG_PREDICTOR_TRANSFORMER] = load,     [MG_PREDICTOR_CHECKPOINT] = open_checkpoint,
    [MG_PREDICTOR_COMMAND] = open_command, [MG_PREDICTOR_TRACE] = open_trace,
};

enum mg_status mg_run_open(struct mg_subject *subject, const struct mg_point *point,
                           const char *model_dir, const struct mg_run_options *options,
                           struct mg_error *err)
{
    enum mg_status status;

    *subject = (struct mg_subject){0};
    status = openers[point->predictor](subject, point, model_dir, options->read, err);
    if (status == MG_OK) {
        status = set_threads(subject, options, err);
    }
    if (status != MG_OK) {
        mg_subject_free(subject);
    }
    return status;
}

const char *mg_run_answers(const struct mg_subject *subject, const struct mg_point *point)
{
    return point->predictor == MG_PREDICTOR_COMMAND ? mg_command_answers(subject->predictor) : NULL;
}

/* ---- measures ---- */

enum mg_status mg_run_measure(const struct mg_subject *subject, const struct mg_point *point,
                              const struct mg_measure_entry *entry, uint64_t seed,
                              uint64_t replicate, struct mg_sink *sink, struct mg_error *err)
{
    const struct mg_streams streams = mg_streams_for_measures(seed, replicate);
    /* A subject serves all points with its key; law asks for the oracle of this very source. */
    struct mg_predictor *oracle = point->predictor == MG_PREDICTOR_ORACLE
                                      ? mg_oracle_window_new(point->source, point->network.window)
                                      : NULL;
    const struct mg_measure_input input = {
        .spec = &entry->spec,
        .source = point->source,
        .predictor = oracle != NULL ? oracle : subject->predictor,
        .streams = &streams,
        .sink = sink,
    };
    const size_t block = subject->transformer == NULL
                             ? 0
                             : mg_prefix_block(mg_transformer_config(subject->transformer));
    enum mg_status status = MG_OK;

    if (block > 0) { /* a checkpoint shows only now what it sees */
        status = mg_measure_check_prefixes(entry->measure, &entry->spec, point->source, block, err);
    }
    if (status == MG_OK) {
        status = entry->measure->run(&input, err);
    }
    if (point->predictor == MG_PREDICTOR_COMMAND) { /* its fault is behind any other */
        struct mg_error fault = {0};
        if (mg_command_status(subject->predictor, &fault) != MG_OK) {
            *err = fault;
            status = fault.status;
        }
    }
    mg_predictor_free(oracle);
    return status;
}

void mg_subject_free(struct mg_subject *subject)
{
    mg_predictor_free(subject->predictor);
    if (subject->checkpoint != NULL) {
        mg_checkpoint_free(subject->checkpoint);
    } else {
        mg_transformer_free(subject->transformer);
    }
    *subject = (struct mg_subject){0};
}

/*
 * run.h - one computation: make a predictor (training it where it trains), and measure it.
 *
 * Knows no database: rows go to the sink it is given, so a worker process can send them over a
 * pipe. All randomness is addressed by (seed, replicate), so a computation gives the same rows
 * whoever does it and whenever.
 */
#ifndef MG_HARNESS_RUN_H
#define MG_HARNESS_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/spec.h"
#include "model/measure/rows.h"
#include "model/numeric/error.h"
#include "model/predictor/predictor.h"

/* Where a training is. */
struct mg_training_state {
    size_t step, steps; /* the step that was done, from 0; all */
    double loss_nats_per_token, grad_norm;
    double nelbo_nats_per_token; /* held out, as it was estimated last; NaN before */
};

/* How to go about it. None of this changes a number; every function may be NULL. */
struct mg_run_options {
    size_t threads; /* of one computation; 0 as 1 */
    /* Told after each step of a training, and asked before it. */
    void (*step)(void *ctx, const struct mg_training_state *state);
    bool (*stop)(void *ctx);
    /*
     * Before the first step: set parameters and optimiser to what they were before the step that
     * is returned (0: they stay) and send the rows of the steps before it.
     */
    size_t (*restore)(void *ctx, struct mg_transformer *transformer, struct mg_adamw *adamw);
    /*
     * Between two steps: the state before step `next` > 0, to keep or not, or to measure; `last`
     * when the training stops there.
     */
    enum mg_status (*keep)(void *ctx, struct mg_transformer *transformer, struct mg_adamw *adamw,
                           size_t next, bool last, struct mg_error *err);
    void *ctx;
    bool read; /* checkpoints are copied into memory, not mapped */
};

/* A predictor ready for measures; free with mg_subject_free. */
struct mg_subject {
    struct mg_predictor *predictor;
    struct mg_transformer *transformer; /* NULL for oracle, uniform and command */
    struct mg_checkpoint *checkpoint;   /* that owns it; NULL where it is the subject's own */
};

/*
 * Train the network of a point. Rows of `metrics` go to the sink: loss (nats per token, of the
 * step's batch) and grad_norm (before clipping) at step 0, every max(1, steps/100) steps and the
 * last one; nelbo_held_out (nats per token, held_out.h) of the network after the step, about 20
 * times, less often where it would take over a fiftieth of the time; nelbo_nats_per_token, the
 * exact one, for small sources; at the last step train_tokens, train_masked_tokens and train_flops
 * of the whole training.
 * MG_NO when it diverges (the text names step and quantity; its row is recorded), MG_INTERRUPTED
 * when stopped.
 */
enum mg_status mg_run_train(struct mg_subject *subject, const struct mg_point *point, uint64_t seed,
                            uint64_t replicate, struct mg_sink *sink,
                            const struct mg_run_options *options, struct mg_error *err);

/*
 * What mg_run_train spends, in steps: its steps, and what it predicts between them, which comes to
 * a few more. The point trains.
 */
double mg_run_train_steps(const struct mg_point *point);

/*
 * Bytes that the computation of a point takes beyond the program and its experiment files: weights,
 * gradients, moments and activations of a training, and what its predictor answers at a time.
 */
size_t mg_run_bytes(const struct mg_point *point, size_t threads);

/*
 * The predictor of a point without training it: oracle, uniform, a checkpoint, a command (which is
 * started), or a network that was trained before and stands in folder model_dir (MG_EUSAGE when it
 * is not whole).
 */
enum mg_status mg_run_open(struct mg_subject *subject, const struct mg_point *point,
                           const char *model_dir, const struct mg_run_options *options,
                           struct mg_error *err);

/* The hash of a command's answers, which is the digest of its training; NULL for all others. */
const char *mg_run_answers(const struct mg_subject *subject, const struct mg_point *point);

/*
 * Measure: the rows of one entry go to the sink. MG_NO where numbers are not finite, or a command
 * failed.
 */
enum mg_status mg_run_measure(const struct mg_subject *subject, const struct mg_point *point,
                              const struct mg_measure_entry *entry, uint64_t seed,
                              uint64_t replicate, struct mg_sink *sink, struct mg_error *err);

void mg_subject_free(struct mg_subject *subject);

#endif

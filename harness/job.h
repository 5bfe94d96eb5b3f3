/*
 * job.h - one computation: a training with the measures on top of it, as a worker does it.
 *
 * The driver says what is due; the worker answers with messages: what it is doing, each result
 * with all its rows once it is complete, and at the end how the job went.
 */
#ifndef MG_HARNESS_JOB_H
#define MG_HARNESS_JOB_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/plan.h"
#include "harness/run.h"
#include "harness/worker_wire.h"

/* What jobs are done with; the context of mg_job_work. */
struct mg_job_setting {
    const struct mg_plan *plan;
    const char *models_dir; /* trained models go to models_dir/KEY */
    size_t threads;         /* of one computation */
    double keep_s;          /* a training's state is written this often */
    bool read;              /* checkpoints are copied into memory, not mapped */
};

/*
 * Write an order: the training at plan->results[training], whether it is due, else its digest;
 * and the measures that are due.
 */
void mg_job_put_order(struct mg_buffer *order, size_t training, bool due, const char *digest,
                      const size_t *measures, size_t n_measures);

/* A mg_worker_job; ctx is a struct mg_job_setting. */
void mg_job_work(void *ctx, struct mg_wire *order);

/* -- the messages; each begins with an integer of this kind -- */

enum mg_job_message {
    MG_JOB_DOING,  /* text */
    MG_JOB_STEP,   /* a struct mg_training_state (mg_job_read_state) */
    MG_JOB_NOTE,   /* text: a sentence for the user */
    MG_JOB_RESULT, /* struct mg_job_result, then its rows */
    MG_JOB_END     /* integer status, text */
};

/* A result that is complete; the texts live as long as the message. */
struct mg_job_result {
    size_t at; /* in the plan */
    enum mg_result_status status;
    const char *digest; /* "" when failed */
    const char *error;  /* "" when done */
    double wall_s;
    int64_t max_rss_kb; /* as mg_worker_peak_kb, by the time it was sent */
    int64_t n_rows;     /* that follow */
};

void mg_job_read_state(struct mg_training_state *state, struct mg_wire *message);
void mg_job_read_result(struct mg_job_result *result, struct mg_wire *message);

#endif

/*
 * drive_store.h - what a driver writes: results as they come, and the states of their runs.
 *
 * Writes gather in one transaction until it is time to commit, so that thousands of short runs do
 * not pay for one each.
 */
#ifndef MG_HARNESS_DRIVE_STORE_H
#define MG_HARNESS_DRIVE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/job.h"
#include "harness/plan.h"
#include "harness/store.h"

struct mg_drive_store {
    struct mg_plan *plan;
    struct mg_store *store;
    const char *models_dir;
    enum mg_status (*keep)(void *ctx, bool now, struct mg_error *err); /* drive.h */
    void *keep_ctx;
    int64_t environment_id;
    size_t computed; /* results stored as done */
    bool is_open;    /* a transaction is */
    double begin_s;  /* since then */
};

/* will_compute: the environment is noted, for results to come. All borrowed. */
enum mg_status mg_drive_store_begin(struct mg_drive_store *to, struct mg_plan *plan,
                                    struct mg_store *store, const char *models_dir,
                                    bool will_compute, struct mg_error *err);

/* The runs of a training are being computed. */
enum mg_status mg_drive_store_running(struct mg_drive_store *to, size_t training,
                                      struct mg_error *err);

/*
 * Store a result and its rows, which follow in the message; the plan knows it from then on. A
 * training's state on disk is not needed any more, once that is committed.
 */
enum mg_status mg_drive_store_result(struct mg_drive_store *to, const struct mg_job_result *told,
                                     struct mg_wire *rows, struct mg_error *err);

/* The states of the runs of a training, from their results. */
enum mg_status mg_drive_store_settle(struct mg_drive_store *to, size_t training,
                                     struct mg_error *err);

/* Commit when it is time, or now; then keep. */
enum mg_status mg_drive_store_flush(struct mg_drive_store *to, bool now, struct mg_error *err);

#endif

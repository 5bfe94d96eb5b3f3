/*
 * drive.h - carry out a plan: give what is missing to the workers, and store what they answer.
 *
 * A result is there with all its rows, or not at all: it is stored once it is complete, several
 * in one transaction. So a driver that is killed loses what was being computed (of a long
 * training, seconds: see resume.h), and the same command goes on from there.
 */
#ifndef MG_HARNESS_DRIVE_H
#define MG_HARNESS_DRIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/plan.h"
#include "harness/progress.h"
#include "harness/store.h"
#include "harness/workers.h"

struct mg_drive_options {
    const char *models_dir; /* trained models are in models_dir/KEY */
    bool retry_failed;      /* compute again what failed before */
    const bool *wanted;     /* runs of the plan that are meant; NULL: all */
    const double *cost_s;   /* of each result of the plan, to begin with the longest; NULL: none */
    double budget_s;        /* stop after this long, 0: no limit */
    size_t jobs_max;        /* begin at most so many computations, 0: no limit */
    /*
     * Called when nothing is left to commit, often; NULL: not. now: what was stored is to be safe,
     * wherever that is, before the call returns.
     */
    enum mg_status (*keep)(void *ctx, bool now, struct mg_error *err);
    void *keep_ctx;
    bool (*stop)(void); /* true: finish cleanly, MG_INTERRUPTED */
};

struct mg_drive_summary {
    size_t computed; /* results that were computed and are done */
    size_t runs;     /* that are meant */
    size_t failed;   /* of these failed, now or before */
    size_t done;     /* of these are done */
};

/*
 * Carry out a registered plan; the workers were made with mg_job_work on the same plan. A training
 * that diverges, a measure that fails or a worker that crashes is recorded, and the others go on:
 * MG_NO at the end. A worker that was killed from outside (SIGKILL) begins its computation again,
 * up to three times. MG_UNDECIDED when a limit left something to do. MG_ESTORAGE and
 * MG_INTERRUPTED end early, with everything stored that was complete.
 */
enum mg_status mg_drive(struct mg_drive_summary *summary, struct mg_plan *plan,
                        struct mg_store *store, struct mg_workers *workers,
                        const struct mg_drive_options *options, struct mg_progress *progress,
                        struct mg_error *err);

#endif

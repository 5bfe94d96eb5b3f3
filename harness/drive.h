/*
 * drive.h - carry out a plan: compute what is missing, one training after the other, and store it.
 *
 * A result is one transaction: it is there with all its rows, or not at all. So a driver that is
 * killed loses the result it was at, and the same command goes on from there.
 */
#ifndef MG_HARNESS_DRIVE_H
#define MG_HARNESS_DRIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/plan.h"
#include "harness/progress.h"
#include "harness/store.h"

struct mg_drive_options {
    const char *models_dir; /* trained models go to models_dir/KEY */
    bool retry_failed;      /* compute again what failed before */
    size_t threads;         /* of one computation */
    bool (*stop)(void);     /* asked between steps; true: finish cleanly, MG_INTERRUPTED */
};

struct mg_drive_summary {
    size_t computed; /* results that were computed and are done */
    size_t failed;   /* runs that failed, now or before */
    size_t done;     /* runs that are done */
};

/* Computations (a training with its measures) that have something to do. */
size_t mg_drive_count(const struct mg_plan *plan, const struct mg_drive_options *options);

/*
 * Carry out a registered plan. A training that diverges or a measure that fails is recorded, and
 * the others go on: MG_NO at the end. MG_ESTORAGE and MG_INTERRUPTED end at once, with everything
 * stored that was complete.
 */
enum mg_status mg_drive(struct mg_drive_summary *summary, struct mg_plan *plan,
                        struct mg_store *store, const struct mg_drive_options *options,
                        struct mg_progress *progress, struct mg_error *err);

#endif

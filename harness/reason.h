/*
 * reason.h - why a run is to be computed, or not: what `plan` says.
 */
#ifndef MG_HARNESS_REASON_H
#define MG_HARNESS_REASON_H

#include "harness/plan.h"
#include "harness/store.h"

struct mg_reason {
    /*
     * cached     everything is there
     * failed     a result failed; `run --failed` computes it again
     * resumable  its training stands half done on disk
     * stale      it was computed, and something changed since
     * new        none of these
     */
    const char *state;
    char text[512]; /* one clause: what is missing, what changed and how */
};

/*
 * The state of a run, before the plan is registered. store NULL: there is no database yet.
 * models_dir: where states of trainings stand.
 */
enum mg_status mg_reason_find(struct mg_reason *reason, const struct mg_plan *plan, size_t run,
                              struct mg_store *store, const char *models_dir, struct mg_error *err);

#endif

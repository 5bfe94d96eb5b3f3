/* drive_store.c - what a driver writes; see drive_store.h. */
#include "harness/drive_store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/progress.h"
#include "harness/provenance.h"
#include "harness/resume.h"

#define COMMIT_EVERY_S 0.1

/* Is a training there, and every measure that may need its states on the way ("at")? */
static bool is_complete(const struct mg_plan *plan, size_t training)
{
    bool complete = plan->results[training].point->trains;

    for (ptrdiff_t at = (ptrdiff_t)training; at != MG_PLAN_NONE; at = plan->results[at].next) {
        complete = complete && plan->results[at].stored.status == MG_RESULT_DONE;
    }
    return complete;
}

/* A driver that was killed between a commit and the removal after it has left a state behind. */
static void remove_old_states(const struct mg_drive_store *to)
{
    for (size_t i = 0; i < to->plan->n_results; i++) {
        if (to->plan->results[i].entry == NULL && is_complete(to->plan, i)) {
            char *path = mg_resume_path(to->models_dir, to->plan->results[i].key);

            (void)unlink(path);
            free(path);
        }
    }
}

enum mg_status mg_drive_store_begin(struct mg_drive_store *to, struct mg_plan *plan,
                                    struct mg_store *store, const char *models_dir,
                                    bool will_compute, struct mg_error *err)
{
    struct mg_provenance provenance;

    *to = (struct mg_drive_store){.plan = plan, .store = store, .models_dir = models_dir};
    remove_old_states(to);
    if (!will_compute) {
        return MG_OK;
    }
    mg_provenance_collect(&provenance);
    return mg_store_add_environment(&to->environment_id, store, &provenance, err);
}

static enum mg_status open_transaction(struct mg_drive_store *to, struct mg_error *err)
{
    if (to->is_open) {
        return MG_OK;
    }
    to->is_open = true;
    to->begin_s = mg_clock_s();
    return mg_store_begin(to->store, err);
}

enum mg_status mg_drive_store_flush(struct mg_drive_store *to, bool now, struct mg_error *err)
{
    enum mg_status status = MG_OK;

    if (to->is_open && (now || mg_clock_s() - to->begin_s >= COMMIT_EVERY_S)) {
        to->is_open = false;
        status = mg_store_commit(to->store, err);
    }
    return status == MG_OK && !to->is_open && to->keep != NULL ? to->keep(to->keep_ctx, now, err)
                                                               : status;
}

enum mg_status mg_drive_store_running(struct mg_drive_store *to, size_t training,
                                      struct mg_error *err)
{
    enum mg_status status = open_transaction(to, err);

    for (ptrdiff_t r = to->plan->results[training].first_run; status == MG_OK && r != MG_PLAN_NONE;
         r = to->plan->runs[r].next) {
        status = mg_store_set_run(to->store, to->plan->runs[r].run_id, "running", NULL, (double)NAN,
                                  err);
    }
    return status;
}

enum mg_status mg_drive_store_settle(struct mg_drive_store *to, size_t training,
                                     struct mg_error *err)
{
    enum mg_status status = open_transaction(to, err);

    for (ptrdiff_t r = to->plan->results[training].first_run; status == MG_OK && r != MG_PLAN_NONE;
         r = to->plan->runs[r].next) {
        status = mg_plan_settle(to->plan, (size_t)r, to->store, err);
    }
    return status;
}

static enum mg_status add_rows(struct mg_drive_store *to, int64_t result_id, int64_t n_rows,
                               struct mg_wire *rows, struct mg_error *err)
{
    enum mg_status status = MG_OK;

    for (int64_t row = 0; status == MG_OK && row < n_rows; row++) {
        struct mg_value values[MG_COLUMNS_MAX];
        size_t n;
        const enum mg_table table = mg_wire_row(rows, values, &n);
        status = mg_store_add_row(to->store, result_id, row, table, values, n, err);
    }
    return status;
}

/* After the commit: until then the state on disk is all there is of a long training. */
static enum mg_status remove_state(struct mg_drive_store *to, const char *key, struct mg_error *err)
{
    char *path = mg_resume_path(to->models_dir, key);
    enum mg_status status = MG_OK;

    if (access(path, F_OK) == 0) {
        status = mg_drive_store_flush(to, true, err);
        if (status == MG_OK) {
            (void)unlink(path);
        }
    }
    free(path);
    return status;
}

enum mg_status mg_drive_store_result(struct mg_drive_store *to, const struct mg_job_result *told,
                                     struct mg_wire *rows, struct mg_error *err)
{
    struct mg_plan_result *result = &to->plan->results[told->at];
    struct mg_result *stored = &result->stored;
    enum mg_status status = open_transaction(to, err);

    if (status == MG_OK) {
        status = mg_store_clear_result(to->store, stored->id, err);
    }
    if (status == MG_OK) {
        status = add_rows(to, stored->id, told->n_rows, rows, err);
    }
    if (status != MG_OK) {
        return status;
    }
    stored->status = told->status;
    stored->wall_s = told->wall_s;
    stored->max_rss_kb = told->max_rss_kb;
    snprintf(stored->digest, sizeof(stored->digest), "%s", told->digest);
    snprintf(stored->error, sizeof(stored->error), "%.255s", told->error);
    to->computed += told->status == MG_RESULT_DONE;
    status = mg_store_finish_result(to->store, stored, told->n_rows, to->environment_id, err);
    return status == MG_OK && result->entry == NULL && told->status == MG_RESULT_DONE
               ? remove_state(to, result->key, err)
               : status;
}

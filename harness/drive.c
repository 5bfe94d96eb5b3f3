/* drive.c - carry out a plan; see drive.h. */
#include "harness/drive.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/checkpoint.h"
#include "harness/file.h"
#include "harness/provenance.h"
#include "harness/record.h"
#include "harness/run.h"

/* What every step of the work needs. */
struct driver {
    struct mg_plan *plan;
    struct mg_store *store;
    const struct mg_drive_options *options;
    struct mg_progress *progress;
    int64_t environment_id;
    size_t computed;
};

/* Rows of one result on their way to the store; result_id 0: only the digest is wanted. */
struct destination {
    struct mg_store *store;
    int64_t result_id;
};

static enum mg_status store_row(void *ctx, int64_t row, enum mg_table table,
                                const struct mg_value *values, size_t n, struct mg_error *err)
{
    const struct destination *to = ctx;

    if (to->result_id == 0) {
        return MG_OK;
    }
    return mg_store_add_row(to->store, to->result_id, row, table, values, n, err);
}

static bool is_due(const struct mg_plan_result *result, const struct mg_drive_options *options)
{
    return result->stored.status == MG_RESULT_PENDING ||
           (result->stored.status == MG_RESULT_FAILED && options->retry_failed);
}

/* Has this training something to do, for itself or for a measure on top of it? */
static bool is_job(const struct mg_plan *plan, size_t at, const struct mg_drive_options *options)
{
    const struct mg_plan_result *result = &plan->results[at];

    if (result->entry != NULL) {
        return false;
    }
    if (result->stored.status != MG_RESULT_DONE) {
        return is_due(result, options);
    }
    for (ptrdiff_t m = result->next; m != MG_PLAN_NONE; m = plan->results[m].next) {
        if (is_due(&plan->results[m], options)) {
            return true;
        }
    }
    return false;
}

size_t mg_drive_count(const struct mg_plan *plan, const struct mg_drive_options *options)
{
    size_t n = 0;

    for (size_t i = 0; i < plan->n_results; i++) {
        n += is_job(plan, i, options);
    }
    return n;
}

/* ---- one result ---- */

/* Close a result inside its transaction: DONE, or FAILED with the text of *why. */
static enum mg_status finish(struct driver *driver, struct mg_plan_result *result,
                             const char *digest, int64_t n_rows, double begin_s,
                             const struct mg_error *why, struct mg_error *err)
{
    struct mg_result *stored = &result->stored;
    enum mg_status status;

    stored->status = why->status == MG_OK ? MG_RESULT_DONE : MG_RESULT_FAILED;
    stored->wall_s = mg_clock_s() - begin_s;
    snprintf(stored->digest, sizeof(stored->digest), "%s", why->status == MG_OK ? digest : "");
    snprintf(stored->error, sizeof(stored->error), "%.255s", why->text);
    driver->computed += stored->status == MG_RESULT_DONE;
    status = mg_store_finish_result(driver->store, stored, n_rows, driver->environment_id, err);
    return status == MG_OK ? mg_store_commit(driver->store, err) : status;
}

/* Faults that end the whole command; all others are the result's own. */
static bool ends_all(enum mg_status status)
{
    return status == MG_ESTORAGE || status == MG_INTERRUPTED || status == MG_EENVIRONMENT;
}

static enum mg_status begin_result(struct driver *driver, const struct mg_plan_result *result,
                                   struct mg_error *err)
{
    enum mg_status status = mg_store_begin(driver->store, err);

    return status == MG_OK ? mg_store_clear_result(driver->store, result->stored.id, err) : status;
}

static enum mg_status measure(struct driver *driver, const struct mg_subject *subject,
                              struct mg_plan_result *result, struct mg_error *err)
{
    struct destination to = {driver->store, result->stored.id};
    const double begin_s = mg_clock_s();
    struct mg_error why = {0};
    struct mg_recorder *recorder;
    char digest[MG_KEY_TEXT];
    int64_t n_rows = 0;
    enum mg_status status = begin_result(driver, result, err);

    if (status != MG_OK) {
        return status;
    }
    mg_progress_doing(driver->progress, result->entry->name);
    recorder = mg_recorder_new(result->point->symbols, store_row, &to);
    (void)mg_run_measure(subject, result->point, result->entry, result->spec->seed_value,
                         result->replicate, mg_recorder_sink(recorder), &why);
    status = mg_recorder_finish(digest, &n_rows, recorder, err);
    if (status == MG_OK && why.status != MG_OK) {
        mg_store_rollback(driver->store); /* the rows of a failed measure would mislead */
        n_rows = 0;
        status = begin_result(driver, result, err);
    }
    return status == MG_OK ? finish(driver, result, digest, n_rows, begin_s, &why, err) : status;
}

/* ---- a training ---- */

static void tell_step(void *ctx, size_t step, size_t steps, double loss)
{
    const struct driver *driver = ctx;

    mg_progress_step(driver->progress, step, steps, loss);
}

static bool ask_stop(void *ctx)
{
    const struct driver *driver = ctx;

    return driver->options->stop != NULL && driver->options->stop();
}

/* Train and save the model; rows to result_id, or only the digest for 0. */
static enum mg_status train(struct driver *driver, struct mg_subject *subject, char *digest,
                            int64_t *n_rows, const struct mg_plan_result *result, int64_t result_id,
                            const char *model_dir, struct mg_error *err)
{
    const struct mg_run_options options = {driver->options->threads, tell_step, ask_stop, driver};
    struct destination to = {driver->store, result_id};
    struct mg_recorder *recorder = mg_recorder_new(result->point->symbols, store_row, &to);
    struct mg_error why = {0};
    enum mg_status status;

    mg_progress_doing(driver->progress, "training");
    status = mg_run_train(subject, result->point, result->spec->seed_value, result->replicate,
                          mg_recorder_sink(recorder), &options, &why);
    if (mg_recorder_finish(digest, n_rows, recorder, err) != MG_OK) {
        return err->status;
    }
    if (status != MG_OK) {
        return mg_fail(err, status, "%s", why.text);
    }
    return mg_checkpoint_save(model_dir, subject->transformer, result->point->symbols,
                              result->point->train.objective->name, result->key, err);
}

/* A training that is due: its rows, its model, its end. */
static enum mg_status compute_training(struct driver *driver, struct mg_subject *subject,
                                       struct mg_plan_result *result, const char *model_dir,
                                       struct mg_error *err)
{
    const struct mg_run_options options = {.threads = driver->options->threads};
    const double begin_s = mg_clock_s();
    struct mg_error why = {0};
    char digest[MG_KEY_TEXT] = "";
    int64_t n_rows = 0;
    enum mg_status status = begin_result(driver, result, err);

    if (status != MG_OK) {
        return status;
    }
    if (result->point->trains) {
        status =
            train(driver, subject, digest, &n_rows, result, result->stored.id, model_dir, &why);
    } else {
        struct destination to = {driver->store, 0};
        struct mg_recorder *recorder = mg_recorder_new(result->point->symbols, store_row, &to);
        (void)mg_recorder_finish(digest, &n_rows, recorder, &why);
        status = mg_run_open(subject, result->point, model_dir, &options, &why);
    }
    if (ends_all(status)) {
        return mg_fail(err, status, "%s", why.text);
    }
    return finish(driver, result, digest, n_rows, begin_s, &why, err);
}

/* The network of a training that is done: from its folder, or trained once more. */
static enum mg_status reopen_training(struct driver *driver, struct mg_subject *subject,
                                      const struct mg_plan_result *result, const char *model_dir,
                                      struct mg_error *err)
{
    const struct mg_run_options options = {.threads = driver->options->threads};
    struct mg_error why = {0};
    char digest[MG_KEY_TEXT] = "";
    int64_t n_rows = 0;
    enum mg_status status = mg_run_open(subject, result->point, model_dir, &options, &why);

    if (status == MG_OK || !result->point->trains) {
        return status == MG_OK ? MG_OK : mg_fail(err, status, "%s", why.text);
    }
    mg_progress_note(driver->progress, "note: %s; training again to the same digest", why.text);
    status = train(driver, subject, digest, &n_rows, result, 0, model_dir, err);
    if (status == MG_OK && strcmp(digest, result->stored.digest) != 0) {
        mg_subject_free(subject);
        status = mg_fail(err, MG_NO,
                         "training again gave digest %.12s, the database has %.12s: was it made on"
                         " another kind of machine?",
                         digest, result->stored.digest);
    }
    return status;
}

/* ---- a training with its measures ---- */

static enum mg_status measure_all(struct driver *driver, const struct mg_subject *subject,
                                  const struct mg_plan_result *training, struct mg_error *err)
{
    enum mg_status status = MG_OK;

    for (ptrdiff_t m = training->next; status == MG_OK && m != MG_PLAN_NONE;
         m = driver->plan->results[m].next) {
        struct mg_plan_result *result = &driver->plan->results[m];
        if (ask_stop(driver)) {
            return mg_fail(err, MG_INTERRUPTED, "interrupted before %s", result->entry->name);
        }
        if (is_due(result, driver->options)) {
            status = measure(driver, subject, result, err);
        }
    }
    return status;
}

static enum mg_status set_runs(struct driver *driver, const struct mg_plan_result *training,
                               bool running, struct mg_error *err)
{
    enum mg_status status = MG_OK;

    for (ptrdiff_t r = training->first_run; status == MG_OK && r != MG_PLAN_NONE;
         r = driver->plan->runs[r].next) {
        status = running ? mg_store_set_run(driver->store, driver->plan->runs[r].run_id, "running",
                                            NULL, (double)NAN, err)
                         : mg_plan_settle(driver->plan, (size_t)r, driver->store, err);
    }
    return status;
}

/* "toy-pairs r3" or "toy-pairs kind=oracle r3" */
static char *job_name(const struct mg_plan_result *training)
{
    const char *label = training->point->label;

    return mg_format("%s%s%s r%llu", training->spec->name, *label == '\0' ? "" : " ", label,
                     (unsigned long long)training->replicate);
}

/* The first failure among the training and its measures, or NULL. */
static const char *job_failure(const struct mg_plan *plan, const struct mg_plan_result *training)
{
    if (training->stored.status == MG_RESULT_FAILED) {
        return training->stored.error;
    }
    for (ptrdiff_t m = training->next; m != MG_PLAN_NONE; m = plan->results[m].next) {
        if (plan->results[m].stored.status == MG_RESULT_FAILED) {
            return plan->results[m].stored.error;
        }
    }
    return NULL;
}

static enum mg_status do_job(struct driver *driver, struct mg_plan_result *training,
                             struct mg_error *err)
{
    struct mg_subject subject = {0};
    struct mg_error unsettled = {0};
    struct mg_error lost = {0};
    char *model_dir = mg_format("%s/%s", driver->options->models_dir, training->key);
    enum mg_status status = set_runs(driver, training, true, err);

    if (status == MG_OK && is_due(training, driver->options)) {
        status = compute_training(driver, &subject, training, model_dir, err);
    } else if (status == MG_OK) {
        status = reopen_training(driver, &subject, training, model_dir, &lost);
        if (ends_all(status)) {
            (void)mg_fail(err, status, "%s", lost.text);
        } else if (status != MG_OK) {
            mg_progress_note(driver->progress, "error: %s", lost.text);
            status = MG_OK;
        }
    }
    if (status == MG_OK && subject.predictor != NULL) {
        status = measure_all(driver, &subject, training, err);
    }
    mg_subject_free(&subject);
    free(model_dir);
    mg_store_rollback(driver->store);
    if (set_runs(driver, training, false, &unsettled) != MG_OK && status == MG_OK) {
        status = mg_fail(err, unsettled.status, "%s", unsettled.text);
    }
    return status;
}

static enum mg_status do_all(struct driver *driver, struct mg_error *err)
{
    enum mg_status status = MG_OK;

    for (size_t i = 0; status == MG_OK && i < driver->plan->n_results; i++) {
        struct mg_plan_result *training = &driver->plan->results[i];
        const char *failure;
        char *name;
        if (!is_job(driver->plan, i, driver->options)) {
            continue;
        }
        if (ask_stop(driver)) {
            return mg_fail(err, MG_INTERRUPTED, "interrupted");
        }
        name = job_name(training);
        mg_progress_begin(driver->progress, name);
        status = do_job(driver, training, err);
        failure = job_failure(driver->plan, training);
        if (status == MG_OK) {
            mg_progress_end(driver->progress, failure != NULL, failure != NULL ? failure : "done");
        }
        free(name);
    }
    return status;
}

enum mg_status mg_drive(struct mg_drive_summary *summary, struct mg_plan *plan,
                        struct mg_store *store, const struct mg_drive_options *options,
                        struct mg_progress *progress, struct mg_error *err)
{
    struct driver driver = {.plan = plan, .store = store, .options = options, .progress = progress};
    struct mg_provenance provenance;
    enum mg_status status = MG_OK;

    *summary = (struct mg_drive_summary){0};
    if (mg_drive_count(plan, options) > 0) {
        mg_provenance_collect(&provenance);
        status = mg_store_add_environment(&driver.environment_id, store, &provenance, err);
    }
    if (status == MG_OK) {
        status = do_all(&driver, err);
    }
    summary->computed = driver.computed;
    for (size_t i = 0; i < plan->n_runs; i++) {
        const enum mg_result_status run = mg_plan_run_status(plan, i);
        summary->done += run == MG_RESULT_DONE;
        summary->failed += run == MG_RESULT_FAILED;
    }
    return status == MG_OK && summary->done < plan->n_runs ? MG_NO : status;
}

/* job.c - one computation, as a worker does it; see job.h. */
#include "harness/job.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/checkpoint.h"
#include "harness/file.h"
#include "harness/progress.h"
#include "harness/record.h"
#include "harness/resume.h"
#include "harness/run.h"
#include "harness/workers.h"
#include "model/numeric/arena.h"
#include "model/numeric/matmul.h"

#define TELL_EVERY_S 0.1

/* The job at hand. */
struct job {
    const struct mg_job_setting *setting;
    const struct mg_plan_result *training;
    char *model_dir;
    char *resume_path;
    struct mg_subject subject;
    struct mg_resume *resume; /* while training */
    double told_s;
    size_t *measures; /* (n_measures) those that are due */
    size_t n_measures;
};

/* ---- messages ---- */

void mg_job_put_order(struct mg_buffer *order, size_t training, bool due, const char *digest,
                      const size_t *measures, size_t n_measures)
{
    mg_wire_put_integer(order, (int64_t)training);
    mg_wire_put_integer(order, due);
    mg_wire_put_text(order, digest);
    mg_wire_put_integer(order, (int64_t)n_measures);
    for (size_t i = 0; i < n_measures; i++) {
        mg_wire_put_integer(order, (int64_t)measures[i]);
    }
}

static void tell_text(enum mg_job_message kind, const char *text)
{
    struct mg_buffer message = {0};

    mg_wire_put_integer(&message, kind);
    mg_wire_put_text(&message, text);
    mg_worker_send(&message);
    mg_buffer_free(&message);
}

static void tell_end(enum mg_status status, const char *text)
{
    struct mg_buffer message = {0};

    mg_wire_put_integer(&message, MG_JOB_END);
    mg_wire_put_integer(&message, status);
    mg_wire_put_text(&message, text);
    mg_worker_send(&message);
    mg_buffer_free(&message);
}

static void tell_result(const struct mg_job_result *result, const struct mg_buffer *rows)
{
    struct mg_buffer message = {0};

    mg_wire_put_integer(&message, MG_JOB_RESULT);
    mg_wire_put_integer(&message, (int64_t)result->at);
    mg_wire_put_integer(&message, result->status);
    mg_wire_put_text(&message, result->digest);
    mg_wire_put_text(&message, result->error);
    mg_wire_put_real(&message, result->wall_s);
    mg_wire_put_integer(&message, mg_worker_peak_kb());
    mg_wire_put_integer(&message, result->n_rows);
    if (result->n_rows > 0) {
        mg_buffer_add(&message, rows->text, rows->size);
    }
    mg_worker_send(&message);
    mg_buffer_free(&message);
}

void mg_job_read_state(struct mg_training_state *state, struct mg_wire *message)
{
    state->step = (size_t)mg_wire_integer(message);
    state->steps = (size_t)mg_wire_integer(message);
    state->loss_nats_per_token = mg_wire_real(message);
    state->grad_norm = mg_wire_real(message);
    state->nelbo_nats_per_token = mg_wire_real(message);
}

void mg_job_read_result(struct mg_job_result *result, struct mg_wire *message)
{
    result->at = (size_t)mg_wire_integer(message);
    result->status = (enum mg_result_status)mg_wire_integer(message);
    result->digest = mg_wire_text(message);
    result->error = mg_wire_text(message);
    result->wall_s = mg_wire_real(message);
    result->max_rss_kb = mg_wire_integer(message);
    result->n_rows = mg_wire_integer(message);
}

/* ---- one result ---- */

static enum mg_status keep_row(void *ctx, int64_t row, enum mg_table table,
                               const struct mg_value *values, size_t n, struct mg_error *err)
{
    (void)row;
    (void)err;
    mg_wire_put_row(ctx, table, values, n);
    return MG_OK;
}

static void measure(struct job *job, size_t at)
{
    const struct mg_plan_result *result = &job->setting->plan->results[at];
    const double begin_s = mg_clock_s();
    struct mg_job_result told = {.at = at, .status = MG_RESULT_DONE, .error = ""};
    struct mg_buffer rows = {0};
    struct mg_error why = {0};
    struct mg_error never = {0}; /* keep_row does not fail */
    struct mg_recorder *recorder = mg_recorder_new(result->point->symbols, keep_row, &rows);
    char digest[MG_KEY_TEXT];

    mg_worker_forget_peak();
    tell_text(MG_JOB_DOING, result->entry->label);
    mg_worker_set_abandon(!result->entry->early); /* a training goes on after it */
    (void)mg_run_measure(&job->subject, result->point, result->entry, result->spec->seed_value,
                         result->replicate, mg_recorder_sink(recorder), &why);
    mg_worker_set_abandon(false);
    (void)mg_recorder_finish(digest, &told.n_rows, recorder, &never);
    told.digest = digest;
    told.wall_s = mg_clock_s() - begin_s;
    if (why.status != MG_OK) {
        told.status = MG_RESULT_FAILED;
        told.digest = "";
        told.error = why.text;
        told.n_rows = 0; /* the rows of a failed measure would mislead */
    }
    tell_result(&told, &rows);
    mg_buffer_free(&rows);
}

/* ---- a training ---- */

static void tell_step(void *ctx, const struct mg_training_state *state)
{
    struct job *job = ctx;
    struct mg_buffer message = {0};
    const double now_s = mg_clock_s();

    if (now_s - job->told_s < TELL_EVERY_S) {
        return;
    }
    job->told_s = now_s;
    mg_wire_put_integer(&message, MG_JOB_STEP);
    mg_wire_put_integer(&message, (int64_t)state->step);
    mg_wire_put_integer(&message, (int64_t)state->steps);
    mg_wire_put_real(&message, state->loss_nats_per_token);
    mg_wire_put_real(&message, state->grad_norm);
    mg_wire_put_real(&message, state->nelbo_nats_per_token);
    mg_worker_send(&message);
    mg_buffer_free(&message);
}

static bool ask_stop(void *ctx)
{
    (void)ctx;
    return mg_worker_is_stopped();
}

static const struct mg_measure_entry *due_entry(const struct job *job, size_t i)
{
    return job->setting->plan->results[job->measures[i]].entry;
}

/* Nothing to measure is to be passed over, whenever the last session ended. */
static size_t restore(void *ctx, struct mg_transformer *transformer, struct mg_adamw *adamw)
{
    const struct job *job = ctx;
    size_t latest = SIZE_MAX;

    for (size_t i = 0; i < job->n_measures; i++) {
        const struct mg_measure_entry *entry = due_entry(job, i);
        latest = entry->early && entry->step < latest ? entry->step : latest;
    }
    return mg_resume_restore(job->resume, transformer, adamw, latest);
}

/* Keep the state, where it is time, and measure what is due before this step. */
static enum mg_status keep(void *ctx, struct mg_transformer *transformer, struct mg_adamw *adamw,
                           size_t next, bool last, struct mg_error *err)
{
    struct job *job = ctx;
    const enum mg_status status = mg_resume_keep(job->resume, transformer, adamw, next, last, err);

    for (size_t i = 0; !last && status == MG_OK && i < job->n_measures; i++) {
        if (due_entry(job, i)->early && due_entry(job, i)->step == next) {
            measure(job, job->measures[i]);
            tell_text(MG_JOB_DOING, "training");
        }
    }
    return status;
}

/* Train and save the model; its rows, digest and their number out. */
static enum mg_status train(struct job *job, struct mg_buffer *rows, char *digest, int64_t *n_rows,
                            struct mg_error *err)
{
    const struct mg_plan_result *result = job->training;
    const struct mg_run_options options = {
        job->setting->threads, tell_step, ask_stop, restore, keep, job, job->setting->read};
    struct mg_recorder *recorder = mg_recorder_new(result->point->symbols, keep_row, rows);
    struct mg_error never = {0};
    enum mg_status status;

    tell_text(MG_JOB_DOING, "training");
    job->resume = mg_resume_new(job->resume_path, result->key, job->setting->keep_s,
                                mg_recorder_sink(recorder));
    status = mg_run_train(&job->subject, result->point, result->spec->seed_value, result->replicate,
                          mg_resume_sink(job->resume), &options, err);
    mg_resume_free(job->resume);
    job->resume = NULL;
    (void)mg_recorder_finish(digest, n_rows, recorder, &never);
    if (status != MG_OK) {
        return status;
    }
    return mg_checkpoint_save(job->model_dir, job->subject.transformer, result->point->symbols,
                              result->point->train.objective->name, result->key, err);
}

/* Faults that are not the result's own: nothing is recorded. */
static bool ends_all(enum mg_status status)
{
    return status == MG_ESTORAGE || status == MG_INTERRUPTED || status == MG_EENVIRONMENT;
}

/* A training that is due: its rows, its model, its end. */
static enum mg_status compute_training(struct job *job, size_t at, struct mg_error *err)
{
    const struct mg_run_options options = {.threads = job->setting->threads,
                                           .read = job->setting->read};
    const double begin_s = mg_clock_s();
    struct mg_job_result told = {.at = at, .status = MG_RESULT_DONE};
    struct mg_buffer rows = {0};
    char digest[MG_KEY_TEXT] = "";
    enum mg_status status;

    mg_worker_forget_peak();
    if (job->training->point->trains) {
        status = train(job, &rows, digest, &told.n_rows, err);
    } else {
        struct mg_error never = {0};
        (void)mg_recorder_finish(digest, &told.n_rows,
                                 mg_recorder_new(job->training->point->symbols, keep_row, &rows),
                                 &never);
        status = mg_run_open(&job->subject, job->training->point, job->model_dir, &options, err);
        if (status == MG_OK && mg_run_answers(&job->subject, job->training->point) != NULL) {
            snprintf(digest, sizeof(digest), "%s",
                     mg_run_answers(&job->subject, job->training->point));
        }
    }
    if (!ends_all(status)) {
        told.status = status == MG_OK ? MG_RESULT_DONE : MG_RESULT_FAILED;
        told.digest = status == MG_OK ? digest : "";
        told.error = err->text;
        told.wall_s = mg_clock_s() - begin_s;
        tell_result(&told, &rows);
    }
    mg_buffer_free(&rows);
    return status;
}

/* Does a measure along the training wait for it? */
static bool has_early(const struct job *job)
{
    bool early = false;

    for (size_t i = 0; i < job->n_measures; i++) {
        early = early || due_entry(job, i)->early;
    }
    return early;
}

/* The network of a training that is done: from its folder, or trained once more. */
static enum mg_status reopen_training(struct job *job, const char *expected, struct mg_error *err)
{
    const struct mg_run_options options = {.threads = job->setting->threads,
                                           .read = job->setting->read};
    struct mg_error why = {0};
    struct mg_buffer rows = {0};
    char digest[MG_KEY_TEXT] = "";
    char *note;
    int64_t n_rows = 0;
    enum mg_status status =
        has_early(job)
            ? mg_fail(&why, MG_NO, "%s is to be measured along its training", job->training->key)
            : mg_run_open(&job->subject, job->training->point, job->model_dir, &options, &why);

    if (status == MG_OK && mg_run_answers(&job->subject, job->training->point) != NULL &&
        strcmp(mg_run_answers(&job->subject, job->training->point), expected) != 0) {
        return mg_fail(err, MG_NO,
                       "predictor.argv (%s): it answers otherwise than when its results were "
                       "recorded; if its model changed, say so with another argument",
                       job->training->point->argv[0]);
    }
    if (status == MG_OK || !job->training->point->trains) {
        return status == MG_OK ? MG_OK : mg_fail(err, status, "%s", why.text);
    }
    note = mg_format("note: %s; training again to the same digest", why.text);
    tell_text(MG_JOB_NOTE, note);
    free(note);
    status = train(job, &rows, digest, &n_rows, err);
    mg_buffer_free(&rows);
    if (status == MG_OK) {
        (void)unlink(job->resume_path); /* the driver does so where it stores a result */
    }
    if (status == MG_OK && strcmp(digest, expected) != 0) {
        struct mg_error ignored = {0};
        mg_subject_free(&job->subject);
        (void)mg_folder_remove(job->model_dir, &ignored); /* else the next run would trust it */
        status = mg_fail(err, MG_NO,
                         "training again gave digest %.12s, the database has %.12s: was it made on"
                         " another kind of machine?",
                         digest, expected);
    }
    return status;
}

/* ---- a training with its measures ---- */

void mg_job_work(void *ctx, struct mg_wire *order)
{
    const struct mg_job_setting *setting = ctx;
    const size_t at = (size_t)mg_wire_integer(order);
    const bool due = mg_wire_integer(order) != 0;
    const char *digest = mg_wire_text(order);
    const size_t n_measures = (size_t)mg_wire_integer(order);
    struct job job = {.setting = setting,
                      .training = &setting->plan->results[at],
                      .measures = mg_allocate(n_measures + 1, sizeof(*job.measures)),
                      .n_measures = n_measures};
    struct mg_error err = {0};
    enum mg_status status = mg_matmul_start(setting->threads, &err); /* of this process */

    assert(at < setting->plan->n_results && job.training->entry == NULL);
    for (size_t i = 0; i < n_measures; i++) {
        job.measures[i] = (size_t)mg_wire_integer(order);
    }
    job.model_dir = mg_format("%s/%s", setting->models_dir, job.training->key);
    job.resume_path = mg_resume_path(setting->models_dir, job.training->key);
    if (status == MG_OK) {
        status = due ? compute_training(&job, at, &err) : reopen_training(&job, digest, &err);
    }
    for (size_t i = 0; status == MG_OK && i < n_measures; i++) {
        if (mg_worker_is_stopped()) {
            status = mg_fail(&err, MG_INTERRUPTED, "interrupted");
        } else if (!due_entry(&job, i)->early) {
            measure(&job, job.measures[i]);
        }
    }
    mg_subject_free(&job.subject);
    free(job.measures);
    free(job.resume_path);
    free(job.model_dir);
    /* A training that failed is a result, and was told as one. */
    tell_end(due && !ends_all(status) ? MG_OK : status, err.text);
}

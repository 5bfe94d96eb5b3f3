/* drive.c - carry out a plan: which worker does what, and what becomes of it; see drive.h. */
#include "harness/drive.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "harness/drive_store.h"
#include "harness/due.h"
#include "harness/file.h"
#include "harness/job.h"
#include "model/numeric/arena.h"

#define WAIT_S 0.1

enum { KILLED_MAX = 3 /* times a computation is begun although its worker was killed */ };

/* Work in progress: queue[next..] is to do, longest first. */
struct driver {
    struct mg_plan *plan;
    struct mg_workers *workers;
    const struct mg_drive_options *options;
    struct mg_progress *progress;
    struct mg_drive_store store;
    bool *closed;          /* (results) has its result of this session, or is not wanted */
    unsigned char *killed; /* (results) of trainings: how often its worker was killed */
    size_t *queue;
    size_t n_queue, next, started;
    ptrdiff_t *doing; /* (workers) the training it is at, or MG_PLAN_NONE */
    double *begin_s;  /* (workers) */
    size_t n_busy;
    double end_s; /* 0: no limit */
    bool stopping;
    bool is_limited; /* stopping, or not beginning more, because of a limit */
};

/* ---- one job ---- */

/* "toy-pairs r3" or "toy-pairs kind=oracle r3" */
static char *job_name(const struct mg_plan_result *training)
{
    const char *label = training->point->label;

    return mg_format("%s%s%s r%llu", training->spec->name, *label == '\0' ? "" : " ", label,
                     (unsigned long long)training->replicate);
}

/* The first failure among the training and its measures, or NULL. */
static const char *job_failure(const struct mg_plan *plan, size_t training)
{
    for (ptrdiff_t at = (ptrdiff_t)training; at != MG_PLAN_NONE; at = plan->results[at].next) {
        if (plan->results[at].stored.status == MG_RESULT_FAILED) {
            return plan->results[at].stored.error;
        }
    }
    return NULL;
}

static enum mg_status begin_job(struct driver *driver, size_t worker, size_t training,
                                struct mg_error *err)
{
    const struct mg_plan_result *result = &driver->plan->results[training];
    const bool due =
        mg_due_result(driver->plan, training, driver->closed, driver->options->retry_failed);
    size_t *measures;
    struct mg_buffer order = {0};
    size_t n_measures = 0;
    char *name = job_name(result);
    enum mg_status status = mg_drive_store_running(&driver->store, training, err);

    for (ptrdiff_t m = result->next; m != MG_PLAN_NONE; m = driver->plan->results[m].next) {
        n_measures++;
    }
    measures = mg_allocate(n_measures + 1, sizeof(*measures));
    n_measures = 0;
    for (ptrdiff_t m = result->next; m != MG_PLAN_NONE; m = driver->plan->results[m].next) {
        if (mg_due_result(driver->plan, (size_t)m, driver->closed, driver->options->retry_failed)) {
            measures[n_measures++] = (size_t)m;
        }
    }
    mg_job_put_order(&order, training, due, result->stored.digest, measures, n_measures);
    if (status == MG_OK) {
        status = mg_workers_give(driver->workers, worker, &order, err);
    }
    if (status == MG_OK) {
        driver->doing[worker] = (ptrdiff_t)training;
        driver->begin_s[worker] = mg_clock_s();
        driver->n_busy++;
        mg_progress_begin(driver->progress, worker, name,
                          mg_due_job_cost_s(driver->plan, training, driver->closed,
                                            driver->options->retry_failed,
                                            driver->options->cost_s));
    }
    free(name);
    free(measures);
    mg_buffer_free(&order);
    return status;
}

/* The worker is free again; how its job ended is known from the results. */
static enum mg_status end_job(struct driver *driver, size_t worker, bool complete,
                              struct mg_error *err)
{
    const size_t training = (size_t)driver->doing[worker];
    const char *failure = job_failure(driver->plan, training);

    driver->doing[worker] = MG_PLAN_NONE;
    driver->n_busy--;
    if (complete) {
        mg_progress_end(driver->progress, worker, failure != NULL,
                        failure != NULL ? failure : "done");
    } else {
        mg_progress_leave(driver->progress, worker);
    }
    return mg_drive_store_settle(&driver->store, training, err);
}

static enum mg_status begin_jobs(struct driver *driver, struct mg_error *err)
{
    enum mg_status status = MG_OK;

    for (size_t w = 0; status == MG_OK && w < mg_workers_count(driver->workers); w++) {
        if (driver->doing[w] != MG_PLAN_NONE || driver->next == driver->n_queue) {
            continue;
        }
        if (driver->options->jobs_max > 0 && driver->started == driver->options->jobs_max) {
            driver->is_limited = true;
            break;
        }
        driver->started++;
        status = begin_job(driver, w, driver->queue[driver->next++], err);
    }
    return status;
}

/* ---- what workers answer ---- */

static void stop(struct driver *driver)
{
    if (!driver->stopping) {
        driver->stopping = true;
        mg_workers_stop(driver->workers);
    }
}

/* Faults that end the whole command; all others are the result's own. */
static bool ends_all(enum mg_status status)
{
    return status == MG_ESTORAGE || status == MG_EENVIRONMENT;
}

/* Everything ends here: what is complete is stored, and nothing is being computed any more. */
static void abandon(struct driver *driver)
{
    struct mg_error ignored = {0};

    for (size_t w = 0; w < mg_workers_count(driver->workers); w++) {
        if (driver->doing[w] != MG_PLAN_NONE) {
            (void)mg_drive_store_settle(&driver->store, (size_t)driver->doing[w], &ignored);
        }
    }
    (void)mg_drive_store_flush(&driver->store, true, &ignored);
}

static enum mg_status take_end(struct driver *driver, size_t worker, struct mg_wire *message,
                               struct mg_error *err)
{
    const enum mg_status outcome = (enum mg_status)mg_wire_integer(message);
    const char *text = mg_wire_text(message);
    enum mg_status status;

    if (outcome != MG_OK && outcome != MG_INTERRUPTED && !ends_all(outcome)) {
        mg_progress_note(driver->progress, "error: %s", text);
    }
    status = end_job(driver, worker, outcome != MG_INTERRUPTED && !ends_all(outcome), err);
    if (status == MG_OK && ends_all(outcome)) {
        abandon(driver);
        return mg_fail(err, outcome, "%s", text);
    }
    return status;
}

static enum mg_status take_result(struct driver *driver, struct mg_wire *message,
                                  struct mg_error *err)
{
    struct mg_job_result told;

    mg_job_read_result(&told, message);
    driver->closed[told.at] = true;
    return mg_drive_store_result(&driver->store, &told, message, err);
}

static enum mg_status take_message(struct driver *driver, size_t worker, struct mg_wire *message,
                                   struct mg_error *err)
{
    switch ((enum mg_job_message)mg_wire_integer(message)) {
    case MG_JOB_DOING:
        mg_progress_doing(driver->progress, worker, mg_wire_text(message));
        break;
    case MG_JOB_STEP: {
        struct mg_training_state state;
        mg_job_read_state(&state, message);
        mg_progress_step(driver->progress, worker, &state);
        break;
    }
    case MG_JOB_NOTE:
        mg_progress_note(driver->progress, "%s", mg_wire_text(message));
        break;
    case MG_JOB_RESULT:
        return take_result(driver, message, err);
    case MG_JOB_END:
        return take_end(driver, worker, message, err);
    }
    return MG_OK;
}

/* What the worker was at when it died: the first of its results that was not told. */
static size_t culprit(const struct driver *driver, size_t training)
{
    ptrdiff_t at = (ptrdiff_t)training;

    while (
        !mg_due_result(driver->plan, (size_t)at, driver->closed, driver->options->retry_failed) &&
        driver->plan->results[at].next != MG_PLAN_NONE) {
        at = driver->plan->results[at].next;
    }
    return (size_t)at;
}

/* A crash is the result's failure; being killed from outside is not, unless it goes on. */
static enum mg_status take_death(struct driver *driver, size_t worker, struct mg_error *err)
{
    const size_t training = (size_t)driver->doing[worker];
    int signal;
    const char *words = mg_workers_last_words(driver->workers, worker, &signal);
    enum mg_status status = MG_OK;

    if (signal == SIGKILL && ++driver->killed[training] <= KILLED_MAX) {
        mg_progress_note(driver->progress, "note: %s; beginning again", words);
    } else {
        const struct mg_job_result told = {
            .at = culprit(driver, training),
            .status = MG_RESULT_FAILED,
            .digest = "",
            .error = words,
            .wall_s = mg_clock_s() - driver->begin_s[worker],
        };
        struct mg_wire no_rows = {0};
        driver->closed[told.at] = true;
        status = mg_drive_store_result(&driver->store, &told, &no_rows, err);
    }
    if (status == MG_OK &&
        mg_due_job(driver->plan, training, driver->closed, driver->options->retry_failed)) {
        driver->queue[--driver->next] = training; /* the rest of it */
        driver->started--;
        return end_job(driver, worker, false, err);
    }
    return status == MG_OK ? end_job(driver, worker, true, err) : status;
}

static enum mg_status take_event(struct driver *driver, struct mg_error *err)
{
    struct mg_wire message = {0};
    size_t worker = 0;
    const enum mg_worker_event event = mg_workers_wait(driver->workers, &worker, &message, WAIT_S);

    if (event == MG_WORKER_NONE) {
        mg_progress_tick(driver->progress);
        return MG_OK;
    }
    if (driver->doing[worker] == MG_PLAN_NONE) {
        return MG_OK; /* died idle: it is forked again when there is a job for it */
    }
    if (event == MG_WORKER_MESSAGE) {
        return take_message(driver, worker, &message, err);
    }
    if (event == MG_WORKER_STOPPED || driver->stopping) {
        return end_job(driver, worker, false, err);
    }
    return take_death(driver, worker, err);
}

/* ---- all jobs ---- */

/* Did someone ask to stop, or is time over? */
static enum mg_status look_around(struct driver *driver)
{
    if (driver->options->stop != NULL && driver->options->stop()) {
        stop(driver);
        return MG_INTERRUPTED;
    }
    if (driver->end_s > 0.0 && mg_clock_s() >= driver->end_s && !driver->stopping) {
        driver->is_limited = driver->next < driver->n_queue || driver->n_busy > 0;
        stop(driver);
    }
    return MG_OK;
}

static enum mg_status do_all(struct driver *driver, struct mg_error *err)
{
    enum mg_status status = MG_OK;
    bool interrupted = false;

    for (;;) {
        interrupted = look_around(driver) != MG_OK || interrupted;
        if (status == MG_OK && !driver->stopping) {
            status = begin_jobs(driver, err);
        }
        if (status != MG_OK) {
            return status;
        }
        if (driver->n_busy == 0) {
            break;
        }
        status = take_event(driver, err);
        if (status == MG_OK) {
            status = mg_drive_store_flush(&driver->store, false, err);
        }
    }
    status = mg_drive_store_flush(&driver->store, true, err);
    return status == MG_OK && interrupted ? mg_fail(err, MG_INTERRUPTED, "interrupted") : status;
}

static enum mg_status carry_out(struct driver *driver, struct mg_error *err)
{
    const size_t n_workers = mg_workers_count(driver->workers);
    enum mg_status status;

    driver->closed = mg_due_closed(driver->plan, driver->options->wanted);
    driver->killed = mg_allocate(driver->plan->n_results + 1, sizeof(*driver->killed));
    driver->doing = mg_allocate(n_workers + 1, sizeof(*driver->doing));
    driver->begin_s = mg_allocate(n_workers + 1, sizeof(*driver->begin_s));
    for (size_t w = 0; w < n_workers; w++) {
        driver->doing[w] = MG_PLAN_NONE;
    }
    if (driver->options->budget_s > 0.0) {
        driver->end_s = mg_clock_s() + driver->options->budget_s;
    }
    driver->queue = mg_due_queue(&driver->n_queue, driver->plan, driver->closed,
                                 driver->options->retry_failed, driver->options->cost_s);
    status = driver->n_queue > 0 ? do_all(driver, err) : MG_OK;
    free(driver->queue);
    free(driver->begin_s);
    free(driver->doing);
    free(driver->killed);
    free(driver->closed);
    return status;
}

enum mg_status mg_drive(struct mg_drive_summary *summary, struct mg_plan *plan,
                        struct mg_store *store, struct mg_workers *workers,
                        const struct mg_drive_options *options, struct mg_progress *progress,
                        struct mg_error *err)
{
    struct driver driver = {
        .plan = plan, .workers = workers, .options = options, .progress = progress};
    enum mg_status status;

    *summary = (struct mg_drive_summary){0};
    status =
        mg_drive_store_begin(&driver.store, plan, store, options->models_dir,
                             mg_due_count(plan, options->wanted, options->retry_failed) > 0, err);
    driver.store.keep = options->keep;
    driver.store.keep_ctx = options->keep_ctx;
    if (status == MG_OK) {
        status = carry_out(&driver, err);
    }
    mg_store_rollback(store);
    summary->computed = driver.store.computed;
    for (size_t i = 0; i < plan->n_runs; i++) {
        const enum mg_result_status run = mg_plan_run_status(plan, i);
        summary->runs += mg_due_is_wanted(options->wanted, i);
        summary->done += mg_due_is_wanted(options->wanted, i) && run == MG_RESULT_DONE;
        summary->failed += mg_due_is_wanted(options->wanted, i) && run == MG_RESULT_FAILED;
    }
    if (status != MG_OK || summary->done == summary->runs) {
        return status;
    }
    return driver.is_limited && summary->failed == 0 ? MG_UNDECIDED : MG_NO;
}

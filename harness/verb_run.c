/* verb_run.c - check and run: experiment files, and what they need. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli.h"
#include "harness/cluster_scratch.h"
#include "harness/cores.h"
#include "harness/drive.h"
#include "harness/due.h"
#include "harness/estimate.h"
#include "harness/job.h"
#include "model/numeric/matmul.h"

/* ---- check ---- */

enum mg_status mg_verb_check(const struct mg_cli *cli, struct mg_error *err)
{
    struct mg_output *output;
    struct mg_files files;
    struct mg_plan plan;
    enum mg_status status = mg_files_load(&files, cli, true, err);

    if (status != MG_OK) {
        return status;
    }
    status = mg_plan_make(&plan, files.specs, files.n, NULL, err);
    output = mg_output_new(stdout, mg_cli_format(cli, MG_OUTPUT_TEXT));
    for (size_t i = 0; status == MG_OK && i < files.n; i++) {
        const struct mg_spec *spec = files.specs[i];
        int64_t runs = 0;
        for (size_t r = 0; r < plan.n_runs; r++) {
            runs += plan.runs[r].spec == spec;
        }
        const struct mg_value row[] = {
            mg_cell_text("file", spec->path),
            mg_cell_text("experiment", spec->name),
            mg_cell_integer("points", (int64_t)spec->n_points),
            mg_cell_integer("runs", runs),
            mg_cell_integer("claims", (int64_t)spec->n_claims),
            mg_cell_integer("figures", (int64_t)spec->n_figures),
        };
        status = mg_output_row(output, row, sizeof(row) / sizeof(row[0]), err);
    }
    if (mg_output_end(output, err) != MG_OK && status == MG_OK) {
        status = err->status;
    }
    mg_plan_free(&plan);
    mg_files_free(&files);
    return status;
}

/* ---- run ---- */

static void tell_failures(const struct mg_plan *plan, struct mg_progress *progress)
{
    for (size_t i = 0; i < plan->n_runs; i++) {
        const struct mg_plan_run *run = &plan->runs[i];
        char reason[400];
        if (mg_plan_run_status(plan, i) == MG_RESULT_FAILED) {
            mg_progress_note(progress, "failed: %s %s r%llu: %s", run->spec->name,
                             run->point->label, (unsigned long long)run->replicate,
                             mg_plan_run_reason(plan, i, reason, sizeof(reason)));
        }
    }
}

/* What one command runs, and with what. */
struct session {
    const struct mg_cli *cli;
    struct mg_plan *plan;
    const bool *wanted;
    struct mg_workers *workers;
    struct mg_store *store;
    struct mg_scratch *scratch; /* of a task; NULL: the store stands in its place */
};

static enum mg_status drive(const struct session *session, const double *cost_s,
                            struct mg_error *err)
{
    const struct mg_cli *cli = session->cli;
    struct mg_plan *plan = session->plan;
    const bool *wanted = session->wanted;
    char *models = mg_cli_beside(cli, "models");
    const struct mg_drive_options options = {.models_dir = models,
                                             .retry_failed = cli->failed,
                                             .wanted = wanted,
                                             .cost_s = cost_s,
                                             .budget_s = cli->budget_s,
                                             .jobs_max = cli->runs_max,
                                             .keep = session->scratch ? mg_scratch_put : NULL,
                                             .keep_ctx = session->scratch,
                                             .stop = cli->stop};
    const double begin_s = mg_clock_s();
    const size_t cached = mg_due_done(plan, wanted);
    struct mg_progress *progress =
        mg_progress_new(stderr, mg_due_count(plan, wanted, cli->failed),
                        mg_due_cost_s(plan, wanted, cli->failed, cost_s),
                        mg_workers_count(session->workers), cli->progress_json);
    struct mg_drive_summary summary;
    char duration[32];
    const enum mg_status status =
        mg_drive(&summary, plan, session->store, session->workers, &options, progress, err);

    if (status == MG_OK || status == MG_NO || status == MG_UNDECIDED) {
        tell_failures(plan, progress);
    }
    mg_progress_note(progress, "%zu runs: %zu done (%zu of them cached), %zu failed, %zu to do; %s",
                     summary.runs, summary.done, cached, summary.failed,
                     summary.runs - summary.done - summary.failed,
                     mg_progress_duration(mg_clock_s() - begin_s, duration));
    mg_progress_free(progress);
    free(models);
    return status;
}

/* Carry out the plan, which knows nothing of the database so far. */
static enum mg_status run_plan(const struct session *session, struct mg_error *err)
{
    struct mg_forecast *forecast = mg_forecast_new(session->cli->threads, 0.0); /* for the order */
    double *cost_s = NULL;
    size_t unknown;
    enum mg_status status = mg_plan_look_up(session->plan, session->store, err);

    if (status == MG_OK) { /* before the runs forget what they were */
        status = mg_estimate(&cost_s, &unknown, session->plan, session->store, forecast, err);
    }
    if (status == MG_OK) {
        status = mg_plan_register(session->plan, session->store, err);
    }
    if (status == MG_OK && session->scratch != NULL) { /* others see what this task is at */
        status = mg_scratch_put(session->scratch, true, err);
    }
    if (status == MG_OK) {
        status = drive(session, cost_s, err);
    }
    mg_forecast_free(forecast);
    free(cost_s);
    return status;
}

/* A database that is opened where it stands. */
static enum mg_status run_here(struct session *session, struct mg_error *err)
{
    enum mg_status status = mg_cli_open(&session->store, session->cli, err);

    if (status == MG_OK) {
        status = run_plan(session, err);
    }
    mg_store_close(session->store);
    return status;
}

/* A task's shard: worked on elsewhere, and put in its place however the run ended. */
static enum mg_status run_task(struct session *session, struct mg_error *err)
{
    struct mg_error inner = {0};
    enum mg_status status = mg_scratch_open(&session->scratch, session->cli->db, err);

    if (status != MG_OK) {
        return status;
    }
    session->store = mg_scratch_store(session->scratch);
    status = run_plan(session, err);
    if (mg_scratch_put(session->scratch, true, &inner) != MG_OK && status != MG_ESTORAGE) {
        err->status = MG_OK; /* this is the worse one */
        status = mg_fail(err, inner.status, "%s", inner.text);
    }
    mg_scratch_free(session->scratch);
    return status;
}

/* The plan shrinks to the share, so that the shard has nothing of the other tasks. */
static void cut_to_share(struct mg_plan *plan, bool **wanted)
{
    mg_plan_cut(plan, *wanted);
    free(*wanted);
    *wanted = NULL;
}

enum mg_status mg_verb_run(const struct mg_cli *cli, struct mg_error *err)
{
    struct mg_plan plan = {0};
    struct mg_files files;
    struct session session = {.cli = cli, .plan = &plan};
    bool *wanted = NULL;
    char *models = NULL;
    struct mg_job_setting setting;
    enum mg_status status;

    if (cli->share.n > 0 && strcmp(cli->db, MG_DB_DEFAULT) == 0) {
        return mg_fail(err, MG_EUSAGE, "--task writes a database of its own: --db SHARD");
    }
    status = mg_files_load(&files, cli, true, err);
    if (status != MG_OK) {
        return status;
    }
    models = mg_cli_beside(cli, "models");
    setting = (struct mg_job_setting){.plan = &plan,
                                      .models_dir = models,
                                      .threads = cli->threads,
                                      .keep_s = cli->keep_s,
                                      .read = cli->read};
    status = mg_matmul_start(cli->threads, err);
    if (status == MG_OK) {
        status = mg_plan_make(&plan, files.specs, files.n, NULL, err);
    }
    if (status == MG_OK) {
        status = mg_cli_select_runs(&wanted, cli, &plan, err);
    }
    if (status == MG_OK) {
        status = mg_cli_check_commands(cli, &plan, wanted, err);
    }
    if (status == MG_OK && cli->share.n > 0) {
        cut_to_share(&plan, &wanted);
    }
    if (status == MG_OK) { /* before a database is made or opened */
        const size_t n = mg_cli_workers(cli, &plan);
        const bool pinned = n == mg_cores_count() && cli->threads <= 1;
        status = mg_workers_new(&session.workers, n, pinned, mg_job_work, &setting, err);
    }
    if (status == MG_OK) {
        session.wanted = wanted;
        status = cli->share.n > 0 ? run_task(&session, err) : run_here(&session, err);
    }
    mg_workers_free(session.workers);
    free(wanted);
    mg_plan_free(&plan);
    mg_files_free(&files);
    free(models);
    return status;
}

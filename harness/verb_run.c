/* verb_run.c - check, plan and run: experiment files, and what they need. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/cli.h"
#include "harness/drive.h"
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

/* ---- plan ---- */

static enum mg_status print_plan(const struct mg_plan *plan, const struct mg_cli *cli,
                                 struct mg_error *err)
{
    struct mg_output *output = mg_output_new(stdout, mg_cli_format(cli, MG_OUTPUT_TEXT));
    enum mg_status status = MG_OK;

    for (size_t i = 0; status == MG_OK && i < plan->n_runs; i++) {
        const struct mg_plan_run *run = &plan->runs[i];
        char reason[400];
        const struct mg_value row[] = {
            mg_cell_text("experiment", run->spec->name),
            mg_cell_text("point", run->point->label),
            mg_cell_integer("replicate", (int64_t)run->replicate),
            mg_cell_text("state", mg_plan_run_state(plan, i)),
            mg_cell_text("reason", mg_plan_run_reason(plan, i, reason, sizeof(reason))),
        };
        status = mg_output_row(output, row, sizeof(row) / sizeof(row[0]), err);
    }
    if (mg_output_end(output, err) != MG_OK && status == MG_OK) {
        status = err->status;
    }
    return status;
}

static enum mg_status take_real(void *ctx, const struct mg_value *values, size_t n,
                                struct mg_error *err)
{
    double *real = ctx;

    (void)n;
    (void)err;
    *real = values[0].real; /* 0 for NULL: nothing is known */
    return MG_OK;
}

/* One sentence on standard error: how much there is to do, and how long that took in the past. */
static enum mg_status tell_estimate(const struct mg_plan *plan, struct mg_store *store,
                                    struct mg_error *err)
{
    const struct mg_drive_options options = {0};
    const size_t jobs = mg_drive_count(plan, &options);
    char duration[32];
    double mean_s = 0.0;
    enum mg_status status = MG_OK;

    if (store != NULL && jobs > 0) {
        status = mg_store_query(store, NULL, "SELECT avg(wall_s) FROM runs WHERE status = 'done'",
                                NULL, take_real, &mean_s, err);
    }
    if (status != MG_OK) {
        return status;
    }
    fprintf(stderr, "%zu of %zu runs need %zu %s", plan->n_runs - mg_plan_count_done(plan),
            plan->n_runs, jobs, jobs == 1 ? "computation" : "computations");
    if (mean_s > 0.0) {
        fprintf(stderr, ", about %s at the mean of past runs",
                mg_progress_duration(mean_s * (double)jobs, duration));
    }
    fprintf(stderr, "\n");
    return MG_OK;
}

enum mg_status mg_verb_plan(const struct mg_cli *cli, struct mg_error *err)
{
    struct mg_store *store = NULL;
    struct mg_plan plan = {0};
    struct mg_files files;
    enum mg_status status = mg_files_load(&files, cli, true, err);

    if (status != MG_OK) {
        return status;
    }
    if (access(cli->db, F_OK) == 0) {
        status = mg_store_open(&store, cli->db, MG_STORE_READ, err);
    }
    if (status == MG_OK) {
        status = mg_plan_make(&plan, files.specs, files.n, store, err);
    }
    if (status == MG_OK) {
        status = print_plan(&plan, cli, err);
    }
    if (status == MG_OK) {
        status = tell_estimate(&plan, store, err);
    }
    mg_plan_free(&plan);
    mg_store_close(store);
    mg_files_free(&files);
    return status;
}

/* ---- run ---- */

static void tell_failures(const struct mg_plan *plan)
{
    for (size_t i = 0; i < plan->n_runs; i++) {
        const struct mg_plan_run *run = &plan->runs[i];
        char reason[400];
        if (mg_plan_run_status(plan, i) == MG_RESULT_FAILED) {
            fprintf(stderr, "failed: %s %s r%llu: %s\n", run->spec->name, run->point->label,
                    (unsigned long long)run->replicate,
                    mg_plan_run_reason(plan, i, reason, sizeof(reason)));
        }
    }
}

static enum mg_status drive(struct mg_plan *plan, struct mg_store *store, const struct mg_cli *cli,
                            struct mg_error *err)
{
    char *models = mg_cli_beside(cli, "models");
    const struct mg_drive_options options = {.models_dir = models,
                                             .retry_failed = cli->failed,
                                             .threads = cli->threads,
                                             .stop = cli->stop};
    const double begin_s = mg_clock_s();
    const size_t cached = mg_plan_count_done(plan);
    struct mg_progress *progress = mg_progress_new(stderr, mg_drive_count(plan, &options));
    struct mg_drive_summary summary;
    char duration[32];
    const enum mg_status status = mg_drive(&summary, plan, store, &options, progress, err);

    mg_progress_free(progress);
    if (status == MG_OK || status == MG_NO) {
        tell_failures(plan);
    }
    fprintf(stderr, "%zu runs: %zu done (%zu of them cached), %zu failed, %zu to do; %s\n",
            plan->n_runs, summary.done, cached, summary.failed,
            plan->n_runs - summary.done - summary.failed,
            mg_progress_duration(mg_clock_s() - begin_s, duration));
    free(models);
    return status;
}

enum mg_status mg_verb_run(const struct mg_cli *cli, struct mg_error *err)
{
    struct mg_store *store = NULL;
    struct mg_plan plan = {0};
    struct mg_files files;
    enum mg_status status = mg_files_load(&files, cli, true, err);

    if (status != MG_OK) {
        return status;
    }
    status = mg_matmul_start(cli->threads, err);
    if (status == MG_OK) {
        status =
            mg_plan_make(&plan, files.specs, files.n, NULL, err); /* before a database is made */
        mg_plan_free(&plan);
    }
    if (status == MG_OK) {
        status = mg_cli_open(&store, cli, err);
    }
    if (status == MG_OK) {
        status = mg_plan_make(&plan, files.specs, files.n, store, err);
    }
    if (status == MG_OK) {
        status = mg_plan_register(&plan, store, err);
    }
    if (status == MG_OK) {
        status = drive(&plan, store, cli, err);
    }
    mg_plan_free(&plan);
    mg_store_close(store);
    mg_files_free(&files);
    return status;
}

/* verb_plan.c - plan: what a run would do and why, how long it would take, and in how much memory.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/cli.h"
#include "harness/due.h"
#include "harness/estimate.h"
#include "harness/progress.h"
#include "harness/reason.h"
#include "harness/run.h"
#include "harness/workers.h"

#define TIMED_S 1.0 /* of steps that are taken to forecast trainings */

enum { BYTES_IN_KB = 1024 };

/* What the verb found. */
struct outlook {
    const struct mg_cli *cli;
    struct mg_plan plan;
    struct mg_store *store; /* NULL: no database yet */
    bool *wanted;           /* (plan.n_runs) */
    double *cost_s;         /* (plan.n_results) */
    size_t unknown;         /* results in it whose time nothing is known of */
    double program_kb;      /* of a worker before it computes */
};

/* Seconds of what run i lacks; NaN where nothing is known or it lacks nothing. */
static double run_cost_s(const struct outlook *outlook, size_t i)
{
    const struct mg_plan_run *run = &outlook->plan.runs[i];
    double sum_s = 0.0;

    for (size_t k = 0; k <= run->point->n_measures; k++) {
        sum_s += outlook->cost_s[run->results[k]];
    }
    return sum_s > 0.0 ? sum_s : (double)NAN;
}

/* Of its worker, in MB. */
static double run_memory_mb(const struct outlook *outlook, size_t i)
{
    const size_t bytes = mg_run_bytes(outlook->plan.runs[i].point, outlook->cli->threads);

    return (outlook->program_kb + (double)bytes / BYTES_IN_KB) / 1000.0;
}

/* Three digits, in every format: more are not known. */
static struct mg_value rough_cell(const char *column, double value)
{
    char text[32];

    snprintf(text, sizeof(text), "%.3g", value);
    return mg_cell_real(column, strtod(text, NULL));
}

static enum mg_status print_run(struct mg_output *output, const struct outlook *outlook, size_t i,
                                const char *models, struct mg_error *err)
{
    const struct mg_plan_run *run = &outlook->plan.runs[i];
    const bool due = mg_plan_run_status(&outlook->plan, i) != MG_RESULT_DONE;
    struct mg_reason reason;

    if (mg_reason_find(&reason, &outlook->plan, i, outlook->store, models, err) != MG_OK) {
        return err->status;
    }
    const struct mg_value row[] = {
        mg_cell_text("experiment", run->spec->name),
        mg_cell_text("point", run->point->label),
        mg_cell_integer("replicate", (int64_t)run->replicate),
        mg_cell_text("state", reason.state),
        rough_cell("time_s", due ? run_cost_s(outlook, i) : (double)NAN),
        rough_cell("memory_mb", due ? run_memory_mb(outlook, i) : (double)NAN),
        mg_cell_text("reason", reason.text),
    };
    return mg_output_row(output, row, sizeof(row) / sizeof(row[0]), err);
}

static enum mg_status print_runs(const struct outlook *outlook, struct mg_error *err)
{
    char *models = mg_cli_beside(outlook->cli, "models");
    struct mg_output *output = mg_output_new(stdout, mg_cli_format(outlook->cli, MG_OUTPUT_TEXT));
    enum mg_status status = MG_OK;

    for (size_t i = 0; status == MG_OK && i < outlook->plan.n_runs; i++) {
        if (outlook->wanted[i]) {
            status = print_run(output, outlook, i, models, err);
        }
    }
    free(models);
    if (mg_output_end(output, err) != MG_OK && status == MG_OK) {
        status = err->status;
    }
    return status;
}

/* What it all comes to, on standard error. */
static void tell_sum(const struct outlook *outlook)
{
    const struct mg_plan *plan = &outlook->plan;
    const bool failed = outlook->cli->failed;
    const size_t jobs = mg_due_count(plan, outlook->wanted, failed);
    const size_t workers = mg_cli_workers(outlook->cli, plan);
    const double sum_s = mg_due_cost_s(plan, outlook->wanted, failed, outlook->cost_s);
    double largest_mb = 0.0;
    size_t runs = 0;
    char duration[32];

    for (size_t i = 0; i < plan->n_runs; i++) {
        runs += outlook->wanted[i];
        if (outlook->wanted[i] && mg_plan_run_status(plan, i) != MG_RESULT_DONE) {
            largest_mb = fmax(largest_mb, run_memory_mb(outlook, i));
        }
    }
    fprintf(stderr, "%zu of %zu runs need %zu %s", runs - mg_due_done(plan, outlook->wanted), runs,
            jobs, jobs == 1 ? "computation" : "computations");
    if (sum_s > 0.0) {
        fprintf(stderr, ", about %s of computing", mg_progress_duration(sum_s, duration));
    }
    if (sum_s > 0.0 && workers > 1) {
        fprintf(
            stderr, " (%s with -j %zu)",
            mg_progress_duration(
                mg_due_wall_s(plan, outlook->wanted, failed, outlook->cost_s, workers), duration),
            workers);
    }
    if (jobs > 0 && outlook->unknown > 0) {
        fprintf(stderr, " and %zu measures that have no past times", outlook->unknown);
    }
    if (jobs > 0) {
        fprintf(stderr, "; at most %.0f MB of memory a run, %.0f MB with -j %zu", largest_mb,
                largest_mb * (double)workers, workers);
    }
    fprintf(stderr, "\n");
}

static enum mg_status look(struct outlook *outlook, const struct mg_files *files,
                           struct mg_error *err)
{
    const struct mg_cli *cli = outlook->cli;
    struct mg_forecast *forecast = mg_forecast_new(cli->threads, TIMED_S);
    enum mg_status status = MG_OK;

    if (access(cli->db, F_OK) == 0) {
        status = mg_store_open(&outlook->store, cli->db, MG_STORE_READ, err);
    }
    if (status == MG_OK) {
        status = mg_plan_make(&outlook->plan, files->specs, files->n, outlook->store, err);
    }
    if (status == MG_OK) {
        status = mg_cli_select_runs(&outlook->wanted, cli, &outlook->plan, err);
    }
    outlook->program_kb = (double)mg_worker_peak_kb();
    if (status == MG_OK) {
        status = mg_estimate(&outlook->cost_s, &outlook->unknown, &outlook->plan, outlook->store,
                             forecast, err);
    }
    mg_forecast_free(forecast);
    return status;
}

enum mg_status mg_verb_plan(const struct mg_cli *cli, struct mg_error *err)
{
    struct outlook outlook = {.cli = cli};
    struct mg_files files;
    enum mg_status status = mg_files_load(&files, cli, true, err);

    if (status != MG_OK) {
        return status;
    }
    status = look(&outlook, &files, err);
    if (status == MG_OK) {
        status = print_runs(&outlook, err);
    }
    if (status == MG_OK) {
        tell_sum(&outlook);
    }
    free(outlook.cost_s);
    free(outlook.wanted);
    mg_plan_free(&outlook.plan);
    mg_store_close(outlook.store);
    mg_files_free(&files);
    return status;
}

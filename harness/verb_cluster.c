/* verb_cluster.c - merge and submit: sweeps that run on several machines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/buffer.h"
#include "harness/cli.h"
#include "harness/cluster_scratch.h"
#include "harness/cluster_slurm.h"
#include "harness/file.h"
#include "harness/only.h"
#include "harness/shell.h"
#include "harness/store_lock.h"
#include "model/numeric/arena.h"

/* ---- merge ---- */

/* A log that a killed process left, or another has: closed properly there is none. */
static enum mg_status close_log(const char *path, struct mg_error *err)
{
    char *log = mg_format("%s-wal", path);
    struct mg_store *store = NULL;
    enum mg_status status = MG_OK;

    if (access(log, F_OK) == 0) {
        status = mg_store_open(&store, path, MG_STORE_WRITE, err);
        mg_store_close(store);
        if (status == MG_OK && access(log, F_OK) == 0) {
            status = mg_fail(err, MG_EBUSY, "%s is being read; merge when that has ended", path);
        }
    }
    free(log);
    return status;
}

static enum mg_status print_merged(struct mg_output *output, const char *path,
                                   const struct mg_merged *merged, struct mg_error *err)
{
    const struct mg_value row[] = {
        mg_cell_text("shard", path),
        mg_cell_integer("new_results", merged->results),
        mg_cell_integer("new_runs", merged->runs),
        mg_cell_integer("runs_done", merged->done),
        mg_cell_integer("differ", merged->differ),
    };

    return mg_output_row(output, row, sizeof(row) / sizeof(row[0]), err);
}

/* Take in every shard, each in one transaction; *differ: results that came out differently. */
static enum mg_status merge_all(int64_t *differ, struct mg_store *store, const struct mg_cli *cli,
                                struct mg_error *err)
{
    struct mg_output *output = mg_output_new(stdout, mg_cli_format(cli, MG_OUTPUT_TEXT));
    enum mg_status status = MG_OK;

    for (size_t i = 1; status == MG_OK && i < cli->n; i++) {
        struct mg_merged merged;
        status = mg_store_merge(&merged, store, cli->arguments[i], cli->any_core, err);
        if (status == MG_OK) {
            *differ += merged.differ;
            status = print_merged(output, cli->arguments[i], &merged, err);
        }
    }
    if (mg_output_end(output, err) != MG_OK && status == MG_OK) {
        status = err->status;
    }
    return status;
}

enum mg_status mg_verb_merge(const struct mg_cli *cli, struct mg_error *err)
{
    struct mg_scratch *scratch = NULL;
    const char *path = cli->n > 0 ? cli->arguments[0] : NULL;
    int64_t differ = 0;
    int lock = -1;
    enum mg_status status;

    if (cli->n < 2) {
        return mg_fail(err, MG_EUSAGE, "merge OUT SHARD...: into which database, and which ones?");
    }
    for (size_t i = 1; i < cli->n; i++) {
        if (access(cli->arguments[i], F_OK) != 0) {
            return mg_fail(err, MG_ESTORAGE, "%s: %s", cli->arguments[i], strerror(errno));
        }
    }
    status = mg_folder_make_for(path, err);
    if (status == MG_OK) {
        status = close_log(path, err);
    }
    if (status == MG_OK) {
        status = mg_store_lock(&lock, path, err);
    }
    if (status == MG_OK) {
        status = mg_scratch_open(&scratch, path, err);
    }
    if (status == MG_OK) {
        status = merge_all(&differ, mg_scratch_store(scratch), cli, err);
    }
    if (status == MG_OK) { /* all shards, or none */
        status = mg_scratch_put(scratch, true, err);
    }
    mg_scratch_free(scratch);
    mg_store_unlock(lock);
    if (status == MG_OK && differ > 0) {
        status = mg_fail(err, MG_NO,
                         "%lld results were computed twice, with different digests; the first stay:"
                         " were they made on different kinds of machine?",
                         (long long)differ);
    }
    return status;
}

/* ---- submit ---- */

/* The tasks (from 1) that have a run which is not done; malloc'd. */
static size_t *list_tasks(size_t *n, const struct mg_plan *plan, const bool *wanted, size_t n_tasks)
{
    size_t *tasks = mg_allocate(n_tasks + 1, sizeof(*tasks));
    bool *due = mg_allocate(n_tasks + 1, sizeof(*due));
    size_t *task_of = mg_share_deal(plan, wanted, n_tasks);

    for (size_t r = 0; r < plan->n_runs; r++) {
        due[task_of[r]] = due[task_of[r]] || mg_plan_run_status(plan, r) != MG_RESULT_DONE;
    }
    *n = 0;
    for (size_t task = 1; task <= n_tasks; task++) { /* 0 are the runs that are not wanted */
        if (due[task]) {
            tasks[(*n)++] = task;
        }
    }
    free(task_of);
    free(due);
    return tasks;
}

/* The command line of the tasks: files and what decides their plan. */
static char *task_arguments(const struct mg_cli *cli)
{
    struct mg_buffer text = {0};

    for (size_t i = 0; i < cli->n; i++) {
        mg_buffer_puts(&text, i > 0 ? " " : "");
        mg_shell_quote(&text, cli->arguments[i]);
    }
    for (size_t i = 0; i < cli->n_sets; i++) {
        mg_buffer_puts(&text, " --set ");
        mg_shell_quote(&text, cli->sets[i]);
    }
    for (size_t i = 0; i < cli->n_only; i++) {
        mg_buffer_puts(&text, " --only ");
        mg_shell_quote(&text, cli->only[i]);
    }
    mg_buffer_puts(&text, cli->failed ? " --failed" : "");
    mg_buffer_puts(&text, cli->allow_commands ? " --allow-commands" : "");
    return mg_buffer_take(&text);
}

static enum mg_status submit_tasks(const struct mg_cli *cli, const struct mg_plan *plan,
                                   const bool *wanted, struct mg_error *err)
{
    char *arguments = task_arguments(cli);
    struct mg_slurm_job job = {
        .db = cli->db, .arguments = arguments, .sbatch_args = cli->sbatch_args};
    size_t *tasks;
    char *tasks_id = NULL;
    char *merge_id = NULL;
    char *folder = NULL;
    enum mg_status status = MG_OK;

    job.n = cli->tasks > 0 ? cli->tasks : mg_share_tasks(plan, wanted);
    job.tasks = tasks = list_tasks(&job.n_tasks, plan, wanted, job.n);
    if (job.n_tasks == 0) {
        fprintf(stderr, "everything is in %s; nothing was submitted\n", cli->db);
    } else {
        status = mg_slurm_submit(&tasks_id, &merge_id, &folder, &job, cli->dry, err);
    }
    if (status == MG_OK && job.n_tasks > 0) {
        struct mg_output *output = mg_output_new(stdout, mg_cli_format(cli, MG_OUTPUT_TEXT));
        const struct mg_value row[] = {
            mg_cell_integer("tasks", (int64_t)job.n_tasks),
            mg_cell_integer("of", (int64_t)job.n),
            mg_cell_text("array_job", tasks_id),
            mg_cell_text("merge_job", merge_id),
            mg_cell_text("scripts", folder),
        };
        status = mg_output_row(output, row, sizeof(row) / sizeof(row[0]), err);
        if (mg_output_end(output, err) != MG_OK && status == MG_OK) {
            status = err->status;
        }
    }
    free(folder);
    free(merge_id);
    free(tasks_id);
    free(tasks);
    free(arguments);
    return status;
}

/* The database knows the runs from now on: `status` says which are missing. */
static enum mg_status register_runs(struct mg_plan *plan, const struct mg_cli *cli,
                                    struct mg_error *err)
{
    struct mg_store *store = NULL;
    enum mg_status status = mg_cli_open(&store, cli, err);

    if (status == MG_OK) {
        status = mg_plan_look_up(plan, store, err);
    }
    if (status == MG_OK) {
        status = mg_plan_register(plan, store, err);
    }
    mg_store_close(store);
    return status;
}

enum mg_status mg_verb_submit(const struct mg_cli *cli, struct mg_error *err)
{
    struct mg_plan plan = {0};
    struct mg_files files;
    bool *wanted = NULL;
    enum mg_status status;

    if (!cli->slurm) {
        return mg_fail(err, MG_EUSAGE, "to what? submit knows --slurm");
    }
    status = mg_files_load(&files, cli, true, err);
    if (status != MG_OK) {
        return status;
    }
    status = mg_plan_make(&plan, files.specs, files.n, NULL, err);
    if (status == MG_OK) {
        wanted = mg_allocate(plan.n_runs + 1, sizeof(*wanted));
        status = mg_only_select(wanted, &plan, cli->only, cli->n_only, err);
    }
    if (status == MG_OK) {
        status = mg_cli_check_commands(cli, &plan, wanted, err);
    }
    if (status == MG_OK) {
        status = register_runs(&plan, cli, err);
    }
    if (status == MG_OK) {
        status = submit_tasks(cli, &plan, wanted, err);
    }
    free(wanted);
    mg_plan_free(&plan);
    mg_files_free(&files);
    return status;
}

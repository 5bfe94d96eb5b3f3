/* cli.c - what the verbs share: experiment files of a command line, and where the database is. */
#include "harness/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cores.h"
#include "harness/file.h"
#include "harness/only.h"
#include "harness/plot.h"
#include "harness/rehearse.h"
#include "model/numeric/arena.h"

static void print_problems(const struct mg_problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        fprintf(stderr, "%s\n", problems->lines[i]);
    }
}

enum mg_status mg_files_load(struct mg_files *files, const struct mg_cli *cli, bool needed,
                             struct mg_error *err)
{
    char *plots = mg_cli_plots();
    const char *const folders[] = {plots};
    const struct mg_figure_search search = {folders, plots != NULL ? 1 : 0};
    enum mg_status status = MG_OK;
    size_t errors = 0;

    *files = (struct mg_files){0};
    if (cli->n == 0 && needed) {
        free(plots);
        return mg_fail(err, MG_EUSAGE, "which experiment file? Name one or more");
    }
    files->specs = mg_allocate(cli->n + 1, sizeof(*files->specs));
    files->names = mg_allocate(cli->n + 1, sizeof(*files->names));
    for (size_t i = 0; i < cli->n; i++) {
        struct mg_problems problems = {0};
        struct mg_spec *spec = NULL;
        const enum mg_status loaded =
            mg_spec_load_set(&spec, cli->arguments[i], cli->sets, cli->n_sets, &problems);
        if (loaded == MG_OK) {
            status = mg_rehearse(&problems, spec, search) > 0 ? MG_EUSAGE : status;
            files->names[files->n] = spec->name;
            files->specs[files->n++] = spec;
        } else {
            status = status == MG_OK ? loaded : status;
        }
        print_problems(&problems);
        errors += problems.errors;
        mg_problems_free(&problems);
    }
    free(plots);
    if (status != MG_OK) {
        mg_files_free(files);
        return mg_fail(err, status, "%zu %s; nothing was run", errors,
                       errors == 1 ? "error" : "errors");
    }
    return MG_OK;
}

void mg_files_free(struct mg_files *files)
{
    for (size_t i = 0; i < files->n; i++) {
        mg_spec_free(files->specs[i]);
    }
    free(files->specs);
    free(files->names);
    *files = (struct mg_files){0};
}

char *mg_cli_plots(void)
{
    char program[4096];
    const ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

    if (n <= 0) {
        return NULL;
    }
    program[n] = '\0';
    return mg_plot_folder(program);
}

char *mg_cli_beside(const struct mg_cli *cli, const char *name)
{
    const char *slash = strrchr(cli->db, '/');

    return slash == NULL ? mg_format("%s", name)
                         : mg_format("%.*s/%s", (int)(slash - cli->db), cli->db, name);
}

enum mg_status mg_cli_open(struct mg_store **store, const struct mg_cli *cli, struct mg_error *err)
{
    const enum mg_status status = mg_folder_make_for(cli->db, err);

    *store = NULL;
    return status == MG_OK ? mg_store_open(store, cli->db, MG_STORE_WRITE, err) : status;
}

enum mg_status mg_cli_check_commands(const struct mg_cli *cli, const struct mg_plan *plan,
                                     const bool *wanted, struct mg_error *err)
{
    for (size_t i = 0; i < plan->n_runs && !cli->allow_commands; i++) {
        const struct mg_point *point = plan->runs[i].point;
        if (wanted[i] && point->predictor == MG_PREDICTOR_COMMAND) {
            return mg_fail(err, MG_EUSAGE,
                           "%s: predictor.argv starts a program (%s); if you trust it, run with "
                           "--allow-commands",
                           plan->runs[i].spec->path, point->argv[0]);
        }
    }
    return MG_OK;
}

enum mg_status mg_cli_select_runs(bool **wanted, const struct mg_cli *cli,
                                  const struct mg_plan *plan, struct mg_error *err)
{
    *wanted = mg_allocate(plan->n_runs + 1, sizeof(**wanted));
    if (mg_only_select(*wanted, plan, cli->only, cli->n_only, err) != MG_OK) {
        return err->status;
    }
    if (cli->share.n > 0) {
        mg_share_select(*wanted, plan, cli->share);
    }
    return MG_OK;
}

size_t mg_cli_workers(const struct mg_cli *cli, const struct mg_plan *plan)
{
    const size_t wanted = cli->jobs > 0 ? cli->jobs : mg_cores_count();
    size_t trainings = 0;

    for (size_t i = 0; i < plan->n_results; i++) {
        trainings += plan->results[i].entry == NULL;
    }
    return wanted < trainings ? wanted : trainings;
}

enum mg_output_format mg_cli_format(const struct mg_cli *cli, enum mg_output_format fallback)
{
    return cli->json ? MG_OUTPUT_JSON : (cli->csv ? MG_OUTPUT_CSV : fallback);
}

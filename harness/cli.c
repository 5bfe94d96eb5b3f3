/* cli.c - what the verbs share: experiment files of a command line, and where the database is. */
#include "harness/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cores.h"
#include "harness/file.h"
#include "harness/json.h"
#include "harness/only.h"
#include "model/numeric/arena.h"

static void print_problems(const struct mg_problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        fprintf(stderr, "%s\n", problems->lines[i]);
    }
}

/* "FILE:line:column: error: /claims/3/query: ...", the place looked up in the file's text. */
static void complain_query(const struct mg_spec *spec, size_t claim, const char *problem)
{
    struct mg_json_file *file = NULL;
    struct mg_error ignored = {0};

    if (mg_json_parse(&file, spec->text, strlen(spec->text), spec->path, &ignored) == MG_OK) {
        const struct mg_json *claims = mg_json_get(mg_json_root(file), "claims");
        const struct mg_json *query = claims != NULL && claim < mg_json_count(claims)
                                          ? mg_json_get(mg_json_at(claims, claim), "query")
                                          : NULL;
        if (query != NULL) {
            fprintf(stderr, "%s:%zu:%zu: error: /claims/%zu/query (%s): %s\n", spec->path,
                    mg_json_line(query), mg_json_column(query), claim, spec->claims[claim].name,
                    problem);
        }
    }
    mg_json_free(file);
}

/* Ask every claim of an empty database: SQL that is wrong is found before anything runs. */
static size_t check_queries(const struct mg_spec *spec)
{
    struct mg_store *empty = NULL;
    struct mg_error broken = {0};
    size_t errors = 0;

    if (spec->n_claims == 0 || mg_store_open(&empty, NULL, MG_STORE_EMPTY, &broken) != MG_OK) {
        return 0;
    }
    (void)mg_store_put_wide(empty, spec, &broken); /* a query may ask it, too */
    for (size_t i = 0; i < spec->n_claims; i++) {
        struct mg_error fault = {0};
        if (mg_store_query(empty, spec->name, spec->claims[i].query, NULL, NULL, NULL, &fault) !=
            MG_OK) {
            complain_query(spec, i, fault.text);
            errors++;
        }
    }
    mg_store_close(empty);
    return errors;
}

enum mg_status mg_files_load(struct mg_files *files, const struct mg_cli *cli, bool needed,
                             struct mg_error *err)
{
    enum mg_status status = MG_OK;
    size_t errors = 0;

    *files = (struct mg_files){0};
    if (cli->n == 0 && needed) {
        return mg_fail(err, MG_EUSAGE, "which experiment file? Name one or more");
    }
    files->specs = mg_allocate(cli->n + 1, sizeof(*files->specs));
    files->names = mg_allocate(cli->n + 1, sizeof(*files->names));
    for (size_t i = 0; i < cli->n; i++) {
        struct mg_problems problems = {0};
        struct mg_spec *spec = NULL;
        const enum mg_status loaded =
            mg_spec_load_set(&spec, cli->arguments[i], cli->sets, cli->n_sets, &problems);
        print_problems(&problems);
        errors += problems.errors;
        mg_problems_free(&problems);
        if (loaded == MG_OK) {
            const size_t wrong = check_queries(spec);
            errors += wrong;
            status = wrong > 0 ? MG_EUSAGE : status;
            files->names[files->n] = spec->name;
            files->specs[files->n++] = spec;
        } else {
            status = status == MG_OK ? loaded : status;
        }
    }
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

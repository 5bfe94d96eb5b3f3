/*
 * database.c - a small real database for tests of claims, figures and reports.
 */
#define _XOPEN_SOURCE 700 /* nftw */
#include "tests/support/database.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "tests/support/test.h"

static const char head[] =
    "{\"marginalia\": 1, \"name\": \"tiny\", \"title\": \"A <tiny> title\","
    " \"question\": \"Is it so & why?\", \"source\": {\"kind\": \"sequences\", \"rows\":"
    " [{\"tokens\": \"A B\", \"count\": 1}, {\"tokens\": \"B A\", \"count\": 1}]},"
    " \"predictor\": {\"kind\": \"transformer\", \"layers\": 1, \"width\": 8, \"heads\": 1,"
    " \"hidden\": 8}, \"train\": {\"steps\": 1, \"batch\": 1, \"lr\": 0.001},"
    " \"measure\": [{\"kind\": \"joint\", \"name\": \"cd\", \"context\": \"_ _\","
    " \"targets\": [0, 1]}]";

static void must(enum mg_status status, const struct mg_error *err)
{
    if (status != MG_OK) {
        fail_msg("status %d: %s", (int)status, err->text);
    }
}

static void add_runs(struct database *database, int64_t experiment, struct mg_error *err)
{
    for (size_t p = 0; p < database->spec->n_points; p++) {
        const struct mg_point *point = &database->spec->points[p];
        for (size_t r = 0; r < point->replicates; r++) {
            int64_t *results = database->results[database->n_runs];
            struct mg_run_record record = {.point = point,
                                           .ordinal = (int64_t)database->n_runs,
                                           .replicate = (int64_t)r,
                                           .seed = "1",
                                           .results = results};
            int64_t run;

            assert_true(database->n_runs < DATABASE_RUNS);
            assert_true(point->n_measures < DATABASE_RESULTS);
            for (size_t m = 0; m <= point->n_measures; m++) {
                char *key = mg_format("%060zu%02zu%02zu", p, r, m);
                must(mg_store_add_result(&results[m], database->store, key, "joint", err), err);
                free(key);
            }
            must(mg_store_put_params(&record.param_set_id, database->store, point, err), err);
            must(mg_store_put_run(&run, database->store, experiment, &record, err), err);
            must(mg_store_set_run(database->store, run, "done", "d1", 0.5, err), err);
            database->n_runs++;
        }
    }
}

void database_open(struct database *database, const char *members)
{
    struct mg_problems problems = {0};
    struct mg_error err = {0};
    int64_t experiment;
    char *text = mg_format("%s%s%s}", head, members[0] != '\0' ? ", " : "", members);
    char *path;

    *database = (struct database){.folder = "/tmp/marginalia-test-XXXXXX"};
    assert_non_null(mkdtemp(database->folder));
    database_write(database, "tiny.json", text);
    path = database_path(database, "tiny.json");
    if (mg_spec_load(&database->spec, path, &problems) != MG_OK) {
        fail_msg("%s", problems.n > 0 ? problems.lines[0] : "no reason");
    }
    mg_problems_free(&problems);
    free(path);
    free(text);
    path = database_path(database, "t.db");
    must(mg_store_open(&database->store, path, MG_STORE_WRITE, &err), &err);
    free(path);
    must(mg_store_begin(database->store, &err), &err);
    must(mg_store_put_experiment(&experiment, database->store, database->spec, &err), &err);
    add_runs(database, experiment, &err);
    must(mg_store_commit(database->store, &err), &err);
}

static void add_row(struct database *database, size_t run, enum mg_table table,
                    const struct mg_value *values, size_t n)
{
    struct mg_error err = {0};

    assert_true(run < database->n_runs);
    must(mg_store_add_row(database->store, database->results[run][1], database->ordinal++, table,
                          values, n, &err),
         &err);
}

void database_information(struct database *database, size_t run, const char *quantity, double value)
{
    const struct mg_value values[] = {{.type = MG_VALUE_TEXT, .text = quantity},
                                      {.type = MG_VALUE_REAL, .real = value},
                                      {.type = MG_VALUE_NULL}};

    add_row(database, run, MG_TABLE_information, values, 3);
}

void database_marginal(struct database *database, size_t run, const char *token)
{
    const struct mg_value values[] = {{.type = MG_VALUE_INTEGER, .integer = 0},
                                      {.type = MG_VALUE_TEXT, .text = token},
                                      {.type = MG_VALUE_REAL, .real = 0.25},
                                      {.type = MG_VALUE_REAL, .real = 0.5}};

    add_row(database, run, MG_TABLE_marginals, values, 4);
}

char *database_path(const struct database *database, const char *path)
{
    return mg_format("%s/%s", database->folder, path);
}

void database_write(const struct database *database, const char *path, const char *text)
{
    struct mg_error err = {0};
    char *full = database_path(database, path);

    must(mg_file_write(full, text, strlen(text), &err), &err);
    free(full);
}

char *database_read(const struct database *database, const char *path, size_t *size)
{
    struct mg_error err = {0};
    char *full = database_path(database, path);
    char *text = NULL;

    must(mg_file_read(&text, size, full, 16 << 20, &err), &err);
    free(full);
    return text;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

void database_close(struct database *database)
{
    mg_store_close(database->store);
    mg_spec_free(database->spec);
    nftw(database->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

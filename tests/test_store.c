/* test_store.c - the database: views as documented, one writer, read-only queries, scopes. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "harness/answer.h"
#include "harness/file.h"
#include "harness/plan.h"
#include "harness/store.h"
#include "tests/support/experiment.h"
#include "tests/support/test.h"

static const char toy[] =
    "{\"marginalia\": 1, \"name\": \"%s\", \"source\": {\"kind\": \"sequences\", \"rows\": "
    "[{\"tokens\": \"A B\", \"count\": 3}, {\"tokens\": \"B A\", \"count\": 1}]},"
    "\"predictor\": {\"kind\": \"oracle\"},"
    "\"measure\": [{\"kind\": \"joint\", \"name\": \"pair\", \"context\": \"_ _\","
    " \"targets\": [0, 1]}],"
    "\"claims\": [{\"about\": \"C1\", \"name\": \"one\", \"exact\": true, \"accept\": %s,"
    " \"query\": \"SELECT 1\"}]}";

/* What every test works in. */
struct bench {
    char *folder, *path;
    struct mg_store *store;
};

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    struct mg_error err = {0};

    assert_non_null(bench);
    bench->folder = mg_test_folder();
    bench->path = mg_format("%s/a.db", bench->folder);
    assert_int_equal(mg_store_open(&bench->store, bench->path, MG_STORE_WRITE, &err), MG_OK);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;

    mg_store_close(bench->store);
    mg_test_folder_remove(bench->folder);
    free(bench->path);
    free(bench);
    return 0;
}

/* First cell of an answer as text, into a static buffer; "" for no rows. */
static const char *ask(struct mg_store *store, const char *experiment, const char *sql)
{
    static char text[256];
    struct mg_answer answer = {0};
    struct mg_error err = {0};

    if (mg_answer_ask(&answer, store, experiment, sql, &err) != MG_OK) {
        print_error("%s: %s\n", sql, err.text);
        fail();
    }
    snprintf(text, sizeof(text), "%s",
             answer.n_rows > 0 ? mg_answer_cell(&answer, 0, 0)->text : "");
    mg_answer_free(&answer);
    return text;
}

static struct mg_spec *toy_spec(const struct bench *bench, const char *name, const char *accept)
{
    char text[1024];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof(text), toy, name, accept);
#pragma GCC diagnostic pop
    return mg_test_spec(bench->folder, "toy.json", text);
}

/* Register a spec, and finish its results with the given digest and no rows. */
static void register_toy(struct bench *bench, const char *name, const char *accept,
                         const char *digest)
{
    struct mg_spec *spec = toy_spec(bench, name, accept);
    struct mg_plan plan = {0};
    struct mg_error err = {0};

    assert_int_equal(mg_plan_make(&plan, &spec, 1, bench->store, &err), MG_OK);
    assert_int_equal(mg_plan_register(&plan, bench->store, &err), MG_OK);
    for (size_t i = 0; i < plan.n_results; i++) {
        plan.results[i].stored.status = MG_RESULT_DONE;
        snprintf(plan.results[i].stored.digest, MG_DIGEST_TEXT, "%s", digest);
    }
    assert_int_equal(mg_plan_settle(&plan, 0, bench->store, &err), MG_OK);
    mg_plan_free(&plan);
    mg_spec_free(spec);
}

/* ---- the contract ---- */

/* Source: DESIGN.md, "Database views". */
static const struct {
    const char *view, *columns;
} contract[] = {
    {"runs", "run_id, experiment, replicate, seed, status, source, predictor, objective, seq_len, "
             "wall_s, digest"},
    {"params", "run_id, path, value"},
    {"metrics", "run_id, name, step, value"},
    {"marginals", "run_id, probe, position, token, p_model, p_exact"},
    {"joints", "run_id, probe, outcome, p_chain, p_product, p_exact"},
    {"information", "run_id, probe, quantity, value, exact"},
    {"distance_curves", "run_id, probe, side, position, distance, quantity, value, exact, bound"},
    {"samples", "run_id, sampler, nfe, draw, tokens, coherent"},
    {"coherence", "run_id, sampler, nfe, draws, rate, exact_rate"},
    {"sampler_error", "run_id, sampler, nfe, kl_nats, kl_se_nats, factorization_nats, model_nats, "
                      "order_nats, mixture_nats, selection_nats, coherence, kind"},
    {"ledger", "run_id, sampler, step, factorization_nats, model_nats, order_nats"},
    {"schedules", "run_id, probe, j, h_nats, z_nats"},
    {"claims", "experiment, about, name, source, accept_lo, accept_hi, estimate, ci_lo, ci_hi, n, "
               "verdict"},
};

/* More columns may follow the documented ones. */
static void views_have_the_documented_columns(void **state)
{
    struct bench *bench = *state;

    for (size_t i = 0; i < sizeof(contract) / sizeof(contract[0]); i++) {
        struct mg_answer answer = {0};
        struct mg_error err = {0};
        char sql[64];
        char columns[512] = "";

        snprintf(sql, sizeof(sql), "SELECT * FROM %s", contract[i].view);
        assert_int_equal(mg_answer_ask(&answer, bench->store, NULL, sql, &err), MG_OK);
        for (size_t c = 0; c < answer.n_columns; c++) {
            strcat(columns, c > 0 ? ", " : "");
            strcat(columns, answer.columns[c]);
        }
        if (strncmp(columns, contract[i].columns, strlen(contract[i].columns)) != 0) {
            print_error("%s: %s\n", contract[i].view, columns);
            fail();
        }
        mg_answer_free(&answer);
    }
}

/* Every table of rows.h takes a row of its width (of NULLs it may refuse some: not of values). */
static void every_table_of_rows_takes_a_row(void **state)
{
    struct bench *bench = *state;
    struct mg_error err = {0};
    int64_t id = 0;

    assert_int_equal(mg_store_add_result(&id, bench->store, "key", "train", &err), MG_OK);
    for (enum mg_table t = 0; t < MG_TABLE_COUNT; t++) {
        struct mg_value values[MG_COLUMNS_MAX];
        for (size_t i = 0; i < mg_table_width(t); i++) { /* fits INTEGER, REAL and TEXT columns */
            values[i] = (struct mg_value){.type = MG_VALUE_INTEGER, .integer = 1, .real = 1.0};
        }
        if (mg_store_add_row(bench->store, id, 0, t, values, mg_table_width(t), &err) != MG_OK) {
            print_error("%s: %s\n", mg_table_name(t), err.text);
            fail();
        }
    }
    assert_int_equal(mg_store_clear_result(bench->store, id, &err), MG_OK);
}

static void numbers_that_are_not_finite_are_flagged(void **state)
{
    struct bench *bench = *state;
    struct mg_error err = {0};
    const struct mg_value row[] = {
        {.type = MG_VALUE_TEXT, .text = "A B"},
        {.type = MG_VALUE_REAL, .real = (double)NAN},
        {.type = MG_VALUE_REAL, .real = 0.5},
        {.type = MG_VALUE_REAL, .real = -(double)INFINITY},
    };
    int64_t id = 0;

    register_toy(bench, "toy", "[0, 1]", "d");
    id = strtoll(ask(bench->store, NULL, "SELECT result_id FROM result WHERE kind = 'joint'"), NULL,
                 10);
    assert_int_equal(mg_store_add_row(bench->store, id, 0, MG_TABLE_joints, row, 4, &err), MG_OK);
    assert_string_equal(ask(bench->store, NULL,
                            "SELECT p_chain IS NULL AND p_product = 0.5 AND"
                            " p_exact IS NULL FROM joints"),
                        "1");
    assert_string_equal(ask(bench->store, NULL, "SELECT cells FROM nonfinite WHERE name = 'pair'"),
                        "p_chain=nan p_exact=-inf");
}

/* ---- opening ---- */

static void second_writer_is_told_who_the_first_is(void **state)
{
    struct bench *bench = *state;
    struct mg_store *second = NULL;
    struct mg_error err = {0};
    char self[32];

    snprintf(self, sizeof(self), "process %ld", (long)getpid());
    assert_int_equal(mg_store_open(&second, bench->path, MG_STORE_WRITE, &err), MG_EBUSY);
    assert_null(second);
    assert_non_null(strstr(err.text, self));
}

static void reader_works_beside_the_writer(void **state)
{
    struct bench *bench = *state;
    struct mg_store *reader = NULL;
    struct mg_error err = {0};

    register_toy(bench, "toy", "[0, 1]", "d");
    assert_int_equal(mg_store_open(&reader, bench->path, MG_STORE_READ, &err), MG_OK);
    assert_string_equal(ask(reader, NULL, "SELECT count(*) FROM runs"), "1");
    mg_store_close(reader);
}

static void make_database(const char *path, const char *script)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, script, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void assert_refused(const struct bench *bench, const char *name, const char *why)
{
    static const char *const beside[] = {".lock", "-wal", "-shm", "-journal"};
    char *path = mg_format("%s/%s", bench->folder, name);
    struct mg_error none = {0};
    char *before = NULL;
    char *after = NULL;
    size_t size = 0;

    assert_int_equal(mg_file_read(&before, &size, path, 1 << 20, &none), MG_OK);
    for (int write = 0; write < 2; write++) {
        struct mg_store *store = NULL;
        struct mg_error err = {0};
        assert_int_equal(mg_store_open(&store, path, write ? MG_STORE_WRITE : MG_STORE_READ, &err),
                         MG_ESTORAGE);
        assert_null(store);
        if (strstr(err.text, why) == NULL) {
            print_error("%s\n", err.text);
            fail();
        }
    }
    assert_int_equal(mg_file_read(&after, &size, path, 1 << 20, &none), MG_OK);
    assert_memory_equal(before, after, size);
    for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
        char *litter = mg_format("%s%s", path, beside[i]);
        assert_int_not_equal(access(litter, F_OK), 0);
        free(litter);
    }
    free(before);
    free(after);
    free(path);
}

static void databases_of_others_are_refused_and_left_alone(void **state)
{
    const struct bench *bench = *state;
    struct mg_error err = {0};
    char *other = mg_format("%s/other.db", bench->folder);
    char *newer = mg_format("%s/newer.db", bench->folder);
    char *text = mg_format("%s/text.db", bench->folder);

    make_database(other, "CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    make_database(
        newer,
        "PRAGMA journal_mode = WAL; PRAGMA application_id = 1297237838; PRAGMA user_version = 99;"
        "CREATE TABLE t (a)");
    assert_int_equal(
        mg_file_write(text, "not a database, but long enough to be looked at", 48, &err), MG_OK);
    assert_refused(bench, "other.db", "not a database of marginalia");
    assert_refused(bench, "newer.db", "newer marginalia");
    assert_refused(bench, "text.db", "not a database");
    free(other);
    free(newer);
    free(text);
}

static void a_database_that_is_not_there_is_not_made_by_reading(void **state)
{
    const struct bench *bench = *state;
    char *path = mg_format("%s/none.db", bench->folder);
    struct mg_store *store = NULL;
    struct mg_error err = {0};

    assert_int_equal(mg_store_open(&store, path, MG_STORE_READ, &err), MG_ESTORAGE);
    assert_int_not_equal(access(path, F_OK), 0);
    free(path);
}

/* A file size limit stands for a full disk: writes fail with EFBIG. */
static void a_full_disk_leaves_the_database_whole(void **state)
{
    struct bench *bench = *state;
    int status = 0;
    pid_t child;

    register_toy(bench, "toy", "[0, 1]", "d");
    mg_store_close(bench->store);
    bench->store = NULL;
    child = fork();
    if (child == 0) {
        const struct rlimit limit = {1 << 18, 1 << 18};
        struct mg_store *store = NULL;
        struct mg_error err = {0};
        enum mg_status result = mg_store_open(&store, bench->path, MG_STORE_WRITE, &err);
        const struct mg_value row[] = {{.type = MG_VALUE_TEXT, .text = "loss"},
                                       {.type = MG_VALUE_INTEGER, .integer = 1},
                                       {.type = MG_VALUE_REAL, .real = 0.5}};

        (void)signal(SIGXFSZ, SIG_IGN);
        (void)setrlimit(RLIMIT_FSIZE, &limit);
        result = result == MG_OK ? mg_store_begin(store, &err) : result;
        for (int64_t i = 0; result == MG_OK && i < 100000; i++) {
            result = mg_store_add_row(store, 1, i, MG_TABLE_metrics, row, 3, &err);
        }
        result = result == MG_OK ? mg_store_commit(store, &err) : result;
        mg_store_close(store);
        _exit((int)result);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), MG_ESTORAGE);
    {
        struct mg_error err = {0};
        assert_int_equal(mg_store_open(&bench->store, bench->path, MG_STORE_WRITE, &err), MG_OK);
    }
    assert_string_equal(ask(bench->store, NULL, "SELECT count(*) FROM metrics"), "0");
    assert_string_equal(ask(bench->store, NULL, "SELECT count(*) FROM runs"), "1");
}

static void snapshot_is_one_file_that_answers(void **state)
{
    struct bench *bench = *state;
    char *path = mg_format("%s/copy.db", bench->folder);
    struct mg_store *copy = NULL;
    struct mg_error err = {0};

    register_toy(bench, "toy", "[0, 1]", "d");
    assert_int_equal(mg_store_snapshot(bench->store, path, &err), MG_OK);
    assert_int_equal(mg_store_open(&copy, path, MG_STORE_READ, &err), MG_OK);
    assert_string_equal(ask(copy, NULL, "SELECT experiment FROM runs"), "toy");
    mg_store_close(copy);
    assert_int_equal(mg_store_snapshot(bench->store, path, &err), MG_ESTORAGE);
    free(path);
}

/* ---- queries from files ---- */

static void only_one_reading_statement_is_run(void **state)
{
    struct bench *bench = *state;
    static const char *const refused[] = {
        "DELETE FROM run",
        "SELECT 1; SELECT 2",
        "SELECT 1; DELETE FROM run",
        "",
        "-- nothing",
        "PRAGMA user_version = 7",
        "ATTACH 'x.db' AS x",
        "SELECT load_extension('x')",
        "SELECT * FROM pragma_table_info('run')",
        "CREATE TABLE t (a)",
        "BEGIN",
        "VACUUM INTO 'x.db'",
        "SELECT nothing FROM runs",
        "SELECT ?1",
        "WITH x AS (SELECT 1) INSERT INTO param_set (sha256) SELECT * FROM x",
    };

    register_toy(bench, "toy", "[0, 1]", "d");
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct mg_error err = {0};
        if (mg_store_query(bench->store, NULL, refused[i], NULL, NULL, NULL, &err) != MG_EUSAGE) {
            print_error("not refused: %s\n", refused[i]);
            fail();
        }
    }
    assert_string_equal(ask(bench->store, NULL, "SELECT count(*) FROM runs; -- a comment"), "1");
    assert_string_equal(ask(bench->store, NULL, "SELECT value FROM json_each('[7]')"), "7");
    assert_string_equal(ask(bench->store, "toy", "SELECT value FROM json_each('[7]')"), "7");
    assert_string_equal(ask(bench->store, NULL, "SELECT sqrt(4.0) = 2"), "1");
}

static void a_scope_shows_one_experiment(void **state)
{
    struct bench *bench = *state;
    struct mg_error err = {0};

    register_toy(bench, "one", "[0, 1]", "d");
    register_toy(bench, "two", "[0, 1]", "d");
    assert_string_equal(ask(bench->store, NULL, "SELECT count(*) FROM runs"), "2");
    assert_string_equal(ask(bench->store, "one", "SELECT group_concat(experiment) FROM runs"),
                        "one");
    assert_string_equal(ask(bench->store, "one", "SELECT count(DISTINCT run_id) FROM params"), "1");
    assert_string_equal(ask(bench->store, "one", "SELECT experiment FROM claims"), "one");
    assert_string_equal(ask(bench->store, "no'body", "SELECT count(*) FROM params"), "0");
    assert_int_equal(
        mg_store_query(bench->store, "one", "SELECT * FROM main.runs", NULL, NULL, NULL, &err),
        MG_EUSAGE);
    assert_string_equal(ask(bench->store, NULL, "SELECT count(*) FROM runs"), "2");
}

/* ---- experiments ---- */

static void a_verdict_lasts_as_long_as_its_numbers_and_its_claim(void **state)
{
    struct bench *bench = *state;
    static const char verdict[] = "SELECT verdict || coalesce(estimate, '') FROM claims";
    struct mg_error err = {0};

    register_toy(bench, "toy", "[0, 1]", "d1");
    assert_string_equal(ask(bench->store, NULL, verdict), "not_run");
    assert_int_equal(mg_store_set_verdict(bench->store, "toy", "one", 0.5, (double)NAN, 0.75, 3,
                                          "reproduced", &err),
                     MG_OK);
    assert_string_equal(ask(bench->store, NULL, verdict), "reproduced0.5");
    assert_string_equal(ask(bench->store, NULL,
                            "SELECT ci_lo IS NULL AND ci_hi = .75 AND n = 3"
                            " FROM claims"),
                        "1");
    register_toy(bench, "toy", "[0, 2]", "d1");
    assert_string_equal(ask(bench->store, NULL, "SELECT verdict FROM claims"), "not_run");
    assert_int_equal(
        mg_store_set_verdict(bench->store, "toy", "one", 0.5, 0.25, 0.75, 3, "reproduced", &err),
        MG_OK);
    register_toy(bench, "toy", "[0, 2]", "d2");
    assert_string_equal(ask(bench->store, NULL, verdict), "not_run");
    assert_int_equal(
        mg_store_set_verdict(bench->store, "toy", "two", 0.5, 0.25, 0.75, 3, "reproduced", &err),
        MG_EUSAGE);
}

static void parameters_keep_their_types(void **state)
{
    struct bench *bench = *state;

    register_toy(bench, "toy", "[0, 1]", "d");
    assert_string_equal(
        ask(bench->store, NULL, "SELECT value FROM params WHERE path = 'predictor.kind'"),
        "oracle");
    assert_string_equal(ask(bench->store, NULL,
                            "SELECT json_extract(value, '$[1]') FROM params"
                            " WHERE path = 'measure.pair.targets'"),
                        "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(views_have_the_documented_columns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_table_of_rows_takes_a_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_that_are_not_finite_are_flagged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(second_writer_is_told_who_the_first_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reader_works_beside_the_writer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(databases_of_others_are_refused_and_left_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_database_that_is_not_there_is_not_made_by_reading, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_database_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(snapshot_is_one_file_that_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_one_reading_statement_is_run, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_scope_shows_one_experiment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_verdict_lasts_as_long_as_its_numbers_and_its_claim,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(parameters_keep_their_types, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

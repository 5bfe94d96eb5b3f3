/* test_store.c - the database: views as documented, what files may ask, scopes, verdicts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/answer.h"
#include "harness/store.h"
#include "tests/support/store_bench.h"
#include "tests/support/test.h"

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
    struct store_bench *bench = *state;

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
    struct store_bench *bench = *state;
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
    struct store_bench *bench = *state;
    struct mg_error err = {0};
    const struct mg_value row[] = {
        {.type = MG_VALUE_TEXT, .text = "A B"},
        {.type = MG_VALUE_REAL, .real = (double)NAN},
        {.type = MG_VALUE_REAL, .real = 0.5},
        {.type = MG_VALUE_REAL, .real = -(double)INFINITY},
    };
    int64_t id = 0;

    store_register_toy(bench, "toy", "[0, 1]", "d");
    id = strtoll(store_ask(bench->store, NULL, "SELECT result_id FROM result WHERE kind = 'joint'"),
                 NULL, 10);
    assert_int_equal(mg_store_add_row(bench->store, id, 0, MG_TABLE_joints, row, 4, &err), MG_OK);
    assert_string_equal(store_ask(bench->store, NULL,
                                  "SELECT p_chain IS NULL AND p_product = 0.5 AND"
                                  " p_exact IS NULL FROM joints"),
                        "1");
    assert_string_equal(
        store_ask(bench->store, NULL, "SELECT cells FROM nonfinite WHERE name = 'pair'"),
        "p_chain=nan p_exact=-inf");
}

/* ---- queries from files ---- */

static void only_one_reading_statement_is_run(void **state)
{
    struct store_bench *bench = *state;
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

    store_register_toy(bench, "toy", "[0, 1]", "d");
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct mg_error err = {0};
        if (mg_store_query(bench->store, NULL, refused[i], NULL, NULL, NULL, &err) != MG_EUSAGE) {
            print_error("not refused: %s\n", refused[i]);
            fail();
        }
    }
    assert_string_equal(store_ask(bench->store, NULL, "SELECT count(*) FROM runs; -- a comment"),
                        "1");
    assert_string_equal(store_ask(bench->store, NULL, "SELECT value FROM json_each('[7]')"), "7");
    assert_string_equal(store_ask(bench->store, "toy", "SELECT value FROM json_each('[7]')"), "7");
    assert_string_equal(store_ask(bench->store, NULL, "SELECT sqrt(4.0) = 2"), "1");
}

static void a_scope_shows_one_experiment(void **state)
{
    struct store_bench *bench = *state;
    struct mg_error err = {0};

    store_register_toy(bench, "one", "[0, 1]", "d");
    store_register_toy(bench, "two", "[0, 1]", "d");
    assert_string_equal(store_ask(bench->store, NULL, "SELECT count(*) FROM runs"), "2");
    assert_string_equal(store_ask(bench->store, "one", "SELECT group_concat(experiment) FROM runs"),
                        "one");
    assert_string_equal(store_ask(bench->store, "one", "SELECT count(DISTINCT run_id) FROM params"),
                        "1");
    assert_string_equal(store_ask(bench->store, "one", "SELECT experiment FROM claims"), "one");
    assert_string_equal(store_ask(bench->store, "no'body", "SELECT count(*) FROM params"), "0");
    assert_int_equal(
        mg_store_query(bench->store, "one", "SELECT * FROM main.runs", NULL, NULL, NULL, &err),
        MG_EUSAGE);
    assert_string_equal(store_ask(bench->store, NULL, "SELECT count(*) FROM runs"), "2");
}

/* ---- experiments ---- */

static void a_verdict_lasts_as_long_as_its_numbers_and_its_claim(void **state)
{
    struct store_bench *bench = *state;
    static const char verdict[] = "SELECT verdict || coalesce(estimate, '') FROM claims";
    struct mg_error err = {0};

    store_register_toy(bench, "toy", "[0, 1]", "d1");
    assert_string_equal(store_ask(bench->store, NULL, verdict), "not_run");
    assert_int_equal(mg_store_set_verdict(bench->store, "toy", "one", 0.5, (double)NAN, 0.75, 3,
                                          "reproduced", &err),
                     MG_OK);
    assert_string_equal(store_ask(bench->store, NULL, verdict), "reproduced0.5");
    assert_string_equal(store_ask(bench->store, NULL,
                                  "SELECT ci_lo IS NULL AND ci_hi = .75 AND n = 3"
                                  " FROM claims"),
                        "1");
    store_register_toy(bench, "toy", "[0, 2]", "d1");
    assert_string_equal(store_ask(bench->store, NULL, "SELECT verdict FROM claims"), "not_run");
    assert_int_equal(
        mg_store_set_verdict(bench->store, "toy", "one", 0.5, 0.25, 0.75, 3, "reproduced", &err),
        MG_OK);
    store_register_toy(bench, "toy", "[0, 2]", "d2");
    assert_string_equal(store_ask(bench->store, NULL, verdict), "not_run");
    assert_int_equal(
        mg_store_set_verdict(bench->store, "toy", "two", 0.5, 0.25, 0.75, 3, "reproduced", &err),
        MG_EUSAGE);
}

static void parameters_keep_their_types(void **state)
{
    struct store_bench *bench = *state;

    store_register_toy(bench, "toy", "[0, 1]", "d");
    assert_string_equal(
        store_ask(bench->store, NULL, "SELECT value FROM params WHERE path = 'predictor.kind'"),
        "oracle");
    assert_string_equal(store_ask(bench->store, NULL,
                                  "SELECT json_extract(value, '$[1]') FROM params"
                                  " WHERE path = 'measure.pair.targets'"),
                        "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(views_have_the_documented_columns, store_set_up,
                                        store_tear_down),
        cmocka_unit_test_setup_teardown(every_table_of_rows_takes_a_row, store_set_up,
                                        store_tear_down),
        cmocka_unit_test_setup_teardown(numbers_that_are_not_finite_are_flagged, store_set_up,
                                        store_tear_down),
        cmocka_unit_test_setup_teardown(only_one_reading_statement_is_run, store_set_up,
                                        store_tear_down),
        cmocka_unit_test_setup_teardown(a_scope_shows_one_experiment, store_set_up,
                                        store_tear_down),
        cmocka_unit_test_setup_teardown(a_verdict_lasts_as_long_as_its_numbers_and_its_claim,
                                        store_set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(parameters_keep_their_types, store_set_up, store_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

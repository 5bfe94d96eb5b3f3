/*
 * test_claim.c - verdicts from values, and from the rows of a real database.
 */
#include "harness/claim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/answer.h"
#include "tests/support/database.h"
#include "tests/support/test.h"

/* {1, 2, 3}: mean 2, sd 1, n 3: half-width 2.919986 / sqrt(3) = 1.685855, so [.3141, 3.6859]. */
static void interval_inside_outside_or_across_decides(void **state)
{
    static const double values[] = {1.0, 2.0, 3.0};
    static const struct {
        double lo, hi;
        enum mg_verdict_word word;
    } cases[] = {
        {0.31, 3.69, MG_VERDICT_REPRODUCED},      {0.32, 3.69, MG_VERDICT_INCONCLUSIVE},
        {0.31, 3.68, MG_VERDICT_INCONCLUSIVE},    {3.69, 9.0, MG_VERDICT_NOT_REPRODUCED},
        {-9.0, 0.31, MG_VERDICT_NOT_REPRODUCED},  {3.68, 9.0, MG_VERDICT_INCONCLUSIVE},
        {-HUGE_VAL, 3.69, MG_VERDICT_REPRODUCED}, {0.31, HUGE_VAL, MG_VERDICT_REPRODUCED},
        {1.9, 2.1, MG_VERDICT_INCONCLUSIVE},      {-9.0, 1.9, MG_VERDICT_INCONCLUSIVE},
        {2.1, 9.0, MG_VERDICT_INCONCLUSIVE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mg_verdict verdict = {.accept_lo = cases[i].lo, .accept_hi = cases[i].hi};

        mg_claim_judge(&verdict, values, 3);
        assert_int_equal(verdict.word, cases[i].word);
        assert_close(verdict.estimate, 2.0, 1e-15);
        assert_close(verdict.ci_lo, 2.0 - 1.685855, 1e-5);
        assert_close(verdict.ci_hi, 2.0 + 1.685855, 1e-5);
        assert_int_equal(verdict.n, 3);
    }
}

static void equal_values_at_the_edge_are_reproduced(void **state)
{
    static const double values[] = {1.0, 1.0, 1.0};
    struct mg_verdict verdict = {.accept_lo = 0.95, .accept_hi = 1.0};

    (void)state;
    mg_claim_judge(&verdict, values, 3);
    assert_int_equal(verdict.word, MG_VERDICT_REPRODUCED);
}

static void one_value_decides_only_when_exact(void **state)
{
    static const double value = 0.5;
    struct mg_verdict verdict = {.accept_lo = 0.4, .accept_hi = 0.5};

    (void)state;
    mg_claim_judge(&verdict, &value, 1);
    assert_int_equal(verdict.word, MG_VERDICT_INCONCLUSIVE);
    assert_true(isnan(verdict.ci_lo));
    verdict.exact = true;
    mg_claim_judge(&verdict, &value, 1);
    assert_int_equal(verdict.word, MG_VERDICT_REPRODUCED);
    verdict.accept_hi = 0.4999;
    mg_claim_judge(&verdict, &value, 1);
    assert_int_equal(verdict.word, MG_VERDICT_NOT_REPRODUCED);
}

static void a_diverged_replicate_is_never_dropped(void **state)
{
    static const double values[] = {1.0, (double)NAN, 1.0};
    struct mg_verdict verdict = {.accept_lo = 0.0, .accept_hi = 2.0};

    (void)state;
    mg_claim_judge(&verdict, values, 3);
    assert_int_equal(verdict.word, MG_VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(verdict.reason, "1 of 3"));
    mg_claim_judge(&verdict, &values[1], 1);
    assert_int_equal(verdict.word, MG_VERDICT_NOT_RUN);
}

#define VALUES(accept, name, where)                                                                \
    "{\"about\": \"C1\", \"name\": \"" name "\", \"accept\": " accept                              \
    ", \"query\": \"SELECT replicate, value FROM information JOIN runs USING (run_id) WHERE "      \
    "quantity = '" where "'\"}"

static void verify_stores_the_four_verdicts(void **state)
{
    struct database database;
    struct mg_verdicts verdicts;
    struct mg_error err = {0};
    struct mg_answer stored = {0};
    static const char *const expected[] = {"reproduced", "not_reproduced", "inconclusive",
                                           "not_run"};

    (void)state;
    database_open(
        &database,
        "\"replicates\": 3, \"claims\": [" VALUES("[0, 4]", "a", "x") ", " VALUES(
            "[5, null]", "b", "x") ", " VALUES("[2, 4]", "c", "x") ", " VALUES("[0, 4]", "d",
                                                                               "absent") "]");
    for (size_t run = 0; run < 3; run++) {
        database_information(&database, run, "x", 1.0 + (double)run);
    }
    assert_int_equal(mg_claims_verify(&verdicts, database.store, NULL, 0, &err), MG_NO);
    assert_int_equal(verdicts.n, 4);
    assert_int_equal(mg_answer_ask(&stored, database.store, NULL,
                                   "SELECT verdict, estimate, ci_lo, n FROM claims ORDER BY name",
                                   &err),
                     MG_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(mg_verdict_name(verdicts.items[i].word), expected[i]);
        assert_string_equal(mg_answer_text(&stored, i, "verdict"), expected[i]);
        assert_int_equal(verdicts.counts[i], 1);
    }
    assert_close(mg_answer_cell(&stored, 0, 1)->real, 2.0, 1e-15);
    assert_close(mg_answer_cell(&stored, 0, 2)->real, 2.0 - 1.685855, 1e-5);
    assert_int_equal(mg_answer_cell(&stored, 3, 1)->type, MG_VALUE_NULL);
    mg_answer_free(&stored);
    mg_verdicts_free(&verdicts);
    database_close(&database);
}

static void the_overall_answer_is_yes_or_undecided(void **state)
{
    struct database database;
    struct mg_verdicts verdicts;
    struct mg_error err = {0};

    (void)state;
    database_open(&database, "\"replicates\": 2, \"claims\": [" VALUES("[0, 4]", "a", "x") "]");
    assert_int_equal(mg_claims_verify(&verdicts, database.store, NULL, 0, &err), MG_UNDECIDED);
    mg_verdicts_free(&verdicts);
    database_information(&database, 0, "x", 1.0);
    database_information(&database, 1, "x", 1.0);
    assert_int_equal(mg_claims_verify(&verdicts, database.store, NULL, 0, &err), MG_OK);
    mg_verdicts_free(&verdicts);
    database_close(&database);
}

/* 20 of 20 draws: the interval from .05^(1/20) = .860892 to 1, by the binomial law alone. */
static void a_counted_share_is_as_sure_as_its_draws(void **state)
{
    static const struct {
        const char *accept, *verdict;
    } cases[] = {{"[0.86, 1]", "reproduced"},
                 {"[0.87, 1]", "inconclusive"},
                 {"[0, 0.86]", "not_reproduced"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct database database;
        struct mg_verdicts verdicts;
        struct mg_error err = {0};
        char members[300];

        snprintf(members, sizeof(members),
                 "\"claims\": [{\"about\": \"C1\", \"name\": \"share\", \"accept\": %s, "
                 "\"query\": \"SELECT 0, 1.0, 20\"}]",
                 cases[i].accept);
        database_open(&database, members);
        (void)mg_claims_verify(&verdicts, database.store, NULL, 0, &err);
        assert_string_equal(mg_verdict_name(verdicts.items[0].word), cases[i].verdict);
        assert_close(verdicts.items[0].ci_lo, pow(0.05, 0.05), 1e-12);
        assert_close(verdicts.items[0].ci_hi, 1.0, 1e-15);
        mg_verdicts_free(&verdicts);
        database_close(&database);
    }
}

/* A wrong query is the file's fault: exit 2, told by name, and no verdict is stored. */
static void faulty_queries_store_nothing(void **state)
{
    static const struct {
        const char *query, *flag, *told;
    } cases[] = {
        {"SELECT 0, value FROM information", "", "replicate 0 answers twice"},
        {"SELECT value FROM information", "", "returns 1 column,"},
        {"SELECT 0, quantity FROM information LIMIT 1", "", "is not a number"},
        {"SELECT 0.5, 1", "", "not a whole number"},
        {"SELECT 0, 0.55, 10", "", "not a share of 10 draws"},
        {"SELECT 0, 1, 10, 2", "", "returns 4 columns"},
        {"SELECT value FROM information", ", \"exact\": true", "not 2 rows"},
        {"SELECT nonsense FROM information", "", "nonsense"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct database database;
        struct mg_verdicts verdicts;
        struct mg_error err = {0};
        struct mg_answer stored = {0};
        char members[512];

        snprintf(
            members, sizeof(members),
            "\"replicates\": 2, \"claims\": [{\"about\": \"C1\", \"name\": \"bad\", \"accept\": "
            "[0, 1], \"query\": \"%s\"%s}, {\"about\": \"C1\", \"name\": \"good\", \"accept\": "
            "[0, 2], \"query\": \"SELECT 1\", \"exact\": true}]",
            cases[i].query, cases[i].flag);
        database_open(&database, members);
        database_information(&database, 0, "x", 1.0);
        database_information(&database, 1, "x", 2.0);
        assert_int_equal(mg_claims_verify(&verdicts, database.store, NULL, 0, &err), MG_EUSAGE);
        assert_non_null(strstr(err.text, "tiny, claim bad"));
        assert_non_null(strstr(err.text, cases[i].told));
        mg_verdicts_free(&verdicts);
        err = (struct mg_error){0};
        assert_int_equal(mg_answer_ask(&stored, database.store, NULL,
                                       "SELECT name FROM claims WHERE verdict <> 'not_run'", &err),
                         MG_OK);
        assert_int_equal(stored.n_rows, 0);
        mg_answer_free(&stored);
        database_close(&database);
    }
}

static void an_unknown_experiment_is_told_with_those_known(void **state)
{
    static const char *const names[] = {"tinny"};
    struct database database;
    struct mg_verdicts verdicts;
    struct mg_error err = {0};

    (void)state;
    database_open(&database, "");
    assert_int_equal(mg_claims_verify(&verdicts, database.store, names, 1, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "\"tinny\"; it holds: tiny"));
    mg_verdicts_free(&verdicts);
    database_close(&database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interval_inside_outside_or_across_decides),
        cmocka_unit_test(equal_values_at_the_edge_are_reproduced),
        cmocka_unit_test(one_value_decides_only_when_exact),
        cmocka_unit_test(a_diverged_replicate_is_never_dropped),
        cmocka_unit_test(verify_stores_the_four_verdicts),
        cmocka_unit_test(the_overall_answer_is_yes_or_undecided),
        cmocka_unit_test(a_counted_share_is_as_sure_as_its_draws),
        cmocka_unit_test(faulty_queries_store_nothing),
        cmocka_unit_test(an_unknown_experiment_is_told_with_those_known),
    };

    return cmocka_run_group_tests_name("claim", tests, NULL, NULL);
}

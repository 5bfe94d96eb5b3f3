/* Expected numbers are the documented ones, computed twice elsewhere by enumeration. */
#include "model/measure/law.h"

#include <stdlib.h>
#include <string.h>

#include "model/measure/contest.h"
#include "model/measure/measure.h"
#include "model/source/sequences.h"
#include "tests/support/laws.h"
#include "tests/support/test.h"

static const double UNEVEN_START[2] = {0.62, 0.38};
static const double UNEVEN[2][2] = {{0.85, 0.15}, {0.35, 0.65}};
static const double STATIONARY_START[2] = {0.75, 0.25};
static const double STATIONARY[2][2] = {{0.9, 0.1}, {0.3, 0.7}};
static const double FLIP_START[2] = {0.5, 0.5};
static const double FLIP[2][2] = {{0.9, 0.1}, {0.1, 0.9}};

/* All 2^L sequences of a two-state chain with their probabilities, by the product rule. */
static struct mg_source *chain_new(const double *start, const double rows[2][2], size_t length)
{
    const size_t n = (size_t)1 << length;
    int *tokens = malloc(n * length * sizeof(tokens[0]));
    double *weight = malloc(n * sizeof(weight[0]));
    struct mg_source *source;

    for (size_t x = 0; x < n; x++) {
        weight[x] = 1.0;
        for (size_t i = 0; i < length; i++) {
            const int now = (int)((x >> (length - 1 - i)) & 1);

            tokens[x * length + i] = now;
            weight[x] *= i == 0 ? start[now] : rows[tokens[x * length + i - 1]][now];
        }
    }
    source = mg_sequences_new(tokens, weight, n, length, 2);
    free(weight);
    free(tokens);
    return source;
}

/* The notes on the paper: sizes (5), (3,2), (2,2,1), (1x5); three or four digits. */
static void documented_orders_have_their_documented_kl(void **state)
{
    static const size_t STEPS[4] = {1, 2, 3, 5};
    static const struct {
        const char *order;
        enum mg_ties ties;
        double kl[4];
        double tolerance;
    } ROWS[] = {
        {"low_confidence", MG_TIES_UNIFORM, {0.5078, 0.7377, 1.3297, 2.7075}, 6e-5},
        {"low_confidence", MG_TIES_LOWEST, {0.5078, 0.7377, 1.3333, 2.6846}, 6e-5},
        {"entropy", MG_TIES_UNIFORM, {0.508, 0.347, 0.190, 0.0}, 6e-4},
        {"left_to_right", MG_TIES_UNIFORM, {0.508, 0.352, 0.225, 0.0}, 6e-4},
        {"random", MG_TIES_UNIFORM, {0.508, 0.110, 0.030, 0.0}, 6e-4},
    };
    struct mg_source *source = chain_new(UNEVEN_START, UNEVEN, 5);

    (void)state;
    for (size_t r = 0; r < sizeof(ROWS) / sizeof(ROWS[0]); r++) {
        for (size_t s = 0; s < 4; s++) {
            struct mg_sampler sampler = test_sampler_of(ROWS[r].order);

            sampler.ties = ROWS[r].ties;
            sampler.steps = STEPS[s];
            test_law_expect_kl(source, &sampler, ROWS[r].kl[s], ROWS[r].tolerance);
        }
    }
    mg_source_free(source);
}

static void flip_chain_under_low_confidence(void **state)
{
    static const size_t STEPS[4] = {1, 2, 3, 5};
    static const double KL[4] = {1.472, 0.500, 0.123, 0.531};
    struct mg_source *source = chain_new(FLIP_START, FLIP, 5);
    struct mg_sampler sampler = test_sampler_of("low_confidence");

    (void)state;
    sampler.ties = MG_TIES_UNIFORM;
    for (size_t s = 0; s < 4; s++) {
        sampler.steps = STEPS[s];
        test_law_expect_kl(source, &sampler, KL[s], 6e-4);
    }
    mg_source_free(source);
}

/* The definitions, section 2: F / mixture / selection / KL. */
static void ledger_has_its_documented_parts(void **state)
{
    static const struct {
        const char *order;
        size_t steps;
        double parts[4];
    } ROWS[] = {
        {"low_confidence", 2, {0.2483, -0.1041, 0.5936, 0.7377}},
        {"low_confidence", 3, {0.1459, -0.0828, 1.2666, 1.3297}},
        {"low_confidence", 5, {0.0, 0.0, 2.7075, 2.7075}},
        {"random", 2, {0.2064, -0.0968, 0.0, 0.1097}},
    };
    static const double ORDER[5] = {0.5784, 0.6929, 0.7848, 0.6513, 0.0};
    struct mg_source *source = chain_new(UNEVEN_START, UNEVEN, 5);

    (void)state;
    for (size_t r = 0; r < sizeof(ROWS) / sizeof(ROWS[0]); r++) {
        struct mg_sampler sampler = test_sampler_of(ROWS[r].order);
        struct mg_law *law;

        sampler.ties = MG_TIES_UNIFORM;
        sampler.steps = ROWS[r].steps;
        law = test_law_of(source, &sampler);
        assert_close(law->factorization_nats, ROWS[r].parts[0], 6e-5);
        assert_close(law->mixture_nats, ROWS[r].parts[1], 6e-5);
        assert_close(law->selection_nats, ROWS[r].parts[2], 6e-5);
        assert_close(law->kl_nats, ROWS[r].parts[3], 6e-5);
        assert_close(law->model_nats, 0.0, 1e-12);
        for (size_t t = 0; t < law->n_steps && ROWS[r].steps == 5; t++) {
            assert_close(law->steps[t].order_nats, ORDER[t], 6e-5);
        }
        mg_law_free(law);
    }
    mg_source_free(source);
}

/* The notes on the paper and the definitions, section 3. */
static void spread_orders_beat_contiguous_pairs(void **state)
{
    static size_t best[8] = {0, 2, 1, 3, 2, 3, 0, 1};
    struct mg_source *source = chain_new(STATIONARY_START, STATIONARY, 8);
    struct mg_sampler sampler = test_sampler_of("left_to_right");

    (void)state;
    sampler.per_step = 2;
    test_law_expect_kl(source, &sampler, 0.4847, 6e-5);
    sampler.order = mg_order_find("random");
    test_law_expect_kl(source, &sampler, 0.0290, 6e-5);
    {
        struct mg_law *law = test_law_of(source, &sampler);

        assert_close(law->factorization_nats, 0.1442, 6e-5); /* the mean over orders */
        mg_law_free(law);
    }
    sampler.per_step = 0;
    sampler.steps = 4;
    sampler.order = mg_order_find("strided");
    test_law_expect_kl(source, &sampler, 0.0080, 6e-5);
    sampler.order = mg_order_find("fixed");
    sampler.group_of = best;
    test_law_expect_kl(source, &sampler, 0.0011, 6e-5);
    sampler.order = mg_order_find("bisect");
    test_law_expect_kl(source, &sampler, 0.0, 1e-12);
    mg_source_free(source);
}

static void blocks_mend_low_confidence(void **state)
{
    static const struct {
        const char *order;
        size_t per_step;
        size_t block;
        double kl;
    } ROWS[] = {
        {"low_confidence", 1, 1, 0.0},   {"low_confidence", 1, 2, 0.593},
        {"low_confidence", 1, 4, 2.059}, {"low_confidence", 1, 8, 4.852},
        {"low_confidence", 2, 2, 0.485}, {"low_confidence", 2, 4, 1.067},
        {"low_confidence", 2, 8, 2.634}, {"confidence", 2, 2, 0.485},
        {"confidence", 2, 4, 0.236},     {"confidence", 2, 8, 0.053},
    };
    struct mg_source *source = chain_new(STATIONARY_START, STATIONARY, 8);

    (void)state;
    for (size_t r = 0; r < sizeof(ROWS) / sizeof(ROWS[0]); r++) {
        struct mg_sampler sampler = test_sampler_of(ROWS[r].order);

        sampler.ties = MG_TIES_UNIFORM;
        sampler.per_step = ROWS[r].per_step;
        sampler.block = ROWS[r].block;
        test_law_expect_kl(source, &sampler, ROWS[r].kl, 6e-4);
    }
    mg_source_free(source);
}

static void the_tie_rule_decides_the_entropy_order(void **state)
{
    struct mg_source *source = chain_new(STATIONARY_START, STATIONARY, 5);
    struct mg_sampler sampler = test_sampler_of("entropy");

    (void)state;
    sampler.steps = 2;
    test_law_expect_kl(source, &sampler, 0.438, 6e-4);
    sampler.ties = MG_TIES_UNIFORM;
    test_law_expect_kl(source, &sampler, 0.161, 6e-4);
    mg_source_free(source);
}

static void temperature_zero_is_infinitely_far(void **state)
{
    struct mg_source *source = chain_new(UNEVEN_START, UNEVEN, 4);
    struct mg_sampler sampler = test_sampler_of("low_confidence");
    struct mg_law *law;

    (void)state;
    sampler.per_step = 1;
    sampler.temperature = 0.0;
    law = test_law_of(source, &sampler);
    assert_true(isinf(law->kl_nats) && law->kl_nats > 0.0);
    assert_true(isinf(law->model_nats));
    assert_true(isnan(law->order_nats));
    assert_close(law->coherence, 1.0, 1e-12); /* one sequence, and it can occur */
    mg_law_free(law);
    mg_source_free(source);
}

static void contest_probabilities_sum_to_one(void **state)
{
    static const double P[4 * 3] = {0.5, 0.3, 0.2, 0.5, 0.5, 0.0, 0.3, 0.5, 0.2, 0.2, 0.2, 0.6};
    static const size_t AT[4] = {0, 1, 2, 3};

    (void)state;
    for (size_t ties = 0; ties < 2; ties++) {
        struct mg_contest *contest =
            mg_contest_new(4, 3, ties == 0 ? MG_TIES_LOWEST : MG_TIES_UNIFORM);

        mg_contest_set(contest, P, P, AT, 4);
        for (size_t take = 1; take <= 3; take++) {
            double total = 0.0;

            for (unsigned set = 0; set < 16; set++) {
                const bool wins[4] = {set & 1u, set & 2u, set & 4u, set & 8u};

                if ((size_t)__builtin_popcount(set) == take) {
                    total += mg_contest_wins(contest, wins);
                }
            }
            assert_close(total, 1.0, 1e-14);
        }
        mg_contest_free(contest);
    }
}

static void moves_are_counted_before_the_walk(void **state)
{
    struct mg_source *source = chain_new(STATIONARY_START, STATIONARY, 8);
    struct mg_sampler sampler = test_sampler_of("random");
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_law *law = NULL;
    struct mg_error err = {0};

    (void)state;
    sampler.per_step = 1;
    /* sum over m of C(8, m) m = 8 * 2^7 moves of 256 sequences; the last reveals one way */
    assert_close(mg_law_moves(source, &sampler, NULL), 256.0 * 1017.0, 0.0);
    sampler.block = 2;
    assert_close(mg_law_moves(source, &sampler, NULL), 256.0 * 4.0 * 3.0, 0.0);
    sampler = test_sampler_of("left_to_right");
    sampler.per_step = 2;
    assert_close(mg_law_moves(source, &sampler, NULL), 256.0 * 4.0, 0.0);
    assert_int_equal(mg_law_walk(&law, oracle, source, &sampler, NULL, 700.0, &err), MG_UNDECIDED);
    assert_null(law);
    assert_non_null(strstr(err.text, "256 sequences"));
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* So that WHERE nfe = 2 finds them: sums of probabilities alone miss by some 1e-15. */
static void whole_numbers_of_calls_are_whole(void **state)
{
    struct mg_source *source = chain_new(UNEVEN_START, UNEVEN, 6);
    struct mg_predictor *oracle = mg_oracle_new(source);
    static const char *const orders[] = {"random", "left_to_right", "confidence", "low_confidence"};

    (void)state;
    for (size_t o = 0; o < 4; o++) {
        for (size_t per_step = 1; per_step <= 6; per_step++) {
            struct mg_sampler sampler = test_sampler_of(orders[o]);
            struct mg_error err = {0};
            struct mg_law *law = NULL;

            sampler.per_step = per_step;
            assert_int_equal(mg_law_walk(&law, oracle, source, &sampler, NULL, 1e8, &err), MG_OK);
            assert_true(law->nfe == (double)((6 + per_step - 1) / per_step));
            mg_law_free(law);
        }
    }
    mg_predictor_free(oracle);
    mg_source_free(source);
}

static void a_prompt_conditions_the_law(void **state)
{
    struct mg_source *source = chain_new(UNEVEN_START, UNEVEN, 5);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_sampler sampler = test_sampler_of("random");
    const int prompt[5] = {MG_MASK, 1, MG_MASK, MG_MASK, 0};
    struct mg_error err = {0};
    struct mg_law *law = NULL;
    const double first = 0.38 * 0.65 / (0.38 * 0.65 + 0.62 * 0.15); /* P(x1 = 1 | x2 = 1) */

    (void)state;
    sampler.per_step = 1;
    assert_int_equal(mg_law_walk(&law, oracle, source, &sampler, prompt, 1e6, &err), MG_OK);
    assert_int_equal(law->n, 8);
    assert_close(law->nu[4] + law->nu[5] + law->nu[6] + law->nu[7], first, 1e-12);
    assert_close(law->kl_nats, 0.0, 1e-12);
    assert_close(law->nfe, 3.0, 1e-12);
    mg_law_free(law);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documented_orders_have_their_documented_kl),
        cmocka_unit_test(flip_chain_under_low_confidence),
        cmocka_unit_test(ledger_has_its_documented_parts),
        cmocka_unit_test(spread_orders_beat_contiguous_pairs),
        cmocka_unit_test(blocks_mend_low_confidence),
        cmocka_unit_test(the_tie_rule_decides_the_entropy_order),
        cmocka_unit_test(temperature_zero_is_infinitely_far),
        cmocka_unit_test(contest_probabilities_sum_to_one),
        cmocka_unit_test(moves_are_counted_before_the_walk),
        cmocka_unit_test(whole_numbers_of_calls_are_whole),
        cmocka_unit_test(a_prompt_conditions_the_law),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "model/measure/arness.h"

#include <string.h>

#include "model/measure/measure.h"
#include "model/numeric/philox.h"
#include "model/source/sequences.h"
#include "tests/support/chains.h"
#include "tests/support/test.h"

enum { L = 12, ORDERS = 40000 };

static void left_to_right_is_fully_autoregressive(void **state)
{
    static const int STEP[6] = {-1, -1, 0, 1, 2, 3};
    struct mg_arness arness;

    (void)state;
    mg_arness_of(&arness, STEP, 6, 0, 0);
    assert_close(arness.value[MG_ARNESS_GLOBAL_1], 1.0, 0.0);
    assert_close(arness.value[MG_ARNESS_SUCCESSOR], 1.0, 0.0);
    assert_close(arness.value[MG_ARNESS_ADJACENT], 1.0, 0.0);
    assert_close(arness.value[MG_ARNESS_RIGHT_KNOWN], 0.0, 0.0);
    assert_close(arness.value[MG_ARNESS_TAU], 1.0, 0.0);
}

/* Steps 1 0 0 2 1 by hand: S_0 = {1,2}, S_1 = {0,4}, S_2 = {3}. */
static void a_mixed_order_by_hand(void **state)
{
    static const int STEP[5] = {1, 0, 0, 2, 1};
    struct mg_arness arness;

    (void)state;
    mg_arness_of(&arness, STEP, 5, 0, 0);
    /* first 2 of 5 masks hold {1}: 1/2; of {0,3,4} first 2 hold {0}: 1/2; then 1 */
    assert_close(arness.value[MG_ARNESS_GLOBAL_1], 2.0 / 3.0, 1e-15);
    assert_close(arness.chance[MG_ARNESS_GLOBAL_1], (2.0 / 5 + 2.0 / 3 + 1.0) / 3, 1e-15);
    assert_close(arness.value[MG_ARNESS_GLOBAL_8], 1.0, 0.0);
    /* later: 0 (no left neighbour), 4 (3 comes later), 3 (2 is two steps back): none of three */
    assert_close(arness.value[MG_ARNESS_SUCCESSOR], 0.0, 0.0);
    /* 0 beside 1, 3 beside 2 and 4; 4 beside 3 which comes later */
    assert_close(arness.value[MG_ARNESS_ADJACENT], 2.0 / 5.0, 1e-15);
    /* 0 has 1 and 2 on its right, 3 has 4 */
    assert_close(arness.value[MG_ARNESS_RIGHT_KNOWN], 2.0 / 5.0, 1e-15);
    /* pairs in different steps: concordant 13 14 23 24 03, discordant 01 02 34 */
    assert_close(arness.value[MG_ARNESS_TAU], 2.0 / 8.0, 1e-15);
}

/* The definitions, section 6: 48 masks after a prompt, one a step. */
static void chance_levels_are_the_documented_ones(void **state)
{
    int step[64];
    struct mg_arness arness;

    (void)state;
    for (int i = 0; i < 64; i++) {
        step[i] = i - 16 < 0 ? -1 : (i - 16) * 11 % 48; /* any order: chance sees sizes only */
    }
    mg_arness_of(&arness, step, 64, 0, 0);
    assert_close(arness.chance[MG_ARNESS_GLOBAL_1], 0.0929, 5e-5);
    assert_close(arness.chance[MG_ARNESS_GLOBAL_8], 0.4568, 5e-5);
    assert_close(arness.chance[MG_ARNESS_ADJACENT], 0.6701, 5e-5);
    assert_close(arness.chance[MG_ARNESS_TAU], 0.0, 0.0);
}

static void one_step_has_no_order(void **state)
{
    static const int STEP[3] = {0, 0, 0};
    struct mg_arness arness;

    (void)state;
    mg_arness_of(&arness, STEP, 3, 0, 0);
    assert_true(isnan(arness.value[MG_ARNESS_TAU]));
    assert_true(isnan(arness.value[MG_ARNESS_SUCCESSOR]));
}

/* Means over random orders with given sizes, drawn here; four standard errors are below .01. */
static void expect_chance(const size_t *sizes, size_t n_sizes, size_t block, const int *prompt)
{
    const struct mg_stream stream = {{9, 9}};
    struct mg_arness arness = {0};
    double mean[MG_ARNESS_COUNT] = {0};

    for (size_t d = 0; d < ORDERS; d++) {
        struct mg_rng rng = mg_rng_at(stream, d, 0);
        int step[L];
        size_t next = 0;
        int t = 0;

        for (size_t lo = 0; lo < L; lo += block == 0 ? L : block) {
            size_t at[L];
            size_t n = 0;

            for (size_t i = lo; i < L && i < lo + (block == 0 ? L : block); i++) {
                step[i] = -1;
                if (!prompt[i]) {
                    at[n++] = i;
                }
            }
            mg_rng_shuffle(&rng, at, n);
            for (size_t used = 0; used < n; t++) {
                for (size_t k = 0; k < sizes[next]; k++) {
                    step[at[used++]] = t;
                }
                next++;
            }
        }
        assert_int_equal(next, n_sizes);
        mg_arness_of(&arness, step, L, block, 0);
        for (size_t q = 0; q < MG_ARNESS_COUNT; q++) {
            mean[q] += arness.value[q] / ORDERS;
        }
    }
    for (size_t q = 0; q < MG_ARNESS_COUNT; q++) {
        assert_close(mean[q], arness.chance[q], 0.01);
    }
}

static void chance_is_the_mean_over_random_orders(void **state)
{
    static const size_t FREE[] = {3, 2, 2, 1, 1};
    static const size_t BLOCKS[] = {2, 1, 1, 2, 2, 1, 1};
    static const int LEFT[L] = {1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    static const int HOLE[L] = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0};

    (void)state;
    expect_chance(FREE, 5, 0, LEFT);
    expect_chance(BLOCKS, 7, 5, HOLE);
}

struct tally {
    struct mg_sink sink;
    double tau;
    double chance;
    size_t rows;
    size_t reveals; /* rows of mean steps, each checked to be the place after the prompt */
};

static void keep(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells, size_t n)
{
    struct tally *tally = (struct tally *)(void *)sink;

    if (table == MG_TABLE_reveals) {
        assert_int_equal(n, 4);
        assert_close(cells[2].real, (double)cells[1].integer - 2.0, 0.0);
        assert_close(cells[3].real, 0.0, 0.0);
        tally->reveals++;
        return;
    }
    assert_int_equal(table, MG_TABLE_information);
    assert_int_equal(n, 3);
    tally->rows++;
    if (strcmp(cells[0].text, "conf.tau") == 0) {
        tally->tau = cells[1].real;
    }
    if (strcmp(cells[0].text, "conf.tau_chance") == 0) {
        tally->chance = cells[1].real;
    }
}

/* the trial runs, section 6: a perfect predictor of a chain grows outwards from a left prompt. */
static void oracle_with_a_left_prompt_goes_left_to_right(void **state)
{
    enum { N = 8 };
    int tokens[256 * N];
    double weight[256];
    struct mg_source *source;
    struct mg_predictor *oracle;
    struct mg_sampler sampler = {
        .name = "conf", .order = mg_order_find("confidence"), .per_step = 1, .temperature = 1.0};
    const struct mg_measure_spec spec = {.samplers = &sampler, .n_samplers = 1, .left = 2};
    const struct mg_streams streams = {.sample = {{1, 2}}, .order = {{3, 4}}};
    struct tally tally = {.sink = {.row = keep}};
    struct mg_measure_input input = {.spec = &spec, .streams = &streams, .sink = &tally.sink};
    struct mg_error err = {0};

    (void)state;
    for (size_t x = 0; x < 256; x++) { /* a chain that keeps its state with probability .9 */
        weight[x] = 0.5;
        for (size_t i = 0; i < N; i++) {
            tokens[x * N + i] = (int)((x >> i) & 1);
            weight[x] *= i == 0 ? 1.0 : tokens[x * N + i] == tokens[x * N + i - 1] ? 0.9 : 0.1;
        }
    }
    source = mg_sequences_new(tokens, weight, 256, N, 2);
    oracle = mg_oracle_new(source);
    input.source = source;
    input.predictor = oracle;
    assert_int_equal(mg_measure_find("order")->check(&spec, source, &err), MG_OK);
    assert_int_equal(mg_measure_find("order")->run(&input, &err), MG_OK);
    assert_int_equal(tally.rows, 2 * MG_ARNESS_COUNT);
    assert_int_equal(tally.reveals, N - 2);
    assert_close(tally.tau, 1.0, 0.0);
    assert_close(tally.chance, 0.0, 0.0);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

struct steps {
    struct mg_sink sink;
    double mean[8]; /* NAN where no row says it */
};

static void keep_steps(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                       size_t n)
{
    struct steps *steps = (struct steps *)(void *)sink;

    (void)n;
    if (table == MG_TABLE_reveals) {
        steps->mean[cells[1].integer] = cells[2].real;
    }
}

static void prompts_stand_at_the_ends_and_in_the_middle(void **state)
{
    static const double expected[8] = {NAN, 0.0, 1.0, NAN, NAN, 2.0, 3.0, NAN};
    struct mg_source *source = test_chain_flip(0.2, 8);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_sampler sampler = {
        .name = "l2r", .order = mg_order_find("left_to_right"), .per_step = 1, .temperature = 1.0};
    const struct mg_measure_spec spec = {
        .samplers = &sampler, .n_samplers = 1, .left = 1, .middle = 2, .right = 1, .draws = 3};
    const struct mg_streams streams = {.sample = {{1, 2}}, .order = {{3, 4}}};
    struct steps steps = {.sink = {.row = keep_steps}};
    struct mg_measure_input input = {&spec, source, oracle, &streams, &steps.sink};
    struct mg_error err = {0};

    (void)state;
    for (size_t i = 0; i < 8; i++) {
        steps.mean[i] = (double)NAN;
    }
    assert_int_equal(mg_measure_find("order")->check(&spec, source, &err), MG_OK);
    assert_int_equal(mg_measure_find("order")->run(&input, &err), MG_OK);
    for (size_t i = 0; i < 8; i++) {
        if (isnan(expected[i])) {
            assert_true(isnan(steps.mean[i]));
        } else {
            assert_close(steps.mean[i], expected[i], 0.0);
        }
    }
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/*
 * After x_0 = 0 position 1 is surer (.9 against .8), but it is so whatever the prompt; the prompt
 * makes position 2 (.45 without it): with s = 2 its confidence is .8^3/.45^2 of that and
 * .2^3/.55^2, .99.
 */
static void guidance_reveals_first_what_the_prompt_tells(void **state)
{
    struct mg_predictor *oracle;
    struct mg_source *source;
    struct mg_sampler samplers[2] = {
        {.name = "plain", .order = mg_order_find("confidence"), .per_step = 1, .temperature = 1.0}};
    int context[3] = {0, MG_MASK, MG_MASK};
    const struct mg_streams streams = {.sample = {{1, 2}}, .order = {{3, 4}}};
    struct mg_error err = {0};
    double weight[8];
    int rows[24];

    (void)state;
    for (int s = 0; s < 8; s++) {
        const double zero = s >> 2 ? 0.1 : 0.8;

        rows[3 * s] = s >> 2;
        rows[3 * s + 1] = s >> 1 & 1;
        rows[3 * s + 2] = s & 1;
        weight[s] = (s >> 1 & 1 ? 0.1 : 0.9) * (s & 1 ? 1.0 - zero : zero);
    }
    source = mg_sequences_new(rows, weight, 8, 3, 2);
    oracle = mg_oracle_new(source);
    samplers[1] = samplers[0];
    samplers[1].guidance = 2.0;
    for (size_t i = 0; i < 2; i++) {
        const struct mg_measure_spec spec = {
            .samplers = &samplers[i], .n_samplers = 1, .context = context, .draws = 3};
        struct steps steps = {.sink = {.row = keep_steps}};
        const struct mg_measure_input input = {&spec, source, oracle, &streams, &steps.sink};

        assert_int_equal(mg_measure_find("order")->run(&input, &err), MG_OK);
        assert_close(steps.mean[1], i == 0 ? 0.0 : 1.0, 0.0);
        assert_close(steps.mean[2], i == 0 ? 1.0 : 0.0, 0.0);
    }
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* Blocks counted from behind a prompt of three: the same order as without those positions. */
static void blocks_from_the_prompt_are_blocks_of_what_follows(void **state)
{
    static const int STEP[3 + 8] = {-1, -1, -1, 1, 0, 3, 2, 5, 4, 4, 5};
    static const enum mg_arness_quantity ALIKE[] = {MG_ARNESS_GLOBAL_1, MG_ARNESS_GLOBAL_8,
                                                    MG_ARNESS_SUCCESSOR, MG_ARNESS_TAU};
    struct mg_arness prompted;
    struct mg_arness alone;

    (void)state;
    mg_arness_of(&prompted, STEP, 11, 4, 3);
    mg_arness_of(&alone, STEP + 3, 8, 4, 0);
    for (size_t q = 0; q < 4; q++) {
        assert_close(prompted.value[ALIKE[q]], alone.value[ALIKE[q]], 0.0);
        assert_close(prompted.chance[ALIKE[q]], alone.chance[ALIKE[q]], 0.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(left_to_right_is_fully_autoregressive),
        cmocka_unit_test(a_mixed_order_by_hand),
        cmocka_unit_test(chance_levels_are_the_documented_ones),
        cmocka_unit_test(one_step_has_no_order),
        cmocka_unit_test(chance_is_the_mean_over_random_orders),
        cmocka_unit_test(oracle_with_a_left_prompt_goes_left_to_right),
        cmocka_unit_test(prompts_stand_at_the_ends_and_in_the_middle),
        cmocka_unit_test(blocks_from_the_prompt_are_blocks_of_what_follows),
        cmocka_unit_test(guidance_reveals_first_what_the_prompt_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

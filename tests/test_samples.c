#include "model/measure/measure.h"

#include <string.h>

#include "model/source/sequences.h"
#include "tests/support/chains.h"
#include "tests/support/test.h"

enum { L = 5, V = 8, A = 0, B, C, D, E, F, G, H, DRAWS = 5000 };

static const int TOY[4 * L] = {A, B, C, D, E, A, B, C, D, F, G, B, C, D, F, E, F, C, D, H};
static const double COUNT[4] = {30, 25, 14, 31};

/* Counts what comes, and keeps the last coherence row. */
struct tally {
    struct mg_sink sink;
    size_t samples;
    size_t coherent;
    size_t coherences;
    double nfe;
    double rate;
    double exact_rate;
    double nll_nats; /* a token */
    double bigram_tv;
    bool known;
    size_t entropies;
    double entropy_nats; /* a token */
    int first[L];        /* tokens of draw 0 */
};

static void count(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells, size_t n)
{
    struct tally *tally = (struct tally *)(void *)sink;

    assert_true(n == mg_table_width(table));
    if (table == MG_TABLE_samples) {
        assert_int_equal(cells[2].integer, tally->samples);
        tally->samples++;
        tally->coherent += cells[4].integer == 1;
        if (cells[2].integer == 0 && cells[3].n_tokens == L) {
            memcpy(tally->first, cells[3].tokens, sizeof(tally->first));
        }
    } else if (table == MG_TABLE_information) {
        assert_string_equal(cells[0].text, "entropy_nats_per_token");
        assert_int_equal(cells[1].type, MG_CELL_NULL);
        tally->entropies++;
        tally->entropy_nats = cells[2].real;
    } else {
        assert_int_equal(table, MG_TABLE_coherence);
        tally->coherences++;
        tally->nfe = cells[1].real;
        tally->rate = cells[3].real;
        tally->known = cells[4].type == MG_CELL_REAL;
        tally->exact_rate = cells[4].real;
        tally->nll_nats = cells[5].real;
        tally->bigram_tv = cells[6].real;
    }
}

static void run_on(struct tally *tally, const struct mg_source *source,
                   const struct mg_sampler *sampler, int *context, size_t draws)
{
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_sampler one = *sampler;
    const struct mg_measure_spec spec = {
        .context = context, .samplers = &one, .n_samplers = 1, .draws = draws};
    const struct mg_streams streams = {.sample = {{7, 8}}};
    const struct mg_measure_input input = {.spec = &spec,
                                           .source = source,
                                           .predictor = oracle,
                                           .streams = &streams,
                                           .sink = &tally->sink};
    const struct mg_measure *measure = mg_measure_find("samples");
    struct mg_error err = {0};

    *tally = (struct tally){.sink = {.row = count}};
    assert_int_equal(measure->check(&spec, source, &err), MG_OK);
    assert_int_equal(measure->run(&input, &err), MG_OK);
    mg_predictor_free(oracle);
}

static void run(struct tally *tally, const struct mg_sampler *sampler, int *context, size_t draws)
{
    struct mg_source *source = mg_sequences_new(TOY, COUNT, 4, L, V);

    run_on(tally, source, sampler, context, draws);
    mg_source_free(source);
}

/* Coherent in one step: the four products of marginals, e.g. ABCDE .55*.69*.30, sum .32932. */
static void one_step_rate_is_near_its_exact_value(void **state)
{
    const struct mg_sampler sampler = {
        .name = "one", .order = mg_order_find("random"), .per_step = L, .temperature = 1.0};
    const double exact = 0.55 * 0.69 * (0.30 + 0.39) + 0.14 * 0.69 * 0.39 + 0.31 * 0.31 * 0.31;
    struct tally tally;

    (void)state;
    run(&tally, &sampler, NULL, DRAWS);
    assert_int_equal(tally.samples, DRAWS);
    assert_int_equal(tally.coherences, 1);
    assert_true(tally.known);
    assert_close(tally.exact_rate, exact, 1e-12);
    assert_close(tally.exact_rate, 1.0 - 0.670680, 5e-7); /* the trial runs, section 2 */
    assert_close(tally.rate, (double)tally.coherent / DRAWS, 0.0);
    assert_close(tally.rate, exact, 0.027); /* four standard deviations */
    assert_close(tally.nfe, 1.0, 0.0);
}

static void sequential_draws_are_all_coherent(void **state)
{
    const struct mg_sampler sampler = {
        .name = "seq", .order = mg_order_find("left_to_right"), .per_step = 1, .temperature = 1.0};
    int context[L] = {MG_MASK, MG_MASK, C, D, MG_MASK};
    struct tally tally;

    (void)state;
    run(&tally, &sampler, context, 1500);
    assert_close(tally.rate, 1.0, 0.0);
    assert_close(tally.exact_rate, 1.0, 1e-12);
    assert_close(tally.nfe, 3.0, 0.0);
    assert_int_equal(tally.first[2], C);
}

static void more_draws_do_not_change_the_first_ones(void **state)
{
    const struct mg_sampler sampler = {
        .name = "r", .order = mg_order_find("random"), .per_step = 2, .temperature = 1.0};
    struct tally few;
    struct tally many;

    (void)state;
    run(&few, &sampler, NULL, 3);
    run(&many, &sampler, NULL, 3000);
    assert_memory_equal(few.first, many.first, sizeof(few.first));
}

static void check_refuses_a_context_without_masks(void **state)
{
    struct mg_source *source = mg_sequences_new(TOY, COUNT, 4, L, V);
    struct mg_sampler sampler = {.order = mg_order_find("random"), .per_step = 2};
    int context[L] = {A, B, C, D, E};
    const struct mg_measure_spec spec = {
        .context = context, .samplers = &sampler, .n_samplers = 1, .draws = 1};
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_measure_find("samples")->check(&spec, source, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "no mask"));
    mg_source_free(source);
}

/*
 * science.md, section 7 (10) and section 3: true NLL per token and bigram TV of LLaDA's rule with
 * a perfect predictor, one token a step, 2000 draws; by largest probability near the truth.
 */
static void a_rule_that_looks_at_its_draws_is_too_sure(void **state)
{
    static const struct {
        const char *order;
        double nll[2]; /* cycle, zipf */
        double nll_within[2];
        double bigram[2];
        double bigram_within[2];
    } ROWS[] = {
        {"low_confidence", {.222, .749}, {.02, .04}, {.126, .613}, {.02, .02}},
        {"confidence", {.6890, 1.5205}, {.02, .02}, {.007, .012}, {.006, .006}},
    };
    struct mg_source *sources[2] = {test_chain_cycle(32), test_chain_zipf(32)};

    (void)state;
    for (size_t r = 0; r < 2; r++) {
        const struct mg_sampler sampler = {
            .name = "s", .order = mg_order_find(ROWS[r].order), .per_step = 1, .temperature = 1.0};

        for (size_t s = 0; s < 2; s++) {
            struct tally tally;

            run_on(&tally, sources[s], &sampler, NULL, 2000);
            assert_close(tally.nll_nats, ROWS[r].nll[s], ROWS[r].nll_within[s]);
            assert_close(tally.bigram_tv, ROWS[r].bigram[s], ROWS[r].bigram_within[s]);
            assert_int_equal(tally.entropies, 1); /* (H(pi) + 31 rate) / 32 */
            assert_close(tally.entropy_nats,
                         s == 0 ? (2.0794 + 31 * .6442) / 32 : (1.9559 + 31 * 1.5064) / 32, 1e-4);
        }
    }
    mg_source_free(sources[1]);
    mg_source_free(sources[0]);
}

/* Given C D in the middle: AB CD E/F, GB.., EF..H; from counts 30, 25, 14, 31. */
static void likelihood_and_bigrams_are_those_given_the_context(void **state)
{
    const struct mg_sampler sampler = {
        .name = "seq", .order = mg_order_find("left_to_right"), .per_step = 1, .temperature = 1.0};
    int context[L] = {MG_MASK, MG_MASK, C, D, MG_MASK};
    const double entropy = -.30 * log(.30) - .25 * log(.25) - .14 * log(.14) - .31 * log(.31);
    struct tally tally;

    (void)state;
    run(&tally, &sampler, context, 4000);
    assert_close(tally.nll_nats, entropy / 3.0, .01);
    assert_int_equal(tally.entropies, 0);
    assert_close(tally.bigram_tv, 0.0, .02); /* AB .55, GB .14, EF .31 */
    context[0] = A;                          /* no two neighbouring masks are left */
    run(&tally, &sampler, context, 10);
    assert_close(tally.bigram_tv, 0.0, 0.0);
    context[0] = MG_MASK;
    {
        const struct mg_sampler one = {
            .name = "one", .order = mg_order_find("random"), .per_step = L, .temperature = 1.0};
        /* products: A .55 E .31 G .14 by B .69 F .31; pairs that exist are AB GB EF */
        const double apart = (.55 * .31 + .14 * .31 + .31 * .69);

        run(&tally, &one, context, 4000);
        assert_true(isinf(tally.nll_nats));
        assert_close(tally.bigram_tv, apart, .02);
    }
}

/*
 * P(x_1 = 0 | x_0 = 0) = .75, without the prompt .4: with s = 2 a token 0 is drawn in proportion
 * to .75^3 / .4^2, a 1 to .25^3 / .6^2. Five standard errors of 5000 draws.
 */
static void a_guided_step_draws_so_and_counts_two_calls(void **state)
{
    static const int rows[8] = {0, 0, 0, 1, 1, 0, 1, 1};
    static const double weight[4] = {3, 1, 1, 5};
    static const double q = (0.421875 / 0.16) / (0.421875 / 0.16 + 0.015625 / 0.36);
    struct mg_source *source = mg_sequences_new(rows, weight, 4, 2, 2);
    struct mg_sampler sampler = {.order = mg_order_find("low_confidence"),
                                 .per_step = 1,
                                 .temperature = 1.0,
                                 .guidance = 2.0};
    int context[2] = {0, MG_MASK};
    struct tally tally;

    (void)state;
    run_on(&tally, source, &sampler, context, DRAWS);
    assert_close(tally.nfe, 2.0, 0.0);
    assert_close(tally.nll_nats, -q * log(0.75) - (1.0 - q) * log(0.25), 0.0098);
    sampler.guidance = 0.0;
    run_on(&tally, source, &sampler, context, DRAWS);
    assert_close(tally.nfe, 1.0, 0.0);
    assert_close(tally.nll_nats, -0.75 * log(0.75) - 0.25 * log(0.25), 0.034);
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_step_rate_is_near_its_exact_value),
        cmocka_unit_test(sequential_draws_are_all_coherent),
        cmocka_unit_test(more_draws_do_not_change_the_first_ones),
        cmocka_unit_test(check_refuses_a_context_without_masks),
        cmocka_unit_test(a_rule_that_looks_at_its_draws_is_too_sure),
        cmocka_unit_test(likelihood_and_bigrams_are_those_given_the_context),
        cmocka_unit_test(a_guided_step_draws_so_and_counts_two_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

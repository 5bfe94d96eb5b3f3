/* test_draft_law.c - the law of drafts is that of one position at a time, and what measures say. */
#include "model/measure/draft_law.h"

#include <stdlib.h>
#include <string.h>

#include "model/measure/kinds.h"
#include "model/source/markov.h"
#include "tests/support/chains.h"
#include "tests/support/drafts.h"
#include "tests/support/test.h"

enum { L = DRAFT_L, V = DRAFT_V, ALL = DRAFT_ALL, DRAWS = 40000 };

static void check_law(struct mg_predictor *predictor, double temperature)
{
    for (size_t o = 0; o < DRAFT_ORDERS; o++) {
        for (size_t draft = 1; draft <= L; draft++) {
            struct draft_expected expected = {
                .predictor = predictor, .temperature = temperature, .draft = draft};
            struct mg_sampler sampler = draft_sampler(draft_orders[o].name, draft);
            struct mg_draft_cost cost;
            struct mg_error err = {0};
            double *nu;

            sampler.temperature = temperature;
            draft_expect(&expected, o);
            assert_int_equal(mg_draft_law_check(&sampler, L, V, &err), MG_OK);
            assert_int_equal(mg_draft_law(&nu, &cost, predictor, &sampler, &err), MG_OK);
            for (size_t x = 0; x < ALL; x++) {
                assert_close(nu[x], expected.chain[x], 1e-12);
                assert_close(nu[x], expected.played[x], 1e-12);
            }
            assert_close(cost.calls, expected.calls, 1e-12);
            assert_close(cost.rows, expected.rows, 1e-12);
            assert_true(cost.calls < L + 1e-12 && cost.rows > L - 1e-12);
            free(nu);
        }
    }
}

static void law_is_the_chain_rule_s_with_a_wrong_predictor(void **state)
{
    (void)state;
    check_law(&draft_noise, 1.0);
    check_law(&draft_noise, 0.5);
    check_law(&draft_noise, 2.0);
}

static void law_is_the_source_s_with_the_oracle(void **state)
{
    static const double START[V] = {.5, .3, .2};
    static const double TRANSITION[V * V] = {.7, .2, .1, .1, .8, .1, .3, .3, .4};
    struct mg_source *source = mg_markov_new(TRANSITION, START, L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);

    (void)state;
    check_law(oracle, 1.0);
    for (size_t o = 0; o < DRAFT_ORDERS; o++) {
        const struct mg_sampler sampler = draft_sampler(draft_orders[o].name, 3);
        struct mg_draft_cost cost;
        struct mg_error err = {0};
        double *nu;

        assert_int_equal(mg_draft_law(&nu, &cost, oracle, &sampler, &err), MG_OK);
        for (size_t x = 0; x < ALL; x++) {
            int row[L];

            draft_tokens(row, x);
            assert_close(nu[x], exp(mg_source_log_mass(source, row)), 1e-12);
        }
        free(nu);
    }
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* Keeps what the measures say of drafts. */
struct kept {
    struct mg_sink sink;
    double per_call;
    double per_row;
    double nfe;
    double tv;
};

static void keep(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells, size_t n)
{
    struct kept *kept = (struct kept *)sink;

    if (table == MG_TABLE_information && strcmp(cells[0].text, "s.tokens_per_call") == 0) {
        kept->per_call = cells[1].real;
    } else if (table == MG_TABLE_information && strcmp(cells[0].text, "s.tokens_per_row") == 0) {
        kept->per_row = cells[1].real;
    } else if (table == MG_TABLE_sampler_error) {
        kept->nfe = cells[1].real;
        kept->tv = cells[n - 1].real;
    } else if (table == MG_TABLE_coherence) {
        kept->nfe = cells[1].real;
    }
}

static void measures_report_tokens_per_call_and_per_row(void **state)
{
    static const double START[V] = {.5, .3, .2};
    static const double TRANSITION[V * V] = {.7, .2, .1, .1, .8, .1, .3, .3, .4};
    const struct mg_streams streams = {.sample = {{5, 6}}};
    struct mg_source *source = mg_markov_new(TRANSITION, START, L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct draft_expected expected = {.predictor = oracle, .temperature = 1.0, .draft = 3};
    struct mg_sampler sampler = draft_sampler("strided", 3);
    const struct mg_measure_spec spec = {.samplers = &sampler, .n_samplers = 1, .draws = DRAWS};
    struct kept kept = {.sink = {keep}};
    const struct mg_measure_input input = {.spec = &spec,
                                           .source = source,
                                           .predictor = oracle,
                                           .streams = &streams,
                                           .sink = &kept.sink};
    struct mg_error err = {0};

    (void)state;
    draft_expect(&expected, 2);
    assert_int_equal(mg_measure_law.run(&input, &err), MG_OK);
    assert_close(kept.nfe, expected.calls, 1e-12);
    assert_close(kept.per_call, L / expected.calls, 1e-12);
    assert_close(kept.per_row, L / expected.rows, 1e-12);
    assert_close(kept.tv, 0.0, 1e-12);
    kept = (struct kept){.sink = {keep}};
    assert_int_equal(mg_measure_samples.run(&input, &err), MG_OK);
    assert_close(kept.nfe, expected.calls, 0.03);
    assert_close(kept.per_call, L / expected.calls, 0.01);
    assert_close(kept.per_row, L / expected.rows, 0.01);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

static void guided_drafts_cost_twice_the_calls_and_rows(void **state)
{
    const struct mg_streams streams = {.sample = {{5, 6}}};
    struct mg_source *source = test_chain_two(L);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_sampler sampler = draft_sampler("left_to_right", 1); /* one call, one row a token */
    int context[L] = {0, MG_MASK, MG_MASK, MG_MASK};
    const struct mg_measure_spec spec = {
        .context = context, .samplers = &sampler, .n_samplers = 1, .draws = 10};
    struct kept kept = {.sink = {keep}};
    const struct mg_measure_input input = {.spec = &spec,
                                           .source = source,
                                           .predictor = oracle,
                                           .streams = &streams,
                                           .sink = &kept.sink};
    struct mg_error err = {0};

    (void)state;
    for (size_t calls = 1; calls <= 2; calls++) {
        sampler.guidance = calls == 1 ? 0.0 : 1.5;
        assert_int_equal(mg_measure_samples.run(&input, &err), MG_OK);
        assert_close(kept.nfe, (double)calls * 3.0, 0.0);
        assert_close(kept.per_call, 1.0 / (double)calls, 0.0);
        assert_close(kept.per_row, 1.0 / (double)calls, 0.0);
    }
    mg_predictor_free(oracle);
    mg_source_free(source);
}

static void what_drafts_cannot_tell_is_refused(void **state)
{
    struct mg_source *small = test_chain_two(L);
    struct mg_source *large = test_chain_cycle(32);
    struct mg_sampler sampler = draft_sampler("left_to_right", 4);
    const struct mg_measure_spec spec = {.samplers = &sampler, .n_samplers = 1, .draws = 2};
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_measure_law.check(&spec, small, &err), MG_OK);
    assert_int_equal(mg_measure_law.check(&spec, large, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "one position a step"));
    assert_int_equal(mg_measure_certificate.check(&spec, small, &err), MG_EUSAGE);
    assert_int_equal(mg_measure_check_prefixes(&mg_measure_samples, &spec, small, 1, &err),
                     MG_EUSAGE);
    mg_source_free(large);
    mg_source_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(law_is_the_chain_rule_s_with_a_wrong_predictor),
        cmocka_unit_test(law_is_the_source_s_with_the_oracle),
        cmocka_unit_test(measures_report_tokens_per_call_and_per_row),
        cmocka_unit_test(guided_drafts_cost_twice_the_calls_and_rows),
        cmocka_unit_test(what_drafts_cannot_tell_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

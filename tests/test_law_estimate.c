/*
 * Expected numbers are the documented ones, closed forms worked out here, and the walk of the whole
 * law where that is small.
 */
#include "model/measure/law_estimate.h"

#include <string.h>

#include "model/measure/kinds.h"
#include "model/measure/set_entropy.h"
#include "tests/support/chains.h"
#include "tests/support/laws.h"
#include "tests/support/test.h"

enum { L = 32, DRAWS = 1000 };

static const struct mg_stream STREAM = {{11, 7}};

/* Nats a token by the closed form; the kind must be the one given. */
static double closed(const struct mg_source *source, const struct mg_sampler *sampler,
                     const char *kind)
{
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_law_estimate *estimate = NULL;
    double sum = 0.0;
    double nats;

    assert_true(mg_law_closed(&estimate, oracle, source, sampler));
    assert_string_equal(estimate->kind, kind);
    assert_true(isnan(estimate->kl_se_nats));
    for (size_t t = 0; t < estimate->n_steps; t++) {
        sum += estimate->steps[t].factorization_nats;
    }
    nats = estimate->kl_nats;
    assert_close(nats, sum, 1e-12);
    assert_close(estimate->nfe, (double)estimate->n_steps, 0.0);
    mg_law_estimate_free(estimate);
    mg_predictor_free(oracle);
    return nats / (double)source->length;
}

/*
 * science.md, section 3; random: definitions.md, section 3, which prints .0310 at 16: exact
 * .030947. NFE 1, 2, 4, 8, 16, 32.
 */
static void fixed_orders_on_long_chains_have_their_documented_kl(void **state)
{
    static const double CONTIGUOUS[6] = {1.3904, 1.2170, .9162, .5468, .2242, 0.0};
    static const double STRIDED[6] = {1.3904, .4934, .1282, .0174, .0005, 0.0};
    static const double RANDOM[6] = {1.3904, .5993, .2495, .0980, .0309, 0.0};
    struct mg_source *cycle = test_chain_cycle(L);
    struct mg_source *zipf = test_chain_zipf(L);
    struct mg_sampler sampler;

    (void)state;
    for (size_t k = 0; k < 6; k++) {
        sampler = test_sampler_of("left_to_right");
        sampler.steps = (size_t)1 << k;
        assert_close(closed(cycle, &sampler, "closed_form"), CONTIGUOUS[k], 5.1e-5);
        sampler.order = mg_order_find("right_to_left");
        assert_close(closed(cycle, &sampler, "closed_form"), CONTIGUOUS[k], 5.1e-5);
        sampler.order = mg_order_find("strided");
        assert_close(closed(cycle, &sampler, "closed_form"), STRIDED[k], 5.1e-5);
        sampler.order = mg_order_find("random");
        assert_close(closed(cycle, &sampler, k == 0 ? "closed_form" : "path_bound"), RANDOM[k],
                     5.1e-5);
    }
    sampler.steps = 8;
    assert_close(closed(zipf, &sampler, "path_bound"), .0385, 5.1e-5);
    sampler.order = mg_order_find("left_to_right");
    assert_close(closed(zipf, &sampler, "closed_form"), .3133, 5.1e-5);
    sampler.order = mg_order_find("strided");
    assert_close(closed(zipf, &sampler, "closed_form"), 6e-7, 5e-8);
    sampler = test_sampler_of("bisect");
    assert_close(closed(cycle, &sampler, "closed_form"), 0.0, 1e-12);
    mg_source_free(zipf);
    mg_source_free(cycle);
}

/* ceil(log2(L + 1)) steps, each from positions that what is between them separates. */
static void bisect_is_exact_in_the_logarithm_of_the_length(void **state)
{
    struct mg_source *source = test_chain_lazy(512);
    struct mg_predictor *oracle = mg_oracle_new(source);
    const struct mg_sampler sampler = test_sampler_of("bisect");
    struct mg_law_estimate *estimate = NULL;

    (void)state;
    assert_true(mg_law_closed(&estimate, oracle, source, &sampler));
    assert_int_equal(estimate->n_steps, 10);
    assert_close(estimate->kl_nats, 0.0, 1e-9);
    mg_law_estimate_free(estimate);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* The walk of law.c, step by step. */
static void closed_form_is_the_ledger_of_the_walk(void **state)
{
    static const char *const ORDERS[] = {"left_to_right", "right_to_left", "strided", "random"};
    struct mg_source *source = test_chain_two(7);
    struct mg_predictor *oracle = mg_oracle_new(source);

    (void)state;
    for (size_t o = 0; o < 4; o++) {
        struct mg_sampler sampler = test_sampler_of(ORDERS[o]);
        struct mg_law_estimate *estimate = NULL;
        struct mg_law *law = NULL;
        struct mg_error err = {0};

        sampler.steps = 3;
        assert_true(mg_law_closed(&estimate, oracle, source, &sampler));
        assert_int_equal(mg_law_walk(&law, oracle, source, &sampler, NULL, 1e7, &err), MG_OK);
        assert_close(estimate->nfe, law->nfe, 1e-12);
        assert_int_equal(estimate->n_steps, law->n_steps);
        for (size_t t = 0; t < law->n_steps; t++) {
            assert_close(estimate->steps[t].factorization_nats, law->steps[t].factorization_nats,
                         1e-12);
        }
        assert_true(estimate->kl_nats >= law->kl_nats - 1e-12);
        mg_law_free(law);
        mg_law_estimate_free(estimate);
    }
    mg_predictor_free(oracle);
    mg_source_free(source);
}

static void closed_form_needs_the_oracle_at_temperature_one_and_a_blind_rule(void **state)
{
    struct mg_source *source = test_chain_two(7);
    struct mg_source *other = test_chain_two(7);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_predictor *foreign = mg_oracle_new(other);
    struct mg_predictor *uniform = mg_uniform_new(7, 2);
    struct mg_law_estimate *estimate = NULL;
    struct mg_sampler sampler = test_sampler_of("left_to_right");

    (void)state;
    sampler.per_step = 2;
    assert_false(mg_law_closed(&estimate, uniform, source, &sampler));
    assert_false(mg_law_closed(&estimate, foreign, source, &sampler));
    sampler.temperature = 0.5;
    assert_false(mg_law_closed(&estimate, oracle, source, &sampler));
    sampler.temperature = 1.0;
    sampler.order = mg_order_find("confidence");
    assert_false(mg_law_closed(&estimate, oracle, source, &sampler));
    sampler.order = mg_order_find("random");
    sampler.block = 4;
    assert_false(mg_law_closed(&estimate, oracle, source, &sampler));
    sampler.per_step = 1;
    sampler.block = 1; /* no choice is left */
    assert_true(mg_law_closed(&estimate, oracle, source, &sampler));
    assert_string_equal(estimate->kind, "closed_form");
    mg_law_estimate_free(estimate);
    mg_predictor_free(uniform);
    mg_predictor_free(foreign);
    mg_predictor_free(oracle);
    mg_source_free(other);
    mg_source_free(source);
}

static struct mg_law_estimate *drawn(struct mg_predictor *predictor, const struct mg_source *source,
                                     const struct mg_sampler *sampler, size_t draws)
{
    struct mg_law_estimate *estimate = NULL;
    struct mg_error err = {0};

    assert_int_equal(mg_law_monte_carlo(&estimate, predictor, source, sampler, draws, STREAM, &err),
                     MG_OK);
    return estimate;
}

/* A predictor that is wrong: the oracle of another chain. Four standard errors. */
static void estimates_agree_with_the_walk(void **state)
{
    static const char *const ORDERS[] = {"confidence", "margin",         "entropy",
                                         "threshold",  "entropy_budget", "frechet",
                                         "factor",     "left_to_right",  "random"};
    struct mg_source *source = test_chain_two(7);
    struct mg_source *other = test_chain_flip(.2, 7);
    struct mg_predictor *wrong = mg_oracle_new(other);

    (void)state;
    for (size_t o = 0; o < sizeof(ORDERS) / sizeof(ORDERS[0]); o++) {
        struct mg_sampler sampler = test_sampler_of(ORDERS[o]);
        const bool counts = sampler.order->sizing == MG_SIZING_COUNT;
        struct mg_law_estimate *estimate;
        struct mg_law *law = NULL;
        struct mg_error err = {0};

        sampler.per_step = counts ? 2 : 0;
        sampler.temperature = 0.9;
        sampler.tau = 0.7;
        sampler.gamma = 1.0;
        estimate = drawn(wrong, source, &sampler, 4000);
        assert_int_equal(mg_law_walk(&law, wrong, source, &sampler, NULL, 1e7, &err), MG_OK);
        assert_string_equal(estimate->kind, o == 8 ? "path_bound" : "monte_carlo");
        assert_true(estimate->kl_se_nats > 1e-3 && estimate->kl_se_nats < .1);
        assert_close(estimate->kl_nats, law->factorization_nats + law->model_nats,
                     4.0 * estimate->kl_se_nats);
        assert_close(estimate->factorization_nats, law->factorization_nats,
                     4.0 * estimate->kl_se_nats);
        assert_close(estimate->nfe, law->nfe, counts ? 1e-12 : .1);
        assert_int_equal(estimate->n_steps, law->n_steps);
        for (size_t t = 0; t < law->n_steps; t++) {
            assert_close(estimate->steps[t].model_nats, law->steps[t].model_nats, .03);
        }
        if (o < 8) {
            assert_close(law->kl_nats, law->factorization_nats + law->model_nats, 1e-10);
            assert_close(estimate->order_nats, 0.0, 0.0);
        } else {
            assert_true(law->kl_nats < law->factorization_nats + law->model_nats);
            assert_true(isnan(estimate->order_nats));
        }
        mg_law_free(law);
        mg_law_estimate_free(estimate);
    }
    mg_predictor_free(wrong);
    mg_source_free(other);
    mg_source_free(source);
}

/*
 * science.md, section 3: .5428 on cycle is a draw of the contiguous .5468, .261 on zipf of its own;
 * three standard errors of theirs and ours.
 */
static void confidence_on_long_chains_reaches_its_documented_estimates(void **state)
{
    struct mg_source *cycle = test_chain_cycle(L);
    struct mg_source *zipf = test_chain_zipf(L);
    struct mg_predictor *oracle = mg_oracle_new(cycle);
    struct mg_sampler sampler = test_sampler_of("confidence");
    struct mg_law_estimate *estimate;

    (void)state;
    sampler.per_step = 4;
    estimate = drawn(oracle, cycle, &sampler, DRAWS);
    assert_string_equal(estimate->kind, "monte_carlo");
    assert_close(estimate->model_nats, 0.0, 1e-12);
    assert_close(estimate->kl_nats / L, .5468, 3.0 * estimate->kl_se_nats / L);
    assert_close(estimate->kl_nats / L, .5428, 4.2 * estimate->kl_se_nats / L);
    assert_true(estimate->kl_se_nats / L < .008);
    mg_law_estimate_free(estimate);
    mg_predictor_free(oracle);
    oracle = mg_oracle_new(zipf);
    estimate = drawn(oracle, zipf, &sampler, DRAWS);
    assert_close(estimate->kl_nats / L, .261, 4.2 * estimate->kl_se_nats / L);
    mg_law_estimate_free(estimate);
    sampler.per_step = 1; /* exact, in every draw */
    estimate = drawn(oracle, zipf, &sampler, 50);
    assert_close(estimate->kl_nats, 0.0, 1e-9);
    assert_close(estimate->kl_se_nats, 0.0, 1e-9);
    assert_close(estimate->nfe, L, 0.0);
    mg_law_estimate_free(estimate);
    mg_predictor_free(oracle);
    mg_source_free(zipf);
    mg_source_free(cycle);
}

/* science.md, section 3: on a noisy chain a threshold reveals one at a time, exactly. */
static void thresholds_are_no_faster_on_a_noisy_chain(void **state)
{
    struct mg_source *cycle = test_chain_cycle(L);
    struct mg_predictor *oracle = mg_oracle_new(cycle);
    struct mg_sampler sampler = test_sampler_of("threshold");
    struct mg_law_estimate *estimate;

    (void)state;
    sampler.tau = .9;
    for (size_t rule = 0; rule < 2; rule++) {
        estimate = drawn(oracle, cycle, &sampler, 50);
        assert_close(estimate->nfe, L, 0.0);
        assert_close(estimate->kl_nats, 0.0, 1e-9);
        mg_law_estimate_free(estimate);
        sampler.order = mg_order_find("entropy_budget");
        sampler.gamma = .5;
    }
    mg_predictor_free(oracle);
    mg_source_free(cycle);
}

/* KL(mu || uniform) = L log V - H, in one step: M = sum (log V - H_i), F = TC. */
static void the_uniform_model_costs_what_it_must(void **state)
{
    struct mg_source *source = test_chain_zipf(12);
    struct mg_predictor *uniform = mg_uniform_new(12, 8);
    struct mg_sampler sampler = test_sampler_of("random");
    const double kl = 12.0 * log(8.0) - mg_source_entropy_nats(source);
    const bool first[12] = {true}; /* every position has the law of the first */
    struct mg_set_entropy *entropy = mg_set_entropy_new(source);
    const double model = 12.0 * (log(8.0) - mg_set_entropy_nats(entropy, first));
    struct mg_law_estimate *estimate;

    (void)state;
    sampler.steps = 1;
    estimate = drawn(uniform, source, &sampler, 2000);
    assert_string_equal(estimate->kind, "monte_carlo"); /* one step is no choice */
    assert_close(estimate->model_nats, model, 1e-9);
    assert_close(estimate->kl_nats, kl, 4.0 * estimate->kl_se_nats);
    mg_law_estimate_free(estimate);
    sampler.temperature = 0.0;
    estimate = drawn(uniform, source, &sampler, 100);
    assert_true(isinf(estimate->kl_nats) && isinf(estimate->model_nats));
    assert_true(isnan(estimate->kl_se_nats));
    assert_true(isfinite(estimate->factorization_nats));
    mg_law_estimate_free(estimate);
    mg_set_entropy_free(entropy);
    mg_predictor_free(uniform);
    mg_source_free(source);
}

/* With any predictor the walk's F is exact and leaves M's error alone. */
static void an_exact_factorization_replaces_the_drawn_one(void **state)
{
    static const char *const ORDERS[] = {"left_to_right", "strided", "random"};
    struct mg_source *source = test_chain_two(7);
    struct mg_source *other = test_chain_flip(.2, 7);
    struct mg_predictor *wrong = mg_oracle_new(other);

    (void)state;
    for (size_t o = 0; o < 3; o++) {
        struct mg_sampler sampler = test_sampler_of(ORDERS[o]);
        struct mg_law_estimate *estimate;
        struct mg_law_estimate *exact = NULL;
        struct mg_law *law = NULL;
        struct mg_error err = {0};
        double drawn_se_nats;

        sampler.steps = 3;
        sampler.temperature = 0.8;
        estimate = drawn(wrong, source, &sampler, 2000);
        drawn_se_nats = estimate->kl_se_nats;
        assert_int_equal(mg_law_walk(&law, wrong, source, &sampler, NULL, 1e7, &err), MG_OK);
        assert_true(mg_law_factorization(&exact, source, &sampler));
        mg_law_replace_factorization(estimate, exact);
        assert_string_equal(estimate->kind, o == 2 ? "path_bound" : "monte_carlo");
        assert_close(estimate->factorization_nats, law->factorization_nats, 1e-12);
        for (size_t t = 0; t < law->n_steps; t++) {
            assert_close(estimate->steps[t].factorization_nats, law->steps[t].factorization_nats,
                         1e-12);
        }
        assert_close(estimate->kl_nats, law->factorization_nats + estimate->model_nats, 1e-12);
        assert_close(estimate->model_nats, law->model_nats, 4.0 * estimate->kl_se_nats);
        assert_true(estimate->kl_se_nats > 0.0 && estimate->kl_se_nats < drawn_se_nats);
        mg_law_free(law);
        mg_law_estimate_free(exact);
        mg_law_estimate_free(estimate);
    }
    mg_predictor_free(wrong);
    mg_source_free(other);
    mg_source_free(source);
}

/* ------ the measure ------ */

struct kept {
    struct mg_sink sink;
    size_t n_errors;
    size_t n_steps;
    struct {
        char kind[16];
        struct mg_cell cells[MG_COLUMNS_MAX];
    } errors[8];
};

static void keep(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells, size_t n)
{
    struct kept *kept = (struct kept *)(void *)sink;

    if (table == MG_TABLE_ledger) {
        kept->n_steps++;
    } else if (table == MG_TABLE_sampler_error) {
        memcpy(kept->errors[kept->n_errors].cells, cells, n * sizeof(cells[0]));
        snprintf(kept->errors[kept->n_errors].kind, sizeof(kept->errors[0].kind), "%s",
                 cells[10].text);
        kept->n_errors++;
    }
}

static void each_sampler_gets_the_best_kind_there_is(void **state)
{
    static const char *const KINDS[] = {"closed_form", "path_bound", "monte_carlo", "path_bound"};
    struct mg_source *source = test_chain_cycle(L);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_sampler samplers[4] = {test_sampler_of("left_to_right"), test_sampler_of("random"),
                                     test_sampler_of("confidence"), test_sampler_of("random")};
    const struct mg_measure_spec spec = {.samplers = samplers, .n_samplers = 4, .draws = 20};
    const struct mg_streams streams = {.order = STREAM};
    struct kept kept = {.sink = {.row = keep}};
    const struct mg_measure_input input = {.spec = &spec,
                                           .source = source,
                                           .predictor = oracle,
                                           .streams = &streams,
                                           .sink = &kept.sink};
    struct mg_error err = {0};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        samplers[i].per_step = 8;
        snprintf(samplers[i].name, sizeof(samplers[i].name), "s%zu", i);
    }
    samplers[3].block = 16;
    assert_int_equal(mg_measure_law.check(&spec, source, &err), MG_OK);
    assert_int_equal(mg_measure_law.run(&input, &err), MG_OK);
    assert_int_equal(kept.n_errors, 4);
    assert_int_equal(kept.n_steps, 16);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(kept.errors[i].kind, KINDS[i]);
        assert_int_equal(kept.errors[i].cells[3].type, i < 2 ? MG_CELL_NULL : MG_CELL_REAL);
        assert_int_equal(kept.errors[i].cells[7].type, i % 2 == 1 ? MG_CELL_NULL : MG_CELL_REAL);
        assert_int_equal(kept.errors[i].cells[9].type, MG_CELL_NULL);
    }
    assert_close(kept.errors[0].cells[2].real / L, .9162, 5.1e-5);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

static void a_rule_that_looks_at_its_draws_is_refused_by_size(void **state)
{
    struct mg_source *source = test_chain_cycle(L);
    struct mg_sampler sampler = test_sampler_of("low_confidence");
    const struct mg_measure_spec spec = {.samplers = &sampler, .n_samplers = 1};
    struct mg_error err = {0};

    (void)state;
    sampler.per_step = 1;
    assert_int_equal(mg_measure_law.check(&spec, source, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "7.923e+28 sequences"));
    assert_non_null(strstr(err.text, "low_confidence"));
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_orders_on_long_chains_have_their_documented_kl),
        cmocka_unit_test(bisect_is_exact_in_the_logarithm_of_the_length),
        cmocka_unit_test(closed_form_is_the_ledger_of_the_walk),
        cmocka_unit_test(closed_form_needs_the_oracle_at_temperature_one_and_a_blind_rule),
        cmocka_unit_test(estimates_agree_with_the_walk),
        cmocka_unit_test(confidence_on_long_chains_reaches_its_documented_estimates),
        cmocka_unit_test(an_exact_factorization_replaces_the_drawn_one),
        cmocka_unit_test(thresholds_are_no_faster_on_a_noisy_chain),
        cmocka_unit_test(the_uniform_model_costs_what_it_must),
        cmocka_unit_test(each_sampler_gets_the_best_kind_there_is),
        cmocka_unit_test(a_rule_that_looks_at_its_draws_is_refused_by_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Expected values are worked out from the chain's matrix here; bounds must hold for true marginals
 * on random chains, and fail for a model that is too sure.
 */
#include <string.h>

#include "model/measure/kinds.h"
#include "model/source/markov.h"
#include "tests/support/brute.h"
#include "tests/support/chains.h"
#include "tests/support/test.h"

enum { ROWS_MAX = 512, DRAWS = 200 };

struct row {
    int64_t step;
    char bound[16];
    int64_t draws;
    double value;
    double exact;
    int64_t violations;
};

struct kept {
    struct mg_sink sink;
    size_t n;
    struct row rows[ROWS_MAX];
};

static void keep(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells, size_t n)
{
    struct kept *kept = (struct kept *)(void *)sink;
    struct row *row = &kept->rows[kept->n++];

    assert_int_equal(table, MG_TABLE_certificates);
    assert_int_equal(n, 7);
    assert_true(kept->n < ROWS_MAX);
    row->step = cells[1].integer;
    snprintf(row->bound, sizeof(row->bound), "%s", cells[2].text);
    row->draws = cells[3].integer;
    row->value = cells[4].real;
    row->exact = cells[5].real;
    row->violations = cells[6].integer;
}

static const struct row *row_of(const struct kept *kept, int64_t step, const char *bound)
{
    for (size_t i = 0; i < kept->n; i++) {
        if (kept->rows[i].step == step && strcmp(kept->rows[i].bound, bound) == 0) {
            return &kept->rows[i];
        }
    }
    return NULL;
}

static struct mg_sampler sampler_of(const char *order, size_t per_step)
{
    return (struct mg_sampler){.name = "s",
                               .order = mg_order_find(order),
                               .temperature = 1.0,
                               .per_step = per_step,
                               .tau = .8,
                               .gamma = 1.0};
}

static void run(struct kept *kept, const struct mg_source *source, struct mg_predictor *predictor,
                struct mg_sampler *sampler)
{
    const struct mg_measure_spec spec = {.samplers = sampler, .n_samplers = 1, .draws = DRAWS};
    const struct mg_streams streams = {.order = {{3, 5}}};
    const struct mg_measure_input input = {.spec = &spec,
                                           .source = source,
                                           .predictor = predictor,
                                           .streams = &streams,
                                           .sink = &kept->sink};
    struct mg_error err = {0};

    *kept = (struct kept){.sink = {.row = keep}};
    assert_int_equal(mg_measure_certificate.check(&spec, source, &err), MG_OK);
    assert_int_equal(mg_measure_certificate.run(&input, &err), MG_OK);
}

/* First pair of the chain start (.62, .38), rows (.85, .15), (.35, .65): x1 = 0 has .66. */
static void first_step_has_its_values_by_hand(void **state)
{
    static const double JOINT[4] = {.62 * .85, .62 * .15, .38 * .35, .38 * .65};
    static const double PRODUCT[4] = {.62 * .66, .62 * .34, .38 * .66, .38 * .34};
    struct mg_source *source = test_chain_two(6);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_sampler sampler = sampler_of("left_to_right", 2);
    struct kept kept;
    double tv = 0.0;
    double kl = 0.0;

    (void)state;
    for (size_t x = 0; x < 4; x++) {
        tv += fabs(JOINT[x] - PRODUCT[x]) / 2.0;
        kl += JOINT[x] * log(JOINT[x] / PRODUCT[x]);
    }
    run(&kept, source, oracle, &sampler);
    assert_int_equal(row_of(&kept, 0, "tv")->draws, DRAWS);
    assert_close(row_of(&kept, 0, "frechet_lower")->value, .28, 1e-12);
    assert_close(row_of(&kept, 0, "frechet_lower")->exact, .527, 1e-12);
    assert_close(row_of(&kept, 0, "frechet_upper")->value, .62, 1e-12);
    assert_close(row_of(&kept, 0, "frechet_upper")->exact, .527, 1e-12);
    assert_close(row_of(&kept, 0, "tv")->value, .95, 1e-12);
    assert_close(row_of(&kept, 0, "tv")->exact, tv, 1e-12);
    assert_close(row_of(&kept, 0, "kl_nats")->value, -.38 * log(.38) - .62 * log(.62), 1e-12);
    assert_close(row_of(&kept, 0, "kl_nats")->exact, kl, 1e-12);
    assert_null(row_of(&kept, 0, "greedy")); /* 3 * .38 > 1 */
    assert_int_equal(row_of(&kept, 2, "tv")->draws, DRAWS);
    assert_null(row_of(&kept, 3, "tv"));
    mg_predictor_free(oracle);
    mg_source_free(source);
}

static void certificates_hold_for_true_marginals(void **state)
{
    static const char *const ORDERS[] = {"left_to_right", "confidence", "threshold",
                                         "factor",        "frechet",    "low_confidence"};
    struct mg_rng rng = brute_rng(77);
    size_t greedy = 0;

    (void)state;
    for (size_t trial = 0; trial < 60; trial++) {
        const size_t vocab = 2 + trial % 3;
        double rows[4 * 4];
        double start[4];
        struct mg_source *source;
        struct mg_predictor *oracle;
        struct mg_sampler sampler = sampler_of(ORDERS[trial % 6], 1 + trial % 4);
        struct kept kept;

        brute_random_rows(rows, vocab, vocab, .4, &rng);
        brute_random_rows(start, 1, vocab, 0.0, &rng);
        source = mg_markov_new(rows, start, 7, vocab);
        oracle = mg_oracle_new(source);
        run(&kept, source, oracle, &sampler);
        assert_true(kept.n > 0);
        for (size_t i = 0; i < kept.n; i++) {
            assert_int_equal(kept.rows[i].violations, 0);
            greedy += strcmp(kept.rows[i].bound, "greedy") == 0;
        }
        mg_predictor_free(oracle);
        mg_source_free(source);
    }
    assert_true(greedy > 20);
}

/* 1 - 1e-3 on token 1 everywhere, on a chain that prefers token 0. */
static void too_sure(struct mg_predictor *predictor, double *probs, bool *possible, const int *rows,
                     size_t n)
{
    (void)possible;
    for (size_t i = 0; i < n * predictor->length; i++) {
        probs[2 * i] = rows[i] == MG_MASK ? .001 : (rows[i] == 0 ? 1.0 : 0.0);
        probs[2 * i + 1] = 1.0 - probs[2 * i];
    }
}

static void a_model_that_is_too_sure_violates_them_all(void **state)
{
    static const char *const BOUNDS[] = {"frechet_lower", "greedy", "tv", "kl_nats"};
    const struct mg_predictor_ops ops = {.kind = "too_sure", .predict = too_sure};
    struct mg_predictor predictor = {.ops = &ops, .length = 6, .vocab = 2};
    struct mg_source *source = test_chain_two(6);
    struct mg_sampler sampler = sampler_of("left_to_right", 2);
    struct kept kept;

    (void)state;
    run(&kept, source, &predictor, &sampler);
    for (size_t b = 0; b < 4; b++) {
        assert_int_equal(row_of(&kept, 0, BOUNDS[b])->draws, DRAWS);
        assert_int_equal(row_of(&kept, 0, BOUNDS[b])->violations, DRAWS);
    }
    assert_close(row_of(&kept, 0, "frechet_lower")->exact, .38 * .65, 1e-12);
    assert_close(row_of(&kept, 0, "greedy")->exact, 0.0, 0.0);
    assert_int_equal(row_of(&kept, 0, "frechet_upper")->violations, 0);
    mg_source_free(source);
}

/* V^n = 8^4 is too many for a joint: only Frechet's bounds, which need two masses. */
static void large_steps_keep_frechet_alone(void **state)
{
    struct mg_source *source = test_chain_cycle(32);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_sampler sampler = sampler_of("strided", 0);
    struct kept kept;

    (void)state;
    sampler.steps = 8;
    run(&kept, source, oracle, &sampler);
    assert_int_equal(kept.n, 16);
    for (size_t i = 0; i < kept.n; i++) {
        assert_int_equal(kept.rows[i].violations, 0);
        assert_true(strncmp(kept.rows[i].bound, "frechet", 7) == 0);
    }
    assert_close(row_of(&kept, 0, "frechet_upper")->value, .125, 1e-12);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_step_has_its_values_by_hand),
        cmocka_unit_test(certificates_hold_for_true_marginals),
        cmocka_unit_test(a_model_that_is_too_sure_violates_them_all),
        cmocka_unit_test(large_steps_keep_frechet_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

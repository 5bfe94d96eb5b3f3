/* test_nelbo_estimate.c - estimates of the NELBO by drawn masks, LLaDA's among them. */
#include "model/measure/nelbo_estimate.h"

#include <string.h>

#include "model/measure/kinds.h"
#include "model/measure/likelihood.h"
#include "model/measure/measure.h"
#include "model/source/sequences.h"
#include "tests/support/bent.h"
#include "tests/support/test.h"

/* Rows that a run wrote, by quantity. */
struct collector {
    struct mg_sink sink;
    size_t n;
    char quantity[32][40];
    double value[32];
    double exact[32];
    enum mg_cell_type value_type[32];
};

static void collect(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                    size_t n)
{
    struct collector *rows = (struct collector *)(void *)sink;

    assert_int_equal(table, MG_TABLE_information);
    assert_int_equal(n, 3);
    assert_true(rows->n < 32);
    snprintf(rows->quantity[rows->n], sizeof(rows->quantity[0]), "%s", cells[0].text);
    rows->value[rows->n] = cells[1].real;
    rows->value_type[rows->n] = cells[1].type;
    rows->exact[rows->n] = cells[2].real;
    rows->n++;
}

static size_t row_of(const struct collector *rows, const char *quantity)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (strcmp(rows->quantity[i], quantity) == 0) {
            return i;
        }
    }
    fail_msg("no row %s", quantity);
    return 0;
}

/*
 * Both estimates of the bent oracle lie within 5 standard errors of 2.312353; the standard
 * deviation of the fixed count is checked against its enumeration in the next test.
 */
static void monte_carlo_estimates_agree_with_enumeration(void **state)
{
    struct mg_source *source = bent_chain_new();
    struct bent bent = {{&bent_ops, 5, 2, 1}, mg_oracle_new(source)};
    struct collector rows = {.sink = {collect}};
    const struct mg_measure_spec spec = {.draws = 20000};
    const struct mg_streams streams = {.order = {{7, 9}}};
    const struct mg_measure_input input = {&spec, source, &bent.base, &streams, &rows.sink};
    struct mg_error err = {0};
    static const char *const forms[2][2] = {
        {"nelbo_mc_bernoulli_nats", "nelbo_mc_bernoulli_sd_nats"},
        {"nelbo_mc_fixed_nats", "nelbo_mc_fixed_sd_nats"}};

    (void)state;
    assert_int_equal(mg_measure_likelihood.run(&input, &err), MG_OK);
    for (size_t i = 0; i < 2; i++) {
        const double se = rows.value[row_of(&rows, forms[i][1])] / sqrt(20000.0);

        assert_true(se > 0.0 && se < 0.03);
        assert_close(rows.value[row_of(&rows, forms[i][0])], 2.312353, 5.0 * se);
    }
    assert_close(rows.value[row_of(&rows, "nelbo_mc_llada_nats")],
                 rows.value[row_of(&rows, "nelbo_llada_nats")],
                 5.0 * rows.value[row_of(&rows, "nelbo_mc_llada_sd_nats")] / sqrt(20000.0 / 16.0));
    assert_close(rows.exact[row_of(&rows, "nelbo_mc_llada_nats")],
                 rows.exact[row_of(&rows, "nelbo_llada_nats")], 0.0);
    assert_close(rows.value[row_of(&rows, "nelbo_nats")], 2.312353, 5e-7);
    assert_close(rows.value[row_of(&rows, "jensen_gap_nats")], 0.021751, 1e-6);
    assert_close(rows.exact[row_of(&rows, "nelbo_nats")], rows.exact[row_of(&rows, "entropy_nats")],
                 0.0);
    assert_int_equal(rows.value_type[row_of(&rows, "entropy_nats")], MG_CELL_NULL);
    assert_close(rows.exact[row_of(&rows, "nelbo_steps_1_nats")] -
                     rows.exact[row_of(&rows, "entropy_nats")],
                 .66323, 5e-6);
    mg_predictor_free(bent.oracle);
    mg_source_free(source);
}

/* x_j as torch.round(torch.linspace(k, k + 15 L/16, 16)) has them, on the circle; torch 2.15. */
static void llada_masks_are_those_of_torch(void **state)
{
    static const size_t five[2][16] = {{1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 1},
                                       {4, 4, 5, 5, 5, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4}};
    static const size_t eight[16] = {1, 2, 2, 2, 3, 4, 4, 4, 5, 6, 6, 6, 7, 8, 8, 8};

    (void)state;
    for (size_t j = 0; j < 16; j++) {
        assert_int_equal(mg_nelbo_llada_masks(1, j, 5), five[0][j]);
        assert_int_equal(mg_nelbo_llada_masks(4, j, 5), five[1][j]);
        assert_int_equal(mg_nelbo_llada_masks(1, j, 8), eight[j]);
        assert_int_equal(mg_nelbo_llada_masks(2, j, 32), 2 + 2 * j);
    }
}

/* How often torch's x_j are 1..5 for L = 5, over an even share. */
static void llada_estimate_has_its_documented_mean(void **state)
{
    static const double shares[5] = {1.0625, 0.9375, 1.0, 1.0625, 0.9375};
    static const double sets[5] = {5, 10, 10, 5, 1};
    struct mg_source *source = bent_chain_new();
    struct bent bent = {{&bent_ops, 5, 2, 1}, mg_oracle_new(source)};
    struct mg_likelihood likelihood;
    double expected = 0.0;

    (void)state;
    mg_likelihood_enumerate(&likelihood, &bent.base, source);
    for (size_t m = 1; m <= 5; m++) {
        expected += shares[m - 1] / (double)m * likelihood.cross_nats[m] / sets[m - 1];
    }
    assert_close(mg_likelihood_llada_nats(&likelihood), expected, 1e-13);
    assert_true(fabs(expected - mg_likelihood_nelbo_nats(&likelihood)) > 1e-4);
    mg_predictor_free(bent.oracle);
    mg_source_free(source);
}

/* Where 16 divides the length every number of masks is alike. */
static void llada_estimate_is_unbiased_at_length_16(void **state)
{
    static const double weight[3] = {5, 3, 2};
    int tokens[3 * 16];
    struct mg_likelihood likelihood;
    struct mg_source *source;
    struct bent bent = {.base = {&bent_ops, 16, 2, 1}};

    (void)state;
    for (size_t i = 0; i < 48; i++) {
        tokens[i] = (int)(i * i / 5 % 2);
    }
    source = mg_sequences_new(tokens, weight, 3, 16, 2);
    bent.oracle = mg_oracle_new(source);
    mg_likelihood_enumerate(&likelihood, &bent.base, source);
    assert_close(mg_likelihood_llada_nats(&likelihood), mg_likelihood_nelbo_nats(&likelihood),
                 1e-12);
    mg_predictor_free(bent.oracle);
    mg_source_free(source);
}

/* sum over the masks of the three in the middle of w(m) sum_i -log p(x_i | rest), all sequences. */
static double middle_nelbo_nats(struct mg_predictor *predictor)
{
    static const double start[2] = {0.75, 0.25};
    static const double step[2][2] = {{0.9, 0.1}, {0.3, 0.7}};
    static const double weight[4] = {0.0, 1.0 / 3.0, 1.0 / 6.0, 1.0 / 3.0}; /* 1 / (m C(3, m)) */
    double sum = 0.0;

    for (int s = 0; s < 32; s++) {
        int clean[5];
        double prob = 1.0;

        for (int i = 0; i < 5; i++) {
            clean[i] = s >> i & 1;
            prob *= i == 0 ? start[clean[0]] : step[clean[i - 1]][clean[i]];
        }
        for (unsigned set = 1; set < 8; set++) {
            int row[5];
            double probs[10];

            memcpy(row, clean, sizeof(row));
            for (int i = 0; i < 3; i++) {
                row[1 + i] = set >> i & 1u ? MG_MASK : row[1 + i];
            }
            mg_predict(predictor, probs, NULL, row, 1);
            for (int i = 1; i < 4; i++) {
                sum -= row[i] == MG_MASK
                           ? prob * weight[__builtin_popcount(set)] * log(probs[2 * i + clean[i]])
                           : 0.0;
            }
        }
    }
    return sum;
}

static void given_ends_are_never_masked(void **state)
{
    static const char *const forms[2][2] = {
        {"nelbo_mc_bernoulli_nats", "nelbo_mc_bernoulli_sd_nats"},
        {"nelbo_mc_fixed_nats", "nelbo_mc_fixed_sd_nats"}};
    struct mg_source *source = bent_chain_new();
    struct bent bent = {{&bent_ops, 5, 2, 1}, mg_oracle_new(source)};
    struct collector rows = {.sink = {collect}};
    const struct mg_measure_spec spec = {.draws = 20000, .left = 1, .right = 1};
    const struct mg_measure_spec all = {.left = 3, .right = 2};
    const struct mg_streams streams = {.order = {{2, 3}}};
    const struct mg_measure_input input = {&spec, source, &bent.base, &streams, &rows.sink};
    const double expected = middle_nelbo_nats(&bent.base);
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_measure_likelihood.check(&spec, source, &err), MG_OK);
    assert_int_equal(mg_measure_likelihood.run(&input, &err), MG_OK);
    assert_int_equal(rows.n, 6);
    for (size_t i = 0; i < 2; i++) {
        const double se = rows.value[row_of(&rows, forms[i][1])] / sqrt(20000.0);

        assert_true(se > 0.0 && se < 0.1);
        assert_close(rows.value[row_of(&rows, forms[i][0])], expected, 5.0 * se);
    }
    assert_close(rows.value[row_of(&rows, "nelbo_mc_llada_nats")], expected, 0.02);
    assert_int_equal(mg_measure_likelihood.check(&all, source, &err), MG_EUSAGE);
    mg_predictor_free(bent.oracle);
    mg_source_free(source);
}

/* A token's probability depends on the number of masks alone. */
static void fading_predict(struct mg_predictor *predictor, double *probs, bool *possible,
                           const int *rows, size_t n)
{
    const size_t length = predictor->length;

    (void)possible;
    for (size_t r = 0; r < n; r++) {
        size_t masks = 0;

        for (size_t i = 0; i < length; i++) {
            masks += rows[r * length + i] == MG_MASK;
        }
        for (size_t i = 0; i < length; i++) {
            probs[(r * length + i) * 2] = 1.0 / (1.0 + (double)masks);
            probs[(r * length + i) * 2 + 1] = (double)masks / (1.0 + (double)masks);
        }
    }
}

static void draw_zeros(const struct mg_source *source, struct mg_rng *rng, int *tokens);

/* Then 16 strata of a row of 16 are all there is: (1/16) sum_m 16 log(1 + m), no spread. */
static void llada_estimate_spreads_less_than_draws_alone(void **state)
{
    static const struct mg_predictor_ops fading_ops = {.kind = "fading", .predict = fading_predict};
    static const struct mg_source_ops zeros = {.kind = "zeros", .draw = draw_zeros};
    const struct mg_source source = {&zeros, 16, 2};
    struct mg_predictor fading = {&fading_ops, 16, 2, 1};
    struct collector rows = {.sink = {collect}};
    const struct mg_measure_spec spec = {.draws = 160};
    const struct mg_streams streams = {.order = {{3, 4}}};
    const struct mg_measure_input input = {&spec, &source, &fading, &streams, &rows.sink};
    struct mg_error err = {0};
    double expected = 0.0;

    (void)state;
    for (size_t m = 1; m <= 16; m++) {
        expected += log(1.0 + (double)m);
    }
    assert_int_equal(mg_measure_likelihood.run(&input, &err), MG_OK);
    assert_close(rows.value[row_of(&rows, "nelbo_mc_llada_nats")], expected, 1e-12);
    assert_close(rows.value[row_of(&rows, "nelbo_mc_llada_sd_nats")], 0.0, 1e-12);
    assert_true(rows.value[row_of(&rows, "nelbo_mc_fixed_sd_nats")] > 1.0);
}

/* Moments of the fixed-count estimate of the uniform predictor: always L log V, no spread. */
static void fixed_count_has_no_spread_where_every_token_costs_the_same(void **state)
{
    struct mg_source *source = bent_chain_new();
    struct mg_predictor *uniform = mg_uniform_new(5, 2);
    struct collector rows = {.sink = {collect}};
    const struct mg_measure_spec spec = {.draws = 300};
    const struct mg_streams streams = {.order = {{1, 2}}};
    const struct mg_measure_input input = {&spec, source, uniform, &streams, &rows.sink};
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_measure_likelihood.run(&input, &err), MG_OK);
    assert_close(rows.value[row_of(&rows, "nelbo_mc_fixed_nats")], 5.0 * log(2.0), 1e-12);
    assert_close(rows.value[row_of(&rows, "nelbo_mc_fixed_sd_nats")], 0.0, 1e-12);
    assert_true(rows.value[row_of(&rows, "nelbo_mc_bernoulli_sd_nats")] > 0.1);
    assert_close(rows.value[row_of(&rows, "nelbo_nats")], 5.0 * log(2.0), 1e-12);
    mg_predictor_free(uniform);
    mg_source_free(source);
}

static void draw_zeros(const struct mg_source *source, struct mg_rng *rng, int *tokens)
{
    (void)rng;
    memset(tokens, 0, source->length * sizeof(*tokens));
}

static void without_an_oracle_only_the_estimates_are_written(void **state)
{
    static const struct mg_source_ops ops = {.kind = "zeros", .draw = draw_zeros};
    const struct mg_source source = {&ops, 100, 4};
    struct mg_predictor *uniform = mg_uniform_new(100, 4);
    struct collector rows = {.sink = {collect}};
    const struct mg_measure_spec spec = {0};
    const struct mg_streams streams = {.order = {{1, 2}}};
    const struct mg_measure_input input = {&spec, &source, uniform, &streams, &rows.sink};
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_measure_likelihood.check(&spec, &source, &err), MG_OK);
    assert_int_equal(mg_measure_likelihood.run(&input, &err), MG_OK);
    assert_int_equal(rows.n, 6);
    assert_close(rows.value[row_of(&rows, "nelbo_mc_fixed_nats")], 100.0 * log(4.0), 1e-9);
    assert_close(rows.value[row_of(&rows, "nelbo_mc_llada_nats")], 100.0 * log(4.0), 1e-9);
    mg_predictor_free(uniform);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(monte_carlo_estimates_agree_with_enumeration),
        cmocka_unit_test(llada_masks_are_those_of_torch),
        cmocka_unit_test(llada_estimate_has_its_documented_mean),
        cmocka_unit_test(llada_estimate_is_unbiased_at_length_16),
        cmocka_unit_test(given_ends_are_never_masked),
        cmocka_unit_test(llada_estimate_spreads_less_than_draws_alone),
        cmocka_unit_test(fixed_count_has_no_spread_where_every_token_costs_the_same),
        cmocka_unit_test(without_an_oracle_only_the_estimates_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

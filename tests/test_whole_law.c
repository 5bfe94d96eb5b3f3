/*
 * Expected: the replayed law on its support, hand-made laws, and sums over tokens worked out here.
 */
#include "model/measure/whole_law.h"

#include <stdlib.h>
#include <string.h>

#include "model/measure/kinds.h"
#include "model/measure/law.h"
#include "model/measure/space.h"
#include "model/numeric/statistics.h"
#include "model/source/sequences.h"
#include "tests/support/chains.h"
#include "tests/support/test.h"

static void compare(double *reverse_kl_nats, double *tv, const double *nu,
                    const struct mg_source *source)
{
    double *mu = mg_whole_source(source, NULL);
    const size_t n = (size_t)lround(pow((double)source->vocab, (double)source->length));

    *reverse_kl_nats = mg_whole_reverse_kl_nats(nu, mu, n);
    *tv = mg_tv(mu, nu, n);
    free(mu);
}

static struct mg_sampler sampler_of(const char *order, size_t per_step)
{
    return (struct mg_sampler){
        .order = mg_order_find(order), .temperature = 1.0, .per_step = per_step};
}

static double *whole_of(struct mg_predictor *predictor, const struct mg_sampler *sampler)
{
    struct mg_error err = {0};
    double *nu = NULL;
    double nfe;

    assert_int_equal(mg_whole_law(&nu, &nfe, predictor, sampler, NULL, &err), MG_OK);
    return nu;
}

static void contexts_are_counted(void **state)
{
    (void)state;
    assert_close(mg_space_size(10, 2), 59049.0, 0.0);
    assert_close(mg_space_size(5, 8), 59049.0, 0.0);
    assert_true(mg_space_fits(10, 2));
    assert_false(mg_space_fits(11, 2));
    assert_false(mg_space_fits(512, 64));
    assert_false(mg_space_fits(1, 90000)); /* few contexts, many tokens */
}

/* On a chain of full support the replay of law.c gives every sequence. */
static void whole_law_is_the_replayed_law_on_its_support(void **state)
{
    static const char *const ORDERS[] = {"random",         "left_to_right", "confidence",
                                         "low_confidence", "bisect",        "threshold"};
    struct mg_source *source = test_chain_two(6);
    struct mg_source *other = test_chain_flip(.2, 6);
    struct mg_predictor *wrong = mg_oracle_new(other);

    (void)state;
    for (size_t variant = 0; variant < 6 * 2 * 2; variant++) {
        struct mg_sampler sampler = sampler_of(ORDERS[variant % 6], 2);
        struct mg_law *law = NULL;
        struct mg_error err = {0};
        double total = 0.0;
        double reverse = 0.0;
        double apart = 0.0;
        double kl;
        double tv;
        double *nu;

        sampler.ties = variant / 6 % 2 == 0 ? MG_TIES_LOWEST : MG_TIES_UNIFORM;
        sampler.block = variant / 12 == 0 ? 0 : 3;
        sampler.tau = .7;
        sampler.temperature = .8;
        assert_int_equal(mg_law_walk(&law, wrong, source, &sampler, NULL, 1e7, &err), MG_OK);
        nu = whole_of(wrong, &sampler);
        assert_int_equal(law->n, 64);
        for (size_t x = 0; x < 64; x++) {
            assert_close(nu[x], law->nu[x], 1e-14);
            total += nu[x];
            reverse += nu[x] * log(nu[x] / law->mu[x]);
            apart += fabs(nu[x] - law->mu[x]) / 2.0;
        }
        compare(&kl, &tv, nu, source);
        assert_close(total, 1.0, 1e-13);
        assert_close(kl, reverse, 1e-12);
        assert_close(tv, apart, 1e-13);
        free(nu);
        mg_law_free(law);
    }
    mg_predictor_free(wrong);
    mg_source_free(other);
    mg_source_free(source);
}

/*
 * Two bits that agree, .7 and .3, in one step: the product. In one token a step: the source. The
 * law sums to one with the impossible sequences.
 */
static void impossible_sequences_have_their_mass(void **state)
{
    static const int TOKENS[2 * 2] = {0, 0, 1, 1};
    static const double WEIGHT[2] = {.7, .3};
    static const double PRODUCT[4] = {.49, .21, .21, .09};
    struct mg_source *source = mg_sequences_new(TOKENS, WEIGHT, 2, 2, 2);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_sampler sampler = sampler_of("random", 2);
    double *nu = whole_of(oracle, &sampler);
    double kl;
    double tv;

    (void)state;
    for (size_t x = 0; x < 4; x++) {
        assert_close(nu[x], PRODUCT[x], 1e-15);
    }
    compare(&kl, &tv, nu, source);
    assert_true(isinf(kl));
    assert_close(tv, .42, 1e-15);
    free(nu);
    sampler.per_step = 1;
    nu = whole_of(oracle, &sampler);
    compare(&kl, &tv, nu, source);
    assert_close(kl, 0.0, 1e-15);
    assert_close(tv, 0.0, 1e-15);
    free(nu);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/*
 * An impossible context is finished uniformly: three bits, 000 or 111, the first two in one step:
 * 0 1 has .25 and is followed by either.
 */
static void incoherent_paths_go_on_uniformly(void **state)
{
    static const int TOKENS[2 * 3] = {0, 0, 0, 1, 1, 1};
    static const double WEIGHT[2] = {1, 1};
    static const double EXPECTED[8] = {.25, 0, .125, .125, .125, .125, 0, .25};
    struct mg_source *source = mg_sequences_new(TOKENS, WEIGHT, 2, 3, 2);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_sampler sampler = sampler_of("left_to_right", 2);
    double *nu = whole_of(oracle, &sampler);

    (void)state;
    for (size_t x = 0; x < 8; x++) {
        assert_close(nu[x], EXPECTED[x], 1e-15);
    }
    free(nu);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* Temperature 0 from the uniform null model: all mass on the lowest tokens. */
static void temperature_zero_is_one_sequence(void **state)
{
    struct mg_source *source = test_chain_two(5);
    struct mg_predictor *uniform = mg_uniform_new(5, 2);
    struct mg_sampler sampler = sampler_of("low_confidence", 2);
    double *nu;
    double kl;
    double tv;

    (void)state;
    sampler.temperature = 0.0;
    nu = whole_of(uniform, &sampler);
    assert_close(nu[0], 1.0, 1e-15);
    compare(&kl, &tv, nu, source);
    assert_close(kl, -log(.62 * .85 * .85 * .85 * .85), 1e-12);
    assert_close(tv, 1.0 - .62 * .85 * .85 * .85 * .85, 1e-12);
    free(nu);
    mg_predictor_free(uniform);
    mg_source_free(source);
}

struct kept {
    struct mg_sink sink;
    struct mg_cell cells[MG_COLUMNS_MAX];
};

static void keep(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells, size_t n)
{
    if (table == MG_TABLE_sampler_error) {
        memcpy(((struct kept *)(void *)sink)->cells, cells, n * sizeof(cells[0]));
    }
}

static void rows_carry_the_whole_law_where_it_is_small(void **state)
{
    (void)state;
    for (size_t length = 4; length <= 12; length += 8) {
        struct mg_source *source = test_chain_two(length);
        struct mg_predictor *oracle = mg_oracle_new(source);
        struct mg_sampler sampler = sampler_of("left_to_right", 1);
        const struct mg_measure_spec spec = {.samplers = &sampler, .n_samplers = 1};
        struct kept kept = {.sink = {.row = keep}};
        const struct mg_streams streams = {0};
        const struct mg_measure_input input = {.spec = &spec,
                                               .source = source,
                                               .predictor = oracle,
                                               .streams = &streams,
                                               .sink = &kept.sink};
        struct mg_error err = {0};

        assert_int_equal(mg_measure_law.run(&input, &err), MG_OK);
        assert_int_equal(kept.cells[11].type, length == 4 ? MG_CELL_REAL : MG_CELL_NULL);
        assert_int_equal(kept.cells[12].type, length == 4 ? MG_CELL_REAL : MG_CELL_NULL);
        assert_close(kept.cells[11].real, 0.0, 1e-12);
        assert_close(kept.cells[12].real, 0.0, 1e-12);
        mg_predictor_free(oracle);
        mg_source_free(source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contexts_are_counted),
        cmocka_unit_test(whole_law_is_the_replayed_law_on_its_support),
        cmocka_unit_test(impossible_sequences_have_their_mass),
        cmocka_unit_test(incoherent_paths_go_on_uniformly),
        cmocka_unit_test(temperature_zero_is_one_sequence),
        cmocka_unit_test(rows_carry_the_whole_law_where_it_is_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* laws.c - see laws.h. */
#include "tests/support/laws.h"

#include "tests/support/test.h"

struct mg_sampler test_sampler_of(const char *order)
{
    const struct mg_sampler sampler = {.order = mg_order_find(order), .temperature = 1.0};

    assert_non_null(sampler.order);
    return sampler;
}

struct mg_law *test_law_of(const struct mg_source *source, const struct mg_sampler *sampler)
{
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_error err = {0};
    struct mg_law *law = NULL;

    assert_int_equal(mg_law_walk(&law, oracle, source, sampler, NULL, MG_LAW_MOVES_MAX, &err),
                     MG_OK);
    mg_predictor_free(oracle);
    return law;
}

void test_law_expect_kl(const struct mg_source *source, const struct mg_sampler *sampler,
                        double kl_nats, double tolerance)
{
    struct mg_law *law = test_law_of(source, sampler);

    assert_close(law->kl_nats, kl_nats, tolerance);
    mg_law_free(law);
}

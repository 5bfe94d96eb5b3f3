/* test_statistics.c - model/numeric/statistics.c. */
#include "model/numeric/statistics.h"

#include "tests/support/test.h"

/* Values by hand: p = (1/2, 1/4, 1/4), q = (1/4, 1/4, 1/2). */
static const double p[3] = {0.5, 0.25, 0.25};
static const double q[3] = {0.25, 0.25, 0.5};

static void divergences_have_the_values_worked_out_by_hand(void **state)
{
    (void)state;
    assert_close(mg_entropy_nats(p, 3), 1.5 * log(2.0), 1e-15);
    assert_close(mg_kl_nats(p, q, 3), 0.25 * log(2.0), 1e-15);
    assert_close(mg_tv(p, q, 3), 0.25, 1e-15);
    /* Mean (3/8, 1/4, 3/8): half of twice (1/2 log(4/3) + 1/4 log(2/3)). */
    assert_close(mg_js_nats(p, q, 3), 0.5 * log(4.0 / 3.0) + 0.25 * log(2.0 / 3.0), 1e-15);
    assert_close(mg_js_nats(p, p, 3), 0.0, 0.0);
}

static void zeros_count_as_nothing_or_as_infinity(void **state)
{
    static const double a[2] = {1.0, 0.0};
    static const double b[2] = {0.0, 1.0};

    (void)state;
    assert_close(mg_entropy_nats(a, 2), 0.0, 0.0);
    assert_true(isinf(mg_kl_nats(a, b, 2)));
    assert_close(mg_kl_nats(a, (const double[]){0.5, 0.5}, 2), log(2.0), 1e-15);
    assert_close(mg_tv(a, b, 2), 1.0, 0.0);
    assert_close(mg_js_nats(a, b, 2), log(2.0), 1e-15);
}

static void argmax_takes_the_lowest_of_equals(void **state)
{
    (void)state;
    assert_int_equal(mg_argmax((const double[]){0.1, 0.4, 0.4, 0.1}, 4), 1);
    assert_int_equal(mg_argmax((const double[]){0.7}, 1), 0);
    /* 0.1 + 0.2 > 0.3 by one bit, which is no reason to prefer it. */
    assert_int_equal(mg_argmax((const double[]){0.3, 0.1 + 0.2}, 2), 0);
    assert_int_equal(mg_argmax((const double[]){0.3, 0.3 + 2e-12}, 2), 1);
}

static void moments_match_two_passes(void **state)
{
    /* 2 4 4 4 5 5 7 9: mean 5, squared deviations sum to 32. The offset tests cancellation. */
    static const double values[8] = {2, 4, 4, 4, 5, 5, 7, 9};
    struct mg_moments moments = {0};

    (void)state;
    mg_moments_add(&moments, 1e9 + values[0]);
    assert_close(mg_moments_sd(&moments), 0.0, 0.0);
    for (size_t i = 1; i < 8; i++) {
        mg_moments_add(&moments, 1e9 + values[i]);
    }
    assert_close(moments.mean, 1e9 + 5.0, 1e-6);
    assert_close(mg_moments_sd(&moments), sqrt(32.0 / 7.0), 1e-6);
}

static void line_fit_solves_the_normal_equations(void **state)
{
    /* Points (0,1) (1,3) (2,2) (3,5): slope 11/10, intercept 11/10 by hand. */
    static const double x[4] = {0, 1, 2, 3};
    static const double y[4] = {1, 3, 2, 5};
    double slope = 7.0;
    double intercept = 7.0;

    (void)state;
    assert_true(mg_fit_line(&slope, &intercept, x, y, 4));
    assert_close(slope, 1.1, 1e-14);
    assert_close(intercept, 1.1, 1e-14);
}

static void line_fit_refuses_a_single_x(void **state)
{
    static const double same[3] = {2, 2, 2};
    double slope = 7.0;
    double intercept = 7.0;

    (void)state;
    assert_false(mg_fit_line(&slope, &intercept, same, same, 3));
    assert_false(mg_fit_line(&slope, &intercept, same, same, 1));
    assert_false(mg_fit_line(&slope, &intercept, same, same, 0));
    assert_close(slope, 7.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divergences_have_the_values_worked_out_by_hand),
        cmocka_unit_test(zeros_count_as_nothing_or_as_infinity),
        cmocka_unit_test(argmax_takes_the_lowest_of_equals),
        cmocka_unit_test(moments_match_two_passes),
        cmocka_unit_test(line_fit_solves_the_normal_equations),
        cmocka_unit_test(line_fit_refuses_a_single_x),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

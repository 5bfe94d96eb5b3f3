/*
 * test_interval.c - intervals against printed tables and against sums of binomial terms.
 */
#include "harness/interval.h"
#include "tests/support/test.h"

/* t quantiles .95 as printed in any table: 6.314 (1), 2.920 (2), 2.132 (4), 1.833 (9). */
static void student_interval_uses_the_tabulated_quantiles(void **state)
{
    static const struct {
        size_t n;
        double quantile;
    } cases[] = {{2, 6.313752}, {3, 2.919986}, {5, 2.131847}, {10, 1.833113}};

    (void)state;
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        double values[10];
        double mean = 0.0;
        double variance = 0.0;
        struct mg_interval interval;

        for (size_t i = 0; i < cases[c].n; i++) {
            values[i] = 3.0 + 0.25 * (double)(i * i);
            mean += values[i];
        }
        mean /= (double)cases[c].n;
        for (size_t i = 0; i < cases[c].n; i++) {
            variance += pow(values[i] - mean, 2.0) / (double)(cases[c].n - 1);
        }
        interval = mg_interval_student(values, cases[c].n, 0.9);
        assert_close(interval.estimate, mean, 1e-12);
        assert_close(interval.hi - mean, cases[c].quantile * sqrt(variance / (double)cases[c].n),
                     1e-5 * interval.hi);
        assert_close(mean - interval.lo, interval.hi - mean, 1e-12);
    }
}

/* definitions: the 90 % half-width is 1.69 sd at n = 3 and .95 sd at n = 5. */
static void student_half_width_in_standard_deviations(void **state)
{
    const double three[] = {-1.0, 0.0, 1.0};           /* sd 1 */
    const double five[] = {-1.0, 1.0, -1.0, 1.0, 0.0}; /* sd 1 */
    const struct mg_interval a = mg_interval_student(three, 3, 0.9);
    const struct mg_interval b = mg_interval_student(five, 5, 0.9);

    (void)state;
    assert_close(a.hi, 1.6859, 1e-3);
    assert_close(b.hi, 0.9534, 1e-3);
}

static void student_of_equal_values_has_width_zero(void **state)
{
    const double values[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    const struct mg_interval interval = mg_interval_student(values, 7, 0.9);

    (void)state;
    assert_true(interval.lo == 0.1 && interval.hi == 0.1 && interval.estimate == 0.1);
}

static void student_of_one_value_is_unbounded(void **state)
{
    const double value = 0.5;
    const struct mg_interval interval = mg_interval_student(&value, 1, 0.9);

    (void)state;
    assert_close(interval.estimate, 0.5, 0.0);
    assert_true(interval.lo == -HUGE_VAL && interval.hi == HUGE_VAL);
}

static void student_of_nothing_or_of_a_diverged_value_is_nan(void **state)
{
    const double values[] = {1.0, HUGE_VAL, 2.0};

    (void)state;
    assert_true(isnan(mg_interval_student(NULL, 0, 0.9).estimate));
    assert_true(isnan(mg_interval_student(values, 3, 0.9).hi));
}

/* P(X <= k) or P(X >= k) of a binomial, by its terms. */
static double binomial_tail(size_t n, double p, size_t from, size_t to)
{
    double sum = 0.0;

    for (size_t k = from; k <= to; k++) {
        sum += exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) +
                   (double)k * log(p) + (double)(n - k) * log1p(-p));
    }
    return sum;
}

/* The definition: at lo, k or more has probability alpha/2; at hi, k or fewer has. */
static void proportion_ends_leave_half_of_alpha_in_each_tail(void **state)
{
    static const size_t counts[][2] = {{1, 10}, {7, 10}, {9, 10}, {48, 1000}, {999, 1000}};

    (void)state;
    for (size_t c = 0; c < 5; c++) {
        const size_t k = counts[c][0];
        const size_t n = counts[c][1];
        const struct mg_interval interval = mg_interval_proportion(k, n, 0.9);

        assert_close(interval.estimate, (double)k / (double)n, 1e-15);
        assert_close(binomial_tail(n, interval.lo, k, n), 0.05, 1e-9);
        assert_close(binomial_tail(n, interval.hi, 0, k), 0.05, 1e-9);
    }
}

static void proportion_of_none_or_all_is_one_sided(void **state)
{
    const struct mg_interval none = mg_interval_proportion(0, 20, 0.9);
    const struct mg_interval all = mg_interval_proportion(20, 20, 0.9);

    (void)state;
    assert_close(none.lo, 0.0, 0.0);
    assert_close(pow(1.0 - none.hi, 20.0), 0.05, 1e-12);
    assert_close(all.hi, 1.0, 0.0);
    assert_close(pow(all.lo, 20.0), 0.05, 1e-12);
    assert_true(isnan(mg_interval_proportion(0, 0, 0.9).estimate));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(student_interval_uses_the_tabulated_quantiles),
        cmocka_unit_test(student_half_width_in_standard_deviations),
        cmocka_unit_test(student_of_equal_values_has_width_zero),
        cmocka_unit_test(student_of_one_value_is_unbounded),
        cmocka_unit_test(student_of_nothing_or_of_a_diverged_value_is_nan),
        cmocka_unit_test(proportion_ends_leave_half_of_alpha_in_each_tail),
        cmocka_unit_test(proportion_of_none_or_all_is_one_sided),
    };

    return cmocka_run_group_tests_name("interval", tests, NULL, NULL);
}

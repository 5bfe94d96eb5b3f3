/* test_vecmath.c - exp against libm in double, and sums that do not depend on the vector width. */
#include "model/numeric/vecmath.h"

#include <string.h>

#include "model/numeric/philox.h"
#include "tests/support/test.h"

enum { MANY = 4096 };

static void fill(float *x, size_t n, double scale, uint32_t number)
{
    struct mg_rng rng = mg_rng_at((struct mg_stream){{3, 4}}, number, 0);

    for (size_t i = 0; i < n; i++) {
        x[i] = (float)(scale * mg_rng_normal(&rng));
    }
}

/* Every 64th float between -87.33 (the smallest normal result) and 88.72: 1.7e7 bit patterns. */
static void exp_is_within_2e_7_of_libm(void **state)
{
    static float x[MANY];
    static float y[MANY];
    double worst = 0.0;
    size_t n = 0;

    (void)state;
    for (uint32_t bits = 0; bits < 0x42b17218u; bits += 64) { /* 88.722839 */
        for (uint32_t sign = 0; sign < 2; sign++) {
            const uint32_t pattern = bits | sign << 31;

            memcpy(&x[n], &pattern, sizeof(x[n]));
            n += x[n] > -87.33f ? 1 : 0;
        }
        if (n + 2 > MANY) {
            mg_exp(y, x, n);
            for (size_t i = 0; i < n; i++) {
                const double exact = exp((double)x[i]);

                worst = fmax(worst, fabs((double)y[i] - exact) / exact);
            }
            n = 0;
        }
    }
    print_message("exp: largest relative error %.3g\n", worst);
    assert_true(worst > 0.0 && worst <= 2e-7); /* measured 7.9e-8 */
}

static void exp_keeps_the_special_values(void **state)
{
    const float x[8] = {-INFINITY, INFINITY, NAN, 0.0f, -0.0f, -104.1f, 89.5f, -1e30f};
    float y[8];

    (void)state;
    mg_exp(y, x, 8);
    assert_true(y[0] == 0.0f && !signbit(y[0]));
    assert_true(isinf(y[1]) && y[1] > 0.0f);
    assert_true(isnan(y[2]));
    assert_true(y[3] == 1.0f && y[4] == 1.0f);
    assert_true(y[5] == 0.0f);
    assert_true(isinf(y[6]));
    assert_true(y[7] == 0.0f);
}

/* Below the normal numbers the error is one step of 1.4e-45. */
static void exp_underflows_gradually(void **state)
{
    (void)state;
    for (float x = -103.9f; x < -87.4f; x += 0.01f) {
        float y;

        mg_exp(&y, &x, 1);
        assert_close(y, exp((double)x), 3e-45 + 2e-7 * exp((double)x));
    }
}

static void exp_has_the_same_bits_in_every_lane(void **state)
{
    float x[67];
    float together[67];

    (void)state;
    fill(x, 67, 20.0, 1);
    for (size_t n = 1; n <= 67; n++) {
        mg_exp(together, x, n);
        for (size_t i = 0; i < n; i++) {
            float alone;

            mg_exp(&alone, &x[i], 1);
            assert_memory_equal(&alone, &together[i], sizeof(alone));
        }
    }
}

/* A dot product as the layers write it. */
static float dot_in_lanes(const float *x, const float *y, size_t n)
{
    struct mg_lanes total = {0};
    struct mg_lanes a;
    struct mg_lanes b;

    for (size_t i = 0; i < n; i += 8) {
        mg_lanes_load(&a, x + i, n - i);
        mg_lanes_load(&b, y + i, n - i);
        total.v += a.v * b.v;
    }
    return mg_lanes_sum(&total);
}

/* The order that vecmath.h promises, written with scalars. */
static float dot_in_order(const float *x, const float *y, size_t n)
{
    volatile float part[8] = {0};

    for (size_t i = 0; i < n; i++) {
        const float product = x[i] * y[i];

        part[i % 8] = part[i % 8] + product;
    }
    return ((part[0] + part[4]) + (part[2] + part[6])) +
           ((part[1] + part[5]) + (part[3] + part[7]));
}

static void sums_add_in_the_promised_order(void **state)
{
    float x[100];
    float y[100];

    (void)state;
    fill(x, 100, 1.0, 2);
    fill(y, 100, 1.0, 3);
    for (size_t n = 0; n <= 100; n++) {
        double exact = 0.0;
        double squares = 0.0;

        for (size_t i = 0; i < n; i++) {
            exact += (double)x[i] * (double)y[i];
            squares += (double)x[i] * (double)x[i];
        }
        assert_true(dot_in_lanes(x, y, n) == dot_in_order(x, y, n));
        assert_close(dot_in_lanes(x, y, n), exact, 2e-5);
        assert_close(mg_sum_of_squares(x, n), squares, 1e-12);
    }
}

static void add_adds_each_element(void **state)
{
    float x[33];
    float y[33];
    float sum[33];

    (void)state;
    fill(x, 33, 1.0, 4);
    fill(y, 33, 1.0, 5);
    memcpy(sum, y, sizeof(y));
    mg_add(sum, x, 33);
    for (size_t i = 0; i < 33; i++) {
        assert_true(sum[i] == y[i] + x[i]);
    }
}

static void the_largest_is_found_at_any_place(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 20; n++) {
        for (size_t at = 0; at < n; at++) {
            float x[20];

            for (size_t i = 0; i < n; i++) {
                x[i] = -3.0f - (float)i;
            }
            x[at] = -2.0f;
            assert_true(mg_largest(x, n) == -2.0f);
            x[(at + 1) % n] = n > 1 ? NAN : -2.0f; /* passed over */
            assert_true(mg_largest(x, n) == -2.0f);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_is_within_2e_7_of_libm),
        cmocka_unit_test(exp_keeps_the_special_values),
        cmocka_unit_test(exp_underflows_gradually),
        cmocka_unit_test(exp_has_the_same_bits_in_every_lane),
        cmocka_unit_test(sums_add_in_the_promised_order),
        cmocka_unit_test(the_largest_is_found_at_any_place),
        cmocka_unit_test(add_adds_each_element),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

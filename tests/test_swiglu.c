/* test_swiglu.c - the gated unit against its formula in double, and its gradient. */
#include "model/network/swiglu.h"

#include <stdlib.h>

#include "tests/support/test.h"
#include "tests/support/twin.h"

static const size_t SIZES[] = {1, 3, 7, 8, 13, 33};
enum { N_SIZES = sizeof(SIZES) / sizeof(SIZES[0]), ROWS = 3, LARGEST = 33 };

static void formula(double *y, const double *x, const void *ctx)
{
    const size_t hidden = *(const size_t *)ctx;

    for (size_t m = 0; m < ROWS; m++) {
        for (size_t i = 0; i < hidden; i++) {
            const double gate = x[2 * m * hidden + i];

            y[m * hidden + i] = gate / (1.0 + exp(-gate)) * x[(2 * m + 1) * hidden + i];
        }
    }
}

static void forward_is_the_formula(void **state)
{
    (void)state;
    for (size_t s = 0; s < N_SIZES; s++) {
        const size_t hidden = SIZES[s];
        float *x = twin_drawn(2 * ROWS * hidden, 1);
        double exact_x[2 * ROWS * LARGEST];
        double exact[ROWS * LARGEST];
        float y[ROWS * LARGEST];

        for (size_t i = 0; i < 2 * ROWS * hidden; i++) {
            exact_x[i] = (double)x[i];
        }
        formula(exact, exact_x, &hidden);
        mg_swiglu_forward(y, x, ROWS, hidden);
        twin_assert_close(y, exact, ROWS * hidden, 2e-6);
        free(x);
    }
}

static void backward_is_the_differences(void **state)
{
    (void)state;
    for (size_t s = 0; s < N_SIZES; s++) {
        const size_t hidden = SIZES[s];
        float *x = twin_drawn(2 * ROWS * hidden, 2);
        float *d_y = twin_drawn(ROWS * hidden, 3);
        double *exact = twin_gradient(formula, &hidden, x, 2 * ROWS * hidden, d_y, ROWS * hidden);
        float d_x[2 * ROWS * LARGEST];

        mg_swiglu_backward(d_x, d_y, x, ROWS, hidden);
        twin_assert_close(d_x, exact, 2 * ROWS * hidden, 5e-6);
        free(exact);
        free(d_y);
        free(x);
    }
}

static void far_gates_saturate_and_stay_finite(void **state)
{
    const float x[4] = {200.0f, -200.0f, 3.0f, 5.0f}; /* two gates, two ups */
    const float d_y[2] = {1.0f, 1.0f};
    float y[2];
    float d_x[4];

    (void)state;
    mg_swiglu_forward(y, x, 1, 2);
    assert_close(y[0], 600.0, 1e-4);
    assert_close(y[1], 0.0, 1e-30);
    mg_swiglu_backward(d_x, d_y, x, 1, 2);
    assert_close(d_x[0], 3.0, 1e-6);
    assert_close(d_x[1], 0.0, 1e-30);
    assert_close(d_x[2], 200.0, 1e-4);
    assert_close(d_x[3], 0.0, 1e-30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_is_the_formula),
        cmocka_unit_test(backward_is_the_differences),
        cmocka_unit_test(far_gates_saturate_and_stay_finite),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

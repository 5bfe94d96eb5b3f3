/* test_rmsnorm.c - normalisation against its formula in double, and its gradient. */
#include "model/network/rmsnorm.h"

#include <stdlib.h>

#include "tests/support/test.h"
#include "tests/support/twin.h"

static const size_t SIZES[] = {1, 3, 7, 8, 13, 33};
enum { N_SIZES = sizeof(SIZES) / sizeof(SIZES[0]), ROWS = 7, LARGEST = 33 };
static const double EPS = 1e-2; /* large enough to matter in the test */

struct sizes { /* x holds (M, d), then the weight (d) */
    size_t M;
    size_t d;
};

static void formula(double *y, const double *x, const void *ctx)
{
    const struct sizes *sizes = (const struct sizes *)ctx;
    const size_t d = sizes->d;

    for (size_t m = 0; m < sizes->M; m++) {
        double squares = 0.0;

        for (size_t i = 0; i < d; i++) {
            squares += x[m * d + i] * x[m * d + i];
        }
        for (size_t i = 0; i < d; i++) {
            y[m * d + i] = x[m * d + i] / sqrt(squares / (double)d + EPS) * x[sizes->M * d + i];
        }
    }
}

static void forward_is_the_formula(void **state)
{
    (void)state;
    for (size_t s = 0; s < N_SIZES; s++) {
        const struct sizes sizes = {ROWS, SIZES[s]};
        const size_t n = ROWS * sizes.d;
        float *x = twin_drawn(n + sizes.d, 1);
        double exact_x[(ROWS + 1) * LARGEST];
        double exact[ROWS * LARGEST];
        float y[ROWS * LARGEST];
        float rstd[ROWS];

        for (size_t i = 0; i < n + sizes.d; i++) {
            exact_x[i] = (double)x[i];
        }
        formula(exact, exact_x, &sizes);
        mg_rmsnorm_forward(y, rstd, x, x + n, EPS, ROWS, sizes.d);
        twin_assert_close(y, exact, n, 2e-6);
        for (size_t m = 0; m < ROWS; m++) {
            float again[LARGEST];

            mg_rmsnorm_forward(again, rstd, x + m * sizes.d, x + n, EPS, 1, sizes.d);
            assert_memory_equal(again, y + m * sizes.d, sizes.d * sizeof(float));
        }
        free(x);
    }
}

static void backward_adds_the_differences(void **state)
{
    (void)state;
    for (size_t s = 0; s < N_SIZES; s++) {
        const struct sizes sizes = {ROWS, SIZES[s]};
        const size_t n = ROWS * sizes.d;
        float *x = twin_drawn(n + sizes.d, 2);
        float *d_y = twin_drawn(n, 3);
        double *exact = twin_gradient(formula, &sizes, x, n + sizes.d, d_y, n);
        float y[ROWS * LARGEST];
        float rstd[ROWS];
        float *d_x = twin_drawn(n + sizes.d, 4);
        float *before = twin_drawn(n + sizes.d, 4);

        for (size_t i = 0; i < n + sizes.d; i++) {
            exact[i] += (double)before[i];
        }
        mg_rmsnorm_forward(y, rstd, x, x + n, EPS, ROWS, sizes.d);
        mg_rmsnorm_backward(d_x, d_x + n, d_y, x, rstd, x + n, ROWS, sizes.d);
        twin_assert_close(d_x, exact, n + sizes.d, 1e-5);
        free(before);
        free(d_x);
        free(exact);
        free(d_y);
        free(x);
    }
}

static void a_row_of_zeros_stays_zero(void **state)
{
    const float x[13] = {0.0f};
    const float weight[13] = {1.0f};
    float y[13];
    float rstd;

    (void)state;
    mg_rmsnorm_forward(y, &rstd, x, weight, 1e-5, 1, 13);
    for (size_t i = 0; i < 13; i++) {
        assert_true(y[i] == 0.0f);
    }
    assert_close(rstd, 1.0 / sqrt(1e-5), 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_is_the_formula),
        cmocka_unit_test(backward_adds_the_differences),
        cmocka_unit_test(a_row_of_zeros_stays_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

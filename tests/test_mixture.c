/* test_mixture.c - the loss of a mixture of products against its formula in double. */
#include "model/network/mixture.h"

#include <stdlib.h>

#include "tests/support/test.h"
#include "tests/support/twin.h"

/* Three rows of 3, 0 and 2 masked positions; one position of the first is not asked for. */
enum { ROWS = 3, COUNT = 5, R = 3, V = 4 };

static const size_t START[ROWS + 1] = {0, 3, 3, 5};
static const size_t TARGET[COUNT] = {1, 3, 0, 2, 2};
static const float WEIGHT[COUNT] = {0.25f, 0.0f, 0.25f, 0.7f, 0.7f};

static double share(const double *x, size_t n, size_t which)
{
    double total = 0.0;

    for (size_t i = 0; i < n; i++) {
        total += exp(x[i]);
    }
    return exp(x[which]) / total;
}

/* x holds logits (R, COUNT, V) and then mix (ROWS, R). */
static double formula(const double *x)
{
    const double *mix = x + R * COUNT * V;
    double loss = 0.0;

    for (size_t row = 0; row < ROWS; row++) {
        double sum = 0.0;
        double w = 0.0;

        for (size_t r = 0; r < R; r++) {
            double product = share(mix + row * R, R, r);

            for (size_t i = START[row]; i < START[row + 1]; i++) {
                if (WEIGHT[i] > 0.0f) {
                    product *= share(x + (r * COUNT + i) * V, V, TARGET[i]);
                    w = (double)WEIGHT[i];
                }
            }
            sum += product;
        }
        loss -= w * log(sum);
    }
    return loss;
}

enum { N = R * COUNT * V + ROWS * R };

static double loss_of(float *x)
{
    float scratch[COUNT];

    return mg_mixture_loss(x, x + R * COUNT * V, scratch, TARGET, WEIGHT, START, ROWS, R, V);
}

static void loss_and_gradient_are_those_of_the_formula(void **state)
{
    float *x = twin_drawn(N, 3);
    double exact[N];
    double loss;

    (void)state;
    for (size_t i = 0; i < N; i++) {
        exact[i] = (double)x[i];
    }
    loss = formula(exact);
    assert_close(loss_of(x), loss, 1e-6);
    for (size_t i = 0; i < N; i++) {
        const double kept = exact[i];
        double up;

        exact[i] = kept + 1e-5;
        up = formula(exact);
        exact[i] = kept - 1e-5;
        assert_close(x[i], (up - formula(exact)) / 2e-5, 2e-6);
        exact[i] = kept;
    }
    free(x);
}

/* Equal heads: whatever the weights, one product's cross entropy, and the components share it. */
static void equal_heads_are_one_product(void **state)
{
    float *x = twin_drawn(N, 4);
    double expected = 0.0;

    (void)state;
    for (size_t i = COUNT * V; i < R * COUNT * V; i++) {
        x[i] = x[i - COUNT * V];
    }
    for (size_t i = 0; i < COUNT; i++) {
        double logits[V];

        for (size_t v = 0; v < V; v++) {
            logits[v] = (double)x[i * V + v];
        }
        expected -= (double)WEIGHT[i] * log(share(logits, V, TARGET[i]));
    }
    assert_close(loss_of(x), expected, 1e-6);
    for (size_t i = R * COUNT * V; i < N; i++) {
        assert_close(x[i], 0.0, 1e-7);
    }
    free(x);
}

/* Components that exclude what is there by hundreds of nats: no overflow, and the rest answers. */
static void a_component_may_be_out_of_the_question(void **state)
{
    float x[N] = {0};
    const double other = (2.0 / 3.0) * pow(0.25, 2); /* the two others, two asked positions */

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        x[i * V + TARGET[i]] = -700.0f;
    }
    assert_close(loss_of(x), -(0.25 + 0.7) * log(other), 1e-5);
    for (size_t i = 0; i < N; i++) {
        assert_true(isfinite(x[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loss_and_gradient_are_those_of_the_formula),
        cmocka_unit_test(equal_heads_are_one_product),
        cmocka_unit_test(a_component_may_be_out_of_the_question),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

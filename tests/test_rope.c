/* test_rope.c - rotary embedding: half-split, relative, and undone by its inverse. */
#include "model/network/rope.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"
#include "tests/support/twin.h"

enum { T = 13, HEADS = 3, HALF = 5, SIZE = 2 * HALF, STRIDE = HEADS * SIZE + 4 };

static float cosine[T * HALF];
static float sine[T * HALF];

/* Section 1.3 of the checkpoint's code: y[i] = x[i] cos a - x[i + half] sin a, and so on. */
static void turning_is_half_split(void **state)
{
    float *x = twin_drawn(2 * T * STRIDE, 1);
    float *y = twin_drawn(2 * T * STRIDE, 1);

    (void)state;
    mg_rope_table(cosine, sine, 5e5, T, HALF);
    mg_rope_turn(y, STRIDE, cosine, sine, 1.0f, 2 * T, T, HEADS, HALF);
    for (size_t m = 0; m < 2 * T; m++) {
        for (size_t c = 0; c < STRIDE; c++) {
            const size_t i = c % SIZE % HALF;
            const double angle = (double)(m % T) * pow(5e5, -2.0 * (double)i / SIZE);
            const double a = (double)x[m * STRIDE + c / SIZE * SIZE + i];
            double expected = (double)x[m * STRIDE + c]; /* past the heads: untouched */

            if (c < HEADS * SIZE) {
                const double b = (double)x[m * STRIDE + c / SIZE * SIZE + HALF + i];

                expected = c % SIZE < HALF ? a * cos(angle) - b * sin(angle)
                                           : b * cos(angle) + a * sin(angle);
            }
            assert_close(y[m * STRIDE + c], expected, 1e-6);
        }
    }
    free(y);
    free(x);
}

static void turning_back_undoes_it(void **state)
{
    float *x = twin_drawn(T * STRIDE, 2);
    float *y = twin_drawn(T * STRIDE, 2);

    (void)state;
    mg_rope_table(cosine, sine, 1e4, T, HALF);
    mg_rope_turn(y, STRIDE, cosine, sine, 1.0f, T, T, HEADS, HALF);
    mg_rope_turn(y, STRIDE, cosine, sine, -1.0f, T, T, HEADS, HALF);
    for (size_t i = 0; i < T * STRIDE; i++) {
        assert_close(y[i], x[i], 1e-6);
    }
    free(y);
    free(x);
}

/* Su et al. 2021, eq. 1: q at m times k at n depends on n - m alone. */
static void scores_depend_on_the_distance_alone(void **state)
{
    float *q = twin_drawn(SIZE, 3);
    float *k = twin_drawn(SIZE, 4);
    float turned_q[T * SIZE];
    float turned_k[T * SIZE];

    (void)state;
    for (size_t t = 0; t < T; t++) {
        memcpy(turned_q + t * SIZE, q, SIZE * sizeof(float));
        memcpy(turned_k + t * SIZE, k, SIZE * sizeof(float));
    }
    mg_rope_table(cosine, sine, 1e4, T, HALF);
    mg_rope_turn(turned_q, SIZE, cosine, sine, 1.0f, T, T, 1, HALF);
    mg_rope_turn(turned_k, SIZE, cosine, sine, 1.0f, T, T, 1, HALF);
    for (size_t distance = 0; distance < T; distance++) {
        double first = 0.0;

        for (size_t t = 0; t + distance < T; t++) {
            double score = 0.0;

            for (size_t i = 0; i < SIZE; i++) {
                score +=
                    (double)turned_q[t * SIZE + i] * (double)turned_k[(t + distance) * SIZE + i];
            }
            first = t == 0 ? score : first;
            assert_close(score, first, 2e-6);
        }
    }
    free(k);
    free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turning_is_half_split),
        cmocka_unit_test(turning_back_undoes_it),
        cmocka_unit_test(scores_depend_on_the_distance_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

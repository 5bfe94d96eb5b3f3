/* test_attention.c - attention against its formula in double, its gradient, and its symmetries. */
#include "model/network/attention.h"

#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "tests/support/test.h"
#include "tests/support/twin.h"

static const struct mg_attention_shape SHAPES[] = {
    {1, 1, 2, false, 0, false, 0, 0},  {3, 3, 2, true, 0, false, 0, 0},
    {7, 1, 7, false, 0, false, 0, 0},  {13, 2, 3, true, 0, false, 0, 0},
    {6, 2, 16, false, 0, true, 0, 0},  {33, 1, 8, false, 0, false, 0, 0},
    {8, 2, 13, false, 0, false, 0, 0}, {17, 1, 33, true, 0, true, 0, 0},
    {13, 2, 3, false, 1, false, 0, 0}, {12, 2, 4, false, 2, true, 0, 0},
    {9, 1, 8, true, 3, true, 0, 0},    {17, 1, 5, false, 40, true, 0, 0},
    {11, 2, 3, true, 2, false, 0, 0},  {12, 2, 3, false, 0, false, 4, 0},
    {13, 2, 4, false, 0, true, 3, 0},  {13, 1, 4, false, 2, true, 4, 0},
};
enum { N_SHAPES = sizeof(SHAPES) / sizeof(SHAPES[0]), ROWS = 2 };

/* What position i sees, as attention.h has it. */
static bool sees(const struct mg_attention_shape *shape, size_t i, size_t j)
{
    const size_t apart = i > j ? i - j : j - i;

    const size_t first = shape->bos ? 1 : 0;

    if (shape->causal && j > i) {
        return false;
    }
    if (shape->block > 0 && j > i &&
        (i < first || (j - first) / shape->block != (i - first) / shape->block)) {
        return false;
    }
    if (shape->window == 0 || apart == 0) {
        return true;
    }
    if (shape->bos && (i == 0 || j == 0)) {
        return j == 0;
    }
    return apart <= shape->window;
}

static void formula_row(double *out, const double *qkv, const struct mg_attention_shape *shape,
                        size_t h, size_t i)
{
    const size_t d = shape->heads * shape->size;
    double share[64];
    double total = 0.0;

    for (size_t j = 0; j < shape->length; j++) {
        double score = 0.0;

        for (size_t c = h * shape->size; c < (h + 1) * shape->size; c++) {
            score += qkv[i * 3 * d + c] * qkv[j * 3 * d + d + c];
        }
        share[j] = sees(shape, i, j) ? exp(score / sqrt((double)shape->size)) : 0.0;
        total += share[j];
    }
    for (size_t c = h * shape->size; c < (h + 1) * shape->size; c++) {
        out[i * d + c] = 0.0;
        for (size_t j = 0; j < shape->length; j++) {
            out[i * d + c] += share[j] / total * qkv[j * 3 * d + 2 * d + c];
        }
    }
}

static void formula(double *out, const double *qkv, const void *ctx)
{
    const struct mg_attention_shape *shape = (const struct mg_attention_shape *)ctx;
    const size_t one = shape->length * shape->heads * shape->size;

    for (size_t r = 0; r < ROWS; r++) {
        for (size_t h = 0; h < shape->heads; h++) {
            for (size_t i = 0; i < shape->length; i++) {
                formula_row(out + r * one, qkv + r * 3 * one, shape, h, i);
            }
        }
    }
}

static void forward_is_the_formula(void **state)
{
    (void)state;
    for (size_t s = 0; s < N_SHAPES; s++) {
        const size_t n = ROWS * SHAPES[s].length * SHAPES[s].heads * SHAPES[s].size;
        float *qkv = twin_drawn(3 * n, 1);
        float *out = twin_drawn(n, 2);
        float *scratch = (float *)mg_allocate(mg_attention_scratch_size(&SHAPES[s]), sizeof(float));
        double *exact_qkv = (double *)mg_allocate(3 * n, sizeof(double));
        double *exact = (double *)mg_allocate(n, sizeof(double));

        for (size_t i = 0; i < 3 * n; i++) {
            exact_qkv[i] = (double)qkv[i];
        }
        formula(exact, exact_qkv, &SHAPES[s]);
        mg_attention_forward(out, NULL, qkv, scratch, &SHAPES[s], ROWS);
        twin_assert_close(out, exact, n, 3e-6);
        mg_attention_forward(out, NULL, qkv, scratch, &SHAPES[s],
                             ROWS); /* used scratch does no harm */
        twin_assert_close(out, exact, n, 3e-6);
        free(exact);
        free(exact_qkv);
        free(scratch);
        free(out);
        free(qkv);
    }
}

static void backward_is_the_differences(void **state)
{
    (void)state;
    for (size_t s = 0; s < N_SHAPES; s++) {
        const size_t n = ROWS * SHAPES[s].length * SHAPES[s].heads * SHAPES[s].size;
        float *qkv = twin_drawn(3 * n, 3);
        float *d_out = twin_drawn(n, 4);
        float *d_qkv = twin_drawn(3 * n, 5);
        float *scratch = (float *)mg_allocate(mg_attention_scratch_size(&SHAPES[s]), sizeof(float));
        float *probs = (float *)mg_allocate(
            ROWS * SHAPES[s].heads * mg_attention_probs_size(&SHAPES[s]), sizeof(float));
        float *out = (float *)mg_allocate(n, sizeof(float));
        double *exact = twin_gradient(formula, &SHAPES[s], qkv, 3 * n, d_out, n);

        mg_attention_forward(out, probs, qkv, scratch, &SHAPES[s], ROWS);
        mg_attention_backward(d_qkv, d_out, qkv, probs, scratch, &SHAPES[s], ROWS);
        twin_assert_close(d_qkv, exact, 3 * n, 2e-5);
        free(exact);
        free(out);
        free(probs);
        free(scratch);
        free(d_qkv);
        free(d_out);
        free(qkv);
    }
}

/* Scores of thousands: the softmax is a point mass, not an overflow. */
static void large_scores_do_not_overflow(void **state)
{
    const struct mg_attention_shape shape = {.length = 7, .heads = 1, .size = 2};
    float *scratch = (float *)mg_allocate(mg_attention_scratch_size(&shape), sizeof(float));
    float qkv[7 * 6];
    float out[7 * 2];

    (void)state;
    for (size_t t = 0; t < 7; t++) {
        const float row[6] = {100.0f, 0.0f, (float)t * 100.0f, 0.0f, (float)t, 1.0f};

        memcpy(qkv + 6 * t, row, sizeof(row));
    }
    mg_attention_forward(out, NULL, qkv, scratch, &shape, 1);
    for (size_t t = 0; t < 7; t++) {
        assert_close(out[2 * t], 6.0, 1e-6);
        assert_close(out[2 * t + 1], 1.0, 1e-6);
    }
    free(scratch);
}

static void causal_attention_does_not_see_the_right(void **state)
{
    const struct mg_attention_shape shape = {.length = 9, .heads = 2, .size = 4, .causal = true};
    const size_t d = 8;
    float *scratch = (float *)mg_allocate(mg_attention_scratch_size(&shape), sizeof(float));
    float *qkv = twin_drawn(9 * 3 * d, 6);
    float before[9 * 8];
    float after[9 * 8];

    (void)state;
    mg_attention_forward(before, NULL, qkv, scratch, &shape, 1);
    for (size_t i = 5 * 3 * d; i < 9 * 3 * d; i++) {
        qkv[i] += 1.0f;
    }
    mg_attention_forward(after, NULL, qkv, scratch, &shape, 1);
    assert_memory_equal(before, after, 5 * d * sizeof(float));
    assert_memory_not_equal(before + 5 * d, after + 5 * d, d * sizeof(float));
    free(qkv);
    free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_is_the_formula),
        cmocka_unit_test(backward_is_the_differences),
        cmocka_unit_test(large_scores_do_not_overflow),
        cmocka_unit_test(causal_attention_does_not_see_the_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

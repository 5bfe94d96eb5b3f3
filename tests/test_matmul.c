/* test_matmul.c - matrix products against naive loops in double; rows that stand for themselves. */
#include "model/numeric/matmul.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "model/numeric/philox.h"
#include "model/numeric/tile.h"
#include "tests/support/test.h"

static const size_t SIZES[] = {1, 3, 6, 7, 13, 16, 33};
enum {
    N_SIZES = sizeof(SIZES) / sizeof(SIZES[0]),
    LARGEST = 33,
    TRIPLES = N_SIZES * N_SIZES * N_SIZES
};

static float *drawn(size_t n, uint32_t number)
{
    struct mg_rng rng = mg_rng_at((struct mg_stream){{5, 6}}, number, 0);
    float *x = (float *)mg_allocate(n, sizeof(*x));

    for (size_t i = 0; i < n; i++) {
        x[i] = (float)mg_rng_normal(&rng);
    }
    return x;
}

/* c (M, N) = A B (+ add) in double; A (M, K), B (K, N) with any strides. */
static void assert_product(const float *c, const float *add, const float *a, size_t a_row,
                           size_t a_column, const float *b, size_t b_row, size_t b_column, size_t M,
                           size_t N, size_t K)
{
    for (size_t m = 0; m < M; m++) {
        for (size_t n = 0; n < N; n++) {
            double sum = add != NULL ? (double)add[m * N + n] : 0.0;

            for (size_t k = 0; k < K; k++) {
                sum += (double)a[m * a_row + k * a_column] * (double)b[k * b_row + n * b_column];
            }
            assert_close(c[m * N + n], sum, 1e-5); /* measured 4e-6 at K = 33 */
        }
    }
}

static void forward_is_the_product(void **state)
{
    float *x = drawn(LARGEST * LARGEST, 1);
    float *W = drawn(LARGEST * LARGEST, 2);
    float *add = drawn(LARGEST * LARGEST, 3);
    float *y = drawn(LARGEST * LARGEST, 4);
    float *packed = drawn(mg_matmul_packed_size(LARGEST, LARGEST), 5);

    (void)state;
    for (size_t i = 0; i < TRIPLES; i++) {
        const size_t M = SIZES[i % N_SIZES];
        const size_t N = SIZES[i / N_SIZES % N_SIZES];
        const size_t K = SIZES[i / N_SIZES / N_SIZES];

        mg_matmul_pack(packed, W, N, K);
        mg_matmul_forward(y, NULL, x, packed, M, N, K);
        assert_product(y, NULL, x, K, 1, W, 1, K, M, N, K);
        mg_matmul_forward(y, add, x, packed, M, N, K);
        assert_product(y, add, x, K, 1, W, 1, K, M, N, K);
    }
    free(packed);
    free(y);
    free(add);
    free(W);
    free(x);
}

static void forward_adds_in_place(void **state)
{
    float *x = drawn(13 * 7, 6);
    float *W = drawn(33 * 7, 7);
    float *y = drawn(13 * 33, 8);
    float *old = drawn(13 * 33, 8);
    float *packed = drawn(mg_matmul_packed_size(33, 7), 9);

    (void)state;
    mg_matmul_pack(packed, W, 33, 7);
    mg_matmul_forward(y, y, x, packed, 13, 33, 7);
    assert_product(y, old, x, 7, 1, W, 1, 7, 13, 33, 7);
    free(packed);
    free(old);
    free(y);
    free(W);
    free(x);
}

static void backward_products_are_the_transposes(void **state)
{
    float *x = drawn(LARGEST * LARGEST, 10);
    float *W = drawn(LARGEST * LARGEST, 11);
    float *d_y = drawn(LARGEST * LARGEST, 12);
    float *out = drawn(LARGEST * LARGEST, 13);

    (void)state;
    for (size_t i = 0; i < TRIPLES; i++) {
        const size_t M = SIZES[i % N_SIZES];
        const size_t N = SIZES[i / N_SIZES % N_SIZES];
        const size_t K = SIZES[i / N_SIZES / N_SIZES];

        mg_matmul_backward_input(out, d_y, W, M, N, K);
        assert_product(out, NULL, d_y, N, 1, W, K, 1, M, K, N);
        mg_matmul_backward_weight(out, d_y, x, M, N, K);
        assert_product(out, NULL, d_y, 1, N, x, K, 1, N, K, M);
    }
    mg_matmul_backward_weight(out, d_y, x, 0, 3, 7);
    for (size_t i = 0; i < 21; i++) {
        assert_true(out[i] == 0.0f);
    }
    free(out);
    free(d_y);
    free(W);
    free(x);
}

/* A row alone, and the same row at every place of every batch of up to 200: the same bits. */
static void a_row_does_not_depend_on_the_batch(void **state)
{
    static const size_t SHAPES[][2] = {{96, 32}, {8, 32}, {33, 7}, {688, 256}, {128, 344}};

    (void)state;
    for (size_t s = 0; s < sizeof(SHAPES) / sizeof(SHAPES[0]); s++) {
        const size_t N = SHAPES[s][0];
        const size_t K = SHAPES[s][1];
        float *x = drawn(200 * K, 14);
        float *W = drawn(N * K, 15);
        float *alone = drawn(200 * N, 16);
        float *y = drawn(200 * N, 17);
        float *packed = drawn(mg_matmul_packed_size(N, K), 18);

        mg_matmul_pack(packed, W, N, K);
        for (size_t m = 0; m < 200; m++) {
            mg_matmul_forward(alone + m * N, NULL, x + m * K, packed, 1, N, K);
        }
        for (size_t M = 1; M <= 200; M += (M < 20 ? 1 : 37)) {
            mg_matmul_forward(y, NULL, x, packed, M, N, K);
            assert_memory_equal(y, alone, M * N * sizeof(*y));
        }
        free(packed);
        free(y);
        free(alone);
        free(W);
        free(x);
    }
}

/* The contract of tile.h: one chain over k, fused in the AVX2 kernel, not in the portable one. */
static void every_kernel_is_one_chain_over_k(void **state)
{
    const size_t M = 13;
    const size_t N = 40;
    const size_t K = 29;
    float *a = drawn(M * K, 19);
    float *b = drawn(K * N, 20);
    float *c = drawn(M * N, 21);
    size_t n_kernels;
    const struct mg_tile_kernel *kernels = mg_tile_kernels(&n_kernels);

    (void)state;
    assert_string_equal(kernels[n_kernels - 1].name, "portable-2x16");
    for (size_t i = 0; i < n_kernels; i++) {
        const bool fused = strstr(kernels[i].name, "fma") != NULL;

        kernels[i].product(c, N, NULL, (struct mg_left){a, 1, M}, (struct mg_right){b, 16, N}, M, N,
                           K);
        for (size_t m = 0; m < M; m++) {
            for (size_t n = 0; n < N; n++) {
                volatile float sum = 0.0f;

                for (size_t k = 0; k < K; k++) {
                    const volatile float product = a[k * M + m] * b[k * N + n];

                    sum = fused ? fmaf(a[k * M + m], b[k * N + n], sum) : sum + product;
                }
                assert_true(c[m * N + n] == sum);
            }
        }
    }
    free(c);
    free(b);
    free(a);
}

static void start_pins_blas_to_one_thread(void **state)
{
    struct mg_error err = {0};
    struct mg_matmul_report report;

    (void)state;
    assert_int_equal(mg_matmul_start(1, &err), MG_OK);
    report = mg_matmul_report();
    assert_int_equal(report.blas_threads, 1);
    assert_non_null(strstr(report.blas_config, "OpenBLAS"));
    print_message("%s; %s; %s\n", report.kernel, report.blas_core, report.blas_config);
}

static void several_threads_need_the_pthread_build(void **state)
{
    struct mg_error err = {0};
    const bool able = strcmp(mg_matmul_report().blas_kind, "pthread") == 0;

    (void)state;
    assert_int_equal(mg_matmul_start(2, &err), able ? MG_OK : MG_EENVIRONMENT);
    assert_true(able == (err.text[0] == '\0'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_is_the_product),
        cmocka_unit_test(forward_adds_in_place),
        cmocka_unit_test(backward_products_are_the_transposes),
        cmocka_unit_test(a_row_does_not_depend_on_the_batch),
        cmocka_unit_test(every_kernel_is_one_chain_over_k),
        cmocka_unit_test(start_pins_blas_to_one_thread),
        cmocka_unit_test(several_threads_need_the_pthread_build),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

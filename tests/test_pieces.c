/* test_pieces.c - products over borrowed rows: the bits of packed ones, in every type. */
#include "model/numeric/pieces.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "model/numeric/matmul.h"
#include "model/numeric/philox.h"
#include "model/numeric/tile.h"
#include "tests/support/test.h"

static const struct mg_stream STREAM = {{5, 6}};

static float *draw(size_t n, uint32_t purpose)
{
    float *values = (float *)mg_allocate(n, sizeof(*values));
    struct mg_rng rng = mg_rng_at(STREAM, 0, purpose);

    for (size_t i = 0; i < n; i++) {
        values[i] = (float)mg_rng_normal(&rng);
    }
    return values;
}

/* The upper half of each float, which is its bfloat16 cut off; values becomes what that means. */
static unsigned char *cut_to_bf16(float *values, size_t n)
{
    unsigned char *bytes = (unsigned char *)mg_allocate(n, 2);

    for (size_t i = 0; i < n; i++) {
        uint32_t bits;

        memcpy(&bits, &values[i], sizeof(bits));
        bytes[2 * i] = (unsigned char)(bits >> 16);
        bytes[2 * i + 1] = (unsigned char)(bits >> 24);
        bits &= 0xffff0000u;
        memcpy(&values[i], &bits, sizeof(bits));
    }
    return bytes;
}

/* Of all 2^16 patterns, by the definition of IEEE 754: sign, exponent, fraction. */
static void every_binary16_is_widened_exactly(void **state)
{
    uint16_t halves[1 << 16];
    float *values = (float *)mg_allocate(1 << 16, sizeof(*values));

    (void)state;
    for (unsigned i = 0; i < 1u << 16; i++) {
        halves[i] = (uint16_t)i;
    }
    mg_widen(values, halves, MG_F16, 1 << 16);
    for (unsigned i = 0; i < 1u << 16; i++) {
        const int exponent = (int)(i >> 10 & 31);
        const int fraction = (int)(i & 1023);
        double wanted =
            exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25);

        if (exponent == 31) {
            if (fraction != 0) {
                assert_true(isnan(values[i]));
                continue;
            }
            wanted = (double)INFINITY;
        }
        assert_true((double)values[i] == (i >> 15 ? -wanted : wanted));
        assert_int_equal(signbit(values[i]) != 0, i >> 15);
    }
    free(values);
}

static void every_bfloat16_is_the_upper_half_of_a_float(void **state)
{
    uint16_t halves[1 << 16];
    float *values = (float *)mg_allocate(1 << 16, sizeof(*values));

    (void)state;
    for (unsigned i = 0; i < 1u << 16; i++) {
        halves[i] = (uint16_t)i;
    }
    mg_widen(values, halves, MG_BF16, 1 << 16);
    for (unsigned i = 0; i < 1u << 16; i++) {
        const uint32_t bits = i << 16;

        assert_memory_equal(&values[i], &bits, sizeof(bits));
    }
    free(values);
}

static void rounding_to_bfloat16_takes_the_nearest_even(void **state)
{
    /* 1 + 2^-8 lies between 1 and 1 + 2^-7, 1 + 3 * 2^-8 between the next two. */
    float values[] = {1.0f, 1.00390625f, 1.01171875f, 1.0040f, -1.00390625f, 0.0f};
    const float wanted[] = {1.0f, 1.0f, 1.015625f, 1.0078125f, -1.0f, 0.0f};

    (void)state;
    mg_round_bf16(values, 6);
    assert_memory_equal(values, wanted, sizeof(values));
}

static const struct {
    size_t M, N, K;
} SIZES[] = {{1, 1, 1},      {1, 48, 256},  {8, 49, 257},  {9, 7, 300},    {16, 100, 512},
             {33, 144, 600}, {130, 50, 31}, {3, 97, 1030}, {193, 49, 260}, {401, 20, 300}};
enum { N_SIZES = sizeof(SIZES) / sizeof(SIZES[0]) };

static void pieces_give_the_bits_of_packed_weights(void **state)
{
    (void)state;
    for (size_t s = 0; s < N_SIZES; s++) {
        const size_t M = SIZES[s].M;
        const size_t N = SIZES[s].N;
        const size_t K = SIZES[s].K;
        float *x = draw(M * K, 1);
        float *W = draw(N * K, 2);
        float *add = draw(M * N, 3);
        unsigned char *bytes = cut_to_bf16(W, N * K);
        unsigned char *odd = (unsigned char *)mg_allocate(4 * N * K + 1, 1);
        float *packed = (float *)mg_allocate(mg_matmul_packed_size(N, K), sizeof(float));
        float *wanted = (float *)mg_allocate(M * N, sizeof(float));
        float *y = (float *)mg_allocate(M * N, sizeof(float));

        memcpy(odd + 1, W, 4 * N * K); /* not aligned */
        mg_matmul_pack(packed, W, N, K);
        for (int with_add = 0; with_add < 2; with_add++) {
            mg_matmul_forward(wanted, with_add ? add : NULL, x, packed, M, N, K);
            for (size_t threads = 1; threads <= 3; threads++) {
                const size_t cut = N / 3;
                const struct mg_piece pieces[] = {{bytes, MG_BF16, cut},
                                                  {odd + 1 + 4 * cut * K, MG_F32, N - cut}};
                float *room = (float *)mg_allocate(mg_pieces_room(M, K, threads), sizeof(float));
                struct mg_pool *pool = mg_pool_new(threads);

                memset(y, 0xff, M * N * sizeof(*y));
                mg_pieces_product(y, with_add ? add : NULL, x, pieces, 2, M, N, K, room, pool);
                assert_memory_equal(y, wanted, M * N * sizeof(*y));
                mg_pool_free(pool);
                free(room);
            }
        }
        free(y);
        free(wanted);
        free(packed);
        free(odd);
        free(bytes);
        free(add);
        free(W);
        free(x);
    }
}

/* The longest sums here have 1030 terms of variance 1: up to 100, and seen within 9e-5. */
static void the_product_is_the_sum_in_double(void **state)
{
    (void)state;
    for (size_t s = 0; s < N_SIZES; s++) {
        const size_t M = SIZES[s].M;
        const size_t N = SIZES[s].N;
        const size_t K = SIZES[s].K;
        float *x = draw(M * K, 1);
        float *W = draw(N * K, 2);
        const struct mg_piece piece = {W, MG_F32, N};
        float *y = (float *)mg_allocate(M * N, sizeof(float));
        float *room = (float *)mg_allocate(mg_pieces_room(M, K, 1), sizeof(float));
        struct mg_pool *pool = mg_pool_new(1);

        mg_pieces_product(y, NULL, x, &piece, 1, M, N, K, room, pool);
        for (size_t m = 0; m < M; m++) {
            for (size_t n = 0; n < N; n++) {
                double sum = 0.0;

                for (size_t k = 0; k < K; k++) {
                    sum += (double)x[m * K + k] * (double)W[n * K + k];
                }
                assert_close(y[m * N + n], sum, 3e-4);
            }
        }
        mg_pool_free(pool);
        free(room);
        free(y);
        free(W);
        free(x);
    }
}

static void each_kernel_goes_on_with_a_chain(void **state)
{
    enum { K = MG_TILE_DEPTH, ROWS = MG_TILE_ROWS };
    size_t n;
    const struct mg_tile_kernel *kernels = mg_tile_kernels(&n);
    float *a = draw(2 * ROWS * K, 1);
    float *b = draw(2 * K * 16, 2);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        const size_t depths[] = {K, 7};
        float c[ROWS * 16] = {0};

        for (size_t part = 0; part < 2; part++) {
            kernels[i].extend(c, a + part * ROWS * K, b + part * K * 16, 16, depths[part]);
        }
        for (size_t r = 0; r < ROWS; r++) {
            for (size_t j = 0; j < 16; j++) {
                double sum = 0.0;

                for (size_t k = 0; k < K + 7; k++) {
                    const size_t part = k / K;

                    sum += (double)a[part * ROWS * K + r * K + k % K] * (double)b[k * 16 + j];
                }
                assert_close(c[r * 16 + j], sum, 3e-5);
            }
        }
    }
    free(b);
    free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_binary16_is_widened_exactly),
        cmocka_unit_test(every_bfloat16_is_the_upper_half_of_a_float),
        cmocka_unit_test(rounding_to_bfloat16_takes_the_nearest_even),
        cmocka_unit_test(pieces_give_the_bits_of_packed_weights),
        cmocka_unit_test(the_product_is_the_sum_in_double),
        cmocka_unit_test(each_kernel_goes_on_with_a_chain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

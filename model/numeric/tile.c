/* tile.c - see tile.h; the loops are in tile_body.h. */
#include "model/numeric/tile.h"

#include <stdbool.h>
#include <string.h>

enum { BLOCK_ROWS = 96 }; /* whole tiles of 6; 96 rows of 256 floats are 96 KiB */

typedef float eight __attribute__((vector_size(32)));

/* Plain C: eight lanes are whatever the compiler makes of them; two rows fit 16 SSE registers. */
#define BODY(name) portable_##name
#define BODY_TARGET
#define BODY_ROWS            2
#define BODY_MADD(acc, x, b) ((acc) += (x) * (b))
#include "model/numeric/tile_body.h"
#undef BODY
#undef BODY_TARGET
#undef BODY_ROWS
#undef BODY_MADD

#if defined(__x86_64__)
#include <immintrin.h>

/* 6 x 16 accumulators use 12 of the 16 AVX registers. */
#define BODY(name)  avx2_##name
#define BODY_TARGET __attribute__((target("avx2,fma")))
#define BODY_ROWS   6
#define BODY_MADD(acc, x, b)                                                                       \
    ((acc) = (eight)_mm256_fmadd_ps((__m256)(x), (__m256)(b), (__m256)(acc)))
#include "model/numeric/tile_body.h"
#undef BODY
#undef BODY_TARGET
#undef BODY_ROWS
#undef BODY_MADD
#endif

static const struct mg_tile_kernel KERNELS[] = {
#if defined(__x86_64__)
    {"avx2-fma-6x16", avx2_product, avx2_extend},
#endif
    {"portable-2x16", portable_product, portable_extend},
};

const struct mg_tile_kernel *mg_tile_kernels(size_t *n)
{
    const size_t count = sizeof(KERNELS) / sizeof(KERNELS[0]);
    size_t first = 0;

#if defined(__x86_64__)
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
        first = 1;
    }
#endif
    *n = count - first;
    return KERNELS + first;
}

const struct mg_tile_kernel *mg_tile_kernel(void)
{
    size_t n;

    return mg_tile_kernels(&n);
}

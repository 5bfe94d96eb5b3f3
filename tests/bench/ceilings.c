/* ceilings.c - what the machine can do at this moment: arithmetic, sgemm, memory, two cores. */
#include <cblas.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "model/numeric/arena.h"
#include "tests/bench/bench.h"

enum { CHAINS = 10, SQUARE = 2048, COPY_BYTES = 64 << 20 };

static const double TURN_S = 0.03;

/* One thread of a measurement: does work until TURN_S are over and says how much a second. */
struct lane {
    double (*work)(void *memory);
    void *memory; /* its own */
    double rate;
};

static void *lane_main(void *argument)
{
    struct lane *lane = (struct lane *)argument;
    const double begin_s = bench_now_s();
    double done = 0;
    double s = 0;

    while (s < TURN_S) {
        done += lane->work(lane->memory);
        s = bench_now_s() - begin_s;
    }
    lane->rate = done / s;
    return NULL;
}

/* Work a second of `threads` threads at once, the caller's counted in; bytes of memory for each. */
static double rate_of(double (*work)(void *), size_t bytes, size_t threads)
{
    struct lane lanes[BENCH_THREADS];
    pthread_t others[BENCH_THREADS];
    double rate = 0;

    for (size_t i = 0; i < threads; i++) {
        lanes[i] = (struct lane){work, bytes == 0 ? NULL : malloc(bytes), 0};
        if (bytes > 0) {
            memset(lanes[i].memory, 1, bytes); /* or its first use would be timed */
        }
    }
    for (size_t i = 1; i < threads; i++) {
        if (pthread_create(&others[i], NULL, lane_main, &lanes[i]) != 0) {
            abort();
        }
    }
    (void)lane_main(&lanes[0]);
    for (size_t i = 1; i < threads; i++) {
        pthread_join(others[i], NULL);
    }
    for (size_t i = 0; i < threads; i++) {
        rate += lanes[i].rate;
        free(lanes[i].memory);
    }
    return rate;
}

#if defined(__x86_64__)
/* Independent chains, so that the latency of a product is hidden. Returns GFLOP. */
#define FMA_LOOP(name, isa, vector, set1, fmadd, width)                                            \
    __attribute__((target(isa))) static double name(void *memory)                                  \
    {                                                                                              \
        enum { ROUNDS = 100000 };                                                                  \
        const vector x = set1(0.999f);                                                             \
        vector sum[CHAINS];                                                                        \
        (void)memory;                                                                              \
        for (int i = 0; i < CHAINS; i++) {                                                         \
            sum[i] = set1((float)i);                                                               \
        }                                                                                          \
        for (int r = 0; r < ROUNDS; r++) {                                                         \
            _Pragma("GCC unroll 10") for (int i = 0; i < CHAINS; i++)                              \
            {                                                                                      \
                sum[i] = fmadd(sum[i], x, x);                                                      \
                __asm__ volatile("" : "+x"(sum[i]));                                               \
            }                                                                                      \
        }                                                                                          \
        return 1e-9 * ROUNDS * CHAINS * 2 * (width);                                               \
    }
FMA_LOOP(fma_256, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps, 8)
FMA_LOOP(fma_512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps, 16)
#endif

double bench_fma_gflops(size_t threads)
{
    double best = (double)NAN;

#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        best = rate_of(fma_256, 0, threads);
    }
    if (__builtin_cpu_supports("avx512f")) {
        best = fmax(best, rate_of(fma_512, 0, threads));
    }
#endif
    (void)threads;
    return best;
}

double bench_sgemm_gflops(size_t threads)
{
    static float *a, *b, *c; /* kept: a page touched for the first time is slow */
    const size_t count = (size_t)SQUARE * SQUARE;
    double begin_s;

    if (a == NULL) {
        a = (float *)mg_allocate(count, sizeof(float));
        b = (float *)mg_allocate(count, sizeof(float));
        c = (float *)mg_allocate(count, sizeof(float));
        for (size_t i = 0; i < count; i++) {
            a[i] = (float)(i % 7) - 3;
            b[i] = (float)(i % 5) - 2;
            c[i] = 0;
        }
    }
    openblas_set_num_threads((int)threads);
    begin_s = bench_now_s();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SQUARE, SQUARE, SQUARE, 1, a, SQUARE, b,
                SQUARE, 0, c, SQUARE);
    begin_s = bench_now_s() - begin_s;
    openblas_set_num_threads(1);
    return 2e-9 * SQUARE * SQUARE * SQUARE / begin_s;
}

static double copy_once(void *memory)
{
    unsigned char *bytes = (unsigned char *)memory;

    memcpy(bytes, bytes + COPY_BYTES, COPY_BYTES);
    __asm__ volatile("" : : "r"(bytes) : "memory");
    return 2e-9 * COPY_BYTES;
}

double bench_copy_gbytes(size_t threads)
{
    return rate_of(copy_once, 2 * (size_t)COPY_BYTES, threads);
}

/* A chain of additions, each in need of the one before. */
static double add_chain(void *memory)
{
    enum { ADDS = 100000 };
    uint64_t x = 0;

    (void)memory;
    for (int i = 0; i < ADDS; i++) {
        x += 3;
        __asm__ volatile("" : "+r"(x));
    }
    return 1e-9 * ADDS;
}

double bench_two_core_scaling(void)
{
    const double alone = rate_of(add_chain, 0, 1);

    return rate_of(add_chain, 0, 2) / alone;
}

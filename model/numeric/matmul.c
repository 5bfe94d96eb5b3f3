/* matmul.c - see matmul.h; the only file that includes cblas.h. */
#include "model/numeric/matmul.h"

#include <assert.h>
#include <cblas.h>
#include <limits.h>
#include <string.h>

#include "model/numeric/tile.h"

enum { PANEL = 16 };

static const char *const KINDS[] = {"serial", "pthread", "openmp"};

enum mg_status mg_matmul_start(size_t threads, struct mg_error *err)
{
    const int kind = openblas_get_parallel();

    if (threads > 1 && kind != OPENBLAS_THREAD) {
        return mg_fail(err, MG_EENVIRONMENT,
                       "%zu threads need the pthread build of OpenBLAS, and the %s build is loaded "
                       "(install libopenblas0-pthread, or use one thread)",
                       threads, KINDS[kind]);
    }
    openblas_set_num_threads(1);
    return MG_OK;
}

struct mg_matmul_report mg_matmul_report(void)
{
    return (struct mg_matmul_report){
        .kernel = mg_tile_kernel()->name,
        .blas_config = openblas_get_config(),
        .blas_core = openblas_get_corename(),
        .blas_kind = KINDS[openblas_get_parallel()],
        .blas_threads = openblas_get_num_threads(),
    };
}

size_t mg_matmul_packed_size(size_t N, size_t K)
{
    return (N + PANEL - 1) / PANEL * PANEL * K;
}

void mg_matmul_pack(float *packed, const float *W, size_t N, size_t K)
{
    for (size_t n = 0; n < N; n += PANEL) {
        float *panel = packed + n * K;
        const size_t columns = N - n < PANEL ? N - n : PANEL;

        if (columns < PANEL) {
            memset(panel, 0, PANEL * K * sizeof(*panel));
        }
        for (size_t j = 0; j < columns; j++) {
            for (size_t k = 0; k < K; k++) {
                panel[k * PANEL + j] = W[(n + j) * K + k];
            }
        }
    }
}

void mg_matmul_forward(float *y, const float *add, const float *x, const float *packed, size_t M,
                       size_t N, size_t K)
{
    const struct mg_left a = {x, K, 1};
    const struct mg_right b = {packed, PANEL * K, PANEL};

    mg_tile_kernel()->product(y, N, add, a, b, M, N, K);
}

static blasint as_blas(size_t size)
{
    assert(size <= INT_MAX);
    return (blasint)size;
}

void mg_matmul_backward_input(float *d_x, const float *d_y, const float *W, size_t M, size_t N,
                              size_t K)
{
    if (M == 0) {
        return;
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, as_blas(M), as_blas(K), as_blas(N), 1.0f,
                d_y, as_blas(N), W, as_blas(K), 0.0f, d_x, as_blas(K));
}

void mg_matmul_backward_weight(float *d_W, const float *d_y, const float *x, size_t M, size_t N,
                               size_t K)
{
    if (M == 0) {
        memset(d_W, 0, N * K * sizeof(*d_W));
        return;
    }
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, as_blas(N), as_blas(K), as_blas(M), 1.0f,
                d_y, as_blas(N), x, as_blas(K), 0.0f, d_W, as_blas(K));
}

/*
 * matmul.h - matrix products of the layers: own kernel forward, OpenBLAS backward.
 *
 * All matrices are row-major floats. A weight W is (N, K), outputs by inputs. Forward uses the
 * tile kernels, for OpenBLAS's rows depend on their place in the batch (measured: 64 of 99 shapes
 * on its Haswell and Zen kernels) and a prediction must not. Backward products see a fixed batch,
 * so BLAS serves there, always on one thread: its bits depend on the number of threads.
 */
#ifndef MG_NUMERIC_MATMUL_H
#define MG_NUMERIC_MATMUL_H

#include <stddef.h>

#include "model/numeric/error.h"

/*
 * Pin OpenBLAS to one thread; call once at the start, before any product. MG_EENVIRONMENT when
 * more than one own thread is asked for and the OpenBLAS that was loaded cannot be called from
 * several (its serial build is not thread safe; its OpenMP build keeps a thread count for each).
 */
enum mg_status mg_matmul_start(size_t threads, struct mg_error *err);

/* What does the arithmetic, for provenance; strings live as long as the process. */
struct mg_matmul_report {
    const char *kernel;      /* forward kernel, "avx2-fma-6x16" */
    const char *blas_config; /* openblas_get_config() */
    const char *blas_core;   /* openblas_get_corename(): another one may give other bits */
    const char *blas_kind;   /* "serial", "pthread" or "openmp" */
    int blas_threads;        /* 1 after mg_matmul_start */
};

struct mg_matmul_report mg_matmul_report(void);

/* Floats that W (N, K) takes when packed: columns of W^T in panels of 16, the last padded. */
size_t mg_matmul_packed_size(size_t N, size_t K);

/* packed (mg_matmul_packed_size) out, W (N, K) in. */
void mg_matmul_pack(float *packed, const float *W, size_t N, size_t K);

/*
 * y (M, N) out = x (M, K) W^T + add. packed is W (N, K) packed; add (M, N) may be y, or NULL for
 * none. A row of y depends on its row of x and of add alone, to the last bit.
 */
void mg_matmul_forward(float *y, const float *add, const float *x, const float *packed, size_t M,
                       size_t N, size_t K);

/* d_x (M, K) out = d_y (M, N) W (N, K). */
void mg_matmul_backward_input(float *d_x, const float *d_y, const float *W, size_t M, size_t N,
                              size_t K);

/* d_W (N, K) out = d_y (M, N)^T x (M, K), overwritten; zero for M = 0. */
void mg_matmul_backward_weight(float *d_W, const float *d_y, const float *x, size_t M, size_t N,
                               size_t K);

#endif

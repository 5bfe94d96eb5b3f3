/*
 * tile.h - small dense products with one sum chain per element: the kernels below matmul.
 *
 * Every element of the result is one chain c = fma(a_k, b_k, c) over k = 0, 1, ..., K-1 that
 * starts at 0, whatever the size of the product and wherever the element lies in it. So a row's
 * result does not depend on the rows around it. The AVX2 kernel fuses multiply and add, the
 * portable one does not: another kind of processor may give other last bits.
 */
#ifndef MG_NUMERIC_TILE_H
#define MG_NUMERIC_TILE_H

#include <stddef.h>

/* A strided view of A: element (m, k) is data[m * row + k * column]. */
struct mg_left {
    const float *data;
    size_t row;
    size_t column;
};

/*
 * Columns n .. n+15 of B for n = 0, 16, 32, ...: element (k, n + j) is
 * data[n / 16 * panel + k * row + j]. Columns are readable (any finite value, zero say) up to N
 * rounded up to 8. A plain row-major matrix has panel = 16, row = its stride.
 */
struct mg_right {
    const float *data;
    size_t panel;
    size_t row;
};

enum {
    MG_TILE_ROWS = 6,   /* of A in one call of `extend` */
    MG_TILE_DEPTH = 256 /* stride of its rows */
};

struct mg_tile_kernel {
    const char *name;
    /*
     * C = A B + D. c (M, N) out with stride c_row; add (M, N) in with stride c_row is D, or NULL
     * for none, and may be c. One final addition, after the chain.
     */
    void (*product)(float *c, size_t c_row, const float *add, struct mg_left a, struct mg_right b,
                    size_t M, size_t N, size_t K);
    /*
     * The chains of C go on by K <= MG_TILE_DEPTH terms: c (MG_TILE_ROWS, 16) in/out,
     * a (MG_TILE_ROWS, MG_TILE_DEPTH) in, b (K, 16) in; the first `columns` (8 or 16) count.
     */
    void (*extend)(float *c, const float *a, const float *b, size_t columns, size_t K);
};

/* The fastest kernel of this processor. */
const struct mg_tile_kernel *mg_tile_kernel(void);

/* All kernels this processor can run, the fastest first; n out. For tests. */
const struct mg_tile_kernel *mg_tile_kernels(size_t *n);

#endif

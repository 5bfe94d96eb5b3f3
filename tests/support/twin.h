/*
 * twin.h - what the tests of single layers share: drawn inputs, and derivatives by differences.
 */
#ifndef MG_TESTS_TWIN_H
#define MG_TESTS_TWIN_H

#include <stddef.h>
#include <stdint.h>

/* n normal numbers, the same for the same number; free it. */
float *twin_drawn(size_t n, uint32_t number);

/* A layer in double: y (n_y) out, x (n_x) in, whatever else it needs in ctx. */
typedef void twin_layer(double *y, const double *x, const void *ctx);

/*
 * d_x (n_x) out, free it: gradient of sum_i d_y[i] * layer(x)[i] by central differences.
 */
double *twin_gradient(twin_layer *layer, const void *ctx, const float *x, size_t n_x,
                      const float *d_y, size_t n_y);

/* The largest |x[i]|, 0 for none. */
double twin_largest(const double *x, size_t n);

/* Fails unless |a[i] - b[i]| <= tolerance for all i < n. */
void twin_assert_close(const float *a, const double *b, size_t n, double tolerance);

#endif

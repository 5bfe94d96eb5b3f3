/*
 * rmsnorm.h - root mean square normalisation, forward and backward.
 *
 * y = x * rstd * weight, rstd = 1 / sqrt(mean(x^2) + eps), one row at a time.
 * Source: Zhang, Sennrich 2019, arXiv:1910.07467; without bias as in LLaDA, arXiv:2502.09992.
 */
#ifndef MG_NETWORK_RMSNORM_H
#define MG_NETWORK_RMSNORM_H

#include <stddef.h>

/*
 * y (M, d) out, rstd (M) out or NULL, x (M, d) in, weight (d) in; eps > 0. y may be x where there
 * is no backward.
 */
void mg_rmsnorm_forward(float *y, float *rstd, const float *x, const float *weight, double eps,
                        size_t M, size_t d);

/*
 * d_x (M, d) in/out: the gradient is added. d_weight (d) in/out: added, row by row.
 * d_y (M, d), x (M, d), rstd (M), weight (d) in.
 */
void mg_rmsnorm_backward(float *d_x, float *d_weight, const float *d_y, const float *x,
                         const float *rstd, const float *weight, size_t M, size_t d);

#endif

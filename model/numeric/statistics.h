/*
 * statistics.h - numbers of distributions and samples: divergences, running moments, a line fit.
 *
 * Distributions are arrays of n doubles >= 0 that sum to one; logarithms are natural, so entropies
 * and divergences are in nats. 0 log 0 counts as 0. Nothing here allocates or fails.
 */
#ifndef MG_NUMERIC_STATISTICS_H
#define MG_NUMERIC_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

/* -sum p log p, in [0, log n]. */
double mg_entropy_nats(const double *p, size_t n);

/* KL(p || q) = sum p log(p / q), >= 0 up to rounding; INFINITY where p > 0 and q = 0. */
double mg_kl_nats(const double *p, const double *q, size_t n);

/* Total variation, half the sum of |p - q|, in [0, 1]. */
double mg_tv(const double *p, const double *q, size_t n);

/* Jensen-Shannon divergence, the mean KL of p and of q to their mean, in [0, log 2]. */
double mg_js_nats(const double *p, const double *q, size_t n);

/*
 * A probability or score as it is compared: rounded to 12 decimals, so that the last bits of a sum
 * do not decide between equals.
 */
double mg_round_score(double score);

/* Index of the largest value as rounded by mg_round_score, the lowest on ties; n >= 1. */
size_t mg_argmax(const double *p, size_t n);

/* Mean and variance of numbers that come one at a time; start from {0}. */
struct mg_moments {
    size_t n;
    double mean;
    double sum_squares; /* of the deviations from the mean */
};

/* Take one more number (Welford 1962, "Note on a method for calculating corrected sums"). */
void mg_moments_add(struct mg_moments *moments, double value);

/* Standard deviation with n - 1 below, 0 for fewer than two numbers. */
double mg_moments_sd(const struct mg_moments *moments);

/*
 * Least squares y = intercept + slope x over n points, every weight one. Returns false, outputs
 * untouched, when the points have fewer than two different x.
 */
bool mg_fit_line(double *slope, double *intercept, const double *x, const double *y, size_t n);

#endif

/*
 * interval.c - Student t and Clopper-Pearson intervals, quantiles from GSL.
 */
#include "harness/interval.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

struct mg_interval mg_interval_student(const double *values, size_t n, double level)
{
    struct mg_interval interval = {NAN, NAN, NAN};
    double squares = 0.0;
    double mean;
    double half;

    assert(values != NULL || n == 0);
    assert(level > 0.0 && level < 1.0);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) {
            return interval;
        }
    }
    if (n == 0) {
        return interval;
    }
    mean = values[0]; /* the first value as pivot: equal values give exactly that value */
    for (size_t i = 0; i < n; i++) {
        mean += (values[i] - values[0]) / (double)n;
    }
    if (n == 1) {
        return (struct mg_interval){mean, -INFINITY, INFINITY};
    }
    for (size_t i = 0; i < n; i++) {
        squares += (values[i] - mean) * (values[i] - mean);
    }
    half = gsl_cdf_tdist_Pinv(0.5 + 0.5 * level, (double)(n - 1)) *
           sqrt(squares / (double)(n - 1) / (double)n);
    return (struct mg_interval){mean, mean - half, mean + half};
}

struct mg_interval mg_interval_proportion(size_t successes, size_t n, double level)
{
    struct mg_interval interval = {NAN, 0.0, 1.0};
    const double tail = 0.5 - 0.5 * level;
    const double k = (double)successes;
    const double m = (double)n;

    assert(successes <= n);
    assert(level > 0.0 && level < 1.0);
    if (n == 0) {
        return interval;
    }
    interval.estimate = k / m;
    if (successes > 0) {
        interval.lo = gsl_cdf_beta_Pinv(tail, k, m - k + 1.0);
    }
    if (successes < n) {
        interval.hi = gsl_cdf_beta_Pinv(1.0 - tail, k + 1.0, m - k);
    }
    return interval;
}

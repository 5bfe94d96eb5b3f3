/* statistics.c - see statistics.h. */
#include "model/numeric/statistics.h"

#include <assert.h>
#include <math.h>

double mg_entropy_nats(const double *p, size_t n)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++) {
        if (p[i] > 0.0) {
            sum -= p[i] * log(p[i]);
        }
    }
    return sum;
}

double mg_kl_nats(const double *p, const double *q, size_t n)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++) {
        if (p[i] > 0.0) {
            sum += p[i] * log(p[i] / q[i]);
        }
    }
    return sum;
}

double mg_tv(const double *p, const double *q, size_t n)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++) {
        sum += fabs(p[i] - q[i]);
    }
    return 0.5 * sum;
}

double mg_js_nats(const double *p, const double *q, size_t n)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++) {
        const double mean = 0.5 * (p[i] + q[i]);

        if (p[i] > 0.0) {
            sum += p[i] * log(p[i] / mean);
        }
        if (q[i] > 0.0) {
            sum += q[i] * log(q[i] / mean);
        }
    }
    return 0.5 * sum;
}

double mg_round_score(double score)
{
    return nearbyint(score * 1e12) / 1e12;
}

size_t mg_argmax(const double *p, size_t n)
{
    size_t best = 0;
    double largest;

    assert(n >= 1);
    largest = mg_round_score(p[0]);
    for (size_t i = 1; i < n; i++) {
        const double rounded = mg_round_score(p[i]);

        if (rounded > largest) {
            best = i;
            largest = rounded;
        }
    }
    return best;
}

void mg_moments_add(struct mg_moments *moments, double value)
{
    const double before = value - moments->mean;

    moments->n++;
    moments->mean += before / (double)moments->n;
    moments->sum_squares += before * (value - moments->mean);
}

double mg_moments_sd(const struct mg_moments *moments)
{
    return moments->n < 2 ? 0.0 : sqrt(moments->sum_squares / (double)(moments->n - 1));
}

bool mg_fit_line(double *slope, double *intercept, const double *x, const double *y, size_t n)
{
    double mean_x = 0.0;
    double mean_y = 0.0;
    double xx = 0.0;
    double xy = 0.0;

    for (size_t i = 0; i < n; i++) {
        mean_x += x[i] / (double)n;
        mean_y += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    if (n < 2 || !(xx > 0.0)) {
        return false;
    }
    *slope = xy / xx;
    *intercept = mean_y - *slope * mean_x;
    return true;
}

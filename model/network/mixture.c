/* mixture.c - see mixture.h. */
#include "model/network/mixture.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "model/network/cross_entropy.h"
#include "model/numeric/vecmath.h"

void mg_mixture_forward(float *mix, float *pooled, const float *norm, const size_t *start,
                        const float *W, size_t n, size_t R, size_t d)
{
    memset(pooled, 0, n * d * sizeof(*pooled));
    for (size_t row = 0; row < n; row++) {
        const size_t count = start[row + 1] - start[row];

        for (size_t i = start[row]; i < start[row + 1]; i++) {
            mg_add(pooled + row * d, norm + i * d, d);
        }
        for (size_t j = 0; j < d && count > 0; j++) {
            pooled[row * d + j] /= (float)count;
        }
        for (size_t r = 0; r < R; r++) {
            double sum = 0.0;

            for (size_t j = 0; j < d; j++) {
                sum += (double)W[r * d + j] * (double)pooled[row * d + j];
            }
            mix[row * R + r] = (float)sum;
        }
    }
}

/* log softmax of x (n) at `which`. */
static double log_share(const float *x, size_t n, size_t which)
{
    const double largest = (double)mg_largest(x, n);
    double total = 0.0;

    for (size_t i = 0; i < n; i++) {
        total += exp((double)x[i] - largest);
    }
    return (double)x[which] - largest - log(total);
}

/* The weight of a row's positions: one number, or 0 where nothing is asked. */
static float row_weight(const float *weight, size_t from, size_t to)
{
    float found = 0.0f;

    for (size_t i = from; i < to; i++) {
        assert(!(weight[i] > 0.0f) || !(found > 0.0f) ||
               (weight[i] <= found && weight[i] >= found));
        found = weight[i] > 0.0f ? weight[i] : found;
    }
    return found;
}

/* score (R) becomes softmax(score); returns the log of the sum of exp(score). */
static double normalise(double *score, size_t R)
{
    double largest = score[0];
    double total = 0.0;

    for (size_t r = 1; r < R; r++) {
        largest = score[r] > largest ? score[r] : largest;
    }
    for (size_t r = 0; r < R; r++) {
        score[r] = exp(score[r] - largest);
        total += score[r];
    }
    for (size_t r = 0; r < R; r++) {
        score[r] /= total;
    }
    return largest + log(total);
}

double mg_mixture_loss(float *logits, float *mix, float *share, const size_t *target,
                       const float *weight, const size_t *start, size_t n, size_t R, size_t V)
{
    const size_t count = start[n];
    double loss_nats = 0.0;
    double pi[MG_COMPONENTS_MAX];
    double posterior[MG_COMPONENTS_MAX];

    assert(R <= MG_COMPONENTS_MAX);
    for (size_t row = 0; row < n; row++) {
        const size_t from = start[row];
        const size_t to = start[row + 1];
        const float w = row_weight(weight, from, to);

        for (size_t r = 0; r < R; r++) {
            const double log_pi = log_share(mix + row * R, R, r);

            pi[r] = exp(log_pi);
            posterior[r] = log_pi;
            for (size_t i = from; i < to; i++) {
                posterior[r] +=
                    weight[i] > 0.0f ? log_share(logits + (r * count + i) * V, V, target[i]) : 0.0;
            }
        }
        loss_nats -= (double)w * normalise(posterior, R);
        for (size_t r = 0; r < R; r++) {
            for (size_t i = from; i < to; i++) {
                share[i] = weight[i] > 0.0f ? w * (float)posterior[r] : 0.0f;
            }
            mix[row * R + r] = w * (float)(pi[r] - posterior[r]);
            /* With these weights its gradient is that of the mixture; its value is not. */
            (void)mg_cross_entropy(logits + (r * count + from) * V, target + from, share + from,
                                   to - from, V);
        }
    }
    return loss_nats;
}

void mg_mixture_backward(float *d_W, float *d_norm, const float *d_mix, const float *pooled,
                         const size_t *start, const float *W, size_t n, size_t R, size_t d)
{
    memset(d_W, 0, R * d * sizeof(*d_W));
    for (size_t row = 0; row < n; row++) {
        const float each = 1.0f / (float)(start[row + 1] - start[row]); /* unused without any */

        for (size_t r = 0; r < R; r++) {
            const float by = d_mix[row * R + r];

            for (size_t j = 0; j < d; j++) {
                d_W[r * d + j] += by * pooled[row * d + j];
            }
            for (size_t i = start[row]; i < start[row + 1]; i++) {
                for (size_t j = 0; j < d; j++) {
                    d_norm[i * d + j] += by * each * W[r * d + j];
                }
            }
        }
    }
}

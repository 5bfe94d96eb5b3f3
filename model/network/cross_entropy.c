/* cross_entropy.c - see cross_entropy.h. */
#include "model/network/cross_entropy.h"

#include <assert.h>
#include <math.h>

#include "model/numeric/vecmath.h"

MG_VECTOR
double mg_cross_entropy(float *logits, const size_t *target, const float *weight, size_t n,
                        size_t V)
{
    double loss_nats = 0.0;

    for (size_t m = 0; m < n; m++) {
        float *row = logits + m * V;
        float largest;
        struct mg_lanes total = {0};
        struct mg_lanes part;
        double log_prob;
        float sum;
        float scale;

        assert(target[m] < V);
        largest = mg_largest(row, V);
        log_prob = (double)row[target[m]] - (double)largest;
#pragma omp simd
        for (size_t i = 0; i < V; i++) {
            row[i] = mg_exp_one(row[i] - largest);
        }
        for (size_t i = 0; i < V; i += 8) {
            mg_lanes_load(&part, row + i, V - i);
            total.v += part.v;
        }
        sum = mg_lanes_sum(&total);
        log_prob -= log((double)sum);
        loss_nats -= (double)weight[m] * log_prob;
        scale = weight[m] / sum;
#pragma omp simd
        for (size_t i = 0; i < V; i++) {
            row[i] *= scale;
        }
        row[target[m]] -= weight[m];
    }
    return loss_nats;
}

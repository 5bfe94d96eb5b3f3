/* rmsnorm.c - see rmsnorm.h. */
#include "model/network/rmsnorm.h"

#include <math.h>

#include "model/numeric/vecmath.h"

MG_VECTOR
void mg_rmsnorm_forward(float *y, float *rstd, const float *x, const float *weight, double eps,
                        size_t M, size_t d)
{
    for (size_t m = 0; m < M; m++) {
        const float *row = x + m * d;
        float *out = y + m * d;
        struct mg_lanes total = {0};
        struct mg_lanes a;
        float scale;

        for (size_t i = 0; i < d; i += 8) {
            mg_lanes_load(&a, row + i, d - i);
            total.v += a.v * a.v;
        }
        scale = 1.0f / sqrtf(mg_lanes_sum(&total) / (float)d + (float)eps);
        if (rstd != NULL) {
            rstd[m] = scale;
        }
#pragma omp simd
        for (size_t i = 0; i < d; i++) {
            out[i] = row[i] * scale * weight[i];
        }
    }
}

MG_VECTOR
void mg_rmsnorm_backward(float *d_x, float *d_weight, const float *d_y, const float *x,
                         const float *rstd, const float *weight, size_t M, size_t d)
{
    for (size_t m = 0; m < M; m++) {
        const float *row = x + m * d;
        const float *d_out = d_y + m * d;
        float *d_row = d_x + m * d;
        const float scale = rstd[m];
        struct mg_lanes total = {0};
        struct mg_lanes a;
        struct mg_lanes b;
        struct mg_lanes c;
        float mean;

        for (size_t i = 0; i < d; i += 8) {
            mg_lanes_load(&a, row + i, d - i);
            mg_lanes_load(&b, d_out + i, d - i);
            mg_lanes_load(&c, weight + i, d - i);
            total.v += a.v * (b.v * c.v);
        }
        mean = mg_lanes_sum(&total) * scale / (float)d; /* of d_xhat * xhat */
#pragma omp simd
        for (size_t i = 0; i < d; i++) {
            const float hat = row[i] * scale;

            d_weight[i] += d_out[i] * hat;
            d_row[i] += scale * (d_out[i] * weight[i] - hat * mean);
        }
    }
}

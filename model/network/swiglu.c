/* swiglu.c - see swiglu.h. */
#include "model/network/swiglu.h"

#include "model/numeric/vecmath.h"

MG_VECTOR
void mg_swiglu_forward(float *y, const float *gate_up, size_t M, size_t hidden)
{
    for (size_t m = 0; m < M; m++) {
        const float *gate = gate_up + m * 2 * hidden;
        const float *up = gate + hidden;
        float *out = y + m * hidden;

#pragma omp simd
        for (size_t i = 0; i < hidden; i++) {
            out[i] = gate[i] / (1.0f + mg_exp_one(-gate[i])) * up[i];
        }
    }
}

MG_VECTOR
void mg_swiglu_backward(float *d_gate_up, const float *d_y, const float *gate_up, size_t M,
                        size_t hidden)
{
    for (size_t m = 0; m < M; m++) {
        const float *gate = gate_up + m * 2 * hidden;
        const float *up = gate + hidden;
        const float *d_out = d_y + m * hidden;
        float *d_gate = d_gate_up + m * 2 * hidden;
        float *d_up = d_gate + hidden;

#pragma omp simd
        for (size_t i = 0; i < hidden; i++) {
            const float sigmoid = 1.0f / (1.0f + mg_exp_one(-gate[i]));
            const float silu = gate[i] * sigmoid;

            d_gate[i] = d_out[i] * up[i] * (sigmoid + silu * (1.0f - sigmoid));
            d_up[i] = d_out[i] * silu;
        }
    }
}

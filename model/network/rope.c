/* rope.c - see rope.h. */
#include "model/network/rope.h"

#include <math.h>

#include "model/numeric/vecmath.h"

void mg_rope_table(float *cosine, float *sine, double theta, size_t positions, size_t half)
{
    for (size_t t = 0; t < positions; t++) {
        for (size_t i = 0; i < half; i++) {
            const double angle = (double)t * pow(theta, -(double)i / (double)half);

            cosine[t * half + i] = (float)cos(angle);
            sine[t * half + i] = (float)sin(angle);
        }
    }
}

MG_VECTOR
void mg_rope_turn(float *x, size_t stride, const float *cosine, const float *sine, float direction,
                  size_t M, size_t positions, size_t heads, size_t half)
{
    for (size_t m = 0; m < M; m++) {
        const float *c = cosine + m % positions * half;
        const float *s = sine + m % positions * half;

        for (size_t h = 0; h < heads; h++) {
            float *first = x + m * stride + h * 2 * half;
            float *second = first + half;

#pragma omp simd
            for (size_t i = 0; i < half; i++) {
                const float a = first[i];
                const float b = second[i];
                const float turn = direction * s[i];

                first[i] = a * c[i] - b * turn;
                second[i] = b * c[i] + a * turn;
            }
        }
    }
}

/* vecmath.c - see vecmath.h. */
#include "model/numeric/vecmath.h"

MG_VECTOR
void mg_exp(float *y, const float *x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        y[i] = mg_exp_one(x[i]);
    }
}

MG_VECTOR
double mg_sum_of_squares(const float *x, size_t n)
{
    double part[8] = {0};
    const size_t whole = n / 8 * 8;

    for (size_t i = 0; i < whole; i += 8) {
#pragma omp simd
        for (size_t j = 0; j < 8; j++) {
            part[j] += (double)x[i + j] * (double)x[i + j];
        }
    }
    for (size_t i = whole; i < n; i++) {
        part[i - whole] += (double)x[i] * (double)x[i];
    }
    return ((part[0] + part[4]) + (part[2] + part[6])) +
           ((part[1] + part[5]) + (part[3] + part[7]));
}

MG_VECTOR
void mg_add(float *y, const float *x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        y[i] += x[i];
    }
}

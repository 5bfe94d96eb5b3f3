/*
 * vecmath.h - vector math whose bits do not depend on the width of the vectors.
 *
 * Element-wise functions use only operations that IEEE 754 defines to the last bit (no fused
 * multiply-add: the build sets -ffp-contract=off), so a lane, a scalar tail and another
 * instruction set agree. Reductions add in one fixed order: eight partial sums, element i into
 * sum i mod 8, then pairwise. Everything works without -ffast-math.
 */
#ifndef MG_NUMERIC_VECMATH_H
#define MG_NUMERIC_VECMATH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * MG_VECTOR before a function compiles it for AVX2 as well, chosen when the program is loaded.
 * Sanitizers run before that choice can be made, and clang 14 gives the clones a name that other
 * files do not find: there it is empty, for the same bits.
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MG_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MG_SANITIZED 1
#endif
#if defined(__x86_64__) && defined(__ELF__) && !defined(__clang__) && !defined(MG_SANITIZED)
#define MG_VECTOR __attribute__((target_clones("avx2", "default")))
#else
#define MG_VECTOR
#endif

#define MG_INLINE static inline __attribute__((always_inline))

/*
 * exp(x) in single precision, relative error below 2e-7 where the result is a normal number;
 * 0 for -inf and below -104, inf above 88.73, NaN for NaN.
 * Source: range reduction of Cody, Waite 1980; coefficients of the Cephes library (Moshier).
 */
MG_INLINE float mg_exp_one(float x)
{
    const float shifter = 12582912.0f; /* 1.5 * 2^23: adding it rounds to a whole number */
    const uint32_t shifter_bits = 0x4b400000u;
    float clamped = x < -104.0f ? -104.0f : x; /* NaN compares false and stays */
    float shifted;
    float whole;
    float r;
    float y;
    float low_scale;
    float high_scale;
    uint32_t exponent;
    uint32_t low_bits;
    uint32_t high_bits;

    clamped = clamped > 89.0f ? 89.0f : clamped;
    shifted = clamped * 1.44269504088896341f + shifter;
    whole = shifted - shifter;
    r = (clamped - whole * 0.693359375f) - whole * -2.12194440e-4f;
    y = 1.9875691500e-4f;
    y = y * r + 1.3981999507e-3f;
    y = y * r + 8.3334519073e-3f;
    y = y * r + 4.1665795894e-2f;
    y = y * r + 1.6666665459e-1f;
    y = y * r + 5.0000001201e-1f;
    y = y * (r * r) + r + 1.0f;

    /* 2^whole as two factors, for the whole number may lie outside the range of exponents. */
    memcpy(&exponent, &shifted, sizeof(exponent));
    exponent = exponent - shifter_bits + 512u; /* 512 + whole, positive */
    low_bits = (exponent / 2u - 256u + 127u) << 23;
    high_bits = (exponent - exponent / 2u - 256u + 127u) << 23;
    memcpy(&low_scale, &low_bits, sizeof(low_scale));
    memcpy(&high_scale, &high_bits, sizeof(high_scale));
    return y * low_scale * high_scale;
}

/* y (n) out: exp of x (n) in, element by element; y may be x. */
void mg_exp(float *y, const float *x, size_t n);

/* Sum of x[i]^2 in double, in the fixed order. */
double mg_sum_of_squares(const float *x, size_t n);

/* y (n) in/out: y[i] += x[i]. */
void mg_add(float *y, const float *x, size_t n);

/* Eight floats that are added and multiplied together; a tail is filled up with zeros. */
struct mg_lanes {
    float __attribute__((vector_size(32))) v;
};

MG_INLINE void mg_lanes_load(struct mg_lanes *lanes, const float *x, size_t n)
{
    *lanes = (struct mg_lanes){0};
    if (n >= 8) {
        memcpy(&lanes->v, x, 8 * sizeof(*x));
    } else {
        memcpy(&lanes->v, x, n * sizeof(*x));
    }
}

/* most[j] = x[j] where that is larger; a NaN is passed over. */
MG_INLINE void mg_lanes_raise(struct mg_lanes *most, const struct mg_lanes *x)
{
    typedef int32_t mask_lanes __attribute__((vector_size(32)));
    const mask_lanes larger = x->v > most->v;
    const mask_lanes chosen = ((mask_lanes)x->v & larger) | ((mask_lanes)most->v & ~larger);

    memcpy(&most->v, &chosen, sizeof(chosen));
}

/* Largest of x (n), n >= 1; a NaN is passed over (-inf when there is nothing else). */
MG_INLINE float mg_largest(const float *x, size_t n)
{
    const float none = -__builtin_inff();
    struct mg_lanes most = {{none, none, none, none, none, none, none, none}};
    struct mg_lanes part;
    float lane[8];
    float largest = none;

    for (size_t i = 0; i + 8 <= n; i += 8) {
        mg_lanes_load(&part, x + i, 8);
        mg_lanes_raise(&most, &part);
    }
    memcpy(lane, &most.v, sizeof(lane));
    for (size_t j = 0; j < 8; j++) {
        largest = lane[j] > largest ? lane[j] : largest;
    }
    for (size_t i = n / 8 * 8; i < n; i++) {
        largest = x[i] > largest ? x[i] : largest;
    }
    return largest;
}

/* The sum of the eight, pairwise. */
MG_INLINE float mg_lanes_sum(const struct mg_lanes *lanes)
{
    float x[8];

    memcpy(x, &lanes->v, sizeof(x));
    return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

#endif

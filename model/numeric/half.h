/*
 * half.h - weights as files hold them: bfloat16, IEEE binary16 or binary32, widened to float.
 *
 * Every value of the two short types is a float, so widening is exact.
 */
#ifndef MG_NUMERIC_HALF_H
#define MG_NUMERIC_HALF_H

#include <stddef.h>

enum mg_dtype { MG_F32, MG_BF16, MG_F16 };

/* Bytes of one value. */
size_t mg_dtype_size(enum mg_dtype dtype);

/*
 * values (n) out; bytes in: n little-endian values of a type, at any alignment. Infinities and NaN
 * stay what they are.
 */
void mg_widen(float *values, const void *bytes, enum mg_dtype dtype, size_t n);

/* values (n) in/out, finite: each to the nearest bfloat16, halves to the even one. */
void mg_round_bf16(float *values, size_t n);

#endif

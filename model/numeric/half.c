/* half.c - see half.h: integer steps that vectorise, without the processor's own conversions. */
#include "model/numeric/half.h"

#include <stdint.h>
#include <string.h>

#include "model/numeric/vecmath.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "values are read as they lie in files");

size_t mg_dtype_size(enum mg_dtype dtype)
{
    return dtype == MG_F32 ? 4 : 2;
}

MG_VECTOR
static void widen_bf16(float *values, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint16_t half;
        uint32_t bits;

        memcpy(&half, bytes + 2 * i, sizeof(half));
        bits = (uint32_t)half << 16;
        memcpy(&values[i], &bits, sizeof(bits));
    }
}

/*
 * 1 sign, 5 exponent (bias 15), 10 fraction bits. Moved into a float's fields the magnitude is
 * 2^-112 of its value, subnormals included, so one exact product mends the bias; the largest
 * exponent means infinity or NaN in both.
 */
MG_VECTOR
static void widen_f16(float *values, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint16_t half;
        uint32_t magnitude;
        uint32_t bits;
        float value;

        memcpy(&half, bytes + 2 * i, sizeof(half));
        magnitude = (uint32_t)(half & 0x7fff) << 13;
        memcpy(&value, &magnitude, sizeof(value));
        value *= 0x1p112f;
        memcpy(&bits, &value, sizeof(bits));
        bits = magnitude >= 0x0f800000u ? magnitude | 0x7f800000u : bits;
        bits |= (uint32_t)(half & 0x8000) << 16;
        memcpy(&values[i], &bits, sizeof(bits));
    }
}

void mg_widen(float *values, const void *bytes, enum mg_dtype dtype, size_t n)
{
    if (dtype == MG_F32) {
        memcpy(values, bytes, n * sizeof(*values));
    } else if (dtype == MG_BF16) {
        widen_bf16(values, (const unsigned char *)bytes, n);
    } else {
        widen_f16(values, (const unsigned char *)bytes, n);
    }
}

void mg_round_bf16(float *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;

        memcpy(&bits, &values[i], sizeof(bits));
        bits += 0x7fff + (bits >> 16 & 1);
        bits &= 0xffff0000u;
        memcpy(&values[i], &bits, sizeof(bits));
    }
}

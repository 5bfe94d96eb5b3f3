/*
 * rope.h - rotary position embedding in half-split form, forward and backward.
 *
 * Channel i of the first half of a head turns with channel i of the second half by the angle
 * position * theta^(-2 i / head size): LLaDA's and GPT-NeoX's form, not the interleaved one.
 * Source: Su et al. 2021, arXiv:2104.09864, section 3.2.2.
 */
#ifndef MG_NETWORK_ROPE_H
#define MG_NETWORK_ROPE_H

#include <stddef.h>

/*
 * cosine and sine (positions, half) out: of position * theta^(-i / half) for i in [0, half),
 * computed in double; half is half the head size.
 */
void mg_rope_table(float *cosine, float *sine, double theta, size_t positions, size_t half);

/*
 * Turn the heads of M rows in place: x (M, heads * 2 half) with the given stride between rows,
 * row m at position m mod positions. direction +1 forward, -1 backward (the inverse rotation is
 * the transpose, so it is the gradient too).
 */
void mg_rope_turn(float *x, size_t stride, const float *cosine, const float *sine, float direction,
                  size_t M, size_t positions, size_t heads, size_t half);

#endif

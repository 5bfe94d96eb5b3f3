/*
 * swiglu.h - the gated unit silu(gate) * up, forward and backward.
 *
 * Source: Shazeer 2020, arXiv:2002.05202. In LLaDA's names gate is ff_proj and up is up_proj.
 */
#ifndef MG_NETWORK_SWIGLU_H
#define MG_NETWORK_SWIGLU_H

#include <stddef.h>

/* y (M, hidden) out; gate_up (M, 2 hidden) in, the gate first. */
void mg_swiglu_forward(float *y, const float *gate_up, size_t M, size_t hidden);

/* d_gate_up (M, 2 hidden) out, d_y (M, hidden) in, gate_up (M, 2 hidden) in. */
void mg_swiglu_backward(float *d_gate_up, const float *d_y, const float *gate_up, size_t M,
                        size_t hidden);

#endif

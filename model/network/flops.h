/*
 * flops.h - what a training step costs: the matrix products of transformer.h.
 *
 * A product of (M, K) by (K, N) is 2 M K N floating-point operations, a multiplication and an
 * addition each; norms, rotations, softmax, SwiGLU, embeddings and the optimiser are left out, as
 * in the rule of thumb 6 N D (Kaplan et al. 2020, arXiv:2001.08361, section 2.1; N weights without
 * embeddings, D tokens), which this replaces: attention counts, and a loss on few positions is
 * cheaper (after its attention the last block goes on with those alone). The first block's q, k
 * and v count at every position, though tokens that come twice share them (pass.h): cost shall not
 * depend on what the rows say.
 */
#ifndef MG_NETWORK_FLOPS_H
#define MG_NETWORK_FLOPS_H

#include <stddef.h>

#include "model/network/parameters.h"

/*
 * Forward and backward of `rows` rows with `answered` positions that go through the head: those
 * with a weight, or with a mixture (mixture.h) all masked ones. Above 0.
 */
double mg_training_flops(const struct mg_transformer_config *config, size_t rows, size_t answered);

#endif

/*
 * weights.h - what a forward pass reads: matrices packed for training, or borrowed from a file.
 *
 * One wiring (pass.h) serves both: a matrix is either packed floats of our own, or the pieces of a
 * mapped checkpoint in bf16, f16 or f32, which are widened on the way. Both give the same bits.
 */
#ifndef MG_NETWORK_WEIGHTS_H
#define MG_NETWORK_WEIGHTS_H

#include <stddef.h>

#include "model/numeric/pieces.h"

/* W (N, K), outputs by inputs. */
struct mg_matrix {
    size_t N;
    size_t K;
    const float *packed;           /* as mg_matmul_pack makes them, or NULL and */
    const struct mg_piece *pieces; /* the rows, in order */
    size_t n_pieces;
};

struct mg_block_weights {
    const float *attn_norm; /* (d) */
    struct mg_matrix qkv;   /* ((heads + 2 kv heads) size, d): all of q, of k, of v */
    const float *qkv_bias;  /* as many, or NULL */
    const float *q_norm;    /* (size) of a head, or NULL */
    const float *k_norm;    /* with q_norm */
    struct mg_matrix attn_out;
    const float *ff_norm;     /* (d) */
    struct mg_matrix gate_up; /* (2 hidden, d): ff_proj, up_proj */
    struct mg_matrix ff_out;
};

struct mg_weights {
    struct mg_piece wte;             /* rows of the embedding */
    const float *wpe;                /* (L, d), or NULL */
    struct mg_block_weights *blocks; /* (layers) */
    const float *ln_f;               /* (d) */
    struct mg_matrix head;           /* (V, d) */
};

#endif

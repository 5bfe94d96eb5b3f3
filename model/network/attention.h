/*
 * attention.h - multi-head attention of whole rows, forward and backward, fused per head.
 *
 * softmax(q k^T / sqrt(head size)) v for each head; bidirectional, or causal (position i sees
 * j <= i). The probabilities are not kept: backward computes them again with the same code.
 * Source: Vaswani et al. 2017, arXiv:1706.03762, eq. 1.
 */
#ifndef MG_NETWORK_ATTENTION_H
#define MG_NETWORK_ATTENTION_H

#include <stdbool.h>
#include <stddef.h>

struct mg_attention_shape {
    size_t length; /* T, positions of a row */
    size_t heads;
    size_t size; /* of a head; heads * size = d */
    bool causal;
    size_t kv_heads; /* G: heads of k and v, which heads / G of q share each; 0: as many as heads */
};

/* Floats of scratch memory one call needs; the memory must be zeroed once and is not shared. */
size_t mg_attention_scratch_size(const struct mg_attention_shape *shape);

/* out (R, T, d) out; qkv (R, T, d + 2 G size) in: q, k, v of all heads beside each other. */
void mg_attention_forward(float *out, const float *qkv, float *scratch,
                          const struct mg_attention_shape *shape, size_t R);

/* One head of one row of it; heads write to different places. */
void mg_attention_head(float *out, const float *qkv, float *scratch,
                       const struct mg_attention_shape *shape, size_t row, size_t head);

/* d_qkv (R, T, 3 d) out, d_out (R, T, d) in, qkv (R, T, 3 d) in; as many k and v as q. */
void mg_attention_backward(float *d_qkv, const float *d_out, const float *qkv, float *scratch,
                           const struct mg_attention_shape *shape, size_t R);

#endif

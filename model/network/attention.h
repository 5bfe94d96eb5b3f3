/*
 * attention.h - multi-head attention of whole rows, forward and backward, fused per head.
 *
 * softmax(q k^T / sqrt(head size)) v for each head; bidirectional, or causal (position i sees
 * j <= i), or by blocks (i sees its own block and those before it: Arriola et al. 2025,
 * arXiv:2503.09573, block-causal mask), of all positions or of those in a window around it (Beltagy
 * et al. 2020, Longformer, arXiv:2004.05150, sliding window). A begin-of-sequence token is seen
 * from everywhere, and under a window or blocks sees itself alone: it says where the row begins and
 * carries nothing across. What is out of sight is left out of the softmax, not out of the products:
 * a window shows what is lost by narrow attention, it does not save the time. Source: Vaswani et
 * al. 2017, arXiv:1706.03762, eq. 1.
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
    size_t window;   /* i sees j with |i - j| <= window; 0: all */
    bool bos;        /* position 0 is begin-of-sequence */
    size_t block;    /* i sees its block of so many, which fill the length but for bos, and those
                        before it; 0: no blocks */
    size_t kv_heads; /* G: heads of k and v, which heads / G of q share each; 0: as many as heads */
};

/* Floats of scratch memory one call needs; the memory must be zeroed once and is not shared. */
size_t mg_attention_scratch_size(const struct mg_attention_shape *shape);

/* Floats of the probabilities of one head of one row: T rows, padded to whole vectors. */
size_t mg_attention_probs_size(const struct mg_attention_shape *shape);

/*
 * out (R, T, d) out; qkv (R, T, d + 2 G size) in: q, k, v of all heads beside each other. probs
 * (R, heads, probs_size) out: what backward needs, or NULL.
 */
void mg_attention_forward(float *out, float *probs, const float *qkv, float *scratch,
                          const struct mg_attention_shape *shape, size_t R);

/* One head of one row of it; heads write to different places. */
void mg_attention_head(float *out, float *probs, const float *qkv, float *scratch,
                       const struct mg_attention_shape *shape, size_t row, size_t head);

/* d_qkv (R, T, 3 d) out; the others in, probs as forward left them; as many k and v as q. */
void mg_attention_backward(float *d_qkv, const float *d_out, const float *qkv, const float *probs,
                           float *scratch, const struct mg_attention_shape *shape, size_t R);

#endif

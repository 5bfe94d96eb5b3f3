/*
 * embedding.h - token and position embeddings: look-up forward, scatter backward.
 */
#ifndef MG_NETWORK_EMBEDDING_H
#define MG_NETWORK_EMBEDDING_H

#include <stddef.h>

#include "model/numeric/pieces.h"

/* h (M, d) out: wte[ids[m]] (+ wpe[m mod T] when wpe (T, d) is not NULL); ids (M) in. */
void mg_embedding_forward(float *h, const struct mg_piece *wte, const float *wpe, const size_t *ids,
                          size_t M, size_t T, size_t d);

/* d_wte (rows, d) and d_wpe (T, d; or NULL) in/out: d_h (M, d) is added, in the order of m. */
void mg_embedding_backward(float *d_wte, float *d_wpe, const float *d_h, const size_t *ids,
                           size_t M, size_t T, size_t d);

#endif

/*
 * cross_entropy.h - weighted cross entropy of rows of logits, with its gradient.
 */
#ifndef MG_NETWORK_CROSS_ENTROPY_H
#define MG_NETWORK_CROSS_ENTROPY_H

#include <stddef.h>

/*
 * Returns sum over i < n of weight[i] * -log softmax(logits[i])[target[i]] in nats, added in
 * double. logits (n, V) in/out: becomes the gradient with respect to the logits.
 */
double mg_cross_entropy(float *logits, const size_t *target, const float *weight, size_t n,
                        size_t V);

#endif

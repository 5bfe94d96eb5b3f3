/*
 * mixture.h - a head that answers with a joint: a mixture of R products over the masked positions.
 *
 *   p(x_M | c) = sum_r pi_r(c) prod_{i in M} p_{r,i}(x_i | c)
 *
 * Component r has a head of its own on the network's last state h_i; the first is LLaDA's.
 * pi = softmax(W z), z the mean of h_i over the masked positions of the row. The per-token cross
 * entropy sees marginals alone and never trains a joint, so the loss of a row is that of its
 * masked tokens together. Heads are drawn apart at the start (init.h), which breaks the symmetry
 * between components. Every component is a law over real tokens, so the mask token has mass 0.
 */
#ifndef MG_NETWORK_MIXTURE_H
#define MG_NETWORK_MIXTURE_H

#include <stddef.h>

enum { MG_COMPONENTS_MAX = 64 };

/*
 * mix (n, R) out = pooled W^T; pooled (n, d) out: the mean of norm (start[n], d) over the positions
 * start[r] .. start[r + 1] of row r, 0 without any. W (R, d) in.
 */
void mg_mixture_forward(float *mix, float *pooled, const float *norm, const size_t *start,
                        const float *W, size_t n, size_t R, size_t d);

/*
 * Returns sum over rows of w * -logsumexp_r(log pi_r + sum_i log p_{r,i}(target[i])) in nats, over
 * the positions i of the row with weight[i] > 0, which must be one number w there.
 *   logits (R, count, V)  in/out  count = start[n]; becomes the gradient
 *   mix    (n, R)         in/out  log pi up to a constant; becomes the gradient
 *   share  (count)        out     scratch
 *   target, weight (count), start (n + 1) in
 */
double mg_mixture_loss(float *logits, float *mix, float *share, const size_t *target,
                       const float *weight, const size_t *start, size_t n, size_t R, size_t V);

/* d_W (R, d) out; d_norm (count, d) in/out: added; d_mix (n, R), the others as forward. */
void mg_mixture_backward(float *d_W, float *d_norm, const float *d_mix, const float *pooled,
                         const size_t *start, const float *W, size_t n, size_t R, size_t d);

#endif

/*
 * rate.h - the learning rate of a step: linear warm-up, then a cosine down to a final share.
 *
 * Source: Loshchilov, Hutter 2017, arXiv:1608.03983 (one cosine, no restart).
 */
#ifndef MG_NETWORK_RATE_H
#define MG_NETWORK_RATE_H

#include <stddef.h>

/*
 * Rate of step (from 0) out of steps: lr (step + 1) / warmup while step < warmup, then a half
 * cosine that is lr at step = warmup and lr * final_share at the last step. A training of which
 * only the warm-up is left never reaches the cosine. final_share in [0, 1]; 1 keeps lr.
 */
double mg_rate(size_t step, size_t steps, size_t warmup, double lr, double final_share);

#endif

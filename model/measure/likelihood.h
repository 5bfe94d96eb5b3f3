/*
 * likelihood.h - exact NELBO and random-order likelihood of a predictor under its source's law.
 *
 * One pass over all mask patterns gives cross_nats[m], the sum over the masked sets M of m
 * positions of E_x sum_{i in M} -log p(x_i | x_rest). Every NELBO is a weighted sum of these; for
 * the oracle cross_nats[m] / (m C(L, m)) is h_{L-m}, the information curve.
 *
 * Continuous NELBO, keep probability from 1 to 0: w(m) = 1 / (m C(L, m)), equal to the entropy for
 * the oracle. In T steps: w_T(m) = sum_j (1/j) (j/T)^m (1 - j/T)^(L-m) (Eq. 10 of
 * arXiv:2510.03289, linear schedule). Random order, one position a step:
 * f(S) = (1/|S|) sum_{i in S} p(x_i | x_{S-i}) f(S-i).
 */
#ifndef MG_MEASURE_LIKELIHOOD_H
#define MG_MEASURE_LIKELIHOOD_H

#include <stddef.h>

#include "model/measure/support.h"
#include "model/predictor/predictor.h"

struct mg_likelihood {
    size_t length;                                /* L */
    double cross_nats[MG_SUBSETS_LENGTH_MAX + 1]; /* by the number of masks; [0] is 0 */
    double nll_random_order_nats;                 /* E_x -log f(all) */
};

/*
 * Ask the predictor for every mask pattern of every sequence of the source, once per distinct
 * context. The source must pass mg_support_check; memory is 8 bytes times support times 2^L.
 * A token to which the predictor gives probability 0 makes the numbers INFINITY.
 */
void mg_likelihood_enumerate(struct mg_likelihood *likelihood, struct mg_predictor *predictor,
                             const struct mg_source *source);

/* NELBO in continuous time, nats per sequence. */
double mg_likelihood_nelbo_nats(const struct mg_likelihood *likelihood);

/* NELBO of `steps` >= 1 equal time steps, nats per sequence; falls to the continuous one. */
double mg_likelihood_nelbo_steps_nats(const struct mg_likelihood *likelihood, size_t steps);

/* The mean of LLaDA's estimate (nelbo_estimate.h) over its masks, nats per sequence. */
double mg_likelihood_llada_nats(const struct mg_likelihood *likelihood);

/* The first and the third in one call: E_x NELBO(x) of the predictor, nats per sequence. */
double mg_nelbo_exact_nats(struct mg_predictor *predictor, const struct mg_source *source);

#endif

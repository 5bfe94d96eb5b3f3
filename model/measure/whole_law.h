/*
 * whole_law.h - the whole output law of a sampler, sequences that the source never produces
 * included: reverse KL and total variation.
 *
 * law.h replays the support; here all (V+1)^L contexts are weighed. A move only ever reveals, so
 * contexts in order of falling numbers of masks meet each of theirs once, whatever the steps.
 */
#ifndef MG_MEASURE_WHOLE_LAW_H
#define MG_MEASURE_WHOLE_LAW_H

#include <stddef.h>

#include "model/diffusion/order.h"
#include "model/numeric/error.h"
#include "model/predictor/predictor.h"
#include "model/source/source.h"

#define MG_WHOLE_CONTEXTS_MAX 1e5

/* (V+1)^L, as a double. */
double mg_whole_contexts(size_t length, size_t vocab);

/*
 * The probability of every sequence when all is masked at the start: *nu (V^L) out, sequence x at
 * index x_0 V^(L-1) + ... + x_{L-1}; the caller frees it. mg_whole_contexts is at most
 * MG_WHOLE_CONTEXTS_MAX. MG_NO when predictions are not finite; *nu is then NULL.
 */
enum mg_status mg_whole_law(double **nu, struct mg_predictor *predictor,
                            const struct mg_sampler *sampler, struct mg_error *err);

/*
 * KL(nu || mu) and TV between such a law and the source's, which has an oracle. The KL is INFINITY
 * when more than 1e-12 of nu is on sequences that the source never produces; less is rounding.
 */
void mg_whole_compare(double *reverse_kl_nats, double *tv, const double *nu,
                      const struct mg_source *source);

#endif

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

/*
 * The probability of every sequence from a prompt (L; NULL: all masked at the start), where the
 * space of contexts fits (space.h); a corrector of the sampler is not applied.
 *   nu   (V^L)  out  sequence x at index x_0 V^(L-1) + ... + x_{L-1}; the caller frees it
 *   nfe         out  mean predictor calls of a draw
 * MG_NO when predictions are not finite; *nu is then NULL.
 */
enum mg_status mg_whole_law(double **nu, double *nfe, struct mg_predictor *predictor,
                            const struct mg_sampler *sampler, const int *prompt,
                            struct mg_error *err);

/* mu (V^L) out, the caller frees it: the same numbers of a source with an oracle. */
double *mg_whole_source(const struct mg_source *source, const int *prompt);

/*
 * KL(nu || mu) of such laws of n sequences. INFINITY when more than 1e-12 of nu is on sequences
 * that mu excludes; less is rounding.
 */
double mg_whole_reverse_kl_nats(const double *nu, const double *mu, size_t n);

#endif

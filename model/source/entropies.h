/*
 * entropies.h - how much the positions of a source depend on one another, in nats.
 *
 * With H the entropy of the sequence and r = sum_i H(X_i | all others):
 *     total correlation       TC  = sum_i H(X_i) - H    (what one parallel step loses)
 *     dual total correlation  DTC = H - r
 * Source: Watanabe 1960; Han 1978; for masked diffusion Chen, Cong, Li 2025, arXiv:2511.04647.
 *
 * Everything is exact: a kind's closed form where it has one (a Markov chain of any length), else
 * a pass over the support. Where neither is possible the answer is NaN.
 */
#ifndef MG_SOURCE_ENTROPIES_H
#define MG_SOURCE_ENTROPIES_H

#include "model/source/source.h"

/* The longest support that is enumerated here; mg_source_support_size tells beforehand. */
enum { MG_ENTROPY_SUPPORT_MAX = 1 << 22 };

double mg_source_total_correlation_nats(const struct mg_source *source);
double mg_source_dual_total_correlation_nats(const struct mg_source *source);

/* H(X_S) of n distinct positions, by enumeration (0 for n = 0). */
double mg_source_subset_entropy_nats(const struct mg_source *source, const size_t *positions,
                                     size_t n);

/* H(X_T | X_G) of n targets given m positions, averaged over the source; by enumeration. */
double mg_source_conditional_entropy_nats(const struct mg_source *source, const size_t *targets,
                                          size_t n, const size_t *given, size_t m);

#endif

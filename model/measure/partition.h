/*
 * partition.h - the best ordered partition of the positions: which to reveal together, and when.
 *
 * Revealing S_1, S_2, ... one set a step, each from the product of exact conditionals, costs
 * KL = sum_t TC(X_{S_t} | X_{S_<t}), and every term is a difference of entropies of sets of
 * positions. So one table of 2^L entropies answers all partitions, and a dynamic programme over
 * the revealed set finds the best in 3^L comparisons a step.
 */
#ifndef MG_MEASURE_PARTITION_H
#define MG_MEASURE_PARTITION_H

#include <stddef.h>

#include "model/numeric/error.h"
#include "model/source/source.h"

enum { MG_PARTITION_LENGTH_MAX = 16 };

/*
 * Whether the best partition of this source can be searched: an oracle, at most 16 positions, and
 * a support that can be listed or a Markov chain. Otherwise MG_EUSAGE and the reason.
 */
enum mg_status mg_partition_check(const struct mg_source *source, struct mg_error *err);

/*
 * Best ordered partition of all positions of a source that mg_partition_check accepts.
 *   group_of  (L)  out  step, from 0, that reveals each position
 *   per_step       in   sizes fixed to this (the last step takes the rest), or 0
 *   steps          in   number of non-empty steps in [1, L], sizes free; 0 when per_step is given
 * Returns its KL in nats. Among equals within 1e-12 the sets of lower positions come first.
 */
double mg_partition_optimal(size_t *group_of, const struct mg_source *source, size_t per_step,
                            size_t steps);

/*
 * The same search on a table of entropies, for all numbers of steps at once.
 *   entropy  (2^L)     in  H of every set of positions in nats, bit i for position i
 *   best     (L + 1)   out best[t]: KL of the best partition in exactly t steps, t in [1, L];
 *                          INFINITY for a t that per_step rules out. [0] is INFINITY
 *   group_of (L+1, L)  out row t: the partition, where best[t] is finite
 */
void mg_partition_search(double *best, size_t *group_of, const double *entropy, size_t length,
                         size_t per_step);

#endif

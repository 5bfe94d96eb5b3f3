/*
 * set_entropy.h - the entropy of every set of positions of a source, and what follows from it.
 *
 * H(X_S) comes from the grouped support (see support.h), or, for a Markov chain of any length, from
 * H(X_S) = H(first) + sum over neighbours l < r in S of H(X_r | X_l). The information curve
 * h_j = E_{|S|=j, i not in S} H(X_i | X_S) is the difference of the mean entropies of sets of
 * j + 1 and of j positions, since adding a random i to a random S gives a random larger set.
 */
#ifndef MG_MEASURE_SET_ENTROPY_H
#define MG_MEASURE_SET_ENTROPY_H

#include <stdbool.h>
#include <stddef.h>

#include "model/numeric/error.h"
#include "model/source/source.h"

struct mg_set_entropy;

/*
 * Whether entropies of sets are within reach: an oracle, and a Markov chain or a support that
 * mg_support_check accepts. Otherwise MG_EUSAGE; what: who asks.
 */
enum mg_status mg_set_entropy_check(const struct mg_source *source, const char *what,
                                    struct mg_error *err);

/* For a source that the check accepts; borrows nothing. Release with mg_set_entropy_free. */
struct mg_set_entropy *mg_set_entropy_new(const struct mg_source *source);
void mg_set_entropy_free(struct mg_set_entropy *entropy);

/* H(X_S) in nats, S given as in_set (L). */
double mg_set_entropy_nats(const struct mg_set_entropy *entropy, const bool *in_set);

/* table (2^L) out: H of every set, bit i for position i; L <= MG_SUBSETS_LENGTH_MAX. */
void mg_set_entropy_table(double *table, const struct mg_set_entropy *entropy);

/* Information curve: h_nats (L) out, h_0 to h_{L-1}. Their sum is the entropy. */
void mg_information_curve(double *h_nats, const struct mg_set_entropy *entropy);

/*
 * What each step of revealing an ordered partition from exact conditionals costs: the conditional
 * total correlation E TC(X_S | revealed before). step_nats (n_steps) out; group_of (L): the step
 * of each position, from 0 to n_steps - 1. Their sum is the KL in nats.
 */
void mg_partition_steps_nats(double *step_nats, const struct mg_set_entropy *entropy,
                             const size_t *group_of, size_t n_steps);
double mg_partition_kl_nats(const struct mg_set_entropy *entropy, const size_t *group_of,
                            size_t n_steps);

#endif

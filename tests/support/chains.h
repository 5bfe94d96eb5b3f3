/*
 * chains.h - the Markov chains of the reference, for tests; all but `two` and `listed` start from
 * their stationary law. Free with mg_source_free.
 */
#ifndef MG_TESTS_SUPPORT_CHAINS_H
#define MG_TESTS_SUPPORT_CHAINS_H

#include <stddef.h>

#include "model/source/source.h"

/* Two states, each left with probability p. */
struct mg_source *test_chain_flip(double p, size_t length);

/* Rows (.85, .15), (.35, .65), started from (.62, .38), which is not stationary. */
struct mg_source *test_chain_two(size_t length);

/* Eight states: .85 I + .15 1 pi', pi proportional to 8, 7, ..., 1. */
struct mg_source *test_chain_lazy(size_t length);

/* Eight states: .85 one state on, .15 anywhere. */
struct mg_source *test_chain_cycle(size_t length);

/* Eight states: odd and even alternate. */
struct mg_source *test_chain_period2(size_t length);

/* Eight states: every row has probabilities proportional to rank^-1.5. */
struct mg_source *test_chain_zipf(size_t length);

/*
 * Two states, the first begun in with probability start0; stay0, stay1: of staying in each. As the
 * list of its 2^L sequences, which knows nothing of chains.
 */
struct mg_source *test_chain_listed(double start0, double stay0, double stay1, int length);

#endif

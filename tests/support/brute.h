/*
 * brute.h - a law as one number per sequence: the slow, independent answer for small sources.
 */
#ifndef MG_TESTS_SUPPORT_BRUTE_H
#define MG_TESTS_SUPPORT_BRUTE_H

#include <stddef.h>
#include <stdint.h>

#include "model/source/source.h"

struct brute {
    size_t length, vocab;
    size_t n;     /* V^L */
    double *prob; /* (n) sequence x at index x_0 V^(L-1) + ... + x_{L-1} */
};

/* All probabilities 0; release with brute_free. */
struct brute brute_new(size_t length, size_t vocab);
void brute_free(struct brute *brute);

/* Tokens (L) out of an index, and back. */
void brute_tokens(const struct brute *brute, size_t index, int *tokens);
size_t brute_index(const struct brute *brute, const int *tokens);

/* Sum over all sequences that agree with the context. */
double brute_mass(const struct brute *brute, const int *context);

/* H(X_S), S the bits of a word, by one sum per value of x_S. */
double brute_entropy(const struct brute *brute, unsigned subset);

/*
 * Fails the test unless the source answers as the law does, within 1e-12: log mass, conditionals
 * and joints for n random contexts (impossible ones too), support with its order and size, and
 * entropy.
 */
void brute_check(const struct brute *brute, const struct mg_source *source, uint64_t seed,
                 size_t n);

/* A random stream for tests. */
struct mg_rng brute_rng(uint64_t seed);

/* rows (n_rows, n) out: random laws, each entry 0 with probability `zeros`. */
void brute_random_rows(double *rows, size_t n_rows, size_t n, double zeros, struct mg_rng *rng);

#endif

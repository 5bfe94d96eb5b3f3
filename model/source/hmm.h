/*
 * hmm.h - a hidden Markov model as a source: states move as a chain and each emits one token.
 */
#ifndef MG_SOURCE_HMM_H
#define MG_SOURCE_HMM_H

#include "model/source/source.h"

/*
 * Hidden chain of `length` steps over `states` states, tokens in [0, vocab).
 *   transition  (S, S)  in  between hidden states, >= 0, rows sum to one
 *   start       (S)     in  >= 0, sums to one; for the stationary law: mg_chain_stationary
 *   emission    (S, V)  in  row s is the law of the token that state s emits
 * Copied, and scaled so that every row sums to one within rounding. Never NULL; free with
 * mg_source_free.
 *
 * The support is counted over sets of hidden states; its size is INFINITY when more than 2^16
 * different sets can be met at one position.
 */
struct mg_source *mg_hmm_new(const double *transition, const double *start, const double *emission,
                             size_t length, size_t states, size_t vocab);

#endif

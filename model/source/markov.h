/*
 * markov.h - a Markov chain as a source: exact answers for any mask pattern at any length.
 */
#ifndef MG_SOURCE_MARKOV_H
#define MG_SOURCE_MARKOV_H

#include "model/source/source.h"

/* The chain behind a source; the arrays belong to the source. */
struct mg_chain {
    const double *start;      /* (V) law of the first token */
    const double *transition; /* (V, V), row x is the law of the token after x */
};

/*
 * Chain of `length` tokens over `vocab` states.
 *   transition  (V, V)  in  >= 0, rows sum to one
 *   start       (V)     in  >= 0, sums to one; for the stationary law: mg_chain_stationary
 * Copied, and scaled so that every row sums to one within rounding. Never NULL; free with
 * mg_source_free.
 */
struct mg_source *mg_markov_new(const double *transition, const double *start, size_t length,
                                size_t vocab);

/* The chain of a source of kind "markov", NULL for every other kind. */
const struct mg_chain *mg_source_chain(const struct mg_source *source);

#endif

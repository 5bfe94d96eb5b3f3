/*
 * bigram.h - how far the bigrams of drawn sequences are from those of the source.
 *
 * The law of a bigram is pooled: the mean over neighbouring masked positions i, i + 1 of
 * P(X_i = a, X_{i+1} = b | prompt). On a chain of full support every draw is coherent; its bigrams
 * still show what a sampler favours.
 */
#ifndef MG_MEASURE_BIGRAM_H
#define MG_MEASURE_BIGRAM_H

#include <stddef.h>

#include "model/source/source.h"

struct mg_bigrams;

/*
 * The source's bigrams given a prompt (L) of positive probability; NULL where there are none to
 * know: no oracle, no two neighbouring masks, or too long to work out (more than 4096 conditionals
 * of a source that is not a chain from all masks). Borrows nothing.
 */
struct mg_bigrams *mg_bigrams_new(const struct mg_source *source, const int *prompt);
void mg_bigrams_free(struct mg_bigrams *bigrams); /* NULL is fine */

/* Forget the draws, keep the source's law. */
void mg_bigrams_clear(struct mg_bigrams *bigrams);

/* Count the bigrams of one draw, tokens (L). */
void mg_bigrams_add(struct mg_bigrams *bigrams, const int *tokens);

/* Total variation between the bigrams counted, at least one, and the source's. */
double mg_bigrams_tv(const struct mg_bigrams *bigrams);

#endif

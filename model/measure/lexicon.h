/*
 * lexicon.h - how many words of a drawn text are words at all: those that its training part has.
 *
 * A word is what stands between two spaces; what the ends of a row cut is none. The share of known
 * words is read beside the entropy of the drawn tokens, since "the the the" is all words: ranking
 * by the drawn token, or a low temperature, buys words with variety.
 */
#ifndef MG_MEASURE_LEXICON_H
#define MG_MEASURE_LEXICON_H

#include <stdbool.h>
#include <stddef.h>

#include "model/measure/measure.h"

struct mg_lexicon;

/*
 * Words of the training part of a text whose tokens are spelled (mg_text_spell), and nothing
 * counted yet; NULL for any other source. Release with mg_lexicon_free.
 */
struct mg_lexicon *mg_lexicon_new(const struct mg_source *source);
void mg_lexicon_free(struct mg_lexicon *lexicon); /* NULL is fine */

/* Forget what was counted. */
void mg_lexicon_clear(struct mg_lexicon *lexicon);

/*
 * Count one row (n): words that have a token which is not given, and tokens which are not. given
 * (n) NULL: none is.
 */
void mg_lexicon_add(struct mg_lexicon *lexicon, const int *row, const bool *given, size_t n);

/*
 * Rows of `information` on what was counted: SAMPLER.word_rate, exact: of the held-out part, and
 * SAMPLER.token_entropy_nats, of all positions pooled, exact: of the training part.
 */
void mg_lexicon_emit(const struct mg_lexicon *lexicon, struct mg_sink *sink, const char *sampler);

#endif

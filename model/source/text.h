/*
 * text.h - a text as a source: windows of a long row of tokens, and no oracle.
 *
 * Nobody knows the law of a text, so log_mass is NULL and every exact column of a measure stays
 * NULL. Training draws windows of the first part; measures draw from the second, which training
 * never saw. What can be said of the truth is the unigram law, and bounds (text_gain.h).
 */
#ifndef MG_SOURCE_TEXT_H
#define MG_SOURCE_TEXT_H

#include <stdint.h>

#include "model/source/source.h"

#define MG_TEXT_SPACE "\u2423" /* tokens are separated by spaces, so a space is written so */

/* The text behind a source; the arrays live as long as the source. */
struct mg_text {
    const uint32_t *tokens; /* (n) the training part, then the part held out */
    size_t n;
    size_t n_train;
    const double *unigram;      /* (V) share of each token in the training part */
    const uint32_t *characters; /* (V) characters of each token; NULL: one each */
    /* (V) how tokens are written, a space as MG_TEXT_SPACE; NULL: nobody said (mg_text_spell) */
    const char *const *spelling;
};

/*
 * Windows of `length` tokens over `vocab` values, every start as likely as any other, inside one
 * of the parts tokens[0 .. n_train) and tokens[n_train .. n). Both parts have length tokens or
 * more (asserted). The tokens are borrowed and must outlive the source. Never NULL; free with
 * mg_source_free. characters (V) as in struct mg_text, borrowed too.
 */
struct mg_source *mg_text_new(const uint32_t *tokens, size_t n, size_t n_train, size_t length,
                              size_t vocab, const uint32_t *characters);

/* Characters that a row of n tokens writes. */
double mg_text_characters(const struct mg_text *text, const int *tokens, size_t n);

/* Say how the V tokens are written: UTF-8, borrowed, must outlive the source. */
void mg_text_spell(struct mg_source *source, const char *const *spelling);

/* The text of a source of kind "text", NULL for every other kind. */
const struct mg_text *mg_source_text(const struct mg_source *source);

#endif

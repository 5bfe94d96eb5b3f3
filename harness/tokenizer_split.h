/*
 * tokenizer_split.h - where a text is cut before byte-pair encoding: the rules of known tokenizers.
 *
 * A rule is a regular expression that covers every text; each match is a piece. Letters, numbers
 * and white space are those of Hugging Face's `tokenizers`, whatever PCRE2's tables say (tests/
 * tokenizers measures both).
 */
#ifndef MG_HARNESS_TOKENIZER_SPLIT_H
#define MG_HARNESS_TOKENIZER_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

struct mg_split;

/* GPT-2's rule is not written in its files. */
#define MG_SPLIT_GPT2                                                                              \
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

/* The rule that a tokenizer.json writes so, or NULL if it is none of those known. */
struct mg_split *mg_split_new(const char *regex);
void mg_split_free(struct mg_split *split); /* NULL is fine */

/* Names of the known rules, with commas. */
const char *mg_split_names(void);

/* Pieces of one character of a word: a letter, mark, digit, connector or joiner (UTS 18, C). */
struct mg_split *mg_split_word_characters(void);

/*
 * Bytes of the piece that begins at p, of at most `rest` > 0 bytes of well-formed UTF-8; 0 if none
 * does, which happens with word characters only.
 */
size_t mg_split_piece(const struct mg_split *split, const char *p, size_t rest);

/* Is it white space (Unicode's White_Space: 25 code points)? */
bool mg_is_white(unsigned code);

#endif

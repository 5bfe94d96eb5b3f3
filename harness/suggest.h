/*
 * suggest.h - "did you mean": the nearest valid word to a misspelt one.
 */
#ifndef MG_HARNESS_SUGGEST_H
#define MG_HARNESS_SUGGEST_H

#include <stddef.h>

/*
 * Edits (insert, delete, substitute, swap neighbours) that turn a into b: the restricted
 * Damerau-Levenshtein distance (Damerau 1964), over bytes. Words longer than 63 bytes are as far
 * apart as the longer one is long.
 */
size_t mg_suggest_distance(const char *a, const char *b);

/*
 * The candidate nearest to word, if within max(2, length / 3) edits (1 for words of up to 3
 * bytes) and nearer than a complete rewrite; the first of equals. NULL when none is. Case counts
 * as no edit.
 */
const char *mg_suggest(const char *word, const char *const *candidates, size_t n);

#endif

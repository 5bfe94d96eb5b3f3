/*
 * contexts.h - a set of contexts, numbered in the order they came: what is asked only once.
 *
 * Draws and sequences share contexts (all begin at the same masks); a predictor is asked for each
 * distinct one. An open-addressing hash table over rows of L ints; nothing depends on addresses.
 */
#ifndef MG_DIFFUSION_CONTEXTS_H
#define MG_DIFFUSION_CONTEXTS_H

#include <stdbool.h>
#include <stddef.h>

struct mg_contexts;

/* An empty set of rows of length ints. Free with mg_contexts_free (NULL is fine). */
struct mg_contexts *mg_contexts_new(size_t length);
void mg_contexts_free(struct mg_contexts *contexts);

/* Number of row (L), added when it is new (*fresh, if not NULL); the row is copied. */
size_t mg_contexts_add(struct mg_contexts *contexts, const int *row, bool *fresh);

size_t mg_contexts_count(const struct mg_contexts *contexts);

/* Row `number` and all after it, (count - number, L); valid until the next add or clear. */
const int *mg_contexts_rows(const struct mg_contexts *contexts, size_t number);

/* Forget all rows, keep the memory. */
void mg_contexts_clear(struct mg_contexts *contexts);

#endif

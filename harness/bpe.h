/*
 * bpe.h - byte-pair encoding: the merges, and their use on a piece of text.
 *
 * A piece begins as a row of small tokens; as long as some neighbours are a merge, those of the
 * lowest rank, the leftmost of equals, become one token. Source: Sennrich, Haddow and Birch 2016,
 * arXiv:1508.07909, algorithm 1. A heap keeps a piece of n tokens at n log n steps, however long
 * it is and whatever the merges are.
 */
#ifndef MG_HARNESS_BPE_H
#define MG_HARNESS_BPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mg_bpe;

struct mg_bpe *mg_bpe_new(void);
void mg_bpe_free(struct mg_bpe *bpe); /* NULL is fine */

/* Add the merge of the next rank: left and right become `id`. False if the pair has one already. */
bool mg_bpe_add(struct mg_bpe *bpe, uint32_t left, uint32_t right, uint32_t id);

/* Memory that one piece leaves to the next. Initialise with {0}. */
struct mg_bpe_work {
    uint32_t *next, *before; /* (capacity) neighbours that are left */
    uint64_t *heap;          /* (3 capacity) */
    size_t capacity;
};
void mg_bpe_work_free(struct mg_bpe_work *work);

/* Merge a piece in place, ids (n) in and out; returns how many are left. n < 2^32. */
size_t mg_bpe_merge(const struct mg_bpe *bpe, uint32_t *ids, size_t n, struct mg_bpe_work *work);

#endif

/*
 * bpe_learn.h - merges learnt from a text, and their use on one.
 *
 * A text is a row of tokens, its characters; pieces begin at every space, so that a token holds a
 * space only at its beginning. As long as tokens are wanted, the neighbours that are together most
 * often in a piece become one token; of equals those of the smallest left id, then the smallest
 * right one. Source: Sennrich, Haddow and Birch 2016, arXiv:1508.07909, algorithm 1.
 */
#ifndef MG_HARNESS_BPE_LEARN_H
#define MG_HARNESS_BPE_LEARN_H

#include "harness/bpe.h"
#include "harness/heap.h"
#include "harness/identity.h"

/* The words to be made: symbols by id, those of the characters first. */
struct mg_vocabulary {
    const char **symbols; /* room for `wanted` */
    size_t n;
    size_t wanted;
    struct mg_bpe *bpe;       /* without merges at first */
    char sha256[MG_KEY_TEXT]; /* out: of the merges, a line "LEFT RIGHT" for each */
};

/*
 * Learn from tokens (n), ids below vocabulary->n, until there are `wanted` symbols; new ones are
 * the heap's. A merge that makes a token of before takes its id. False if no pair is there twice
 * before that.
 */
bool mg_bpe_learn(struct mg_vocabulary *vocabulary, const uint32_t *tokens, size_t n,
                  uint32_t space, struct mg_heap *heap);

/* Merge a text in place, tokens (n) in and out; returns how many are left. */
size_t mg_bpe_apply(const struct mg_bpe *bpe, uint32_t *tokens, size_t n, uint32_t space);

#endif

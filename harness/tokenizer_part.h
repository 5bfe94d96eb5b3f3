/*
 * tokenizer_part.h - what the files of the tokenizer share.
 */
#ifndef MG_HARNESS_TOKENIZER_PART_H
#define MG_HARNESS_TOKENIZER_PART_H

#include <stdbool.h>

#include "harness/bpe.h"
#include "harness/buffer.h"
#include "harness/heap.h"
#include "harness/names.h"
#include "harness/tokenizer.h"
#include "harness/tokenizer_added.h"
#include "harness/tokenizer_split.h"

#define MG_SPACE_MARK "\u2581" /* what Llama-2 writes for a space */

enum mg_tokenizer_form {
    MG_TOKENIZER_BYTES, /* pieces of a split, their bytes as 256 printable characters */
    MG_TOKENIZER_MARKS  /* no split; U+2581 for a space and before all; <0xNN> for the rest */
};

struct mg_tokenizer {
    struct mg_heap *heap; /* owns the strings */
    enum mg_tokenizer_form form;
    bool nfc;
    bool prefix_space;      /* a space before a text that has none */
    bool ignore_merges;     /* a piece that is a token is that token */
    struct mg_split *split; /* bytes only */
    struct mg_bpe *bpe;
    struct mg_names *names;   /* of the model's vocabulary */
    const char **tokens;      /* (capacity) by id, as in the file; NULL: no token */
    bool *is_added;           /* (capacity) */
    size_t vocab;             /* one more than the highest id */
    size_t capacity;          /* of tokens and is_added */
    uint32_t of_byte[256];    /* token of a byte */
    struct mg_added *added;   /* looked for in the text as it is */
    struct mg_added *matched; /* looked for after normalization */
};

/* The character that stands for a byte in byte-level BPE (below U+0144). */
unsigned mg_byte_character(unsigned char byte);

/* A text as the model sees it, appended to out. MG_EUSAGE: cannot be normalized. */
enum mg_status mg_tokenizer_normalize(struct mg_buffer *out, const struct mg_tokenizer *tokenizer,
                                      const char *text, size_t size, struct mg_error *err);

#endif

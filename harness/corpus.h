/*
 * corpus.h - a text file as token ids, in a part to train on and one held out.
 *
 * Tokens are characters, or those of a tokenizer, which sees the text as it stands. Of characters
 * white space is one space however much of it there is, and none at the ends; a space is written
 * as U+2423, since tokens are separated by spaces. The file is split where a line begins, so the
 * same bytes always give the same parts; its SHA-256 stands for it in every identity.
 */
#ifndef MG_HARNESS_CORPUS_H
#define MG_HARNESS_CORPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/alphabet.h"
#include "harness/heap.h"
#include "harness/identity.h"
#include "harness/tokenizer.h"
#include "model/numeric/error.h"
#include "model/source/text.h"

#define MG_CORPUS_SPACE MG_TEXT_SPACE

enum mg_corpus_characters {
    MG_CORPUS_LETTERS, /* a to z in lower case; all between them is one space */
    MG_CORPUS_ALL      /* every character as it is */
};

/* The word of an experiment file and a sentence about it; NULL after the last. */
const char *mg_corpus_word(size_t i);
const char *mg_corpus_help(size_t i);

/* How to read one. */
struct mg_corpus_rule {
    enum mg_corpus_characters characters;
    double held_out;                      /* share of the bytes, in (0, 1) */
    const struct mg_alphabet *alphabet;   /* the characters allowed (all only); NULL: those there */
    const struct mg_tokenizer *tokenizer; /* instead of characters; NULL: characters */
};

struct mg_corpus {
    uint32_t *tokens; /* (n) the part to train on, then the part held out; the heap's */
    size_t n;
    size_t n_train;
    const char **symbols;       /* (vocab) by id; characters by code point, the space last */
    const uint32_t *characters; /* (vocab) of each token; NULL: one each */
    size_t vocab;
    char sha256[MG_KEY_TEXT]; /* of the file's bytes */
};

/* True if there is nothing at path. */
bool mg_corpus_is_missing(const char *path);

/*
 * Read a file. MG_EUSAGE with a sentence when it cannot be read, is empty, holds a character that
 * is not UTF-8, not in the alphabet, or used to write something else; *line is then its line, 0
 * for the file as a whole.
 */
enum mg_status mg_corpus_read(struct mg_corpus *corpus, size_t *line, const char *path,
                              const struct mg_corpus_rule *rule, struct mg_heap *heap,
                              struct mg_error *err);

/*
 * Token ids of a prompt, in the heap: read by the same rules, but what stands between letters must
 * be a space, and spaces at the ends stay. n out. False, with the sentence in *problem (the
 * heap's), for a character that the symbols do not have.
 */
bool mg_corpus_prompt(int **tokens, size_t *n, const char **problem,
                      const struct mg_alphabet *alphabet, const char *text, struct mg_heap *heap);

#endif

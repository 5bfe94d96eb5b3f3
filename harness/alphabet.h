/*
 * alphabet.h - how tokens are written, and from text to token ids.
 *
 * Tokens are separated by one space; "_" is a mask. Symbols are not empty, hold no space, and are
 * not "_".
 */
#ifndef MG_HARNESS_ALPHABET_H
#define MG_HARNESS_ALPHABET_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/heap.h"

struct mg_alphabet {
    char **symbols; /* (n) by id */
    size_t *sorted; /* (n) ids in byte order of their symbols */
    size_t n;
};

/* n symbols, copied into the heap. They must be distinct. */
void mg_alphabet_init(struct mg_alphabet *alphabet, struct mg_heap *heap,
                      const char *const *symbols, size_t n);

/* "0" to "n - 1". */
void mg_alphabet_numbers(struct mg_alphabet *alphabet, struct mg_heap *heap, size_t n);

/* Id of a symbol of `size` bytes, or -1 if there is none. */
int mg_alphabet_find(const struct mg_alphabet *alphabet, const char *symbol, size_t size);

/* "A, B, C"; long alphabets are cut with "...". Returns buffer. */
const char *mg_alphabet_list(const struct mg_alphabet *alphabet, char *buffer, size_t size);

/*
 * The words of a text: start and size of each, in the heap. False, with the sentence in *problem,
 * when they are not separated by exactly one space.
 */
struct mg_word {
    const char *start;
    size_t size;
};
bool mg_words_split(struct mg_word **words, size_t *n, struct mg_heap *heap, const char *text,
                    const char **problem);

bool mg_word_is_mask(struct mg_word word);

#endif

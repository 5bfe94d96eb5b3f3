/* alphabet.c - how tokens are written, and from text to token ids. */
#include "harness/alphabet.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    const char *symbol;
    size_t id;
};

static int by_symbol(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->symbol, ((const struct entry *)b)->symbol);
}

void mg_alphabet_init(struct mg_alphabet *alphabet, struct mg_heap *heap,
                      const char *const *symbols, size_t n)
{
    struct entry *entries = mg_heap_array(heap, n, sizeof(*entries));

    alphabet->n = n;
    alphabet->symbols = mg_heap_array(heap, n, sizeof(char *));
    alphabet->sorted = mg_heap_array(heap, n, sizeof(size_t));
    for (size_t i = 0; i < n; i++) {
        alphabet->symbols[i] = mg_heap_text(heap, symbols[i]);
        entries[i] = (struct entry){.symbol = alphabet->symbols[i], .id = i};
    }
    qsort(entries, n, sizeof(*entries), by_symbol);
    for (size_t i = 0; i < n; i++) {
        alphabet->sorted[i] = entries[i].id;
    }
}

void mg_alphabet_numbers(struct mg_alphabet *alphabet, struct mg_heap *heap, size_t n)
{
    const char **symbols = mg_heap_array(heap, n, sizeof(char *));

    for (size_t i = 0; i < n; i++) {
        symbols[i] = mg_heap_format(heap, "%zu", i);
    }
    mg_alphabet_init(alphabet, heap, symbols, n);
}

int mg_alphabet_find(const struct mg_alphabet *alphabet, const char *symbol, size_t size)
{
    size_t lo = 0;
    size_t hi = alphabet->n;

    while (lo < hi) {
        const size_t middle = lo + (hi - lo) / 2;
        const char *there = alphabet->symbols[alphabet->sorted[middle]];
        int order = strncmp(there, symbol, size);

        if (order == 0 && there[size] != '\0') {
            order = 1; /* the word is a beginning of this symbol */
        }
        if (order == 0) {
            return (int)alphabet->sorted[middle];
        }
        if (order < 0) {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    return -1;
}

const char *mg_alphabet_list(const struct mg_alphabet *alphabet, char *buffer, size_t size)
{
    size_t used = 0;

    buffer[0] = '\0';
    for (size_t i = 0; i < alphabet->n; i++) {
        const int wrote = snprintf(buffer + used, size - used, "%s%s", i == 0 ? "" : ", ",
                                   i < 32 ? alphabet->symbols[i] : "...");

        used += (size_t)wrote;
        if (i >= 32 || used >= size) {
            break;
        }
    }
    return buffer;
}

bool mg_words_split(struct mg_word **words, size_t *n, struct mg_heap *heap, const char *text,
                    const char **problem)
{
    size_t count = 1;

    for (const char *c = text; *c != '\0'; c++) {
        count += *c == ' ' ? 1 : 0;
    }
    *words = mg_heap_array(heap, count, sizeof(**words));
    *n = 0;
    for (const char *at = text;;) {
        const size_t size = strcspn(at, " ");

        if (size == 0) {
            *problem = "tokens are separated by exactly one space";
            return false;
        }
        (*words)[(*n)++] = (struct mg_word){.start = at, .size = size};
        if (at[size] == '\0') {
            break;
        }
        at += size + 1;
    }
    assert(*n == count);
    return true;
}

bool mg_word_is_mask(struct mg_word word)
{
    return word.size == 1 && word.start[0] == '_';
}

/* contexts.c - see contexts.h. */
#include "model/diffusion/contexts.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/diffusion/grow.h"
#include "model/numeric/arena.h"

enum { FIRST_SLOTS = 64 };

struct mg_contexts {
    size_t length;
    int *rows;        /* (count, L) */
    uint64_t *hashes; /* (count) */
    size_t count;
    size_t rows_capacity; /* in rows */
    size_t hash_capacity;
    size_t *slots;  /* 1 + number of a row, 0 for an empty slot */
    size_t n_slots; /* a power of two, at least twice count */
};

struct mg_contexts *mg_contexts_new(size_t length)
{
    struct mg_contexts *contexts = mg_allocate(1, sizeof(*contexts));

    assert(length > 0);
    contexts->length = length;
    contexts->n_slots = FIRST_SLOTS;
    contexts->slots = mg_allocate(contexts->n_slots, sizeof(contexts->slots[0]));
    return contexts;
}

void mg_contexts_free(struct mg_contexts *contexts)
{
    if (contexts != NULL) {
        free(contexts->slots);
        free(contexts->hashes);
        free(contexts->rows);
        free(contexts);
    }
}

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014), chained over the row. */
static uint64_t hash_of(const int *row, size_t length)
{
    uint64_t hash = length;

    for (size_t i = 0; i < length; i++) {
        hash += (uint64_t)(uint32_t)row[i] + 0x9e3779b97f4a7c15u;
        hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
        hash ^= hash >> 27;
    }
    return hash;
}

static void place(struct mg_contexts *contexts, size_t number)
{
    size_t slot = contexts->hashes[number] & (contexts->n_slots - 1);

    while (contexts->slots[slot] != 0) {
        slot = (slot + 1) & (contexts->n_slots - 1);
    }
    contexts->slots[slot] = number + 1;
}

static void widen(struct mg_contexts *contexts)
{
    free(contexts->slots);
    contexts->n_slots *= 2;
    contexts->slots = mg_allocate(contexts->n_slots, sizeof(contexts->slots[0]));
    for (size_t i = 0; i < contexts->count; i++) {
        place(contexts, i);
    }
}

size_t mg_contexts_add(struct mg_contexts *contexts, const int *row, bool *fresh)
{
    const uint64_t hash = hash_of(row, contexts->length);
    const size_t bytes = contexts->length * sizeof(row[0]);
    const size_t number = contexts->count;
    size_t slot = hash & (contexts->n_slots - 1);

    for (; contexts->slots[slot] != 0; slot = (slot + 1) & (contexts->n_slots - 1)) {
        const size_t found = contexts->slots[slot] - 1;

        if (contexts->hashes[found] == hash &&
            memcmp(contexts->rows + found * contexts->length, row, bytes) == 0) {
            if (fresh != NULL) {
                *fresh = false;
            }
            return found;
        }
    }
    contexts->rows = mg_grow(contexts->rows, &contexts->rows_capacity, number + 1, bytes);
    contexts->hashes =
        mg_grow(contexts->hashes, &contexts->hash_capacity, number + 1, sizeof(hash));
    memcpy(contexts->rows + number * contexts->length, row, bytes);
    contexts->hashes[number] = hash;
    contexts->slots[slot] = number + 1;
    contexts->count++;
    if (2 * contexts->count > contexts->n_slots) {
        widen(contexts);
    }
    if (fresh != NULL) {
        *fresh = true;
    }
    return number;
}

size_t mg_contexts_count(const struct mg_contexts *contexts)
{
    return contexts->count;
}

const int *mg_contexts_rows(const struct mg_contexts *contexts, size_t number)
{
    assert(number <= contexts->count);
    return contexts->rows + number * contexts->length;
}

void mg_contexts_clear(struct mg_contexts *contexts)
{
    memset(contexts->slots, 0, contexts->n_slots * sizeof(contexts->slots[0]));
    contexts->count = 0;
}

/* names.c - see names.h: open addressing, at most half full. */
#include "harness/names.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"

struct slot {
    const char *bytes; /* NULL: empty */
    size_t size;
    uint32_t number;
};

struct mg_names {
    struct slot *slots;
    size_t capacity; /* a power of two */
    size_t n;
};

struct mg_names *mg_names_new(void)
{
    struct mg_names *names = mg_allocate(1, sizeof(*names));

    names->capacity = 64;
    names->slots = mg_allocate(names->capacity, sizeof(*names->slots));
    return names;
}

void mg_names_free(struct mg_names *names)
{
    if (names != NULL) {
        free(names->slots);
        free(names);
    }
}

/* Where the string is, or the empty slot where it would be. FNV-1a, its high bits folded in. */
static struct slot *slot_of(const struct mg_names *names, const char *bytes, size_t size)
{
    uint64_t hash = 0xCBF29CE484222325ULL;
    size_t at;

    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001B3ULL;
    }
    at = (size_t)(hash ^ hash >> 32) & (names->capacity - 1);
    while (names->slots[at].bytes != NULL &&
           (names->slots[at].size != size || memcmp(names->slots[at].bytes, bytes, size) != 0)) {
        at = (at + 1) & (names->capacity - 1);
    }
    return &names->slots[at];
}

static void grow(struct mg_names *names)
{
    struct slot *old = names->slots;
    const size_t n = names->capacity;

    names->capacity *= 2;
    names->slots = mg_allocate(names->capacity, sizeof(*names->slots));
    for (size_t i = 0; i < n; i++) {
        if (old[i].bytes != NULL) {
            *slot_of(names, old[i].bytes, old[i].size) = old[i];
        }
    }
    free(old);
}

void mg_names_add(struct mg_names *names, const char *bytes, size_t size, uint32_t number)
{
    struct slot *slot;

    assert(number != MG_NO_NAME);
    if (2 * (names->n + 1) > names->capacity) {
        grow(names);
    }
    slot = slot_of(names, bytes, size);
    assert(slot->bytes == NULL);
    *slot = (struct slot){bytes, size, number};
    names->n++;
}

uint32_t mg_names_find(const struct mg_names *names, const char *bytes, size_t size)
{
    const struct slot *slot = slot_of(names, bytes, size);

    return slot->bytes == NULL ? MG_NO_NAME : slot->number;
}

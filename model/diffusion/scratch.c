/* scratch.c - see scratch.h. */
#include "model/diffusion/scratch.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

void *mg_scratch(size_t n, size_t size)
{
    void *items = calloc(n == 0 ? 1 : n, size);

    if (items == NULL) {
        abort();
    }
    return items;
}

void *mg_scratch_grow(void *items, size_t *capacity, size_t n, size_t size)
{
    void *grown = items;

    assert(size > 0);
    if (n > *capacity || items == NULL) {
        const size_t wanted = n > 2 * *capacity ? n : 2 * *capacity;
        const size_t room = wanted < 8 ? 8 : wanted;

        if (room > SIZE_MAX / size) {
            abort();
        }
        grown = realloc(items, room * size);
        if (grown == NULL) {
            abort();
        }
        *capacity = room;
    }
    return grown;
}

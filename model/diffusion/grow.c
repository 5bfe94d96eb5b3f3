/* grow.c - see grow.h. */
#include "model/diffusion/grow.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

enum { FIRST_ROOM = 8 };

void *mg_grow(void *items, size_t *capacity, size_t n, size_t size)
{
    const size_t doubled = *capacity < FIRST_ROOM ? FIRST_ROOM : 2 * *capacity;
    const size_t room = n > doubled ? n : doubled;
    void *grown;

    assert(size > 0);
    if (n <= *capacity && items != NULL) {
        return items;
    }
    if (room > SIZE_MAX / size) {
        abort();
    }
    grown = realloc(items, room * size);
    if (grown == NULL) {
        abort();
    }
    *capacity = room;
    return grown;
}

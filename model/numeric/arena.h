/*
 * arena.h - one aligned block of memory, carved once.
 *
 * A module lists its buffers in one function that calls mg_arena_take for each. It is called
 * twice: on an empty arena, where it only counts, and after mg_arena_reserve, where it hands out
 * memory. So the list of buffers exists once and nothing is allocated in a step. Under
 * AddressSanitizer the gap after each buffer is poisoned, so an overrun inside the block is found.
 */
#ifndef MG_NUMERIC_ARENA_H
#define MG_NUMERIC_ARENA_H

#include <stddef.h>

struct mg_arena {
    unsigned char *base; /* NULL while counting */
    size_t size;         /* bytes reserved */
    size_t used;         /* bytes taken (or counted) so far */
};

/*
 * Room for count elements of size bytes, aligned to 64 bytes, zeroed; NULL while counting.
 * Taking more than was reserved is a bug and asserts.
 */
void *mg_arena_take(struct mg_arena *arena, size_t count, size_t size);

/* Allocate what was counted and start handing out from the beginning. */
void mg_arena_reserve(struct mg_arena *arena);

/* Release the block; an arena of zeros is fine. */
void mg_arena_free(struct mg_arena *arena);

/* Zeroed memory of count elements of size bytes for small structs; aborts when there is none. */
void *mg_allocate(size_t count, size_t size);

#endif

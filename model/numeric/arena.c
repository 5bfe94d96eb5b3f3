/* arena.c - see arena.h. */
#include "model/numeric/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISONING 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define POISONING 1
#endif

#ifdef POISONING
#include <sanitizer/asan_interface.h>
#endif

enum { ALIGNMENT = 64 };

static size_t rounded_up(size_t bytes)
{
    assert(bytes <= SIZE_MAX - 2 * ALIGNMENT);
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void *mg_arena_take(struct mg_arena *arena, size_t count, size_t size)
{
    unsigned char *memory = NULL;
    size_t room;

    assert(size > 0 && count <= SIZE_MAX / size);
    room = rounded_up(count * size) + ALIGNMENT; /* the last line is the poisoned gap */
    if (arena->base != NULL) {
        assert(arena->used + room <= arena->size);
        memory = arena->base + arena->used;
#ifdef POISONING
        ASAN_POISON_MEMORY_REGION(memory + count * size, room - count * size);
#endif
    }
    arena->used += room;
    return memory;
}

void mg_arena_reserve(struct mg_arena *arena)
{
    assert(arena->base == NULL);
    arena->size = arena->used + ALIGNMENT;
    arena->used = 0;
    arena->base = aligned_alloc(ALIGNMENT, arena->size);
    if (arena->base == NULL) {
        abort();
    }
    memset(arena->base, 0, arena->size);
}

void mg_arena_free(struct mg_arena *arena)
{
#ifdef POISONING
    if (arena->base != NULL) {
        ASAN_UNPOISON_MEMORY_REGION(arena->base, arena->size);
    }
#endif
    free(arena->base);
    *arena = (struct mg_arena){0};
}

void *mg_allocate(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

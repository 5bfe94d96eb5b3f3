/* heap.c - memory that lives and dies together: a list of blocks. */
#include "harness/heap.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block {
    void *memory;
    void (*release)(void *memory);
};

struct mg_heap {
    struct block *blocks;
    size_t n, capacity;
};

static void *checked(void *block)
{
    if (block == NULL) {
        fputs("marginalia: out of memory\n", stderr);
        abort();
    }
    return block;
}

struct mg_heap *mg_heap_new(void)
{
    return checked(calloc(1, sizeof(struct mg_heap)));
}

void mg_heap_free(struct mg_heap *heap)
{
    if (heap == NULL) {
        return;
    }
    for (size_t i = 0; i < heap->n; i++) {
        heap->blocks[i].release(heap->blocks[i].memory);
    }
    free(heap->blocks);
    free(heap);
}

void mg_heap_own(struct mg_heap *heap, void *object, void (*release)(void *object))
{
    assert(heap != NULL);
    if (heap->n == heap->capacity) {
        heap->capacity = heap->capacity == 0 ? 64 : 2 * heap->capacity;
        heap->blocks = checked(realloc(heap->blocks, heap->capacity * sizeof(*heap->blocks)));
    }
    heap->blocks[heap->n++] = (struct block){checked(object), release};
}

void *mg_heap_adopt(struct mg_heap *heap, void *block)
{
    mg_heap_own(heap, block, free);
    return block;
}

void *mg_heap_array(struct mg_heap *heap, size_t n, size_t size)
{
    assert(size > 0);
    return mg_heap_adopt(heap, calloc(n == 0 ? 1 : n, size));
}

char *mg_heap_format(struct mg_heap *heap, const char *format, ...)
{
    va_list args;
    char none[1];
    char *text;
    int size;

    assert(format != NULL);
    va_start(args, format);
    size = vsnprintf(none, sizeof(none), format, args);
    va_end(args);
    assert(size >= 0);
    text = mg_heap_array(heap, (size_t)size + 1, 1);
    va_start(args, format);
    vsnprintf(text, (size_t)size + 1, format, args);
    va_end(args);
    return text;
}

char *mg_heap_text(struct mg_heap *heap, const char *text)
{
    const size_t size = strlen(text) + 1;

    return memcpy(mg_heap_array(heap, size, 1), text, size);
}

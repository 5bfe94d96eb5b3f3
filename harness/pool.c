/* pool.c - memory that lives and dies together: a list of blocks. */
#include "harness/pool.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mg_pool {
    void **blocks;
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

struct mg_pool *mg_pool_new(void)
{
    return checked(calloc(1, sizeof(struct mg_pool)));
}

void mg_pool_free(struct mg_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    for (size_t i = 0; i < pool->n; i++) {
        free(pool->blocks[i]);
    }
    free(pool->blocks);
    free(pool);
}

void *mg_pool_adopt(struct mg_pool *pool, void *block)
{
    assert(pool != NULL);
    if (pool->n == pool->capacity) {
        pool->capacity = pool->capacity == 0 ? 64 : 2 * pool->capacity;
        pool->blocks = checked(realloc(pool->blocks, pool->capacity * sizeof(void *)));
    }
    pool->blocks[pool->n++] = checked(block);
    return block;
}

void *mg_pool_array(struct mg_pool *pool, size_t n, size_t size)
{
    assert(size > 0);
    return mg_pool_adopt(pool, calloc(n == 0 ? 1 : n, size));
}

char *mg_pool_format(struct mg_pool *pool, const char *format, ...)
{
    va_list args;
    char *text;
    int size;

    va_start(args, format);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(size >= 0);
    text = mg_pool_array(pool, (size_t)size + 1, 1);
    va_start(args, format);
    vsnprintf(text, (size_t)size + 1, format, args);
    va_end(args);
    return text;
}

char *mg_pool_text(struct mg_pool *pool, const char *text)
{
    const size_t size = strlen(text) + 1;

    return memcpy(mg_pool_array(pool, size, 1), text, size);
}

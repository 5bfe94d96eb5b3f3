/*
 * buffer.c - text that grows.
 */
#include "harness/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for `more` bytes and a terminator. */
static void reserve(struct mg_buffer *buffer, size_t more)
{
    const size_t need = buffer->size + more + 1;

    if (need > buffer->capacity) {
        size_t capacity = buffer->capacity > 0 ? buffer->capacity : 256;
        while (capacity < need) {
            capacity *= 2;
        }
        buffer->text = realloc(buffer->text, capacity);
        if (buffer->text == NULL) {
            abort();
        }
        buffer->capacity = capacity;
    }
}

void mg_buffer_add(struct mg_buffer *buffer, const char *bytes, size_t size)
{
    assert(buffer != NULL);
    reserve(buffer, size);
    if (size > 0) {
        memcpy(buffer->text + buffer->size, bytes, size);
    }
    buffer->size += size;
    buffer->text[buffer->size] = '\0';
}

void mg_buffer_puts(struct mg_buffer *buffer, const char *text)
{
    mg_buffer_add(buffer, text, strlen(text));
}

void mg_buffer_printf(struct mg_buffer *buffer, const char *format, ...)
{
    va_list args;
    int size;

    assert(format != NULL);
    va_start(args, format);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(size >= 0);
    reserve(buffer, (size_t)size);
    va_start(args, format);
    vsnprintf(buffer->text + buffer->size, (size_t)size + 1, format, args);
    va_end(args);
    buffer->size += (size_t)size;
}

char *mg_buffer_take(struct mg_buffer *buffer)
{
    char *text;

    reserve(buffer, 0);
    buffer->text[buffer->size] = '\0';
    text = buffer->text;
    *buffer = (struct mg_buffer){0};
    return text;
}

void mg_buffer_free(struct mg_buffer *buffer)
{
    free(buffer->text);
    *buffer = (struct mg_buffer){0};
}

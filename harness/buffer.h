/*
 * buffer.h - text that grows: scripts, tables and pages are put together here.
 *
 * Initialise with {0}. The text is always terminated. Running out of memory ends the program:
 * there is nothing left to report it with.
 */
#ifndef MG_HARNESS_BUFFER_H
#define MG_HARNESS_BUFFER_H

#include <stddef.h>

struct mg_buffer {
    char *text; /* NULL while nothing was added; else terminated */
    size_t size;
    size_t capacity;
};

void mg_buffer_add(struct mg_buffer *buffer, const char *bytes, size_t size);
void mg_buffer_puts(struct mg_buffer *buffer, const char *text);
void mg_buffer_printf(struct mg_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Give the text away (the caller frees it, "" if nothing was added); the buffer is empty again. */
char *mg_buffer_take(struct mg_buffer *buffer);
void mg_buffer_free(struct mg_buffer *buffer); /* the text; the struct may be used again */

#endif

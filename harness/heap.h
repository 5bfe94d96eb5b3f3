/*
 * heap.h - memory that lives and dies together: everything read from one file.
 *
 * An experiment file becomes some thousands of small strings and arrays with one lifetime. A heap
 * owns them all, so no reader has a cleanup path. Memory that runs out ends the program.
 */
#ifndef MG_HARNESS_HEAP_H
#define MG_HARNESS_HEAP_H

#include <stddef.h>

struct mg_heap;

struct mg_heap *mg_heap_new(void);
void mg_heap_free(struct mg_heap *heap); /* NULL is fine */

/* n zeroed elements of `size` bytes, aligned for any type; n = 0 gives a valid pointer. */
void *mg_heap_array(struct mg_heap *heap, size_t n, size_t size);

/* A formatted string; the second form copies one. */
char *mg_heap_format(struct mg_heap *heap, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *mg_heap_text(struct mg_heap *heap, const char *text);

/* The heap frees a malloc'd block at its end; returns the block. */
void *mg_heap_adopt(struct mg_heap *heap, void *block);

/* The heap calls release(object) at its end, for what is more than a block. */
void mg_heap_own(struct mg_heap *heap, void *object, void (*release)(void *object));

#endif

/*
 * array.h - the one way the sources allocate: zeroed, and never NULL.
 */
#ifndef MG_SOURCE_ARRAY_H
#define MG_SOURCE_ARRAY_H

#include <stddef.h>

/*
 * n elements of size bytes, all bits 0; n = 0 gives a pointer that may not be read. Aborts when
 * there is no memory: sources are small, and nothing above could go on without one. Free with free.
 */
void *mg_array_new(size_t n, size_t size);

/* The same, filled with the n elements at from. */
void *mg_array_copy(const void *from, size_t n, size_t size);

#endif

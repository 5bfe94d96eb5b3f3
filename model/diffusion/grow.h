/* grow.h - room for one more: a list of unknown length in one block that doubles. */
#ifndef MG_DIFFUSION_GROW_H
#define MG_DIFFUSION_GROW_H

#include <stddef.h>

/*
 * Return items, moved if need be, with room for at least n of size bytes; *capacity (items) is
 * updated and at least doubles. Values are kept, new room is raw. items NULL with *capacity 0
 * starts a list; release with free(). Aborts when there is no memory.
 */
void *mg_grow(void *items, size_t *capacity, size_t n, size_t size);

#endif

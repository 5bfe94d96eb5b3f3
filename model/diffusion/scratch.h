/*
 * scratch.h - zeroed memory that is always there: without it the process ends.
 *
 * For working memory of the sampler and the measures, whose size is bounded by what `check`
 * accepted. Release with free().
 */
#ifndef MG_DIFFUSION_SCRATCH_H
#define MG_DIFFUSION_SCRATCH_H

#include <stddef.h>

/* n items of size bytes, all 0; aborts when there is no memory; n may be 0. */
void *mg_scratch(size_t n, size_t size);

/* Make room for n items, at least doubling *capacity; items keep their values, new ones are raw. */
void *mg_scratch_grow(void *items, size_t *capacity, size_t n, size_t size);

#endif

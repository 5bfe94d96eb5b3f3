/*
 * pool.h - memory that lives and dies together: everything read from one file.
 *
 * An experiment file becomes some thousands of small strings and arrays with one lifetime. A pool
 * owns them all, so no reader has a cleanup path. Memory that runs out ends the program.
 */
#ifndef MG_HARNESS_POOL_H
#define MG_HARNESS_POOL_H

#include <stddef.h>

struct mg_pool;

struct mg_pool *mg_pool_new(void);
void mg_pool_free(struct mg_pool *pool); /* NULL is fine */

/* n zeroed elements of `size` bytes, aligned for any type; n = 0 gives a valid pointer. */
void *mg_pool_array(struct mg_pool *pool, size_t n, size_t size);

/* A formatted string; the second form copies one. */
char *mg_pool_format(struct mg_pool *pool, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *mg_pool_text(struct mg_pool *pool, const char *text);

/* The pool frees a malloc'd block at its end; returns the block. */
void *mg_pool_adopt(struct mg_pool *pool, void *block);

#endif

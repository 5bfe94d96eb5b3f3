/*
 * names.h - from strings to numbers: a hash table that only grows.
 */
#ifndef MG_HARNESS_NAMES_H
#define MG_HARNESS_NAMES_H

#include <stddef.h>
#include <stdint.h>

#define MG_NO_NAME UINT32_MAX

struct mg_names;

struct mg_names *mg_names_new(void);
void mg_names_free(struct mg_names *names); /* NULL is fine */

/*
 * Give a string of `size` bytes a number below MG_NO_NAME. The bytes are borrowed and must outlive
 * the table. The string must not be there yet (asserted).
 */
void mg_names_add(struct mg_names *names, const char *bytes, size_t size, uint32_t number);

/* The number of a string, or MG_NO_NAME. */
uint32_t mg_names_find(const struct mg_names *names, const char *bytes, size_t size);

#endif

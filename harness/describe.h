/*
 * describe.h - the option table for people and for editors.
 */
#ifndef MG_HARNESS_DESCRIBE_H
#define MG_HARNESS_DESCRIBE_H

#include "model/numeric/error.h"

/*
 * Text about a key: NULL or "" lists the keys of a file; a dotted path (names or "*" for entries
 * of lists) says everything about it, with the keys below it; a bare key ("lr") is looked up
 * anywhere. *text is malloc'd, the caller's, and ends in a newline. An unknown key is MG_EUSAGE
 * with the nearest one.
 */
enum mg_status mg_describe(char **text, const char *key, struct mg_error *err);

/* A JSON Schema (draft 2020-12) of experiment files, malloc'd; keys that apply to some kinds only
 * are allowed everywhere, and their description says where they apply. */
char *mg_describe_schema(void);

#endif

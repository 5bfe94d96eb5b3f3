/*
 * checkpoint_field.h - fields of a config.json, read with errors that name place and field.
 *
 * Inside of checkpoint_config.c and checkpoint_family.c.
 */
#ifndef MG_HARNESS_CHECKPOINT_FIELD_H
#define MG_HARNESS_CHECKPOINT_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/json.h"

/* What is read from, and where errors go. */
struct mg_fields {
    const char *path;
    struct mg_error *err;
};

/* A field with one value that we can run, as canonical JSON. */
struct mg_constant {
    const char *key, *value;
    bool optional; /* may be absent, which means the same */
};

/* "PATH:LINE:COL: error: POINTER must be MUST" */
enum mg_status mg_field_fail(const struct mg_fields *fields, const struct mg_json *value,
                             const char *must);

/* The member called key, of that type; or NULL, and *status tells. */
const struct mg_json *mg_field_get(enum mg_status *status, const struct mg_fields *fields,
                                   const struct mg_json *object, const char *key,
                                   enum mg_json_type type);

/* An integer from min to max. */
enum mg_status mg_field_size(size_t *size, const struct mg_fields *fields,
                             const struct mg_json *object, const char *key, size_t min, size_t max);

/* A number above 0. */
enum mg_status mg_field_real(double *real, const struct mg_fields *fields,
                             const struct mg_json *object, const char *key);

/* Constants until one without key. */
enum mg_status mg_field_constants(const struct mg_fields *fields, const struct mg_json *root,
                                  const struct mg_constant *constants);

#endif

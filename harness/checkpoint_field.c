/* checkpoint_field.c - see checkpoint_field.h. */
#include "harness/checkpoint_field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum mg_status mg_field_fail(const struct mg_fields *fields, const struct mg_json *value,
                             const char *must)
{
    char pointer[128];

    return mg_fail(fields->err, MG_EUSAGE, "%s:%zu:%zu: error: %s must be %s", fields->path,
                   mg_json_line(value), mg_json_column(value),
                   mg_json_pointer(value, pointer, sizeof(pointer)), must);
}

static enum mg_status fail_missing(const struct mg_fields *fields, const struct mg_json *object,
                                   const char *key)
{
    return mg_fail(fields->err, MG_EUSAGE, "%s:%zu:%zu: error: \"%s\" is missing", fields->path,
                   mg_json_line(object), mg_json_column(object), key);
}

const struct mg_json *mg_field_get(enum mg_status *status, const struct mg_fields *fields,
                                   const struct mg_json *object, const char *key,
                                   enum mg_json_type type)
{
    const struct mg_json *value = mg_json_get(object, key);

    if (value == NULL) {
        *status = fail_missing(fields, object, key);
        return NULL;
    }
    if (mg_json_type(value) != type) {
        *status = mg_field_fail(fields, value, mg_json_type_name(type));
        return NULL;
    }
    *status = MG_OK;
    return value;
}

enum mg_status mg_field_size(size_t *size, const struct mg_fields *fields,
                             const struct mg_json *object, const char *key, size_t min, size_t max)
{
    enum mg_status status;
    const struct mg_json *value = mg_field_get(&status, fields, object, key, MG_JSON_NUMBER);
    long long integer = 0;
    char must[96];

    if (value == NULL) {
        return status;
    }
    if (!mg_json_integer(value, &integer) || integer < (long long)min || integer > (long long)max) {
        if (min == max) { /* another field has said it */
            (void)snprintf(must, sizeof(must), "%zu, as other fields say", min);
        } else {
            (void)snprintf(must, sizeof(must), "an integer from %zu to %zu", min, max);
        }
        return mg_field_fail(fields, value, must);
    }
    *size = (size_t)integer;
    return MG_OK;
}

enum mg_status mg_field_real(double *real, const struct mg_fields *fields,
                             const struct mg_json *object, const char *key)
{
    enum mg_status status;
    const struct mg_json *value = mg_field_get(&status, fields, object, key, MG_JSON_NUMBER);

    if (value == NULL) {
        return status;
    }
    if (!(mg_json_number(value) > 0)) {
        return mg_field_fail(fields, value, "above 0");
    }
    *real = mg_json_number(value);
    return MG_OK;
}

enum mg_status mg_field_constants(const struct mg_fields *fields, const struct mg_json *root,
                                  const struct mg_constant *constants)
{
    for (; constants->key != NULL; constants++) {
        const struct mg_json *value = mg_json_get(root, constants->key);
        char *canonical;
        bool same;
        if (value == NULL && constants->optional) {
            continue;
        }
        if (value == NULL) {
            return fail_missing(fields, root, constants->key);
        }
        canonical = mg_json_canonical(value);
        same = strcmp(canonical, constants->value) == 0;
        free(canonical);
        if (!same) {
            return mg_field_fail(fields, value, constants->value);
        }
    }
    return MG_OK;
}

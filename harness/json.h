/*
 * json.h - strict JSON with places: the only file that knows cJSON.
 *
 * Refused with line and column: duplicate keys, a byte-order mark, text after the value, leading
 * zeros, numbers that are not finite or integers beyond 2^53, invalid UTF-8, control characters in
 * strings, "\u0000", depth over 32. Keys are case-sensitive. A key "$comment" is allowed in any
 * object and is invisible here. (cJSON alone accepts all of these: DaveGamble/cJSON issues 14,
 * 696.)
 */
#ifndef MG_HARNESS_JSON_H
#define MG_HARNESS_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "model/numeric/error.h"

enum {
    MG_JSON_SIZE_MAX = 1 << 20,         /* bytes of a file that a person writes */
    MG_JSON_HEADER_MAX = 100 * 1000000, /* bytes of a text that a program writes */
    MG_JSON_VALUES_MAX = 1 << 22        /* values of either: bounds the memory of its tree */
};
#define MG_JSON_INTEGER_MAX (1ULL << 53) /* to here every integer is a double */

enum mg_json_type {
    MG_JSON_NULL,
    MG_JSON_BOOL,
    MG_JSON_NUMBER,
    MG_JSON_STRING,
    MG_JSON_ARRAY,
    MG_JSON_OBJECT
};

struct mg_json_file; /* owns a text and its tree */
struct mg_json;      /* one value; lives as long as its file */

/*
 * Parse `size` bytes, at most MG_JSON_SIZE_MAX; name is printed in errors ("name:line:column:
 * error: ..."). The text is copied. On success *file is the caller's, to be freed with
 * mg_json_free. Otherwise MG_EUSAGE and *file is NULL.
 */
enum mg_status mg_json_parse(struct mg_json_file **file, const char *text, size_t size,
                             const char *name, struct mg_error *err);

/*
 * The same for what a program wrote (the header of a safetensors file): up to MG_JSON_HEADER_MAX
 * bytes, integers of any size (read them with mg_json_number_text), and "$comment" is a key like
 * any other.
 */
enum mg_status mg_json_parse_header(struct mg_json_file **file, const char *text, size_t size,
                                    const char *name, struct mg_error *err);
void mg_json_free(struct mg_json_file *file); /* NULL is fine */

const struct mg_json *mg_json_root(const struct mg_json_file *file);

enum mg_json_type mg_json_type(const struct mg_json *value);
const char *mg_json_type_name(enum mg_json_type type); /* "a number", "an object", ... */

/* Members of an object or elements of an array, in file order; 0 for other types. */
size_t mg_json_count(const struct mg_json *value);
const struct mg_json *mg_json_at(const struct mg_json *value, size_t i);

/* Key under which a member stands in its object; NULL for elements and the root. */
const char *mg_json_key(const struct mg_json *member);

/* The member called key, or NULL; exact case. value must be an object. */
const struct mg_json *mg_json_get(const struct mg_json *value, const char *key);

/* Contents; the type must be right (asserted). Strings are UTF-8 and live with the file. */
double mg_json_number(const struct mg_json *value);
bool mg_json_bool(const struct mg_json *value);
const char *mg_json_string(const struct mg_json *value);

/* True if the number is written as, and is, an integer in [-2^53, 2^53]; *integer may be NULL. */
bool mg_json_integer(const struct mg_json *value, long long *integer);

/* The number as written, *size bytes that live with the file; not ended by a NUL. */
const char *mg_json_number_text(const struct mg_json *value, size_t *size);

/* Where a value (for members: its key) starts, from 1; columns count characters, not bytes. */
size_t mg_json_line(const struct mg_json *value);
size_t mg_json_column(const struct mg_json *value);

/* JSON Pointer (RFC 6901) of a value into a buffer; "" is the root; cut if long. Returns buffer. */
const char *mg_json_pointer(const struct mg_json *value, char *buffer, size_t size);

/*
 * Canonical text: sorted keys, no space, shortest round-trip decimals, 1.0 as 1, -0 as 0
 * (the idea of RFC 8785). Result is malloc'd, the caller's. Identity is hashed from this.
 */
char *mg_json_canonical(const struct mg_json *value);

/*
 * Shortest decimal that reads back as the same double (for subnormals, one of 15 digits or more);
 * integers up to 2^53 without exponent, -0 as 0. Finite only (asserted). Returns buffer.
 */
const char *mg_number_text(double value, char buffer[32]);

/* A JSON string literal of a UTF-8 text with quotes and escapes, malloc'd. */
char *mg_json_quote(const char *text);

#endif

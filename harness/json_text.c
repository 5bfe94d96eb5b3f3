/* json_text.c - JSON out: canonical text, numbers and strings; see json.h. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/json.h"

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof(a)) == 0;
}

const char *mg_number_text(double value, char buffer[32])
{
    const size_t size = 32;

    assert(isfinite(value));
    if (fabs(value) <= (double)MG_JSON_INTEGER_MAX && value == trunc(value)) {
        (void)snprintf(buffer, size, "%lld", (long long)value);
        return buffer;
    }
    (void)snprintf(buffer, size, "%.15g", value);
    for (int digits = 16; digits <= 17 && !same_bits(strtod(buffer, NULL), value); digits++) {
        if (fabs(value) > (double)MG_JSON_INTEGER_MAX) { /* %g may print an integer above 2^53 */
            (void)snprintf(buffer, size, "%.*e", digits - 1, value);
        } else {
            (void)snprintf(buffer, size, "%.*g", digits, value);
        }
    }
    return buffer;
}

static void print_quoted(FILE *out, const char *text)
{
    static const char *const short_escapes[0x20] = {
        ['\b'] = "\\b", ['\f'] = "\\f", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t"};

    (void)fputc('"', out);
    for (const unsigned char *byte = (const unsigned char *)text; *byte != 0; byte++) {
        if (*byte == '"' || *byte == '\\') {
            (void)fprintf(out, "\\%c", *byte);
        } else if (*byte >= 0x20) {
            (void)fputc(*byte, out);
        } else if (short_escapes[*byte] != NULL) {
            (void)fputs(short_escapes[*byte], out);
        } else {
            (void)fprintf(out, "\\u%04x", *byte);
        }
    }
    (void)fputc('"', out);
}

static int by_key(const void *a, const void *b)
{
    const struct mg_json *const *left = a;
    const struct mg_json *const *right = b;

    return strcmp(mg_json_key(*left), mg_json_key(*right)); /* as unsigned bytes */
}

static void print_canonical(FILE *out, const struct mg_json *value);

static void print_container(FILE *out, const struct mg_json *value, bool object)
{
    const size_t n = mg_json_count(value);
    const struct mg_json **children = calloc(n + 1, sizeof(*children));

    assert(children != NULL);
    for (size_t i = 0; i < n; i++) {
        children[i] = mg_json_at(value, i);
    }
    if (object) {
        qsort(children, n, sizeof(*children), by_key);
    }
    (void)fputc(object ? '{' : '[', out);
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            (void)fputc(',', out);
        }
        if (object) {
            print_quoted(out, mg_json_key(children[i]));
            (void)fputc(':', out);
        }
        print_canonical(out, children[i]);
    }
    (void)fputc(object ? '}' : ']', out);
    free(children);
}

static void print_canonical(FILE *out, const struct mg_json *value)
{
    char number[32];

    switch (mg_json_type(value)) {
    case MG_JSON_NULL:
        (void)fputs("null", out);
        break;
    case MG_JSON_BOOL:
        (void)fputs(mg_json_bool(value) ? "true" : "false", out);
        break;
    case MG_JSON_NUMBER:
        (void)fputs(mg_number_text(mg_json_number(value), number), out);
        break;
    case MG_JSON_STRING:
        print_quoted(out, mg_json_string(value));
        break;
    case MG_JSON_ARRAY:
        print_container(out, value, false);
        break;
    case MG_JSON_OBJECT:
        print_container(out, value, true);
        break;
    }
}

char *mg_json_canonical(const struct mg_json *value)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    int closed;

    assert(out != NULL);
    print_canonical(out, value);
    closed = fclose(out);
    assert(closed == 0);
    return text;
}

char *mg_json_quote(const char *text)
{
    char *quoted = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&quoted, &size);
    int closed;

    assert(out != NULL);
    print_quoted(out, text);
    closed = fclose(out);
    assert(closed == 0);
    return quoted;
}

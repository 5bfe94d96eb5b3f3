/* json_scan.c - see json_scan.h. Grammar: RFC 8259. */
#include "harness/json_scan.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/utf8.h"

enum {
    DEPTH_MAX = 32,
    NUMBER_BYTES_MAX = 63 /* cJSON 1.7.15 copies a number into 64 bytes and cuts off the rest */
};

struct scan {
    const char *text;
    size_t size;
    size_t at, line, column;
    size_t depth;
    size_t allocated;
    bool machine;
    const char *name;
    struct mg_json_places *places;
    struct mg_error *err;
};

static enum mg_status scan_value(struct scan *scan, size_t line, size_t column);

__attribute__((format(printf, 4, 5))) static enum mg_status
fail_at(const struct scan *scan, size_t line, size_t column, const char *format, ...)
{
    char what[256];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    return mg_fail(scan->err, MG_EUSAGE, "%s:%zu:%zu: error: %s", scan->name, line, column, what);
}

static int peek(const struct scan *scan)
{
    return scan->at < scan->size ? (unsigned char)scan->text[scan->at] : -1;
}

/* A character is counted at its first byte, so that columns are those of an editor. */
static void advance(struct scan *scan)
{
    const unsigned char byte = (unsigned char)scan->text[scan->at++];

    if (byte == '\n') {
        scan->line++;
        scan->column = 1;
    } else if ((byte & 0xC0u) != 0x80u) {
        scan->column++;
    }
}

/* What stands here, for a person. */
static enum mg_status fail_unexpected(const struct scan *scan, const char *expected)
{
    const int byte = peek(scan);
    char found[32];

    if (byte < 0) {
        (void)snprintf(found, sizeof(found), "the text ends");
    } else if (byte > 0x20 && byte < 0x7F) {
        (void)snprintf(found, sizeof(found), "found '%c'", byte);
    } else {
        (void)snprintf(found, sizeof(found), "found byte 0x%02X", (unsigned)byte);
    }
    if (byte == '/' || byte == '#') {
        return fail_at(scan, scan->line, scan->column,
                       "%s, expected %s (a comment is a member called \"$comment\")", found,
                       expected);
    }
    return fail_at(scan, scan->line, scan->column, "%s, expected %s", found, expected);
}

static void skip_space(struct scan *scan)
{
    int byte = peek(scan);

    while (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r') {
        advance(scan);
        byte = peek(scan);
    }
}

static size_t place_add(struct scan *scan, enum mg_json_type type, size_t line, size_t column)
{
    struct mg_json_places *places = scan->places;

    if (places->n == scan->allocated) {
        scan->allocated = scan->allocated == 0 ? 64 : 2 * scan->allocated;
        places->at = realloc(places->at, scan->allocated * sizeof(*places->at));
        assert(places->at != NULL);
    }
    places->at[places->n] = (struct mg_json_place){
        .type = type, .line = line, .column = column, .begin = scan->at, .end = scan->at};
    return places->n++;
}

/* Four hexadecimal digits of a \u escape; they are counted off only when they are there. */
static bool scan_hex(struct scan *scan, unsigned *code)
{
    *code = 0;
    for (size_t i = 0; i < 4; i++) {
        const int byte = peek(scan);
        if (byte < 0 || !isxdigit(byte)) {
            return false;
        }
        *code = 16 * *code + (unsigned)(isdigit(byte) ? byte - '0' : tolower(byte) - 'a' + 10);
        advance(scan);
    }
    return true;
}

/* An escape, from its backslash. A surrogate counts only as half of a pair. */
static enum mg_status scan_escape(struct scan *scan)
{
    const size_t line = scan->line;
    const size_t column = scan->column;
    unsigned code = 0;
    unsigned low = 0;

    advance(scan);
    if (peek(scan) < 0 || strchr("\"\\/bfnrtu", peek(scan)) == NULL || peek(scan) == 0) {
        return fail_at(scan, line, column, "unknown escape in a string");
    }
    if (peek(scan) != 'u') {
        advance(scan);
        return MG_OK;
    }
    advance(scan);
    if (!scan_hex(scan, &code)) {
        return fail_at(scan, line, column, "\\u needs four hexadecimal digits");
    }
    if (code == 0) {
        return fail_at(scan, line, column, "\\u0000 is not allowed in a string");
    }
    if (code < 0xD800 || code > 0xDFFF) {
        return MG_OK;
    }
    if (code <= 0xDBFF && peek(scan) == '\\') {
        advance(scan);
        if (peek(scan) == 'u') {
            advance(scan);
            if (scan_hex(scan, &low) && low >= 0xDC00 && low <= 0xDFFF) {
                return MG_OK;
            }
        }
    }
    return fail_at(scan, line, column, "half of a surrogate pair is not a character");
}

static enum mg_status scan_string(struct scan *scan)
{
    const size_t line = scan->line;
    const size_t column = scan->column;

    advance(scan);
    while (peek(scan) != '"') {
        const int byte = peek(scan);
        size_t bytes;
        if (byte < 0) {
            return fail_at(scan, line, column, "the string that starts here has no end");
        }
        if (byte < 0x20) {
            return fail_at(scan, scan->line, scan->column,
                           "control character 0x%02X in a string; write it as an escape",
                           (unsigned)byte);
        }
        if (byte == '\\') {
            const enum mg_status status = scan_escape(scan);
            if (status != MG_OK) {
                return status;
            }
            continue;
        }
        bytes = mg_utf8_bytes(scan->text + scan->at, scan->size - scan->at);
        if (bytes == 0) {
            return fail_at(scan, scan->line, scan->column, "byte 0x%02X is not UTF-8",
                           (unsigned)byte);
        }
        while (bytes-- > 0) {
            advance(scan);
        }
    }
    advance(scan);
    return MG_OK;
}

static bool scan_digits(struct scan *scan)
{
    const size_t begin = scan->at;

    while (peek(scan) >= '0' && peek(scan) <= '9') {
        advance(scan);
    }
    return scan->at > begin;
}

static enum mg_status scan_number(struct scan *scan)
{
    const size_t line = scan->line;
    const size_t column = scan->column;
    const char *begin = scan->text + scan->at;
    const char *digits = begin;
    bool whole = true;

    if (peek(scan) == '-') {
        advance(scan);
        digits++;
    }
    if (!scan_digits(scan)) {
        return fail_unexpected(scan, "a digit");
    }
    if (digits[0] == '0' && scan->text + scan->at > digits + 1) {
        return fail_at(scan, line, column, "a number may not start with a zero");
    }
    if (peek(scan) == '.') {
        whole = false;
        advance(scan);
        if (!scan_digits(scan)) {
            return fail_unexpected(scan, "a digit after the point");
        }
    }
    if (peek(scan) == 'e' || peek(scan) == 'E') {
        whole = false;
        advance(scan);
        if (peek(scan) == '+' || peek(scan) == '-') {
            advance(scan);
        }
        if (!scan_digits(scan)) {
            return fail_unexpected(scan, "a digit of the exponent");
        }
    }
    if (scan->text + scan->at - begin > NUMBER_BYTES_MAX) {
        return fail_at(scan, line, column, "a number may have at most %d characters",
                       (int)NUMBER_BYTES_MAX);
    }
    /* In digits, not as a double: 2^53 + 1 rounds to 2^53. strtoull saturates. */
    if (whole && !scan->machine && strtoull(digits, NULL, 10) > MG_JSON_INTEGER_MAX) {
        return fail_at(scan, line, column, "an integer may not exceed 2^53 in size");
    }
    if (!isfinite(strtod(begin, NULL))) {
        return fail_at(scan, line, column, "the number is too large for a double");
    }
    return MG_OK;
}

static enum mg_status scan_word(struct scan *scan, size_t line, size_t column)
{
    static const struct {
        const char *word;
        enum mg_json_type type;
    } words[] = {{"true", MG_JSON_BOOL}, {"false", MG_JSON_BOOL}, {"null", MG_JSON_NULL}};
    size_t bytes = 0;

    while (scan->at + bytes < scan->size && isalnum((unsigned char)scan->text[scan->at + bytes])) {
        bytes++;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (bytes == strlen(words[i].word) &&
            memcmp(scan->text + scan->at, words[i].word, bytes) == 0) {
            const size_t place = place_add(scan, words[i].type, line, column);
            while (bytes-- > 0) {
                advance(scan);
            }
            scan->places->at[place].end = scan->at;
            return MG_OK;
        }
    }
    return fail_at(scan, scan->line, scan->column,
                   "unknown word \"%.*s\"; the words of JSON are true, false and null",
                   (int)(bytes < 40 ? bytes : 40), scan->text + scan->at);
}

/* One member, or one element, up to the comma or bracket behind it. */
static enum mg_status scan_child(struct scan *scan, bool object)
{
    const size_t line = scan->line;
    const size_t column = scan->column;
    enum mg_status status;

    if (object) {
        if (peek(scan) != '"') {
            return fail_unexpected(scan, "a key in double quotes");
        }
        status = scan_string(scan);
        if (status != MG_OK) {
            return status;
        }
        skip_space(scan);
        if (peek(scan) != ':') {
            return fail_unexpected(scan, "':' after the key");
        }
        advance(scan);
        skip_space(scan);
    }
    status = scan_value(scan, line, column);
    skip_space(scan);
    return status;
}

static enum mg_status scan_container(struct scan *scan, size_t place)
{
    const bool object = scan->text[scan->at] == '{';
    const int close = object ? '}' : ']';

    if (++scan->depth > DEPTH_MAX) {
        return fail_at(scan, scan->line, scan->column, "nested deeper than %d", (int)DEPTH_MAX);
    }
    advance(scan);
    skip_space(scan);
    if (peek(scan) != close) {
        for (;;) {
            const enum mg_status status = scan_child(scan, object);
            if (status != MG_OK) {
                return status;
            }
            scan->places->at[place].count++;
            if (peek(scan) == close) {
                break;
            }
            if (peek(scan) != ',') {
                return fail_unexpected(scan, object ? "',' or '}'" : "',' or ']'");
            }
            advance(scan);
            skip_space(scan);
            if (peek(scan) == close) {
                return fail_unexpected(scan, "something after the comma");
            }
        }
    }
    advance(scan);
    scan->depth--;
    return MG_OK;
}

static enum mg_status scan_value(struct scan *scan, size_t line, size_t column)
{
    const int byte = peek(scan);
    enum mg_status status;
    size_t place;

    if (scan->places->n >= MG_JSON_VALUES_MAX) {
        return fail_at(scan, scan->line, scan->column, "more than %d values",
                       (int)MG_JSON_VALUES_MAX);
    }
    if (byte == '{' || byte == '[') {
        place = place_add(scan, byte == '{' ? MG_JSON_OBJECT : MG_JSON_ARRAY, line, column);
        status = scan_container(scan, place);
    } else if (byte == '"') {
        place = place_add(scan, MG_JSON_STRING, line, column);
        status = scan_string(scan);
    } else if (byte == '-' || (byte >= '0' && byte <= '9')) {
        place = place_add(scan, MG_JSON_NUMBER, line, column);
        status = scan_number(scan);
    } else if (byte >= 0 && isalpha(byte)) {
        return scan_word(scan, line, column);
    } else {
        return fail_unexpected(scan, "a value");
    }
    scan->places->at[place].end = scan->at;
    return status;
}

enum mg_status mg_json_scan(struct mg_json_places *places, const char *text, size_t size,
                            bool machine, const char *name, struct mg_error *err)
{
    struct scan scan = {.text = text,
                        .size = size,
                        .line = 1,
                        .column = 1,
                        .machine = machine,
                        .name = name,
                        .places = places,
                        .err = err};
    enum mg_status status;

    assert(text[size] == '\0');
    *places = (struct mg_json_places){.at = NULL};
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        return fail_at(&scan, 1, 1, "starts with a byte-order mark; save it as UTF-8 without");
    }
    skip_space(&scan);
    status = scan_value(&scan, scan.line, scan.column);
    if (status == MG_OK) {
        skip_space(&scan);
        if (peek(&scan) >= 0) {
            status = fail_unexpected(&scan, "the end of the text");
        }
    }
    if (status != MG_OK) {
        free(places->at);
        *places = (struct mg_json_places){.at = NULL};
    }
    return status;
}

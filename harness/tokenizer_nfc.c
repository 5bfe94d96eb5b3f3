/* tokenizer_nfc.c - see tokenizer_nfc.h; the only file that knows utf8proc (MIT licence). */
#include "harness/tokenizer_nfc.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include <utf8proc.h>

#include "harness/utf8.h"

enum { MARKS_MAX = 1024 };

/*
 * The tables of `tokenizers` 0.23 are of Unicode 9: to them these marks, which utf8proc 2.8
 * (Unicode 15) orders or composes, are characters that nothing happens to. Measured over all code
 * points: tests/tokenizers/classes.py.
 */
static bool is_inert(unsigned code)
{
    static const unsigned ranges[][2] = {
        {0x7FD, 0x7FD},     {0x898, 0x89F},     {0x8CA, 0x8D3},     {0x9FE, 0x9FE},
        {0xC3C, 0xC3C},     {0xD3B, 0xD3C},     {0xEBA, 0xEBA},     {0x1715, 0x1715},
        {0x1ABF, 0x1ACE},   {0x1DF6, 0x1DFA},   {0xA82C, 0xA82C},   {0x10D24, 0x10D27},
        {0x10EAB, 0x10EAC}, {0x10EFD, 0x10EFF}, {0x10F46, 0x10F50}, {0x10F82, 0x10F85},
        {0x11070, 0x11070}, {0x1133B, 0x1133B}, {0x1145E, 0x1145E}, {0x11839, 0x1183A},
        {0x11930, 0x11930}, {0x1193D, 0x1193E}, {0x11943, 0x11943}, {0x119E0, 0x119E0},
        {0x11A34, 0x11A34}, {0x11A47, 0x11A47}, {0x11A99, 0x11A99}, {0x11D42, 0x11D42},
        {0x11D44, 0x11D45}, {0x11D97, 0x11D97}, {0x11F41, 0x11F42}, {0x16FF0, 0x16FF1},
        {0x1E08F, 0x1E08F}, {0x1E130, 0x1E136}, {0x1E2AE, 0x1E2AE}, {0x1E2EC, 0x1E2EF},
        {0x1E4EC, 0x1E4EF},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (code >= ranges[i][0] && code <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}

static void add_composed(struct mg_buffer *out, const char *text, size_t size)
{
    utf8proc_uint8_t *composed;
    const utf8proc_ssize_t bytes =
        utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, &composed,
                     UTF8PROC_STABLE | UTF8PROC_COMPOSE);

    assert(bytes >= 0); /* the text is UTF-8 */
    mg_buffer_add(out, (const char *)composed, (size_t)bytes);
    free(composed);
}

enum mg_status mg_nfc(struct mg_buffer *out, const char *text, size_t size, struct mg_error *err)
{
    size_t begin = 0; /* of the characters to be composed together */
    size_t marks = 0;
    size_t bytes;

    for (size_t at = 0; at < size; at += bytes) {
        unsigned code;

        bytes = mg_utf8_bytes(text + at, size - at);
        code = mg_utf8_code(text + at, bytes);
        if (code >= 0x80 && utf8proc_get_property((utf8proc_int32_t)code)->combining_class > 0) {
            marks++;
        } else {
            marks = 0;
        }
        if (marks > MARKS_MAX) {
            return mg_fail(err, MG_EUSAGE, "byte %zu: more than %d combining marks in a row", at,
                           (int)MARKS_MAX);
        }
        if (is_inert(code)) {
            add_composed(out, text + begin, at - begin);
            mg_buffer_add(out, text + at, bytes);
            begin = at + bytes;
        }
    }
    add_composed(out, text + begin, size - begin);
    return MG_OK;
}

/* tokenizer_decode.c - from token ids to text, and the writing of bytes as characters. */
#include <assert.h>
#include <string.h>

#include "harness/tokenizer_part.h"
#include "harness/utf8.h"

/* Bytes that are printable in Latin-1 stand for themselves, the others for U+0100 and on. */
static bool is_printable(unsigned code)
{
    return (code >= 0x21 && code <= 0x7E) || (code >= 0xA1 && code <= 0xAC) ||
           (code >= 0xAE && code <= 0xFF);
}

unsigned mg_byte_character(unsigned char byte)
{
    unsigned code = 0x100;

    for (unsigned other = 0; other < byte; other++) {
        code += !is_printable(other);
    }
    return is_printable(byte) ? byte : code;
}

/* The byte that a character stands for; -1 if none. */
static int character_byte(unsigned code)
{
    unsigned count = code - 0x100;

    if (code < 0x100) {
        return is_printable(code) ? (int)code : -1;
    }
    for (unsigned byte = 0; byte < 0x100; byte++) {
        if (!is_printable(byte) && count-- == 0) {
            return (int)byte;
        }
    }
    return -1;
}

/* The bytes of "<0xNN>", or -1. */
static int byte_of_token(const char *token)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *high = strlen(token) == 6 && memcmp(token, "<0x", 3) == 0 && token[5] == '>'
                           ? strchr(digits, token[3])
                           : NULL;
    const char *low = high == NULL ? NULL : strchr(digits, token[4]);

    return low == NULL ? -1 : (int)(16 * (high - digits) + (low - digits));
}

/* Append what a token of the vocabulary stands for. */
static void decode_token(struct mg_buffer *out, enum mg_tokenizer_form form, const char *token)
{
    const int byte = form == MG_TOKENIZER_MARKS ? byte_of_token(token) : -1;
    const size_t size = strlen(token);
    const size_t begin = out->size;
    size_t bytes;

    if (byte >= 0) {
        mg_buffer_add(out, &(char){(char)byte}, 1);
        return;
    }
    for (size_t at = 0; at < size; at += bytes) {
        int one;

        bytes = mg_utf8_bytes(token + at, size - at);
        one = character_byte(mg_utf8_code(token + at, bytes));
        if (form == MG_TOKENIZER_MARKS) {
            const bool mark = strncmp(token + at, MG_SPACE_MARK, bytes) == 0;

            mg_buffer_add(out, mark ? " " : token + at, mark ? 1 : bytes);
        } else if (one >= 0) {
            mg_buffer_add(out, &(char){(char)one}, 1);
        } else { /* not the writing of bytes: the text as it is */
            out->size = begin;
            mg_buffer_add(out, token, size);
            return;
        }
    }
}

/* Append what an id stands for; nothing for one without a token. */
static void decode_id(struct mg_buffer *out, const struct mg_tokenizer *tokenizer, uint32_t id)
{
    const char *token = tokenizer->tokens[id];

    if (token != NULL && tokenizer->is_added[id]) {
        mg_buffer_puts(out, token);
    } else if (token != NULL) {
        decode_token(out, tokenizer->form, token);
    }
}

char *mg_tokenizer_decode(size_t *size, const struct mg_tokenizer *tokenizer, const uint32_t *ids,
                          size_t n)
{
    struct mg_buffer out = {0};

    for (size_t i = 0; i < n; i++) {
        assert(ids[i] < tokenizer->vocab);
        decode_id(&out, tokenizer, ids[i]);
    }
    if (tokenizer->form == MG_TOKENIZER_MARKS && out.size > 0 && out.text[0] == ' ') {
        memmove(out.text, out.text + 1, out.size); /* the mark before all */
        out.size--;
    }
    *size = out.size;
    return mg_buffer_take(&out);
}

uint32_t mg_tokenizer_characters(const struct mg_tokenizer *tokenizer, uint32_t id)
{
    struct mg_buffer bytes = {0};
    uint32_t n = 0;

    decode_id(&bytes, tokenizer, id);
    for (size_t i = 0; i < bytes.size; i++) {
        n += ((unsigned char)bytes.text[i] & 0xC0) != 0x80;
    }
    mg_buffer_free(&bytes);
    return n;
}

/* One character of a token, or of an added token, that cannot stand in a symbol. */
static void add_character(struct mg_buffer *out, enum mg_tokenizer_form form, const char *p,
                          size_t bytes)
{
    const char *const mark = form == MG_TOKENIZER_BYTES ? "\u0120" : MG_SPACE_MARK;
    const char *const swaps[][2] = {{"_", "\uFF3F"}, {mark, "\u2423"}, {" ", "\u2423"}};
    char text[5];

    for (size_t i = 0; i < sizeof(swaps) / sizeof(swaps[0]); i++) {
        for (size_t side = 0; side < 2; side++) {
            if (strlen(swaps[i][side]) == bytes && memcmp(p, swaps[i][side], bytes) == 0) {
                mg_buffer_puts(out, swaps[i][1 - side]);
                return;
            }
        }
    }
    if ((unsigned char)*p < ' ' || *p == 0x7F) {
        mg_buffer_add(out, text, mg_utf8_write(text, mg_byte_character((unsigned char)*p)));
    } else {
        mg_buffer_add(out, p, bytes);
    }
}

char *mg_tokenizer_symbol(const struct mg_tokenizer *tokenizer, uint32_t id)
{
    const char *token = tokenizer->tokens[id];
    struct mg_buffer out = {0};
    size_t bytes;

    if (token == NULL) {
        mg_buffer_printf(&out, "<#%u>", (unsigned)id);
        return mg_buffer_take(&out);
    }
    for (size_t at = 0; token[at] != '\0'; at += bytes) {
        bytes = mg_utf8_bytes(token + at, 4); /* the final NUL ends no character */
        add_character(&out, tokenizer->form, token + at, bytes);
    }
    return mg_buffer_take(&out);
}

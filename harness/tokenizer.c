/* tokenizer.c - see tokenizer.h: from text to ids. */
#include "harness/tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "harness/tokenizer_nfc.h"
#include "harness/tokenizer_part.h"
#include "harness/utf8.h"

void mg_tokenizer_free(struct mg_tokenizer *tokenizer)
{
    if (tokenizer != NULL) {
        mg_added_free(tokenizer->matched);
        mg_added_free(tokenizer->added);
        mg_names_free(tokenizer->names);
        mg_bpe_free(tokenizer->bpe);
        mg_split_free(tokenizer->split);
        free(tokenizer->is_added);
        free(tokenizer->tokens);
        mg_heap_free(tokenizer->heap);
        free(tokenizer);
    }
}

size_t mg_tokenizer_vocab(const struct mg_tokenizer *tokenizer)
{
    return tokenizer->vocab;
}

int mg_tokenizer_find(const struct mg_tokenizer *tokenizer, const char *token)
{
    const uint32_t id = mg_names_find(tokenizer->names, token, strlen(token));

    for (size_t i = 0; id == MG_NO_NAME && i < tokenizer->vocab; i++) {
        if (tokenizer->is_added[i] && strcmp(tokenizer->tokens[i], token) == 0) {
            return (int)i;
        }
    }
    return id == MG_NO_NAME ? -1 : (int)id;
}

bool mg_tokenizer_is_plain(const struct mg_tokenizer *tokenizer, size_t id)
{
    return id < tokenizer->vocab && tokenizer->tokens[id] != NULL && !tokenizer->is_added[id];
}

enum mg_status mg_tokenizer_normalize(struct mg_buffer *out, const struct mg_tokenizer *tokenizer,
                                      const char *text, size_t size, struct mg_error *err)
{
    if (tokenizer->nfc) {
        return mg_nfc(out, text, size, err);
    }
    if (tokenizer->form == MG_TOKENIZER_BYTES) {
        mg_buffer_add(out, text, size);
        return MG_OK;
    }
    if (size > 0) {
        mg_buffer_puts(out, MG_SPACE_MARK);
    }
    for (size_t i = 0; i < size; i++) {
        mg_buffer_add(out, text[i] == ' ' ? MG_SPACE_MARK : text + i,
                      text[i] == ' ' ? strlen(MG_SPACE_MARK) : 1);
    }
    return MG_OK;
}

/* A text on its way to ids. */
struct encoding {
    const struct mg_tokenizer *tokenizer;
    struct mg_error *err;
    enum mg_status status;
    uint32_t *ids;
    size_t n, capacity;
    struct mg_bpe_work work;
    struct mg_buffer normal; /* the piece at hand, normalized */
    struct mg_buffer letters;
};

/* Room for so many more ids. */
static uint32_t *room(struct encoding *encoding, size_t more)
{
    if (encoding->n + more > encoding->capacity) {
        encoding->capacity = 2 * (encoding->n + more);
        encoding->ids = realloc(encoding->ids, encoding->capacity * sizeof(*encoding->ids));
        if (encoding->ids == NULL) {
            abort();
        }
    }
    return encoding->ids + encoding->n;
}

static void add_id(void *ctx, uint32_t id)
{
    struct encoding *encoding = ctx;

    *room(encoding, 1) = id;
    encoding->n++;
}

/* The token that a piece is as a whole, or MG_NO_NAME. */
static uint32_t whole(struct encoding *encoding, const char *p, size_t size)
{
    const struct mg_tokenizer *tokenizer = encoding->tokenizer;
    struct mg_buffer *letters = &encoding->letters;

    letters->size = 0;
    for (size_t i = 0; i < size; i++) {
        mg_buffer_puts(letters, tokenizer->tokens[tokenizer->of_byte[(unsigned char)p[i]]]);
    }
    return mg_names_find(tokenizer->names, letters->text, letters->size);
}

/* One piece of a split; the space before it may not be in the text. */
static void encode_piece(struct encoding *encoding, const char *p, size_t size)
{
    const struct mg_tokenizer *tokenizer = encoding->tokenizer;
    const uint32_t id = tokenizer->ignore_merges ? whole(encoding, p, size) : MG_NO_NAME;
    uint32_t *ids = room(encoding, size);

    if (id != MG_NO_NAME) {
        add_id(encoding, id);
        return;
    }
    for (size_t i = 0; i < size; i++) {
        ids[i] = tokenizer->of_byte[(unsigned char)p[i]];
    }
    encoding->n += mg_bpe_merge(tokenizer->bpe, ids, size, &encoding->work);
}

static void encode_pieces(struct encoding *encoding, const char *p, size_t size)
{
    size_t bytes;

    for (size_t at = 0; at < size; at += bytes) {
        bytes = mg_split_piece(encoding->tokenizer->split, p + at, size - at);
        encode_piece(encoding, p + at, bytes);
    }
}

/* The whole text is one piece of characters; those unknown are their bytes. */
static void encode_marks(struct encoding *encoding, const char *p, size_t size)
{
    const struct mg_tokenizer *tokenizer = encoding->tokenizer;
    uint32_t *ids = room(encoding, size);
    size_t n = 0;
    size_t bytes;

    for (size_t at = 0; at < size; at += bytes) {
        uint32_t id;

        bytes = mg_utf8_bytes(p + at, size - at);
        id = mg_names_find(tokenizer->names, p + at, bytes);
        if (id != MG_NO_NAME) {
            ids[n++] = id;
        } else {
            for (size_t i = 0; i < bytes; i++) {
                ids[n++] = tokenizer->of_byte[(unsigned char)p[at + i]];
            }
        }
    }
    encoding->n += mg_bpe_merge(tokenizer->bpe, ids, n, &encoding->work);
}

/* Normalized text without added tokens. */
static bool encode_text(void *ctx, const char *p, size_t size)
{
    struct encoding *encoding = ctx;
    const struct mg_tokenizer *tokenizer = encoding->tokenizer;

    if (tokenizer->form == MG_TOKENIZER_MARKS) {
        encode_marks(encoding, p, size);
    } else if (tokenizer->prefix_space && p[0] != ' ') {
        struct mg_buffer spaced = {0};

        mg_buffer_puts(&spaced, " ");
        mg_buffer_add(&spaced, p, size);
        encode_pieces(encoding, spaced.text, spaced.size);
        mg_buffer_free(&spaced);
    } else {
        encode_pieces(encoding, p, size);
    }
    return true;
}

/* Text as it came, between the added tokens that are looked for in such. */
static bool encode_raw(void *ctx, const char *p, size_t size)
{
    struct encoding *encoding = ctx;
    const struct mg_added_visitor visitor = {encode_text, add_id, encoding};

    encoding->normal.size = 0;
    encoding->status =
        mg_tokenizer_normalize(&encoding->normal, encoding->tokenizer, p, size, encoding->err);
    return encoding->status == MG_OK &&
           mg_added_cut(encoding->tokenizer->matched, encoding->normal.text, encoding->normal.size,
                        &visitor);
}

static enum mg_status check_text(const char *text, size_t size, struct mg_error *err)
{
    size_t bytes;

    if (size > MG_TOKENIZER_TEXT_MAX) {
        return mg_fail(err, MG_EUSAGE, "a text of %zu bytes; at most %d can be encoded", size,
                       (int)MG_TOKENIZER_TEXT_MAX);
    }
    for (size_t at = 0; at < size; at += bytes) {
        bytes = mg_utf8_bytes(text + at, size - at);
        if (bytes == 0) {
            return mg_fail(err, MG_EUSAGE, "byte %zu, 0x%02X, is not UTF-8", at,
                           (unsigned)(unsigned char)text[at]);
        }
    }
    return MG_OK;
}

enum mg_status mg_tokenizer_encode(uint32_t **ids, size_t *n, const struct mg_tokenizer *tokenizer,
                                   const char *text, size_t size, struct mg_error *err)
{
    struct encoding encoding = {.tokenizer = tokenizer, .err = err};
    const struct mg_added_visitor visitor = {encode_raw, add_id, &encoding};

    encoding.status = check_text(text, size, err);
    room(&encoding, 1);
    if (encoding.status == MG_OK) {
        (void)mg_added_cut(tokenizer->added, text, size, &visitor);
    }
    if (encoding.status != MG_OK) {
        free(encoding.ids);
        encoding.ids = NULL;
    }
    mg_buffer_free(&encoding.letters);
    mg_buffer_free(&encoding.normal);
    mg_bpe_work_free(&encoding.work);
    *ids = encoding.ids;
    *n = encoding.status == MG_OK ? encoding.n : 0;
    return encoding.status;
}

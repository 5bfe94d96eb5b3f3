/* tokenizer_model.c - the vocabulary of a tokenizer.json and its merges. */
#include <stdio.h>
#include <string.h>

#include "harness/tokenizer_json.h"
#include "harness/utf8.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static enum mg_status read_vocab(const struct mg_tokenizer_reader *reader,
                                 const struct mg_json *vocab)
{
    struct mg_tokenizer *tokenizer = reader->tokenizer;
    const size_t n = mg_json_count(vocab);
    size_t highest = 0;
    uint32_t id;
    enum mg_status status = MG_OK;

    for (size_t i = 0; status == MG_OK && i < n; i++) {
        status = mg_tokenizer_take_id(&id, reader, mg_json_at(vocab, i));
        highest = status == MG_OK && id > highest ? id : highest;
    }
    if (status != MG_OK) {
        return status;
    }
    mg_tokenizer_extend(tokenizer, highest + 1);
    for (size_t i = 0; i < n; i++) {
        const struct mg_json *member = mg_json_at(vocab, i);
        const char *token = mg_json_key(member);

        (void)mg_tokenizer_take_id(&id, reader, member);
        if (token[0] == '\0') {
            return mg_tokenizer_fail(reader, member, "an empty token");
        }
        if (tokenizer->tokens[id] != NULL) {
            return mg_tokenizer_fail(reader, member, "id %u is \"%.100s\" already", (unsigned)id,
                                     tokenizer->tokens[id]);
        }
        tokenizer->tokens[id] = mg_heap_text(tokenizer->heap, token);
        mg_names_add(tokenizer->names, tokenizer->tokens[id], strlen(token), id);
    }
    return MG_OK;
}

/* Every byte needs its token. */
static enum mg_status find_bytes(const struct mg_tokenizer_reader *reader,
                                 const struct mg_json *vocab)
{
    struct mg_tokenizer *tokenizer = reader->tokenizer;

    for (unsigned byte = 0; byte < 256; byte++) {
        char text[8];

        if (tokenizer->form == MG_TOKENIZER_BYTES) {
            (void)mg_utf8_write(text, mg_byte_character((unsigned char)byte));
        } else {
            (void)snprintf(text, sizeof(text), "<0x%02X>", byte);
        }
        tokenizer->of_byte[byte] = mg_names_find(tokenizer->names, text, strlen(text));
        if (tokenizer->of_byte[byte] == MG_NO_NAME) {
            return mg_tokenizer_fail(reader, vocab, "lacks \"%s\", the token of byte 0x%02X", text,
                                     byte);
        }
    }
    return MG_OK;
}

/* "a b", or ["a", "b"]: where the two begin and their sizes. */
static bool take_pair(const char *sides[2], size_t sizes[2], const struct mg_json *merge)
{
    if (mg_json_type(merge) == MG_JSON_STRING) {
        const char *space = strchr(mg_json_string(merge), ' ');

        if (space == NULL || strchr(space + 1, ' ') != NULL) {
            return false;
        }
        sides[0] = mg_json_string(merge);
        sides[1] = space + 1;
        sizes[0] = (size_t)(space - sides[0]);
    } else {
        if (mg_json_type(merge) != MG_JSON_ARRAY || mg_json_count(merge) != 2 ||
            mg_json_type(mg_json_at(merge, 0)) != MG_JSON_STRING ||
            mg_json_type(mg_json_at(merge, 1)) != MG_JSON_STRING) {
            return false;
        }
        sides[0] = mg_json_string(mg_json_at(merge, 0));
        sides[1] = mg_json_string(mg_json_at(merge, 1));
        sizes[0] = strlen(sides[0]);
    }
    sizes[1] = strlen(sides[1]);
    return true;
}

static enum mg_status read_merge(const struct mg_tokenizer_reader *reader,
                                 const struct mg_json *merge, struct mg_buffer *joined)
{
    const struct mg_tokenizer *tokenizer = reader->tokenizer;
    const char *sides[2];
    size_t sizes[2];
    uint32_t ids[3];

    if (!take_pair(sides, sizes, merge)) {
        return mg_tokenizer_fail(reader, merge, "must be two tokens, \"a b\" or [\"a\", \"b\"]");
    }
    joined->size = 0;
    for (size_t i = 0; i < 2; i++) {
        ids[i] = mg_names_find(tokenizer->names, sides[i], sizes[i]);
        if (ids[i] == MG_NO_NAME) {
            return mg_tokenizer_fail(reader, merge, "\"%.*s\" is not in the vocabulary",
                                     (int)(sizes[i] < 100 ? sizes[i] : 100), sides[i]);
        }
        mg_buffer_add(joined, sides[i], sizes[i]);
    }
    ids[2] = mg_names_find(tokenizer->names, joined->text, joined->size);
    if (ids[2] == MG_NO_NAME) {
        return mg_tokenizer_fail(reader, merge, "\"%.100s\" is not in the vocabulary",
                                 joined->text);
    }
    return mg_bpe_add(tokenizer->bpe, ids[0], ids[1], ids[2])
               ? MG_OK
               : mg_tokenizer_fail(reader, merge, "this merge is there already");
}

static enum mg_status read_merges(const struct mg_tokenizer_reader *reader,
                                  const struct mg_json *merges)
{
    struct mg_buffer joined = {0};
    enum mg_status status = MG_OK;

    for (size_t i = 0; status == MG_OK && i < mg_json_count(merges); i++) {
        const struct mg_json *merge = mg_json_at(merges, i);

        if (mg_json_type(merge) != MG_JSON_STRING ||
            strncmp(mg_json_string(merge), "#version", 8) != 0) {
            status = read_merge(reader, merge, &joined);
        }
    }
    mg_buffer_free(&joined);
    return status;
}

enum mg_status mg_tokenizer_read_model(const struct mg_tokenizer_reader *reader,
                                       const struct mg_json *model)
{
    static const struct mg_tokenizer_key forms[][10] = {
        [MG_TOKENIZER_BYTES] = {{"type", {"\"BPE\""}},
                                {"dropout", {"null"}},
                                {"unk_token", {"null"}},
                                {"continuing_subword_prefix", {"null", "\"\""}},
                                {"end_of_word_suffix", {"null", "\"\""}},
                                {"fuse_unk", {"false", "true"}},
                                {"byte_fallback", {"false"}},
                                {"ignore_merges", {"false", "true"}},
                                {"vocab", {"*"}},
                                {"merges", {"*"}}},
        [MG_TOKENIZER_MARKS] = {{"type", {"\"BPE\""}},
                                {"dropout", {"null"}},
                                {"unk_token", {"*"}},
                                {"continuing_subword_prefix", {"null", "\"\""}},
                                {"end_of_word_suffix", {"null", "\"\""}},
                                {"fuse_unk", {"false", "true"}},
                                {"byte_fallback", {"true"}},
                                {"ignore_merges", {"false"}},
                                {"vocab", {"*"}},
                                {"merges", {"*"}}},
    };
    struct mg_tokenizer *tokenizer = reader->tokenizer;
    const struct mg_json *ignore = mg_json_get(model, "ignore_merges");
    const struct mg_json *vocab;
    const struct mg_json *merges;
    enum mg_status status = mg_tokenizer_check_keys(reader, model, forms[tokenizer->form],
                                                    COUNT(forms[tokenizer->form]));

    if (status == MG_OK) {
        status = mg_tokenizer_take(&vocab, reader, model, "vocab", MG_JSON_OBJECT);
    }
    if (status == MG_OK) {
        status = mg_tokenizer_take(&merges, reader, model, "merges", MG_JSON_ARRAY);
    }
    if (status == MG_OK) {
        tokenizer->ignore_merges = ignore != NULL && mg_json_bool(ignore);
        status = read_vocab(reader, vocab);
    }
    if (status == MG_OK) {
        status = find_bytes(reader, vocab);
    }
    return status == MG_OK ? read_merges(reader, merges) : status;
}

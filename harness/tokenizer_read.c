/* tokenizer_read.c - from a tokenizer.json to a tokenizer: what is around the model, and the whole.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "harness/tokenizer_json.h"
#include "model/numeric/arena.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum { ADDED_MAX = 1 << 16 };

static enum mg_status read_normalizer(const struct mg_tokenizer_reader *reader,
                                      const struct mg_json *value)
{
    static const struct mg_tokenizer_key bytes = {"normalizer", {"null", "{\"type\":\"NFC\"}"}};
    static const struct mg_tokenizer_key marks = {
        "normalizer",
        {"{\"normalizers\":[{\"prepend\":\"" MG_SPACE_MARK "\",\"type\":\"Prepend\"},"
         "{\"content\":\"" MG_SPACE_MARK "\",\"pattern\":{\"String\":\" \"},"
         "\"type\":\"Replace\"}],\"type\":\"Sequence\"}"}};
    const bool is_marks = reader->tokenizer->form == MG_TOKENIZER_MARKS;

    reader->tokenizer->nfc = !is_marks && mg_json_type(value) != MG_JSON_NULL;
    return mg_tokenizer_check(reader, value, is_marks ? &marks : &bytes);
}

static enum mg_status read_decoder(const struct mg_tokenizer_reader *reader,
                                   const struct mg_json *value)
{
    static const struct mg_tokenizer_key marks = {
        "decoder",
        {"{\"decoders\":[{\"content\":\" \",\"pattern\":{\"String\":\"" MG_SPACE_MARK "\"},"
         "\"type\":\"Replace\"},{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"},"
         "{\"content\":\" \",\"start\":1,\"stop\":0,\"type\":\"Strip\"}],"
         "\"type\":\"Sequence\"}"}};
    static const struct mg_tokenizer_key type = {"type", {"\"ByteLevel\""}};
    const struct mg_json *member;
    enum mg_status status;

    if (reader->tokenizer->form == MG_TOKENIZER_MARKS) {
        return mg_tokenizer_check(reader, value, &marks);
    }
    if (mg_json_type(value) != MG_JSON_OBJECT) {
        return mg_tokenizer_fail(reader, value, "must be of type \"ByteLevel\"");
    }
    status = mg_tokenizer_take(&member, reader, value, "type", MG_JSON_STRING);
    return status == MG_OK ? mg_tokenizer_check(reader, member, &type) : status;
}

/* Special tokens around a text and the trimming of offsets, which are no part of its ids. */
static enum mg_status read_post_processor(const struct mg_tokenizer_reader *reader,
                                          const struct mg_json *value)
{
    static const struct mg_tokenizer_key types = {
        "type", {"\"TemplateProcessing\"", "\"ByteLevel\"", "\"Sequence\""}};
    const struct mg_json *member;
    enum mg_status status;

    if (mg_json_type(value) == MG_JSON_NULL) {
        return MG_OK;
    }
    if (mg_json_type(value) != MG_JSON_OBJECT) {
        return mg_tokenizer_fail(reader, value, "must be null or an object");
    }
    status = mg_tokenizer_take(&member, reader, value, "type", MG_JSON_STRING);
    if (status == MG_OK) {
        status = mg_tokenizer_check(reader, member, &types);
    }
    if (status == MG_OK && strcmp(mg_json_string(member), "Sequence") == 0) {
        status = mg_tokenizer_take(&member, reader, value, "processors", MG_JSON_ARRAY);
        for (size_t i = 0; status == MG_OK && i < mg_json_count(member); i++) {
            status = read_post_processor(reader, mg_json_at(member, i)); /* depth 32 at most */
        }
    }
    return status;
}

/* The ByteLevel at the end of a split, or, with its own split, alone. */
static enum mg_status read_byte_level(const struct mg_tokenizer_reader *reader,
                                      const struct mg_json *value, bool alone)
{
    const struct mg_tokenizer_key keys[] = {
        {"type", {"\"ByteLevel\""}},
        {"trim_offsets", {"true", "false"}},
        {"use_regex", {alone ? "true" : "false"}},
        {"add_prefix_space", {"false", alone ? "true" : NULL}},
    };
    const struct mg_json *prefix = mg_json_get(value, "add_prefix_space");
    enum mg_status status = mg_tokenizer_check_keys(reader, value, keys, COUNT(keys));

    if (status == MG_OK && !alone && mg_json_get(value, "use_regex") == NULL) {
        return mg_tokenizer_fail(reader, value, "lacks \"use_regex\": false");
    }
    if (status == MG_OK) {
        reader->tokenizer->prefix_space = prefix == NULL ? alone : mg_json_bool(prefix);
    }
    return status;
}

static enum mg_status read_split(const struct mg_tokenizer_reader *reader,
                                 const struct mg_json *value)
{
    static const struct mg_tokenizer_key keys[] = {
        {"type", {"\"Split\""}},
        {"behavior", {"\"Isolated\""}},
        {"invert", {"false"}},
        {"pattern", {"*"}},
    };
    const struct mg_json *pattern;
    const struct mg_json *regex;
    enum mg_status status = mg_tokenizer_check_keys(reader, value, keys, COUNT(keys));

    if (status == MG_OK) {
        status = mg_tokenizer_take(&pattern, reader, value, "pattern", MG_JSON_OBJECT);
    }
    if (status == MG_OK) {
        status = mg_tokenizer_take(&regex, reader, pattern, "Regex", MG_JSON_STRING);
    }
    if (status == MG_OK) {
        reader->tokenizer->split = mg_split_new(mg_json_string(regex));
        if (reader->tokenizer->split == NULL) {
            status = mg_tokenizer_fail(reader, regex, "this split is not known; allowed: %s",
                                       mg_split_names());
        }
    }
    return status;
}

static enum mg_status read_pre_tokenizer(const struct mg_tokenizer_reader *reader,
                                         const struct mg_json *value)
{
    static const struct mg_tokenizer_key keys[] = {{"type", {"\"Sequence\""}},
                                                   {"pretokenizers", {"*"}}};
    struct mg_tokenizer *tokenizer = reader->tokenizer;
    const struct mg_json *type;
    const struct mg_json *parts;
    enum mg_status status;

    if (mg_json_type(value) == MG_JSON_NULL) {
        tokenizer->form = MG_TOKENIZER_MARKS;
        return MG_OK;
    }
    if (mg_json_type(value) != MG_JSON_OBJECT) {
        return mg_tokenizer_fail(reader, value, "must be null or an object");
    }
    status = mg_tokenizer_take(&type, reader, value, "type", MG_JSON_STRING);
    if (status == MG_OK && strcmp(mg_json_string(type), "ByteLevel") == 0) {
        tokenizer->split = mg_split_new(MG_SPLIT_GPT2);
        return read_byte_level(reader, value, true);
    }
    if (status == MG_OK) {
        status = mg_tokenizer_check_keys(reader, value, keys, COUNT(keys));
    }
    if (status == MG_OK) {
        status = mg_tokenizer_take(&parts, reader, value, "pretokenizers", MG_JSON_ARRAY);
    }
    if (status == MG_OK &&
        (mg_json_count(parts) != 2 || mg_json_type(mg_json_at(parts, 0)) != MG_JSON_OBJECT ||
         mg_json_type(mg_json_at(parts, 1)) != MG_JSON_OBJECT)) {
        status = mg_tokenizer_fail(reader, parts, "must be a Split and a ByteLevel");
    }
    if (status == MG_OK) {
        status = read_split(reader, mg_json_at(parts, 0));
    }
    return status == MG_OK ? read_byte_level(reader, mg_json_at(parts, 1), false) : status;
}

/* ---- added tokens ---- */

/*
 * The id that `tokenizers` gives a token, whatever the file says: its own in the vocabulary, else
 * the next one free. In the order of the file; next is one more than the highest given so far.
 */
static uint32_t id_of_added(const struct mg_tokenizer *tokenizer, const char *content, size_t next)
{
    const uint32_t id = mg_names_find(tokenizer->names, content, strlen(content));

    return id != MG_NO_NAME ? id : (uint32_t)next;
}

/* Put an added token among those looked for in the text as it is, or as it is normalized. */
static enum mg_status enter(const struct mg_tokenizer_reader *reader, const struct mg_json *token,
                            uint32_t id, const char *content)
{
    struct mg_tokenizer *tokenizer = reader->tokenizer;
    const bool normalized = mg_json_bool(mg_json_get(token, "normalized"));
    const struct mg_added_rule rule = {
        .id = id,
        .single_word = mg_json_bool(mg_json_get(token, "single_word")),
        .lstrip = mg_json_bool(mg_json_get(token, "lstrip")),
        .rstrip = mg_json_bool(mg_json_get(token, "rstrip")),
    };
    struct mg_buffer text = {0};
    enum mg_status status = MG_OK;

    if (normalized) {
        status = mg_tokenizer_normalize(&text, tokenizer, content, strlen(content), reader->err);
    } else {
        mg_buffer_puts(&text, content);
    }
    if (status == MG_OK && (text.size == 0 || text.size > MG_ADDED_BYTES_MAX)) {
        status = mg_tokenizer_fail(reader, token, "must have 1 to %d bytes", MG_ADDED_BYTES_MAX);
    } else if (status == MG_OK && !mg_added_add(normalized ? tokenizer->matched : tokenizer->added,
                                                text.text, text.size, rule)) {
        status = mg_tokenizer_fail(reader, token, "this token is there already");
    }
    mg_buffer_free(&text);
    return status;
}

static enum mg_status read_added_token(const struct mg_tokenizer_reader *reader,
                                       const struct mg_json *token, size_t *next)
{
    static const struct mg_tokenizer_key keys[] = {
        {"id", {"*"}},
        {"content", {"*"}},
        {"single_word", {"false", "true"}},
        {"lstrip", {"false", "true"}},
        {"rstrip", {"false", "true"}},
        {"normalized", {"false", "true"}},
        {"special", {"false", "true"}},
    };
    struct mg_tokenizer *tokenizer = reader->tokenizer;
    const struct mg_json *member;
    const char *content;
    uint32_t id = 0;
    enum mg_status status = mg_json_type(token) == MG_JSON_OBJECT
                                ? mg_tokenizer_check_keys(reader, token, keys, COUNT(keys))
                                : mg_tokenizer_fail(reader, token, "must be an object");

    for (size_t i = 2; status == MG_OK && i < COUNT(keys); i++) {
        status = mg_tokenizer_take(&member, reader, token, keys[i].key, MG_JSON_BOOL);
    }
    if (status == MG_OK) {
        status = mg_tokenizer_take(&member, reader, token, "id", MG_JSON_NUMBER);
    }
    if (status == MG_OK) {
        status = mg_tokenizer_take_id(&id, reader, member);
    }
    if (status == MG_OK) {
        status = mg_tokenizer_take(&member, reader, token, "content", MG_JSON_STRING);
    }
    if (status != MG_OK) {
        return status;
    }
    content = mg_json_string(member);
    if (id != id_of_added(tokenizer, content, *next)) {
        return mg_tokenizer_fail(reader, token, "has id %u; by its place it is %u", (unsigned)id,
                                 (unsigned)id_of_added(tokenizer, content, *next));
    }
    if (id >= tokenizer->vocab) {
        mg_tokenizer_extend(tokenizer, (size_t)id + 1);
    }
    tokenizer->tokens[id] = mg_heap_text(tokenizer->heap, content);
    tokenizer->is_added[id] = true;
    *next = id >= *next ? (size_t)id + 1 : *next;
    return enter(reader, token, id, content);
}

static enum mg_status read_added(const struct mg_tokenizer_reader *reader,
                                 const struct mg_json *tokens, size_t in_vocabulary)
{
    size_t next = in_vocabulary;
    enum mg_status status = MG_OK;

    if (mg_json_count(tokens) > ADDED_MAX) {
        return mg_tokenizer_fail(reader, tokens, "has more than %d tokens", ADDED_MAX);
    }
    for (size_t i = 0; status == MG_OK && i < mg_json_count(tokens); i++) {
        status = read_added_token(reader, mg_json_at(tokens, i), &next);
    }
    return status;
}

/* ---- the whole ---- */

static enum mg_status read_all(const struct mg_tokenizer_reader *reader, const struct mg_json *root)
{
    static const struct mg_tokenizer_key keys[] = {
        {"version", {"\"1.0\""}},  {"truncation", {"null"}}, {"padding", {"null"}},
        {"added_tokens", {"*"}},   {"normalizer", {"*"}},    {"pre_tokenizer", {"*"}},
        {"post_processor", {"*"}}, {"decoder", {"*"}},       {"model", {"*"}},
    };
    static const struct {
        const char *key;
        enum mg_status (*read)(const struct mg_tokenizer_reader *reader,
                               const struct mg_json *value);
    } parts[] = {
        {"pre_tokenizer", read_pre_tokenizer}, /* first: it tells the form */
        {"normalizer", read_normalizer},
        {"decoder", read_decoder},
        {"post_processor", read_post_processor},
    };
    const struct mg_json *member;
    enum mg_status status = mg_json_type(root) == MG_JSON_OBJECT
                                ? mg_tokenizer_check_keys(reader, root, keys, COUNT(keys))
                                : mg_tokenizer_fail(reader, root, "must be an object");

    for (size_t i = 0; status == MG_OK && i < COUNT(parts); i++) {
        member = mg_json_get(root, parts[i].key);
        status = member != NULL ? parts[i].read(reader, member)
                                : mg_tokenizer_fail(reader, root, "lacks \"%s\"", parts[i].key);
    }
    if (status == MG_OK) {
        status = mg_tokenizer_take(&member, reader, root, "model", MG_JSON_OBJECT);
    }
    if (status == MG_OK) {
        status = mg_tokenizer_read_model(reader, member);
    }
    if (status == MG_OK) {
        const size_t in_vocabulary = mg_json_count(mg_json_get(member, "vocab"));

        status = mg_tokenizer_take(&member, reader, root, "added_tokens", MG_JSON_ARRAY);
        return status == MG_OK ? read_added(reader, member, in_vocabulary) : status;
    }
    return status;
}

enum mg_status mg_tokenizer_parse(struct mg_tokenizer **tokenizer, const char *text, size_t size,
                                  const char *name, struct mg_error *err)
{
    struct mg_tokenizer *new = mg_allocate(1, sizeof(*new));
    const struct mg_tokenizer_reader reader = {name, err, new};
    struct mg_json_file *file = NULL;
    enum mg_status status = mg_json_parse_header(&file, text, size, name, err);

    new->heap = mg_heap_new();
    new->names = mg_names_new();
    new->bpe = mg_bpe_new();
    new->added = mg_added_new();
    new->matched = mg_added_new();
    if (status == MG_OK) {
        status = read_all(&reader, mg_json_root(file));
    }
    if (status != MG_OK) {
        mg_tokenizer_free(new);
        new = NULL;
    }
    mg_json_free(file);
    *tokenizer = new;
    return status;
}

enum mg_status mg_tokenizer_read(struct mg_tokenizer **tokenizer, char sha256[MG_KEY_TEXT],
                                 const char *path, struct mg_error *err)
{
    char *text;
    size_t size;
    enum mg_status status = mg_file_read(&text, &size, path, MG_JSON_HEADER_MAX, err);
    struct mg_hash *hash;

    *tokenizer = NULL;
    if (status == MG_OK) {
        hash = mg_hash_new();
        mg_hash_bytes(hash, text, size);
        mg_hash_finish(sha256, hash);
        status = mg_tokenizer_parse(tokenizer, text, size, path, err);
        free(text);
    }
    return status;
}

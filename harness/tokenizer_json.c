/* tokenizer_json.c - see tokenizer_json.h. */
#include "harness/tokenizer_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum mg_status mg_tokenizer_fail(const struct mg_tokenizer_reader *reader,
                                 const struct mg_json *value, const char *format, ...)
{
    char pointer[128];
    char what[600];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    return mg_fail(reader->err, MG_EUSAGE, "%s:%zu:%zu: error: %s: %s", reader->name,
                   mg_json_line(value), mg_json_column(value),
                   mg_json_pointer(value, pointer, sizeof(pointer)), what);
}

enum mg_status mg_tokenizer_take(const struct mg_json **member,
                                 const struct mg_tokenizer_reader *reader,
                                 const struct mg_json *object, const char *key,
                                 enum mg_json_type type)
{
    *member = mg_json_get(object, key);
    if (*member == NULL) {
        return mg_tokenizer_fail(reader, object, "lacks \"%s\"", key);
    }
    if (mg_json_type(*member) != type) {
        return mg_tokenizer_fail(reader, *member, "must be %s", mg_json_type_name(type));
    }
    return MG_OK;
}

enum mg_status mg_tokenizer_check(const struct mg_tokenizer_reader *reader,
                                  const struct mg_json *value,
                                  const struct mg_tokenizer_key *allowed)
{
    char *text = mg_json_canonical(value);
    bool fine = false;
    enum mg_status status = MG_OK;

    for (size_t i = 0; i < COUNT(allowed->values) && allowed->values[i] != NULL; i++) {
        fine =
            fine || strcmp(allowed->values[i], "*") == 0 || strcmp(allowed->values[i], text) == 0;
    }
    if (!fine) {
        status = mg_tokenizer_fail(reader, value, "%.200s is not supported; allowed: %s%s%s", text,
                                   allowed->values[0], allowed->values[1] == NULL ? "" : " or ",
                                   allowed->values[1] == NULL ? "" : allowed->values[1]);
    }
    free(text);
    return status;
}

enum mg_status mg_tokenizer_check_keys(const struct mg_tokenizer_reader *reader,
                                       const struct mg_json *object,
                                       const struct mg_tokenizer_key *allowed, size_t n)
{
    enum mg_status status = MG_OK;

    for (size_t m = 0; status == MG_OK && m < mg_json_count(object); m++) {
        const struct mg_json *member = mg_json_at(object, m);
        size_t i = 0;

        while (i < n && strcmp(allowed[i].key, mg_json_key(member)) != 0) {
            i++;
        }
        status = i < n ? mg_tokenizer_check(reader, member, &allowed[i])
                       : mg_tokenizer_fail(reader, member, "is not supported");
    }
    return status;
}

enum mg_status mg_tokenizer_take_id(uint32_t *id, const struct mg_tokenizer_reader *reader,
                                    const struct mg_json *value)
{
    long long number;

    if (mg_json_type(value) != MG_JSON_NUMBER || !mg_json_integer(value, &number) || number < 0 ||
        number >= MG_TOKENIZER_VOCAB_MAX) {
        return mg_tokenizer_fail(reader, value, "must be an id from 0 to %d",
                                 MG_TOKENIZER_VOCAB_MAX - 1);
    }
    *id = (uint32_t)number;
    return MG_OK;
}

void mg_tokenizer_extend(struct mg_tokenizer *tokenizer, size_t vocab)
{
    const size_t old = tokenizer->capacity;

    if (vocab > old) {
        tokenizer->capacity = vocab > 2 * old ? vocab : 2 * old;
        tokenizer->tokens =
            realloc(tokenizer->tokens, tokenizer->capacity * sizeof(*tokenizer->tokens));
        tokenizer->is_added =
            realloc(tokenizer->is_added, tokenizer->capacity * sizeof(*tokenizer->is_added));
        if (tokenizer->tokens == NULL || tokenizer->is_added == NULL) {
            abort();
        }
        for (size_t id = old; id < tokenizer->capacity; id++) {
            tokenizer->tokens[id] = NULL;
            tokenizer->is_added[id] = false;
        }
    }
    tokenizer->vocab = vocab;
}

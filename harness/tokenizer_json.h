/*
 * tokenizer_json.h - checks of a tokenizer.json: what is there, and that nothing else is.
 */
#ifndef MG_HARNESS_TOKENIZER_JSON_H
#define MG_HARNESS_TOKENIZER_JSON_H

#include "harness/json.h"
#include "harness/tokenizer_part.h"

/* What is read from, where errors go, and what is filled. */
struct mg_tokenizer_reader {
    const char *name;
    struct mg_error *err;
    struct mg_tokenizer *tokenizer;
};

/* MG_EUSAGE with "name:line:column: error: pointer: what". */
enum mg_status mg_tokenizer_fail(const struct mg_tokenizer_reader *reader,
                                 const struct mg_json *value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* *member out: the member of an object, which must be there and of that type. */
enum mg_status mg_tokenizer_take(const struct mg_json **member,
                                 const struct mg_tokenizer_reader *reader,
                                 const struct mg_json *object, const char *key,
                                 enum mg_json_type type);

/* A key of an object and the values it may have, as canonical JSON; "*" alone is any. */
struct mg_tokenizer_key {
    const char *key;
    const char *values[4]; /* NULL after the last */
};

/* A value must be one of those of the key. */
enum mg_status mg_tokenizer_check(const struct mg_tokenizer_reader *reader,
                                  const struct mg_json *value, const struct mg_tokenizer_key *key);

/* Every key of an object must be one of n, with one of its values. */
enum mg_status mg_tokenizer_check_keys(const struct mg_tokenizer_reader *reader,
                                       const struct mg_json *object,
                                       const struct mg_tokenizer_key *keys, size_t n);

/* An id in [0, MG_TOKENIZER_VOCAB_MAX). */
enum mg_status mg_tokenizer_take_id(uint32_t *id, const struct mg_tokenizer_reader *reader,
                                    const struct mg_json *value);

/* Make room for ids below vocab, more than there are. */
void mg_tokenizer_extend(struct mg_tokenizer *tokenizer, size_t vocab);

/* The model's vocabulary, its bytes and its merges; the form is known. */
enum mg_status mg_tokenizer_read_model(const struct mg_tokenizer_reader *reader,
                                       const struct mg_json *model);

#endif

/*
 * fuzz_tokenizer.c - libFuzzer: a tokenizer.json and, behind a byte 0xFF, a text to encode. With
 * an empty file the text goes through one of the vocabularies of tests/tokenizers.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tokenizer_part.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ids are tokens; where nothing but bytes is merged they are the text. */
static void encode(const struct mg_tokenizer *tokenizer, const char *text, size_t size)
{
    struct mg_error err = {0};
    bool exact =
        tokenizer->form == MG_TOKENIZER_BYTES && !tokenizer->nfc && !tokenizer->prefix_space;
    uint32_t *ids;
    size_t n;
    size_t bytes;
    char *decoded;

    if (mg_tokenizer_encode(&ids, &n, tokenizer, text, size, &err) != MG_OK) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (ids[i] >= mg_tokenizer_vocab(tokenizer) || tokenizer->tokens[ids[i]] == NULL) {
            abort();
        }
        exact = exact && !tokenizer->is_added[ids[i]]; /* those may swallow spaces */
        free(mg_tokenizer_symbol(tokenizer, ids[i]));
    }
    decoded = mg_tokenizer_decode(&bytes, tokenizer, ids, n);
    if (exact && (bytes != size || memcmp(decoded, text, size) != 0)) {
        abort();
    }
    free(decoded);
    free(ids);
}

/* The first byte chooses the vocabulary. */
static void encode_known(const char *text, size_t size)
{
    static const char *const forms[] = {
        "tests/tokenizers/llada.json", "tests/tokenizers/qwen.json", "tests/tokenizers/gpt2.json",
        "tests/tokenizers/llama3.json", "tests/tokenizers/smdm.json"};
    enum { FORMS = sizeof(forms) / sizeof(forms[0]) };
    static struct mg_tokenizer *tokenizers[FORMS];
    const size_t i = size == 0 ? 0 : (unsigned char)text[0] % FORMS;
    struct mg_error err = {0};
    char sha256[MG_KEY_TEXT];

    if (tokenizers[i] == NULL &&
        mg_tokenizer_read(&tokenizers[i], sha256, forms[i], &err) != MG_OK) {
        abort(); /* run it from the root of the project */
    }
    encode(tokenizers[i], text + (size > 0), size - (size > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *cut = size == 0 ? NULL : memchr(data, 0xFF, size);
    const char *file = (const char *)data;
    const size_t file_size = cut == NULL ? size : (size_t)(cut - data);
    const char *text = cut == NULL ? file + size : (const char *)cut + 1;
    const size_t text_size = size - (size_t)(text - file);
    struct mg_error err = {0};
    struct mg_tokenizer *tokenizer;

    if (file_size == 0) {
        encode_known(text, text_size);
    } else if (mg_tokenizer_parse(&tokenizer, file, file_size, "t", &err) == MG_OK) {
        encode(tokenizer, text, text_size);
        mg_tokenizer_free(tokenizer);
    } else if (strncmp(err.text, "t:", 2) != 0 || strstr(err.text, ": error: ") == NULL) {
        abort();
    }
    return 0;
}

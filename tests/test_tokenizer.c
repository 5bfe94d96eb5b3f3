/*
 * test_tokenizer.c - token ids against Hugging Face's `tokenizers`, and back to the text.
 *
 * Strings and ids are from tests/tokenizers/generate.py; every form has string merges, pairs or
 * ignore_merges, and added tokens of every kind.
 */
#include "harness/tokenizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "harness/identity.h"
#include "harness/tokenizer_nfc.h"
#include "harness/tokenizer_split.h"
#include "harness/utf8.h"
#include "tests/support/test.h"

#define FOLDER "tests/tokenizers/"

static char *slurp(const char *path)
{
    struct mg_error err = {0};
    char *text;
    size_t size;

    assert_int_equal(mg_file_read(&text, &size, path, 1 << 22, &err), MG_OK);
    return text;
}

/* The next line of a text, without its end; NULL after the last. */
static char *next_line(char **at)
{
    char *line = *at;
    char *end = strchr(line, '\n');

    if (end == NULL) {
        return NULL;
    }
    *end = '\0';
    *at = end + 1;
    return line;
}

static size_t unhex(char *text, const char *hex)
{
    size_t n = 0;

    for (unsigned byte; sscanf(hex + 2 * n, "%2x", &byte) == 1; n++) {
        text[n] = (char)byte;
    }
    text[n] = '\0';
    return n;
}

static struct mg_tokenizer *load(const char *form)
{
    struct mg_error err = {0};
    struct mg_tokenizer *tokenizer;
    char path[128];
    char sha256[MG_KEY_TEXT];

    (void)snprintf(path, sizeof(path), FOLDER "%s.json", form);
    if (mg_tokenizer_read(&tokenizer, sha256, path, &err) != MG_OK) {
        fail_msg("%s", err.text);
    }
    return tokenizer;
}

/* Compare one string; the number of ids that differ, all of them if their number does. */
static size_t differ(const struct mg_tokenizer *tokenizer, const char *text, size_t size,
                     const char *expected)
{
    struct mg_error err = {0};
    const char *at = expected;
    uint32_t *ids;
    size_t n;
    size_t same = 0;

    assert_int_equal(mg_tokenizer_encode(&ids, &n, tokenizer, text, size, &err), MG_OK);
    for (size_t i = 0; i < n; i++) {
        char *end;

        same += *at != '\0' && strtoul(at, &end, 10) == ids[i] ? 1 : 0;
        at = *at == '\0' ? at : end;
    }
    free(ids);
    return *at == '\0' || *at == '\n' ? n - same : n + 1;
}

static void compare_form(const char *form)
{
    struct mg_tokenizer *tokenizer = load(form);
    char path[128];
    char *strings = slurp(FOLDER "strings.txt");
    char *all_ids;
    char *string_at = strings;
    char *ids_at;
    char *hex;
    size_t n = 0;

    (void)snprintf(path, sizeof(path), FOLDER "%s.ids", form);
    all_ids = slurp(path);
    ids_at = all_ids;
    while ((hex = next_line(&string_at)) != NULL) {
        const char *expected = next_line(&ids_at);
        char *text = calloc(1, strlen(hex) + 1);
        const size_t size = unhex(text, hex);

        n++;
        assert_non_null(expected);
        if (differ(tokenizer, text, size, expected) > 0) {
            fail_msg("%s.json, line %zu of strings.txt (%s): not %s", form, n, hex, expected);
        }
        free(text);
    }
    assert_true(n >= 4000);
    free(all_ids);
    free(strings);
    mg_tokenizer_free(tokenizer);
}

static void ids_of_llada_are_those_of_hugging_face(void **state)
{
    (void)state;
    compare_form("llada");
}

static void ids_of_qwen_are_those_of_hugging_face(void **state)
{
    (void)state;
    compare_form("qwen");
}

static void ids_of_gpt2_are_those_of_hugging_face(void **state)
{
    (void)state;
    compare_form("gpt2");
}

static void ids_of_llama3_are_those_of_hugging_face(void **state)
{
    (void)state;
    compare_form("llama3");
}

static void ids_of_smdm_are_those_of_hugging_face(void **state)
{
    (void)state;
    compare_form("smdm");
}

/* Is the piece that a rule finds at p the whole of it? */
static bool is_one(const struct mg_split *rule, const char *p, size_t size)
{
    return mg_split_piece(rule, p, size) == size;
}

/* As our rules see a code point: bits in the order of "LNSW". */
static unsigned class_of(const struct mg_split *gpt2, const struct mg_split *word, unsigned code)
{
    char text[2][6] = {"a", "1"};
    const size_t bytes = mg_utf8_write(text[0] + 1, code);

    (void)mg_utf8_write(text[1] + 1, code);
    return (is_one(gpt2, text[0], bytes + 1) ? 1U : 0U) |
           (is_one(gpt2, text[1], bytes + 1) ? 2U : 0U) | (mg_is_white(code) ? 4U : 0U) |
           (is_one(word, text[0] + 1, bytes) ? 8U : 0U);
}

static void letters_numbers_spaces_and_words_are_those_of_hugging_face(void **state)
{
    static const char kinds[] = "LNSW";
    struct mg_split *gpt2 = mg_split_new(MG_SPLIT_GPT2);
    struct mg_split *word = mg_split_word_characters();
    unsigned char *expected = calloc(MG_UTF8_CODES, 1);
    char *file = slurp(FOLDER "classes.txt");
    char *at = file;
    char *line;

    (void)state;
    while ((line = next_line(&at)) != NULL) {
        const char *kind = strchr(kinds, line[0]);
        unsigned lo;
        unsigned hi;

        for (bool fine = line[1] == ' ' && sscanf(line + 2, "%x %x", &lo, &hi) == 2;
             fine && lo <= hi; lo++) {
            expected[lo] |= (unsigned char)(1U << (kind - kinds));
        }
    }
    for (unsigned code = 0; code < MG_UTF8_CODES; code++) {
        if ((code < 0xD800 || code > 0xDFFF) && class_of(gpt2, word, code) != expected[code]) {
            fail_msg("U+%04X: %u, not %u", code, class_of(gpt2, word, code), expected[code]);
        }
    }
    free(file);
    free(expected);
    mg_split_free(word);
    mg_split_free(gpt2);
}

/* Each between marks that it may be ordered or composed with, as generate.py does. */
static void nfc_is_that_of_hugging_face(void **state)
{
    char *file = slurp(FOLDER "classes.txt");
    struct mg_hash *hash = mg_hash_new();
    char digest[MG_KEY_TEXT];

    (void)state;
    for (unsigned code = 0; code < 0x2FA20; code++) {
        struct mg_error err = {0};
        struct mg_buffer composed = {0};
        char text[64];
        char one[5];

        if ((code >= 0xD800 && code < 0xE000) || (code >= 0x20000 && code < 0x2F800)) {
            continue;
        }
        one[mg_utf8_write(one, code)] = '\0';
        (void)snprintf(text, sizeof(text), "b\u0301%s\u0334b%s\u0323\u0301\u0945", one, one);
        if (code == 0) {
            memcpy(text, "b\u0301\0\u0334b\0\u0323\u0301\u0945", 15);
        }
        assert_int_equal(mg_nfc(&composed, text, code == 0 ? 15 : strlen(text), &err), MG_OK);
        mg_hash_bytes(hash, composed.text, composed.size);
        mg_buffer_free(&composed);
    }
    mg_hash_finish(digest, hash);
    assert_non_null(strstr(file, digest));
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_numbers_spaces_and_words_are_those_of_hugging_face),
        cmocka_unit_test(nfc_is_that_of_hugging_face),
        cmocka_unit_test(ids_of_llada_are_those_of_hugging_face),
        cmocka_unit_test(ids_of_qwen_are_those_of_hugging_face),
        cmocka_unit_test(ids_of_gpt2_are_those_of_hugging_face),
        cmocka_unit_test(ids_of_llama3_are_those_of_hugging_face),
        cmocka_unit_test(ids_of_smdm_are_those_of_hugging_face),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

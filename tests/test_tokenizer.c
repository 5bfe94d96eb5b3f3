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

    (void)snprintf(path, sizeof(path), FOLDER "%s.json", form);
    if (mg_tokenizer_read(&tokenizer, path, &err) != MG_OK) {
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_of_llada_are_those_of_hugging_face),
        cmocka_unit_test(ids_of_qwen_are_those_of_hugging_face),
        cmocka_unit_test(ids_of_gpt2_are_those_of_hugging_face),
        cmocka_unit_test(ids_of_llama3_are_those_of_hugging_face),
        cmocka_unit_test(ids_of_smdm_are_those_of_hugging_face),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

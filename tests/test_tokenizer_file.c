/* test_tokenizer_file.c - what a tokenizer.json may ask for, and text from ids. */
#include "harness/tokenizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/buffer.h"
#include "harness/file.h"
#include "tests/support/test.h"

#define FOLDER "tests/tokenizers/"

static struct mg_buffer slurp(const char *path)
{
    struct mg_buffer file = {0};
    struct mg_error err = {0};

    assert_int_equal(mg_file_read(&file.text, &file.size, path, 1 << 22, &err), MG_OK);
    return file;
}

static struct mg_tokenizer *load(const char *path)
{
    struct mg_error err = {0};
    struct mg_tokenizer *tokenizer;
    char sha256[MG_KEY_TEXT];

    if (mg_tokenizer_read(&tokenizer, sha256, path, &err) != MG_OK) {
        fail_msg("%s", err.text);
    }
    return tokenizer;
}

/* The text of a file of tests/tokenizers with the first `from` as `to`. */
static struct mg_buffer edited(const char *path, const char *from, const char *to)
{
    struct mg_buffer out = {0};
    struct mg_buffer file = slurp(path);
    const char *at = strstr(file.text, from);

    if (at == NULL) {
        fail_msg("%s has no %s", path, from);
    }
    mg_buffer_add(&out, file.text, (size_t)(at - file.text));
    mg_buffer_puts(&out, to);
    mg_buffer_puts(&out, at + strlen(from));
    mg_buffer_free(&file);
    return out;
}

static const struct {
    const char *form, *from, *to, *told;
} UNSUPPORTED[] = {
    {"llada", "\"version\":\"1.0\"", "\"version\":\"2.0\"", "/version: \"2.0\" is not supported"},
    {"llada", "\"truncation\":null", "\"truncation\":{}", "/truncation: {} is not supported"},
    {"llada", "\"padding\":null", "\"padding\":null,\"extra\":1", "/extra: is not supported"},
    {"llada", "\"normalizer\":null", "\"normalizer\":{\"type\":\"NFKC\"}",
     "/normalizer: {\"type\":\"NFKC\"} is not supported; allowed: null or {\"type\":\"NFC\"}"},
    {"llada", "\"normalizer\":null,", "", "lacks \"normalizer\""},
    {"llada", "\\\\s+(?!\\\\S)", "\\\\s+", "/pattern/Regex: this split is not known"},
    {"llada", "\"Isolated\"", "\"Removed\"", "/behavior: \"Removed\" is not supported"},
    {"llada", "\"use_regex\":false", "\"use_regex\":true", "/use_regex: true is not supported"},
    {"llada", "\"add_prefix_space\":false", "\"add_prefix_space\":true",
     "/add_prefix_space: true is not supported"},
    {"llada", "\"dropout\":null", "\"dropout\":0.1", "/model/dropout: 0.1 is not supported"},
    {"llada", "\"unk_token\":null", "\"unk_token\":\"!\"", "/model/unk_token"},
    {"llada", "\"byte_fallback\":false", "\"byte_fallback\":true", "/model/byte_fallback"},
    {"llada", "\"type\":\"BPE\"", "\"type\":\"Unigram\"", "/model/type: \"Unigram\""},
    {"llada", "\"\u0120\":", "\"zzz\":", "lacks \"\u0120\", the token of byte 0x20"},
    {"llada", "\"!\":0", "\"!\":1", "id 1 is"},
    {"llada", "\"!\":0", "\"!\":-1", "/model/vocab/!: must be an id from 0 to 1048575"},
    {"llada", "\"!\":0", "\"!\":1048576", "must be an id"},
    {"llada", "\"!\":0", "\"!\":1.5", "must be an id"},
    {"llada", "\"!\":0", "\"!\":\"0\"", "must be an id"},
    {"llada", "\"!\":0", "\"!\":0,\"!\":7", "duplicate key"},
    {"llada", "\"merges\":[\"", "\"merges\":[\"qqq a\",\"", "/model/merges/0: \"qqq\" is not in"},
    {"llada", "\"merges\":[\"", "\"merges\":[\"! ~\",\"", "\"!~\" is not in the vocabulary"},
    {"llada", "\"merges\":[\"", "\"merges\":[\"a\",\"", "must be two tokens"},
    {"llada", "\"merges\":[\"", "\"merges\":[[\"a\"],\"", "must be two tokens"},
    {"llada", "\"merges\":[\"", "\"merges\":[[\"a\",1],\"", "must be two tokens"},
    {"llada", "\"merges\":", "\"merges\":{},\"old\":", "/model"},
    {"llada", "\"content\":\"<|a|>\"", "\"content\":\"<|z|>\"", NULL},
    {"llada", "\"content\":\"<|a|>\"", "\"content\":\"<|mdm_mask|>\"", "is there already"},
    {"llada", "\"content\":\"<|a|>\"", "\"content\":\"\"", "must have 1 to 512 bytes"},
    {"llada", "\"content\":\"<|a|>\"", "\"content\":\"a\"", "; by its place it is"},
    {"llada", "\"single_word\":false", "\"single_word\":0", "/single_word: 0 is not supported"},
    {"llada", "\"lstrip\":false,", "", "lacks \"lstrip\""},
    {"gpt2", "\"use_regex\":true", "\"use_regex\":false", "/use_regex: false is not supported"},
    {"gpt2", "\"decoder\":{\"type\":\"ByteLevel\"", "\"decoder\":{\"type\":\"Fuse\"",
     "/decoder/type"},
    {"gpt2", "\"post_processor\":null", "\"post_processor\":{\"type\":\"BertProcessing\"}",
     "/post_processor/type: \"BertProcessing\" is not supported"},
    {"gpt2", "\"post_processor\":null",
     "\"post_processor\":{\"type\":\"Sequence\",\"processors\":[{\"type\":\"ByteLevel\"}]}", NULL},
    {"smdm", "\"byte_fallback\":true", "\"byte_fallback\":false", "/model/byte_fallback"},
    {"smdm", "\"<0x41>\":", "\"<0x4x>\":", "lacks \"<0x41>\", the token of byte 0x41"},
    {"smdm", "\"Prepend\"", "\"Append\"", "/normalizer"},
    {"smdm", "\"Fuse\"", "\"Glue\"", "/decoder"},
};

static void what_is_not_supported_is_refused_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(UNSUPPORTED) / sizeof(UNSUPPORTED[0]); i++) {
        char *path = mg_format(FOLDER "%s.json", UNSUPPORTED[i].form);
        struct mg_buffer text = edited(path, UNSUPPORTED[i].from, UNSUPPORTED[i].to);
        struct mg_tokenizer *tokenizer;
        struct mg_error err = {0};
        const enum mg_status status =
            mg_tokenizer_parse(&tokenizer, text.text, text.size, "t.json", &err);

        if (UNSUPPORTED[i].told == NULL) {
            assert_int_equal(status, MG_OK);
        } else if (status != MG_EUSAGE || tokenizer != NULL ||
                   strncmp(err.text, "t.json:", 7) != 0 ||
                   strstr(err.text, UNSUPPORTED[i].told) == NULL) {
            fail_msg("%s -> %s: %s", UNSUPPORTED[i].from, UNSUPPORTED[i].to, err.text);
        }
        mg_tokenizer_free(tokenizer);
        mg_buffer_free(&text);
        free(path);
    }
}

/* Where nothing is swallowed, what comes back is the text: bytes that are no text, too. */
static void ids_give_the_text_back(void **state)
{
    static const char *const forms[] = {"llada", "llama3", "smdm"};
    struct mg_buffer strings = slurp(FOLDER "strings.txt");

    (void)state;
    for (size_t f = 0; f < 3; f++) {
        char *path = mg_format(FOLDER "%s.json", forms[f]);
        struct mg_tokenizer *tokenizer = load(path);
        size_t n_compared = 0;

        for (const char *line = strings.text; *line != '\0'; line = strchr(line, '\n') + 1) {
            struct mg_buffer text = {0};
            struct mg_error err = {0};
            uint32_t *ids;
            size_t n;
            size_t size;
            char *back;

            for (unsigned byte;
                 sscanf(line + 2 * text.size, "%2x", &byte) == 1 && line[2 * text.size] != '\n';) {
                mg_buffer_add(&text, &(char){(char)byte}, 1);
            }
            mg_buffer_puts(&text, "");
            /* added tokens swallow spaces or get a mark; a mark in the text becomes a space */
            if (strpbrk(text.text, "[<") == NULL && strstr(text.text, "\u2581") == NULL) {
                assert_int_equal(
                    mg_tokenizer_encode(&ids, &n, tokenizer, text.text, text.size, &err), MG_OK);
                back = mg_tokenizer_decode(&size, tokenizer, ids, n);
                assert_int_equal(size, text.size);
                assert_memory_equal(back, text.text, size);
                n_compared++;
                free(back);
                free(ids);
            }
            mg_buffer_free(&text);
        }
        assert_true(n_compared > 2000);
        mg_tokenizer_free(tokenizer);
        free(path);
    }
    mg_buffer_free(&strings);
}

static void what_is_no_text_is_refused(void **state)
{
    struct mg_tokenizer *tokenizer = load(FOLDER "qwen.json");
    struct mg_error err = {0};
    struct mg_buffer marks = {0};
    uint32_t *ids;
    size_t n;

    (void)state;
    assert_int_equal(mg_tokenizer_encode(&ids, &n, tokenizer, "ab\xC3(", 4, &err), MG_EUSAGE);
    assert_null(ids);
    assert_string_equal(err.text, "byte 2, 0xC3, is not UTF-8");
    for (size_t i = 0; i < 2000; i++) {
        mg_buffer_puts(&marks, "\u0301");
    }
    err = (struct mg_error){0};
    assert_int_equal(mg_tokenizer_encode(&ids, &n, tokenizer, marks.text, marks.size, &err),
                     MG_EUSAGE);
    assert_non_null(strstr(err.text, "more than 1024 combining marks in a row"));
    mg_buffer_free(&marks);
    mg_tokenizer_free(tokenizer);
}

/* Half a megabyte of one piece, of spaces, of added tokens and of white space for them. */
static void long_texts_take_a_moment(void **state)
{
    enum { TIMES = 100000 };
    static const char *const units[] = {"aaaaa", "     ", "[R]  ", "  [L]", "<|a|b", "'s 12"};
    struct mg_tokenizer *tokenizer = load(FOLDER "llada.json");

    (void)state;
    for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
        struct mg_buffer text = {0};
        struct mg_error err = {0};
        uint32_t *ids;
        size_t n;

        for (size_t i = 0; i < TIMES; i++) {
            mg_buffer_puts(&text, units[u]);
        }
        assert_int_equal(mg_tokenizer_encode(&ids, &n, tokenizer, text.text, text.size, &err),
                         MG_OK);
        assert_true(n > 0);
        free(ids);
        mg_buffer_free(&text);
    }
    mg_tokenizer_free(tokenizer);
}

static void tokens_are_found_and_written_without_spaces_and_masks(void **state)
{
    struct mg_tokenizer *tokenizer = load(FOLDER "llada.json");
    const struct {
        const char *token, *symbol;
        uint32_t characters;
    } cases[] = {
        {"<|mdm_mask|>", "<|mdm\uFF3Fmask|>", 12},
        {"_", "\uFF3F", 1},
        {"\u0120the", "\u2423the", 4},
        {"\u010A", "\u010A", 1},
        {"\u00C3", "\u00C3", 1}, /* byte 0xC3 begins a character, */
        {"\u0122", "\u0122", 0}, /* 0x80 goes on with one */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const int id = mg_tokenizer_find(tokenizer, cases[i].token);
        char *symbol;

        assert_true(id >= 0);
        symbol = mg_tokenizer_symbol(tokenizer, (uint32_t)id);
        assert_string_equal(symbol, cases[i].symbol);
        assert_int_equal(mg_tokenizer_characters(tokenizer, (uint32_t)id), cases[i].characters);
        free(symbol);
    }
    assert_int_equal(mg_tokenizer_find(tokenizer, "no such token"), -1);
    mg_tokenizer_free(tokenizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_supported_is_refused_by_name),
        cmocka_unit_test(ids_give_the_text_back),
        cmocka_unit_test(what_is_no_text_is_refused),
        cmocka_unit_test(long_texts_take_a_moment),
        cmocka_unit_test(tokens_are_found_and_written_without_spaces_and_masks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_corpus.c - from a text file to token ids: what is kept, where it is cut, what is refused. */
#include "harness/corpus.h"

#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "tests/support/experiment.h"
#include "tests/support/test.h"

struct bench {
    char *folder, *path;
    struct mg_heap *heap;
    struct mg_corpus corpus;
    size_t line;
    struct mg_error err;
};

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof(*bench));

    assert_non_null(bench);
    bench->folder = mg_test_folder();
    bench->path = mg_format("%s/corpus.txt", bench->folder);
    bench->heap = mg_heap_new();
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;

    mg_heap_free(bench->heap);
    free(bench->path);
    mg_test_folder_remove(bench->folder);
    free(bench);
    return 0;
}

static enum mg_status take(struct bench *bench, const char *text, struct mg_corpus_rule rule)
{
    struct mg_error err = {0};

    assert_int_equal(mg_file_write(bench->path, text, strlen(text), &err), MG_OK);
    bench->err = (struct mg_error){0};
    return mg_corpus_read(&bench->corpus, &bench->line, bench->path, &rule, bench->heap,
                          &bench->err);
}

/* The tokens as they are written, the parts separated by "|". */
static const char *written(const struct bench *bench)
{
    static char text[512];

    text[0] = '\0';
    for (size_t i = 0; i < bench->corpus.n; i++) {
        strcat(text, i == bench->corpus.n_train ? "|" : "");
        strcat(text, bench->corpus.symbols[bench->corpus.tokens[i]]);
    }
    return text;
}

static const struct mg_corpus_rule LETTERS = {MG_CORPUS_LETTERS, 0.3, NULL, NULL};
static const struct mg_corpus_rule ALL = {MG_CORPUS_ALL, 0.3, NULL, NULL};

static void letters_are_small_and_all_between_them_is_one_space(void **state)
{
    struct bench *bench = *state;

    assert_int_equal(
        take(bench, "  In the 1st -- Day,\n\n caf\xC3\xA9 X.\n\tlast LINE!\n", LETTERS), MG_OK);
    assert_string_equal(written(bench), "in␣the␣st␣day␣caf␣x|last␣line");
    assert_int_equal(bench->corpus.vocab, 27);
    assert_string_equal(bench->corpus.symbols[0], "a");
    assert_string_equal(bench->corpus.symbols[26], "␣");
}

static void all_characters_stay_and_are_numbered_by_code_point(void **state)
{
    struct bench *bench = *state;

    assert_int_equal(take(bench, "\xC3\xA9  b\r\nB \xE2\x82\xAC\nbb\n", ALL), MG_OK);
    assert_string_equal(written(bench), "é␣b␣B␣€|bb");
    assert_int_equal(bench->corpus.vocab, 5);
    assert_string_equal(bench->corpus.symbols[0], "B");
    assert_string_equal(bench->corpus.symbols[1], "b");
    assert_string_equal(bench->corpus.symbols[2], "é");
    assert_string_equal(bench->corpus.symbols[3], "€");
}

/* Ten bytes a line: a share of 0.25 of 40 bytes begins at byte 30, one of 0.26 inside line 3. */
static void the_parts_are_cut_where_a_line_begins(void **state)
{
    static const char text[] = "aaaaaaaaa\nbbbbbbbbb\nccccccccc\nddddddddd\n";
    static const struct {
        double held_out;
        size_t n_train;
    } cases[] = {{0.25, 29}, {0.2, 39}, {0.26, 29}, {0.5, 19}, {0.9, 9}, {0.99, 0}, {0.01, 39}};
    struct bench *bench = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(take(bench, text, (struct mg_corpus_rule){.held_out = cases[i].held_out}),
                         MG_OK);
        assert_int_equal(bench->corpus.n_train, cases[i].n_train);
    }
}

/* FIPS 180-2, appendix B.1: the digest of "abc". */
static void the_hash_is_that_of_the_bytes(void **state)
{
    struct bench *bench = *state;

    assert_int_equal(take(bench, "abc", LETTERS), MG_OK);
    assert_string_equal(bench->corpus.sha256,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void faults_are_told_with_their_line(void **state)
{
    static const struct {
        const char *text;
        size_t line;
        const char *told;
    } cases[] = {
        {"", 0, "empty"},
        {"ab\nc\xFFg\n", 2, "0xFF is not UTF-8"},
        {"ab\n\xE2\x82", 2, "0xE2 is not UTF-8"},
        {"a_b\n", 0, "\"_\""},
        {"a\x01\n", 0, "U+0001"},
        {"a\xE2\x90\xA3\n", 0, "U+2423"},
    };
    struct bench *bench = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(take(bench, cases[i].text, ALL), MG_EUSAGE);
        assert_int_equal(bench->line, cases[i].line);
        assert_non_null(strstr(bench->err.text, cases[i].told));
    }
}

static void a_given_alphabet_numbers_its_characters_and_allows_no_other(void **state)
{
    static const char *const symbols[] = {"z", "␣", "é"};
    static const char *const spaceless[] = {"z"};
    static const char *const words[] = {"zz", "␣"};
    struct bench *bench = *state;
    struct mg_alphabet alphabet;
    struct mg_corpus_rule rule = {MG_CORPUS_ALL, 0.3, &alphabet, NULL};

    mg_alphabet_init(&alphabet, bench->heap, symbols, 3);
    assert_int_equal(take(bench, "\xC3\xA9z z\n", rule), MG_OK);
    assert_int_equal(bench->corpus.n, 4);
    assert_int_equal(bench->corpus.tokens[0], 2);
    assert_int_equal(bench->corpus.tokens[1], 0);
    assert_int_equal(bench->corpus.tokens[2], 1);
    assert_int_equal(take(bench, "z\nz\nzay\n", rule), MG_EUSAGE);
    assert_int_equal(bench->line, 3);
    assert_non_null(strstr(bench->err.text, "\"a\""));
    mg_alphabet_init(&alphabet, bench->heap, spaceless, 1);
    assert_int_equal(take(bench, "zz\n", rule), MG_EUSAGE);
    assert_non_null(strstr(bench->err.text, "space"));
    mg_alphabet_init(&alphabet, bench->heap, words, 2);
    assert_int_equal(take(bench, "zz\n", rule), MG_EUSAGE);
    assert_non_null(strstr(bench->err.text, "\"zz\" is not one character"));
}

static void a_prompt_keeps_its_spaces_and_refuses_what_is_no_token(void **state)
{
    static const int expected[] = {0, 26, 26, 25, 26};
    struct bench *bench = *state;
    struct mg_alphabet alphabet;
    const char *problem;
    int *tokens;
    size_t n;

    assert_int_equal(take(bench, "a\nb\n", LETTERS), MG_OK);
    mg_alphabet_init(&alphabet, bench->heap, bench->corpus.symbols, bench->corpus.vocab);
    assert_true(mg_corpus_prompt(&tokens, &n, &problem, &alphabet, "A  z ", bench->heap));
    assert_int_equal(n, 5);
    assert_memory_equal(tokens, expected, sizeof(expected));
    assert_true(mg_corpus_prompt(&tokens, &n, &problem, &alphabet, "", bench->heap));
    assert_int_equal(n, 0);
    assert_false(mg_corpus_prompt(&tokens, &n, &problem, &alphabet, "a\xC3\xA9", bench->heap));
    assert_non_null(strstr(problem, "\"é\""));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(letters_are_small_and_all_between_them_is_one_space),
        TEST(all_characters_stay_and_are_numbered_by_code_point),
        TEST(the_parts_are_cut_where_a_line_begins),
        TEST(the_hash_is_that_of_the_bytes),
        TEST(faults_are_told_with_their_line),
        TEST(a_given_alphabet_numbers_its_characters_and_allows_no_other),
        TEST(a_prompt_keeps_its_spaces_and_refuses_what_is_no_token),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
#undef TEST
}

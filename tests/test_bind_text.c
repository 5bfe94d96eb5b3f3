/* test_bind_text.c - a corpus in an experiment file: what is refused, what is not run, identity. */
#include "harness/spec.h"

#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "model/source/text.h"
#include "tests/support/experiment.h"
#include "tests/support/test.h"

/* Four lines of 11 bytes; the last one is held out. */
static const char VERSES[] = "in the day\nof the sea\nand of the\nland he is\n";

struct bench {
    char *folder;
    struct mg_problems problems;
    struct mg_spec *spec;
};

static void write_file(const struct bench *bench, const char *name, const char *text, size_t size)
{
    struct mg_error err = {0};
    char *path = mg_format("%s/%s", bench->folder, name);

    assert_int_equal(mg_file_write(path, text, size, &err), MG_OK);
    free(path);
}

static void copy(const struct bench *bench, const char *name, const char *from)
{
    struct mg_error err = {0};
    char *text;
    size_t size;

    assert_int_equal(mg_file_read(&text, &size, from, 1 << 20, &err), MG_OK);
    write_file(bench, name, text, size);
    free(text);
}

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof(*bench));

    assert_non_null(bench);
    bench->folder = mg_test_folder();
    write_file(bench, "verses.txt", VERSES, strlen(VERSES));
    write_file(bench, "copy.txt", VERSES, strlen(VERSES));
    copy(bench, "llada.json", "tests/tokenizers/llada.json");
    write_file(bench, "bad.json", "{\"a\": 1}", 8);
    *state = bench;
    return 0;
}

static void forget(struct bench *bench)
{
    mg_spec_free(bench->spec);
    mg_problems_free(&bench->problems);
    bench->spec = NULL;
    bench->problems = (struct mg_problems){0};
}

static int tear_down(void **state)
{
    struct bench *bench = *state;

    forget(bench);
    mg_test_folder_remove(bench->folder);
    free(bench);
    return 0;
}

/* Load an experiment with these members of source beside kind, and this entry of measure. */
static enum mg_status take(struct bench *bench, const char *source, const char *measure)
{
    char *text = mg_format("{\"marginalia\": 1, \"name\": \"t\", \"source\": {\"kind\": \"text\","
                           " \"held_out\": 0.25, %s}, \"predictor\": {\"kind\": \"uniform\"},"
                           " \"measure\": [{\"name\": \"m\", %s}], \"claims\": [{\"name\": \"c\","
                           " \"query\": \"SELECT 1, 1\", \"accept\": [0, 1]}]}",
                           source, measure);
    char *path = mg_format("%s/t.json", bench->folder);
    struct mg_error err = {0};
    enum mg_status status;

    forget(bench);
    assert_int_equal(mg_file_write(path, text, strlen(text), &err), MG_OK);
    status = mg_spec_load(&bench->spec, path, &bench->problems);
    free(path);
    free(text);
    return status;
}

/* Tokens learnt from the verses, and those of a file beside the experiment. */
#define BPE   "\"corpus\": \"verses.txt\", \"length\": 4, \"tokens\": \"bpe\""
#define FILED "\"corpus\": \"verses.txt\", \"length\": 4, \"tokens\": \"tokenizer\""

#define LEFT "\"kind\": \"distance\", \"left\": 2"

static void a_corpus_becomes_a_source(void **state)
{
    struct bench *bench = *state;
    const struct mg_point *point;

    assert_int_equal(take(bench, "\"corpus\": \"verses.txt\", \"length\": 8", LEFT), MG_OK);
    point = &bench->spec->points[0];
    assert_int_equal(point->source->length, 8);
    assert_int_equal(point->source->vocab, 27);
    assert_string_equal(point->symbols[26], "\u2423");
    assert_false(mg_source_has_oracle(point->source));
    assert_null(bench->spec->not_run);
}

static void the_name_of_the_file_is_not_identity_but_its_bytes_are(void **state)
{
    struct bench *bench = *state;
    char *first;

    assert_int_equal(take(bench, "\"corpus\": \"verses.txt\", \"length\": 8", LEFT), MG_OK);
    first = strdup(bench->spec->points[0].training);
    assert_int_equal(
        take(bench, "\"corpus\": \"copy.txt\", \"length\": 8, \"if_missing\": \"not_run\"", LEFT),
        MG_OK);
    assert_string_equal(bench->spec->points[0].training, first);
    assert_non_null(strstr(first, "\"sha256\""));
    assert_int_equal(
        take(bench, "\"corpus\": \"copy.txt\", \"length\": 8, \"characters\": \"all\"", LEFT),
        MG_OK);
    assert_string_not_equal(bench->spec->points[0].training, first);
    free(first);
}

static void faults_are_errors_that_say_what(void **state)
{
    static const struct {
        const char *source, *measure, *told;
    } cases[] = {
        {"\"corpus\": \"none.txt\", \"length\": 8", LEFT, "none.txt: no such file"},
        {"\"corpus\": \"verses.txt\", \"length\": 11", LEFT, "fewer than the length 11"},
        {"\"corpus\": \"verses.txt\", \"length\": 8, \"sha256\": \"00\"", LEFT, "SHA-256"},
        {"\"corpus\": \"verses.txt\", \"length\": 8, \"alphabet\": [\"a\", \"b\"]", LEFT,
         "have their own"},
        {"\"corpus\": \"verses.txt\", \"length\": 8, \"characters\": \"all\","
         " \"alphabet\": [\"a\", \"\u2423\"]",
         LEFT, "verses.txt:1"},
        {"\"corpus\": \"verses.txt\", \"length\": 8",
         "\"kind\": \"joint\", \"context\": {\"text\": \"in 1\"}", "unknown character \"1\""},
        {"\"corpus\": \"verses.txt\", \"length\": 8",
         "\"kind\": \"joint\", \"context\": {\"text\": \"in \", \"masks\": 4}", "has 7 tokens"},
        {"\"corpus\": \"verses.txt\", \"length\": 8",
         "\"kind\": \"joint\", \"context\": {\"text\": \"in the d\"}", "nothing is masked"},
        {BPE ", \"vocab\": 26", LEFT, "/source/vocab: 26 is less than the 27 characters there are"},
        {BPE ", \"vocab\": 500", LEFT, "then no two are together twice"},
        {BPE, LEFT, "/source/tokens: \"bpe\" needs \"vocab\""},
        {BPE ", \"vocab\": 30, \"tokens_sha256\": \"00\"", LEFT,
         "the merges learnt have the SHA-256"},
        {BPE ", \"vocab\": 30, \"tokenizer\": \"t.json\"", LEFT, "/source/tokenizer"},
        {BPE ", \"vocab\": 30", "\"kind\": \"joint\", \"context\": {\"text\": \"in 1\"}",
         "unknown character \"1\""},
        {FILED ", \"tokenizer\": \"none.json\"", LEFT, "none.json: no such file"},
        {FILED, LEFT, "only a checkpoint brings its own"},
        {FILED ", \"tokenizer\": \"bad.json\"", LEFT, "bad.json:1:2: error: /a: is not supported"},
        {FILED ", \"tokenizer\": \"llada.json\", \"tokens_sha256\": \"00\"", LEFT,
         "the tokenizer has the SHA-256"},
        {FILED ", \"tokenizer\": \"llada.json\", \"alphabet\": [\"a\"]", LEFT,
         "a tokenizer has its own"},
        {FILED ", \"tokenizer\": \"llada.json\", \"vocab\": 30", LEFT,
         "/source/vocab: the tokenizer has"},
    };
    struct bench *bench = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(take(bench, cases[i].source, cases[i].measure), MG_EUSAGE);
        assert_int_equal(bench->problems.errors, 1);
        if (strstr(bench->problems.lines[0], cases[i].told) == NULL) {
            fail_msg("%s: %s", cases[i].source, bench->problems.lines[0]);
        }
    }
}

static void without_its_corpus_an_experiment_that_says_so_is_not_run(void **state)
{
    struct bench *bench = *state;

    assert_int_equal(
        take(bench, "\"corpus\": \"none.txt\", \"length\": 8, \"if_missing\": \"not_run\"", LEFT),
        MG_OK);
    assert_non_null(strstr(bench->spec->not_run, "none.txt"));
    assert_int_equal(bench->spec->n_points, 0);
    assert_int_equal(bench->spec->n_claims, 1);
    assert_int_equal(bench->problems.errors, 0);
    assert_int_equal(bench->problems.n, 1);
    assert_non_null(strstr(bench->problems.lines[0], "not run"));
    /* other errors stay errors */
    assert_int_equal(
        take(bench, "\"corpus\": \"none.txt\", \"length\": 0, \"if_missing\": \"not_run\"", LEFT),
        MG_EUSAGE);
}

static void a_context_is_written_as_text(void **state)
{
    static const int expected[] = {8, 13, 26, MG_MASK, MG_MASK, MG_MASK, 26, 0};
    struct bench *bench = *state;
    char *first;

    assert_int_equal(take(bench, "\"corpus\": \"verses.txt\", \"length\": 8",
                          "\"kind\": \"joint\", \"targets\": [3], \"context\": {\"text\": \"In \","
                          " \"masks\": 3, \"after\": \" a\"}"),
                     MG_OK);
    assert_memory_equal(bench->spec->points[0].measures[0].spec.context, expected,
                        sizeof(expected));
    first = strdup(bench->spec->points[0].measures[0].canonical);
    assert_int_equal(take(bench, "\"corpus\": \"verses.txt\", \"length\": 8",
                          "\"kind\": \"joint\", \"targets\": [3], \"context\": "
                          "\"i n \u2423 _ _ _ \u2423 a\""),
                     MG_OK);
    assert_string_equal(bench->spec->points[0].measures[0].canonical, first);
    free(first);
}

/* What is written is what each token writes, the ends of words and all. */
static void assert_written(const struct mg_point *point, const char *expected)
{
    const struct mg_text *text = mg_source_text(point->source);
    char written[256] = "";

    for (size_t i = 0; i < text->n; i++) {
        strcat(written, i == text->n_train ? "|" : "");
        strcat(written, point->symbols[text->tokens[i]]);
    }
    assert_string_equal(written, expected);
}

static void tokens_can_be_learnt(void **state)
{
    struct bench *bench = *state;
    const struct mg_point *point;
    char *first;

    assert_int_equal(take(bench, BPE ", \"vocab\": 31", LEFT), MG_OK);
    point = &bench->spec->points[0];
    assert_int_equal(point->source->vocab, 31);
    /* "th", "he" and " t" are there three times each: h is the first letter of these */
    assert_string_equal(point->symbols[27], "he");
    assert_written(point, "in\u2423the\u2423day\u2423of\u2423the\u2423sea\u2423and\u2423of"
                          "\u2423the|land\u2423he\u2423is");
    first = strdup(point->training);
    assert_non_null(strstr(first, "\"tokens_sha256\""));
    assert_int_equal(take(bench, BPE ", \"vocab\": 32", LEFT), MG_OK);
    assert_string_not_equal(bench->spec->points[0].training, first);
    free(first);
}

static void the_tokens_of_a_file_see_the_corpus_as_it_stands(void **state)
{
    struct bench *bench = *state;
    const struct mg_point *point;
    const int *context;

    assert_int_equal(take(bench, FILED ", \"tokenizer\": \"llada.json\"",
                          "\"kind\": \"joint\", \"targets\": [2], \"context\": "
                          "{\"text\": \"the\", \"after\": \"\\n\"}"),
                     MG_OK);
    point = &bench->spec->points[0];
    assert_written(point,
                   "in\u2423the\u2423day\u010Aof\u2423the\u2423sea\u010Aand\u2423of\u2423the\u010A"
                   "|land\u2423he\u2423is\u010A");
    context = point->measures[0].spec.context;
    assert_string_equal(point->symbols[context[0]], "the");
    assert_int_equal(context[1], MG_MASK);
    assert_string_equal(point->symbols[context[3]], "\u010A");
    assert_non_null(strstr(point->training, "\"tokens_sha256\""));
    assert_null(strstr(point->training, "llada.json"));
    assert_int_equal(take(bench, FILED ", \"tokenizer\": \"llada.json\", \"vocab\": 1024", LEFT),
                     MG_OK);
    assert_int_equal(bench->spec->points[0].source->vocab, 1024);
    assert_string_equal(bench->spec->points[0].symbols[1023], "<#1023>");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_corpus_becomes_a_source),
        TEST(the_name_of_the_file_is_not_identity_but_its_bytes_are),
        TEST(faults_are_errors_that_say_what),
        TEST(without_its_corpus_an_experiment_that_says_so_is_not_run),
        TEST(a_context_is_written_as_text),
        TEST(tokens_can_be_learnt),
        TEST(the_tokens_of_a_file_see_the_corpus_as_it_stands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
#undef TEST
}

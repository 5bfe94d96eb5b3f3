/* test_json.c - strict JSON: what is read, and what is refused, where. */
#include "tests/support/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/json.h"

static struct mg_json_file *parsed(const char *text)
{
    struct mg_error err = {0};
    struct mg_json_file *file = NULL;

    if (mg_json_parse(&file, text, strlen(text), "t", &err) != MG_OK) {
        print_error("%s\n", err.text);
        fail();
    }
    return file;
}

static void assert_refused(const char *text, size_t size, const char *message)
{
    struct mg_error err = {0};
    struct mg_json_file *file = NULL;
    const enum mg_status status = mg_json_parse(&file, text, size, "f.json", &err);

    if (status != MG_EUSAGE || file != NULL || strcmp(err.text, message) != 0) {
        print_error("expected: %s\n   found: %s\n", message, err.text);
        mg_json_free(file);
        fail();
    }
}

static const struct {
    const char *text, *message;
} FAULTS[] = {
    {"", "1:1: error: the text ends, expected a value"},
    {" \n ", "2:2: error: the text ends, expected a value"},
    {"\xEF\xBB\xBF{}", "1:1: error: starts with a byte-order mark; save it as UTF-8 without"},
    {"{} x", "1:4: error: found 'x', expected the end of the text"},
    {"{}{}", "1:3: error: found '{', expected the end of the text"},
    {"{\"a\": 1,\n \"b\": 01}", "2:7: error: a number may not start with a zero"},
    {"-01", "1:1: error: a number may not start with a zero"},
    {"[1.]", "1:4: error: found ']', expected a digit after the point"},
    {"[.5]", "1:2: error: found '.', expected a value"},
    {"[+1]", "1:2: error: found '+', expected a value"},
    {"[-]", "1:3: error: found ']', expected a digit"},
    {"[1e]", "1:4: error: found ']', expected a digit of the exponent"},
    {"[0x10]", "1:3: error: found 'x', expected ',' or ']'"},
    {"1e400", "1:1: error: the number is too large for a double"},
    {"[-1e309]", "1:2: error: the number is too large for a double"},
    {"9007199254740993", "1:1: error: an integer may not exceed 2^53 in size"},
    {"[-9007199254740993]", "1:2: error: an integer may not exceed 2^53 in size"},
    {"99999999999999999999999", "1:1: error: an integer may not exceed 2^53 in size"},
    {"0.0000000000000000000000000000000000000000000000000000000000000001",
     "1:1: error: a number may have at most 63 characters"},
    {"NaN", "1:1: error: unknown word \"NaN\"; the words of JSON are true, false and null"},
    {"[Infinity]",
     "1:2: error: unknown word \"Infinity\"; the words of JSON are true, false and null"},
    {"[True]", "1:2: error: unknown word \"True\"; the words of JSON are true, false and null"},
    {"[1,]", "1:4: error: found ']', expected something after the comma"},
    {"{\"a\":1,}", "1:8: error: found '}', expected something after the comma"},
    {"{,}", "1:2: error: found ',', expected a key in double quotes"},
    {"{a: 1}", "1:2: error: found 'a', expected a key in double quotes"},
    {"{'a': 1}", "1:2: error: found ''', expected a key in double quotes"},
    {"{\"a\" 1}", "1:6: error: found '1', expected ':' after the key"},
    {"{\"a\": 1 \"b\": 2}", "1:9: error: found '\"', expected ',' or '}'"},
    {"[1 2]", "1:4: error: found '2', expected ',' or ']'"},
    {"[1", "1:3: error: the text ends, expected ',' or ']'"},
    {"[1]]", "1:4: error: found ']', expected the end of the text"},
    {"{ // no\n}", "1:3: error: found '/', expected a key in double quotes (a comment is a "
                   "member called \"$comment\")"},
    {"[\"abc", "1:2: error: the string that starts here has no end"},
    {"[\"a\\", "1:4: error: unknown escape in a string"},
    {"[\"a\nb\"]", "1:4: error: control character 0x0A in a string; write it as an escape"},
    {"\"\\x41\"", "1:2: error: unknown escape in a string"},
    {"\"\\u00g0\"", "1:2: error: \\u needs four hexadecimal digits"},
    {"\"a\\u0000b\"", "1:3: error: \\u0000 is not allowed in a string"},
    {"{\"\\u0000\": 1}", "1:3: error: \\u0000 is not allowed in a string"},
    {"\"\\ud800\"", "1:2: error: half of a surrogate pair is not a character"},
    {"\"\\udc00\"", "1:2: error: half of a surrogate pair is not a character"},
    {"\"\\ud800\\u0041\"", "1:2: error: half of a surrogate pair is not a character"},
    {"\"\\ud800\\ud800\"", "1:2: error: half of a surrogate pair is not a character"},
    {"\"\\ud800\\n\"", "1:2: error: half of a surrogate pair is not a character"},
    {"\"\xC3\xA9\xFF\"", "1:3: error: byte 0xFF is not UTF-8"},
    {"\"\xC0\x80\"", "1:2: error: byte 0xC0 is not UTF-8"},         /* overlong NUL */
    {"\"\xE0\x9F\xBF\"", "1:2: error: byte 0xE0 is not UTF-8"},     /* overlong U+07FF */
    {"\"\xED\xA0\x80\"", "1:2: error: byte 0xED is not UTF-8"},     /* surrogate */
    {"\"\xF4\x90\x80\x80\"", "1:2: error: byte 0xF4 is not UTF-8"}, /* U+110000 */
    {"\"\xF0\x8F\xBF\xBF\"", "1:2: error: byte 0xF0 is not UTF-8"}, /* overlong U+FFFF */
    {"\"\xE2\x82", "1:2: error: byte 0xE2 is not UTF-8"},
    {"\xA0", "1:1: error: found byte 0xA0, expected a value"},
    {"{\"a\": 1,\n  \"a\": 2}", "2:3: error: duplicate key \"a\" (first on line 1)"},
    {"{\"a\": 1, \"\\u0061\": 2}", "1:10: error: duplicate key \"a\" (first on line 1)"},
    {"[{\"b\":0,\"a\":0,\n\"b\":0,\"a\":0}]", "2:1: error: duplicate key \"b\" (first on line 1)"},
    {"{\"$comment\": 1, \"$comment\": 2}",
     "1:17: error: duplicate key \"$comment\" (first on line 1)"},
    {"{\"$comment\": {\"x\": 1, \"x\": 2}}", "1:23: error: duplicate key \"x\" (first on line 1)"},
};

static void every_fault_is_refused_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(FAULTS) / sizeof(FAULTS[0]); i++) {
        char message[256];
        (void)snprintf(message, sizeof(message), "f.json:%s", FAULTS[i].message);
        assert_refused(FAULTS[i].text, strlen(FAULTS[i].text), message);
    }
    assert_refused("[\"a\0b\"]", 7,
                   "f.json:1:4: error: control character 0x00 in a string; write it as an escape");
    assert_refused("[]\0", 3, "f.json:1:3: error: found byte 0x00, expected the end of the text");
    assert_refused("[\"\\\0\"]", 6, "f.json:1:3: error: unknown escape in a string");
}

static void nesting_stops_at_32(void **state)
{
    char text[70];
    char *bomb = malloc(100000);
    struct mg_json_file *file;

    (void)state;
    memset(text, '[', 32);
    memset(text + 32, ']', 32);
    text[64] = '\0';
    file = parsed(text);
    mg_json_free(file);
    memset(text, '[', 33);
    memset(text + 33, ']', 33);
    assert_refused(text, 66, "f.json:1:33: error: nested deeper than 32");
    assert_non_null(bomb);
    memset(bomb, '[', 100000);
    assert_refused(bomb, 100000, "f.json:1:33: error: nested deeper than 32");
    free(bomb);
}

static void size_stops_at_a_mebibyte(void **state)
{
    const size_t size = MG_JSON_SIZE_MAX + 1;
    char *text = malloc(size + 1);
    struct mg_json_file *file;

    (void)state;
    assert_non_null(text);
    memset(text, ' ', size);
    memcpy(text, "[]", 2);
    text[size] = '\0';
    assert_refused(text, size,
                   "f.json:1:1: error: 1048577 bytes of JSON, at most 1048576 are allowed");
    text[size - 1] = '\0';
    file = parsed(text);
    mg_json_free(file);
    free(text);
}

static void places_count_lines_and_characters(void **state)
{
    struct mg_json_file *file = parsed("{\n  \"a\": [1,\n    {\"\xC3\xA9\": 2, \"z\": 3}],\n"
                                       "\t\"b\" : null }");
    const struct mg_json *root = mg_json_root(file);
    const struct mg_json *a = mg_json_get(root, "a");
    const struct mg_json *z = mg_json_get(mg_json_at(a, 1), "z");
    const struct mg_json *b = mg_json_at(root, 1);

    (void)state;
    assert_int_equal(mg_json_line(root), 1);
    assert_int_equal(mg_json_column(root), 1);
    assert_int_equal(mg_json_line(a), 2);
    assert_int_equal(mg_json_column(a), 3);
    assert_int_equal(mg_json_line(mg_json_at(a, 0)), 2);
    assert_int_equal(mg_json_column(mg_json_at(a, 0)), 9);
    assert_int_equal(mg_json_line(z), 3);
    assert_int_equal(mg_json_column(z), 14); /* the e-acute is one character */
    assert_int_equal(mg_json_line(b), 4);
    assert_int_equal(mg_json_column(b), 2);
    mg_json_free(file);
}

static void values_read_back_as_written(void **state)
{
    struct mg_json_file *file =
        parsed("{\"n\": -2.5e-3, \"i\": 9007199254740992, \"t\": true, \"f\": false, \"0\": null,\n"
               " \"s\": \"\\u00e9\\ud83d\\ude00\\n\\\"\\/\", \"N\": 1, \"e\": [], \"o\": {}}");
    const struct mg_json *root = mg_json_root(file);
    long long integer = 0;
    size_t size;

    (void)state;
    assert_int_equal(mg_json_type(root), MG_JSON_OBJECT);
    assert_int_equal(mg_json_count(root), 9);
    assert_null(mg_json_key(root));
    assert_string_equal(mg_json_key(mg_json_at(root, 1)), "i");
    assert_close(mg_json_number(mg_json_get(root, "n")), -0.0025, 0);
    assert_memory_equal(mg_json_number_text(mg_json_get(root, "n"), &size), "-2.5e-3", 7);
    assert_int_equal(size, 7);
    assert_false(mg_json_integer(mg_json_get(root, "n"), NULL));
    assert_true(mg_json_integer(mg_json_get(root, "i"), &integer));
    assert_true(integer == 9007199254740992LL);
    assert_close(mg_json_number(mg_json_get(root, "N")), 1, 0); /* case counts */
    assert_true(mg_json_bool(mg_json_get(root, "t")));
    assert_false(mg_json_bool(mg_json_get(root, "f")));
    assert_int_equal(mg_json_type(mg_json_get(root, "0")), MG_JSON_NULL);
    assert_string_equal(mg_json_string(mg_json_get(root, "s")), "\xC3\xA9\xF0\x9F\x98\x80\n\"/");
    assert_int_equal(mg_json_count(mg_json_get(root, "e")), 0);
    assert_int_equal(mg_json_count(mg_json_get(root, "o")), 0);
    assert_null(mg_json_get(root, "S"));
    mg_json_free(file);
}

static void integers_are_judged_as_written(void **state)
{
    static const struct {
        const char *text;
        bool integer;
        long long value;
    } cases[] = {{"0", true, 0},     {"-0", true, 0},
                 {"-17", true, -17}, {"-9007199254740992", true, -9007199254740992LL},
                 {"1.0", false, 0},  {"1e3", false, 0},
                 {"0.5", false, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mg_json_file *file = parsed(cases[i].text);
        long long value = 0;
        assert_int_equal(mg_json_integer(mg_json_root(file), &value), cases[i].integer);
        assert_true(value == cases[i].value);
        mg_json_free(file);
    }
}

static void comments_are_invisible(void **state)
{
    struct mg_json_file *file =
        parsed("{\"$comment\": [1, {\"x\": 2}], \"a\": {\"$comment\": \"c\"},"
               " \"b\": [{\"$comment\": 0, \"k\": 7}]}");
    const struct mg_json *root = mg_json_root(file);
    char pointer[64];
    char *canonical = mg_json_canonical(root);

    (void)state;
    assert_int_equal(mg_json_count(root), 2);
    assert_null(mg_json_get(root, "$comment"));
    assert_string_equal(mg_json_key(mg_json_at(root, 0)), "a");
    assert_int_equal(mg_json_count(mg_json_at(root, 0)), 0);
    assert_string_equal(canonical, "{\"a\":{},\"b\":[{\"k\":7}]}");
    assert_string_equal(mg_json_pointer(mg_json_at(mg_json_at(mg_json_at(root, 1), 0), 0), pointer,
                                        sizeof(pointer)),
                        "/b/0/k");
    free(canonical);
    mg_json_free(file);
}

static void header_texts_have_wide_integers_and_no_comments(void **state)
{
    static const char text[] = "{\"$comment\": [18446744073709551615, 99999999999999999999999]}";
    struct mg_error err = {0};
    struct mg_json_file *file = NULL;
    const struct mg_json *list;
    size_t size;

    (void)state;
    assert_int_equal(mg_json_parse_header(&file, text, strlen(text), "h", &err), MG_OK);
    list = mg_json_get(mg_json_root(file), "$comment");
    assert_non_null(list);
    assert_memory_equal(mg_json_number_text(mg_json_at(list, 0), &size), "18446744073709551615",
                        20);
    assert_int_equal(size, 20);
    assert_false(mg_json_integer(mg_json_at(list, 0), NULL));
    mg_json_free(file);
}

static void pointers_escape_and_are_cut(void **state)
{
    struct mg_json_file *file = parsed("{\"a/b\": {\"~\": [10, {\"\": 1}]}}");
    const struct mg_json *list = mg_json_at(mg_json_at(mg_json_root(file), 0), 0);
    const struct mg_json *leaf = mg_json_at(mg_json_at(list, 1), 0);
    char pointer[32];

    (void)state;
    assert_string_equal(mg_json_pointer(mg_json_root(file), pointer, sizeof(pointer)), "");
    assert_string_equal(mg_json_pointer(leaf, pointer, sizeof(pointer)), "/a~1b/~0/1/");
    assert_string_equal(mg_json_pointer(leaf, pointer, 6), "/a~1b");
    assert_string_equal(mg_json_pointer(leaf, pointer, 1), "");
    mg_json_free(file);
}

static void a_wrong_type_is_a_bug_and_aborts(void **state)
{
    struct mg_json_file *file = parsed("\"text\"");
    int status = 0;
    pid_t child;

    (void)state;
    (void)fflush(NULL);
    child = fork();
    if (child == 0) {
        (void)freopen("/dev/null", "w", stderr);
        (void)signal(SIGABRT, SIG_DFL);
        (void)mg_json_number(mg_json_root(file));
        _exit(0);
    }
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    mg_json_free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_is_refused_with_its_place),
        cmocka_unit_test(nesting_stops_at_32),
        cmocka_unit_test(size_stops_at_a_mebibyte),
        cmocka_unit_test(places_count_lines_and_characters),
        cmocka_unit_test(values_read_back_as_written),
        cmocka_unit_test(integers_are_judged_as_written),
        cmocka_unit_test(comments_are_invisible),
        cmocka_unit_test(header_texts_have_wide_integers_and_no_comments),
        cmocka_unit_test(pointers_escape_and_are_cut),
        cmocka_unit_test(a_wrong_type_is_a_bug_and_aborts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

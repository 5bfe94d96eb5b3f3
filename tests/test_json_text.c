/* test_json_text.c - JSON out: canonical text is sorted, short, exact and a fixed point. */
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

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

static void canonical_text_sorts_and_shortens(void **state)
{
    struct mg_json_file *file = parsed(
        " { \"b\" : [ 1.0 , -0 , -0.0, 1e2, 0.1, 0.30000000000000004, 1e-7, 1E+300 ] ,\n"
        " \"\xC3\xA9\": \"\\u00e9\\u0001\\t\\\\\\\"/\", \"Z\": {}, \"a\": [true,false,null] } ");
    char *canonical = mg_json_canonical(mg_json_root(file));

    (void)state;
    assert_string_equal(canonical, "{\"Z\":{},\"a\":[true,false,null],\"b\":[1,0,0,100,0.1,"
                                   "0.30000000000000004,1e-07,1e+300],"
                                   "\"\xC3\xA9\":\"\xC3\xA9\\u0001\\t\\\\\\\"/\"}");
    free(canonical);
    mg_json_free(file);
}

static uint64_t next_random(uint64_t *state) /* SplitMix64, Steele et al. 2014 */
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static double random_double(uint64_t *state)
{
    double value;

    do {
        const uint64_t bits = next_random(state);
        memcpy(&value, &bits, sizeof(value));
    } while (!isfinite(value));
    return value;
}

static int mantissa_digits(const char *text)
{
    int n = 0;

    for (const char *c = text; *c != '\0' && *c != 'e'; c++) {
        n += *c >= '0' && *c <= '9' && (n > 0 || *c != '0') ? 1 : 0;
    }
    return n;
}

static void numbers_survive_text_and_are_short(void **state)
{
    uint64_t random = 1;
    char text[32];
    char shorter[32];

    (void)state;
    for (size_t i = 0; i < 200000; i++) {
        const double value = random_double(&random);
        double back;
        int digits;
        mg_number_text(value, text);
        digits = mantissa_digits(text);
        back = strtod(text, NULL);
        (void)snprintf(shorter, sizeof(shorter), "%.*e", digits - 2, value);
        if (memcmp(&back, &value, sizeof(value)) != 0 ||
            (digits > 15 && (value != trunc(value) || fabs(value) > 1e16) &&
             fabs(strtod(shorter, NULL) - value) <= 0)) {
            print_error("%.17g printed as %s\n", value, text);
            fail();
        }
    }
    assert_string_equal(mg_number_text(16351933172942080.0, text), "1.635193317294208e+16");
    assert_string_equal(mg_number_text(0.1 + 0.2, text), "0.30000000000000004");
    assert_string_equal(mg_number_text(-0.0, text), "0");
    assert_string_equal(mg_number_text(9007199254740992.0, text), "9007199254740992");
    assert_string_equal(mg_number_text(-1e15, text), "-1000000000000000");
    assert_string_equal(mg_number_text(1e16, text), "1e+16");
    assert_string_equal(mg_number_text(1.0 / 3, text), "0.3333333333333333");
}

/* A random value, written with random spaces, orders and spellings. */
static void print_random(FILE *out, uint64_t *random, unsigned depth)
{
    static const char *const pieces[] = {
        "a",    "\\u0041", "\\n", "\xC3\xA9", "/",    "\\ud83d\\ude00", "\\\\",
        "\\\"", "~",       " ",   "\\u001f",  "\x7F", "$comment"};
    const uint64_t kind = next_random(random) % (depth == 0 ? 4 : 6);
    const uint64_t n = next_random(random) % 5;

    if (kind == 0) {
        (void)fprintf(out, "%.16e", random_double(random));
    } else if (kind == 1) {
        (void)fprintf(out, "%d", (int)(next_random(random) % 2001) - 1000);
    } else if (kind == 2) {
        (void)fputs(n == 0 ? "true" : n == 1 ? "false" : "null", out);
    } else if (kind == 3) {
        (void)fputc('"', out);
        for (uint64_t i = 0; i < n; i++) {
            (void)fputs(pieces[next_random(random) % (sizeof(pieces) / sizeof(pieces[0]))], out);
        }
        (void)fputc('"', out);
    } else {
        (void)fputs(kind == 4 ? "[ " : "{\n", out);
        for (uint64_t i = 0; i < n; i++) {
            if (kind == 5) { /* the number makes the key unique; order is random by its digits */
                (void)fprintf(out, "\"%s%llu\" :",
                              pieces[next_random(random) % (sizeof(pieces) / sizeof(pieces[0]))],
                              (unsigned long long)((i * 7 + 3) % 11));
            }
            print_random(out, random, depth - 1);
            (void)fputs(i + 1 < n ? " ,\t" : "\r\n", out);
        }
        (void)fputs(kind == 4 ? "]" : "}", out);
    }
}

static void canonical_text_is_a_fixed_point(void **state)
{
    uint64_t random = 7;

    (void)state;
    for (size_t i = 0; i < 3000; i++) {
        char *text = NULL;
        char *once;
        char *twice;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        struct mg_json_file *file;
        struct mg_json_file *again;
        assert_non_null(out);
        print_random(out, &random, 5);
        (void)fclose(out);
        file = parsed(text);
        once = mg_json_canonical(mg_json_root(file));
        again = parsed(once);
        twice = mg_json_canonical(mg_json_root(again));
        assert_string_equal(once, twice);
        free(twice);
        mg_json_free(again);
        free(once);
        mg_json_free(file);
        free(text);
    }
}

static void quotes_read_back(void **state)
{
    char every[256];
    char *quoted;
    struct mg_json_file *file;

    (void)state;
    for (int byte = 1; byte < 0x80; byte++) {
        every[byte - 1] = (char)byte;
    }
    memcpy(every + 0x7F, "\xE2\x90\xA3", 4);
    quoted = mg_json_quote(every);
    file = parsed(quoted);
    assert_string_equal(mg_json_string(mg_json_root(file)), every);
    mg_json_free(file);
    free(quoted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_text_sorts_and_shortens),
        cmocka_unit_test(numbers_survive_text_and_are_short),
        cmocka_unit_test(canonical_text_is_a_fixed_point),
        cmocka_unit_test(quotes_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

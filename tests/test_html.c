/*
 * test_html.c - nothing that comes from data can become markup.
 */
#include "harness/html.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

static void assert_text(const char *text, const char *expected)
{
    struct mg_buffer page = {0};

    mg_html_text(&page, text);
    assert_string_equal(page.text != NULL ? page.text : "", expected);
    mg_buffer_free(&page);
}

static void markup_becomes_entities(void **state)
{
    (void)state;
    assert_text("<script>alert('x' & \"y\")</script>",
                "&lt;script&gt;alert(&#39;x&#39; &amp; &quot;y&quot;)&lt;/script&gt;");
    assert_text("", "");
    assert_text("␣ α–β 😀", "␣ α–β 😀");
}

/* Truncated, overlong, surrogate and too large sequences, and control characters. */
static void bytes_that_are_not_utf8_are_replaced(void **state)
{
    (void)state;
    assert_text("a\xff"
                "b",
                "a\xef\xbf\xbd"
                "b");
    assert_text("\xc0\xbc", "\xef\xbf\xbd\xef\xbf\xbd");
    assert_text("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    assert_text("\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    assert_text("\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd");
    assert_text("\x01\t\n\x7f", "\xef\xbf\xbd\t\n\xef\xbf\xbd");
}

static void format_escapes_its_arguments_and_not_itself(void **state)
{
    struct mg_buffer page = {0};

    (void)state;
    mg_html_format(&page, "<b title=\"%s\">%zu of 100 %%</b>", "\"><i>", (size_t)7);
    assert_string_equal(page.text, "<b title=\"&quot;&gt;&lt;i&gt;\">7 of 100 %</b>");
    mg_buffer_free(&page);
}

static void numbers_are_for_reading(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0.6191006645, "0.6191"}, {-0.25, "−0.25"}, {-0.0, "0"},
                 {(double)NAN, "–"},       {HUGE_VAL, "∞"},  {-HUGE_VAL, "−∞"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mg_buffer page = {0};
        mg_html_number(&page, cases[i].value);
        assert_string_equal(page.text, cases[i].text);
        mg_buffer_free(&page);
    }
}

/* RFC 4648, section 10. */
static void base64_matches_the_standard(void **state)
{
    static const char *const cases[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"},
                                           {"\xff\xfe\xfd", "//79"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mg_buffer page = {0};
        char *text;
        mg_html_base64(&page, cases[i][0], strlen(cases[i][0]));
        text = mg_buffer_take(&page);
        assert_string_equal(text, cases[i][1]);
        free(text);
    }
}

static void tables_escape_cells_and_say_what_they_leave_out(void **state)
{
    char name[] = "a&b";
    char text[] = "<td>";
    char *columns[] = {name};
    struct mg_cell_text cells[] = {{.type = MG_VALUE_TEXT, .text = text},
                                   {.type = MG_VALUE_TEXT, .text = text}};
    const struct mg_answer answer = {
        .columns = columns, .n_columns = 1, .cells = cells, .n_rows = 2};
    struct mg_buffer page = {0};

    (void)state;
    mg_html_table(&page, &answer, 1);
    assert_non_null(strstr(page.text, "<th scope=\"col\">a&amp;b</th>"));
    assert_non_null(strstr(page.text, "<td>&lt;td&gt;</td>"));
    assert_non_null(strstr(page.text, "1 of 2 rows"));
    mg_buffer_free(&page);
}

/* RFC 4180, section 2. */
static void csv_quotes_what_needs_it(void **state)
{
    char name[] = "n";
    char plain[] = "A B";
    char nasty[] = "a,\"b\"\n";
    char *columns[] = {name};
    struct mg_cell_text cells[] = {{.type = MG_VALUE_TEXT, .text = plain},
                                   {.type = MG_VALUE_TEXT, .text = nasty}};
    const struct mg_answer answer = {
        .columns = columns, .n_columns = 1, .cells = cells, .n_rows = 2};
    struct mg_buffer csv = {0};

    (void)state;
    mg_answer_csv(&csv, &answer);
    assert_string_equal(csv.text, "n\r\nA B\r\n\"a,\"\"b\"\"\n\"\r\n");
    mg_buffer_free(&csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_becomes_entities),
        cmocka_unit_test(bytes_that_are_not_utf8_are_replaced),
        cmocka_unit_test(format_escapes_its_arguments_and_not_itself),
        cmocka_unit_test(numbers_are_for_reading),
        cmocka_unit_test(base64_matches_the_standard),
        cmocka_unit_test(tables_escape_cells_and_say_what_they_leave_out),
        cmocka_unit_test(csv_quotes_what_needs_it),
    };

    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}

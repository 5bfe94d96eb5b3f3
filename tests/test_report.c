/*
 * test_report.c - the page: self-contained, escaped, the same twice, honest about what failed.
 */
#include "harness/report.h"

#include <stdlib.h>
#include <string.h>

#include "harness/path.h"
#include "tests/support/database.h"
#include "tests/support/test.h"

static const char MEMBERS[] =
    "\"notes\": \"Notes <here>\", \"claims\": [{\"about\": \"C2\", \"name\": \"half\", "
    "\"source\": \"<em>me</em>\", \"accept\": [0.2, 0.3], \"exact\": true, \"query\": "
    "\"SELECT p_model FROM marginals LIMIT 1\"}, {\"about\": \"C10\", \"name\": \"ten\", "
    "\"accept\": [0, 1], \"exact\": true, \"query\": \"SELECT 2\"}, {\"about\": \"C2\", "
    "\"name\": \"broken\", \"accept\": [0, 1], \"exact\": true, \"query\": \"SELECT nonsense\"}]";

static const char HOSTILE[] = "<script>alert(1)</script>\"'`touch x`";

static struct database open_hostile(const char *members)
{
    struct database database;

    database_open(&database, members);
    database_marginal(&database, 0, HOSTILE);
    database_information(&database, 0, "<script>quantity", 0.5);
    return database;
}

static enum mg_status write_page(struct database *database, const char *const *names, size_t n,
                                 struct mg_error *err)
{
    static const char *const folders[] = {"plots"};
    char *out = database_path(database, "figures");
    char *path = database_path(database, "r.html");
    const struct mg_report_options options = {.path = path,
                                              .plot = {.out = out, .search = {folders, 1}}};
    const enum mg_status status = mg_report_write(database->store, &options, names, n, err);

    free(out);
    free(path);
    return status;
}

static size_t count(const char *text, const char *word)
{
    size_t n = 0;

    for (text = strstr(text, word); text != NULL; text = strstr(text + 1, word)) {
        n++;
    }
    return n;
}

/* What a browser would load or run; the experiment's own text is escaped and cannot. */
static void the_page_loads_and_runs_nothing(void **state)
{
    struct database database = open_hostile(MEMBERS);
    struct mg_error err = {0};
    char *page;
    size_t size;

    (void)state;
    assert_int_equal(write_page(&database, NULL, 0, &err), MG_EUSAGE); /* one claim is broken */
    page = database_read(&database, "r.html", &size);
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "http://"));
    assert_null(strstr(page, "https://"));
    assert_null(strstr(page, "<em>me"));
    assert_non_null(strstr(page, "&lt;script&gt;quantity"));
    assert_non_null(strstr(page, "&lt;em&gt;me&lt;/em&gt;"));
    assert_non_null(strstr(page, "A &lt;tiny&gt; title"));
    assert_non_null(strstr(page, "Is it so &amp; why?"));
    assert_non_null(strstr(page, "Notes &lt;here&gt;"));
    assert_non_null(strstr(page, "default-src 'none'"));
    free(page);
    database_close(&database);
}

static void verdicts_are_counted_and_ordered_by_claim(void **state)
{
    struct database database = open_hostile(MEMBERS);
    struct mg_error err = {0};
    char *page;
    size_t size;

    (void)state;
    assert_int_equal(write_page(&database, NULL, 0, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "tiny, claim broken: "));
    page = database_read(&database, "r.html", &size);
    assert_non_null(strstr(page, "3 claims tested"));
    assert_non_null(strstr(page, ">1 reproduced<"));
    assert_non_null(strstr(page, ">1 not reproduced<"));
    assert_non_null(strstr(page, ">1 not run<"));
    assert_true(strstr(page, ">C2 · tiny<") < strstr(page, ">C10 · tiny<"));
    assert_int_equal(count(page, ">C2 · tiny<"), 2);
    free(page);
    database_close(&database);
}

static void the_same_database_gives_the_same_bytes(void **state)
{
    struct database database = open_hostile("");
    struct mg_error err = {0};
    char *first;
    char *second;
    size_t size;
    size_t again;

    (void)state;
    assert_int_equal(write_page(&database, NULL, 0, &err), MG_OK);
    first = database_read(&database, "r.html", &size);
    assert_int_equal(write_page(&database, NULL, 0, &err), MG_OK);
    second = database_read(&database, "r.html", &again);
    assert_int_equal(size, again);
    assert_memory_equal(first, second, size);
    free(first);
    free(second);
    database_close(&database);
}

static void a_faulty_figure_is_told_in_its_place(void **state)
{
    struct database database = open_hostile("\"figures\": [\"own\"]");
    struct mg_error err = {0};
    char *page;
    size_t size;

    (void)state;
    database_write(&database, "own.sql", "-- block: a\nSELECT nonsense;\n");
    database_write(&database, "own.gp", "eval figure(300, 200)\n");
    assert_int_equal(write_page(&database, NULL, 0, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "figure own of tiny"));
    page = database_read(&database, "r.html", &size);
    assert_non_null(strstr(page, "<p class=\"warning\" id=\"f-1\">Figure own: "));
    assert_non_null(strstr(page, "</html>"));
    free(page);
    database_close(&database);
}

static void a_figure_beside_the_experiment_is_embedded(void **state)
{
    struct database database = open_hostile("\"figures\": [\"own\"]");
    struct mg_error err = {0};
    char *page;
    size_t size;

    (void)state;
    if (!mg_path_is_file("/usr/bin/gnuplot")) {
        database_close(&database);
        skip();
    }
    database_write(&database, "own.sql",
                   "-- title: Own\n-- block: a\nSELECT token AS series, position, p_model FROM "
                   "marginals;\n-- block: caption\nSELECT token AS finding, '\"><i>' AS alt FROM "
                   "marginals;\n");
    database_write(&database, "own.gp",
                   "eval figure(300, 200)\nset xrange [-1:1]\n"
                   "plot $a using 2:3 title a_series[1]\n");
    if (write_page(&database, NULL, 0, &err) != MG_OK) {
        fail_msg("%s", err.text);
    }
    page = database_read(&database, "r.html", &size);
    assert_int_equal(count(page, "src=\"data:image/svg+xml;base64,"), 1);
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "\"><i>"));
    free(page);
    database_close(&database);
}

/* Sections in order C2, C10; values in the words looked up; C9 has C9a and not C91. */
static void a_topic_gets_its_section_from_the_file(void **state)
{
    static const char TOPICS[] =
        "\"claims\": [{\"about\": \"C9\", \"name\": \"aside\", \"accept\": [0, 1], "
        "\"exact\": true, \"query\": \"SELECT 0.5\"}, {\"about\": \"C9a\", \"name\": \"half\", "
        "\"accept\": [0.2, 0.3], "
        "\"exact\": true, \"query\": \"SELECT p_model FROM marginals LIMIT 1\"}, "
        "{\"about\": \"C9\", \"name\": \"none\", \"accept\": [0, 1], \"query\": "
        "\"SELECT replicate, 1 FROM runs WHERE 0\", \"not_run\": \"nobody <knows>\"}, "
        "{\"about\": \"C91\", \"name\": \"other\", \"accept\": [0, 1], \"exact\": true, "
        "\"query\": \"SELECT 2\"}], "
        "\"topics\": [{\"name\": \"b\", \"about\": \"C10\", \"title\": \"Ten <b>\", "
        "\"not_run\": \"no means\", \"short\": \"It holds.\", \"answer\": \"So it is.\"}, "
        "{\"name\": \"a\", \"about\": \"C9\", \"title\": "
        "\"Nine\", \"says\": \"It is <so>.\", \"short\": \"As {tiny/half}.\", \"answer\": "
        "\"Half is {tiny/half}, none {tiny/none}, {no/such}, {tiny/other}; {open\"}]";
    struct database database = open_hostile(TOPICS);
    struct mg_error err = {0};
    char *page;
    size_t size;

    (void)state;
    if (write_page(&database, NULL, 0, &err) != MG_OK) {
        fail_msg("%s", err.text);
    }
    page = database_read(&database, "r.html", &size);
    assert_non_null(
        strstr(page, "<h2>C9 · Nine</h2>\n<p class=\"question\">It is &lt;so&gt;.</p>"));
    assert_non_null(strstr(page, "<td>As 0.25 (exact).</td>"));
    assert_non_null(
        strstr(page, "<p>Half is 0.25 (exact), none – (n = 0, <b class=\"not_run\">not run</b>), "
                     "(no/such: not here), 2 (exact, <b class=\"not_reproduced\">not "
                     "reproduced</b>); {open</p>"));
    assert_non_null(strstr(page, "C10 · Ten &lt;b&gt;"));
    assert_non_null(strstr(page, "not run</span>: no means"));
    assert_null(strstr(page, "<td>It holds.")); /* nothing was judged, so nothing is answered */
    assert_non_null(strstr(page, "<p><b>Nothing in this database answers it.</b> Of one that does, "
                                 "the file says: So it is.</p>"));
    assert_non_null(strstr(page, "not run</span><br>nobody &lt;knows&gt;"));
    assert_true(strstr(page, "<h2>C9 ") < strstr(page, "<h2>C10 "));
    assert_non_null(strstr(page, "<span class=\"verdict reproduced\">2 reproduced</span> · "
                                 "<span class=\"verdict not_run\">1 not run</span></td>"));
    /* What the answer names comes first, whatever it is about. */
    assert_true(strstr(page, ">half</a>") < strstr(page, ">aside</a>"));
    assert_true(strstr(page, ">none</a>") < strstr(page, ">half</a>"));
    /* C91 belongs to neither and stands with our own. */
    assert_true(strstr(page, ">C91 · tiny<") < strstr(page, "<h2>C9 "));
    assert_int_equal(count(page, ">C91 · tiny<"), 1);
    free(page);
    database_close(&database);
}

static void an_unknown_experiment_writes_nothing(void **state)
{
    static const char *const names[] = {"other"};
    struct database database = open_hostile("");
    struct mg_error err = {0};
    char *path = database_path(&database, "r.html");

    (void)state;
    assert_int_equal(write_page(&database, names, 1, &err), MG_EUSAGE);
    assert_false(mg_path_is_file(path));
    free(path);
    database_close(&database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_loads_and_runs_nothing),
        cmocka_unit_test(verdicts_are_counted_and_ordered_by_claim),
        cmocka_unit_test(the_same_database_gives_the_same_bytes),
        cmocka_unit_test(a_faulty_figure_is_told_in_its_place),
        cmocka_unit_test(a_figure_beside_the_experiment_is_embedded),
        cmocka_unit_test(a_topic_gets_its_section_from_the_file),
        cmocka_unit_test(an_unknown_experiment_writes_nothing),
    };

    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}

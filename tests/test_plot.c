/*
 * test_plot.c - figures: read, filled, drawn by the real gnuplot, and safe against their data.
 *
 * Cases that draw are skipped where gnuplot is missing.
 */
#include "harness/plot.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/datablock.h"
#include "harness/file.h"
#include "harness/interval.h"
#include "harness/path.h"
#include "tests/support/database.h"
#include "tests/support/test.h"

static const char FIGURES[] = "\"figures\": [\"f\"]";

static const char SQL[] = "-- title: One figure\n-- caption: Read it\n-- caption: so.\n"
                          "WITH all_rows AS (SELECT * FROM marginals)\n"
                          "-- block: dot\nSELECT 'p' AS panel, token AS series, position, p_model "
                          "FROM all_rows ORDER BY token;\n"
                          "-- block: none\nSELECT position FROM all_rows WHERE position > 9;\n"
                          "-- block: caption\nSELECT count(*) || ' rows' AS finding, 'dots' AS alt "
                          "FROM all_rows;\n";

static const char GP[] = "eval figure(600, 500)\nset xrange [-1:1]\nset yrange [0:1]\n"
                         "plot for [k = 1:dot_n] $dot index k-1 using 3:4 with points ls k "
                         "title dot_series[k], for [k = 1:none_n] $none using 1:1\n";

static bool has_gnuplot(void)
{
    return mg_path_is_file("/usr/bin/gnuplot") || mg_path_is_file("/usr/local/bin/gnuplot");
}

static struct database open_with(const char *sql, const char *gp)
{
    struct database database;

    database_open(&database, FIGURES);
    database_write(&database, "f.sql", sql);
    database_write(&database, "f.gp", gp);
    return database;
}

/* Draw the figure of the database; style.gp comes from plots/ of this tree. */
static enum mg_status draw(struct mg_drawing *drawing, struct database *database,
                           struct mg_error *err)
{
    static const char *const folders[] = {"plots"};
    char *out = database_path(database, "out");
    char *path = database_path(database, "tiny.json");
    const struct mg_plot_options options = {.out = out, .search = {folders, 1}};
    const enum mg_status status =
        mg_plot_draw(drawing, database->store, &options, "tiny", path, "f", err);

    free(out);
    free(path);
    return status;
}

static void blocks_share_the_prelude_and_the_caption_is_words(void **state)
{
    struct database database = open_with(SQL, GP);
    struct mg_figure figure;
    struct mg_error err = {0};
    char *path = database_path(&database, "tiny.json");

    (void)state;
    database_marginal(&database, 0, "A");
    assert_int_equal(
        mg_figure_load(&figure, "f.sql", path, (struct mg_figure_search){NULL, 0}, &err), MG_OK);
    assert_int_equal(mg_figure_ask(&figure, database.store, "tiny", &err), MG_OK);
    assert_string_equal(figure.name, "f");
    assert_string_equal(figure.title, "One figure");
    assert_string_equal(figure.caption, "Read it so.");
    assert_string_equal(figure.finding, "1 rows");
    assert_string_equal(figure.alt, "dots");
    assert_int_equal(figure.n_blocks, 2);
    assert_int_equal(figure.blocks[0].rows.n_rows, 1);
    assert_int_equal(figure.blocks[1].rows.n_rows, 0);
    mg_figure_free(&figure);
    free(path);
    database_close(&database);
}

static void malformed_figures_are_told_by_file_and_block(void **state)
{
    static const struct {
        const char *sql, *told;
    } cases[] = {{"SELECT 1;\n", "no line \"-- block: NAME\""},
                 {"-- block: a b\nSELECT 1;\n", "\"a b\""},
                 {"-- block: a\nSELECT 1;\n-- block: a\nSELECT 1;\n", "two blocks are called a"},
                 {"-- block: a\nSELECT nonsense;\n", "f.sql, block a: "}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct database database = open_with(cases[i].sql, GP);
        struct mg_drawing drawing;
        struct mg_error err = {0};

        assert_int_equal(draw(&drawing, &database, &err), MG_OK);
        assert_int_equal(drawing.state, MG_PLOT_FAULTY);
        assert_non_null(strstr(drawing.reason, cases[i].told));
        mg_drawing_free(&drawing);
        database_close(&database);
    }
}

static void rows_are_cut_where_panel_or_series_change(void **state)
{
    static char p[] = "p";
    static char q[] = "q";
    static char a[] = "a";
    static char b[] = "it's";
    static char one[] = "1";
    static char names[3][8] = {"panel", "series", "x"};
    char *columns[] = {names[0], names[1], names[2]};
    struct mg_cell_text cells[12];
    char *const words[4][2] = {{p, a}, {p, b}, {q, b}, {q, b}};
    struct mg_answer rows = {.columns = columns, .n_columns = 3, .cells = cells, .n_rows = 4};
    struct mg_buffer script = {0};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        cells[3 * i] = (struct mg_cell_text){.type = MG_VALUE_TEXT, .text = words[i][0]};
        cells[3 * i + 1] = (struct mg_cell_text){.type = MG_VALUE_TEXT, .text = words[i][1]};
        cells[3 * i + 2] = (struct mg_cell_text){.type = MG_VALUE_REAL, .real = 1.0, .text = one};
    }
    mg_datablock_add(&script, "d", &rows);
    assert_string_equal(
        script.text,
        "$d <<EOD\n# panel series x\n\"p\" \"a\" 1\n\n\n\"p\" \"it's\" 1\n\n\n"
        "\"q\" \"it's\" 1\n\"q\" \"it's\" 1\nEOD\nd_rows = 4\nd_n = 3\n"
        "d_panels = 2\nd_kinds = 2\nd_chars = 4\n"
        "array d_panel[3] = ['p', 'p', 'q']\n"
        "array d_series[3] = ['a', 'it'.\"'\".'s', 'it'.\"'\".'s']\narray d_id[3] = [1, 2, 2]\n"
        "array d_kind[2] = ['a', 'it'.\"'\".'s']\narray d_panel_name[2] = ['p', 'q']\n"
        "array d_from[2] = [1, 3]\narray d_to[2] = [2, 3]\n");
    mg_buffer_free(&script);
}

static void pictures_are_drawn_once_and_always_the_same(void **state)
{
    static const char *const files[] = {"out/tiny/f.svg", "out/tiny/f.pdf", "out/tiny/f.gp"};
    struct database database = open_with(SQL, GP);
    struct mg_drawing drawing;
    struct mg_error err = {0};
    char *before[3];
    size_t sizes[3];

    (void)state;
    if (!has_gnuplot()) {
        database_close(&database);
        skip();
    }
    database_marginal(&database, 0, "A");
    database_marginal(&database, 0, "B");
    assert_int_equal(draw(&drawing, &database, &err), MG_OK);
    assert_string_equal(drawing.reason, "");
    assert_int_equal(drawing.state, MG_PLOT_DRAWN);
    mg_drawing_free(&drawing);
    for (size_t i = 0; i < 3; i++) {
        before[i] = database_read(&database, files[i], &sizes[i]);
        assert_true(sizes[i] > 500);
    }
    assert_int_equal(draw(&drawing, &database, &err), MG_OK);
    assert_int_equal(drawing.state, MG_PLOT_UNCHANGED);
    mg_drawing_free(&drawing);
    {
        char *png = database_path(&database, "out/tiny/f.png"); /* gone: drawn again */
        assert_int_equal(unlink(png), 0);
        free(png);
    }
    sleep(1); /* a date in a file would differ */
    assert_int_equal(draw(&drawing, &database, &err), MG_OK);
    assert_int_equal(drawing.state, MG_PLOT_DRAWN);
    mg_drawing_free(&drawing);
    for (size_t i = 0; i < 3; i++) {
        size_t again;
        char *after = database_read(&database, files[i], &again);
        assert_int_equal(sizes[i], again);
        assert_memory_equal(before[i], after, again);
        free(before[i]);
        free(after);
    }
    database_close(&database);
}

/* Tokens that would end a string, run a command, or be markup reach the picture as they are. */
static void hostile_tokens_are_only_text(void **state)
{
    static const char *const hostile[] = {"`touch pwned`",
                                          "'; system('touch pwned') #",
                                          "\"; !touch pwned",
                                          "EOD",
                                          "a\nEOD\n!touch pwned",
                                          "<b>&_{x}",
                                          "\\134\\n",
                                          "'",
                                          "x'''y'"};
    struct database database = open_with(SQL, GP);
    struct mg_drawing drawing;
    struct mg_error err = {0};
    char *svg;
    char *path;
    size_t size;

    (void)state;
    if (!has_gnuplot()) {
        database_close(&database);
        skip();
    }
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        database_marginal(&database, 0, hostile[i]);
    }
    assert_int_equal(draw(&drawing, &database, &err), MG_OK);
    assert_string_equal(drawing.reason, "");
    assert_int_equal(drawing.state, MG_PLOT_DRAWN);
    mg_drawing_free(&drawing);
    path = database_path(&database, "out/tiny/pwned");
    assert_false(mg_path_is_file(path));
    free(path);
    svg = database_read(&database, "out/tiny/f.svg", &size);
    assert_non_null(strstr(svg, "<text>`touch pwned`</text>"));
    assert_non_null(strstr(svg, "<text>'; system('touch pwned') #</text>"));
    assert_non_null(strstr(svg, "<text>\"; !touch pwned</text>"));
    assert_non_null(strstr(svg, "<text>&lt;b>&amp;_{x}</text>"));
    assert_non_null(strstr(svg, "<text>\\134\\n</text>"));
    free(svg);
    database_close(&database);
}

static void an_empty_figure_is_skipped_and_its_old_pictures_go(void **state)
{
    struct database database = open_with(SQL, GP);
    struct mg_drawing drawing;
    struct mg_error err = {0};
    char *folder = database_path(&database, "out/tiny");
    char *old = database_path(&database, "out/tiny/f.svg");

    (void)state;
    assert_int_equal(mg_folder_make(folder, &err), MG_OK);
    database_write(&database, "out/tiny/f.svg", "old");
    assert_int_equal(draw(&drawing, &database, &err), MG_OK);
    assert_int_equal(drawing.state, MG_PLOT_EMPTY);
    assert_non_null(strstr(drawing.reason, "block dot has no rows"));
    assert_false(mg_path_is_file(old));
    mg_drawing_free(&drawing);
    free(folder);
    free(old);
    database_close(&database);
}

/* A warning of gnuplot counts as a failure: half a figure is worse than none. */
static void a_script_that_complains_is_faulty_and_leaves_nothing(void **state)
{
    static const char *const scripts[] = {"eval figure(300, 200)\nplot nonsense\n",
                                          "eval figure(300, 200)\nplot 1\nprint 'careful'\n"};

    (void)state;
    for (size_t i = 0; has_gnuplot() && i < 2; i++) {
        struct database database = open_with(SQL, scripts[i]);
        struct mg_drawing drawing;
        struct mg_error err = {0};
        char *svg = database_path(&database, "out/tiny/f.svg");

        database_marginal(&database, 0, "A");
        assert_int_equal(draw(&drawing, &database, &err), MG_OK);
        assert_int_equal(drawing.state, MG_PLOT_FAULTY);
        assert_non_null(strstr(drawing.reason, "gnuplot"));
        assert_false(mg_path_is_file(svg));
        mg_drawing_free(&drawing);
        free(svg);
        database_close(&database);
    }
}

static void a_script_that_only_plots_gets_one_column(void **state)
{
    struct database database = open_with(SQL, "plot [-1:1][0:1] $dot using 3:4\n");
    struct mg_drawing drawing;
    struct mg_error err = {0};
    char *svg;
    size_t size;

    (void)state;
    if (!has_gnuplot()) {
        database_close(&database);
        skip();
    }
    database_marginal(&database, 0, "A");
    assert_int_equal(draw(&drawing, &database, &err), MG_OK);
    assert_string_equal(drawing.reason, "");
    assert_int_equal(drawing.state, MG_PLOT_DRAWN);
    mg_drawing_free(&drawing);
    svg = database_read(&database, "out/tiny/f.svg", &size);
    assert_non_null(strstr(svg, "width=\"480\" height=\"300\""));
    free(svg);
    database_close(&database);
}

static void without_gnuplot_the_environment_is_at_fault(void **state)
{
    struct database database = open_with(SQL, GP);
    struct mg_drawing drawing;
    struct mg_error err = {0};
    char *path = strdup(getenv("PATH"));

    (void)state;
    database_marginal(&database, 0, "A");
    assert_int_equal(setenv("PATH", database.folder, 1), 0);
    assert_int_equal(draw(&drawing, &database, &err), MG_EENVIRONMENT);
    assert_non_null(strstr(err.text, "gnuplot is not installed"));
    assert_int_equal(setenv("PATH", path, 1), 0);
    mg_drawing_free(&drawing);
    free(path);
    database_close(&database);
}

/* On a full disk gnuplot writes what fits and ends with 0; here another program does that. */
static void pictures_cut_short_are_no_pictures(void **state)
{
    static const char program[] = "#!/bin/sh\nprintf '<svg>' >f.svg; printf PNG >f.png; : >f.pdf\n";
    struct database database = open_with(SQL, GP);
    struct mg_drawing drawing;
    struct mg_error err = {0};
    char *path = strdup(getenv("PATH"));
    char *gnuplot = database_path(&database, "gnuplot");
    char *svg = database_path(&database, "out/tiny/f.svg");

    (void)state;
    database_marginal(&database, 0, "A");
    database_write(&database, "gnuplot", program);
    assert_int_equal(chmod(gnuplot, 0755), 0);
    assert_int_equal(setenv("PATH", database.folder, 1), 0);
    assert_int_equal(draw(&drawing, &database, &err), MG_ESTORAGE);
    assert_non_null(strstr(err.text, "f.svg: not all of it"));
    assert_false(mg_path_is_file(svg));
    assert_int_equal(setenv("PATH", path, 1), 0);
    mg_drawing_free(&drawing);
    free(svg);
    free(gnuplot);
    free(path);
    database_close(&database);
}

/* style.gp has its own table of t quantiles, since a script must run with gnuplot alone. */
static void the_table_in_style_agrees_with_the_intervals(void **state)
{
    struct mg_error err = {0};
    char *text = NULL;
    const char *at;
    size_t size;

    (void)state;
    assert_int_equal(mg_file_read(&text, &size, "plots/style.gp", 1 << 20, &err), MG_OK);
    at = strstr(text, "t_table = '");
    assert_non_null(at);
    at += strlen("t_table = '");
    for (size_t freedom = 1; freedom <= 30; freedom++) {
        double values[31];
        double squares = 0.0;
        char *end;
        struct mg_interval interval;

        for (size_t i = 0; i <= freedom; i++) {
            values[i] = (double)i;
            squares += pow((double)i - (double)freedom / 2.0, 2.0);
        }
        interval = mg_interval_student(values, freedom + 1, 0.9);
        assert_close(strtod(at, &end),
                     (interval.hi - interval.estimate) /
                         sqrt(squares / (double)freedom / (double)(freedom + 1)),
                     6e-5);
        at = end;
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_share_the_prelude_and_the_caption_is_words),
        cmocka_unit_test(malformed_figures_are_told_by_file_and_block),
        cmocka_unit_test(rows_are_cut_where_panel_or_series_change),
        cmocka_unit_test(pictures_are_drawn_once_and_always_the_same),
        cmocka_unit_test(hostile_tokens_are_only_text),
        cmocka_unit_test(an_empty_figure_is_skipped_and_its_old_pictures_go),
        cmocka_unit_test(a_script_that_complains_is_faulty_and_leaves_nothing),
        cmocka_unit_test(a_script_that_only_plots_gets_one_column),
        cmocka_unit_test(without_gnuplot_the_environment_is_at_fault),
        cmocka_unit_test(pictures_cut_short_are_no_pictures),
        cmocka_unit_test(the_table_in_style_agrees_with_the_intervals),
    };

    return cmocka_run_group_tests_name("plot", tests, NULL, NULL);
}

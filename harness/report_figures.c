/*
 * report_figures.c - the figures of the page: where each stands, its number, and what is folded.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/catalog.h"
#include "harness/file.h"
#include "harness/html.h"
#include "harness/report_part.h"
#include "harness/svg.h"

enum { SVG_MAX = 8 << 20, CSV_MAX = 12 << 10, PAGE_WIDTH = 600 };

static void place(struct mg_report *report, const char *experiment, const char *path,
                  const char *entry, size_t topic)
{
    for (size_t i = 0; i < report->n_figures; i++) {
        const struct mg_report_figure *known = &report->figures[i];
        if (strcmp(known->experiment, experiment) == 0 && strcmp(known->entry, entry) == 0) {
            return;
        }
    }
    report->figures = realloc(report->figures, (report->n_figures + 1) * sizeof(*report->figures));
    if (report->figures == NULL) {
        abort();
    }
    report->figures[report->n_figures++] = (struct mg_report_figure){
        .experiment = experiment, .path = path, .entry = entry, .topic = topic};
}

enum mg_status mg_report_place_figures(struct mg_report *report, struct mg_error *err)
{
    struct mg_answer *wanted = &report->figure_rows;
    enum mg_status status = mg_answer_ask(
        wanted, report->store, NULL,
        "WITH listed AS (SELECT f.experiment, f.figure, f.ordinal, e.path,"
        "  (SELECT min(length(t.about) || ' ' || t.about) FROM topics t, json_each(t.figures) j"
        "   WHERE j.value = f.experiment || '/' || f.figure) AS topic"
        "  FROM figure_specs f JOIN experiments e ON e.name = f.experiment) "
        "SELECT experiment, figure, path, substr(topic, 1 + instr(topic, ' ')) AS about "
        "FROM listed ORDER BY topic IS NULL, length(topic), topic, experiment, ordinal",
        err);

    for (size_t row = 0; status == MG_OK && row < wanted->n_rows; row++) {
        const char *experiment = mg_answer_text(wanted, row, "experiment");
        const char *about = mg_answer_text(wanted, row, "about");
        size_t topic = 0;

        while (topic < report->topics.n_rows &&
               strcmp(mg_answer_text(&report->topics, topic, "about"), about) != 0) {
            topic++;
        }
        for (size_t i = 0; i < report->experiments.n_rows; i++) {
            if (strcmp(mg_answer_text(&report->experiments, i, "name"), experiment) == 0) {
                place(report, experiment, mg_answer_text(wanted, row, "path"),
                      mg_answer_text(wanted, row, "figure"), topic);
            }
        }
    }
    return status;
}

void mg_report_figure_links(struct mg_report *report, const char *experiment)
{
    const char *before = "";

    for (size_t i = 0; i < report->n_figures; i++) {
        if (strcmp(report->figures[i].experiment, experiment) == 0) {
            mg_html_format(&report->page, "%s<a href=\"#f-%zu\">%zu</a>", before, i + 1, i + 1);
            before = ", ";
        }
    }
}

/* The rows behind a figure, as CSV, one fold a block. */
static void add_data(struct mg_buffer *page, const struct mg_figure *figure)
{
    for (size_t i = 0; i < figure->n_blocks; i++) {
        const struct mg_answer *rows = &figure->blocks[i].rows;
        struct mg_buffer csv = {0};
        char *summary = mg_format("Data: %s, %zu row%s as CSV", figure->blocks[i].name,
                                  rows->n_rows, rows->n_rows == 1 ? "" : "s");

        mg_answer_csv(&csv, rows);
        if (rows->n_rows > 0 && csv.size <= CSV_MAX) {
            mg_html_fold(page, summary, csv.text);
        } else if (rows->n_rows > 0) {
            mg_html_format(page,
                           "<p class=\"small\">%s: too long for this page; it stands in the script "
                           "beside the picture, %s.gp.</p>\n",
                           summary, figure->name);
        }
        mg_buffer_free(&csv);
        free(summary);
    }
}

/* Width that gnuplot wrote into the picture, 0 if it is not found. */
static long picture_width(const char *svg)
{
    const char *width = strstr(svg, "width=\"");

    return width != NULL ? strtol(width + strlen("width=\""), NULL, 10) : 0;
}

static enum mg_status add_picture(struct mg_report *report, const struct mg_drawing *drawing,
                                  size_t number, struct mg_error *err)
{
    const struct mg_figure *figure = &drawing->figure;
    struct mg_buffer *page = &report->page;
    char *path = mg_format("%s.svg", drawing->base);
    char *svg = NULL;
    size_t size;
    const enum mg_status status = mg_file_read(&svg, &size, path, SVG_MAX, err);

    if (status == MG_OK) {
        mg_html_format(page,
                       "<figure id=\"f-%zu\"><div class=\"scroll\"><img class=\"%s%s\" "
                       "alt=\"%s %s\" src=\"",
                       number, picture_width(svg) > PAGE_WIDTH ? "page" : "column",
                       strstr(figure->gp, " palette") != NULL || strstr(svg, "<image") != NULL
                           ? " colours"
                           : "",
                       figure->alt[0] != '\0' ? figure->alt : figure->title, figure->finding);
        mg_buffer_puts(page, "data:image/svg+xml;base64,");
        mg_html_base64(page, svg, mg_svg_squeeze(svg));
        mg_html_format(page,
                       "\"></div>\n<figcaption><b>Figure %zu. %s%s</b> %s <span class=\"small\">"
                       "%s</span></figcaption>\n"
                       "<details><summary>SQL, gnuplot script and data</summary>\n",
                       number, figure->title, strpbrk(figure->title, "?!.") != NULL ? "" : ".",
                       figure->finding, figure->caption);
        mg_html_fold(page, "SQL", figure->sql);
        mg_html_fold(page, "gnuplot script", figure->gp);
        add_data(page, figure);
        mg_buffer_puts(page, "</details></figure>\n");
    }
    free(svg);
    free(path);
    return status;
}

static enum mg_status add_figure(struct mg_report *report, size_t i, struct mg_error *err)
{
    const struct mg_report_figure *figure = &report->figures[i];
    struct mg_drawing drawing;
    enum mg_status status = mg_plot_draw(&drawing, report->store, &report->options->plot,
                                         figure->experiment, figure->path, figure->entry, err);
    const bool faulty = drawing.state == MG_PLOT_FAULTY;

    if (status == MG_OK && drawing.base != NULL && drawing.script != NULL && !faulty) {
        status = add_picture(report, &drawing, i + 1, err);
    } else if (status == MG_OK) {
        mg_html_format(&report->page, "<p class=\"%s\" id=\"f-%zu\">Figure %s: %s</p>\n",
                       faulty ? "warning" : "small", i + 1, figure->entry, drawing.reason);
    }
    if (status == MG_OK && faulty) {
        mg_fail(&report->fault, MG_EUSAGE, "figure %s of %s: %s", figure->entry, figure->experiment,
                drawing.reason);
    }
    mg_drawing_free(&drawing);
    return status;
}

enum mg_status mg_report_topic_figures(struct mg_report *report, size_t topic, struct mg_error *err)
{
    enum mg_status status = MG_OK;

    for (size_t i = 0; status == MG_OK && i < report->n_figures; i++) {
        if (report->figures[i].topic == topic) {
            status = add_figure(report, i, err);
        }
    }
    return status;
}

enum mg_status mg_report_own_figures(struct mg_report *report, const char *experiment,
                                     struct mg_error *err)
{
    enum mg_status status = MG_OK;
    const char *before = "<p class=\"small\">Shown above: figure ";

    for (size_t i = 0; i < report->n_figures; i++) {
        if (report->figures[i].topic < report->topics.n_rows &&
            strcmp(report->figures[i].experiment, experiment) == 0) {
            mg_buffer_puts(&report->page, before);
            mg_html_format(&report->page, "<a href=\"#f-%zu\">%zu</a>", i + 1, i + 1);
            before = ", ";
        }
    }
    mg_buffer_puts(&report->page, before[0] == ',' ? ".</p>\n" : "");
    for (size_t i = 0; status == MG_OK && i < report->n_figures; i++) {
        if (report->figures[i].topic == report->topics.n_rows &&
            strcmp(report->figures[i].experiment, experiment) == 0) {
            status = add_figure(report, i, err);
        }
    }
    return status;
}

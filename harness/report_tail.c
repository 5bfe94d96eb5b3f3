/*
 * report_tail.c - the end of the page: failed runs, methods, environment, commands.
 */
#include <string.h>

#include "harness/html.h"
#include "harness/report_part.h"

static const char methods[] =
    "<section id=\"methods\"><h2>Methods</h2>\n"
    "<p>Every number comes from a row of one SQLite database. Networks are trained and measured by "
    "marginalia's own C core; where a source has an oracle, its exact conditionals are computed by "
    "enumeration or forward-backward and stored beside the network's. Data sets are "
    "reconstructions: the paper's generator, tables and figures are not public.</p>\n"
    "<p>The unit of replication is the training seed. Intervals are Student t at 90 %, two-sided, "
    "over seeds, so that each edge of an accept interval is a one-sided test at 5 %. A claim "
    "marked "
    "exact is one deterministic number. Single seeds are drawn in the figures; a diverged seed "
    "makes "
    "its claim inconclusive and is listed above, never dropped. With three seeds an interval is "
    "only "
    "an indication.</p>\n"
    "<p>Random numbers are Philox counter streams addressed by seed, replicate, purpose, element "
    "and "
    "step; the same inputs give the same digests on the same kind of machine.</p></section>\n";

static enum mg_status add_unfinished(struct mg_report *report, struct mg_error *err)
{
    struct mg_answer runs = {0};
    enum mg_status status;

    mg_buffer_puts(&report->page,
                   "<section id=\"unfinished\"><h2>Failed and unfinished runs</h2>\n");
    status = mg_answer_ask(&runs, report->store, NULL,
                           "SELECT experiment, run_id AS run, predictor, replicate, status, "
                           "(SELECT group_concat(name || ': ' || error, '; ') FROM results "
                           " WHERE results.run_id = runs.run_id AND error IS NOT NULL) AS reason "
                           "FROM runs WHERE status <> 'done' ORDER BY experiment, run_id",
                           err);
    if (status == MG_OK && runs.n_rows == 0) {
        mg_buffer_puts(&report->page, "<p>None.</p>");
    } else if (status == MG_OK) {
        mg_html_table(&report->page, &runs, 200);
    }
    if (status == MG_OK) {
        status = mg_report_table(report, "Values that are not finite", NULL,
                                 "SELECT experiment, run_id AS run, predictor, replicate, name, "
                                 "view, count(*) AS cells, min(row) AS first, cells AS kind "
                                 "FROM nonfinite JOIN runs USING (run_id) "
                                 "GROUP BY run_id, name, view ORDER BY experiment, run_id, name",
                                 200, err);
    }
    mg_buffer_puts(&report->page, "</section>\n");
    mg_answer_free(&runs);
    return status;
}

/* One list a distinct environment, with how many results it computed. */
static enum mg_status add_environment(struct mg_report *report, struct mg_error *err)
{
    struct mg_buffer *page = &report->page;
    struct mg_answer rows = {0};
    const enum mg_status status = mg_answer_ask(
        &rows, report->store, NULL,
        "SELECT git_commit AS \"commit\", "
        "CASE git_dirty WHEN 0 THEN 'clean' ELSE 'NOT clean: changes that are not committed' END "
        "AS tree, core_hash AS \"numerical core\", compiler, cflags AS flags, "
        "blas AS BLAS, blas_core AS \"BLAS kernel\", blas_threads AS \"BLAS threads\", "
        "libraries, os AS system, kernel, cpu AS CPU, n_cpu AS CPUs, host, "
        "count(*) AS \"results computed\", min(created_at) AS first, max(created_at) AS last "
        "FROM provenance GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 ORDER BY first, 1",
        err);

    mg_buffer_puts(page, "<section id=\"environment\"><h2>Environment</h2>\n");
    for (size_t row = 0; row < rows.n_rows; row++) {
        mg_buffer_puts(page, "<dl>\n");
        for (size_t i = 0; i < rows.n_columns; i++) {
            mg_html_format(page, "<dt>%s</dt><dd>%s</dd>\n", rows.columns[i],
                           mg_answer_cell(&rows, row, i)->text);
        }
        mg_buffer_puts(page, "</dl>\n");
    }
    if (status == MG_OK && rows.n_rows == 0) {
        mg_buffer_puts(page, "<p>Nothing was computed yet.</p>");
    }
    mg_buffer_puts(page, "</section>\n");
    mg_answer_free(&rows);
    return status;
}

static void add_commands(struct mg_report *report)
{
    struct mg_buffer *page = &report->page;

    mg_buffer_puts(page, "<section id=\"repeat\"><h2>Repeat it</h2>\n<pre>");
    for (size_t row = 0; row < report->experiments.n_rows; row++) {
        mg_html_format(page, "build/marginalia run %s\n",
                       mg_answer_text(&report->experiments, row, "path"));
    }
    mg_buffer_puts(page,
                   "build/marginalia verify\nbuild/marginalia plot\nbuild/marginalia report\n"
                   "</pre>\n<h3>Experiment files</h3>\n<div class=\"scroll\"><table><thead><tr>"
                   "<th scope=\"col\">experiment</th><th scope=\"col\">file</th>"
                   "<th scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n");
    for (size_t row = 0; row < report->experiments.n_rows; row++) {
        mg_html_format(page, "<tr><td>%s</td><td>%s</td><td><code>%s</code></td></tr>\n",
                       mg_answer_text(&report->experiments, row, "name"),
                       mg_answer_text(&report->experiments, row, "path"),
                       mg_answer_text(&report->experiments, row, "sha256"));
    }
    mg_buffer_puts(page, "</tbody></table></div></section>\n");
}

enum mg_status mg_report_tail(struct mg_report *report, struct mg_error *err)
{
    enum mg_status status = add_unfinished(report, err);

    mg_buffer_puts(&report->page, methods);
    if (status == MG_OK) {
        status = add_environment(report, err);
    }
    add_commands(report);
    mg_buffer_puts(&report->page,
                   "</main>\n<footer><p class=\"small\">Written by marginalia from its "
                   "database alone.</p></footer>\n</body>\n</html>\n");
    return status;
}

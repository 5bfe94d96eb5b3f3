/*
 * report_section.c - the section of one experiment: question, answer, figures, numbers, data.
 */
#include <string.h>

#include "harness/html.h"
#include "harness/report_part.h"

enum mg_status mg_report_table(struct mg_report *report, const char *heading,
                               const char *experiment, const char *sql, size_t rows,
                               struct mg_error *err)
{
    struct mg_answer answer = {0};
    const enum mg_status status = mg_answer_ask(&answer, report->store, experiment, sql, err);

    if (status == MG_OK && answer.n_rows > 0) {
        mg_html_format(&report->page, "<h3>%s</h3>\n", heading);
        mg_html_table(&report->page, &answer, rows);
    }
    mg_answer_free(&answer);
    return status;
}

/* The queries of the claims, folded: what was asked of the database, word for word. */
static void add_queries(struct mg_report *report, const char *experiment)
{
    struct mg_buffer text = {0};

    for (size_t i = 0; i < report->verdicts.n; i++) {
        const struct mg_verdict *verdict = &report->verdicts.items[i];
        if (strcmp(verdict->experiment, experiment) == 0) {
            mg_buffer_printf(&text, "-- %s: %s\n%s;\n\n", verdict->name,
                             mg_verdict_name(verdict->word), verdict->query);
        }
    }
    if (text.size > 0) {
        mg_html_fold(&report->page, "Queries of the claims", text.text);
    }
    mg_buffer_free(&text);
}

static enum mg_status add_fold(struct mg_report *report, const char *summary,
                               const char *experiment, const char *sql, struct mg_error *err)
{
    struct mg_answer answer = {0};
    struct mg_buffer csv = {0};
    const enum mg_status status = mg_answer_ask(&answer, report->store, experiment, sql, err);

    if (status == MG_OK && answer.n_rows > 0) {
        mg_answer_csv(&csv, &answer);
        mg_html_fold(&report->page, summary, csv.text);
    }
    mg_buffer_free(&csv);
    mg_answer_free(&answer);
    return status;
}

/* named: run_id and the point of the sweep in words. */
#define NAMED                                                                                      \
    "WITH varied AS (SELECT path FROM params WHERE length(value) <= 40 "                           \
    "  GROUP BY path HAVING count(DISTINCT value) > 1), "                                          \
    "named AS (SELECT run_id, coalesce((SELECT group_concat(value, ', ') FROM params "             \
    "  JOIN varied USING (path) WHERE params.run_id = runs.run_id AND path NOT LIKE "              \
    "'measure.%'), "                                                                               \
    "  predictor) AS point FROM runs WHERE status = 'done') "

/* Numbers beside their exact values; the mean over replicates of each point of the sweep. */
static const char numbers_sql[] = NAMED
    "SELECT probe, quantity, point, avg(value) AS mean, min(value) AS least, max(value) AS most, "
    "  avg(exact) AS exact, count(value) AS n "
    "FROM information JOIN named USING (run_id) "
    "GROUP BY probe, quantity, point ORDER BY probe, quantity, point";

/* What each sampler costs and loses: its law, its draws, what it makes of text held out. */
static const char samplers_sql[] = NAMED
    "SELECT sampler, point, \"from\", avg(nfe) AS nfe, avg(kl_nats) AS kl_nats, "
    "  avg(coherent) AS coherent, avg(nll) AS nll_nats_per_token, count(*) AS n FROM ("
    "  SELECT run_id, sampler, kind AS \"from\", nfe, kl_nats, coherence AS coherent, NULL AS nll "
    "  FROM sampler_error UNION ALL "
    "  SELECT run_id, sampler, 'draws', nfe, NULL, rate, nll_nats_per_token FROM coherence UNION "
    "ALL "
    "  SELECT run_id, sampler, 'held out, ' || kind, nfe, NULL, NULL, nll_nats_per_token "
    "  FROM likelihoods) JOIN named USING (run_id) "
    "GROUP BY sampler, point, \"from\" ORDER BY \"from\", point, nfe, sampler";

/* Draws by number, never picked: the first three of each sampler in each point's replicate 0. */
static const char samples_sql[] =
    "SELECT runs.run_id AS run, predictor, sampler, nfe, draw, tokens, coherent "
    "FROM samples JOIN runs USING (run_id) WHERE replicate = 0 AND draw < 3 "
    "ORDER BY runs.run_id, sampler, draw LIMIT 400";

static const char runs_sql[] =
    "SELECT run_id AS run, predictor, source, replicate, seed, status, wall_s, digest FROM runs "
    "ORDER BY run_id LIMIT 2000";

static const char keys_sql[] =
    "SELECT run_id AS run, name, kind, status, wall_s, max_rss_kb, key, digest "
    "FROM results ORDER BY run_id, name LIMIT 4000";

static enum mg_status add_summary(struct mg_report *report, const char *experiment,
                                  struct mg_error *err)
{
    struct mg_answer sums = {0};
    const enum mg_status status = mg_answer_ask(
        &sums, report->store, experiment,
        "SELECT count(*) AS runs, coalesce(sum(status = 'done'), 0) AS done, "
        "coalesce(sum(status = 'failed'), 0) AS failed, count(DISTINCT replicate) AS replicates, "
        "printf('%.1f', coalesce(sum(wall_s), 0)) AS wall, "
        "(SELECT coalesce(' with at most ' || ((max(max_rss_kb) + 512) / 1024) || "
        "' MB of memory', '') FROM results) AS memory FROM runs",
        err);

    if (status == MG_OK) {
        mg_html_format(
            &report->page,
            "<p class=\"small\">Runs: %s, done %s, failed %s; replicates: up to %s; %s s of "
            "computing%s.</p>\n",
            mg_answer_text(&sums, 0, "runs"), mg_answer_text(&sums, 0, "done"),
            mg_answer_text(&sums, 0, "failed"), mg_answer_text(&sums, 0, "replicates"),
            mg_answer_text(&sums, 0, "wall"), mg_answer_text(&sums, 0, "memory"));
    }
    mg_answer_free(&sums);
    return status;
}

static enum mg_status add_details(struct mg_report *report, const char *experiment,
                                  struct mg_error *err)
{
    struct mg_answer text = {0};
    enum mg_status status;

    status = mg_report_table(report, "Numbers", experiment, numbers_sql, 60, err);
    if (status == MG_OK) {
        status = mg_report_table(report, "Samplers", experiment, samplers_sql, 60, err);
    }
    add_queries(report, experiment);
    if (status == MG_OK) {
        status = add_fold(report, "Samples: draws 0 to 2 of every sampler, replicate 0 (CSV)",
                          experiment, samples_sql, err);
    }
    if (status == MG_OK) {
        status = add_fold(report, "Runs and their digests (CSV)", experiment, runs_sql, err);
    }
    if (status == MG_OK) {
        status = add_fold(report, "Keys of what was computed (CSV)", experiment, keys_sql, err);
    }
    if (status == MG_OK) {
        status = mg_answer_ask(&text, report->store, NULL,
                               "SELECT name, text FROM experiments ORDER BY name", err);
    }
    for (size_t row = 0; status == MG_OK && row < text.n_rows; row++) {
        if (strcmp(mg_answer_text(&text, row, "name"), experiment) == 0) {
            mg_html_fold(&report->page, "Experiment file", mg_answer_text(&text, row, "text"));
        }
    }
    mg_answer_free(&text);
    return status;
}

enum mg_status mg_report_experiment(struct mg_report *report, size_t row, struct mg_error *err)
{
    struct mg_buffer *page = &report->page;
    const char *name = mg_answer_text(&report->experiments, row, "name");
    const char *question = mg_answer_text(&report->experiments, row, "question");
    const char *notes = mg_answer_text(&report->experiments, row, "notes");
    const char *not_run = mg_answer_text(&report->experiments, row, "not_run");
    enum mg_status status;

    mg_buffer_puts(page, "<section id=\"x-");
    mg_html_id(page, name);
    mg_html_format(page, "\"><h2>%s</h2>\n", mg_answer_text(&report->experiments, row, "title"));
    if (question[0] != '\0') {
        mg_html_format(page, "<p class=\"question\">%s</p>\n", question);
    }
    mg_buffer_puts(page, "<p class=\"counts\">");
    if (mg_report_counts(report, &(struct mg_report_choice){.experiment = name}) == 0) {
        mg_buffer_puts(page, "No claim.");
    }
    mg_buffer_puts(page, "</p>\n");
    if (not_run[0] != '\0') {
        mg_html_format(page, "<p class=\"warning\">Not run: %s.</p>\n", not_run);
    }
    if (notes[0] != '\0') {
        mg_html_format(page, "<p>%s</p>\n", notes);
    }
    status = add_summary(report, name, err);
    if (status == MG_OK) {
        status = mg_report_own_figures(report, name, err);
    }
    if (status == MG_OK) {
        status = add_details(report, name, err);
    }
    mg_buffer_puts(page, "</section>\n");
    return status;
}

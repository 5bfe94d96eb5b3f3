/*
 * report_topics.c - what the claims are about: one table of answers, and a section each.
 *
 * The words are the experiment files' (key "topics"); the numbers in them are looked up.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "harness/html.h"
#include "harness/report_part.h"

enum { IN_THE_OPEN = 6 };

enum mg_status mg_report_load_topics(struct mg_report *report, struct mg_error *err)
{
    struct mg_answer *topics = &report->topics;
    size_t kept = 0;
    const enum mg_status status =
        mg_answer_ask(topics, report->store, NULL,
                      "SELECT min(experiment) AS experiment, about, title, says, short, answer, "
                      "not_run FROM topics "
                      "GROUP BY about ORDER BY length(about), about, experiment",
                      err);

    for (size_t row = 0; status == MG_OK && row < topics->n_rows; row++) {
        struct mg_cell_text *cells = &topics->cells[row * topics->n_columns];
        bool named = false;
        for (size_t i = 0; i < report->experiments.n_rows && !named; i++) {
            named = strcmp(mg_answer_text(&report->experiments, i, "name"), cells[0].text) == 0;
        }
        for (size_t i = 0; !named && i < topics->n_columns; i++) {
            free(cells[i].text);
        }
        if (named) {
            memmove(&topics->cells[kept * topics->n_columns], cells,
                    topics->n_columns * sizeof(*cells));
            kept++;
        }
    }
    topics->n_rows = status == MG_OK ? kept : topics->n_rows;
    return status;
}

/* "0.55 [0.54, 0.56] (n = 5)", with the verdict where it is not reproduced. */
static void add_estimate(struct mg_buffer *page, const struct mg_verdict *verdict)
{
    static const char *const words[MG_VERDICT_COUNT] = {"", "not reproduced", "inconclusive",
                                                        "not run"};

    mg_html_number(page, verdict->estimate);
    if (verdict->ci_lo <= verdict->ci_hi) {
        mg_buffer_puts(page, " [");
        mg_html_number(page, verdict->ci_lo);
        mg_buffer_puts(page, ", ");
        mg_html_number(page, verdict->ci_hi);
        mg_buffer_puts(page, "]");
    }
    if (verdict->exact && verdict->n > 0) {
        mg_buffer_puts(page, " (exact");
    } else {
        mg_html_format(page, " (n = %zu", verdict->n);
    }
    if (verdict->word != MG_VERDICT_REPRODUCED) {
        mg_html_format(page, ", <b class=\"%s\">%s</b>", mg_verdict_name(verdict->word),
                       words[verdict->word]);
    }
    mg_buffer_puts(page, ")");
}

/* What stands for {EXPERIMENT/CLAIM}. */
static void add_value(struct mg_report *report, const char *key)
{
    for (size_t i = 0; i < report->verdicts.n; i++) {
        const struct mg_verdict *verdict = &report->verdicts.items[i];
        char *name = mg_format("%s/%s", verdict->experiment, verdict->name);
        const bool found = strcmp(name, key) == 0;
        free(name);
        if (found) {
            add_estimate(&report->page, verdict);
            return;
        }
    }
    mg_html_format(&report->page, "(%s: not here)", key);
}

/* Text with its values filled in; a brace without its end is a brace. */
static void add_filled(struct mg_report *report, const char *text)
{
    while (*text != '\0') {
        const size_t plain = strcspn(text, "{");
        const char *end = strchr(text + plain, '}');
        char *before = mg_format("%.*s", (int)(end == NULL ? strlen(text) : plain), text);

        mg_html_text(&report->page, before);
        free(before);
        if (end == NULL) {
            return;
        }
        if (text[plain] == '{') {
            char *key = mg_format("%.*s", (int)(end - text - (long)plain - 1), text + plain + 1);
            add_value(report, key);
            free(key);
        }
        text = end + 1;
    }
}

/* Counts of a topic's verdicts; without any, why. */
static void add_counts(struct mg_report *report, size_t topic)
{
    const char *why = mg_answer_text(&report->topics, topic, "not_run");
    const struct mg_report_choice choice = {.topic =
                                                mg_answer_text(&report->topics, topic, "about")};

    if (mg_report_counts(report, &choice) == 0) {
        mg_html_format(&report->page, "<span class=\"verdict not_run\">not run</span>: %s",
                       why[0] != '\0' ? why : "no experiment here makes a claim about it");
    }
}

/* Does any verdict here bear on the topic? If not, what its file answers is not this database's. */
static bool is_judged(const struct mg_report *report, size_t topic)
{
    const struct mg_report_choice choice = {.topic =
                                                mg_answer_text(&report->topics, topic, "about")};

    for (size_t i = 0; i < report->verdicts.n; i++) {
        if (report->verdicts.items[i].word != MG_VERDICT_NOT_RUN &&
            mg_report_chosen(report, &report->verdicts.items[i], &choice)) {
            return true;
        }
    }
    return false;
}

void mg_report_answers(struct mg_report *report)
{
    struct mg_buffer *page = &report->page;
    const struct mg_report_choice rest = {.orphan = true};

    mg_buffer_puts(
        page, "<section id=\"claims\"><h2>What was asked, and the answer</h2>\n"
              "<p class=\"small\">Reproduced: the 90 % interval over training seeds lies inside "
              "the accept interval; not reproduced: outside; inconclusive: across its edge, or "
              "one seed alone; not run: nothing answers. Accept intervals were fixed in the "
              "experiment files; many are our own expectations, some of them against the "
              "claim: the answer says what follows.</p>\n");
    if (report->topics.n_rows > 0) {
        mg_buffer_puts(page, "<div class=\"scroll\"><table class=\"answers\"><thead><tr>"
                             "<th scope=\"col\">claim</th><th scope=\"col\">answer</th>"
                             "<th scope=\"col\">verdicts</th></tr></thead>\n<tbody>\n");
    }
    for (size_t row = 0; row < report->topics.n_rows; row++) {
        const char *about = mg_answer_text(&report->topics, row, "about");
        mg_buffer_puts(page, "<tr><td><a href=\"#t-");
        mg_html_id(page, about);
        mg_html_format(page, "\">%s</a> %s</td><td>", about,
                       mg_answer_text(&report->topics, row, "title"));
        if (is_judged(report, row)) {
            add_filled(report, mg_answer_text(&report->topics, row, "short"));
        } else {
            mg_buffer_puts(page, "–");
        }
        mg_buffer_puts(page, "</td><td>");
        add_counts(report, row);
        mg_buffer_puts(page, "</td></tr>\n");
    }
    if (report->topics.n_rows > 0) {
        mg_buffer_puts(page, "</tbody></table></div>\n");
    }
    if (report->verdicts.n == 0) {
        mg_buffer_puts(page, "<p>No experiment here makes a claim.</p>");
    }
    for (size_t i = 0; i < report->verdicts.n && report->topics.n_rows > 0; i++) {
        if (mg_report_chosen(report, &report->verdicts.items[i], &rest)) {
            mg_buffer_puts(page, "<h3>Claims of our own</h3>\n");
            break;
        }
    }
    mg_report_claims(report, &rest, report->topics.n_rows > 0 ? IN_THE_OPEN : report->verdicts.n);
    mg_buffer_puts(page, "</section>\n");
}

static void add_paragraph(struct mg_report *report, const char *opening, size_t topic,
                          const char *column)
{
    const char *text = mg_answer_text(&report->topics, topic, column);

    if (text[0] != '\0') {
        mg_buffer_puts(&report->page, opening);
        add_filled(report, text);
        mg_buffer_puts(&report->page, "</p>\n");
    }
}

enum mg_status mg_report_topics(struct mg_report *report, struct mg_error *err)
{
    struct mg_buffer *page = &report->page;
    enum mg_status status = MG_OK;

    for (size_t row = 0; status == MG_OK && row < report->topics.n_rows; row++) {
        const char *about = mg_answer_text(&report->topics, row, "about");

        mg_buffer_puts(page, "<section id=\"t-");
        mg_html_id(page, about);
        mg_html_format(page, "\"><h2>%s · %s</h2>\n", about,
                       mg_answer_text(&report->topics, row, "title"));
        add_paragraph(report, "<p class=\"question\">", row, "says");
        mg_buffer_puts(page, "<p class=\"counts\">");
        add_counts(report, row);
        mg_buffer_puts(page, "</p>\n");
        add_paragraph(report,
                      is_judged(report, row)
                          ? "<p>"
                          : "<p><b>Nothing in this database answers it.</b> Of one that does, "
                            "the file says: ",
                      row, "answer");
        status = mg_report_topic_figures(report, row, err);
        mg_report_claims(
            report,
            &(struct mg_report_choice){.topic = about,
                                       .answer = mg_answer_text(&report->topics, row, "answer")},
            IN_THE_OPEN);
        mg_buffer_puts(page, "</section>\n");
    }
    return status;
}

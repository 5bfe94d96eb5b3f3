/*
 * report_claims.c - verdicts on the page: counted in words, and as one table.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "harness/html.h"
#include "harness/report_part.h"
#include "model/numeric/arena.h"

static const char *const labels[MG_VERDICT_COUNT] = {"reproduced", "not reproduced", "inconclusive",
                                                     "not run"};

static bool is_about(const char *about, const char *topic)
{
    const size_t length = strlen(topic);

    return strncmp(about, topic, length) == 0 &&
           strspn(about + length, "abcdefghijklmnopqrstuvwxyz") == strlen(about + length);
}

static bool has_topic(const struct mg_report *report, const char *about)
{
    for (size_t row = 0; row < report->topics.n_rows; row++) {
        if (is_about(about, mg_answer_text(&report->topics, row, "about"))) {
            return true;
        }
    }
    return false;
}

bool mg_report_chosen(const struct mg_report *report, const struct mg_verdict *verdict,
                      const struct mg_report_choice *choice)
{
    return (choice->experiment == NULL || strcmp(verdict->experiment, choice->experiment) == 0) &&
           (choice->topic == NULL || is_about(verdict->about, choice->topic)) &&
           (!choice->orphan || !has_topic(report, verdict->about));
}

size_t mg_report_counts(struct mg_report *report, const struct mg_report_choice *choice)
{
    size_t counts[MG_VERDICT_COUNT] = {0};
    size_t n = 0;
    const char *before = "";

    for (size_t i = 0; i < report->verdicts.n; i++) {
        const struct mg_verdict *verdict = &report->verdicts.items[i];
        if (mg_report_chosen(report, verdict, choice)) {
            counts[verdict->word]++;
            n++;
        }
    }
    for (size_t word = 0; word < MG_VERDICT_COUNT; word++) {
        if (counts[word] > 0) {
            mg_html_format(&report->page, "%s<span class=\"verdict %s\">%zu %s</span>", before,
                           mg_verdict_name((enum mg_verdict_word)word), counts[word], labels[word]);
            before = " · ";
        }
    }
    return n;
}

/* Order: what a claim is about (C2 before C10), then as verdicts stand. */
static int compare_about(const char *a, const char *b)
{
    const size_t letters_a = strcspn(a, "0123456789");
    const size_t letters_b = strcspn(b, "0123456789");

    if (letters_a == letters_b && strncmp(a, b, letters_a) == 0 && strlen(a) != strlen(b)) {
        const size_t digits_a = strspn(a + letters_a, "0123456789");
        const size_t digits_b = strspn(b + letters_b, "0123456789");
        if (digits_a != digits_b) {
            return digits_a < digits_b ? -1 : 1;
        }
    }
    return strcmp(a, b);
}

/* [lo, hi]; where rounding would hide that it is an interval, centre ± half its width. */
static void add_accept(struct mg_buffer *page, const struct mg_verdict *verdict)
{
    const double centre = 0.5 * (verdict->accept_lo + verdict->accept_hi);
    const double half = 0.5 * (verdict->accept_hi - verdict->accept_lo);

    if (half > 0.0 && half < 1e-3 * fabs(centre)) {
        mg_buffer_printf(page, "<td class=\"nowrap\">%.9g<br>± %.1g</td>", centre, half);
        return;
    }
    mg_buffer_puts(page, "<td class=\"nowrap\">[");
    mg_html_number(page, verdict->accept_lo);
    mg_buffer_puts(page, ", ");
    mg_html_number(page, verdict->accept_hi);
    mg_buffer_puts(page, "]</td>");
}

static void add_estimate(struct mg_buffer *page, const struct mg_verdict *verdict)
{
    mg_buffer_puts(page, "<td class=\"nowrap\">");
    mg_html_number(page, verdict->estimate);
    if (verdict->ci_lo <= verdict->ci_hi) {
        mg_buffer_puts(page, "<br>[");
        mg_html_number(page, verdict->ci_lo);
        mg_buffer_puts(page, ", ");
        mg_html_number(page, verdict->ci_hi);
        mg_buffer_puts(page, "]");
    } else if (verdict->exact && verdict->n > 0) {
        mg_buffer_puts(page, "<br>exact");
    }
    mg_html_format(page, "</td><td class=\"number\">%zu</td>", verdict->n);
}

static void add_claim(struct mg_report *report, const struct mg_verdict *verdict)
{
    struct mg_buffer *page = &report->page;

    mg_html_format(page, "<tr><td><a href=\"#x-");
    mg_html_id(page, verdict->experiment);
    mg_html_format(page, "\">%s</a><br><span class=\"small\">%s · %s</span></td><td>%s</td>",
                   verdict->name, verdict->about, verdict->experiment, verdict->source);
    add_accept(page, verdict);
    add_estimate(page, verdict);
    mg_html_format(page, "<td><span class=\"verdict %s\">%s</span>", mg_verdict_name(verdict->word),
                   labels[verdict->word]);
    if (verdict->reason[0] != '\0') {
        mg_html_format(page, "<br>%s", verdict->reason);
    }
    mg_buffer_puts(page, "</td><td>");
    mg_report_figure_links(report, verdict->experiment);
    mg_buffer_puts(page, "</td></tr>\n");
}

/* Does the answer of the topic lean on this claim? */
static bool is_named(const struct mg_verdict *verdict, const char *answer)
{
    char *key = mg_format("{%s/%s}", verdict->experiment, verdict->name);
    const bool named = answer != NULL && strstr(answer, key) != NULL;

    free(key);
    return named;
}

/* Those of the answer before the others; then what a claim is about. */
static int compare_claims(const struct mg_verdict *a, const struct mg_verdict *b,
                          const char *answer)
{
    const int first = (int)is_named(b, answer) - (int)is_named(a, answer);

    return first != 0 ? first : compare_about(a->about, b->about);
}

/* Those chosen, in order; as many as there are, a copy of pointers. */
static size_t choose(const struct mg_verdict **chosen, const struct mg_report *report,
                     const struct mg_report_choice *choice)
{
    size_t n = 0;

    for (size_t i = 0; i < report->verdicts.n; i++) {
        const struct mg_verdict *verdict = &report->verdicts.items[i];
        size_t at = n;
        if (!mg_report_chosen(report, verdict, choice)) {
            continue;
        }
        while (at > 0 && compare_claims(verdict, chosen[at - 1], choice->answer) < 0) {
            chosen[at] = chosen[at - 1];
            at--;
        }
        chosen[at] = verdict;
        n++;
    }
    return n;
}

static const char head[] =
    "<div class=\"scroll\"><table class=\"claims\">\n<thead><tr><th scope=\"col\">claim</th>"
    "<th scope=\"col\">source</th><th scope=\"col\">accept</th>"
    "<th scope=\"col\">estimate, 90 %</th><th scope=\"col\">n</th>"
    "<th scope=\"col\">verdict</th><th scope=\"col\">figures</th></tr></thead>\n<tbody>\n";
static const char foot[] = "</tbody></table></div>\n";

void mg_report_claims(struct mg_report *report, const struct mg_report_choice *choice, size_t open)
{
    struct mg_buffer *page = &report->page;
    const struct mg_verdict **chosen = mg_allocate(report->verdicts.n + 1, sizeof(*chosen));
    const size_t n = choose(chosen, report, choice);
    size_t folded = 0;
    size_t reproduced = 0;

    mg_buffer_puts(page, n > 0 ? head : "");
    for (size_t i = 0; i < n; i++) {
        const bool plain = chosen[i]->word == MG_VERDICT_REPRODUCED;
        reproduced += plain;
        if (plain && reproduced > open) {
            chosen[folded++] = chosen[i];
        } else {
            add_claim(report, chosen[i]);
        }
    }
    mg_buffer_puts(page, n > 0 ? foot : "");
    if (folded > 0) {
        mg_html_format(page, "<details><summary>%zu more, reproduced</summary>\n", folded);
        mg_buffer_puts(page, head);
        for (size_t i = 0; i < folded; i++) {
            add_claim(report, chosen[i]);
        }
        mg_buffer_puts(page, foot);
        mg_buffer_puts(page, "</details>\n");
    }
    free(chosen);
}

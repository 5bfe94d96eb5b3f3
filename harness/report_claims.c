/*
 * report_claims.c - verdicts on the page: counted in words, and as one table.
 */
#include <math.h>
#include <string.h>

#include "harness/html.h"
#include "harness/report_part.h"

static const char *const labels[MG_VERDICT_COUNT] = {"reproduced", "not reproduced", "inconclusive",
                                                     "not run"};

void mg_report_counts(struct mg_report *report, const char *experiment)
{
    size_t counts[MG_VERDICT_COUNT] = {0};
    size_t n = 0;

    for (size_t i = 0; i < report->verdicts.n; i++) {
        const struct mg_verdict *verdict = &report->verdicts.items[i];
        if (experiment == NULL || strcmp(verdict->experiment, experiment) == 0) {
            counts[verdict->word]++;
            n++;
        }
    }
    mg_html_format(&report->page, "<p class=\"counts\">%zu claim%s tested", n, n == 1 ? "" : "s");
    for (size_t word = 0; word < MG_VERDICT_COUNT; word++) {
        if (counts[word] > 0) {
            mg_html_format(&report->page, "%s<span class=\"%s\">%zu %s</span>", " · ",
                           mg_verdict_name((enum mg_verdict_word)word), counts[word], labels[word]);
        }
    }
    mg_buffer_puts(&report->page, "</p>\n");
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

static void add_claim(struct mg_buffer *page, const struct mg_verdict *verdict)
{
    mg_html_format(page, "<tr><td>%s</td><td class=\"wide\"><a href=\"#x-", verdict->about);
    mg_html_id(page, verdict->experiment);
    mg_html_format(page,
                   "\">%s</a><br><span class=\"small\">%s</span></td><td class=\"wide\">%s</td>",
                   verdict->name, verdict->experiment, verdict->source);
    add_accept(page, verdict);
    add_estimate(page, verdict);
    mg_html_format(page, "<td class=\"wide\"><span class=\"verdict %s\">%s</span>",
                   mg_verdict_name(verdict->word), labels[verdict->word]);
    if (verdict->reason[0] != '\0') {
        mg_html_format(page, "<br>%s", verdict->reason);
    }
    mg_buffer_puts(page, "</td></tr>\n");
}

void mg_report_claims(struct mg_report *report)
{
    struct mg_buffer *page = &report->page;
    const struct mg_verdicts *verdicts = &report->verdicts;
    const char *last = NULL;

    mg_buffer_puts(page, "<section id=\"claims\"><h2>Claims</h2>\n");
    if (verdicts->n == 0) {
        mg_buffer_puts(page, "<p>No experiment here makes a claim.</p></section>\n");
        return;
    }
    mg_buffer_puts(
        page, "<p class=\"small\">Reproduced: the 90 % interval over training seeds lies inside "
              "the accept interval; not reproduced: outside; inconclusive: across its edge, or "
              "one seed alone; not run: nothing answers. Accept intervals were fixed in the "
              "experiment files.</p>\n"
              "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">about</th>"
              "<th scope=\"col\">claim</th><th scope=\"col\">source</th>"
              "<th scope=\"col\">accept</th><th scope=\"col\">estimate, 90 %</th>"
              "<th scope=\"col\">n</th><th scope=\"col\">verdict</th></tr></thead>\n<tbody>\n");
    for (;;) { /* each round the next group; claims are few */
        const char *next = NULL;
        for (size_t i = 0; i < verdicts->n; i++) {
            const char *about = verdicts->items[i].about;
            if ((last == NULL || compare_about(last, about) < 0) &&
                (next == NULL || compare_about(about, next) < 0)) {
                next = about;
            }
        }
        for (size_t i = 0; next != NULL && i < verdicts->n; i++) {
            if (compare_about(verdicts->items[i].about, next) == 0) {
                add_claim(page, &verdicts->items[i]);
            }
        }
        if (next == NULL) {
            break;
        }
        last = next;
    }
    mg_buffer_puts(page, "</tbody></table></div></section>\n");
}

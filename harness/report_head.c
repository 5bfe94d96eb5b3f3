/*
 * report_head.c - the head of the page: style, title, provenance, navigation.
 */
#include <string.h>

#include "harness/html.h"
#include "harness/report_part.h"

/* System fonts; colours as variables, so that dark is a second list. Figures are drawn on white
   and inverted with their hues kept on a dark page; heat maps, whose colours are a scale, stay. */
static const char style[] =
    ":root{color-scheme:light dark;--ink:#1a1a1a;--soft:#5a5f66;--paper:#fff;--card:#f6f6f4;"
    "--line:#d9d9d6;--link:#00558c;--yes:#00684a;--no:#a33c00;--open:#6b5200}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e4e4e2;--soft:#a3a8ae;--paper:#15181b;"
    "--card:#1d2125;--line:#3a3f45;--link:#7cc0ef;--yes:#4fcf9f;--no:#ff9d5c;--open:#e0bd4a}"
    "figure img{filter:invert(1) hue-rotate(180deg);mix-blend-mode:screen}"
    "figure img.colours{filter:none;mix-blend-mode:normal}}\n"
    "*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}\n"
    "body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.55 Charter,'Bitstream "
    "Charter','Sitka Text',Cambria,Georgia,serif}\n"
    "main,header,nav,footer{max-width:54rem;margin:0 auto;padding:0 1.1rem}\n"
    "h1,h2,h3,th,nav,summary,.verdict,.counts,.small,figcaption b,dt{font-family:system-ui,"
    "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif}\n"
    "h1{font-size:1.9rem;line-height:1.2;margin:2.2rem 0 .4rem}\n"
    "h2{font-size:1.4rem;line-height:1.25;margin:3.2rem 0 .5rem;padding-top:.8rem;"
    "border-top:2px solid var(--line)}h3{font-size:1.05rem;margin:1.8rem 0 .4rem}\n"
    "p{margin:.6rem 0}a{color:var(--link)}.small,figcaption,table{font-size:.86rem;"
    "line-height:1.45}.small,dt{color:var(--soft)}\n"
    ".question{font-size:1.1rem;font-style:italic}.counts{font-size:1.02rem;font-weight:600}\n"
    ".warning{border-left:4px solid var(--no);background:var(--card);padding:.5rem .9rem}\n"
    "nav ul{columns:2 20rem;padding-left:1.1rem;margin:.4rem 0}nav li{break-inside:avoid}\n"
    ".scroll{overflow-x:auto;margin:.6rem 0}table{border-collapse:collapse;width:100%;"
    "font-variant-numeric:tabular-nums}\n"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .7rem .3rem 0;"
    "border-bottom:1px solid var(--line)}th{font-weight:600;white-space:nowrap}\n"
    "td.number{text-align:right;white-space:nowrap}td.nowrap,.verdict{white-space:nowrap}"
    "td.wide{min-width:9rem}code{overflow-wrap:anywhere}\n"
    ".verdict{font-weight:600}.reproduced{color:var(--yes)}.not_reproduced{color:var(--no)}"
    ".inconclusive,.not_run{color:var(--open)}\n"
    "figure{margin:1.4rem 0 1.8rem}figure .scroll{margin:0}figure img{display:block;height:auto;"
    "max-width:100%}figure img.page{min-width:36rem}figcaption{margin-top:.5rem}\n"
    "details{margin:.35rem 0}details "
    "details{margin-left:1rem}summary{cursor:pointer;font-size:.86rem;color:var(--link)}\n"
    "pre{overflow-x:auto;background:var(--card);padding:.7rem .9rem;margin:.4rem "
    "0;max-height:32rem;"
    "font:.78rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;font-size:.86rem}"
    "dt,dd{margin:0;overflow-wrap:anywhere}footer{padding-bottom:4rem}\n"
    "table.claims td:first-child,table.answers td:first-child{min-width:8rem}"
    "table.claims td:nth-child(2),table.claims td:nth-child(6){min-width:7rem}\n"
    "@media(max-width:40rem){body{font-size:16px}nav ul{columns:1}"
    ".claims thead,.answers thead{display:none}.claims tr,.answers tr{display:block;"
    "padding:.5rem 0;border-bottom:1px solid var(--line)}.claims td,.answers td{display:block;"
    "border:0;padding:.05rem 0;text-align:left}"
    ".claims td:nth-child(n+3)::before{color:var(--soft)}.claims td:nth-child(3)::before"
    "{content:'accept '}.claims td:nth-child(4)::before{content:'estimate '}"
    ".claims td:nth-child(5)::before{content:'n = '}"
    ".claims td:nth-child(7)::before{content:'figure "
    "'}dl{grid-template-columns:1fr}dd{margin-bottom:."
    "4rem}}\n"
    "@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--paper:#fff;--card:#f4f4f4;"
    "--line:#bbb;--link:#000;--yes:#00553c;--no:#8a3200;--open:#574300}"
    "figure "
    "img{filter:none;mix-blend-mode:normal}html{font-size:10pt}body{font-size:1rem}nav{display:"
    "none}"
    "main,header,footer{max-width:none;padding:0}figure,tr{break-inside:avoid}"
    "h2,h3{break-after:avoid}pre{max-height:none;white-space:pre-wrap}.scroll{overflow:visible}"
    "figure img.page{min-width:0}}\n";

/* Which code computed the numbers, and whether its tree was clean. */
static enum mg_status add_code(struct mg_report *report, struct mg_error *err)
{
    struct mg_answer code = {0};
    const enum mg_status status =
        mg_answer_ask(&code, report->store, NULL,
                      "SELECT DISTINCT git_commit, git_dirty, core_hash FROM provenance "
                      "ORDER BY git_commit, git_dirty, core_hash",
                      err);

    if (status != MG_OK) {
        return status;
    }
    for (size_t row = 0; row < code.n_rows; row++) {
        const bool dirty = strcmp(mg_answer_text(&code, row, "git_dirty"), "0") != 0;
        mg_html_format(&report->page, "<p class=\"%s\">Computed by commit <code>%s</code>",
                       dirty ? "warning" : "small", mg_answer_text(&code, row, "git_commit"));
        mg_buffer_puts(&report->page, dirty ? ", <b>with changes that are not committed</b>" : "");
        mg_html_format(&report->page, "; numerical core <code>%s</code>.</p>\n",
                       mg_answer_text(&code, row, "core_hash"));
    }
    if (code.n_rows > 1) {
        mg_html_format(
            &report->page,
            "<p class=\"warning\">Numbers of %zu versions of the code stand side by side; "
            "“Environment” says which run is whose.</p>\n",
            code.n_rows);
    }
    mg_answer_free(&code);
    return MG_OK;
}

static void add_navigation(struct mg_report *report)
{
    struct mg_buffer *page = &report->page;

    mg_buffer_puts(page,
                   "<nav aria-label=\"Contents\"><ul>\n<li><a href=\"#claims\">Claims</a></li>\n");
    for (size_t row = 0; row < report->topics.n_rows; row++) {
        const char *about = mg_answer_text(&report->topics, row, "about");
        mg_buffer_puts(page, "<li><a href=\"#t-");
        mg_html_id(page, about);
        mg_html_format(page, "\">%s %s</a></li>\n", about,
                       mg_answer_text(&report->topics, row, "title"));
    }
    for (size_t row = 0; row < report->experiments.n_rows; row++) {
        mg_buffer_puts(page, "<li><a href=\"#x-");
        mg_html_id(page, mg_answer_text(&report->experiments, row, "name"));
        mg_html_format(page, "\">%s</a></li>\n",
                       mg_answer_text(&report->experiments, row, "title"));
    }
    mg_buffer_puts(page, "<li><a href=\"#unfinished\">Failed and unfinished runs</a></li>\n"
                         "<li><a href=\"#methods\">Methods</a></li>\n"
                         "<li><a href=\"#environment\">Environment</a></li>\n"
                         "<li><a href=\"#repeat\">Repeat it</a></li>\n</ul></nav>\n<main>\n");
}

enum mg_status mg_report_head(struct mg_report *report, struct mg_error *err)
{
    struct mg_buffer *page = &report->page;
    const bool one = report->experiments.n_rows == 1;
    const char *title = one ? mg_answer_text(&report->experiments, 0, "title")
                            : "What masked diffusion models return, measured";
    enum mg_status status;

    mg_html_format(page,
                   "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'; img-src data:\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<title>%s</title>\n<style>\n",
                   title);
    mg_buffer_puts(page, style);
    mg_html_format(page, "</style>\n</head>\n<body>\n<header>\n<h1>%s</h1>\n", title);
    if (!one) {
        mg_html_format(page,
                       "<p>%zu experiments, each a file that says what to train, what to "
                       "measure and what is claimed.</p>\n",
                       report->experiments.n_rows);
    }
    mg_buffer_puts(page, "<p class=\"counts\">");
    mg_html_format(page, "%zu claim%s tested: ", report->verdicts.n,
                   report->verdicts.n == 1 ? "" : "s");
    mg_report_counts(report, &(struct mg_report_choice){0});
    mg_buffer_puts(page, "</p>\n");
    status = add_code(report, err);
    mg_buffer_puts(page, "</header>\n");
    add_navigation(report);
    return status;
}

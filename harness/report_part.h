/*
 * report_part.h - the parts of the page, each appended to a buffer. For report*.c only.
 */
#ifndef MG_HARNESS_REPORT_PART_H
#define MG_HARNESS_REPORT_PART_H

#include <stdbool.h>

#include "harness/buffer.h"
#include "harness/claim.h"
#include "harness/report.h"

/* A figure and where it stands; its number on the page is its index and one. */
struct mg_report_figure {
    const char *experiment, *path, *entry; /* borrowed */
    size_t topic;                          /* row of topics, or their number: with its experiment */
};

struct mg_report {
    struct mg_buffer page;
    struct mg_store *store;
    const struct mg_report_options *options;
    struct mg_answer experiments; /* as mg_catalog_experiments */
    struct mg_answer topics;      /* view topics, one row an `about`: C2 before C10 */
    struct mg_verdicts verdicts;
    struct mg_answer figure_rows;
    struct mg_report_figure *figures; /* (n_figures) in the order of the page */
    size_t n_figures;
    struct mg_error fault; /* the first faulty claim or figure, text "" for none */
};

/* Everything before the first section: head, style, title, counts, provenance, navigation. */
enum mg_status mg_report_head(struct mg_report *report, struct mg_error *err);

/* Decide where figures stand: with the topic that names them, else with their experiment. */
enum mg_status mg_report_place_figures(struct mg_report *report, struct mg_error *err);

/* The figures of a topic; those of an experiment that no topic has, and links to the others. */
enum mg_status mg_report_topic_figures(struct mg_report *report, size_t topic,
                                       struct mg_error *err);
enum mg_status mg_report_own_figures(struct mg_report *report, const char *experiment,
                                     struct mg_error *err);

/* Links to the figures of an experiment, by number: "3, 4". */
void mg_report_figure_links(struct mg_report *report, const char *experiment);

/* Which verdicts are meant: of an experiment (NULL: any), about a topic (NULL: any). */
struct mg_report_choice {
    const char *experiment, *topic;
    const char *answer; /* those it names, as {EXPERIMENT/CLAIM}, come first; NULL: none do */
    bool orphan;        /* those that belong to no topic of the page */
};

/* Is this claim among them? A topic "C9" has C9, C9a and C9b; not C91. */
bool mg_report_chosen(const struct mg_report *report, const struct mg_verdict *verdict,
                      const struct mg_report_choice *choice);

/* Counts in words, e.g. "7 reproduced · 1 inconclusive"; returns how many. */
size_t mg_report_counts(struct mg_report *report, const struct mg_report_choice *choice);

/*
 * Claims as a table, those of the answer first, then by what they are about. What is not reproduced
 * stands in the open, and of what is reproduced the first `open`; the rest is folded.
 */
void mg_report_claims(struct mg_report *report, const struct mg_report_choice *choice, size_t open);

/* The topics in one table, with counts and short answers; then a section each. */
enum mg_status mg_report_load_topics(struct mg_report *report, struct mg_error *err);
void mg_report_answers(struct mg_report *report);
enum mg_status mg_report_topics(struct mg_report *report, struct mg_error *err);

/* The section of one experiment: row of report->experiments. */
enum mg_status mg_report_experiment(struct mg_report *report, size_t row, struct mg_error *err);

/* Runs that failed or are not done, methods, environment, commands; closes the page. */
enum mg_status mg_report_tail(struct mg_report *report, struct mg_error *err);

/*
 * Ask and show as a table of at most so many rows under a heading of level 3; nothing where the
 * answer is empty. experiment as in mg_store_query.
 */
enum mg_status mg_report_table(struct mg_report *report, const char *heading,
                               const char *experiment, const char *sql, size_t rows,
                               struct mg_error *err);

#endif

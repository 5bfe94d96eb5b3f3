/*
 * report_part.h - the parts of the page, each appended to a buffer. For report*.c only.
 */
#ifndef MG_HARNESS_REPORT_PART_H
#define MG_HARNESS_REPORT_PART_H

#include "harness/buffer.h"
#include "harness/claim.h"
#include "harness/report.h"

struct mg_report {
    struct mg_buffer page;
    struct mg_store *store;
    const struct mg_report_options *options;
    struct mg_answer experiments; /* as mg_catalog_experiments */
    struct mg_verdicts verdicts;
    struct mg_error fault; /* the first faulty claim or figure, text "" for none */
};

/* Everything before the first section: head, style, title, counts, provenance, navigation. */
enum mg_status mg_report_head(struct mg_report *report, struct mg_error *err);

/* All claims in one table, by what they are about. */
void mg_report_claims(struct mg_report *report);

/* Counts in words, e.g. "7 reproduced · 1 inconclusive", of all verdicts or one experiment's. */
void mg_report_counts(struct mg_report *report, const char *experiment);

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

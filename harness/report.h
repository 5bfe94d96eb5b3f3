/*
 * report.h - everything the database knows about some experiments, as one self-contained page.
 *
 * No script, no network, no time of writing: the same database gives the same bytes. Sections come
 * from the experiment files (title, question, notes, claims, figures), so a new experiment needs
 * no code here.
 */
#ifndef MG_HARNESS_REPORT_H
#define MG_HARNESS_REPORT_H

#include <stddef.h>

#include "harness/plot.h"
#include "harness/store.h"
#include "model/numeric/error.h"

struct mg_report_options {
    const char *path;            /* the page; replaced whole or not at all */
    struct mg_plot_options plot; /* where figures are drawn and looked for */
};

/*
 * Draw the figures and write the page for the named experiments, all in the database where n is 0.
 * A faulty claim or figure is told of in its place; the page is still written, and MG_EUSAGE names
 * the first. MG_EUSAGE without a page: an experiment is unknown. MG_EENVIRONMENT (no gnuplot) and
 * MG_ESTORAGE: no page.
 */
enum mg_status mg_report_write(struct mg_store *store, const struct mg_report_options *options,
                               const char *const *names, size_t n, struct mg_error *err);

#endif

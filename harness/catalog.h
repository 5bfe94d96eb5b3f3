/*
 * catalog.h - which experiments the database holds, with their claims and figures.
 *
 * verify, plot and report work from what `run` stored, so they need no experiment files. The
 * queries stand here in one place.
 */
#ifndef MG_HARNESS_CATALOG_H
#define MG_HARNESS_CATALOG_H

#include <stddef.h>

#include "harness/answer.h"
#include "harness/store.h"

/*
 * Experiments by name: columns name, title, question, notes, path, sha256. All for n = 0, else
 * those named; a name the database does not hold is MG_EUSAGE and lists those it does.
 */
enum mg_status mg_catalog_experiments(struct mg_answer *answer, struct mg_store *store,
                                      const char *const *names, size_t n, struct mg_error *err);

/* Claims of one experiment, in file order: about, name, source, query, exact, accept_lo,
   accept_hi (NULL: open), not_run (why nothing may answer it; NULL: nothing is known to miss). */
enum mg_status mg_catalog_claims(struct mg_answer *answer, struct mg_store *store,
                                 const char *experiment, struct mg_error *err);

/* One row and column, "3 of 5 runs are not done", of an experiment; no row where all are. */
enum mg_status mg_catalog_waiting(struct mg_answer *answer, struct mg_store *store,
                                  const char *experiment, struct mg_error *err);

/* Figures of one experiment, in file order: figure. */
enum mg_status mg_catalog_figures(struct mg_answer *answer, struct mg_store *store,
                                  const char *experiment, struct mg_error *err);

#endif

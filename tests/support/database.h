/*
 * database.h - a small real database for tests of claims, figures and reports.
 *
 * An experiment file is written to a fresh folder, read, and registered with all its runs marked
 * done; the test then adds the rows it wants.
 */
#ifndef MG_TESTS_SUPPORT_DATABASE_H
#define MG_TESTS_SUPPORT_DATABASE_H

#include <stddef.h>
#include <stdint.h>

#include "harness/spec.h"
#include "harness/store.h"

enum { DATABASE_RUNS = 16, DATABASE_RESULTS = 8 };

struct database {
    char folder[64];
    struct mg_spec *spec;
    struct mg_store *store;
    size_t n_runs;                                    /* points in order, replicates inside */
    int64_t results[DATABASE_RUNS][DATABASE_RESULTS]; /* [run][0] training, [run][1..] measures */
    int64_t ordinal;
};

/* members: what the experiment says beside name, source, predictor, train and measure, as JSON
   members (claims, figures, replicates, sweep), "" for nothing. */
void database_open(struct database *database, const char *members);

/* Add a row of `information` to a run's first measure (probe "cd"); value NaN: NULL. */
void database_information(struct database *database, size_t run, const char *quantity,
                          double value);

/* Add a row of `marginals` likewise: p_model 0.25, p_exact 0.5. */
void database_marginal(struct database *database, size_t run, const char *token);

/* Text of path below the folder, malloc'd. */
char *database_path(const struct database *database, const char *path);
void database_write(const struct database *database, const char *path, const char *text);
char *database_read(const struct database *database, const char *path, size_t *size);

/* Close, and remove the folder with all below it. */
void database_close(struct database *database);

#endif

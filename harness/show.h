/*
 * show.h - one run: what it is, its resolved configuration, its results and where they were made.
 */
#ifndef MG_HARNESS_SHOW_H
#define MG_HARNESS_SHOW_H

#include <stdio.h>

#include "harness/output.h"
#include "harness/store.h"

/* One table of (part, name, value). MG_EUSAGE when there is no such run. */
enum mg_status mg_show_run(struct mg_store *store, long long run_id, FILE *stream,
                           enum mg_output_format format, struct mg_error *err);

#endif

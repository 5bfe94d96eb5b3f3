/*
 * diff.h - what differs between two runs: configuration, code, environment and outcome.
 */
#ifndef MG_HARNESS_DIFF_H
#define MG_HARNESS_DIFF_H

#include <stdio.h>

#include "harness/output.h"
#include "harness/store.h"

/*
 * Print a line (part, name, a, b) for each value that differs, NULL where a run has none. MG_OK
 * when nothing does, MG_NO when something does, MG_EUSAGE when a run is not there.
 */
enum mg_status mg_diff_runs(struct mg_store *store, long long a, long long b, FILE *stream,
                            enum mg_output_format format, struct mg_error *err);

#endif

/*
 * only.h - the part of a plan that the command line asks for: --only key=value.
 */
#ifndef MG_HARNESS_ONLY_H
#define MG_HARNESS_ONLY_H

#include <stdbool.h>

#include "harness/plan.h"

/*
 * wanted (plan->n_runs) out: runs that have every one of n "key=value" conditions; the same key
 * twice asks for one of its values. Keys are those of the params view, and replicate. MG_EUSAGE
 * for a key that no run has, or conditions that none meets.
 */
enum mg_status mg_only_select(bool *wanted, const struct mg_plan *plan,
                              const char *const *conditions, size_t n, struct mg_error *err);

#endif

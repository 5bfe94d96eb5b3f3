/*
 * rehearse.h - what claims and figures will ask, asked of an empty database.
 *
 * SQL that is wrong, and figures that are nowhere, are found before anything runs.
 */
#ifndef MG_HARNESS_REHEARSE_H
#define MG_HARNESS_REHEARSE_H

#include <stddef.h>

#include "harness/figure.h"
#include "harness/spec.h"

/*
 * Complain in problems, with places, of every claim's query and every figure of the experiment
 * that cannot be answered. Figures are looked for as mg_figure_load does; where search has no
 * folder (the program stands without its plots/), they are left alone. Returns the errors.
 */
size_t mg_rehearse(struct mg_problems *problems, const struct mg_spec *spec,
                   struct mg_figure_search search);

#endif

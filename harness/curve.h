/*
 * curve.h - a curve of characters, for a terminal.
 */
#ifndef MG_HARNESS_CURVE_H
#define MG_HARNESS_CURVE_H

#include <stdio.h>

#include "harness/store.h"
#include "model/numeric/error.h"

/*
 * Draw the training loss of a run against its steps with gnuplot's dumb terminal, 72 by 18
 * characters. A run without a loss gets a sentence that says so. MG_EENVIRONMENT without gnuplot.
 */
enum mg_status mg_curve_draw(struct mg_store *store, long long run_id, FILE *stream,
                             struct mg_error *err);

#endif

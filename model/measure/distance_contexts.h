/*
 * distance_contexts.h - the contexts of a distance measure: written in the entry, or drawn.
 */
#ifndef MG_MEASURE_DISTANCE_CONTEXTS_H
#define MG_MEASURE_DISTANCE_CONTEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/measure/distance_bounds.h"
#include "model/measure/measure.h"

/* row (length) out: masks, with the literal tokens of the entry if any; returns how many. */
size_t mg_distance_literals(int *row, const struct mg_measure_spec *spec,
                            const struct mg_distance_layout *layout, size_t length);

/*
 * *contexts (n, L) out, malloc'd, the caller's: one where the entry writes it all, else as many as
 * it says; context c is drawn with element c, step 0 of the stream. Returns whether whole contexts
 * were drawn, so that the tokens of the run are known too.
 */
bool mg_distance_contexts(int **contexts, size_t *n, const struct mg_measure_input *input,
                          const struct mg_distance_layout *layout);

#endif

/*
 * unconditional.h - the law of a position when nothing is revealed.
 */
#ifndef MG_MEASURE_UNCONDITIONAL_H
#define MG_MEASURE_UNCONDITIONAL_H

#include "model/measure/distance_bounds.h"
#include "model/numeric/philox.h"

/*
 * u (R, V) out, for the run of the layout: exact marginals; a text's unigram law, the same at every
 * position; or, of another source without an oracle, letter frequencies of 4096 draws, with step 1
 * of the stream.
 */
void mg_unconditional(double *u, const struct mg_source *source,
                      const struct mg_distance_layout *layout, struct mg_stream stream);

#endif

/*
 * trace_curves.h - what a trace says of its first step, position by position, as far as it lists.
 *
 * Rows of `distance_curves`, quantities as in distance_curves.h, means over the samples, of equal
 * prompts the first one's. Known from any list: top1, same_argmax, tail_mass (of the tokens not
 * listed). Known when all is listed, else as NAME_least and NAME_most: entropy_nats, tv_next,
 * js_next, tv_window_max.
 */
#ifndef MG_MEASURE_TRACE_CURVES_H
#define MG_MEASURE_TRACE_CURVES_H

#include "model/measure/distance_bounds.h"
#include "model/measure/rows.h"
#include "model/measure/trace.h"

/* The first predictions of a trace, over one run of masks. */
struct mg_trace_firsts {
    struct mg_distance_layout layout;
    size_t n; /* samples that are asked: 1, the first, where all prompts are equal, else N */
};

/*
 * False where the prompts leave no one run of masks, the same in all samples, or where a first
 * step lists nothing or not all masked positions.
 */
bool mg_trace_firsts_find(struct mg_trace_firsts *firsts, const struct mg_trace *trace);

/* The answers of the first step of a sample, by position. */
const struct mg_trace_answer *mg_trace_first(const struct mg_trace *trace, size_t sample);

/* Write the rows of what was found in this trace. */
void mg_trace_curves_emit(struct mg_sink *sink, const struct mg_trace *trace,
                          const struct mg_trace_firsts *firsts);

#endif

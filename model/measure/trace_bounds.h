/*
 * trace_bounds.h - what truncated distributions allow: the least and the most a number can be.
 *
 * A distribution over V tokens of which the K likeliest are listed has a tail of mass t on V - K
 * others, none likelier than the last listed.
 *   entropy    between a tail as uneven as that cap allows and an even one; both are reached
 *   TV and JS  On the tokens that both list, p and q are known. What is left of each, l and m, is
 *              farthest apart on different tokens (joint convexity). It is at least as far apart
 *              as heaps of it (data processing): the tokens that p alone lists, of mass p_a, where
 *              q has at most min(t_q, their number times its cap), and the others; in turn for q.
 * With everything listed both ends are the number itself.
 */
#ifndef MG_MEASURE_TRACE_BOUNDS_H
#define MG_MEASURE_TRACE_BOUNDS_H

#include "model/measure/trace.h"

struct mg_range {
    double least, most;
};

struct mg_trace_bounds;

/* Scratch memory for the answers of a trace with top >= 1, which is borrowed. */
struct mg_trace_bounds *mg_trace_bounds_new(const struct mg_trace *trace);
void mg_trace_bounds_free(struct mg_trace_bounds *bounds); /* NULL is fine */

/* Entropy in nats. */
struct mg_range mg_trace_entropy_nats(const struct mg_trace *trace,
                                      const struct mg_trace_answer *answer);

/* Total variation and Jensen-Shannon divergence (nats) between two answers. */
void mg_trace_apart(struct mg_range *tv, struct mg_range *js_nats, struct mg_trace_bounds *bounds,
                    const struct mg_trace_answer *p, const struct mg_trace_answer *q);

#endif

/* trace_bounds.c - see trace_bounds.h. */
#include "model/measure/trace_bounds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"

struct mg_trace_bounds {
    const struct mg_trace *trace;
    size_t *rank; /* (V) 1 + place of a token in the list of q; 0: not there */
    double *x;    /* (K + 2) what is known of p, token by token, then two heaps */
    double *y;    /* (K + 2) of q */
};

struct mg_trace_bounds *mg_trace_bounds_new(const struct mg_trace *trace)
{
    struct mg_trace_bounds *bounds = mg_allocate(1, sizeof(*bounds));

    bounds->trace = trace;
    bounds->rank = mg_allocate(trace->vocab, sizeof(*bounds->rank));
    bounds->x = mg_allocate(trace->top + 2, sizeof(*bounds->x));
    bounds->y = mg_allocate(trace->top + 2, sizeof(*bounds->y));
    return bounds;
}

void mg_trace_bounds_free(struct mg_trace_bounds *bounds)
{
    if (bounds != NULL) {
        free(bounds->y);
        free(bounds->x);
        free(bounds->rank);
        free(bounds);
    }
}

/* -p log p */
static double surprise(double p)
{
    return p > 0.0 ? -p * log(p) : 0.0;
}

struct mg_range mg_trace_entropy_nats(const struct mg_trace *trace,
                                      const struct mg_trace_answer *answer)
{
    const double listed = mg_entropy_nats(answer->probs, trace->top);
    const double tail = mg_trace_tail(trace, answer);
    const double others = (double)(trace->vocab - trace->top);
    struct mg_range range = {listed, listed};

    if (tail > 0.0) {
        const double even = tail / others;
        const double cap = fmax(answer->probs[trace->top - 1], even);
        const double full = fmin(floor(tail / cap), others);

        range.least += full * surprise(cap) + surprise(fmax(0.0, tail - full * cap));
        range.most += others * surprise(even);
    }
    return range;
}

/* What one of two answers knows of the other: the tokens that it alone lists. */
struct alone {
    double rest; /* its probability outside what both list */
    double mass; /* of the tokens that it alone lists */
    double most; /* that the other can give to these */
};

/* Spread what both list over x and y; returns how many tokens that is. */
static size_t take_common(struct mg_trace_bounds *bounds, struct alone *p_alone,
                          struct alone *q_alone, const struct mg_trace_answer *p,
                          const struct mg_trace_answer *q)
{
    const size_t top = bounds->trace->top;
    const double tails[2] = {mg_trace_tail(bounds->trace, p), mg_trace_tail(bounds->trace, q)};
    size_t n = 0;

    *p_alone = (struct alone){0};
    *q_alone = (struct alone){0};
    for (size_t k = 0; k < top; k++) {
        bounds->rank[q->tokens[k]] = k + 1;
        q_alone->mass += q->probs[k];
    }
    for (size_t k = 0; k < top; k++) {
        const size_t rank = bounds->rank[p->tokens[k]];

        if (rank > 0) {
            bounds->x[n] = p->probs[k];
            bounds->y[n++] = q->probs[rank - 1];
            q_alone->mass -= q->probs[rank - 1];
        } else {
            p_alone->mass += p->probs[k];
        }
    }
    for (size_t k = 0; k < top; k++) {
        bounds->rank[q->tokens[k]] = 0;
    }
    q_alone->mass = n == top ? 0.0 : fmax(0.0, q_alone->mass);
    p_alone->rest = p_alone->mass + tails[0];
    q_alone->rest = q_alone->mass + tails[1];
    p_alone->most = fmin(tails[1], (double)(top - n) * q->probs[top - 1]);
    q_alone->most = fmin(tails[0], (double)(top - n) * p->probs[top - 1]);
    return n;
}

/*
 * Two heaps behind the n common tokens: what one alone lists, the other as near to its share there
 * as it can be, and the others. A divergence is convex in that share, so no other is nearer.
 */
static void heap(double *own, double *other, const struct alone *alone, double other_rest)
{
    const double share = alone->rest > 0.0 ? other_rest * alone->mass / alone->rest : 0.0;
    const double there = fmin(share, alone->most);

    own[0] = alone->mass;
    own[1] = alone->rest - alone->mass;
    other[0] = there;
    other[1] = fmax(0.0, other_rest - there);
}

void mg_trace_apart(struct mg_range *tv, struct mg_range *js_nats, struct mg_trace_bounds *bounds,
                    const struct mg_trace_answer *p, const struct mg_trace_answer *q)
{
    double *x = bounds->x;
    double *y = bounds->y;
    struct alone p_alone;
    struct alone q_alone;
    const size_t n = take_common(bounds, &p_alone, &q_alone, p, q);

    heap(x + n, y + n, &p_alone, q_alone.rest);
    tv->least = mg_tv(x, y, n + 2);
    js_nats->least = mg_js_nats(x, y, n + 2);
    heap(y + n, x + n, &q_alone, p_alone.rest);
    tv->least = fmax(tv->least, mg_tv(x, y, n + 2));
    js_nats->least = fmax(js_nats->least, mg_js_nats(x, y, n + 2));
    x[n] = p_alone.rest;
    y[n] = 0.0;
    x[n + 1] = 0.0;
    y[n + 1] = q_alone.rest;
    tv->most = mg_tv(x, y, n + 2);
    js_nats->most = mg_js_nats(x, y, n + 2);
}

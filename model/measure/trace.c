/* trace.c - see trace.h. */
#include "model/measure/trace.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "model/numeric/statistics.h"
#include "model/source/source.h"

size_t mg_trace_start(const int *prompt, size_t length)
{
    size_t i = 0;

    while (i < length && prompt[i] != MG_MASK) {
        i++;
    }
    return i;
}

bool mg_trace_is_whole(const struct mg_trace *trace)
{
    return trace->top == trace->vocab;
}

double mg_trace_tail(const struct mg_trace *trace, const struct mg_trace_answer *answer)
{
    double listed = 0.0;

    for (size_t k = 0; k < trace->top; k++) {
        listed += answer->probs[k];
    }
    return mg_trace_is_whole(trace) ? 0.0 : fmin(1.0, fmax(0.0, 1.0 - listed));
}

int mg_trace_best(double *top1, const struct mg_trace *trace, const struct mg_trace_answer *answer)
{
    const double most = mg_round_score(answer->probs[0]);
    size_t best = 0;

    assert(trace->top >= 1);
    for (size_t k = 1; k < trace->top && mg_round_score(answer->probs[k]) >= most; k++) {
        best = answer->tokens[k] < answer->tokens[best] ? k : best;
    }
    *top1 = answer->probs[best];
    return answer->tokens[best];
}

void mg_trace_spread(double *probs, const struct mg_trace *trace,
                     const struct mg_trace_answer *answer)
{
    assert(mg_trace_is_whole(trace));
    for (size_t k = 0; k < trace->top; k++) {
        probs[answer->tokens[k]] = answer->probs[k];
    }
}

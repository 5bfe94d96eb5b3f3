/*
 * trace.h - decodings made elsewhere, step by step, with what their model said: recorded answers.
 *
 * A trace is known for the contexts that its decodings went through, and only as far as it lists
 * tokens: the `top` likeliest of each position, the rest as a sum. What that leaves open is told as
 * bounds (trace_bounds.h).
 */
#ifndef MG_MEASURE_TRACE_H
#define MG_MEASURE_TRACE_H

#include <stdbool.h>
#include <stddef.h>

/* What was said of one masked position in one step. */
struct mg_trace_answer {
    size_t sample, step, position;
    int revealed;        /* the token that the step reveals there; MG_MASK: none */
    const int *tokens;   /* (top) the likeliest, falling */
    const double *probs; /* (top) */
};

/* Arrays are borrowed. */
struct mg_trace {
    const char *sampler; /* name of how it was decoded, for rows */
    size_t length, vocab;
    size_t top;         /* K: tokens listed of each position, 0 to V */
    size_t block;       /* decoded block by block from the first mask on; 0: not */
    size_t n_samples;   /* N, at least one */
    const int *prompts; /* (N, L) rows before the first step, MG_MASK where masked */
    const int *tokens;  /* (N, L) rows after the last one */
    const int *step_of; /* (N, L) the step that revealed each position, -1 for the prompt */
    const struct mg_trace_answer *answers; /* by sample, step and position; a step has all masked
                                              positions or only those that it reveals */
    size_t n_answers;
};

/* Position of the first mask of a prompt (L): where block 0 begins. */
size_t mg_trace_start(const int *prompt, size_t length);

/* Sum of the probabilities not listed, in [0, 1]; 0 where all are. */
double mg_trace_tail(const struct mg_trace *trace, const struct mg_trace_answer *answer);

/* Whether all probabilities are listed. */
bool mg_trace_is_whole(const struct mg_trace *trace);

/* The likeliest token and its probability; as mg_argmax, the lowest of equals. top >= 1. */
int mg_trace_best(double *top1, const struct mg_trace *trace, const struct mg_trace_answer *answer);

/* probs (V) out: all of a position, where they are listed. */
void mg_trace_spread(double *probs, const struct mg_trace *trace,
                     const struct mg_trace_answer *answer);

#endif

/*
 * space.h - all (V+1)^L contexts, numbered.
 *
 * A context is a number in base V + 1 with the mask as the digit V, position 0 first. So revealing
 * token v at position i subtracts (V - v) place[i].
 */
#ifndef MG_MEASURE_SPACE_H
#define MG_MEASURE_SPACE_H

#include <stdbool.h>
#include <stddef.h>

struct mg_space {
    size_t length;
    size_t vocab;
    size_t count;  /* (V+1)^L */
    size_t *place; /* (L) value of a position's digit */
};

/* (V+1)^L as a double, before one is made. */
double mg_space_size(size_t length, size_t vocab);

/* At most 1e5 contexts, with predictions of at most 2^24 probabilities in all. */
bool mg_space_fits(size_t length, size_t vocab);

/* For one that fits; released with mg_space_release. */
void mg_space_init(struct mg_space *space, size_t length, size_t vocab);
void mg_space_release(struct mg_space *space);

/* row (L) out: the context of this number; returns how many masks it has. */
size_t mg_space_row(int *row, const struct mg_space *space, size_t number);

/*
 * Weights of the complete contexts, in order: (V^L), sequence x at index x_0 V^(L-1) + ... +
 * x_{L-1}. weight (count) in. The caller frees it.
 */
double *mg_space_complete(const struct mg_space *space, const double *weight);

#endif

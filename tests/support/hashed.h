/* hashed.h - a network: logits that depend on all of a row, and on nothing else. */
#ifndef MG_TESTS_SUPPORT_HASHED_H
#define MG_TESTS_SUPPORT_HASHED_H

#include <stddef.h>

#include "model/predictor/predictor.h"

/* Positions and tokens. */
enum { HASHED_L = 5, HASHED_V = 3 };

/* Of token v at position i, in [-2, 2]; row (L). */
double hashed_logit(const int *row, size_t i, size_t v);

/* Probabilities p (n) of logits l (n); p may be l. */
void hashed_softmax(double *p, const double *l, size_t n);

/* The same as a predictor. */
extern struct mg_predictor hashed_network;

#endif

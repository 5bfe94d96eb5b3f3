/* uniform.h - the uniform answer for one row, shared with the oracle's impossible contexts. */
#ifndef MG_PREDICTOR_UNIFORM_H
#define MG_PREDICTOR_UNIFORM_H

#include "model/predictor/predictor.h"

/* probs (L, V) out: 1/V where row (L) is masked, a point mass where a token is revealed. */
void mg_uniform_row(double *probs, const int *row, size_t length, size_t vocab);

#endif

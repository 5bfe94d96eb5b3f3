/*
 * reference_network.h - the network again, in double and as plainly as possible, for tests.
 *
 * Only the forward formulas are written down, scalar by scalar; every operation is recorded and
 * the gradient follows from the record by the chain rule. So no derivative is derived by hand
 * here, and nothing is shared with model/network but the names and shapes of the tensors.
 */
#ifndef MG_TESTS_REFERENCE_NETWORK_H
#define MG_TESTS_REFERENCE_NETWORK_H

#include <stddef.h>

#include "model/network/parameters.h"

/*
 * The weighted cross entropy of mg_transformer_loss. list gives names and shapes, value (count)
 * the parameters in list order; gradient (count) out, or NULL.
 */
double reference_loss(double *gradient, const struct mg_transformer_config *config,
                      const struct mg_parameters *list, const double *value, const int *noisy,
                      const int *clean, const float *weight, size_t n);

/*
 * logits (R, L, V) out at all positions of one row (L); mix (R) out, the components' logits, or
 * NULL where there is one component.
 */
void reference_logits(double *logits, double *mix, const struct mg_transformer_config *config,
                      const struct mg_parameters *list, const double *value, const int *row);

#endif

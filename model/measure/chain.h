/*
 * chain.h - the joint that a predictor implies by the chain rule, in any order of the targets.
 *
 * A consistent predictor (the oracle) gives one joint whatever the order; a trained one need not.
 */
#ifndef MG_MEASURE_CHAIN_H
#define MG_MEASURE_CHAIN_H

#include "model/numeric/philox.h"
#include "model/predictor/predictor.h"

/*
 * joint (V^n) out, first target slowest: prod_j q_{t(order j)}(y | context and the earlier ones).
 * context (L) and targets (n) in, the targets masked in it; order (n) a permutation of 0..n-1, the
 * turn of each target; NULL for the given order. The predictor is asked once per depth (in
 * batches); outcomes whose prefix has mass 0 are not asked.
 */
void mg_chain_joint(double *joint, struct mg_predictor *predictor, const int *context,
                    const size_t *targets, size_t n, const size_t *order);

/*
 * Largest total variation between `forward` (the chain joint in the given order) and the chain
 * joint in any other order where n! <= 24, else in reverse order and 16 orders drawn from stream
 * (element = which).
 */
double mg_chain_spread(const double *forward, struct mg_predictor *predictor, const int *context,
                       const size_t *targets, size_t n, struct mg_stream stream);

#endif

/*
 * corrected_law.h - the output law of a sampler with second thoughts (corrector.h), by its
 * transition kernel on all contexts.
 *
 * A remasking step moves every position alone, given the context: the law over contexts is pushed
 * through T such kernels from all masks. A sweep pushes the law of complete sequences through L
 * redraws of one position given the others. A rule that remembers how sure it was (remdm_conf) is
 * no kernel on contexts.
 */
#ifndef MG_MEASURE_CORRECTED_LAW_H
#define MG_MEASURE_CORRECTED_LAW_H

#include "model/diffusion/order.h"
#include "model/numeric/error.h"
#include "model/predictor/predictor.h"

/*
 * Whether the law is within reach: (V+1)^L at most 1e5 (space.h) and at most 2^27 moves; otherwise
 * MG_EUSAGE with a sentence that names the size.
 */
enum mg_status mg_corrected_law_check(const struct mg_sampler *sampler, size_t length, size_t vocab,
                                      struct mg_error *err);

/*
 * The law from all masks of a sampler with a corrector, which the check accepts: nu (V^L) out as in
 * whole_law.h, the caller frees it; nfe out: mean predictor calls of a draw. MG_NO when predictions
 * are not finite; *nu is then NULL.
 */
enum mg_status mg_corrected_law(double **nu, double *nfe, struct mg_predictor *predictor,
                                const struct mg_sampler *sampler, struct mg_error *err);

#endif

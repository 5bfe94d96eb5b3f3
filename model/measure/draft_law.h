/*
 * draft_law.h - the output law of exact drafts (draft.h), enumerated: every draft, acceptance and
 * replacement of every round, on all contexts.
 *
 * Nothing here knows that it is the chain rule's law; that is what comes out.
 */
#ifndef MG_MEASURE_DRAFT_LAW_H
#define MG_MEASURE_DRAFT_LAW_H

#include "model/diffusion/order.h"
#include "model/numeric/error.h"
#include "model/predictor/predictor.h"

struct mg_draft_cost {
    double calls; /* batched calls of a draw, mean over the sampler's own draws */
    double rows;  /* rows evaluated, likewise */
};

/*
 * Whether the law is within reach: (V+1)^L at most 1e5 (space.h) and at most 2^27 moves; otherwise
 * MG_EUSAGE with a sentence that names the size.
 */
enum mg_status mg_draft_law_check(const struct mg_sampler *sampler, size_t length, size_t vocab,
                                  struct mg_error *err);

/*
 * The law from all masks of a sampler with drafts, which the check accepts: nu (V^L) out as in
 * whole_law.h, the caller frees it. MG_NO when predictions are not finite; *nu is then NULL.
 */
enum mg_status mg_draft_law(double **nu, struct mg_draft_cost *cost, struct mg_predictor *predictor,
                            const struct mg_sampler *sampler, struct mg_error *err);

#endif

/*
 * draft.h - exact parallel drafts: several tokens a round, with the law of one at a time.
 *
 * The order sigma of the positions is fixed before decoding: that of the sampler's steps, positions
 * of one step from the left. A round at context c, k = min(draft, masks left):
 *   one call at c answers q_j for the next k positions; y_j is drawn from q_j;
 *   for k > 1 one batched call of k - 1 rows answers p_j = p(.|c, y_<j), j = 2..k (p_1 is q_1);
 *   y_j is accepted with probability min(1, p_j(y_j) / q_j(y_j)); at the first rejection the token
 *   is drawn from (p_j - q_j)+, normalised, and the round ends.
 * So each token has the law p_j given those before it: the output law is that of the chain rule
 * along sigma, with any predictor, at any temperature (p and q are tempered alike). A round takes
 * one or two calls and k rows, and reveals at least min(k, 2) tokens: never more calls than one by
 * one, never fewer rows. Source: Leviathan, Kalman, Matias 2023, arXiv:2211.17192, appendix A.1;
 * Guo, Ermon 2025, arXiv:2504.20456 (any order, the network drafts for itself).
 */
#ifndef MG_DIFFUSION_DRAFT_H
#define MG_DIFFUSION_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/diffusion/order.h"
#include "model/numeric/philox.h"
#include "model/predictor/predictor.h"

/*
 * sigma (L) out: the positions that a row (L) has masked, in the order the sampler reveals them;
 * returns how many. The sampler's order looks at no prediction and, where it draws positions
 * (random), takes one a step. rng draws them; with NULL the first of the pool is taken.
 * *by_chance out: a step left a choice; may be NULL.
 */
size_t mg_draft_order(size_t *sigma, bool *by_chance, const struct mg_sampler *sampler,
                      const int *row, size_t length, struct mg_rng *rng);

/*
 * The reverse process of a sampler with drafts; as mg_sample_rows (sampler.h), which calls it.
 * Draw d uses element first_draw + d, step 0 of the stream. nfe counts batched calls, step_of
 * rounds.
 */
void mg_draft_rows(int *tokens, int *step_of, size_t *nfe, struct mg_predictor *predictor,
                   const struct mg_sampler *sampler, size_t n, struct mg_stream stream,
                   size_t first_draw);

/* Rows that the predictor evaluated for a draw with these rounds: step_of (L), -1 for a prompt. */
size_t mg_draft_evaluated(const int *step_of, size_t length, size_t draft);

#endif

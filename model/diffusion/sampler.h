/*
 * sampler.h - the reverse process: reveal masked positions, step by step, with any predictor.
 *
 * At each step the predictor is asked once; the order picks positions; their tokens are drawn
 * independently, each from its own marginal, or for a mixture all from one component, drawn first
 * (step_law.h); orders look at the marginals (Nie et al. 2025, arXiv:2502.09992, generate).
 * Samplers with a corrector (corrector.h) or drafts (draft.h) go about it differently.
 */
#ifndef MG_DIFFUSION_SAMPLER_H
#define MG_DIFFUSION_SAMPLER_H

#include "model/diffusion/order.h"
#include "model/predictor/predictor.h"

/*
 * Draw n sequences.
 *   tokens   (n, L)  out     complete sequences
 *   step_of  (n, L)  out     step (from 0) that revealed each position, -1 for prompt; may be NULL
 *   nfe      (n)     out     predictor calls a row needed; may be NULL
 *   prompt   (L)     in      context to start from, MG_MASK where nothing is given
 *   stream           in      draw d uses element first_draw + d only
 * Rows are predicted together; a row's result depends on its own draw number alone.
 */
void mg_sample(int *tokens, int *step_of, size_t *nfe, struct mg_predictor *predictor,
               const struct mg_sampler *sampler, const int *prompt, size_t n,
               struct mg_stream stream, size_t first_draw);

/*
 * The same for rows that start from contexts of their own: tokens (n, L) in and out; what is not
 * MG_MASK at the start is that row's prompt.
 */
void mg_sample_rows(int *tokens, int *step_of, size_t *nfe, struct mg_predictor *predictor,
                    const struct mg_sampler *sampler, size_t n, struct mg_stream stream,
                    size_t first_draw);

/*
 * The predictor as this sampler hears it from a prompt (L): with its guidance, without the tokens
 * it forbids; see steered.h. *steered, out: what was made for that, which borrows the predictor and
 * is to be freed after it was asked; NULL where the sampler hears the predictor itself, which is
 * returned then. The functions above and those of laws take what they are given: their callers
 * steer.
 */
struct mg_predictor *mg_sampler_hear(struct mg_predictor **steered, struct mg_predictor *predictor,
                                     const struct mg_sampler *sampler, const int *prompt);

/* Times a predictor is asked for each answer the sampler hears: 2 with guidance. */
size_t mg_sampler_calls(const struct mg_sampler *sampler);

/* q (V) out: p^(1/T) normalised; T = 0 puts all mass on the arg-max (mg_argmax). */
void mg_temper(double *q, const double *p, size_t vocab, double temperature);

#endif

/*
 * corrector.h - second thoughts of the reverse process: tokens that were revealed are drawn again.
 *
 * Every rule is one row of mg_correctors. Two forms:
 *   remask  replaces the order by T = `steps` steps of ancestral sampling under the linear
 * schedule, a = k / T the share kept before step k and b = (k + 1) / T after it. Each position acts
 *           alone: a revealed one is masked again with probability s, a masked one is revealed,
 *           from its marginal, with probability (b - (1 - s) a) / (1 - a), which keeps the share
 *           revealed on schedule. s is at most s_max = min(1, (1 - b) / a), 0 in the last step.
 *           Source: Wang, Schiff, Sahoo, Kuleshov 2025, ReMDM, arXiv:2503.00307.
 *   sweep   after any order, `sweeps` times from the left: mask one position, draw it from its
 *           marginal given all others (Gibbs). With the oracle the source is invariant.
 */
#ifndef MG_DIFFUSION_CORRECTOR_H
#define MG_DIFFUSION_CORRECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "model/diffusion/order.h"
#include "model/numeric/philox.h"
#include "model/predictor/predictor.h"

enum mg_corrector_form {
    MG_CORRECTOR_NONE,
    MG_CORRECTOR_REMASK,
    MG_CORRECTOR_REMASK_DOUBT, /* s shared out by softmax(-p of the token when it was drawn) */
    MG_CORRECTOR_SWEEP
};

struct mg_corrector {
    const char *name; /* the word of an experiment file */
    const char *help; /* one sentence for `describe` */
    enum mg_corrector_form form;
    /* s of a step before it is held below s_max; NULL for those that do not remask */
    double (*remask)(double s_max, double kept_before, double kept_after, double eta);
};

/* The table of correctors, "none" first; n out. */
const struct mg_corrector *mg_correctors(size_t *n);

/* The row called name, or NULL. */
const struct mg_corrector *mg_corrector_find(const char *name);

/* The form of a sampler's corrector, whose pointer may be NULL: none. */
enum mg_corrector_form mg_corrector_form(const struct mg_sampler *sampler);

struct mg_remask_rates {
    double remask; /* of a revealed position; DOUBT: of all together */
    double reveal; /* of a masked one */
};

/* Rates of step `step` in [0, sampler->steps) of a sampler that remasks. */
struct mg_remask_rates mg_remask_rates(const struct mg_sampler *sampler, size_t step);

/*
 * The reverse process of a sampler that remasks; as mg_sample_rows (sampler.h), which calls it.
 * Draw d uses element first_draw + d, step 1 of the stream. nfe counts the steps that meet a mask;
 * step_of is the last step that revealed a position.
 */
void mg_remask_rows(int *tokens, int *step_of, size_t *nfe, struct mg_predictor *predictor,
                    const struct mg_sampler *sampler, size_t n, struct mg_stream stream,
                    size_t first_draw);

/*
 * Sweeps over n complete rows, tokens (n, L) in and out; positions where given (n, L) is true stay.
 * nfe (n), added to: one call a position; may be NULL. The same stream as mg_remask_rows.
 */
void mg_sweep_rows(int *tokens, size_t *nfe, struct mg_predictor *predictor,
                   const struct mg_sampler *sampler, const bool *given, size_t n,
                   struct mg_stream stream, size_t first_draw);

#endif

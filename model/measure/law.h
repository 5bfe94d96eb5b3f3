/*
 * law.h - the exact output law of a sampler with any predictor, and the ledger of its error.
 *
 * nu(x) is the probability that the sampler produces x, for every x that the source mu produces.
 * It is found by replay: all sequences of the support walk through the sampler together, as
 * contexts (revealed tokens) that they share. A context carries the data's weight
 * m_t(c), the sampler's and the blind twin's; a step passes them on for every set S of positions
 * that the rule may reveal:
 *   data     m' += m r(S|c) mu(x_S|c)
 *   twin     w' += w r(S|c) prod_{i in S} q_i(x_i|c)
 *   sampler  w' += w a(S|c,x_S) prod_{i in S} q_i(x_i|c), a = r for rules that do not look at the
 *            tokens drawn, contest.h for LLaDA's
 * with q the predictor's answer at the sampler's temperature; where that is a mixture (step_law.h),
 * summed over its components with their weights. The ledger, in nats:
 *   factorization F = sum m r (TC_mu(X_S|c) - E_mu log(q(X_S|c) / prod_{i in S} q_i(X_i|c))), the
 *                     last term, what a mixture's joint makes up for, being 0 for a product
 *   model         M = sum m r sum_{i in S} KL(mu_i(.|c) || q_i(.|c)), marginals both
 *   mixture         = KL(mu || twin) - F - M
 *   selection       = KL(mu || nu) - KL(mu || twin)
 *   order           = mixture + selection, so KL(mu || nu) = F + M + order
 * and per step order_t = D_t - D_{t-1} - F_t - M_t, D_t = KL(mu || nu^(t)), where nu^(t) follows
 * the sampler for t steps and the source from there.
 */
#ifndef MG_MEASURE_LAW_H
#define MG_MEASURE_LAW_H

#include <stddef.h>

#include "model/diffusion/order.h"
#include "model/numeric/error.h"
#include "model/predictor/predictor.h"
#include "model/source/source.h"

/* Moves (a sequence of the support passing one step one way) that a law may take at most. */
#define MG_LAW_MOVES_MAX   67108864.0 /* 2^26, under half a minute and 2 GB */
#define MG_LAW_SUPPORT_MAX 4194304.0  /* 2^22 sequences, listed */

struct mg_law_step {
    double factorization_nats;
    double model_nats; /* INFINITY where the predictor excludes what the source produces */
    double order_nats; /* NaN when model_nats is infinite */
};

struct mg_law {
    size_t n;         /* sequences of the support that agree with the prompt */
    double *mu;       /* (n) their probability given the prompt, in lexicographic order */
    double *nu;       /* (n) the sampler's */
    double kl_nats;   /* KL(mu || nu); INFINITY when the sampler never produces some x */
    double coherence; /* sum of nu: the sampler's mass on the support */
    double nfe;       /* mean predictor calls, sequences from the source; whole ones are exact */
    double factorization_nats;
    double model_nats;
    double mixture_nats; /* this and the next two are NaN when infinities cancel */
    double selection_nats;
    double order_nats;
    struct mg_law_step *steps; /* (n_steps) */
    size_t n_steps;
};

/*
 * Moves that the law of this sampler takes at least: exact for orders that do not look at
 * predictions, without ties for those that do. prompt (L) or NULL for all masks.
 */
double mg_law_moves(const struct mg_source *source, const struct mg_sampler *sampler,
                    const int *prompt);

/*
 * The law from a prompt of positive probability with at least one mask (NULL: all masks), of a
 * source with an oracle and at most MG_LAW_SUPPORT_MAX sequences.
 * MG_OK: *law is the caller's (mg_law_free). MG_UNDECIDED when the walk needs more than moves_max
 * moves, MG_NO when predictions are not finite.
 */
enum mg_status mg_law_walk(struct mg_law **law, struct mg_predictor *predictor,
                           const struct mg_source *source, const struct mg_sampler *sampler,
                           const int *prompt, double moves_max, struct mg_error *err);
void mg_law_free(struct mg_law *law); /* NULL is fine */

#endif

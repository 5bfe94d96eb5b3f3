/*
 * law_estimate.h - the error of a sampler where its output law is too large to walk.
 *
 * Along one order of reveals the sampler has a probability for a sequence x, and so does the
 * source: with S_t the positions of step t and c_t what was revealed before,
 *     log mu(x) / path(x) = sum_t log mu(x_S|c) / prod_{i in S} q_i(x_i|c),
 * whose mean over x from the source and over the sampler's choices of positions is F + M of law.h.
 * For a rule without choices path(x) is the law nu(x), and F + M = KL(mu || nu). For a rule that
 * chooses at random, nu is the mean of paths, and F + M is above the KL by the mixture term
 * (Jensen): a bound. A rule that looks at the tokens it draws is neither.
 */
#ifndef MG_MEASURE_LAW_ESTIMATE_H
#define MG_MEASURE_LAW_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/measure/law.h"
#include "model/numeric/philox.h"

struct mg_law_estimate {
    const char *kind;     /* the word of sampler_error.kind; a constant */
    double nfe;           /* mean predictor calls, sequences from the source */
    double kl_nats;       /* F + M: KL(mu || nu), or above it (path_bound); may be INFINITY */
    double kl_se_nats;    /* standard error of kl_nats; NaN where nothing was drawn, or infinite */
    double model_se_nats; /* likewise of model_nats */
    double factorization_nats;
    double model_nats;
    double order_nats;         /* 0 without choices, NaN (unknown, at most 0) for a bound */
    struct mg_law_step *steps; /* (n_steps) order_nats as above */
    size_t n_steps;
};

/*
 * Exact, for the oracle as predictor at temperature 1 and orders that look at nothing:
 *   closed_form  fixed orders: the sum of conditional total correlations;
 *   path_bound   random order without blocks: its mean over orders, from the information curve.
 * True when it applies; *estimate is then the caller's (mg_law_estimate_free).
 */
bool mg_law_closed(struct mg_law_estimate **estimate, const struct mg_predictor *predictor,
                   const struct mg_source *source, const struct mg_sampler *sampler);

/*
 * The same closed forms of F with any predictor and temperature: F is the source's and the order's
 * alone where the order looks at nothing. model_nats is 0 in it. False where there is none.
 */
bool mg_law_factorization(struct mg_law_estimate **estimate, const struct mg_source *source,
                          const struct mg_sampler *sampler);

/* Put an exact F in place of an estimated one: what is left of the standard error is M's. */
void mg_law_replace_factorization(struct mg_law_estimate *estimate,
                                  const struct mg_law_estimate *exact);

/*
 * From `draws` >= 2 sequences of a source with an oracle, replayed through a sampler that does not
 * look at drawn tokens, with any predictor. F is the mean of log mu(x_S|c) / prod mu_i(x_i|c) and
 * M that of KL(mu_i(.|c) || q_i(.|c)), exact in each context. Kind monte_carlo, or path_bound when
 * a draw met a choice of positions. Draw d uses element d of the stream, whatever the sampler.
 * MG_NO when a prediction is not finite.
 */
enum mg_status mg_law_monte_carlo(struct mg_law_estimate **estimate, struct mg_predictor *predictor,
                                  const struct mg_source *source, const struct mg_sampler *sampler,
                                  size_t draws, struct mg_stream stream, struct mg_error *err);

void mg_law_estimate_free(struct mg_law_estimate *estimate); /* NULL is fine */

#endif

/*
 * step_law.h - what a predictor says about a step: the joint law that its tokens are drawn from.
 *
 * With probability weights[r] every masked position is drawn from part r, independently. For a
 * predictor of marginals that is one product, R = 1; for a mixture head (model/network/mixture.h)
 * all tokens of a step come from one component, and the marginals are the mean of the parts.
 */
#ifndef MG_DIFFUSION_STEP_LAW_H
#define MG_DIFFUSION_STEP_LAW_H

#include "model/numeric/philox.h"
#include "model/predictor/predictor.h"

/* The answers to up to `capacity` rows. */
struct mg_step_laws {
    size_t components; /* R */
    size_t length;     /* L */
    size_t vocab;      /* V */
    double *probs;     /* (capacity, L, V) marginals, as mg_predict's */
    double *weights;   /* (capacity, R) each row sums to 1 */
    double *parts;     /* (capacity, R, L, V); probs itself where R = 1 */
};

/* The answer to one row, borrowed. */
struct mg_step_law {
    size_t components;
    size_t length;
    size_t vocab;
    const double *probs;   /* (L, V) */
    const double *weights; /* (R) */
    const double *parts;   /* (R, L, V) */
};

void mg_step_laws_init(struct mg_step_laws *answers, const struct mg_predictor *predictor,
                       size_t capacity);
void mg_step_laws_release(struct mg_step_laws *answers);

/* Ask for n <= capacity rows (n, L). */
void mg_step_laws_ask(struct mg_step_laws *answers, struct mg_predictor *predictor, const int *rows,
                      size_t n);

/* The answer to row k of those asked for last. */
struct mg_step_law mg_step_laws_at(const struct mg_step_laws *answers, size_t k);

/* Are the first n answers numbers? */
bool mg_step_laws_finite(const struct mg_step_laws *answers, size_t n);

/* tempered (R, L, V) out: every part at the masked positions of context (L), see mg_temper. */
void mg_step_law_temper(double *tempered, const struct mg_step_law *answer, const int *context,
                        double temperature);

/* The part that a step draws from, (L, V); without a choice nothing is drawn. */
const double *mg_step_law_draw(const struct mg_step_law *answer, struct mg_rng *rng);

/*
 * before + log sum_r weights[r] prod_{i in set} of part r, the parts here at a temperature
 * (R, L, V): the log probability that a step which reveals set (n_set positions) finds tokens (L)
 * there, added in that order to what came before. -INFINITY where it cannot.
 */
double mg_step_law_log_joint(double before, const struct mg_step_law *answer,
                             const double *tempered, const size_t *set, size_t n_set,
                             const int *tokens);

#endif

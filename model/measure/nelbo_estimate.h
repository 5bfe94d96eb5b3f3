/*
 * nelbo_estimate.h - Monte Carlo estimates of the NELBO: masks drawn, losses weighted.
 *
 * LLaDA's estimate (arXiv:2502.09992, get_log_likelihood.py) masks other numbers of positions in
 * each row of a batch of b = 16, weight L/x_j: k uniform on 1..L, then x_j = k + j L/b, rounded,
 * half to even, and taken around the circle 1..L. Where b does not divide L some are halves, whose
 * rounding prefers some numbers of masks to others (L = 8: an even one is three times as likely as
 * an odd one), so the mean of the estimate is the NELBO where b divides L, and near it elsewhere.
 */
#ifndef MG_MEASURE_NELBO_ESTIMATE_H
#define MG_MEASURE_NELBO_ESTIMATE_H

#include "model/measure/likelihood.h"
#include "model/measure/measure.h"
#include "model/numeric/statistics.h"

/* Rows of one batch of LLaDA's estimate: the b of get_log_likelihood.py. */
#define MG_LLADA_ROWS 16

/* One way to draw masks. */
struct mg_nelbo_estimator {
    const char *quantity;    /* names of rows of `information` */
    const char *quantity_sd; /* standard deviation of one draw */
    size_t rows;             /* of one sequence, whose mean loss is one draw */
    /* What it has as its mean, of a predictor's sums. */
    double (*mean_nats)(const struct mg_likelihood *likelihood);
    /*
     * Mask the j-th of these rows, clean, in place (or of what is between left and right, L long);
     * returns the weight of its masked positions. first: what row 0 leaves to the others.
     */
    double (*corrupt)(int *row, size_t length, size_t j, size_t *first, struct mg_rng *rng);
};

/* The table of estimates; n out. */
const struct mg_nelbo_estimator *mg_nelbo_estimators(size_t *n);

/*
 * Add draws to moments, nats per sequence, from about `rows` rows: whole draws, at least one. The
 * input's left and right tokens are never masked: nats of what is between, given them. Row d
 * uses element d of the order stream and, as step, the estimate's place in the table.
 */
void mg_nelbo_estimate(struct mg_moments *moments, const struct mg_nelbo_estimator *estimator,
                       const struct mg_measure_input *input, size_t rows);

/* x_j, j < MG_LLADA_ROWS, of the first number of masks k in 1..length. */
size_t mg_nelbo_llada_masks(size_t k, size_t j, size_t length);

#endif

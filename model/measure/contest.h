/*
 * contest.h - LLaDA's low-confidence rule as a contest: which positions win, with what probability.
 *
 * At a context every candidate j draws a token y_j ~ q_j (the sampler's temperature applied) and
 * competes with the probability p_j(y_j) of what it drew; the `take` best win, their tokens stay,
 * the other draws are discarded. So the choice of positions depends on the tokens. With theta the
 * smallest score in the winning set S:
 *   a(S | c, x_S)  P(S wins | its draws are x_S)
 *     ties lowest:  i* the highest position of S with score theta; the product over j not in S of
 *                   P(score_j < theta, or = theta and j > i*)
 *     ties uniform: sum_u P(u outside tie at theta, all others below) / C(t + u, t), t ties in S
 *   r(S | c)       P(S wins) = E over x_S of a, by summing over theta instead of over tokens.
 * No draw is enumerated: V^n never appears. Scores are compared after rounding (order.h).
 */
#ifndef MG_MEASURE_CONTEST_H
#define MG_MEASURE_CONTEST_H

#include <stdbool.h>
#include <stddef.h>

#include "model/diffusion/order.h"

struct mg_contest;

/* Working memory for contests of at most length candidates and vocab tokens each. */
struct mg_contest *mg_contest_new(size_t length, size_t vocab, enum mg_ties ties);
void mg_contest_free(struct mg_contest *contest); /* NULL is fine */

/*
 * Set up the contest of a context. confidence (L, V) what a token competes with
 * (mg_order_confidence) and q (L, V) what tokens are drawn from, in; at (n) the candidates,
 * ascending.
 */
void mg_contest_set(struct mg_contest *contest, const double *confidence, const double *q,
                    const size_t *at, size_t n);

/* r(S | c); wins (n): which candidates are in S, at least one. */
double mg_contest_wins(struct mg_contest *contest, const bool *wins);

/*
 * a(S | c, x_S); token (n): the token of each candidate, read where it is in S; each must have
 * positive probability in q.
 */
double mg_contest_wins_with(struct mg_contest *contest, const bool *wins, const int *token);

/* Binomial coefficient C(n, k), k <= n, as a double: how many sets a pool allows. */
double mg_choose(size_t n, size_t k);

#endif

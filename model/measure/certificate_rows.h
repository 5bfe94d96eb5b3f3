/*
 * certificate_rows.h - what confidences promise about a parallel step, beside the truth, as rows.
 *
 * A step reveals n positions S at a context c. With p_i the predictor's marginals, c_i their
 * largest probabilities, a_i their arg-max and eps = max (1 - c_i):
 *   frechet_lower  max(0, 1 - sum (1 - c_i)) <= mu(X_S = a_S | c)
 *   frechet_upper  min c_i >= the same
 *   greedy         (n + 1) eps <= 1: a_S is the likeliest value of X_S
 *   tv             TV(mu(X_S|c), prod p_i) <= (3 n - 1) eps / 2, at most 1
 *   kl_nats        KL(mu(X_S|c) || prod p_i) <= (n - 1) (h(eps) + eps log(V - 1))
 * Source: Frechet 1935; Wu et al. 2025, Fast-dLLM, arXiv:2505.22618, theorem 1. All five hold when
 * the p_i are true marginals; with a network a violation measures its calibration.
 *
 * greedy counts only steps that it certifies; the last three need the joint, so only steps with
 * V^n <= 512, and tv and kl_nats all of p_i. Without an oracle there is no truth: every step counts
 * with its promise alone.
 */
#ifndef MG_MEASURE_CERTIFICATE_ROWS_H
#define MG_MEASURE_CERTIFICATE_ROWS_H

#include <stddef.h>

#include "model/measure/rows.h"
#include "model/source/source.h"

struct mg_certificate;

/* A step of a decoding, all borrowed. */
struct mg_certified {
    size_t step;        /* from 0 */
    const int *context; /* (L) what is revealed before it; occurs, where the source knows */
    const size_t *set;  /* (n) positions that it reveals */
    size_t n;
    const double *top1;         /* (n) c_i */
    const int *best;            /* (n) a_i */
    const double *const *probs; /* (n) p_i (V) each; NULL: not all of them are known */
};

/* No step judged yet; the source is borrowed. */
struct mg_certificate *mg_certificate_new(const struct mg_source *source);
void mg_certificate_free(struct mg_certificate *certificate); /* NULL is fine */

/* Count a step: what it promises, and the truth where the source knows it. */
void mg_certificate_judge(struct mg_certificate *certificate, const struct mg_certified *step);

/* Rows of `certificates`; then no step is judged any more. */
void mg_certificate_emit(struct mg_certificate *certificate, struct mg_sink *sink,
                         const char *sampler);

#endif

/*
 * outlook.h - what a predictor says at the positions asked for, when V is too large to list.
 *
 * The k likeliest tokens with the mass of all others, the entropy, and chosen tokens' own log
 * probabilities: of LLaDA's 126464 tokens a probe needs a few. Any predictor can be asked; one over
 * borrowed weights never makes the (L, V) array.
 */
#ifndef MG_PREDICTOR_OUTLOOK_H
#define MG_PREDICTOR_OUTLOOK_H

#include <stddef.h>

#include "model/predictor/predictor.h"

struct mg_outlook {
    size_t k;             /* in: at most V */
    const int *chosen;    /* (n_chosen) in: token ids */
    size_t n_chosen;      /* in */
    int *tokens;          /* (n, k) out: the likeliest first, of equals the lowest id */
    double *probs;        /* (n, k) out */
    double *tail;         /* (n) out: mass of the tokens that are not listed */
    double *entropy_nats; /* (n) out: of the whole distribution */
    double *chosen_nats;  /* (n, n_chosen) out: log probability, -inf where it is 0 */
};

/*
 * Ask at the positions of a row (L) where asked (L) is MG_MASK, which the row must mask too; n is
 * their number, in the order of the row. Returns n. Sums are in double.
 */
size_t mg_predict_outlook(struct mg_predictor *predictor, struct mg_outlook *outlook,
                          const int *row, const int *asked);

/* The i-th position of an outlook from its V logits (float), log-sum-exp in double. */
void mg_outlook_from_logits(struct mg_outlook *outlook, size_t i, const float *logits, size_t V);

/* The same from probabilities. */
void mg_outlook_from_probs(struct mg_outlook *outlook, size_t i, const double *probs, size_t V);

#endif

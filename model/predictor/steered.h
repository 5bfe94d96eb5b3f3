/*
 * steered.h - a predictor whose answers are steered on the way to a sampler: classifier-free
 * guidance, tokens that are forbidden.
 *
 * Guidance: with c the logits of a row and u those of the same row with the prompt's tokens masked,
 * the sampler hears u + (1 + s)(c - u), that is c^(1+s) / u^s of the probabilities, normalised.
 * Forbidden tokens have no probability, the others' add up to 1 again.
 * Source: Nie et al. 2025, LLaDA, arXiv:2502.09992, appendix B.3, and its generate.py: guidance,
 * then logits_eos_inf, then temperature.
 */
#ifndef MG_PREDICTOR_STEERED_H
#define MG_PREDICTOR_STEERED_H

#include "model/predictor/predictor.h"

/* How; nothing is steered with guidance 0 and no token forbidden. */
struct mg_steering {
    double guidance;   /* s >= 0 */
    const int *prompt; /* (L) tokens given at the start, else MG_MASK; read where guidance > 0 */
    const int *forbid; /* (n_forbid) distinct tokens, not all of them */
    size_t n_forbid;
};

/*
 * The predictor, steered; inner is borrowed and must outlive it, the steering is copied. Every
 * answer asks inner twice with guidance, else once. Of a mixture every part is steered, and with
 * guidance its weights as the probabilities are. Where u has no probability and c has (which two
 * rows of logits never do) all of it goes there; a row that inner says is not possible keeps
 * inner's answer; where inner allows forbidden tokens alone, the others are alike.
 */
struct mg_predictor *mg_steered_new(struct mg_predictor *inner, const struct mg_steering *steering);

#endif

/*
 * drafts.h - the law and the cost of samplers with drafts, played out by hand.
 *
 * The chain rule along every order by products of single predictions, and every round over all
 * joint drafts and all fates of each; with a predictor that is as wrong as can be: independent
 * random laws for every context and position.
 */
#ifndef MG_TESTS_SUPPORT_DRAFTS_H
#define MG_TESTS_SUPPORT_DRAFTS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/diffusion/sampler.h"
#include "model/predictor/predictor.h"

/* Positions, tokens, and sequences of them (V^L); fixed orders. */
enum { DRAFT_L = 4, DRAFT_V = 3, DRAFT_ALL = 81, DRAFT_ORDERS = 6 };

extern struct mg_predictor draft_noise; /* its answers fit no joint law */

/* One token or two steps, whichever the order takes. */
struct mg_sampler draft_sampler(const char *order, size_t draft);

/* The orders that are fixed before decoding, each as the list of positions it means. */
struct draft_order {
    const char *name;
    size_t sigma[DRAFT_L];
    bool any; /* each list is as likely */
};
extern const struct draft_order draft_orders[DRAFT_ORDERS];

/* Tokens (L) out of the index of a sequence, and back. */
size_t draft_index(const int *row);
void draft_tokens(int *row, size_t index);

struct draft_expected {
    struct mg_predictor *predictor;
    double temperature;
    size_t draft;
    double chain[DRAFT_ALL];  /* out: by the chain rule */
    double played[DRAFT_ALL]; /* out: by rounds */
    double calls;             /* out: mean of predictor calls, and of rows evaluated */
    double rows;
};

/* Add to what is out, all 0 before: all permutations of the positions, or the one order. */
void draft_expect(struct draft_expected *expected, size_t order);

#endif

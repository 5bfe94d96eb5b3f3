/*
 * order.h - reveal orders: which masked positions one reverse step reveals.
 *
 * Every rule is one row of mg_orders. What a rule decides at a step has one form, struct
 * mg_selection: positions that are surely revealed, and a pool of which `take` are revealed,
 * every subset of that size equally likely. A sampler draws from the pool; the exact law sums
 * over it. Random order is an empty sure set with all masked positions in the pool; a rank rule
 * has its ties in the pool (or, with ties lowest, none).
 *
 * Scores are rounded to 12 decimals before they are compared; thresholds are met within 1e-12.
 */
#ifndef MG_DIFFUSION_ORDER_H
#define MG_DIFFUSION_ORDER_H

#include <stdbool.h>
#include <stddef.h>

enum mg_ties { MG_TIES_LOWEST, MG_TIES_UNIFORM };

/* What a sampler of this order must say about how many positions a step reveals. */
enum mg_sizing {
    MG_SIZING_COUNT,     /* per_step or steps, exactly one of them */
    MG_SIZING_STEPS,     /* steps only (strided) */
    MG_SIZING_PARTITION, /* the partition says it (fixed) */
    MG_SIZING_TAU,       /* a threshold (threshold, frechet) */
    MG_SIZING_GAMMA,     /* a budget (entropy_budget, factor) */
    MG_SIZING_NONE       /* the rule says it (bisect) */
};

struct mg_order;
struct mg_corrector;

/* One way to run the reverse process; made by the harness from an experiment file. */
struct mg_sampler {
    char name[65];
    const struct mg_order *order;
    size_t per_step;    /* positions a step, 0 when steps is given */
    size_t steps;       /* steps for all (with block: divided evenly over the blocks), or 0 */
    size_t block;       /* block length confining the order, 0 for none */
    double temperature; /* tokens are drawn from p^(1/T) normalised; T = 0 takes the arg-max */
    enum mg_ties ties;
    double tau;       /* threshold, frechet: a probability */
    double gamma;     /* entropy_budget: nats; factor: Fast-dLLM's f */
    size_t *group_of; /* fixed, optimal: the step that reveals each position (L); owned by
                         the sampler's maker; NULL otherwise */
    const struct mg_corrector *corrector; /* corrector.h; NULL: none */
    double eta;                           /* remdm_cap, remdm_rescale: in [0, 1] */
    size_t sweeps;                        /* gibbs */
    size_t draft;                         /* draft.h: tokens drafted at once; 0: no drafts */
    double guidance; /* classifier-free, steered.h: s, 0 for none; asks twice a step */
    int *forbid;     /* (n_forbid) tokens never drawn, steered.h */
    size_t n_forbid;
    int *defer; /* (n_defer) tokens whose confidence counts as 0; low_confidence */
    size_t n_defer;
    bool block_from_prompt; /* blocks are counted from the first position to reveal, else from 0 */
};

/* What a rule may look at. */
struct mg_order_view {
    const struct mg_sampler *sampler;
    size_t length;       /* L */
    size_t vocab;        /* V */
    const int *context;  /* (L) tokens, MG_MASK where masked; at least one mask */
    const bool *prompt;  /* (L) true where the token was given at the start; NULL: nowhere */
    const double *probs; /* (L, V) predictions, the sampler's temperature NOT applied */
    const double *drawn; /* (L) low_confidence: mg_order_confidence of the token drawn for each
                            masked position; NULL for all other rules */
};

struct mg_selection {
    size_t *sure; /* positions revealed in any case, ascending; capacity L */
    size_t n_sure;
    size_t *pool; /* positions of which `take` are revealed, ascending; capacity L */
    size_t n_pool;
    size_t take; /* 0 when the pool is empty; n_sure + take >= 1 */
};

struct mg_order {
    const char *name; /* the word of an experiment file */
    const char *help; /* one sentence for `describe` */
    enum mg_sizing sizing;
    bool looks_at_probs; /* adaptive: the choice depends on predictions */
    bool looks_at_drawn; /* value-dependent: needs mg_order_view.drawn (LLaDA's rule) */
    void (*select)(struct mg_selection *selection, const struct mg_order_view *view);
};

/* The table of reveal orders; n out. */
const struct mg_order *mg_orders(size_t *n);

/* The row called name, or NULL. */
const struct mg_order *mg_order_find(const char *name);

/* Apply the sampler's rule; selection's arrays are the caller's, each of capacity L. */
void mg_order_select(struct mg_selection *selection, const struct mg_order_view *view);

/*
 * Where block 0 begins: at position 0, or with block_from_prompt at the first position that prompt
 * (L; NULL: nothing) does not give. A position before it is in no block; it has no mask.
 */
size_t mg_order_first_block(const struct mg_sampler *sampler, const bool *prompt, size_t length);

/*
 * confidence (V) out: what LLaDA's rule ranks a position by, for each token it may draw there: p,
 * or with tokens deferred 0 for them and p without them, normalised, for the others (generate.py,
 * confidence_eos_eot_inf: their logits become -infinity before the softmax).
 */
void mg_order_confidence(double *confidence, const double *p, size_t vocab,
                         const struct mg_sampler *sampler);

/*
 * The masked positions the coming step may choose among: all, or with `block` those of the first
 * block that has a mask. at (L) out, ascending; returns how many. *count, if not NULL: how many of
 * them a COUNT sampler reveals.
 */
size_t mg_order_candidates(size_t *at, size_t *count, const struct mg_order_view *view);

/*
 * How many positions the coming step of a COUNT sampler reveals, given that `masked` of the
 * `total` positions it will ever reveal (with `block`: in the current block, and steps are those
 * of the block) are still masked. steps: as even as possible, larger first;
 * per_step: min(per_step, masked).
 */
size_t mg_order_step_size(const struct mg_sampler *sampler, size_t masked, size_t total);

#endif

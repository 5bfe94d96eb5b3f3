/*
 * order_rules.h - the rules behind the table of reveal orders; see order.h for what each means.
 *
 * Each is mg_order.select: it looks at a view and fills a selection.
 */
#ifndef MG_DIFFUSION_ORDER_RULES_H
#define MG_DIFFUSION_ORDER_RULES_H

#include "model/diffusion/order.h"

/* What one step may choose from. */
struct mg_order_scope {
    size_t *at; /* (n) masked positions, ascending; release with free() */
    size_t n;
    size_t lo, hi; /* positions of the current block, lo <= at[i] < hi; the row without blocks */
    size_t steps;  /* the sampler's steps for this block, 0 without */
    size_t count;  /* positions a COUNT sampler reveals now */
};

struct mg_order_scope mg_order_scope_new(const struct mg_order_view *view);

void mg_rule_random(struct mg_selection *selection, const struct mg_order_view *view);
void mg_rule_left_to_right(struct mg_selection *selection, const struct mg_order_view *view);
void mg_rule_right_to_left(struct mg_selection *selection, const struct mg_order_view *view);
void mg_rule_confidence(struct mg_selection *selection, const struct mg_order_view *view);
void mg_rule_margin(struct mg_selection *selection, const struct mg_order_view *view);
void mg_rule_entropy(struct mg_selection *selection, const struct mg_order_view *view);
void mg_rule_low_confidence(struct mg_selection *selection, const struct mg_order_view *view);
void mg_rule_strided(struct mg_selection *selection, const struct mg_order_view *view);
void mg_rule_bisect(struct mg_selection *selection, const struct mg_order_view *view);
void mg_rule_fixed(struct mg_selection *selection, const struct mg_order_view *view);
void mg_rule_threshold(struct mg_selection *selection, const struct mg_order_view *view);
void mg_rule_entropy_budget(struct mg_selection *selection, const struct mg_order_view *view);
void mg_rule_factor(struct mg_selection *selection, const struct mg_order_view *view);
void mg_rule_frechet(struct mg_selection *selection, const struct mg_order_view *view);

#endif

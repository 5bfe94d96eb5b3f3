/* order.c - the table of reveal orders, blocks and step sizes; see order.h. */
#include "model/diffusion/order.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/diffusion/order_rules.h"
#include "model/numeric/arena.h"
#include "model/source/source.h"

static const struct mg_order ORDERS[] = {
    {"random", "any masked positions, all subsets equally likely (LLaDA's random remasking)",
     MG_SIZING_COUNT, false, false, mg_rule_random},
    {"left_to_right", "the leftmost masked positions", MG_SIZING_COUNT, false, false,
     mg_rule_left_to_right},
    {"right_to_left", "the rightmost masked positions", MG_SIZING_COUNT, false, false,
     mg_rule_right_to_left},
    {"confidence", "largest probability first", MG_SIZING_COUNT, true, false, mg_rule_confidence},
    {"margin", "largest gap between the two likeliest tokens first", MG_SIZING_COUNT, true, false,
     mg_rule_margin},
    {"entropy", "lowest entropy first", MG_SIZING_COUNT, true, false, mg_rule_entropy},
    {"low_confidence",
     "largest probability of the token just drawn first (LLaDA's low-confidence remasking)",
     MG_SIZING_COUNT, true, true, mg_rule_low_confidence},
    {"optimal", "the best partition found for the source", MG_SIZING_COUNT, false, false,
     mg_rule_fixed},
    {"strided", "every n-th position of n steps, offsets in bit-reversed order", MG_SIZING_STEPS,
     false, false, mg_rule_strided},
    {"bisect", "the middle of every run of masks", MG_SIZING_NONE, false, false, mg_rule_bisect},
    {"fixed", "the groups of a given partition, one a step", MG_SIZING_PARTITION, false, false,
     mg_rule_fixed},
    {"threshold", "all whose largest probability is at least tau, or the likeliest one",
     MG_SIZING_TAU, true, false, mg_rule_threshold},
    {"entropy_budget",
     "by rising entropy, as many as have entropies, the largest left out, of at most gamma nats",
     MG_SIZING_GAMMA, true, false, mg_rule_entropy_budget},
    {"factor",
     "by falling probability c, the largest n with (n + 1)(1 - c_n) < gamma (Fast-dLLM's factor)",
     MG_SIZING_GAMMA, true, false, mg_rule_factor},
    {"frechet",
     "by falling probability, as many as are all arg-max with probability tau by Frechet's bound",
     MG_SIZING_TAU, true, false, mg_rule_frechet},
};

enum { ORDER_COUNT = sizeof(ORDERS) / sizeof(ORDERS[0]) };

const struct mg_order *mg_orders(size_t *n)
{
    assert(n != NULL);
    *n = ORDER_COUNT;
    return ORDERS;
}

const struct mg_order *mg_order_find(const char *name)
{
    assert(name != NULL);
    for (size_t i = 0; i < ORDER_COUNT; i++) {
        if (strcmp(ORDERS[i].name, name) == 0) {
            return &ORDERS[i];
        }
    }
    return NULL;
}

size_t mg_order_step_size(const struct mg_sampler *sampler, size_t masked, size_t total)
{
    const size_t revealed = total - masked;
    size_t size;

    assert(masked >= 1 && masked <= total);
    assert((sampler->per_step == 0) != (sampler->steps == 0));
    if (sampler->per_step > 0) {
        size = sampler->per_step;
    } else {
        const size_t small = total / sampler->steps;
        const size_t larger = total % sampler->steps; /* the first steps take one more */

        size = revealed < larger * (small + 1) ? small + 1 : small;
    }
    return size < masked ? size : masked;
}

/* Positions of [lo, hi) that the sampler has to reveal, now or earlier. */
static size_t own_positions(const struct mg_order_view *view, size_t lo, size_t hi)
{
    size_t n = 0;

    for (size_t i = lo; i < hi; i++) {
        n += view->prompt == NULL || !view->prompt[i];
    }
    return n;
}

size_t mg_order_first_block(const struct mg_sampler *sampler, const bool *prompt, size_t length)
{
    size_t first = 0;

    while (sampler->block_from_prompt && prompt != NULL && first < length && prompt[first]) {
        first++;
    }
    return first;
}

void mg_order_confidence(double *confidence, const double *p, size_t vocab,
                         const struct mg_sampler *sampler)
{
    double total = 0.0;

    memcpy(confidence, p, vocab * sizeof(*confidence));
    for (size_t i = 0; i < sampler->n_defer; i++) {
        confidence[sampler->defer[i]] = 0.0;
    }
    for (size_t v = 0; v < vocab && sampler->n_defer > 0; v++) {
        total += confidence[v];
    }
    for (size_t v = 0; v < vocab && total > 0.0; v++) {
        confidence[v] /= total;
    }
}

/* This block's share of the sampler's steps: even over the blocks with own positions, at least 1.
 */
static size_t steps_of_block(const struct mg_order_view *view, size_t current)
{
    const size_t block = view->sampler->block;
    size_t blocks = 0;
    size_t before = 0;
    size_t share;

    for (size_t lo = mg_order_first_block(view->sampler, view->prompt, view->length);
         lo < view->length; lo += block) {
        const size_t hi = lo + block < view->length ? lo + block : view->length;
        const bool own = own_positions(view, lo, hi) > 0;

        blocks += own;
        before += own && lo < current;
    }
    share = view->sampler->steps / blocks + (before < view->sampler->steps % blocks);
    return share > 0 ? share : 1;
}

struct mg_order_scope mg_order_scope_new(const struct mg_order_view *view)
{
    const struct mg_sampler *sampler = view->sampler;
    struct mg_order_scope scope = {.hi = view->length, .steps = sampler->steps};
    size_t first = 0;

    while (first < view->length && view->context[first] != MG_MASK) {
        first++;
    }
    assert(first < view->length);
    if (sampler->block > 0) {
        scope.lo = mg_order_first_block(sampler, view->prompt, view->length);
        scope.lo += (first - scope.lo) / sampler->block * sampler->block;
        scope.hi =
            scope.lo + sampler->block < view->length ? scope.lo + sampler->block : view->length;
        scope.steps = sampler->steps == 0 ? 0 : steps_of_block(view, scope.lo);
    }
    scope.at = mg_allocate(scope.hi - scope.lo, sizeof(scope.at[0]));
    for (size_t i = first; i < scope.hi; i++) {
        if (view->context[i] == MG_MASK) {
            scope.at[scope.n++] = i;
        }
    }
    if (sampler->order->sizing == MG_SIZING_COUNT && (sampler->per_step > 0 || scope.steps > 0)) {
        const struct mg_sampler block = {.per_step = sampler->per_step, .steps = scope.steps};

        scope.count = mg_order_step_size(&block, scope.n, own_positions(view, scope.lo, scope.hi));
    }
    return scope;
}

size_t mg_order_candidates(size_t *at, size_t *count, const struct mg_order_view *view)
{
    const struct mg_order_scope scope = mg_order_scope_new(view);

    memcpy(at, scope.at, scope.n * sizeof(at[0]));
    if (count != NULL) {
        *count = scope.count;
    }
    free(scope.at);
    return scope.n;
}

void mg_order_select(struct mg_selection *selection, const struct mg_order_view *view)
{
    assert(!view->sampler->order->looks_at_drawn || view->drawn != NULL);
    selection->n_sure = 0;
    selection->n_pool = 0;
    selection->take = 0;
    view->sampler->order->select(selection, view);
    assert(selection->n_sure + selection->take >= 1);
    assert(selection->take < selection->n_pool || selection->n_pool == 0);
}

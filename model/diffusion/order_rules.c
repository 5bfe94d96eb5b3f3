/* order_rules.c - the rules behind the table of reveal orders; see order_rules.h. */
#include "model/diffusion/order_rules.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"

static const double MET_WITHIN = 1e-12; /* of tau and gamma */

static void reveal(struct mg_selection *selection, size_t position)
{
    selection->sure[selection->n_sure++] = position;
}

void mg_rule_random(struct mg_selection *selection, const struct mg_order_view *view)
{
    struct mg_order_scope scope = mg_order_scope_new(view);

    for (size_t i = 0; i < scope.n; i++) {
        if (scope.count == scope.n) {
            reveal(selection, scope.at[i]);
        } else {
            selection->pool[selection->n_pool++] = scope.at[i];
            selection->take = scope.count;
        }
    }
    free(scope.at);
}

void mg_rule_left_to_right(struct mg_selection *selection, const struct mg_order_view *view)
{
    struct mg_order_scope scope = mg_order_scope_new(view);

    for (size_t i = 0; i < scope.count; i++) {
        reveal(selection, scope.at[i]);
    }
    free(scope.at);
}

void mg_rule_right_to_left(struct mg_selection *selection, const struct mg_order_view *view)
{
    struct mg_order_scope scope = mg_order_scope_new(view);

    for (size_t i = scope.n - scope.count; i < scope.n; i++) {
        reveal(selection, scope.at[i]);
    }
    free(scope.at);
}

/* ------ scores: larger is revealed earlier ------ */

typedef double score_of_row(const double *p, size_t vocab);

static double largest_probability(const double *p, size_t vocab)
{
    double largest = p[0];

    for (size_t v = 1; v < vocab; v++) {
        largest = p[v] > largest ? p[v] : largest;
    }
    return largest;
}

static double probability_margin(const double *p, size_t vocab)
{
    double first = p[0];
    double second = 0.0;

    for (size_t v = 1; v < vocab; v++) {
        if (p[v] > first) {
            second = first;
            first = p[v];
        } else if (p[v] > second) {
            second = p[v];
        }
    }
    return first - second;
}

static double negative_entropy(const double *p, size_t vocab)
{
    double sum = 0.0;

    for (size_t v = 0; v < vocab; v++) {
        sum += p[v] > 0.0 ? p[v] * log(p[v]) : 0.0;
    }
    return sum;
}

/* Scores of the scope's positions, as given and not yet rounded; release with free(). */
static double *scores_new(const struct mg_order_scope *scope, const struct mg_order_view *view,
                          score_of_row *score)
{
    double *scores = mg_allocate(scope->n, sizeof(scores[0]));

    for (size_t i = 0; i < scope->n; i++) {
        scores[i] = score(view->probs + scope->at[i] * view->vocab, view->vocab);
    }
    return scores;
}

static int falling(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x < y) - (x > y);
}

static double *sorted_new(const double *scores, size_t n)
{
    double *sorted = mg_allocate(n, sizeof(sorted[0]));

    for (size_t i = 0; i < n; i++) {
        sorted[i] = scores[i];
    }
    qsort(sorted, n, sizeof(sorted[0]), falling);
    return sorted;
}

/*
 * Reveal the `take` positions of the largest rounded scores. Of those that tie for the last
 * places: the lowest positions, or any of them from the pool.
 */
static void take_best(struct mg_selection *selection, const struct mg_order_scope *scope,
                      const double *scores, size_t take, enum mg_ties ties)
{
    double *rounded = mg_allocate(scope->n, sizeof(rounded[0]));
    double *sorted;
    double last;
    size_t above = 0;
    size_t tied = 0;
    size_t places;

    assert(take >= 1 && take <= scope->n);
    for (size_t i = 0; i < scope->n; i++) {
        rounded[i] = mg_round_score(scores[i]);
    }
    sorted = sorted_new(rounded, scope->n);
    last = sorted[take - 1];
    for (size_t i = 0; i < scope->n; i++) {
        above += rounded[i] > last;
        tied += rounded[i] >= last && rounded[i] <= last;
    }
    places = take - above;
    for (size_t i = 0, seen = 0; i < scope->n; i++) {
        const bool ties_in = rounded[i] >= last && rounded[i] <= last;

        if (rounded[i] > last || (ties_in && places == tied)) {
            reveal(selection, scope->at[i]);
        } else if (ties_in && ties == MG_TIES_LOWEST && seen++ < places) {
            reveal(selection, scope->at[i]);
        } else if (ties_in && ties == MG_TIES_UNIFORM) {
            selection->pool[selection->n_pool++] = scope->at[i];
            selection->take = places;
        }
    }
    free(sorted);
    free(rounded);
}

static void rank(struct mg_selection *selection, const struct mg_order_view *view,
                 score_of_row *score)
{
    struct mg_order_scope scope = mg_order_scope_new(view);
    double *scores = scores_new(&scope, view, score);

    take_best(selection, &scope, scores, scope.count, view->sampler->ties);
    free(scores);
    free(scope.at);
}

void mg_rule_confidence(struct mg_selection *selection, const struct mg_order_view *view)
{
    rank(selection, view, largest_probability);
}

void mg_rule_margin(struct mg_selection *selection, const struct mg_order_view *view)
{
    rank(selection, view, probability_margin);
}

void mg_rule_entropy(struct mg_selection *selection, const struct mg_order_view *view)
{
    rank(selection, view, negative_entropy);
}

void mg_rule_low_confidence(struct mg_selection *selection, const struct mg_order_view *view)
{
    struct mg_order_scope scope = mg_order_scope_new(view);
    double *scores = mg_allocate(scope.n, sizeof(scores[0]));

    for (size_t i = 0; i < scope.n; i++) {
        scores[i] = view->drawn[scope.at[i]];
    }
    take_best(selection, &scope, scores, scope.count, view->sampler->ties);
    free(scores);
    free(scope.at);
}

/* ------ orders by position ------ */

/* j with its `bits` lowest bits reversed */
static size_t reversed(size_t j, unsigned bits)
{
    size_t out = 0;

    for (unsigned b = 0; b < bits; b++) {
        out = (out << 1) | ((j >> b) & 1);
    }
    return out;
}

void mg_rule_strided(struct mg_selection *selection, const struct mg_order_view *view)
{
    struct mg_order_scope scope = mg_order_scope_new(view);
    const size_t stride = scope.steps;
    unsigned bits = 0;

    assert(stride >= 1);
    while (((size_t)1 << bits) < stride) {
        bits++;
    }
    /* The first offset that still has a mask: those before it are done, or have no position. */
    for (size_t j = 0; j < (size_t)1 << bits && selection->n_sure == 0; j++) {
        const size_t offset = reversed(j, bits);

        for (size_t i = 0; i < scope.n && offset < stride; i++) {
            if ((scope.at[i] - scope.lo) % stride == offset) {
                reveal(selection, scope.at[i]);
            }
        }
    }
    free(scope.at);
}

void mg_rule_bisect(struct mg_selection *selection, const struct mg_order_view *view)
{
    struct mg_order_scope scope = mg_order_scope_new(view);

    for (size_t i = 0; i < scope.n;) {
        size_t end = i + 1;

        while (end < scope.n && scope.at[end] == scope.at[end - 1] + 1) {
            end++;
        }
        reveal(selection, (scope.at[i] + scope.at[end - 1] + 1) / 2);
        i = end;
    }
    free(scope.at);
}

void mg_rule_fixed(struct mg_selection *selection, const struct mg_order_view *view)
{
    struct mg_order_scope scope = mg_order_scope_new(view);
    const size_t *group_of = view->sampler->group_of;
    size_t next;

    assert(group_of != NULL);
    next = group_of[scope.at[0]];
    for (size_t i = 1; i < scope.n; i++) {
        next = group_of[scope.at[i]] < next ? group_of[scope.at[i]] : next;
    }
    for (size_t i = 0; i < scope.n; i++) {
        if (group_of[scope.at[i]] == next) {
            reveal(selection, scope.at[i]);
        }
    }
    free(scope.at);
}

/* ------ orders that decide how many ------ */

/* How many of the n best a rule reveals, from scores in falling order; 0 counts as 1. */
typedef size_t prefix_length(const double *falling_scores, size_t n,
                             const struct mg_sampler *sampler);

static void take_prefix(struct mg_selection *selection, const struct mg_order_view *view,
                        score_of_row *score, prefix_length *length)
{
    struct mg_order_scope scope = mg_order_scope_new(view);
    double *scores = scores_new(&scope, view, score);
    double *sorted = sorted_new(scores, scope.n);
    const size_t n = length(sorted, scope.n, view->sampler);

    take_best(selection, &scope, scores, n > 0 ? n : 1, view->sampler->ties);
    free(sorted);
    free(scores);
    free(scope.at);
}

static size_t prefix_above_tau(const double *confidence, size_t n, const struct mg_sampler *sampler)
{
    size_t length = 0;

    while (length < n && confidence[length] >= sampler->tau - MET_WITHIN) {
        length++;
    }
    return length;
}

void mg_rule_threshold(struct mg_selection *selection, const struct mg_order_view *view)
{
    take_prefix(selection, view, largest_probability, prefix_above_tau);
}

/* Total correlation of a set is at most the sum of its entropies without the largest. */
static size_t prefix_within_budget(const double *negative_entropies, size_t n,
                                   const struct mg_sampler *sampler)
{
    double sum = 0.0;
    size_t length = 1;

    while (length < n) {
        sum -= negative_entropies[length - 1];
        if (sum > sampler->gamma + MET_WITHIN) {
            break;
        }
        length++;
    }
    return length;
}

void mg_rule_entropy_budget(struct mg_selection *selection, const struct mg_order_view *view)
{
    take_prefix(selection, view, negative_entropy, prefix_within_budget);
}

/* Source: Wu et al. 2025, Fast-dLLM, arXiv:2505.22618, factor-based parallel decoding. */
static size_t prefix_by_factor(const double *confidence, size_t n, const struct mg_sampler *sampler)
{
    size_t length = 0;

    while (length < n &&
           (double)(length + 2) * (1.0 - confidence[length]) < sampler->gamma - MET_WITHIN) {
        length++;
    }
    return length;
}

void mg_rule_factor(struct mg_selection *selection, const struct mg_order_view *view)
{
    take_prefix(selection, view, largest_probability, prefix_by_factor);
}

/* P(all arg-max) >= 1 - sum (1 - c_i), Frechet's lower bound. */
static size_t prefix_by_frechet(const double *confidence, size_t n,
                                const struct mg_sampler *sampler)
{
    double doubt = 0.0;
    size_t length = 0;

    while (length < n) {
        doubt += 1.0 - confidence[length];
        if (1.0 - doubt < sampler->tau - MET_WITHIN) {
            break;
        }
        length++;
    }
    return length;
}

void mg_rule_frechet(struct mg_selection *selection, const struct mg_order_view *view)
{
    take_prefix(selection, view, largest_probability, prefix_by_frechet);
}

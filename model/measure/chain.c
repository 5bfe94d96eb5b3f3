/* chain.c - see chain.h. */
#include "model/measure/chain.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"

enum {
    ALL_ORDERS_MAX = 4,                 /* n! <= 24 */
    DRAWN_ORDERS = 16,                  /* beyond that, and the reverse */
    PROBABILITIES_MAX = 4 * 1024 * 1024 /* numbers of one prediction: 32 MiB */
};

/* A chain-rule walk: the prefixes of one depth, in order of their outcome number. */
struct walk {
    struct mg_predictor *predictor;
    const int *context;
    const size_t *targets;
    size_t *place;  /* (n) weight of each target's token in an outcome's number, V^(n-1-i) */
    size_t *number; /* (count) partial outcome numbers, 0 for tokens not yet chosen */
    size_t count;
};

/* Row of a prefix: the context with the tokens of the first depth targets of the order. */
static void write_row(int *row, const struct walk *walk, const size_t *order, size_t depth,
                      size_t number)
{
    memcpy(row, walk->context, walk->predictor->length * sizeof(row[0]));
    for (size_t j = 0; j < depth; j++) {
        const size_t i = order[j];

        row[walk->targets[i]] = (int)(number / walk->place[i] % walk->predictor->vocab);
    }
}

/* Extend every prefix by the target order[depth]; joint carries the masses by number. */
static void extend(double *joint, struct walk *walk, const size_t *order, size_t depth)
{
    const size_t length = walk->predictor->length;
    const size_t vocab = walk->predictor->vocab;
    const size_t target = order[depth];
    const size_t fits = PROBABILITIES_MAX / (length * vocab);
    const size_t batch = fits < 1 ? 1 : fits < walk->count ? fits : walk->count;
    int *rows = mg_allocate(batch * length, sizeof(rows[0]));
    double *probs = mg_allocate(batch * length * vocab, sizeof(probs[0]));
    size_t *next = mg_allocate(walk->count * vocab, sizeof(next[0]));
    size_t found = 0;

    for (size_t from = 0; from < walk->count; from += batch) {
        const size_t some = walk->count - from < batch ? walk->count - from : batch;

        for (size_t k = 0; k < some; k++) {
            write_row(rows + k * length, walk, order, depth, walk->number[from + k]);
        }
        mg_predict(walk->predictor, probs, NULL, rows, some);
        for (size_t k = 0; k < some; k++) {
            const size_t number = walk->number[from + k];
            const double mass = joint[number];
            const double *q = probs + (k * length + walk->targets[target]) * vocab;

            for (size_t v = 0; v < vocab; v++) {
                joint[number + v * walk->place[target]] = mass * q[v];
                if (!(mass * q[v] <= 0.0)) { /* also what is not a number: the caller looks */
                    next[found++] = number + v * walk->place[target];
                }
            }
        }
    }
    free(walk->number);
    walk->number = next;
    walk->count = found;
    free(probs);
    free(rows);
}

void mg_chain_joint(double *joint, struct mg_predictor *predictor, const int *context,
                    const size_t *targets, size_t n, const size_t *order)
{
    struct walk walk = {.predictor = predictor, .context = context, .targets = targets};
    size_t *turns = mg_allocate(n, sizeof(turns[0]));
    size_t outcomes = 1;

    assert(n >= 1);
    walk.place = mg_allocate(n, sizeof(walk.place[0]));
    for (size_t i = n; i > 0; i--) {
        walk.place[i - 1] = outcomes;
        outcomes *= predictor->vocab;
        turns[i - 1] = order == NULL ? i - 1 : order[i - 1];
    }
    memset(joint, 0, outcomes * sizeof(joint[0]));
    joint[0] = 1.0;
    walk.number = mg_allocate(1, sizeof(walk.number[0]));
    walk.count = 1;
    for (size_t depth = 0; depth < n && walk.count > 0; depth++) {
        extend(joint, &walk, turns, depth);
    }
    free(walk.number);
    free(walk.place);
    free(turns);
}

static void swap(size_t *items, size_t i, size_t j)
{
    const size_t kept = items[i];

    items[i] = items[j];
    items[j] = kept;
}

/* The next permutation in lexicographic order; false after the last. */
static bool next_permutation(size_t *order, size_t n)
{
    size_t i = n - 1;
    size_t j = n - 1;

    while (i > 0 && order[i - 1] >= order[i]) {
        i--;
    }
    if (i == 0) {
        return false;
    }
    while (order[j] <= order[i - 1]) {
        j--;
    }
    swap(order, i - 1, j);
    for (j = n - 1; i < j; i++, j--) {
        swap(order, i, j);
    }
    return true;
}

/* Order number `which` (from 0: the reverse, then drawn ones), or false when there are no more. */
static bool other_order(size_t *order, size_t n, size_t which, struct mg_stream stream)
{
    if (n <= ALL_ORDERS_MAX) {
        return next_permutation(order, n);
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = which == 0 ? n - 1 - i : i;
    }
    if (which > 0) {
        struct mg_rng rng = mg_rng_at(stream, which - 1, 0);

        mg_rng_shuffle(&rng, order, n);
    }
    return which <= DRAWN_ORDERS;
}

double mg_chain_spread(const double *forward, struct mg_predictor *predictor, const int *context,
                       const size_t *targets, size_t n, struct mg_stream stream)
{
    size_t outcomes = 1;
    size_t *order = mg_allocate(n, sizeof(order[0]));
    double *joint;
    double largest = 0.0;

    for (size_t i = 0; i < n; i++) {
        order[i] = i;
        outcomes *= predictor->vocab;
    }
    joint = mg_allocate(outcomes, sizeof(joint[0]));
    for (size_t which = 0; other_order(order, n, which, stream); which++) {
        double distance;

        mg_chain_joint(joint, predictor, context, targets, n, order);
        distance = mg_tv(joint, forward, outcomes);
        largest = distance > largest ? distance : largest;
    }
    free(joint);
    free(order);
    return largest;
}

/* support.c - see support.h. */
#include "model/measure/support.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double CELLS_MAX = 16777216.0; /* 2^24 sequences times sets */

enum mg_status mg_support_check(const struct mg_source *source, const char *what,
                                struct mg_error *err)
{
    const double sequences = mg_source_support_size(source);

    if (source->length > MG_SUBSETS_LENGTH_MAX ||
        sequences * exp2((double)source->length) > CELLS_MAX) {
        return mg_fail(err, MG_EUSAGE,
                       "%s enumerates every mask pattern of every sequence: %.4g sequences times "
                       "2^%zu patterns are more than 2^24",
                       what, sequences, source->length);
    }
    return MG_OK;
}

static bool append_sequence(void *ctx, const int *tokens, double log_prob)
{
    struct mg_support *support = ctx;

    memcpy(support->tokens + support->n * support->length, tokens,
           support->length * sizeof(*tokens));
    support->prob[support->n] = exp(log_prob);
    support->n++;
    return true;
}

struct mg_support *mg_support_list(const struct mg_source *source)
{
    const size_t expected = (size_t)mg_source_support_size(source);
    struct mg_support *support = calloc(1, sizeof(*support));

    assert(support != NULL);
    support->length = source->length;
    support->vocab = source->vocab;
    support->tokens = calloc(expected * source->length, sizeof(*support->tokens));
    support->prob = calloc(expected, sizeof(*support->prob));
    assert(support->tokens != NULL);
    assert(support->prob != NULL);
    mg_source_support(source, append_sequence, support);
    assert(support->n == expected);
    return support;
}

void mg_support_free(struct mg_support *support)
{
    if (support != NULL) {
        free(support->prob);
        free(support->tokens);
        free(support);
    }
}

struct walk {
    const struct mg_support *support;
    mg_subset_visitor *visit;
    void *ctx;
    size_t *groups; /* (L + 1, n): row d holds the groups once positions d .. L-1 are decided */
    size_t *seen;   /* (n, V) new number of (old group, token), n where it has none yet */
};

/* Split the n_old groups by the token at a position; returns how many there are then. */
static size_t split_groups(struct walk *walk, size_t *fine, const size_t *coarse, size_t n_old,
                           size_t position)
{
    const struct mg_support *support = walk->support;
    size_t n_new = 0;

    for (size_t i = 0; i < n_old * support->vocab; i++) {
        walk->seen[i] = support->n;
    }
    for (size_t s = 0; s < support->n; s++) {
        const size_t token = (size_t)support->tokens[s * support->length + position];
        size_t *number = &walk->seen[coarse[s] * support->vocab + token];

        if (*number == support->n) {
            *number = n_new++;
        }
        fine[s] = *number;
    }
    return n_new;
}

/* Decide positions undecided-1 .. 0; hidden comes before revealed, so sets ascend. */
static void walk_positions(struct walk *walk, size_t undecided, size_t revealed, size_t n_groups)
{
    const size_t n = walk->support->n;
    size_t *coarse = walk->groups + undecided * n;
    size_t *fine = coarse - n;

    if (undecided == 0) {
        walk->visit(walk->ctx, revealed, coarse, n_groups);
        return;
    }
    memcpy(fine, coarse, n * sizeof(*fine));
    walk_positions(walk, undecided - 1, revealed, n_groups);
    n_groups = split_groups(walk, fine, coarse, n_groups, undecided - 1);
    walk_positions(walk, undecided - 1, revealed | (size_t)1 << (undecided - 1), n_groups);
}

void mg_support_walk(const struct mg_support *support, mg_subset_visitor *visit, void *ctx)
{
    struct walk walk = {.support = support, .visit = visit, .ctx = ctx};

    assert(support->n >= 1);
    assert(support->length <= MG_SUBSETS_LENGTH_MAX);
    walk.groups = calloc((support->length + 1) * support->n, sizeof(*walk.groups));
    walk.seen = calloc(support->n * support->vocab, sizeof(*walk.seen));
    assert(walk.groups != NULL);
    assert(walk.seen != NULL);
    walk_positions(&walk, support->length, 0, 1);
    free(walk.seen);
    free(walk.groups);
}

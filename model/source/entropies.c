/* entropies.c - see entropies.h. */
#include "model/source/entropies.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/statistics.h"
#include "model/source/array.h"

/* One sequence of the support, reduced to the positions asked for. */
struct outcome {
    const int *tokens; /* (length), in the table's copy */
    size_t length;
    double prob;
};

struct support_table {
    size_t length;
    size_t n;
    int *tokens;  /* (n, L) */
    double *prob; /* (n) */
};

static bool append_sequence(void *ctx, const int *tokens, double log_prob)
{
    struct support_table *table = ctx;

    memcpy(table->tokens + table->n * table->length, tokens, table->length * sizeof(*tokens));
    table->prob[table->n++] = exp(log_prob);
    return true;
}

/* False, and nothing to free, when the support is too long. */
static bool list_support(struct support_table *table, const struct mg_source *source)
{
    const double size = mg_source_support_size(source);

    if (!(size <= MG_ENTROPY_SUPPORT_MAX)) {
        return false;
    }
    *table = (struct support_table){.length = source->length};
    table->tokens = mg_array_new((size_t)size * source->length, sizeof(*table->tokens));
    table->prob = mg_array_new((size_t)size, sizeof(*table->prob));
    mg_source_support(source, append_sequence, table);
    assert((double)table->n == size);
    return true;
}

static void free_support(struct support_table *table)
{
    free(table->tokens);
    free(table->prob);
}

static int compare_outcomes(const void *left, const void *right)
{
    const struct outcome *a = left;
    const struct outcome *b = right;

    for (size_t i = 0; i < a->length; i++) {
        if (a->tokens[i] != b->tokens[i]) {
            return a->tokens[i] < b->tokens[i] ? -1 : 1;
        }
    }
    return (a->prob > b->prob) - (a->prob < b->prob); /* the sum below does not depend on qsort */
}

/* H(X_S): sort the support by x_S, then add up equal runs. */
static double subset_entropy(const struct support_table *table, const size_t *positions, size_t n)
{
    struct outcome *outcomes = mg_array_new(table->n, sizeof(*outcomes));
    int *reduced = mg_array_new(table->n * n, sizeof(*reduced));
    double entropy_nats = 0.0;
    double prob = 0.0;

    for (size_t r = 0; r < table->n; r++) {
        for (size_t j = 0; j < n; j++) {
            assert(positions[j] < table->length);
            reduced[r * n + j] = table->tokens[r * table->length + positions[j]];
        }
        outcomes[r] =
            (struct outcome){.tokens = reduced + r * n, .length = n, .prob = table->prob[r]};
    }
    qsort(outcomes, table->n, sizeof(*outcomes), compare_outcomes);
    for (size_t r = 0; r < table->n; r++) {
        prob += outcomes[r].prob;
        if (r + 1 == table->n ||
            (n > 0 && memcmp(outcomes[r].tokens, outcomes[r + 1].tokens, n * sizeof(int)) != 0)) {
            entropy_nats += mg_entropy_nats(&prob, 1);
            prob = 0.0;
        }
    }
    free(reduced);
    free(outcomes);
    return entropy_nats;
}

static bool add_entropy(void *ctx, const int *tokens, double log_prob)
{
    double *entropy_nats = ctx;

    (void)tokens;
    *entropy_nats -= exp(log_prob) * log_prob;
    return true;
}

double mg_source_entropy_nats(const struct mg_source *source)
{
    double entropy_nats = 0.0;

    assert(mg_source_has_oracle(source));
    if (source->ops->entropy_nats != NULL) {
        return source->ops->entropy_nats(source);
    }
    if (!(mg_source_support_size(source) <= MG_ENTROPY_SUPPORT_MAX)) {
        return (double)NAN;
    }
    mg_source_support(source, add_entropy, &entropy_nats);
    return entropy_nats;
}

/* Positions 0..length-1 without one; the caller frees. */
static size_t *all_but(size_t length, size_t left_out)
{
    size_t *positions = mg_array_new(length, sizeof(*positions));
    size_t n = 0;

    for (size_t i = 0; i < length; i++) {
        if (i != left_out) {
            positions[n++] = i;
        }
    }
    return positions;
}

/* sum_i H(X_i | all others) = sum_i H(X) - H(X without i). */
static double residual_entropy(const struct mg_source *source)
{
    const size_t L = source->length;
    struct support_table table;
    double whole_nats;
    double residual_nats = 0.0;

    if (source->ops->residual_entropy_nats != NULL) {
        return source->ops->residual_entropy_nats(source);
    }
    if (!list_support(&table, source)) {
        return (double)NAN;
    }
    whole_nats = mg_entropy_nats(table.prob, table.n);
    for (size_t i = 0; i < L; i++) {
        size_t *others = all_but(L, i);
        residual_nats += whole_nats - subset_entropy(&table, others, L - 1);
        free(others);
    }
    free_support(&table);
    return residual_nats;
}

double mg_source_total_correlation_nats(const struct mg_source *source)
{
    const size_t L = source->length;
    const size_t V = source->vocab;
    double *marginals = mg_array_new(L * V, sizeof(*marginals));
    int *context = mg_array_new(L, sizeof(*context));
    double sum_nats;
    bool possible;

    for (size_t i = 0; i < L; i++) {
        context[i] = MG_MASK;
    }
    possible = mg_source_conditionals(source, context, marginals);
    assert(possible);
    sum_nats = mg_entropy_nats(marginals, L * V);
    free(context);
    free(marginals);
    return sum_nats - mg_source_entropy_nats(source);
}

double mg_source_dual_total_correlation_nats(const struct mg_source *source)
{
    return mg_source_entropy_nats(source) - residual_entropy(source);
}

double mg_source_subset_entropy_nats(const struct mg_source *source, const size_t *positions,
                                     size_t n)
{
    struct support_table table;
    double entropy_nats;

    if (!list_support(&table, source)) {
        return (double)NAN;
    }
    entropy_nats = subset_entropy(&table, positions, n);
    free_support(&table);
    return entropy_nats;
}

double mg_source_conditional_entropy_nats(const struct mg_source *source, const size_t *targets,
                                          size_t n, const size_t *given, size_t m)
{
    size_t *both = mg_array_new(n + m, sizeof(*both));
    double entropy_nats;

    for (size_t j = 0; j < n; j++) {
        both[j] = targets[j];
    }
    for (size_t j = 0; j < m; j++) {
        both[n + j] = given[j];
    }
    entropy_nats = mg_source_subset_entropy_nats(source, both, n + m) -
                   mg_source_subset_entropy_nats(source, given, m);
    free(both);
    return entropy_nats;
}

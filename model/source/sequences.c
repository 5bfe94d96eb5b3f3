/* sequences.c - see sequences.h. */
#include "model/source/sequences.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/source/array.h"

struct sequences {
    struct mg_source source;
    size_t n;           /* distinct rows */
    int *tokens;        /* (n, L), in lexicographic order */
    double *weight;     /* (n), as given: counts stay integers and their ratios exact */
    double *cumulative; /* (n), weight[0] + ... + weight[i] */
};

/* A row while it is sorted: equal rows keep the order they came in, so their sum is one number. */
struct entry {
    const int *tokens;
    size_t length;
    size_t at;
    double weight;
};

static const struct sequences *self(const struct mg_source *source)
{
    return (const struct sequences *)source;
}

static double total_weight(const struct sequences *s)
{
    return s->cumulative[s->n - 1];
}

static bool agrees(const int *row, const int *context, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (context[i] != MG_MASK && context[i] != row[i]) {
            return false;
        }
    }
    return true;
}

static void sequences_draw(const struct mg_source *source, struct mg_rng *rng, int *tokens)
{
    const struct sequences *s = self(source);
    const double target = mg_rng_uniform(rng) * total_weight(s);
    size_t low = 0; /* the row drawn is the first whose cumulative weight exceeds the target */
    size_t high = s->n - 1;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (target < s->cumulative[middle]) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    memcpy(tokens, s->tokens + low * source->length, source->length * sizeof(*tokens));
}

static double sequences_log_mass(const struct mg_source *source, const int *context)
{
    const struct sequences *s = self(source);
    double mass = 0.0;

    for (size_t r = 0; r < s->n; r++) {
        if (agrees(s->tokens + r * source->length, context, source->length)) {
            mass += s->weight[r];
        }
    }
    return log(mass / total_weight(s)); /* all rows add up in the order of the total: log 1 = 0 */
}

static bool sequences_conditionals(const struct mg_source *source, const int *context,
                                   double *probs)
{
    const struct sequences *s = self(source);
    const size_t L = source->length;
    const size_t V = source->vocab;
    double mass = 0.0;

    for (size_t r = 0; r < s->n; r++) {
        const int *row = s->tokens + r * L;
        if (!agrees(row, context, L)) {
            continue;
        }
        if (mass == 0.0) {
            memset(probs, 0, L * V * sizeof(*probs));
        }
        mass += s->weight[r];
        for (size_t i = 0; i < L; i++) {
            probs[i * V + (size_t)row[i]] += s->weight[r];
        }
    }
    for (size_t i = 0; mass > 0.0 && i < L * V; i++) {
        probs[i] /= mass; /* where a token is revealed, every row has it: mass / mass = 1 */
    }
    return mass > 0.0;
}

static void sequences_support(const struct mg_source *source, mg_support_visitor *visit, void *ctx)
{
    const struct sequences *s = self(source);

    for (size_t r = 0; r < s->n; r++) {
        const double log_prob = log(s->weight[r] / total_weight(s));
        if (!visit(ctx, s->tokens + r * source->length, log_prob)) {
            return;
        }
    }
}

static double sequences_support_size(const struct mg_source *source)
{
    return (double)self(source)->n;
}

static void sequences_free(struct mg_source *source)
{
    struct sequences *s = (struct sequences *)source;

    free(s->tokens);
    free(s->weight);
    free(s->cumulative);
    free(s);
}

static const struct mg_source_ops SEQUENCES = {
    .kind = "sequences",
    .draw = sequences_draw,
    .log_mass = sequences_log_mass,
    .conditionals = sequences_conditionals,
    .support = sequences_support,
    .support_size = sequences_support_size,
    .free = sequences_free,
};

static int compare_tokens(const struct entry *a, const struct entry *b)
{
    for (size_t i = 0; i < a->length; i++) {
        if (a->tokens[i] != b->tokens[i]) {
            return a->tokens[i] < b->tokens[i] ? -1 : 1;
        }
    }
    return 0;
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    const int order = compare_tokens(a, b);

    return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

/* The rows in lexicographic order, checked; the caller frees. */
static struct entry *sorted_entries(const int *tokens, const double *weight, size_t n,
                                    size_t length, size_t vocab)
{
    struct entry *entries = mg_array_new(n, sizeof(*entries));

    for (size_t r = 0; r < n; r++) {
        assert(weight[r] > 0.0 && isfinite(weight[r]));
        for (size_t i = 0; i < length; i++) {
            assert(tokens[r * length + i] >= 0 && (size_t)tokens[r * length + i] < vocab);
        }
        entries[r] = (struct entry){
            .tokens = tokens + r * length, .length = length, .at = r, .weight = weight[r]};
    }
    qsort(entries, n, sizeof(*entries), compare_entries);
    return entries;
}

struct mg_source *mg_sequences_new(const int *tokens, const double *weight, size_t n, size_t length,
                                   size_t vocab)
{
    struct sequences *s = mg_array_new(1, sizeof(*s));
    struct entry *entries;
    double sum = 0.0;

    assert(n > 0 && length > 0 && vocab > 0);
    s->source = (struct mg_source){.ops = &SEQUENCES, .length = length, .vocab = vocab};
    s->tokens = mg_array_new(n * length, sizeof(*s->tokens));
    s->weight = mg_array_new(n, sizeof(*s->weight));
    s->cumulative = mg_array_new(n, sizeof(*s->cumulative));
    entries = sorted_entries(tokens, weight, n, length, vocab);
    for (size_t r = 0; r < n; r++) {
        if (r == 0 || compare_tokens(&entries[r - 1], &entries[r]) != 0) {
            memcpy(s->tokens + s->n * length, entries[r].tokens, length * sizeof(*s->tokens));
            s->n++;
        }
        s->weight[s->n - 1] += entries[r].weight;
    }
    for (size_t r = 0; r < s->n; r++) {
        sum += s->weight[r];
        s->cumulative[r] = sum;
    }
    assert(isfinite(sum));
    free(entries);
    return &s->source;
}

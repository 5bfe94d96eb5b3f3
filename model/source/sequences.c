/* sequences.c - see sequences.h. */
#include "model/source/sequences.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sequences {
    struct mg_source source;
    size_t n;     /* distinct rows */
    int *tokens;  /* (n, L), lexicographic order */
    double *prob; /* (n), sums to 1 */
};

static const struct sequences *self(const struct mg_source *source)
{
    return (const struct sequences *)source;
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
    const size_t row = mg_rng_categorical(rng, s->prob, s->n);

    memcpy(tokens, s->tokens + row * source->length, source->length * sizeof(*tokens));
}

static double sequences_log_mass(const struct mg_source *source, const int *context)
{
    const struct sequences *s = self(source);
    double mass = 0.0;
    bool all = true;

    for (size_t r = 0; r < s->n; r++) {
        if (agrees(s->tokens + r * source->length, context, source->length)) {
            mass += s->prob[r];
        } else {
            all = false;
        }
    }
    return all ? 0.0 : log(mass); /* log(0) is -INFINITY */
}

static bool sequences_conditionals(const struct mg_source *source, const int *context,
                                   double *probs)
{
    const struct sequences *s = self(source);
    const size_t length = source->length;
    const size_t vocab = source->vocab;
    double mass = 0.0;
    bool *match = malloc(s->n * sizeof(*match));

    assert(match != NULL);
    for (size_t r = 0; r < s->n; r++) {
        match[r] = agrees(s->tokens + r * length, context, length);
        mass += match[r] ? s->prob[r] : 0.0;
    }
    if (mass > 0.0) {
        memset(probs, 0, length * vocab * sizeof(*probs));
        for (size_t r = 0; r < s->n; r++) {
            for (size_t i = 0; match[r] && i < length; i++) {
                if (context[i] == MG_MASK) {
                    probs[i * vocab + (size_t)s->tokens[r * length + i]] += s->prob[r] / mass;
                }
            }
        }
        for (size_t i = 0; i < length; i++) {
            if (context[i] != MG_MASK) {
                probs[i * vocab + (size_t)context[i]] = 1.0;
            }
        }
    }
    free(match);
    return mass > 0.0;
}

static void sequences_support(const struct mg_source *source, mg_support_visitor *visit, void *ctx)
{
    const struct sequences *s = self(source);

    for (size_t r = 0; r < s->n; r++) {
        if (!visit(ctx, s->tokens + r * source->length, log(s->prob[r]))) {
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
    free(s->prob);
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

/* Rows are sorted through an array of these, so that equal ones meet. */
struct weighted_row {
    const int *tokens;
    size_t length;
    double weight;
};

static int compare_rows(const void *a, const void *b)
{
    const struct weighted_row *left = a;
    const struct weighted_row *right = b;

    for (size_t i = 0; i < left->length; i++) {
        if (left->tokens[i] != right->tokens[i]) {
            return left->tokens[i] < right->tokens[i] ? -1 : 1;
        }
    }
    return 0;
}

struct mg_source *mg_sequences_new(const int *tokens, const double *weight, size_t n, size_t length,
                                   size_t vocab)
{
    struct sequences *s = calloc(1, sizeof(*s));
    struct weighted_row *rows = calloc(n, sizeof(*rows));
    double total = 0.0;

    assert(n > 0 && length > 0 && vocab > 0);
    assert(s != NULL && rows != NULL);
    for (size_t r = 0; r < n; r++) {
        assert(weight[r] > 0.0 && isfinite(weight[r]));
        rows[r] = (struct weighted_row){tokens + r * length, length, weight[r]};
        total += weight[r];
    }
    qsort(rows, n, sizeof(*rows), compare_rows);
    s->source = (struct mg_source){.ops = &SEQUENCES, .length = length, .vocab = vocab};
    s->tokens = malloc(n * length * sizeof(*s->tokens));
    s->prob = malloc(n * sizeof(*s->prob));
    assert(s->tokens != NULL && s->prob != NULL);
    for (size_t r = 0; r < n; r++) {
        if (r > 0 && compare_rows(&rows[r - 1], &rows[r]) == 0) {
            s->prob[s->n - 1] += rows[r].weight / total;
            continue;
        }
        memcpy(s->tokens + s->n * length, rows[r].tokens, length * sizeof(*s->tokens));
        s->prob[s->n++] = rows[r].weight / total;
    }
    free(rows);
    return &s->source;
}

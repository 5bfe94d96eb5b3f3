/* markov.c - see markov.h. */
#include "model/source/markov.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/statistics.h"
#include "model/source/array.h"
#include "model/source/lattice.h"

struct markov {
    struct mg_source source;
    struct mg_lattice lattice;
    struct mg_chain chain; /* views into the lattice */
    double *spike;         /* (2V - 1) zeros with a one in the middle; see indicator */
};

static const struct markov *self(const struct mg_source *source)
{
    return (const struct markov *)source;
}

/* Evidence of a revealed token: (V) weights, one at the token. All V of them share one array. */
static const double *indicator(const struct markov *m, int token)
{
    assert(token >= 0 && (size_t)token < m->source.vocab);
    return m->spike + (m->source.vocab - 1 - (size_t)token);
}

/* (L) evidence of a context; the caller frees. */
static const double **evidence(const struct markov *m, const int *context)
{
    const double **weight = mg_array_new(m->source.length, sizeof(*weight));

    for (size_t i = 0; i < m->source.length; i++) {
        weight[i] = context[i] == MG_MASK ? NULL : indicator(m, context[i]);
    }
    return weight;
}

static void markov_draw(const struct mg_source *source, struct mg_rng *rng, int *tokens)
{
    const struct mg_chain *chain = &self(source)->chain;
    const double *row = chain->start;

    for (size_t i = 0; i < source->length; i++) {
        tokens[i] = (int)mg_rng_categorical(rng, row, source->vocab);
        row = chain->transition + (size_t)tokens[i] * source->vocab;
    }
}

static double markov_log_mass(const struct mg_source *source, const int *context)
{
    const double **weight = evidence(self(source), context);
    const double log_mass = mg_lattice_log_mass(&self(source)->lattice, weight);

    free(weight);
    return log_mass;
}

static bool markov_conditionals(const struct mg_source *source, const int *context, double *probs)
{
    const double **weight = evidence(self(source), context);
    const bool possible = mg_lattice_posterior(probs, &self(source)->lattice, weight);

    free(weight);
    return possible;
}

struct walk {
    const struct mg_source *source;
    mg_support_visitor *visit;
    void *ctx;
    int *tokens;
};

/* Visit all continuations of the first i tokens, whose next has law row; false to stop. */
static bool walk_support(const struct walk *walk, size_t i, const double *row, double log_prob)
{
    const struct mg_source *source = walk->source;
    bool go_on = true;

    if (i == source->length) {
        return walk->visit(walk->ctx, walk->tokens, log_prob);
    }
    for (size_t v = 0; go_on && v < source->vocab; v++) {
        if (row[v] > 0.0) {
            const double *after = self(source)->chain.transition + v * source->vocab;
            walk->tokens[i] = (int)v;
            go_on = walk_support(walk, i + 1, after, log_prob + log(row[v]));
        }
    }
    return go_on;
}

static void markov_support(const struct mg_source *source, mg_support_visitor *visit, void *ctx)
{
    struct walk walk = {.source = source, .visit = visit, .ctx = ctx};

    walk.tokens = mg_array_new(source->length, sizeof(*walk.tokens));
    (void)walk_support(&walk, 0, self(source)->chain.start, 0.0);
    free(walk.tokens);
}

/* Continuations of each state, counted from the right end. */
static double markov_support_size(const struct mg_source *source)
{
    const struct mg_chain *chain = &self(source)->chain;
    const size_t V = source->vocab;
    double *ways = mg_array_new(2 * V, sizeof(*ways));
    double *before = ways + V;
    double size = 0.0;

    for (size_t v = 0; v < V; v++) {
        ways[v] = 1.0;
    }
    for (size_t i = 1; i < source->length; i++) {
        for (size_t v = 0; v < V; v++) {
            before[v] = 0.0;
            for (size_t w = 0; w < V; w++) {
                before[v] += chain->transition[v * V + w] > 0.0 ? ways[w] : 0.0;
            }
        }
        memcpy(ways, before, V * sizeof(*ways));
    }
    for (size_t v = 0; v < V; v++) {
        size += chain->start[v] > 0.0 ? ways[v] : 0.0;
    }
    free(ways);
    return size;
}

/* H(next | now) when now has law (V) and next follows matrix (V, V). */
static double step_entropy(const double *law, const double *matrix, size_t vocab)
{
    double entropy_nats = 0.0;

    for (size_t v = 0; v < vocab; v++) {
        if (law[v] > 0.0) {
            entropy_nats += law[v] * mg_entropy_nats(matrix + v * vocab, vocab);
        }
    }
    return entropy_nats;
}

/* (L, V) unconditional laws of all positions; the caller frees. */
static double *marginals(const struct mg_source *source)
{
    const struct mg_chain *chain = &self(source)->chain;
    const size_t V = source->vocab;
    double *law = mg_array_new(source->length * V, sizeof(*law));

    memcpy(law, chain->start, V * sizeof(*law));
    for (size_t i = 1; i < source->length; i++) {
        mg_lattice_step(law + i * V, law + (i - 1) * V, chain->transition, V);
    }
    return law;
}

/* Chain rule: H(X) = H(X_0) + sum_i H(X_i | X_{i-1}). */
static double markov_entropy(const struct mg_source *source)
{
    const size_t V = source->vocab;
    double *law = marginals(source);
    double entropy_nats = mg_entropy_nats(law, V);

    for (size_t i = 1; i < source->length; i++) {
        entropy_nats += step_entropy(law + (i - 1) * V, self(source)->chain.transition, V);
    }
    free(law);
    return entropy_nats;
}

static void markov_free(struct mg_source *source)
{
    struct markov *m = (struct markov *)source;

    mg_lattice_release(&m->lattice);
    free(m->spike);
    free(m);
}

static const struct mg_source_ops MARKOV = {
    .kind = "markov",
    .draw = markov_draw,
    .log_mass = markov_log_mass,
    .conditionals = markov_conditionals,
    .support = markov_support,
    .support_size = markov_support_size,
    .entropy_nats = markov_entropy,
    .free = markov_free,
};

struct mg_source *mg_markov_new(const double *transition, const double *start, size_t length,
                                size_t vocab)
{
    struct markov *m = mg_array_new(1, sizeof(*m));

    m->source = (struct mg_source){.ops = &MARKOV, .length = length, .vocab = vocab};
    mg_lattice_init(&m->lattice, start, transition, vocab, length);
    m->chain = (struct mg_chain){.start = m->lattice.start, .transition = m->lattice.transition};
    m->spike = mg_array_new(2 * vocab - 1, sizeof(*m->spike));
    m->spike[vocab - 1] = 1.0;
    return &m->source;
}

const struct mg_chain *mg_source_chain(const struct mg_source *source)
{
    return source->ops == &MARKOV ? &self(source)->chain : NULL;
}

/* hmm.c - see hmm.h. */
#include "model/source/hmm.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/source/array.h"
#include "model/source/hmm_support.h"
#include "model/source/lattice.h"

struct hmm {
    struct mg_source source;
    struct mg_lattice lattice;
    double *emission; /* (S, V) */
    double *emitted;  /* (V, S): row v is the evidence of a revealed token v */
};

static const struct hmm *self(const struct mg_source *source)
{
    return (const struct hmm *)source;
}

/* (L) evidence of a context; the caller frees. */
static const double **evidence(const struct mg_source *source, const int *context)
{
    const struct hmm *h = self(source);
    const double **weight = mg_array_new(source->length, sizeof(*weight));

    for (size_t i = 0; i < source->length; i++) {
        if (context[i] != MG_MASK) {
            assert(context[i] >= 0 && (size_t)context[i] < source->vocab);
            weight[i] = h->emitted + (size_t)context[i] * h->lattice.states;
        }
    }
    return weight;
}

static void hmm_draw(const struct mg_source *source, struct mg_rng *rng, int *tokens)
{
    const struct hmm *h = self(source);
    const size_t S = h->lattice.states;
    const double *row = h->lattice.start;

    for (size_t i = 0; i < source->length; i++) {
        const size_t state = mg_rng_categorical(rng, row, S);
        const double *emission = h->emission + state * source->vocab;
        tokens[i] = (int)mg_rng_categorical(rng, emission, source->vocab);
        row = h->lattice.transition + state * S;
    }
}

static double hmm_log_mass(const struct mg_source *source, const int *context)
{
    const double **weight = evidence(source, context);
    const double log_mass = mg_lattice_log_mass(&self(source)->lattice, weight);

    free(weight);
    return log_mass;
}

/* A masked token given everything seen: its emission averaged over the posterior of its state. */
static void emit(double *probs, const struct hmm *h, const double *posterior, int seen)
{
    const size_t V = h->source.vocab;

    memset(probs, 0, V * sizeof(*probs));
    if (seen != MG_MASK) {
        probs[seen] = 1.0;
        return;
    }
    for (size_t s = 0; s < h->lattice.states; s++) {
        for (size_t v = 0; v < V; v++) {
            probs[v] += posterior[s] * h->emission[s * V + v];
        }
    }
}

static bool hmm_conditionals(const struct mg_source *source, const int *context, double *probs)
{
    const struct hmm *h = self(source);
    const size_t S = h->lattice.states;
    const double **weight = evidence(source, context);
    double *posterior = mg_array_new(source->length * S, sizeof(*posterior));
    const bool possible = mg_lattice_posterior(posterior, &h->lattice, weight);

    for (size_t i = 0; possible && i < source->length; i++) {
        emit(probs + i * source->vocab, h, posterior + i * S, context[i]);
    }
    free(posterior);
    free(weight);
    return possible;
}

static struct mg_hmm_view view_of(const struct mg_source *source)
{
    const struct hmm *h = self(source);

    return (struct mg_hmm_view){
        .source = source, .lattice = &h->lattice, .emission = h->emission, .emitted = h->emitted};
}

static void hmm_support(const struct mg_source *source, mg_support_visitor *visit, void *ctx)
{
    const struct mg_hmm_view view = view_of(source);

    mg_hmm_support(&view, visit, ctx);
}

static double hmm_support_size(const struct mg_source *source)
{
    const struct mg_hmm_view view = view_of(source);

    return mg_hmm_support_size(&view);
}

static void hmm_free(struct mg_source *source)
{
    struct hmm *h = (struct hmm *)source;

    mg_lattice_release(&h->lattice);
    free(h->emission);
    free(h->emitted);
    free(h);
}

static const struct mg_source_ops HMM = {
    .kind = "hmm",
    .draw = hmm_draw,
    .log_mass = hmm_log_mass,
    .conditionals = hmm_conditionals,
    .support = hmm_support,
    .support_size = hmm_support_size,
    .free = hmm_free,
};

struct mg_source *mg_hmm_new(const double *transition, const double *start, const double *emission,
                             size_t length, size_t states, size_t vocab)
{
    struct hmm *h = mg_array_new(1, sizeof(*h));

    assert(vocab > 0);
    h->source = (struct mg_source){.ops = &HMM, .length = length, .vocab = vocab};
    mg_lattice_init(&h->lattice, start, transition, states, length);
    h->emission = mg_array_copy(emission, states * vocab, sizeof(*emission));
    h->emitted = mg_array_new(states * vocab, sizeof(*emission));
    mg_lattice_normalize(h->emission, states, vocab);
    for (size_t s = 0; s < states; s++) {
        for (size_t v = 0; v < vocab; v++) {
            h->emitted[v * states + s] = h->emission[s * vocab + v];
        }
    }
    h->lattice.tiny = h->lattice.tiny || mg_lattice_has_tiny(h->emission, states * vocab);
    return &h->source;
}

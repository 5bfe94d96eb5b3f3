/* bigram.c - see bigram.h. */
#include "model/measure/bigram.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "model/source/markov.h"

enum { CONDITIONALS_MAX = 4096 };

struct mg_bigrams {
    size_t length;
    size_t vocab;
    bool *counts_at; /* (L) whether i and i + 1 are a pair */
    double *exact;   /* (V, V) */
    double *count;   /* (V, V) */
    double total;    /* of count */
};

/* A chain from all masks: P(X_i = a) P(a, b), one pass for all marginals. */
static void fill_from_chain(struct mg_bigrams *bigrams, const struct mg_source *source,
                            const int *prompt, double pairs)
{
    const size_t vocab = bigrams->vocab;
    const double *transition = mg_source_chain(source)->transition;
    double *marginals = mg_allocate(bigrams->length * vocab, sizeof(marginals[0]));

    (void)mg_source_conditionals(source, prompt, marginals);
    for (size_t i = 0; i + 1 < bigrams->length; i++) {
        for (size_t cell = 0; cell < vocab * vocab; cell++) {
            bigrams->exact[cell] += marginals[i * vocab + cell / vocab] * transition[cell] / pairs;
        }
    }
    free(marginals);
}

static void fill_from_joints(struct mg_bigrams *bigrams, const struct mg_source *source,
                             const int *prompt, double pairs)
{
    const size_t cells = bigrams->vocab * bigrams->vocab;
    double *joint = mg_allocate(cells, sizeof(joint[0]));

    for (size_t i = 0; i + 1 < bigrams->length; i++) {
        const size_t pair[2] = {i, i + 1};

        if (bigrams->counts_at[i]) {
            (void)mg_source_joint(source, prompt, pair, 2, joint);
            for (size_t cell = 0; cell < cells; cell++) {
                bigrams->exact[cell] += joint[cell] / pairs;
            }
        }
    }
    free(joint);
}

struct mg_bigrams *mg_bigrams_new(const struct mg_source *source, const int *prompt)
{
    const size_t length = source->length;
    const size_t vocab = source->vocab;
    struct mg_bigrams *bigrams;
    size_t pairs = 0;
    bool is_chain;

    for (size_t i = 0; i + 1 < length; i++) {
        pairs += prompt[i] == MG_MASK && prompt[i + 1] == MG_MASK;
    }
    if (!mg_source_has_oracle(source) || pairs == 0) {
        return NULL;
    }
    is_chain = mg_source_chain(source) != NULL && pairs + 1 == length;
    if (!is_chain && pairs * (vocab + 1) > CONDITIONALS_MAX) {
        return NULL;
    }
    bigrams = mg_allocate(1, sizeof(*bigrams));
    *bigrams = (struct mg_bigrams){.length = length, .vocab = vocab};
    bigrams->counts_at = mg_allocate(length, sizeof(bool));
    bigrams->exact = mg_allocate(vocab * vocab, sizeof(double));
    bigrams->count = mg_allocate(vocab * vocab, sizeof(double));
    for (size_t i = 0; i + 1 < length; i++) {
        bigrams->counts_at[i] = prompt[i] == MG_MASK && prompt[i + 1] == MG_MASK;
    }
    if (is_chain) {
        fill_from_chain(bigrams, source, prompt, (double)pairs);
    } else {
        fill_from_joints(bigrams, source, prompt, (double)pairs);
    }
    return bigrams;
}

void mg_bigrams_free(struct mg_bigrams *bigrams)
{
    if (bigrams != NULL) {
        free(bigrams->count);
        free(bigrams->exact);
        free(bigrams->counts_at);
        free(bigrams);
    }
}

void mg_bigrams_clear(struct mg_bigrams *bigrams)
{
    memset(bigrams->count, 0, bigrams->vocab * bigrams->vocab * sizeof(double));
    bigrams->total = 0.0;
}

void mg_bigrams_add(struct mg_bigrams *bigrams, const int *tokens)
{
    for (size_t i = 0; i + 1 < bigrams->length; i++) {
        if (bigrams->counts_at[i]) {
            bigrams->count[(size_t)tokens[i] * bigrams->vocab + (size_t)tokens[i + 1]] += 1.0;
            bigrams->total += 1.0;
        }
    }
}

double mg_bigrams_tv(const struct mg_bigrams *bigrams)
{
    double sum = 0.0;

    assert(bigrams->total > 0.0);
    for (size_t cell = 0; cell < bigrams->vocab * bigrams->vocab; cell++) {
        const double d = bigrams->count[cell] / bigrams->total - bigrams->exact[cell];

        sum += d < 0.0 ? -d : d;
    }
    return sum / 2.0;
}

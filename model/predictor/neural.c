/* neural.c - the trained network as a predictor: softmax in double over the real tokens. */
#include "model/network/transformer.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "model/predictor/predictor.h"

struct transformer_predictor {
    struct mg_predictor base;
    struct mg_transformer *transformer; /* borrowed */
    size_t *where;                      /* (batch * L) masked positions of a batch */
};

/* probs (V) out: softmax of logits (V). */
static void softmax(double *probs, const float *logits, size_t V)
{
    double largest = -HUGE_VAL;
    double total = 0.0;

    for (size_t v = 0; v < V; v++) {
        largest = fmax(largest, (double)logits[v]);
    }
    for (size_t v = 0; v < V; v++) {
        probs[v] = exp((double)logits[v] - largest);
        total += probs[v];
    }
    for (size_t v = 0; v < V; v++) {
        probs[v] /= total;
    }
}

struct answer {
    double *probs;       /* (part, L, V) */
    const size_t *where; /* of the i-th masked position in (part, L) */
    size_t vocab;
};

static void answer_position(void *ctx, size_t i, const float *logits)
{
    const struct answer *answer = (const struct answer *)ctx;

    softmax(answer->probs + answer->where[i] * answer->vocab, logits, answer->vocab);
}

/* After its first mask a row of a causal network says nothing: it has seen clean prefixes only. */
static void flatten_after_first_mask(double *probs, const int *row, size_t length, size_t V)
{
    size_t i = 0;

    while (i < length && row[i] != MG_MASK) {
        i++;
    }
    for (i++; i < length; i++) {
        for (size_t v = 0; v < V && row[i] == MG_MASK; v++) {
            probs[i * V + v] = 1.0 / (double)V;
        }
    }
}

static void predict(struct mg_predictor *base, double *probs, bool *possible, const int *rows,
                    size_t n)
{
    struct transformer_predictor *predictor = (struct transformer_predictor *)base;
    const size_t batch = mg_transformer_batch(predictor->transformer);
    const size_t L = base->length;
    const size_t V = base->vocab;

    for (size_t r = 0; r < n; r += batch) {
        const size_t part = n - r < batch ? n - r : batch;
        const int *tokens = rows + r * L;
        struct answer answer = {probs + r * L * V, predictor->where, V};
        size_t count = 0;

        for (size_t i = 0; i < part * L; i++) {
            if (tokens[i] == MG_MASK) {
                predictor->where[count++] = i;
            } else {
                memset(answer.probs + i * V, 0, V * sizeof(*probs));
                answer.probs[i * V + (size_t)tokens[i]] = 1.0;
            }
        }
        (void)mg_transformer_visit(predictor->transformer, tokens, tokens, part, answer_position,
                                   &answer);
    }
    for (size_t r = 0; r < n && mg_transformer_config(predictor->transformer)->causal; r++) {
        flatten_after_first_mask(probs + r * L * V, rows + r * L, L, V);
    }
    if (possible != NULL) {
        memset(possible, true, n * sizeof(*possible));
    }
}

static void release(struct mg_predictor *base)
{
    struct transformer_predictor *predictor = (struct transformer_predictor *)base;

    free(predictor->where);
    free(predictor);
}

static const struct mg_predictor_ops OPS = {"transformer", predict, release};

struct mg_predictor *mg_transformer_predictor_new(struct mg_transformer *transformer)
{
    const struct mg_transformer_config *config = mg_transformer_config(transformer);
    struct transformer_predictor *predictor =
        (struct transformer_predictor *)mg_allocate(1, sizeof(*predictor));

    predictor->base = (struct mg_predictor){&OPS, config->length, config->vocab};
    predictor->transformer = transformer;
    predictor->where =
        (size_t *)mg_allocate(mg_transformer_batch(transformer) * config->length, sizeof(size_t));
    return &predictor->base;
}

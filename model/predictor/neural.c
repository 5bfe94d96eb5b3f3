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
    float *logits;                      /* (batch * L, V) */
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
    const size_t V = base->vocab;

    for (size_t r = 0; r < n; r += batch) {
        const size_t part = n - r < batch ? n - r : batch;
        const size_t first = r * base->length;
        const float *logits = predictor->logits;

        (void)mg_transformer_logits(predictor->transformer, predictor->logits, rows + first, part);
        for (size_t i = first; i < first + part * base->length; i++) {
            double *out = probs + i * V;

            if (rows[i] == MG_MASK) {
                softmax(out, logits, V);
                logits += V;
            } else {
                memset(out, 0, V * sizeof(*out));
                out[rows[i]] = 1.0;
            }
        }
    }
    for (size_t r = 0; r < n && mg_transformer_config(predictor->transformer)->causal; r++) {
        flatten_after_first_mask(probs + r * base->length * V, rows + r * base->length,
                                 base->length, V);
    }
    if (possible != NULL) {
        memset(possible, true, n * sizeof(*possible));
    }
}

static void release(struct mg_predictor *base)
{
    struct transformer_predictor *predictor = (struct transformer_predictor *)base;

    free(predictor->logits);
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
    predictor->logits = (float *)mg_allocate(
        mg_transformer_batch(transformer) * config->length * config->vocab, sizeof(float));
    return &predictor->base;
}

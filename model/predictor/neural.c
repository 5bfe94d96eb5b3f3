/* neural.c - the trained network as a predictor: softmax in double over real tokens. */
#include "model/network/transformer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "model/predictor/outlook.h"
#include "model/predictor/predictor.h"

struct transformer_predictor {
    struct mg_predictor base;
    struct mg_transformer *transformer; /* borrowed */
    int *asked;      /* (batch, L) the rows with the masks that are answered; NULL: with all */
    size_t *where;   /* (batch * L) positions answered in a batch */
    float *mix;      /* (batch, R) */
    double *weights; /* (batch, R) */
    double *parts;   /* (batch, R, L, V); NULL where R = 1 */
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

/* Where the block of the first mask ends; past the row's end where there is none. */
static size_t end_of_block(const int *row, size_t block, size_t length)
{
    size_t i = 0;

    while (i < length && row[i] != MG_MASK) {
        i++;
    }
    return (i / block + 1) * block;
}

/*
 * Behind the block of its first mask a network that sees no suffix says nothing: it has learned
 * from clean prefixes only.
 */
static void flatten_after_block(double *probs, const int *row, size_t block, size_t length,
                                size_t V)
{
    for (size_t i = end_of_block(row, block, length); i < length; i++) {
        for (size_t v = 0; v < V && row[i] == MG_MASK; v++) {
            probs[i * V + v] = 1.0 / (double)V;
        }
    }
}

/*
 * Rows (n, L) with the masks of the first block that has one: the others get the answer above, so
 * the network need not work one out.
 */
static const int *choose_asked(struct transformer_predictor *predictor, const int *rows, size_t n)
{
    const size_t block = mg_prefix_block(mg_transformer_config(predictor->transformer));
    const size_t L = predictor->base.length;

    if (predictor->asked == NULL) {
        return rows;
    }
    memcpy(predictor->asked, rows, n * L * sizeof(*rows));
    for (size_t k = 0; k < n; k++) {
        for (size_t i = end_of_block(rows + k * L, block, L); i < L; i++) {
            predictor->asked[k * L + i] = 0;
        }
    }
    return predictor->asked;
}

struct answer {
    double *parts;       /* (n, R, L, V) */
    const size_t *where; /* of the i-th masked position in (n, L) */
    size_t R, L, V;
};

static double *part_of(const struct answer *answer, size_t cell, size_t r)
{
    const size_t row = cell / answer->L;

    return answer->parts + ((row * answer->R + r) * answer->L + cell % answer->L) * answer->V;
}

static void answer_position(void *ctx, size_t i, size_t r, const float *logits)
{
    const struct answer *answer = (const struct answer *)ctx;

    softmax(part_of(answer, answer->where[i], r), logits, answer->V);
}

/* weights (n, R) and parts (n, R, L, V) of n rows, at most a batch. */
static void answer_batch(struct transformer_predictor *predictor, double *weights, double *parts,
                         const int *rows, size_t n)
{
    const size_t R = predictor->base.components;
    const int *asked = choose_asked(predictor, rows, n);
    struct answer answer = {parts, predictor->where, R, predictor->base.length,
                            predictor->base.vocab};
    size_t count = 0;

    for (size_t cell = 0; cell < n * answer.L; cell++) {
        if (asked[cell] == MG_MASK) {
            predictor->where[count++] = cell;
        }
        if (rows[cell] == MG_MASK) {
            continue;
        }
        for (size_t r = 0; r < R; r++) {
            double *out = part_of(&answer, cell, r);

            memset(out, 0, answer.V * sizeof(*out));
            out[rows[cell]] = 1.0;
        }
    }
    (void)mg_transformer_visit(predictor->transformer, predictor->mix, rows, asked, n,
                               answer_position, &answer);
    for (size_t k = 0; k < n; k++) {
        softmax(weights + k * R, predictor->mix + k * R, R);
    }
}

static void predict_parts(struct mg_predictor *base, double *weights, double *parts,
                          const int *rows, size_t n)
{
    struct transformer_predictor *predictor = (struct transformer_predictor *)base;
    const size_t batch = mg_transformer_batch(predictor->transformer);
    const size_t R = base->components;

    for (size_t k = 0; k < n; k += batch) {
        answer_batch(predictor, weights + k * R, parts + k * R * base->length * base->vocab,
                     rows + k * base->length, n - k < batch ? n - k : batch);
    }
}

static void predict(struct mg_predictor *base, double *probs, bool *possible, const int *rows,
                    size_t n)
{
    struct transformer_predictor *predictor = (struct transformer_predictor *)base;
    const size_t batch = mg_transformer_batch(predictor->transformer);
    const size_t block = mg_prefix_block(mg_transformer_config(predictor->transformer));
    const size_t R = base->components;
    const size_t cells = base->length * base->vocab;

    for (size_t k = 0; k < n; k += batch) {
        const size_t some = n - k < batch ? n - k : batch;
        double *parts = R == 1 ? probs + k * cells : predictor->parts;

        answer_batch(predictor, predictor->weights, parts, rows + k * base->length, some);
        for (size_t row = 0; row < some && R > 1; row++) {
            mg_mix_parts(probs + (k + row) * cells, predictor->weights + row * R,
                         parts + row * R * cells, R, cells);
        }
    }
    for (size_t k = 0; k < n && block > 0; k++) {
        flatten_after_block(probs + k * cells, rows + k * base->length, block, base->length,
                            base->vocab);
    }
    if (possible != NULL) {
        memset(possible, true, n * sizeof(*possible));
    }
}

struct outlook_ctx {
    struct mg_outlook *outlook;
    size_t vocab;
};

static void look(void *ctx, size_t i, size_t r, const float *logits)
{
    const struct outlook_ctx *seen = (const struct outlook_ctx *)ctx;

    (void)r;
    mg_outlook_from_logits(seen->outlook, i, logits, seen->vocab);
}

/* A mixture has no logits of its own, and a network without suffix must be flattened. */
static bool outlook_of(struct mg_predictor *base, struct mg_outlook *outlook, const int *row,
                       const int *asked)
{
    struct transformer_predictor *predictor = (struct transformer_predictor *)base;
    struct outlook_ctx ctx = {outlook, base->vocab};

    if (base->components > 1 ||
        mg_prefix_block(mg_transformer_config(predictor->transformer)) > 0) {
        return false;
    }
    (void)mg_transformer_visit(predictor->transformer, NULL, row, asked, 1, look, &ctx);
    return true;
}

static void release(struct mg_predictor *base)
{
    struct transformer_predictor *predictor = (struct transformer_predictor *)base;

    free(predictor->parts);
    free(predictor->weights);
    free(predictor->mix);
    free(predictor->where);
    free(predictor->asked);
    free(predictor);
}

static const struct mg_predictor_ops OPS = {"transformer", predict, predict_parts, release,
                                            outlook_of};

struct mg_predictor *mg_transformer_predictor_new(struct mg_transformer *transformer)
{
    const struct mg_transformer_config *config = mg_transformer_config(transformer);
    struct transformer_predictor *predictor =
        (struct transformer_predictor *)mg_allocate(1, sizeof(*predictor));
    const size_t batch = mg_transformer_batch(transformer);
    const size_t R = config->components;
    const size_t cells = config->length * config->vocab;

    predictor->base = (struct mg_predictor){&OPS, config->length, config->vocab, R};
    predictor->transformer = transformer;
    predictor->where = (size_t *)mg_allocate(batch * config->length, sizeof(size_t));
    predictor->mix = (float *)mg_allocate(batch * R, sizeof(float));
    predictor->weights = (double *)mg_allocate(batch * R, sizeof(double));
    if (mg_prefix_block(config) > 0 && R == 1) { /* a mixture's weights come of all masks */
        predictor->asked = (int *)mg_allocate(batch * config->length, sizeof(int));
    }
    if (R > 1) {
        predictor->parts = (double *)mg_allocate(batch * R * cells, sizeof(double));
    }
    return &predictor->base;
}

/*
 * predictor.h - anything that maps a masked sequence to one distribution per position.
 *
 * The exact oracle, a trained network, a checkpoint from disk and the uniform null model are
 * interchangeable: every probe, sampler and measure takes one. A kind of predictor is one file
 * that fills struct mg_predictor_ops.
 */
#ifndef MG_PREDICTOR_PREDICTOR_H
#define MG_PREDICTOR_PREDICTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "model/source/source.h"

struct mg_predictor;
struct mg_outlook;

struct mg_predictor_ops {
    const char *kind; /* "oracle", "transformer", "uniform", ... */

    /*
     * Predict n masked rows at once.
     *   probs     (n, L, V)  out  distribution of every masked position; a point mass where a
     *                             token is revealed; the mask token never gets mass
     *   possible  (n)        out  false where the row has probability 0 under a predictor that
     *                             can tell (the oracle, which then answers uniformly at the
     *                             masked positions); may be NULL
     *   rows      (n, L)     in   token ids or MG_MASK
     * A row's answer does not depend on the other rows, to the last bit.
     */
    void (*predict)(struct mg_predictor *predictor, double *probs, bool *possible, const int *rows,
                    size_t n);

    /*
     * The joint behind the marginals: with probability weights[r] the masked positions of a row
     * are drawn from part r, independently.
     *   weights  (n, R)        out  sum to 1
     *   parts    (n, R, L, V)  out  each as `probs`; `probs` is their mean
     * NULL where that is one product: R = 1, parts = probs.
     */
    void (*predict_parts)(struct mg_predictor *predictor, double *weights, double *parts,
                          const int *rows, size_t n);

    void (*free)(struct mg_predictor *predictor);

    /*
     * A few numbers of each position asked for, without all probabilities: see outlook.h. False
     * where it cannot; NULL: never.
     */
    bool (*outlook)(struct mg_predictor *predictor, struct mg_outlook *outlook, const int *row,
                    const int *asked);
};

struct mg_predictor {
    const struct mg_predictor_ops *ops;
    size_t length;     /* L */
    size_t vocab;      /* V */
    size_t components; /* R, set by those that have predict_parts */
};

void mg_predict(struct mg_predictor *predictor, double *probs, bool *possible, const int *rows,
                size_t n);

/* R: products in the mixture that a step is drawn from. */
size_t mg_predictor_components(const struct mg_predictor *predictor);

/* The joint of each row, as predict_parts. */
void mg_predict_parts(struct mg_predictor *predictor, double *weights, double *parts,
                      const int *rows, size_t n);

/* probs (cells) out: sum_r weights[r] parts[r], parts (R, cells). */
void mg_mix_parts(double *probs, const double *weights, const double *parts, size_t R,
                  size_t cells);

/* Release; NULL is fine. */
void mg_predictor_free(struct mg_predictor *predictor);

/* Exact conditionals of a source that has an oracle; the source is borrowed and must outlive it. */
struct mg_predictor *mg_oracle_new(const struct mg_source *source);

/*
 * The oracle that sees, from each masked position, the tokens at most `window` away (0: all): the
 * best that a network can do whose layers together reach so far.
 */
struct mg_predictor *mg_oracle_window_new(const struct mg_source *source, size_t window);

/* Whether the predictor is the oracle of this very source and sees all: its answers are the truth.
 */
bool mg_predictor_is_oracle(const struct mg_predictor *predictor, const struct mg_source *source);

/* 1/V everywhere: the null model whose every number is known. */
struct mg_predictor *mg_uniform_new(size_t length, size_t vocab);

struct mg_transformer;

/*
 * The network; borrowed, must outlive the predictor. Softmax in double over the V real tokens. A
 * causal network answers the first masked position of a row from the tokens before it, one of block
 * diffusion the masks of its block; whatever stands after has no say, and masks there get 1/V.
 */
struct mg_predictor *mg_transformer_predictor_new(struct mg_transformer *transformer);

#endif

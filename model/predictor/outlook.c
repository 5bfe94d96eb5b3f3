/* outlook.c - see outlook.h. */
#include "model/predictor/outlook.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/numeric/arena.h"

/* Keep token with prob among the k of the i-th position, n of them there; returns how many. */
static size_t keep(struct mg_outlook *outlook, size_t i, size_t n, int token, double prob)
{
    int *tokens = outlook->tokens + i * outlook->k;
    double *probs = outlook->probs + i * outlook->k;
    size_t at = n;

    if (n == outlook->k) {
        if (n == 0 || !(prob > probs[n - 1])) {
            return n;
        }
        at--;
    }
    for (; at > 0 && prob > probs[at - 1]; at--) {
        probs[at] = probs[at - 1];
        tokens[at] = tokens[at - 1];
    }
    probs[at] = prob;
    tokens[at] = token;
    return n < outlook->k ? n + 1 : n;
}

/* The mass that is not listed, from the listed masses of a distribution. */
static void finish(struct mg_outlook *outlook, size_t i)
{
    double listed = 0.0;

    for (size_t j = 0; j < outlook->k; j++) {
        listed += outlook->probs[i * outlook->k + j];
    }
    outlook->tail[i] = fmax(0.0, 1.0 - listed);
}

void mg_outlook_from_logits(struct mg_outlook *outlook, size_t i, const float *logits, size_t V)
{
    double largest = -HUGE_VAL;
    double total = 0.0;
    double mean = 0.0; /* of the logits less the largest */
    double log_total;
    size_t n = 0;

    assert(outlook->k <= V);
    for (size_t v = 0; v < V; v++) {
        largest = fmax(largest, (double)logits[v]);
    }
    for (size_t v = 0; v < V; v++) {
        const double below = (double)logits[v] - largest;
        const double mass = exp(below);

        total += mass;
        mean += mass > 0.0 ? mass * below : 0.0;
        n = keep(outlook, i, n, (int)v, mass);
    }
    log_total = log(total);
    outlook->entropy_nats[i] = log_total - mean / total;
    for (size_t j = 0; j < outlook->k; j++) {
        outlook->probs[i * outlook->k + j] /= total;
    }
    for (size_t j = 0; j < outlook->n_chosen; j++) {
        outlook->chosen_nats[i * outlook->n_chosen + j] =
            (double)logits[outlook->chosen[j]] - largest - log_total;
    }
    finish(outlook, i);
}

void mg_outlook_from_probs(struct mg_outlook *outlook, size_t i, const double *probs, size_t V)
{
    double entropy_nats = 0.0;
    size_t n = 0;

    assert(outlook->k <= V);
    for (size_t v = 0; v < V; v++) {
        entropy_nats -= probs[v] > 0.0 ? probs[v] * log(probs[v]) : 0.0;
        n = keep(outlook, i, n, (int)v, probs[v]);
    }
    outlook->entropy_nats[i] = entropy_nats;
    for (size_t j = 0; j < outlook->n_chosen; j++) {
        outlook->chosen_nats[i * outlook->n_chosen + j] = log(probs[outlook->chosen[j]]);
    }
    finish(outlook, i);
}

size_t mg_predict_outlook(struct mg_predictor *predictor, struct mg_outlook *outlook,
                          const int *row, const int *asked)
{
    const size_t L = predictor->length;
    const size_t V = predictor->vocab;
    double *probs;
    size_t n = 0;

    for (size_t i = 0; i < L; i++) {
        assert(asked[i] != MG_MASK || row[i] == MG_MASK);
    }
    if (predictor->ops->outlook != NULL &&
        predictor->ops->outlook(predictor, outlook, row, asked)) {
        for (size_t i = 0; i < L; i++) {
            n += asked[i] == MG_MASK;
        }
        return n;
    }
    probs = (double *)mg_allocate(L * V, sizeof(*probs));
    mg_predict(predictor, probs, NULL, row, 1);
    for (size_t i = 0; i < L; i++) {
        if (asked[i] == MG_MASK) {
            mg_outlook_from_probs(outlook, n++, probs + i * V, V);
        }
    }
    free(probs);
    return n;
}

/* predictor.c - the calls every predictor shares; see predictor.h. */
#include "model/predictor/predictor.h"

#include <assert.h>

void mg_predict(struct mg_predictor *predictor, double *probs, bool *possible, const int *rows,
                size_t n)
{
    assert(predictor != NULL);
    if (n > 0) {
        predictor->ops->predict(predictor, probs, possible, rows, n);
    }
}

size_t mg_predictor_components(const struct mg_predictor *predictor)
{
    return predictor->ops->predict_parts == NULL ? 1 : predictor->components;
}

void mg_predict_parts(struct mg_predictor *predictor, double *weights, double *parts,
                      const int *rows, size_t n)
{
    if (mg_predictor_components(predictor) > 1) {
        predictor->ops->predict_parts(predictor, weights, parts, rows, n);
        return;
    }
    mg_predict(predictor, parts, NULL, rows, n);
    for (size_t k = 0; k < n; k++) {
        weights[k] = 1.0;
    }
}

void mg_mix_parts(double *probs, const double *weights, const double *parts, size_t R, size_t cells)
{
    for (size_t i = 0; i < cells; i++) {
        probs[i] = 0.0;
        for (size_t r = 0; r < R; r++) {
            probs[i] += weights[r] * parts[r * cells + i];
        }
    }
}

void mg_predictor_free(struct mg_predictor *predictor)
{
    if (predictor != NULL) {
        predictor->ops->free(predictor);
    }
}

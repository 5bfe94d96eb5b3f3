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

void mg_predictor_free(struct mg_predictor *predictor)
{
    if (predictor != NULL) {
        predictor->ops->free(predictor);
    }
}

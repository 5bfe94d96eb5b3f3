/* uniform.c - the null model: 1/V at every masked position; tests the harness. */
#include "model/predictor/uniform.h"

#include <assert.h>
#include <stdlib.h>

void mg_uniform_row(double *probs, const int *row, size_t length, size_t vocab)
{
    for (size_t i = 0; i < length; i++) {
        for (size_t v = 0; v < vocab; v++) {
            probs[i * vocab + v] = row[i] == MG_MASK     ? 1.0 / (double)vocab
                                   : (size_t)row[i] == v ? 1.0
                                                         : 0.0;
        }
    }
}

static void uniform_predict(struct mg_predictor *predictor, double *probs, bool *possible,
                            const int *rows, size_t n)
{
    for (size_t r = 0; r < n; r++) {
        mg_uniform_row(probs + r * predictor->length * predictor->vocab,
                       rows + r * predictor->length, predictor->length, predictor->vocab);
        if (possible != NULL) {
            possible[r] = true;
        }
    }
}

static void uniform_free(struct mg_predictor *predictor)
{
    free(predictor);
}

static const struct mg_predictor_ops UNIFORM = {
    .kind = "uniform", .predict = uniform_predict, .free = uniform_free};

struct mg_predictor *mg_uniform_new(size_t length, size_t vocab)
{
    struct mg_predictor *predictor = malloc(sizeof(*predictor));

    assert(length > 0 && vocab > 0);
    assert(predictor != NULL);
    *predictor = (struct mg_predictor){.ops = &UNIFORM, .length = length, .vocab = vocab};
    return predictor;
}

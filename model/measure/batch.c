/* batch.c - see batch.h. */
#include "model/measure/batch.h"

#include <stdlib.h>
#include <string.h>

#include "model/diffusion/contexts.h"
#include "model/numeric/arena.h"

enum { CELLS_MAX = 1 << 20, ROWS_MAX = 256 };

size_t mg_batch_rows(size_t length, size_t vocab)
{
    const size_t fit = CELLS_MAX / (length * vocab);

    if (fit < 1) {
        return 1;
    }
    return fit < ROWS_MAX ? fit : ROWS_MAX;
}

void mg_predict_distinct(struct mg_predictor *predictor, double *probs, bool *possible,
                         const int *rows, size_t n)
{
    const size_t cells = predictor->length * predictor->vocab;
    struct mg_contexts *contexts = mg_contexts_new(predictor->length);
    size_t *number = mg_allocate(n, sizeof(*number));

    for (size_t k = 0; k < n; k++) {
        number[k] = mg_contexts_add(contexts, rows + k * predictor->length, NULL);
    }
    mg_predict(predictor, probs, possible, mg_contexts_rows(contexts, 0),
               mg_contexts_count(contexts));
    for (size_t k = n; k-- > 0;) { /* from the end: number[k] <= k, so no answer is lost */
        if (number[k] < k) {
            memcpy(probs + k * cells, probs + number[k] * cells, cells * sizeof(*probs));
            if (possible != NULL) {
                possible[k] = possible[number[k]];
            }
        }
    }
    free(number);
    mg_contexts_free(contexts);
}

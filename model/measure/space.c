/* space.c - see space.h. */
#include "model/measure/space.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/diffusion/sampler.h"
#include "model/numeric/arena.h"
#include "model/source/source.h"

enum { ROWS_AT_ONCE = 1024 };

static const double CONTEXTS_MAX = 1e5;
static const double PROBABILITIES_MAX = 16777216.0; /* 128 MiB */

double mg_space_size(size_t length, size_t vocab)
{
    return pow((double)vocab + 1.0, (double)length);
}

bool mg_space_fits(size_t length, size_t vocab)
{
    const double size = mg_space_size(length, vocab);

    return size <= CONTEXTS_MAX && size * (double)length * (double)vocab <= PROBABILITIES_MAX;
}

void mg_space_init(struct mg_space *space, size_t length, size_t vocab)
{
    assert(mg_space_fits(length, vocab));
    *space = (struct mg_space){.length = length, .vocab = vocab, .count = 1};
    space->place = mg_allocate(length, sizeof(size_t));
    for (size_t i = length; i-- > 0; space->count *= vocab + 1) {
        space->place[i] = space->count;
    }
}

void mg_space_release(struct mg_space *space)
{
    free(space->place);
}

size_t mg_space_row(int *row, const struct mg_space *space, size_t number)
{
    size_t masks = 0;

    for (size_t i = 0; i < space->length; i++) {
        const size_t digit = number / space->place[i] % (space->vocab + 1);

        row[i] = digit == space->vocab ? MG_MASK : (int)digit;
        masks += digit == space->vocab;
    }
    return masks;
}

/* Temper the predictions of n rows that are finite. */
static enum mg_status temper_rows(double *tempered, const int *rows, const double *probs, size_t n,
                                  const struct mg_predictor *predictor, double temperature,
                                  struct mg_error *err)
{
    const size_t vocab = predictor->vocab;

    for (size_t i = 0; i < n * predictor->length * vocab; i++) {
        if (!isfinite(probs[i])) {
            return mg_fail(err, MG_NO, "law: the predictor's probabilities are not finite");
        }
    }
    for (size_t k = 0; k < n * predictor->length; k++) {
        if (rows[k] == MG_MASK) {
            mg_temper(tempered + k * vocab, probs + k * vocab, vocab, temperature);
        }
    }
    return MG_OK;
}

enum mg_status mg_space_predict(double *tempered, size_t *masks, const struct mg_space *space,
                                struct mg_predictor *predictor, double temperature,
                                struct mg_error *err)
{
    const size_t cells = space->length * space->vocab;
    int *rows = mg_allocate(ROWS_AT_ONCE * space->length, sizeof(rows[0]));
    double *probs = mg_allocate(ROWS_AT_ONCE * cells, sizeof(probs[0]));
    enum mg_status status = MG_OK;

    for (size_t from = 0; from < space->count && status == MG_OK; from += ROWS_AT_ONCE) {
        const size_t left = space->count - from;
        const size_t n = left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;

        for (size_t k = 0; k < n; k++) {
            masks[from + k] = mg_space_row(rows + k * space->length, space, from + k);
        }
        mg_predict(predictor, probs, NULL, rows, n);
        status = temper_rows(tempered + from * cells, rows, probs, n, predictor, temperature, err);
    }
    free(probs);
    free(rows);
    return status;
}

double *mg_space_complete(const struct mg_space *space, const double *weight)
{
    int *row = mg_allocate(space->length, sizeof(row[0]));
    size_t n = 1;
    size_t at = 0;
    double *complete;

    for (size_t i = 0; i < space->length; i++) {
        n *= space->vocab;
    }
    complete = mg_allocate(n, sizeof(complete[0]));
    for (size_t c = 0; c < space->count; c++) {
        if (mg_space_row(row, space, c) == 0) {
            complete[at++] = weight[c];
        }
    }
    assert(at == n);
    free(row);
    return complete;
}

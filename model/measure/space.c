/* space.c - see space.h. */
#include "model/measure/space.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/numeric/arena.h"
#include "model/source/source.h"

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

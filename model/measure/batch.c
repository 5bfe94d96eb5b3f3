/* batch.c - see batch.h. */
#include "model/measure/batch.h"

enum { CELLS_MAX = 1 << 20, ROWS_MAX = 256 };

size_t mg_batch_rows(size_t length, size_t vocab)
{
    const size_t fit = CELLS_MAX / (length * vocab);

    if (fit < 1) {
        return 1;
    }
    return fit < ROWS_MAX ? fit : ROWS_MAX;
}

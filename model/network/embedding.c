/* embedding.c - see embedding.h. */
#include "model/network/embedding.h"

#include <assert.h>

#include "model/numeric/vecmath.h"

void mg_embedding_forward(float *h, const struct mg_piece *wte, const float *wpe, const size_t *ids,
                          size_t M, size_t T, size_t d)
{
    const size_t row_bytes = d * mg_dtype_size(wte->dtype);

    for (size_t m = 0; m < M; m++) {
        assert(ids[m] < wte->rows);
        mg_widen(h + m * d, (const unsigned char *)wte->data + ids[m] * row_bytes, wte->dtype, d);
        if (wpe != NULL) {
            mg_add(h + m * d, wpe + m % T * d, d);
        }
    }
}

void mg_embedding_backward(float *d_wte, float *d_wpe, const float *d_h, const size_t *ids,
                           size_t M, size_t T, size_t d)
{
    for (size_t m = 0; m < M; m++) {
        mg_add(d_wte + ids[m] * d, d_h + m * d, d);
        if (d_wpe != NULL) {
            mg_add(d_wpe + m % T * d, d_h + m * d, d);
        }
    }
}

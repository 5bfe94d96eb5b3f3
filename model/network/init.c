/* init.c - see init.h. */
#include "model/network/init.h"

#include <math.h>
#include <string.h>

static const double TOKEN_DEVIATION = 0.2;
static const double POSITION_DEVIATION = 0.02;

static double deviation_of(const struct mg_tensor *tensor)
{
    if (strcmp(tensor->name, "model.transformer.wte.weight") == 0) {
        return TOKEN_DEVIATION;
    }
    if (strcmp(tensor->name, "model.transformer.wpe.weight") == 0) {
        return POSITION_DEVIATION;
    }
    return 1.0 / sqrt(3.0 * (double)tensor->shape[1]);
}

void mg_init_parameters(struct mg_parameters *parameters, struct mg_stream init)
{
    for (size_t t = 0; t < parameters->n; t++) {
        const struct mg_tensor *tensor = &parameters->tensors[t];
        const double deviation = deviation_of(tensor);

        for (size_t e = 0; e < tensor->count; e++) {
            struct mg_rng rng = mg_rng_at(init, e, (uint32_t)t);

            tensor->data[e] = tensor->rank == 1 ? 1.0f : (float)(deviation * mg_rng_normal(&rng));
        }
    }
}

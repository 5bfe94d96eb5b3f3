/* init.c - see init.h. */
#include "model/network/init.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const double EMBEDDING_DEVIATION = 0.02;

static bool is_embedding(const char *name)
{
    return strcmp(name, "model.transformer.wte.weight") == 0 ||
           strcmp(name, "model.transformer.wpe.weight") == 0;
}

void mg_init_parameters(struct mg_parameters *parameters, struct mg_stream init)
{
    for (size_t t = 0; t < parameters->n; t++) {
        const struct mg_tensor *tensor = &parameters->tensors[t];
        const double deviation = is_embedding(tensor->name)
                                     ? EMBEDDING_DEVIATION
                                     : 1.0 / sqrt(3.0 * (double)tensor->shape[1]);

        for (size_t e = 0; e < tensor->count; e++) {
            struct mg_rng rng = mg_rng_at(init, e, (uint32_t)t);

            tensor->data[e] = tensor->rank == 1 ? 1.0f : (float)(deviation * mg_rng_normal(&rng));
        }
    }
}

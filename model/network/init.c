/* init.c - see init.h. */
#include "model/network/init.h"

#include <math.h>
#include <string.h>

static const double DEVIATION = 0.02;

static bool ends_with(const char *name, const char *ending)
{
    const size_t length = strlen(name);
    const size_t end = strlen(ending);

    return length >= end && strcmp(name + length - end, ending) == 0;
}

/* True for what a block adds to the residual stream; the head is called ff_out as well. */
static bool is_output_projection(const char *name)
{
    return strstr(name, ".blocks.") != NULL &&
           (ends_with(name, ".attn_out.weight") || ends_with(name, ".ff_out.weight"));
}

void mg_init_parameters(struct mg_parameters *parameters,
                        const struct mg_transformer_config *config, struct mg_stream init)
{
    const double narrow = DEVIATION / sqrt(2.0 * (double)config->layers);

    for (size_t t = 0; t < parameters->n; t++) {
        const struct mg_tensor *tensor = &parameters->tensors[t];
        const double deviation = is_output_projection(tensor->name) ? narrow : DEVIATION;

        for (size_t e = 0; e < tensor->count; e++) {
            struct mg_rng rng = mg_rng_at(init, e, (uint32_t)t);

            tensor->data[e] = tensor->rank == 1 ? 1.0f : (float)(deviation * mg_rng_normal(&rng));
        }
    }
}

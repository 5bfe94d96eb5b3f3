/* flops.c - see flops.h. */
#include "model/network/flops.h"

double mg_training_flops(const struct mg_transformer_config *config, size_t rows, size_t answered)
{
    const double d = (double)config->width;
    const double T = (double)mg_row_length(config);
    const double M = (double)rows * T;
    const double m = (double)answered;
    const double layers = (double)config->layers;
    const double qkv = 3.0 * d * d;
    const double after = d * d + 3.0 * d * (double)config->hidden; /* of a position, in a block */
    const double R = (double)config->components;
    const double head = R * (double)config->vocab * d;
    const double pooled = R > 1.0 ? (double)rows * R * d : 0.0;
    const double weights = layers * qkv * M + after * ((layers - 1.0) * M + m) + head * m + pooled;
    /* Scores and values forward; the gradient of the scores, and those of q, k and v backward. */
    const double attention = layers * (2.0 + 4.0) * M * T * d;

    /* Each weight's product comes three times: forward, gradient of the input, of the weight. */
    return 2.0 * (3.0 * weights + attention);
}

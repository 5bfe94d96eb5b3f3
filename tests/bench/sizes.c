/* sizes.c - the four sizes of network that speed is told for, and what a pass over them costs. */
#include "tests/bench/bench.h"

#define NETWORK(vocab_, length_, layers_, width_, heads_, hidden_)                                 \
    {                                                                                              \
        .vocab = vocab_, .length = length_, .layers = layers_, .width = width_, .heads = heads_,   \
        .hidden = hidden_, .positions = MG_POSITIONS_ROPE, .rope_theta = 1e4, .norm_eps = 1e-5,    \
        .components = 1                                                                            \
    }

static const struct bench_size SIZES[] = {
    {"toy", NETWORK(8, 5, 2, 32, 2, 64), 100, 64, 5},
    {"tiny", NETWORK(64, 32, 2, 64, 4, 172), 64, 64, 16},
    {"small", NETWORK(256, 64, 4, 128, 4, 344), 64, 64, 16},
    {"base", NETWORK(4096, 128, 6, 256, 8, 688), 32, 16,
     2}, /* 64 rows of 16 rounds would take minutes */
};

const struct bench_size *bench_sizes(size_t *n)
{
    *n = sizeof(SIZES) / sizeof(SIZES[0]);
    return SIZES;
}

double bench_forward_flop(const struct bench_size *size, size_t rows)
{
    const struct mg_transformer_config *c = &size->config;
    const double d = (double)c->width;
    const double layers = (double)c->layers;
    const double weights = layers * (4 * d * d + 3 * d * (double)c->hidden) + d * (double)c->vocab;
    const double attention = 4 * (double)c->length * d * layers;

    return (double)(rows * c->length) * (2 * weights + attention);
}

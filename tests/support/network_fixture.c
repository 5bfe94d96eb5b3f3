/* network_fixture.c - see network_fixture.h. */
#include "tests/support/network_fixture.h"

#include <assert.h>
#include <stdlib.h>

#include "model/numeric/arena.h"
#include "model/source/source.h"

static const struct mg_stream INIT = {{101, 102}};

struct mg_transformer_config configured(enum mg_positions positions, bool causal)
{
    return (struct mg_transformer_config){.vocab = 7,
                                          .length = 5,
                                          .layers = 2,
                                          .width = 12,
                                          .heads = 2,
                                          .hidden = 9,
                                          .positions = positions,
                                          .causal = causal,
                                          .rope_theta = 1e4,
                                          .norm_eps = 1e-5,
                                          .components = 1};
}

struct fixture *fixture_new(struct mg_transformer_config config, size_t batch, size_t n,
                            double deviation)
{
    struct fixture *f = (struct fixture *)mg_allocate(1, sizeof(*f));
    struct mg_rng rng = mg_rng_at(INIT, 0, 77);
    float each = 0.0f;

    assert(n <= MOST_ROWS && n * config.length <= MOST_TOKENS);
    f->config = config;
    f->n = n;
    f->net = mg_transformer_new(&config, batch, true, INIT);
    f->list = mg_transformer_parameters(f->net);
    f->value = (double *)mg_allocate(f->list->count, sizeof(double));
    for (size_t i = 0; i < f->list->count; i++) {
        f->list->block[i] += (float)(deviation * mg_rng_normal(&rng));
        f->value[i] = (double)f->list->block[i];
    }
    for (size_t i = 0; i < n * config.length; i++) {
        f->clean[i] = (int)mg_rng_below(&rng, (uint32_t)config.vocab);
        f->noisy[i] = mg_rng_below(&rng, 2) == 0 ? MG_MASK : f->clean[i];
    }
    for (size_t i = 0; i < n * config.length; i++) {
        const bool first = i % config.length == 0;

        if (first || config.components == 1) { /* of a mixture's row, the same everywhere */
            each = (float)(0.1 + mg_rng_uniform(&rng));
        }
        f->weight[i] = mg_rng_below(&rng, 5) == 0 ? 0.0f : each;
    }
    return f;
}

void fixture_free(struct fixture *f)
{
    free(f->value);
    mg_transformer_free(f->net);
    free(f);
}

double fixture_loss(struct fixture *f)
{
    return mg_transformer_loss(f->net, f->noisy, f->clean, f->weight, f->n);
}

/* network.c - see network.h. */
#include "model/network/network.h"

#include "model/network/rope.h"
#include "model/numeric/matmul.h"

static float *take_packed(struct mg_arena *arena, size_t N, size_t K)
{
    return (float *)mg_arena_take(arena, mg_matmul_packed_size(N, K), sizeof(float));
}

void mg_network_carve(struct mg_network *network, struct mg_arena *arena)
{
    const struct mg_transformer_config *config = &network->config;
    const size_t d = config->width;
    const size_t half = d / config->heads / 2;
    const size_t T = mg_row_length(config);
    struct mg_block_packed unused;

    network->row_length = T;
    network->attention = (struct mg_attention_shape){.length = T,
                                                     .heads = config->heads,
                                                     .size = d / config->heads,
                                                     .causal = config->causal,
                                                     .block = config->block,
                                                     .window = config->window,
                                                     .bos = mg_has_bos(config)};
    network->weights.blocks = (struct mg_block_view *)mg_arena_take(
        arena, config->layers, sizeof(*network->weights.blocks));
    network->packed =
        (struct mg_block_packed *)mg_arena_take(arena, config->layers, sizeof(*network->packed));
    for (size_t i = 0; i < config->layers; i++) {
        struct mg_block_packed *block = network->packed != NULL ? &network->packed[i] : &unused;

        block->qkv = take_packed(arena, 3 * d, d);
        block->attn_out = take_packed(arena, d, d);
        block->gate_up = take_packed(arena, 2 * config->hidden, d);
        block->ff_out = take_packed(arena, d, config->hidden);
    }
    network->packed_heads = (float *)mg_arena_take(
        arena, config->components * mg_matmul_packed_size(config->vocab, d), sizeof(float));
    network->cosine = (float *)mg_arena_take(arena, T * half, sizeof(float));
    network->sine = (float *)mg_arena_take(arena, T * half, sizeof(float));
}

void mg_network_bind(struct mg_network *network, const struct mg_parameters *parameters)
{
    const struct mg_transformer_config *config = &network->config;

    mg_rope_table(network->cosine, network->sine, config->rope_theta, network->row_length,
                  config->width / config->heads / 2);
    mg_parameters_view(&network->weights, parameters, config);
}

float *mg_packed_head(const struct mg_network *network, size_t r)
{
    return network->packed_heads +
           r * mg_matmul_packed_size(network->config.vocab, network->config.width);
}

void mg_network_pack(struct mg_network *network)
{
    const struct mg_transformer_config *config = &network->config;
    const size_t d = config->width;

    for (size_t i = 0; i < config->layers; i++) {
        const struct mg_block_view *weights = &network->weights.blocks[i];
        struct mg_block_packed *packed = &network->packed[i];

        mg_matmul_pack(packed->qkv, weights->qkv, 3 * d, d);
        mg_matmul_pack(packed->attn_out, weights->attn_out, d, d);
        mg_matmul_pack(packed->gate_up, weights->gate_up, 2 * config->hidden, d);
        mg_matmul_pack(packed->ff_out, weights->ff_out, d, config->hidden);
    }
    for (size_t r = 0; r < config->components; r++) {
        mg_matmul_pack(mg_packed_head(network, r), mg_head_of(&network->weights, config, r),
                       config->vocab, d);
    }
}

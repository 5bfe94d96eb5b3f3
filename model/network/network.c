/* network.c - see network.h. */
#include "model/network/network.h"

#include <assert.h>

#include "model/network/rope.h"
#include "model/numeric/half.h"
#include "model/numeric/matmul.h"

static float *take_packed(struct mg_arena *arena, size_t N, size_t K)
{
    return (float *)mg_arena_take(arena, mg_matmul_packed_size(N, K), sizeof(float));
}

static void carve_own(struct mg_network *network, struct mg_arena *arena)
{
    const struct mg_transformer_config *config = &network->config;
    const size_t d = config->width;
    struct mg_block_packed unused;

    network->weights.blocks = (struct mg_block_view *)mg_arena_take(
        arena, config->layers, sizeof(*network->weights.blocks));
    network->forward.blocks = (struct mg_block_weights *)mg_arena_take(
        arena, config->layers, sizeof(*network->forward.blocks));
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
}

void mg_network_carve(struct mg_network *network, bool own, struct mg_arena *arena)
{
    const struct mg_transformer_config *config = &network->config;
    const size_t size = mg_head_size(config);
    const size_t T = mg_row_length(config);

    network->row_length = T;
    network->stride = config->length;
    network->attention = (struct mg_attention_shape){.length = T,
                                                     .heads = config->heads,
                                                     .size = size,
                                                     .causal = config->causal,
                                                     .block = config->block,
                                                     .window = config->window,
                                                     .bos = mg_has_bos(config),
                                                     .kv_heads = mg_kv_heads(config)};
    network->mask_row = config->relative.mask_row > 0 ? config->relative.mask_row : config->vocab;
    network->bos_row = config->vocab + 1;
    if (own) {
        carve_own(network, arena);
    }
    network->cosine = (float *)mg_arena_take(arena, T * size / 2, sizeof(float));
    network->sine = (float *)mg_arena_take(arena, T * size / 2, sizeof(float));
}

static void fill_tables(struct mg_network *network)
{
    mg_rope_table(network->cosine, network->sine, network->config.rope_theta, network->row_length,
                  network->attention.size / 2);
    if (network->config.relative.rope_bf16) {
        mg_round_bf16(network->cosine, network->row_length * network->attention.size / 2);
        mg_round_bf16(network->sine, network->row_length * network->attention.size / 2);
    }
}

static struct mg_matrix packed_matrix(const float *packed, size_t N, size_t K)
{
    return (struct mg_matrix){.N = N, .K = K, .packed = packed};
}

void mg_network_bind(struct mg_network *network, const struct mg_parameters *parameters)
{
    const struct mg_transformer_config *config = &network->config;
    const struct mg_parameters_view *weights = &network->weights;
    struct mg_weights *forward = &network->forward;
    const size_t d = config->width;

    fill_tables(network);
    mg_parameters_view(&network->weights, parameters, config);
    forward->wte = (struct mg_piece){weights->wte, MG_F32, mg_vocabulary_rows(config)};
    forward->wpe = weights->wpe;
    for (size_t i = 0; i < config->layers; i++) {
        const struct mg_block_packed *packed = &network->packed[i];

        forward->blocks[i] = (struct mg_block_weights){
            .attn_norm = weights->blocks[i].attn_norm,
            .qkv = packed_matrix(packed->qkv, 3 * d, d),
            .attn_out = packed_matrix(packed->attn_out, d, d),
            .ff_norm = weights->blocks[i].ff_norm,
            .gate_up = packed_matrix(packed->gate_up, 2 * config->hidden, d),
            .ff_out = packed_matrix(packed->ff_out, d, config->hidden),
        };
    }
    forward->ln_f = weights->ln_f;
    forward->head = packed_matrix(network->packed_heads, config->vocab, d);
}

void mg_network_bind_borrowed(struct mg_network *network, const struct mg_weights *weights)
{
    fill_tables(network);
    network->forward = *weights;
}

void mg_network_shorten(struct mg_network *shorter, const struct mg_network *network, size_t length)
{
    assert(length >= 1 && length <= network->config.length);
    *shorter = *network; /* the tables begin as those of shorter rows */
    shorter->config.length = length;
    shorter->row_length = mg_row_length(&shorter->config);
    shorter->attention.length = shorter->row_length;
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

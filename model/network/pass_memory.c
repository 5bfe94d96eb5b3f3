/* pass_memory.c - the working memory of a pass; see pass.h. */
#include "model/network/pass.h"

/* Channels of q, k and v of one position. */
size_t mg_qkv_width(const struct mg_transformer_config *config)
{
    return (config->heads + 2 * mg_kv_heads(config)) * mg_head_size(config);
}

static float *take(struct mg_arena *arena, size_t count)
{
    return (float *)mg_arena_take(arena, count, sizeof(float));
}

static void carve_block(struct mg_block_state *block, const struct mg_pass *pass,
                        const struct mg_network *network, bool last, struct mg_arena *arena)
{
    const struct mg_transformer_config *config = &network->config;
    const size_t M = pass->capacity * network->row_length;
    const size_t probs =
        pass->capacity * config->heads * mg_attention_probs_size(&network->attention);
    const size_t attended = config->heads * mg_head_size(config);

    block->input = take(arena, M * config->width);
    block->norm1 = take(arena, M * config->width);
    block->rstd1 = take(arena, M);
    block->qkv = take(arena, M * mg_qkv_width(config));
    block->probs = pass->train ? take(arena, probs) : NULL;
    block->attended = take(arena, M * attended);
    block->kept = last ? take(arena, M * config->width) : block->input;
    block->kept_attended = last ? take(arena, M * attended) : block->attended;
    block->middle = take(arena, M * config->width);
    block->norm2 = take(arena, M * config->width);
    block->rstd2 = take(arena, M);
    block->gate_up = take(arena, M * 2 * config->hidden);
    block->activated = take(arena, M * config->hidden);
}

static void carve_blocks(struct mg_pass *pass, const struct mg_network *network,
                         struct mg_arena *arena)
{
    const struct mg_transformer_config *config = &network->config;
    struct mg_block_state last;

    pass->blocks =
        (struct mg_block_state *)mg_arena_take(arena, config->layers, sizeof(*pass->blocks));
    carve_block(&last, pass, network, true, arena);
    for (size_t i = 0; i < config->layers; i++) {
        struct mg_block_state block = last;

        if (i + 1 < config->layers) {
            block.kept = last.input;
            block.kept_attended = last.attended;
            if (pass->train) {
                carve_block(&block, pass, network, false, arena);
            }
        }
        if (pass->blocks != NULL) {
            pass->blocks[i] = block;
        }
    }
}

/* Positions that differ in their token alone meet the first block token by token. */
static void carve_tokens(struct mg_pass *pass, const struct mg_network *network, size_t M,
                         struct mg_arena *arena)
{
    const struct mg_transformer_config *config = &network->config;
    const size_t rows = mg_vocabulary_rows(config);
    const size_t most = M < rows ? M : rows;

    pass->by_token = pass->threads == 0 && config->positions != MG_POSITIONS_ABSOLUTE;
    if (!pass->by_token) {
        return;
    }
    pass->tokens = (size_t *)mg_arena_take(arena, most, sizeof(size_t));
    pass->token_of = (size_t *)mg_arena_take(arena, M, sizeof(size_t));
    pass->number_of = (size_t *)mg_arena_take(arena, rows, sizeof(size_t));
    pass->token_input = take(arena, most * config->width);
    pass->token_qkv = take(arena, most * mg_qkv_width(config));
    if (pass->train) {
        pass->d_token = take(arena, most * config->width);
        pass->d_token_qkv = take(arena, most * mg_qkv_width(config));
    }
}

void mg_pass_carve(struct mg_pass *pass, const struct mg_network *network, struct mg_arena *arena)
{
    const struct mg_transformer_config *config = &network->config;
    const size_t d = config->width;
    const size_t M = pass->capacity * network->row_length;
    const size_t most = pass->capacity * config->length; /* masked positions */

    carve_blocks(pass, network, arena);
    pass->ids = (size_t *)mg_arena_take(arena, M, sizeof(size_t));
    carve_tokens(pass, network, M, arena);
    pass->masked = (size_t *)mg_arena_take(arena, most, sizeof(size_t));
    pass->output = take(arena, most * d);
    pass->norm = take(arena, most * d);
    pass->rstd = take(arena, most);
    if (pass->threads > 0) {
        const size_t inner = config->heads * mg_head_size(config);
        const size_t widest = config->hidden > inner ? config->hidden : inner;

        pass->room = take(arena, mg_pieces_room(M, widest > d ? widest : d, pass->threads));
        pass->logits = take(arena, (most < MG_HEAD_ROWS ? most : MG_HEAD_ROWS) * config->vocab);
    } else {
        pass->logits = take(arena, config->components * most * config->vocab);
    }
    pass->start = (size_t *)mg_arena_take(arena, pass->capacity + 1, sizeof(size_t));
    pass->pooled = take(arena, pass->capacity * d);
    pass->mix = take(arena, pass->capacity * config->components);
    pass->share = take(arena, most);
    pass->scratch = take(arena, (pass->threads > 0 ? pass->threads : 1) *
                                    mg_attention_scratch_size(&network->attention));
    if (pass->train) {
        pass->target = (size_t *)mg_arena_take(arena, most, sizeof(size_t));
        pass->weight = take(arena, most);
        pass->d_stream = take(arena, M * d);
        pass->d_norm = take(arena, M * d);
        pass->d_attended = take(arena, M * d);
        pass->d_qkv = take(arena, M * 3 * d);
        pass->d_gate_up = take(arena, M * 2 * config->hidden);
        pass->d_activated = take(arena, M * config->hidden);
    }
}

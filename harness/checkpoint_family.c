/*
 * checkpoint_family.c - see checkpoint_family.h: the table.
 *
 * Sources: GSAI-ML/LLaDA-8B-Base, config.json and modeling_llada.py (Nie et al. 2025,
 * arXiv:2502.09992); ZHZisZZ/dllm, pipelines/a2d (Qwen2 and Qwen3 with the causal mask taken out)
 * and pipelines/dream; Ye et al. 2025, arXiv:2508.15487 (Dream); Gong et al. 2025, arXiv:2506.20639
 * (DiffuCoder); ML-GSAI/SMDM, lit_gpt (Nie et al. 2025, arXiv:2410.18514).
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "harness/checkpoint_family.h"

#define MEMBER(name) offsetof(struct mg_family_sizes, name)

const struct mg_constant mg_llada_constants[] = {
    {"activation_type", "\"silu\"", false},
    {"alibi", "false", false},
    {"architectures", "[\"LLaDAModelLM\"]", false},
    {"attention_layer_norm", "false", false},
    {"block_group_size", "1", false},
    {"block_type", "\"llama\"", false},
    {"include_bias", "false", false},
    {"include_qkv_bias", "false", false},
    {"input_emb_norm", "false", false},
    {"layer_norm_type", "\"rms\"", false},
    {"model_type", "\"llada\"", false},
    {"rope", "true", false},
    {"scale_logits", "false", false},
    {"weight_tying", "false", false},
    {"bias_for_layer_norm", "false", true},
    {"layer_norm_with_affine", "true", true},
    {"multi_query_attention", "null", true},
    {NULL, NULL, false},
};

static const struct mg_family_size llada_sizes[] = {
    {"vocab_size", MEMBER(rows), 1 << 20, NULL},
    {"embedding_size", MEMBER(embedding), 1 << 20, "vocab_size"},
    {"d_model", MEMBER(width), 1 << 16, NULL},
    {"n_layers", MEMBER(layers), 1 << 10, NULL},
    {"n_heads", MEMBER(heads), 1 << 16, NULL},
    {"n_kv_heads", MEMBER(kv_heads), 1 << 16, "n_heads"},
    {"mlp_hidden_size", MEMBER(hidden), 1 << 20, NULL},
    {"mask_token_id", MEMBER(mask), 1 << 20, NULL},
    {"max_sequence_length", MEMBER(length), 1 << 20, NULL},
    {NULL, 0, 0, NULL},
};

/* What the models that began as Qwen2 and Qwen3 have in common. */
#define QWEN_CONSTANTS                                                                             \
    {"hidden_act", "\"silu\"", false}, {"rope_scaling", "null", true},                             \
        {"use_sliding_window", "false", true}, {"attention_bias", "false", true},                  \
        {"mlp_bias", "false", true}, {"quantization_config", "null", true},                        \
    {                                                                                              \
        NULL, NULL, false                                                                          \
    }

static const struct mg_constant qwen_constants[] = {QWEN_CONSTANTS};

#define QWEN_SIZES                                                                                 \
    {"vocab_size", MEMBER(rows), 1 << 20, NULL}, {"hidden_size", MEMBER(width), 1 << 16, NULL},    \
        {"num_hidden_layers", MEMBER(layers), 1 << 10, NULL},                                      \
        {"num_attention_heads", MEMBER(heads), 1 << 16, NULL},                                     \
        {"num_key_value_heads", MEMBER(kv_heads), 1 << 16, NULL},                                  \
        {"intermediate_size", MEMBER(hidden), 1 << 20, NULL},                                      \
    {                                                                                              \
        "max_position_embeddings", MEMBER(length), 1 << 20, NULL                                   \
    }

static const struct mg_family_size qwen2_sizes[] = {QWEN_SIZES, {NULL, 0, 0, NULL}};

static const struct mg_family_size qwen3_sizes[] = {
    QWEN_SIZES, {"head_dim", MEMBER(head_size), 1 << 12, NULL}, {NULL, 0, 0, NULL}};

static const struct mg_family_size dream_sizes[] = {
    QWEN_SIZES, {"mask_token_id", MEMBER(mask), 1 << 20, NULL}, {NULL, 0, 0, NULL}};

static const char *const llada_names[MG_ROLES] = {
    [MG_ROLE_EMBEDDING] = "model.transformer.wte.weight",
    [MG_ROLE_FINAL_NORM] = "model.transformer.ln_f.weight",
    [MG_ROLE_HEAD] = "model.transformer.ff_out.weight",
    [MG_ROLE_ATTN_NORM] = "attn_norm.weight",
    [MG_ROLE_Q] = "q_proj.weight",
    [MG_ROLE_K] = "k_proj.weight",
    [MG_ROLE_V] = "v_proj.weight",
    [MG_ROLE_ATTN_OUT] = "attn_out.weight",
    [MG_ROLE_FF_NORM] = "ff_norm.weight",
    [MG_ROLE_GATE] = "ff_proj.weight",
    [MG_ROLE_UP] = "up_proj.weight",
    [MG_ROLE_DOWN] = "ff_out.weight",
};

#define QWEN_NAMES                                                                                 \
    [MG_ROLE_EMBEDDING] = "model.embed_tokens.weight", [MG_ROLE_FINAL_NORM] = "model.norm.weight", \
    [MG_ROLE_HEAD] = "lm_head.weight", [MG_ROLE_ATTN_NORM] = "input_layernorm.weight",             \
    [MG_ROLE_Q] = "self_attn.q_proj.weight", [MG_ROLE_K] = "self_attn.k_proj.weight",              \
    [MG_ROLE_V] = "self_attn.v_proj.weight", [MG_ROLE_ATTN_OUT] = "self_attn.o_proj.weight",       \
    [MG_ROLE_FF_NORM] = "post_attention_layernorm.weight",                                         \
    [MG_ROLE_GATE] = "mlp.gate_proj.weight", [MG_ROLE_UP] = "mlp.up_proj.weight",                  \
    [MG_ROLE_DOWN] = "mlp.down_proj.weight"

static const char *const qwen2_names[MG_ROLES] = {
    QWEN_NAMES,
    [MG_ROLE_Q_BIAS] = "self_attn.q_proj.bias",
    [MG_ROLE_K_BIAS] = "self_attn.k_proj.bias",
    [MG_ROLE_V_BIAS] = "self_attn.v_proj.bias",
};

static const char *const qwen3_names[MG_ROLES] = {
    QWEN_NAMES,
    [MG_ROLE_Q_NORM] = "self_attn.q_norm.weight",
    [MG_ROLE_K_NORM] = "self_attn.k_norm.weight",
};

static const char *const smdm_names[MG_ROLES] = {
    [MG_ROLE_EMBEDDING] = "transformer.wte.weight",
    [MG_ROLE_FINAL_NORM] = "transformer.ln_f.weight",
    [MG_ROLE_HEAD] = "lm_head.weight",
    [MG_ROLE_ATTN_NORM] = "norm_1.weight",
    [MG_ROLE_QKV] = "attn.attn.weight",
    [MG_ROLE_ATTN_OUT] = "attn.proj.weight",
    [MG_ROLE_FF_NORM] = "norm_2.weight",
    [MG_ROLE_GATE] = "mlp.swiglu.w1.weight",
    [MG_ROLE_UP] = "mlp.swiglu.w2.weight",
    [MG_ROLE_DOWN] = "mlp.swiglu.w3.weight",
};

static const struct mg_family families[] = {
    {.title = "LLaDA",
     .model_type = "llada",
     .blocks = "model.transformer.blocks",
     .constants = mg_llada_constants,
     .sizes = llada_sizes,
     .names = llada_names},
    {.title = "dLLM's Qwen3",
     .model_type = "a2d-qwen3",
     .blocks = "model.layers",
     .constants = qwen_constants,
     .sizes = qwen3_sizes,
     .tied_key = "tie_word_embeddings",
     .mask_token = "<|mask|>",
     .names = qwen3_names},
    {.title = "dLLM's Qwen2.5",
     .model_type = "a2d-qwen2",
     .blocks = "model.layers",
     .constants = qwen_constants,
     .sizes = qwen2_sizes,
     .tied_key = "tie_word_embeddings",
     .mask_token = "<|mask|>",
     .names = qwen2_names},
    {.title = "Dream, DiffuCoder",
     .model_type = "Dream",
     .blocks = "model.layers",
     .constants = qwen_constants,
     .sizes = dream_sizes,
     .tied_key = "tie_word_embeddings",
     .names = qwen2_names,
     .shifted = true},
};

const struct mg_family mg_family_smdm = {
    .title = "SMDM", .blocks = "transformer.h", .names = smdm_names, .rope_bf16 = true};

const struct mg_family *mg_family_find(const char *model_type)
{
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        if (strcmp(model_type, families[i].model_type) == 0) {
            return &families[i];
        }
    }
    return NULL;
}

const char *mg_family_model_type(size_t i)
{
    return i < sizeof(families) / sizeof(families[0]) ? families[i].model_type : NULL;
}

size_t mg_family_tensor(char name[96], size_t shape[2], const struct mg_checkpoint_config *config,
                        enum mg_role role, size_t i)
{
    const struct mg_transformer_config *network = &config->network;
    const size_t d = network->width;
    const size_t q = network->heads * mg_head_size(network);
    const size_t kv = mg_kv_heads(network) * mg_head_size(network);
    const size_t shapes[MG_ROLES][2] = {
        [MG_ROLE_EMBEDDING] = {config->rows, d},
        [MG_ROLE_FINAL_NORM] = {d, 0},
        [MG_ROLE_HEAD] = {network->vocab, d},
        [MG_ROLE_ATTN_NORM] = {d, 0},
        [MG_ROLE_Q] = {q, d},
        [MG_ROLE_K] = {kv, d},
        [MG_ROLE_V] = {kv, d},
        [MG_ROLE_QKV] = {q + 2 * kv, d},
        [MG_ROLE_Q_BIAS] = {q, 0},
        [MG_ROLE_K_BIAS] = {kv, 0},
        [MG_ROLE_V_BIAS] = {kv, 0},
        [MG_ROLE_Q_NORM] = {mg_head_size(network), 0},
        [MG_ROLE_K_NORM] = {mg_head_size(network), 0},
        [MG_ROLE_ATTN_OUT] = {d, q},
        [MG_ROLE_FF_NORM] = {d, 0},
        [MG_ROLE_GATE] = {network->hidden, d},
        [MG_ROLE_UP] = {network->hidden, d},
        [MG_ROLE_DOWN] = {d, network->hidden},
    };
    const char *leaf = config->family->names[role];
    int length;

    if (leaf == NULL) {
        return 0;
    }
    length = role < MG_ROLE_ATTN_NORM
                 ? snprintf(name, 96, "%s", leaf)
                 : snprintf(name, 96, "%s.%zu.%s", config->family->blocks, i, leaf);
    assert(length > 0 && length < 96);
    (void)length;
    memcpy(shape, shapes[role], 2 * sizeof(*shape));
    return shape[1] == 0 ? 1 : 2;
}

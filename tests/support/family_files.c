/* family_files.c - a model of family_model.h as the files that its family publishes. */
#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/family_parts.h"

enum { NAME_MAX_BYTES = 96, PATH_BYTES = 256 };

struct out_tensor {
    char name[NAME_MAX_BYTES];
    size_t rows, columns;
    const double *value;
};

struct out_list {
    struct out_tensor items[TENSORS_MAX];
    size_t n;
};

__attribute__((format(printf, 5, 6))) static void put(struct out_list *list, const double *value,
                                                      size_t rows, size_t columns,
                                                      const char *format, ...)
{
    struct out_tensor *tensor = &list->items[list->n++];
    va_list arguments;

    assert(list->n <= TENSORS_MAX);
    va_start(arguments, format);
    (void)vsnprintf(tensor->name, sizeof(tensor->name), format, arguments);
    va_end(arguments);
    tensor->rows = rows;
    tensor->columns = columns;
    tensor->value = value;
}

static void list_llada(struct out_list *list, const struct family_model *model)
{
    const struct family_case *f = &model->family;
    const size_t q = f->heads * f->size;
    const size_t kv = f->kv_heads * f->size;

    for (size_t i = 0; i < f->layers; i++) {
        const struct made_block *b = &model->blocks[i];
        put(list, b->up, f->hidden, f->d, "model.transformer.blocks.%zu.up_proj.weight", i);
        put(list, b->attn_norm, f->d, 0, "model.transformer.blocks.%zu.attn_norm.weight", i);
        put(list, b->q, q, f->d, "model.transformer.blocks.%zu.q_proj.weight", i);
        put(list, b->k, kv, f->d, "model.transformer.blocks.%zu.k_proj.weight", i);
        put(list, b->v, kv, f->d, "model.transformer.blocks.%zu.v_proj.weight", i);
        put(list, b->out, f->d, q, "model.transformer.blocks.%zu.attn_out.weight", i);
        put(list, b->ff_norm, f->d, 0, "model.transformer.blocks.%zu.ff_norm.weight", i);
        put(list, b->gate, f->hidden, f->d, "model.transformer.blocks.%zu.ff_proj.weight", i);
        put(list, b->down, f->d, f->hidden, "model.transformer.blocks.%zu.ff_out.weight", i);
    }
    put(list, model->head, f->vocab, f->d, "model.transformer.ff_out.weight");
    put(list, model->ln_f, f->d, 0, "model.transformer.ln_f.weight");
    put(list, model->wte, f->rows, f->d, "model.transformer.wte.weight");
}

static void list_qwen(struct out_list *list, const struct family_model *model)
{
    const struct family_case *f = &model->family;
    const size_t q = f->heads * f->size;
    const size_t kv = f->kv_heads * f->size;

    put(list, model->wte, f->rows, f->d, "model.embed_tokens.weight");
    for (size_t i = 0; i < f->layers; i++) {
        const struct made_block *b = &model->blocks[i];
        put(list, b->attn_norm, f->d, 0, "model.layers.%zu.input_layernorm.weight", i);
        put(list, b->ff_norm, f->d, 0, "model.layers.%zu.post_attention_layernorm.weight", i);
        put(list, b->q, q, f->d, "model.layers.%zu.self_attn.q_proj.weight", i);
        put(list, b->k, kv, f->d, "model.layers.%zu.self_attn.k_proj.weight", i);
        put(list, b->v, kv, f->d, "model.layers.%zu.self_attn.v_proj.weight", i);
        if (f->bias) {
            put(list, b->v_bias, kv, 0, "model.layers.%zu.self_attn.v_proj.bias", i);
            put(list, b->q_bias, q, 0, "model.layers.%zu.self_attn.q_proj.bias", i);
            put(list, b->k_bias, kv, 0, "model.layers.%zu.self_attn.k_proj.bias", i);
        }
        if (f->qk_norm) {
            put(list, b->q_norm, f->size, 0, "model.layers.%zu.self_attn.q_norm.weight", i);
            put(list, b->k_norm, f->size, 0, "model.layers.%zu.self_attn.k_norm.weight", i);
        }
        put(list, b->out, f->d, q, "model.layers.%zu.self_attn.o_proj.weight", i);
        put(list, b->gate, f->hidden, f->d, "model.layers.%zu.mlp.gate_proj.weight", i);
        put(list, b->up, f->hidden, f->d, "model.layers.%zu.mlp.up_proj.weight", i);
        put(list, b->down, f->d, f->hidden, "model.layers.%zu.mlp.down_proj.weight", i);
    }
    put(list, model->ln_f, f->d, 0, "model.norm.weight");
    if (!f->tied) {
        put(list, model->head, f->vocab, f->d, "lm_head.weight");
    }
}

/* Rows of q, k and v, kv head after kv head: the heads of q it serves, its k, its v. */
static double *fuse(const struct family_case *f, const struct made_block *b)
{
    const size_t head = f->size * f->d;
    const size_t shared = f->heads / f->kv_heads;
    double *fused = calloc((f->heads + 2 * f->kv_heads) * head, sizeof(*fused));
    double *at = fused;

    assert(fused != NULL);
    for (size_t g = 0; g < f->kv_heads; g++) {
        for (size_t i = 0; i < shared; i++, at += head) {
            memcpy(at, b->q + (g * shared + i) * head, head * sizeof(*at));
        }
        memcpy(at, b->k + g * head, head * sizeof(*at));
        at += head;
        memcpy(at, b->v + g * head, head * sizeof(*at));
        at += head;
    }
    return fused;
}

/* fused (layers) out: the caller's. */
static void list_smdm(struct out_list *list, double **fused, const struct family_model *model)
{
    const struct family_case *f = &model->family;
    const size_t q = f->heads * f->size;

    put(list, model->head, f->vocab, f->d, "lm_head.weight");
    for (size_t i = 0; i < f->layers; i++) {
        const struct made_block *b = &model->blocks[i];
        fused[i] = fuse(f, b);
        put(list, b->attn_norm, f->d, 0, "transformer.h.%zu.norm_1.weight", i);
        put(list, fused[i], q + 2 * f->kv_heads * f->size, f->d,
            "transformer.h.%zu.attn.attn.weight", i);
        put(list, b->out, f->d, q, "transformer.h.%zu.attn.proj.weight", i);
        put(list, b->ff_norm, f->d, 0, "transformer.h.%zu.norm_2.weight", i);
        put(list, b->gate, f->hidden, f->d, "transformer.h.%zu.mlp.swiglu.w1.weight", i);
        put(list, b->up, f->hidden, f->d, "transformer.h.%zu.mlp.swiglu.w2.weight", i);
        put(list, b->down, f->d, f->hidden, "transformer.h.%zu.mlp.swiglu.w3.weight", i);
    }
    put(list, model->ln_f, f->d, 0, "transformer.ln_f.weight");
    put(list, model->wte, f->rows, f->d, "transformer.wte.weight");
}

static size_t bytes_of(const char *dtype)
{
    return strcmp(dtype, "F32") == 0 ? 4 : 2;
}

/* A value that the type holds exactly, little-endian. */
static void encode(unsigned char *bytes, double value, const char *dtype)
{
    const float single = (float)value;
    uint32_t bits;

    memcpy(&bits, &single, sizeof(bits));
    if (strcmp(dtype, "F16") == 0) {
        int exponent;
        const double fraction = frexp(fabs(value), &exponent);
        const uint32_t half =
            value == 0.0 ? 0
                         : (uint32_t)(exponent + 14) << 10 | ((uint32_t)(fraction * 2048) & 1023);
        bits = half | (value < 0.0 ? 0x8000u : 0u);
    } else if (strcmp(dtype, "BF16") == 0) {
        bits >>= 16;
    }
    for (size_t i = 0; i < bytes_of(dtype); i++) {
        bytes[i] = (unsigned char)(bits >> 8 * i);
    }
}

static size_t count_of(const struct out_tensor *tensor)
{
    return tensor->rows * (tensor->columns > 0 ? tensor->columns : 1);
}

/* Every shards-th tensor of the list from `first` on; the header's length is odd. */
static void write_file(const char *path, const struct out_list *list, size_t first, size_t shards,
                       const char *dtype)
{
    char *header = NULL;
    size_t size = 0;
    size_t at = 0;
    FILE *text = open_memstream(&header, &size);
    FILE *file = fopen(path, "wb");
    unsigned char bytes[8];

    assert(text != NULL && file != NULL);
    fprintf(text, "{\"__metadata__\":{\"format\":\"pt\"}");
    for (size_t i = first; i < list->n; i += shards) {
        const struct out_tensor *tensor = &list->items[i];
        const size_t end = at + count_of(tensor) * bytes_of(dtype);
        fprintf(text, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[%zu", tensor->name, dtype,
                tensor->rows);
        fprintf(text,
                tensor->columns > 0 ? ",%zu],\"data_offsets\":[%zu,%zu]}"
                                    : "%.0zu],\"data_offsets\":[%zu,%zu]}",
                tensor->columns, at, end);
        at = end;
    }
    fprintf(text, "}");
    fflush(text);
    fprintf(text, size % 2 == 0 ? " " : "  ");
    fclose(text);
    for (size_t i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)((uint64_t)size >> 8 * i);
    }
    fwrite(bytes, 1, 8, file);
    fwrite(header, 1, size, file);
    for (size_t i = first; i < list->n; i += shards) {
        for (size_t j = 0; j < count_of(&list->items[i]); j++) {
            encode(bytes, list->items[i].value[j], dtype);
            fwrite(bytes, 1, bytes_of(dtype), file);
        }
    }
    fclose(file);
    free(header);
}

static FILE *create(const char *folder, const char *name)
{
    char path[PATH_BYTES];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    assert(file != NULL);
    return file;
}

static void write_index(const char *folder, const struct out_list *list, size_t shards,
                        const char *dtype)
{
    FILE *file = create(folder, "model.safetensors.index.json");
    size_t total = 0;

    for (size_t i = 0; i < list->n; i++) {
        total += count_of(&list->items[i]) * bytes_of(dtype);
    }
    fprintf(file, "{\"metadata\": {\"total_size\": %zu}, \"weight_map\": {", total);
    for (size_t i = 0; i < list->n; i++) {
        fprintf(file, "%s\"%s\": \"model-%05zu-of-%05zu.safetensors\"", i > 0 ? ", " : "",
                list->items[i].name, i % shards + 1, shards);
    }
    fprintf(file, "}}\n");
    fclose(file);
}

/* The fields that the published config.json has, and the values for this size. */
static void write_llada_config(const char *folder, const struct family_case *f)
{
    FILE *file = create(folder, "config.json");

    fprintf(file,
            "{\"activation_type\": \"silu\", \"alibi\": false, \"alibi_bias_max\": 8.0,\n"
            "\"architectures\": [\"LLaDAModelLM\"], \"attention_dropout\": 0.0,\n"
            "\"attention_layer_norm\": false, \"attention_layer_norm_with_affine\": true,\n"
            "\"auto_map\": {}, \"bias_for_layer_norm\": false, \"block_group_size\": 1,\n"
            "\"block_type\": \"llama\", \"d_model\": %zu, \"embedding_dropout\": 0.0,\n"
            "\"embedding_size\": %zu, \"eos_token_id\": 1, \"flash_attention\": false,\n"
            "\"include_bias\": false, \"include_qkv_bias\": false, \"init_cutoff_factor\": null,\n"
            "\"init_device\": \"meta\", \"init_fn\": \"mitchell\", \"init_std\": 0.02,\n"
            "\"input_emb_norm\": false, \"layer_norm_type\": \"rms\",\n"
            "\"layer_norm_with_affine\": true, \"mask_token_id\": %zu,\n"
            "\"max_sequence_length\": 64, \"mlp_hidden_size\": %zu, \"mlp_ratio\": 4,\n"
            "\"model_type\": \"llada\", \"multi_query_attention\": null, \"n_heads\": %zu,\n"
            "\"n_kv_heads\": %zu, \"n_layers\": %zu, \"pad_token_id\": 1,\n"
            "\"precision\": \"amp_bf16\", \"residual_dropout\": 0.0, \"rms_norm_eps\": %g,\n"
            "\"rope\": true, \"rope_full_precision\": true, \"rope_theta\": %.1f,\n"
            "\"scale_logits\": false, \"transformers_version\": \"4.46.3\",\n"
            "\"use_cache\": false, \"vocab_size\": %zu, \"weight_tying\": false}\n",
            f->d, f->rows, f->mask, f->hidden, f->heads, f->kv_heads, f->layers, f->eps, f->theta,
            f->rows);
    fclose(file);
}

static void write_qwen_config(const char *folder, const struct family_case *f)
{
    FILE *file = create(folder, "config.json");

    fprintf(
        file,
        "{\"architectures\": [\"AnyModel\"], \"attention_dropout\": 0.0, \"bos_token_id\": 1,\n"
        "\"eos_token_id\": 2, \"hidden_act\": \"silu\", \"hidden_size\": %zu,\n"
        "\"initializer_range\": 0.02, \"intermediate_size\": %zu,\n"
        "\"max_position_embeddings\": 64, \"max_window_layers\": 28,\n"
        "\"model_type\": \"%s\", \"num_attention_heads\": %zu, \"num_hidden_layers\": %zu,\n"
        "\"num_key_value_heads\": %zu, \"rms_norm_eps\": %g, \"rope_scaling\": null,\n"
        "\"sliding_window\": null, \"tie_word_embeddings\": %s, \"torch_dtype\": \"bfloat16\",\n"
        "\"use_cache\": false, \"use_sliding_window\": false, \"vocab_size\": %zu,\n",
        f->d, f->hidden, f->model_type, f->heads, f->layers, f->kv_heads, f->eps,
        f->tied ? "true" : "false", f->rows);
    if (f->qk_norm) {
        fprintf(file, "\"head_dim\": %zu, \"attention_bias\": false,\n", f->size);
    }
    if (f->shifted) {
        fprintf(file, "\"mask_token_id\": %zu,\n", f->mask);
    }
    fprintf(file,
            f->shards > 1 ? "\"rope_parameters\": {\"rope_theta\": %.1f}}\n"
                          : "\"rope_theta\": %.1f}\n",
            f->theta);
    fclose(file);
    file = create(folder, "tokenizer.json");
    fprintf(
        file,
        "{\"version\": \"1.0\", \"added_tokens\": [{\"id\": 1, \"content\": \"<|endoftext|>\"},\n"
        "{\"id\": %zu, \"content\": \"<|mask|>\", \"special\": true}], \"model\": {}}\n",
        f->mask);
    fclose(file);
}

char *family_model_write(const struct family_model *model, const char *folder, const char *drop,
                         bool extra)
{
    const struct family_case *f = &model->family;
    const bool is_llada = f->model_type != NULL && strcmp(f->model_type, "llada") == 0;
    struct out_list list = {.n = 0};
    double *fused[LAYERS_MAX] = {NULL};
    char path[PATH_BYTES];
    char *opened = calloc(1, PATH_BYTES);

    assert(opened != NULL);
    if (f->model_type == NULL) {
        list_smdm(&list, fused, model);
    } else if (is_llada) {
        list_llada(&list, model);
        write_llada_config(folder, f);
    } else {
        list_qwen(&list, model);
        write_qwen_config(folder, f);
    }
    for (size_t i = 0; drop != NULL && i < list.n; i++) {
        if (strcmp(list.items[i].name, drop) == 0) {
            memmove(&list.items[i], &list.items[i + 1], (list.n - i - 1) * sizeof(list.items[0]));
            list.n--;
        }
    }
    if (extra) {
        put(&list, model->ln_f, f->d, 0, "another.weight");
    }
    (void)snprintf(opened, PATH_BYTES, "%s", folder);
    for (size_t i = 0; i < f->shards; i++) {
        (void)snprintf(path, sizeof(path), "%s/model.safetensors", folder);
        if (f->shards > 1) {
            (void)snprintf(path, sizeof(path), "%s/model-%05zu-of-%05zu.safetensors", folder, i + 1,
                           f->shards);
        }
        write_file(path, &list, i, f->shards, f->dtype);
    }
    if (f->shards > 1) {
        write_index(folder, &list, f->shards, f->dtype);
    }
    if (f->model_type == NULL) {
        (void)snprintf(opened, PATH_BYTES, "%s", path);
    }
    for (size_t i = 0; i < LAYERS_MAX; i++) {
        free(fused[i]);
    }
    return opened;
}

/* checkpoint_geometry.c - what a folder says of its network: config.json by the table, or shapes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/checkpoint_family.h"
#include "harness/file.h"

/* Fields that say nothing about a forward pass in float, or only what tokens mean. */
static const char *const harmless[] = {
    "alibi_bias_max", "architectures", "attention_dropout", "attention_layer_norm_with_affine",
    "auto_map", "bos_token_id", "dtype", "embedding_dropout", "eos_token_id", "flash_attention",
    "init_cutoff_factor", "init_device", "init_fn", "init_std", "initializer_range",
    "max_window_layers", "mlp_ratio", "model_type", "pad_token_id", "precision", "residual_dropout",
    "rope_full_precision", "sliding_window", "torch_dtype", "transformers_version", "use_cache",
    /* read elsewhere */
    "rms_norm_eps", "rope_theta", "rope_parameters", "layer_types", "mask_token_id"};

static enum mg_status choose_family(const struct mg_family **family, const struct mg_fields *fields,
                                    const struct mg_json *root)
{
    enum mg_status status;
    const struct mg_json *type = mg_field_get(&status, fields, root, "model_type", MG_JSON_STRING);
    char must[160] = "";

    if (type == NULL) {
        return status;
    }
    *family = mg_family_find(mg_json_string(type));
    if (*family != NULL) {
        return MG_OK;
    }
    for (size_t i = 0; mg_family_model_type(i) != NULL; i++) {
        const size_t at = strlen(must);
        (void)snprintf(must + at, sizeof(must) - at, "%s\"%s\"", i > 0 ? " or " : "",
                       mg_family_model_type(i));
    }
    return mg_field_fail(fields, type, must);
}

/* Every field is one that we read, or that is harmless. */
static enum mg_status check_known(const struct mg_family *family, const struct mg_fields *fields,
                                  const struct mg_json *root)
{
    for (size_t i = 0; i < mg_json_count(root); i++) {
        const struct mg_json *value = mg_json_at(root, i);
        const char *key = mg_json_key(value);
        bool known =
            key[0] == '_' || (family->tied_key != NULL && strcmp(key, family->tied_key) == 0);
        for (size_t j = 0; !known && j < sizeof(harmless) / sizeof(harmless[0]); j++) {
            known = strcmp(key, harmless[j]) == 0;
        }
        for (size_t j = 0; !known && family->constants[j].key != NULL; j++) {
            known = strcmp(key, family->constants[j].key) == 0;
        }
        for (size_t j = 0; !known && family->sizes[j].key != NULL; j++) {
            known = strcmp(key, family->sizes[j].key) == 0;
        }
        if (!known) {
            char must[128];
            (void)snprintf(must, sizeof(must), "absent: it is no field of %s that is known here",
                           family->title);
            return mg_field_fail(fields, value, must);
        }
    }
    return MG_OK;
}

static enum mg_status read_sizes(struct mg_family_sizes *sizes, const struct mg_family_size *size,
                                 const struct mg_fields *fields, const struct mg_json *root)
{
    for (; size->key != NULL; size++) {
        const struct mg_json *value = mg_json_get(root, size->key);
        const bool none = value == NULL || mg_json_type(value) == MG_JSON_NULL;
        const char *key = none && size->null_as != NULL ? size->null_as : size->key;
        const enum mg_status status = mg_field_size(
            (size_t *)(void *)((char *)sizes + size->member), fields, root, key, 1, size->max);
        if (status != MG_OK) {
            return status;
        }
    }
    return MG_OK;
}

/* What no single field can tell; where is the root, to name fields. */
static enum mg_status check_geometry(const struct mg_family_sizes *sizes,
                                     const struct mg_fields *fields, const struct mg_json *root)
{
    const char *const head_keys[] = {"n_heads", "num_attention_heads"};
    const char *const kv_keys[] = {"n_kv_heads", "num_key_value_heads"};
    const size_t hf = mg_json_get(root, head_keys[0]) == NULL;

    if (sizes->embedding != 0 && sizes->embedding != sizes->rows) {
        return mg_field_fail(fields, mg_json_get(root, "embedding_size"), "as vocab_size");
    }
    if (sizes->head_size == 0 &&
        (sizes->width % sizes->heads != 0 || sizes->width / sizes->heads % 2 != 0)) {
        return mg_field_fail(fields, mg_json_get(root, head_keys[hf]),
                             "a divisor of the width, with an even quotient");
    }
    if (sizes->head_size % 2 != 0) {
        return mg_field_fail(fields, mg_json_get(root, "head_dim"), "even");
    }
    if (sizes->heads % sizes->kv_heads != 0) {
        return mg_field_fail(fields, mg_json_get(root, kv_keys[hf]), "a divisor of the heads");
    }
    if (sizes->mask >= sizes->rows) {
        return mg_field_fail(fields, mg_json_get(root, "mask_token_id"), "below vocab_size");
    }
    return MG_OK;
}

/* The id of an added token in folder/tokenizer.json. */
static enum mg_status find_mask(size_t *mask, const char *token, size_t rows, const char *folder,
                                struct mg_error *err)
{
    char *path = mg_format("%s/tokenizer.json", folder);
    const struct mg_fields fields = {path, err};
    struct mg_json_file *file = NULL;
    const struct mg_json *list = NULL;
    char *text = NULL;
    size_t size = 0;
    bool found = false;
    enum mg_status status = mg_file_read(&text, &size, path, MG_JSON_HEADER_MAX, err);

    if (status == MG_OK) {
        status = mg_json_parse_header(&file, text, size, path, err);
    }
    if (status == MG_OK && mg_json_type(mg_json_root(file)) != MG_JSON_OBJECT) {
        status = mg_field_fail(&fields, mg_json_root(file), "an object");
    }
    if (status == MG_OK) {
        list = mg_field_get(&status, &fields, mg_json_root(file), "added_tokens", MG_JSON_ARRAY);
    }
    for (size_t i = 0; list != NULL && status == MG_OK && !found && i < mg_json_count(list); i++) {
        const struct mg_json *entry = mg_json_at(list, i);
        const struct mg_json *content =
            mg_json_type(entry) == MG_JSON_OBJECT ? mg_json_get(entry, "content") : NULL;
        if (content != NULL && mg_json_type(content) == MG_JSON_STRING &&
            strcmp(mg_json_string(content), token) == 0) {
            status = mg_field_size(mask, &fields, entry, "id", 1, rows - 1);
            found = true;
        }
    }
    if (status == MG_OK && !found) {
        status = mg_field_fail(&fields, list, "a list with the mask token, \"<|mask|>\"");
    }
    mg_json_free(file);
    free(text);
    free(path);
    return status;
}

/* At the top, or where transformers 5 writes it. */
static enum mg_status read_theta(double *theta, const struct mg_fields *fields,
                                 const struct mg_json *root)
{
    static const struct mg_constant plain[] = {{"rope_type", "\"default\"", true},
                                               {NULL, NULL, false}};
    const struct mg_json *nested = mg_json_get(root, "rope_parameters");
    enum mg_status status;

    if (nested == NULL) {
        return mg_field_real(theta, fields, root, "rope_theta");
    }
    nested = mg_field_get(&status, fields, root, "rope_parameters", MG_JSON_OBJECT);
    if (nested != NULL) {
        status = mg_field_constants(fields, nested, plain);
    }
    if (status == MG_OK && mg_json_count(nested) > 2) {
        status = mg_field_fail(fields, nested, "of rope_theta and rope_type");
    }
    return status == MG_OK ? mg_field_real(theta, fields, nested, "rope_theta") : status;
}

/* transformers lists for each layer what its attention sees. */
static enum mg_status check_layer_types(const struct mg_fields *fields, const struct mg_json *root)
{
    enum mg_status status = MG_OK;
    const struct mg_json *list = mg_json_get(root, "layer_types");

    if (list != NULL) {
        list = mg_field_get(&status, fields, root, "layer_types", MG_JSON_ARRAY);
    }
    for (size_t i = 0; list != NULL && i < mg_json_count(list); i++) {
        const struct mg_json *type = mg_json_at(list, i);
        if (mg_json_type(type) != MG_JSON_STRING ||
            strcmp(mg_json_string(type), "full_attention") != 0) {
            return mg_field_fail(fields, type, "\"full_attention\"");
        }
    }
    return status;
}

static void fill(struct mg_checkpoint_config *config, const struct mg_family_sizes *sizes,
                 double eps, double theta)
{
    config->network = (struct mg_transformer_config){
        .vocab = sizes->rows,
        .layers = sizes->layers,
        .width = sizes->width,
        .heads = sizes->heads,
        .hidden = sizes->hidden,
        .positions = MG_POSITIONS_ROPE,
        .rope_theta = theta,
        .norm_eps = eps,
        .components = 1,
        .relative = {.head_size = sizes->head_size,
                     .kv_heads = sizes->kv_heads,
                     .mask_row = sizes->mask,
                     .shifted = config->family->shifted,
                     .rope_bf16 = config->family->rope_bf16},
    };
    config->rows = sizes->rows;
    config->length_max = sizes->length;
}

enum mg_status mg_family_read(struct mg_checkpoint_config *config, const struct mg_fields *fields,
                              const struct mg_json *root, const char *folder)
{
    struct mg_family_sizes sizes = {0};
    double eps = 0.0;
    double theta = 0.0;
    enum mg_status status = choose_family(&config->family, fields, root);
    const struct mg_family *family = config->family;

    if (status == MG_OK) {
        status = mg_field_constants(fields, root, family->constants);
    }
    if (status == MG_OK) {
        status = check_known(family, fields, root);
    }
    if (status == MG_OK) {
        status = check_layer_types(fields, root);
    }
    if (status == MG_OK) {
        status = read_sizes(&sizes, family->sizes, fields, root);
    }
    if (status == MG_OK) {
        status = check_geometry(&sizes, fields, root);
    }
    if (status == MG_OK) {
        status = mg_field_real(&eps, fields, root, "rms_norm_eps");
    }
    if (status == MG_OK) {
        status = read_theta(&theta, fields, root);
    }
    if (status == MG_OK && family->tied_key != NULL) {
        const struct mg_json *tied =
            mg_field_get(&status, fields, root, family->tied_key, MG_JSON_BOOL);
        config->tied = tied != NULL && mg_json_bool(tied);
    }
    if (status == MG_OK && family->mask_token != NULL) {
        status = find_mask(&sizes.mask, family->mask_token, sizes.rows, folder, fields->err);
    }
    if (status == MG_OK) {
        fill(config, &sizes, eps, theta);
    }
    return status;
}

/* The shape of a tensor of rank 2, or 0 and 0. */
static void find_shape(uint64_t shape[2], const struct mg_shards *shards, enum mg_role role,
                       size_t i)
{
    const struct mg_safetensors *file;
    const struct mg_safetensor *tensor;
    const struct mg_checkpoint_config smdm = {.network = {.heads = 1}, .family = &mg_family_smdm};
    size_t unused[2];
    char name[96];

    (void)mg_family_tensor(name, unused, &smdm, role, i);
    tensor = mg_shards_find(shards, name, &file);
    shape[0] = shape[1] = 0;
    if (tensor != NULL && tensor->rank == 2 && tensor->shape[0] < 1 << 21 &&
        tensor->shape[1] < 1 << 21) {
        memcpy(shape, tensor->shape, 2 * sizeof(*shape));
    }
}

enum mg_status mg_family_infer(struct mg_checkpoint_config *config, const struct mg_shards *shards,
                               const char *path, struct mg_error *err)
{
    struct mg_family_sizes sizes = {.length = 2048};
    uint64_t in[2];
    uint64_t out[2];
    uint64_t qkv[2];
    uint64_t up[2];
    uint64_t size;

    config->family = &mg_family_smdm;
    find_shape(in, shards, MG_ROLE_EMBEDDING, 0);
    find_shape(out, shards, MG_ROLE_HEAD, 0);
    find_shape(qkv, shards, MG_ROLE_QKV, 0);
    find_shape(up, shards, MG_ROLE_UP, 0);
    if (in[0] == 0 || out[0] == 0 || qkv[0] == 0 || up[0] == 0 || in[1] == 0) {
        return mg_fail(err, MG_EUSAGE,
                       "%s: a file without config.json must be SMDM's, with transformer.wte.weight,"
                       " lm_head.weight and transformer.h.0.attn.attn.weight",
                       path);
    }
    for (uint64_t next[2] = {1, 1}; next[0] != 0 && sizes.layers < 1 << 10; sizes.layers++) {
        find_shape(next, shards, MG_ROLE_QKV, sizes.layers + 1);
    }
    /* lit_gpt's config.py: the size of a head is nowhere in the file. */
    size = in[1] == 640 && sizes.layers == 16 ? 80 : in[1] <= 1024 ? 64 : 128;
    if (in[1] % size != 0 || qkv[0] % size != 0 || qkv[0] / size <= in[1] / size ||
        (qkv[0] / size - in[1] / size) % 2 != 0 ||
        in[1] / size % ((qkv[0] / size - in[1] / size) / 2) != 0 || in[0] != out[0] + 1) {
        return mg_fail(err, MG_EUSAGE,
                       "%s: transformer.h.0.attn.attn.weight has %llu rows and the embedding"
                       " [%llu,%llu], which no SMDM model has",
                       path, (unsigned long long)qkv[0], (unsigned long long)in[0],
                       (unsigned long long)in[1]);
    }
    sizes.rows = (size_t)out[0];
    sizes.mask = (size_t)out[0];
    sizes.width = (size_t)in[1];
    sizes.heads = (size_t)(in[1] / size);
    sizes.kv_heads = (size_t)(qkv[0] / size - in[1] / size) / 2;
    sizes.head_size = (size_t)size;
    sizes.hidden = (size_t)up[0];
    fill(config, &sizes, 1e-5, 1e4);
    config->rows = (size_t)in[0];
    return MG_OK;
}

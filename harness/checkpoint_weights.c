/* checkpoint_weights.c - see checkpoint_weights.h. */
#include "harness/checkpoint_weights.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The shape as in the file's header, for errors. */
static const char *shape_text(const struct mg_safetensor *tensor, char *buffer, size_t size)
{
    size_t at = (size_t)snprintf(buffer, size, "[");

    for (size_t i = 0; i < tensor->rank && at < size; i++) {
        at += (size_t)snprintf(buffer + at, size - at, i > 0 ? ",%llu" : "%llu",
                               (unsigned long long)tensor->shape[i]);
    }
    if (at < size) {
        (void)snprintf(buffer + at, size - at, "]");
    }
    return buffer;
}

static enum mg_status check_tensor(const struct mg_tensor *expected,
                                   const struct mg_safetensor *found, const char *path,
                                   struct mg_error *err)
{
    char shape[256];
    bool same;

    if (found == NULL) {
        return mg_fail(err, MG_EUSAGE, "%s: tensor %s is missing", path, expected->name);
    }
    same = found->rank == expected->rank;
    for (size_t i = 0; same && i < expected->rank; i++) {
        same = found->shape[i] == expected->shape[i];
    }
    if (!same) {
        struct mg_safetensor wanted = {.rank = expected->rank,
                                       .shape = {expected->shape[0], expected->shape[1]}};
        char wanted_shape[64];
        return mg_fail(err, MG_EUSAGE, "%s: tensor %s has shape %s, config.json says %s", path,
                       expected->name, shape_text(found, shape, sizeof(shape)),
                       shape_text(&wanted, wanted_shape, sizeof(wanted_shape)));
    }
    if (!mg_safetensors_is_float(found)) {
        return mg_fail(err, MG_EUSAGE, "%s: tensor %s is %s, allowed are F32, F16 and BF16", path,
                       expected->name, found->dtype);
    }
    return MG_OK;
}

/* Everything expected is there, and nothing else. */
enum mg_status mg_checkpoint_check(const struct mg_parameters *expected,
                                   const struct mg_shards *shards, struct mg_error *err)
{
    for (size_t i = 0; i < expected->n; i++) {
        const struct mg_safetensors *file;
        const struct mg_safetensor *found =
            mg_shards_find(shards, expected->tensors[i].name, &file);
        const enum mg_status status =
            check_tensor(&expected->tensors[i], found, mg_shards_path(shards, file), err);
        if (status != MG_OK) {
            return status;
        }
    }
    for (size_t i = 0; i < mg_shards_count(shards); i++) {
        const char *path;
        const char *name = mg_shards_at(shards, i, &path)->name;
        if (mg_parameters_find(expected, name) == NULL) {
            return mg_fail(err, MG_EUSAGE, "%s: tensor %.200s does not belong to the network", path,
                           name);
        }
    }
    return MG_OK;
}

struct mg_checkpoint_weights {
    struct mg_weights view;
    struct mg_piece *pieces; /* of all matrices, n taken */
    size_t n;
    float *floats; /* of all norms and biases, used taken */
    size_t used;
};

/* What the binding of one checkpoint works with. */
struct binding {
    struct mg_checkpoint_weights *weights;
    const struct mg_checkpoint_config *config;
    const struct mg_shards *shards;
    unsigned types; /* of matrices seen, a bit each */
    struct mg_error *err;
    enum mg_status status; /* of the vectors */
};

/* Every tensor of the config is there as it says, and no other; a tied head may be told twice. */
static enum mg_status check_family(const struct binding *binding, struct mg_error *err)
{
    const struct mg_checkpoint_config *config = binding->config;
    const size_t most = MG_ROLES * config->network.layers;
    struct mg_parameters list = {.tensors = calloc(most, sizeof(*list.tensors))};
    const struct mg_safetensors *files[2];
    const struct mg_safetensor *twins[2];
    enum mg_status status;

    assert(list.tensors != NULL);
    for (size_t role = 0; role < MG_ROLES; role++) {
        const size_t n = role < MG_ROLE_ATTN_NORM ? 1 : config->network.layers;
        for (size_t i = 0; i < n; i++) {
            struct mg_tensor *tensor = &list.tensors[list.n];
            tensor->rank =
                mg_family_tensor(tensor->name, tensor->shape, config, (enum mg_role)role, i);
            if (role == MG_ROLE_HEAD && config->tied &&
                mg_shards_find(binding->shards, tensor->name, &files[1]) == NULL) {
                continue;
            }
            list.n += tensor->rank > 0;
        }
    }
    status = mg_checkpoint_check(&list, binding->shards, err);
    if (status == MG_OK && config->tied) {
        twins[0] =
            mg_shards_find(binding->shards, config->family->names[MG_ROLE_EMBEDDING], &files[0]);
        twins[1] = mg_shards_find(binding->shards, config->family->names[MG_ROLE_HEAD], &files[1]);
        if (twins[1] != NULL &&
            (twins[0]->dtype != twins[1]->dtype || memcmp(mg_safetensors_bytes(files[0], twins[0]),
                                                          mg_safetensors_bytes(files[1], twins[1]),
                                                          twins[0]->end - twins[0]->begin) != 0)) {
            status =
                mg_fail(err, MG_EUSAGE, "%s: tensor %s differs from %s, but config.json ties them",
                        mg_shards_path(binding->shards, files[1]), twins[1]->name, twins[0]->name);
        }
    }
    free(list.tensors);
    return status;
}

/* The tensor of a role, which has been checked to be there; its rows as a piece. */
static struct mg_piece piece_of(struct binding *binding, enum mg_role role, size_t i)
{
    const struct mg_safetensors *file;
    const struct mg_safetensor *tensor;
    size_t shape[2];
    char name[96];

    (void)mg_family_tensor(name, shape, binding->config, role, i);
    tensor = mg_shards_find(binding->shards, name, &file);
    assert(tensor != NULL);
    binding->types |= 1u << mg_safetensors_dtype(tensor);
    return (struct mg_piece){mg_safetensors_bytes(file, tensor), mg_safetensors_dtype(tensor),
                             (size_t)tensor->shape[0]};
}

/* A vector as floats, behind those of before; NULL where the family has none. */
static const float *vector_of(struct binding *binding, enum mg_role role, size_t i)
{
    struct mg_checkpoint_weights *weights = binding->weights;
    float *values = weights->floats + weights->used;
    const struct mg_safetensors *file;
    const struct mg_safetensor *tensor;
    size_t shape[2];
    char name[96];

    if (mg_family_tensor(name, shape, binding->config, role, i) == 0) {
        return NULL;
    }
    tensor = mg_shards_find(binding->shards, name, &file);
    assert(tensor != NULL);
    mg_safetensors_floats(values, file, tensor);
    weights->used += shape[0];
    for (size_t j = 0; j < shape[0]; j++) {
        if (!isfinite(values[j])) {
            binding->status =
                mg_fail(binding->err, MG_EUSAGE, "%s: tensor %s: element %zu is not finite",
                        mg_shards_path(binding->shards, file), name, j);
        }
    }
    return values;
}

static void add_piece(struct mg_checkpoint_weights *weights, struct mg_matrix *matrix,
                      struct mg_piece piece)
{
    if (matrix->n_pieces == 0) {
        matrix->pieces = &weights->pieces[weights->n];
    }
    weights->pieces[weights->n++] = piece;
    matrix->n_pieces++;
    matrix->N += piece.rows;
}

/* Of a tensor that holds, for each head of k, its heads of q, itself and its v. */
static void add_fused(struct binding *binding, struct mg_matrix *matrix, size_t i)
{
    const struct mg_transformer_config *network = &binding->config->network;
    const struct mg_piece whole = piece_of(binding, MG_ROLE_QKV, i);
    const size_t size = mg_head_size(network);
    const size_t G = mg_kv_heads(network);
    const size_t shared = network->heads / G;
    const size_t row_bytes = network->width * mg_dtype_size(whole.dtype);
    const size_t first[3] = {0, shared, shared + 1}; /* heads of a group before q, k and v */
    const size_t heads[3] = {shared, 1, 1};

    for (size_t part = 0; part < 3; part++) {
        for (size_t g = 0; g < G; g++) {
            const size_t row = (g * (shared + 2) + first[part]) * size;
            add_piece(binding->weights, matrix,
                      (struct mg_piece){(const unsigned char *)whole.data + row * row_bytes,
                                        whole.dtype, heads[part] * size});
        }
    }
}

static struct mg_matrix matrix_of(struct binding *binding, size_t K, const enum mg_role *roles,
                                  size_t n, size_t i)
{
    struct mg_matrix matrix = {.K = K};

    for (size_t j = 0; j < n; j++) {
        if (roles[j] == MG_ROLE_QKV) {
            add_fused(binding, &matrix, i);
        } else {
            add_piece(binding->weights, &matrix, piece_of(binding, roles[j], i));
        }
    }
    return matrix;
}

static void bind_block(struct binding *binding, size_t i)
{
    static const enum mg_role split[] = {MG_ROLE_Q, MG_ROLE_K, MG_ROLE_V};
    static const enum mg_role fused[] = {MG_ROLE_QKV};
    static const enum mg_role out[] = {MG_ROLE_ATTN_OUT};
    static const enum mg_role gate_up[] = {MG_ROLE_GATE, MG_ROLE_UP};
    static const enum mg_role down[] = {MG_ROLE_DOWN};
    const struct mg_transformer_config *network = &binding->config->network;
    const bool is_fused = binding->config->family->names[MG_ROLE_QKV] != NULL;
    const size_t d = network->width;
    struct mg_block_weights *block = &binding->weights->view.blocks[i];

    block->attn_norm = vector_of(binding, MG_ROLE_ATTN_NORM, i);
    block->ff_norm = vector_of(binding, MG_ROLE_FF_NORM, i);
    block->qkv_bias = vector_of(binding, MG_ROLE_Q_BIAS, i); /* the three in a row */
    (void)vector_of(binding, MG_ROLE_K_BIAS, i);
    (void)vector_of(binding, MG_ROLE_V_BIAS, i);
    block->q_norm = vector_of(binding, MG_ROLE_Q_NORM, i);
    block->k_norm = vector_of(binding, MG_ROLE_K_NORM, i);
    block->qkv = matrix_of(binding, d, is_fused ? fused : split, is_fused ? 1 : 3, i);
    block->attn_out = matrix_of(binding, network->heads * mg_head_size(network), out, 1, i);
    block->gate_up = matrix_of(binding, d, gate_up, 2, i);
    block->ff_out = matrix_of(binding, network->hidden, down, 1, i);
}

/* "bf16 and f32 weights, ..." */
static void tell_precision(char *precision, size_t size, unsigned types)
{
    static const char *const words[] = {[MG_F32] = "f32", [MG_BF16] = "bf16", [MG_F16] = "f16"};
    size_t at = 0;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if ((types >> i & 1) != 0) {
            at += (size_t)snprintf(precision + at, size - at, "%s%s", at > 0 ? " and " : "",
                                   words[i]);
        }
    }
    (void)snprintf(precision + at, size - at, " weights, f32 sums, f64 softmax");
}

enum mg_status mg_checkpoint_weights_new(struct mg_checkpoint_weights **result, char *precision,
                                         size_t precision_size,
                                         const struct mg_checkpoint_config *config,
                                         const struct mg_shards *shards, struct mg_error *err)
{
    static const enum mg_role embedding[] = {MG_ROLE_EMBEDDING};
    static const enum mg_role head[] = {MG_ROLE_HEAD};
    const struct mg_transformer_config *network = &config->network;
    const size_t layers = network->layers;
    const size_t kv = mg_kv_heads(network);
    const size_t size = mg_head_size(network);
    struct mg_checkpoint_weights *weights = NULL;
    struct binding binding = {.config = config, .shards = shards, .err = err};
    enum mg_status status = check_family(&binding, err);

    *result = NULL;
    if (status != MG_OK) {
        return status;
    }
    weights = calloc(1, sizeof(*weights));
    assert(weights != NULL);
    weights->view.blocks = calloc(layers, sizeof(*weights->view.blocks));
    weights->pieces = calloc(layers * (3 * kv + 7) + 1, sizeof(*weights->pieces));
    weights->floats = calloc(layers * (2 * network->width + (network->heads + 2 * kv + 2) * size) +
                                 network->width,
                             sizeof(*weights->floats));
    assert(weights->view.blocks != NULL && weights->pieces != NULL && weights->floats != NULL);
    binding.weights = weights;
    weights->view.wte = piece_of(&binding, MG_ROLE_EMBEDDING, 0);
    weights->view.ln_f = vector_of(&binding, MG_ROLE_FINAL_NORM, 0);
    weights->view.head = matrix_of(&binding, network->width, config->tied ? embedding : head, 1, 0);
    for (size_t i = 0; i < layers; i++) {
        bind_block(&binding, i);
    }
    tell_precision(precision, precision_size, binding.types);
    if (binding.status != MG_OK) {
        mg_checkpoint_weights_free(weights);
        return binding.status;
    }
    *result = weights;
    return MG_OK;
}

void mg_checkpoint_weights_free(struct mg_checkpoint_weights *weights)
{
    if (weights != NULL) {
        free(weights->floats);
        free(weights->pieces);
        free(weights->view.blocks);
        free(weights);
    }
}

const struct mg_weights *mg_checkpoint_weights_view(const struct mg_checkpoint_weights *weights)
{
    return &weights->view;
}

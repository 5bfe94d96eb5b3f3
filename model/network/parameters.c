/* parameters.c - see parameters.h. */
#include "model/network/parameters.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"

enum { OUTER_TENSORS = 6, BLOCK_TENSORS = 9, ALIGNMENT = 64 };

size_t mg_vocabulary_rows(const struct mg_transformer_config *config)
{
    return config->vocab + 2;
}

size_t mg_row_length(const struct mg_transformer_config *config)
{
    return config->length + (config->positions == MG_POSITIONS_BOS && !config->causal ? 1 : 0);
}

size_t mg_head_size(const struct mg_transformer_config *config)
{
    return config->relative.head_size > 0 ? config->relative.head_size
                                          : config->width / config->heads;
}

size_t mg_kv_heads(const struct mg_transformer_config *config)
{
    return config->relative.kv_heads > 0 ? config->relative.kv_heads : config->heads;
}

size_t mg_prefix_block(const struct mg_transformer_config *config)
{
    return config->causal ? 1 : config->block;
}

bool mg_has_bos(const struct mg_transformer_config *config)
{
    return config->causal || config->positions == MG_POSITIONS_BOS;
}

__attribute__((format(printf, 4, 5))) static void append(struct mg_parameters *list, size_t rows,
                                                         size_t columns, const char *format, ...)
{
    struct mg_tensor *tensor = &list->tensors[list->n++];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(tensor->name, sizeof(tensor->name), format, arguments);
    va_end(arguments);
    assert(length > 0 && (size_t)length < sizeof(tensor->name));
    tensor->rank = columns > 0 ? 2 : 1;
    tensor->shape[0] = rows;
    tensor->shape[1] = columns > 0 ? columns : 1;
    tensor->count = tensor->shape[0] * tensor->shape[1];
    list->count += tensor->count;
}

static void append_block(struct mg_parameters *list, const struct mg_transformer_config *config,
                         size_t i)
{
    const size_t d = config->width;

    append(list, d, 0, "model.transformer.blocks.%zu.attn_norm.weight", i);
    append(list, d, d, "model.transformer.blocks.%zu.q_proj.weight", i);
    append(list, d, d, "model.transformer.blocks.%zu.k_proj.weight", i);
    append(list, d, d, "model.transformer.blocks.%zu.v_proj.weight", i);
    append(list, d, d, "model.transformer.blocks.%zu.attn_out.weight", i);
    append(list, d, 0, "model.transformer.blocks.%zu.ff_norm.weight", i);
    append(list, config->hidden, d, "model.transformer.blocks.%zu.ff_proj.weight", i);
    append(list, config->hidden, d, "model.transformer.blocks.%zu.up_proj.weight", i);
    append(list, d, config->hidden, "model.transformer.blocks.%zu.ff_out.weight", i);
}

/* One zeroed block for all tensors, in list order and without gaps. */
static void attach_block(struct mg_parameters *list)
{
    const size_t bytes = list->count * sizeof(float);
    size_t offset = 0;

    list->block =
        (float *)aligned_alloc(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    if (list->block == NULL) {
        abort();
    }
    memset(list->block, 0, bytes);
    for (size_t i = 0; i < list->n; i++) {
        list->tensors[i].data = list->block + offset;
        offset += list->tensors[i].count;
    }
}

struct mg_parameters *mg_parameters_new(const struct mg_transformer_config *config, bool allocate)
{
    struct mg_parameters *list = (struct mg_parameters *)mg_allocate(1, sizeof(*list));
    const size_t d = config->width;

    assert(config->vocab > 0 && config->length > 0 && config->layers > 0 && config->heads > 0 &&
           config->hidden > 0 && config->components > 0);
    assert(config->block == 0 || (!config->causal && config->length % config->block == 0));
    assert(d % config->heads == 0 && d / config->heads % 2 == 0 && d > 0);
    list->tensors = (struct mg_tensor *)mg_allocate(OUTER_TENSORS + config->layers * BLOCK_TENSORS,
                                                    sizeof(*list->tensors));
    append(list, mg_vocabulary_rows(config), d, "model.transformer.wte.weight");
    if (config->positions == MG_POSITIONS_ABSOLUTE) {
        append(list, config->length, d, "model.transformer.wpe.weight");
    }
    for (size_t i = 0; i < config->layers; i++) {
        append_block(list, config, i);
    }
    append(list, d, 0, "model.transformer.ln_f.weight");
    append(list, mg_vocabulary_rows(config), d, "model.transformer.ff_out.weight");
    if (config->components > 1) {
        append(list, (config->components - 1) * config->vocab, d,
               "model.transformer.ff_out_components.weight");
        append(list, config->components, d, "model.transformer.mixture.weight");
    }
    if (allocate) {
        attach_block(list);
    }
    return list;
}

struct mg_parameters *mg_parameters_like(const struct mg_parameters *parameters)
{
    struct mg_parameters *list = (struct mg_parameters *)mg_allocate(1, sizeof(*list));

    *list = *parameters;
    list->tensors = (struct mg_tensor *)mg_allocate(list->n, sizeof(*list->tensors));
    memcpy(list->tensors, parameters->tensors, list->n * sizeof(*list->tensors));
    attach_block(list);
    return list;
}

void mg_parameters_free(struct mg_parameters *parameters)
{
    if (parameters == NULL) {
        return;
    }
    free(parameters->block);
    free(parameters->tensors);
    free(parameters);
}

struct mg_tensor *mg_parameters_find(const struct mg_parameters *parameters, const char *name)
{
    for (size_t i = 0; i < parameters->n; i++) {
        if (strcmp(parameters->tensors[i].name, name) == 0) {
            return &parameters->tensors[i];
        }
    }
    return NULL;
}

/* The next tensor of the list, of the expected number of elements. */
static float *next(const struct mg_parameters *parameters, size_t *i, size_t count)
{
    const struct mg_tensor *tensor = &parameters->tensors[(*i)++];

    assert(*i <= parameters->n && tensor->count == count && tensor->data != NULL);
    return tensor->data;
}

float *mg_head_of(const struct mg_parameters_view *view, const struct mg_transformer_config *config,
                  size_t r)
{
    assert(r < config->components);
    return r == 0 ? view->head : view->more_heads + (r - 1) * config->vocab * config->width;
}

void mg_parameters_view(struct mg_parameters_view *view, const struct mg_parameters *parameters,
                        const struct mg_transformer_config *config)
{
    const size_t d = config->width;
    const size_t square = d * d;
    const size_t hidden = config->hidden * d;
    size_t i = 0;

    view->wte = next(parameters, &i, mg_vocabulary_rows(config) * d);
    view->wpe = NULL;
    if (config->positions == MG_POSITIONS_ABSOLUTE) {
        view->wpe = next(parameters, &i, config->length * d);
    }
    for (size_t layer = 0; layer < config->layers; layer++) {
        struct mg_block_view *block = &view->blocks[layer];

        block->attn_norm = next(parameters, &i, d);
        block->qkv = next(parameters, &i, square);
        (void)next(parameters, &i, square);
        (void)next(parameters, &i, square);
        block->attn_out = next(parameters, &i, square);
        block->ff_norm = next(parameters, &i, d);
        block->gate_up = next(parameters, &i, hidden);
        (void)next(parameters, &i, hidden);
        block->ff_out = next(parameters, &i, hidden);
    }
    view->ln_f = next(parameters, &i, d);
    view->head = next(parameters, &i, mg_vocabulary_rows(config) * d);
    view->more_heads = NULL;
    view->mixture = NULL;
    if (config->components > 1) {
        view->more_heads = next(parameters, &i, (config->components - 1) * config->vocab * d);
        view->mixture = next(parameters, &i, config->components * d);
    }
    assert(i == parameters->n);
}

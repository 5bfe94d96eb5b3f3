/* checkpoint.c - see checkpoint.h. */
#include "harness/checkpoint.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/checkpoint_config.h"
#include "harness/file.h"
#include "harness/safetensors.h"

enum mg_status mg_checkpoint_save(const char *dir, struct mg_transformer *transformer,
                                  char *const *symbols, const char *objective, const char *key,
                                  struct mg_error *err)
{
    const struct mg_transformer_config *config = mg_transformer_config(transformer);
    const struct mg_parameters *parameters = mg_transformer_parameters(transformer);
    size_t length = strlen(dir);
    char *folder = NULL;
    char *aside = NULL;
    char *weights = NULL;
    char *description = NULL;
    char *text = NULL;
    enum mg_status status;

    while (length > 1 && dir[length - 1] == '/') {
        length--;
    }
    folder = mg_format("%.*s", (int)length, dir);
    aside = mg_format("%s.new-%ld", folder, (long)getpid());
    weights = mg_format("%s/model.safetensors", aside);
    description = mg_format("%s/config.json", aside);
    text = mg_checkpoint_config_print(config, symbols, objective, key);
    status = mg_folder_remove(aside, err); /* of a process that was killed */
    if (status == MG_OK) {
        status = mg_folder_make(aside, err);
    }
    if (status == MG_OK) {
        status = mg_safetensors_write(weights, parameters->tensors, parameters->n, err);
    }
    if (status == MG_OK) {
        status = mg_file_write(description, text, strlen(text), err);
    }
    if (status == MG_OK) {
        status = mg_folder_replace(folder, aside, err);
    }
    if (status != MG_OK) {
        (void)mg_folder_remove(aside, err); /* the first failure is the one that is told */
    }
    free(text);
    free(description);
    free(weights);
    free(aside);
    free(folder);
    return status;
}

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

/* Everything expected is there, so with as many tensors there is nothing else. */
static enum mg_status check_tensors(const struct mg_parameters *expected,
                                    const struct mg_safetensors *file, const char *path,
                                    struct mg_error *err)
{
    for (size_t i = 0; i < expected->n; i++) {
        const struct mg_tensor *tensor = &expected->tensors[i];
        const enum mg_status status =
            check_tensor(tensor, mg_safetensors_find(file, tensor->name), path, err);
        if (status != MG_OK) {
            return status;
        }
    }
    for (size_t i = 0; i < mg_safetensors_count(file); i++) {
        const char *name = mg_safetensors_at(file, i)->name;
        if (mg_parameters_find(expected, name) == NULL) {
            return mg_fail(err, MG_EUSAGE, "%s: tensor %.200s does not belong to the network", path,
                           name);
        }
    }
    return MG_OK;
}

static enum mg_status read_tensors(const struct mg_parameters *parameters,
                                   const struct mg_safetensors *file, const char *path,
                                   struct mg_error *err)
{
    for (size_t i = 0; i < parameters->n; i++) {
        const struct mg_tensor *tensor = &parameters->tensors[i];
        mg_safetensors_floats(tensor->data, file, mg_safetensors_find(file, tensor->name));
        for (size_t j = 0; j < tensor->count; j++) {
            if (!isfinite(tensor->data[j])) {
                return mg_fail(err, MG_EUSAGE, "%s: tensor %s: element %zu is not finite", path,
                               tensor->name, j);
            }
        }
    }
    return MG_OK;
}

enum mg_status mg_checkpoint_load(struct mg_transformer **transformer, char ***symbols,
                                  const char *dir, size_t batch, struct mg_error *err)
{
    const struct mg_stream unused = {{0, 0}}; /* every initial value is overwritten */
    char *description = mg_format("%s/config.json", dir);
    char *weights = mg_format("%s/model.safetensors", dir);
    struct mg_transformer_config config;
    struct mg_parameters *expected = NULL;
    struct mg_safetensors *file = NULL;
    enum mg_status status;

    *transformer = NULL;
    status = mg_checkpoint_config_read(&config, symbols, description, err);
    if (status == MG_OK) {
        status = mg_safetensors_open(&file, weights, err);
    }
    if (status == MG_OK) { /* the file bounds the memory, so it is compared first */
        expected = mg_parameters_new(&config, false);
        status = check_tensors(expected, file, weights, err);
    }
    if (status == MG_OK) {
        *transformer = mg_transformer_new(&config, batch, false, unused);
        status = read_tensors(mg_transformer_parameters(*transformer), file, weights, err);
    }
    if (status != MG_OK) {
        mg_transformer_free(*transformer);
        *transformer = NULL;
        mg_symbols_free(*symbols, config.vocab);
        *symbols = NULL;
    }
    mg_parameters_free(expected);
    mg_safetensors_close(file);
    free(weights);
    free(description);
    return status;
}

enum mg_status mg_checkpoint_fits(const struct mg_transformer *transformer, char *const *symbols,
                                  const char *dir, size_t length, size_t vocab, char *const *words,
                                  struct mg_error *err)
{
    const struct mg_transformer_config *config = mg_transformer_config(transformer);

    if (config->vocab != vocab || config->length != length) {
        return mg_fail(err, MG_EUSAGE,
                       "%s: a model of %zu positions and %zu tokens; the source has %zu and %zu",
                       dir, config->length, config->vocab, length, vocab);
    }
    for (size_t v = 0; v < vocab; v++) {
        if (strcmp(symbols[v], words[v]) != 0) {
            return mg_fail(err, MG_EUSAGE, "%s: token %zu is \"%s\", in the source \"%s\"", dir, v,
                           symbols[v], words[v]);
        }
    }
    return MG_OK;
}

enum mg_status mg_checkpoint_hash(char sha256[MG_KEY_TEXT], const char *dir, struct mg_error *err)
{
    static const char *const names[] = {"config.json", "model.safetensors"};
    struct mg_hash *hash = mg_hash_new();
    enum mg_status status = MG_OK;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && status == MG_OK; i++) {
        char *path = mg_format("%s/%s", dir, names[i]);
        FILE *file = fopen(path, "rb");
        char block[1 << 14];
        size_t size;
        mg_hash_text(hash, names[i]);
        while (file != NULL && (size = fread(block, 1, sizeof(block), file)) > 0) {
            mg_hash_bytes(hash, block, size);
        }
        if (file == NULL || ferror(file) != 0) {
            status = mg_fail(err, MG_EUSAGE, "%s: %s", path, strerror(errno));
        }
        if (file != NULL) {
            (void)fclose(file);
        }
        free(path);
    }
    mg_hash_finish(sha256, hash);
    return status;
}

void mg_symbols_free(char **symbols, size_t n)
{
    for (size_t i = 0; symbols != NULL && i < n; i++) {
        free(symbols[i]);
    }
    free(symbols);
}

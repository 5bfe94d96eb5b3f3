/* checkpoint.c - see checkpoint.h. */
#include "harness/checkpoint.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/checkpoint_config.h"
#include "harness/checkpoint_weights.h"
#include "harness/cores.h"
#include "harness/file.h"
#include "harness/safetensors.h"
#include "harness/shards.h"
#include "model/numeric/pool.h"

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

/* The files that are hashed, and what comes out. */
struct hashing {
    const char **paths;
    char (*sha256)[MG_KEY_TEXT];
    struct mg_error *errors;
};

static void hash_file(void *ctx, size_t index, size_t worker)
{
    const struct hashing *hashing = ctx;
    const char *path = hashing->paths[index];
    struct mg_hash *hash = mg_hash_new();
    FILE *file = fopen(path, "rb");
    char block[1 << 16];
    size_t size;

    (void)worker;
    while (file != NULL && (size = fread(block, 1, sizeof(block), file)) > 0) {
        mg_hash_bytes(hash, block, size);
    }
    if (file == NULL || ferror(file) != 0) {
        (void)mg_fail(&hashing->errors[index], MG_EUSAGE, "%s: %s", path, strerror(errno));
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    mg_hash_finish(hashing->sha256[index], hash);
}

/* Names and content of n files; as many at a time as there are cores: SHA-256 is the slow part. */
static enum mg_status hash_files(char sha256[MG_KEY_TEXT], const char **paths, size_t n,
                                 struct mg_error *err)
{
    const size_t cores = mg_cores_count();
    struct mg_pool *pool = mg_pool_new(cores < n ? cores : n);
    struct hashing hashing = {paths, calloc(n, sizeof(*hashing.sha256)),
                              calloc(n, sizeof(*hashing.errors))};
    struct mg_hash *hash = mg_hash_new();
    enum mg_status status = MG_OK;

    assert(hashing.sha256 != NULL && hashing.errors != NULL);
    mg_pool_run(pool, hash_file, &hashing, n);
    for (size_t i = 0; i < n; i++) {
        const char *name = strrchr(paths[i], '/');

        if (status == MG_OK && hashing.errors[i].status != MG_OK) {
            status = mg_fail(err, hashing.errors[i].status, "%s", hashing.errors[i].text);
        }
        mg_hash_text(hash, name != NULL ? name + 1 : paths[i]);
        mg_hash_text(hash, hashing.sha256[i]);
    }
    mg_hash_finish(sha256, hash);
    mg_pool_free(pool);
    free(hashing.errors);
    free(hashing.sha256);
    return status;
}

enum mg_status mg_checkpoint_hash(char sha256[MG_KEY_TEXT], const char *path, struct mg_error *err)
{
    struct mg_checkpoint_config config = {.family = &mg_family_smdm};
    struct mg_shards *shards = NULL;
    char *description = mg_format("%s/config.json", path);
    char *tokenizer = mg_format("%s/tokenizer.json", path);
    const char *const *weights;
    const char **paths = NULL;
    size_t n = 0;
    enum mg_status status = mg_shards_open(&shards, path, false, err);

    if (status == MG_OK && !mg_checkpoint_is_file(path)) {
        status = mg_checkpoint_config_read(&config, path, err);
    }
    if (status == MG_OK) {
        paths = calloc(mg_shards_paths(shards, &weights) + 2, sizeof(*paths));
        assert(paths != NULL);
        for (size_t i = 0; i < mg_shards_paths(shards, &weights); i++) {
            paths[n++] = weights[i];
        }
        if (config.family != &mg_family_smdm) {
            paths[n++] = description;
        }
        if (config.family != NULL && config.family->mask_token != NULL) {
            paths[n++] = tokenizer;
        }
        status = hash_files(sha256, paths, n, err);
    }
    free(paths);
    mg_symbols_free(config.symbols, config.network.vocab);
    mg_shards_close(shards);
    free(tokenizer);
    free(description);
    return status;
}

void mg_symbols_free(char **symbols, size_t n)
{
    for (size_t i = 0; symbols != NULL && i < n; i++) {
        free(symbols[i]);
    }
    free(symbols);
}

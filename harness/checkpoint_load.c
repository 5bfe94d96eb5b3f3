/* checkpoint_load.c - a network from the files of a checkpoint; see checkpoint.h. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/checkpoint.h"
#include "harness/checkpoint_config.h"
#include "harness/checkpoint_weights.h"
#include "harness/file.h"
#include "harness/shards.h"

struct mg_checkpoint {
    struct mg_checkpoint_config config;
    struct mg_transformer *transformer;
    struct mg_shards *shards;              /* open for as long as weights are borrowed; else NULL */
    struct mg_checkpoint_weights *weights; /* with them */
    char precision[64];
    char *note;
};

bool mg_checkpoint_is_file(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* Copy the weights of a model of ours. */
static enum mg_status read_tensors(const struct mg_parameters *parameters,
                                   const struct mg_shards *shards, struct mg_error *err)
{
    for (size_t i = 0; i < parameters->n; i++) {
        const struct mg_tensor *tensor = &parameters->tensors[i];
        const struct mg_safetensors *file;
        const struct mg_safetensor *found = mg_shards_find(shards, tensor->name, &file);
        mg_safetensors_floats(tensor->data, file, found);
        for (size_t j = 0; j < tensor->count; j++) {
            if (!isfinite(tensor->data[j])) {
                return mg_fail(err, MG_EUSAGE, "%s: tensor %s: element %zu is not finite",
                               mg_shards_path(shards, file), tensor->name, j);
            }
        }
    }
    return MG_OK;
}

static enum mg_status load_ours(struct mg_checkpoint *checkpoint, size_t batch,
                                struct mg_error *err)
{
    const struct mg_stream unused = {{0, 0}}; /* every initial value is overwritten */
    struct mg_parameters *expected = mg_parameters_new(&checkpoint->config.network, false);
    /* the files bound the memory, so they are compared first */
    enum mg_status status = mg_checkpoint_check(expected, checkpoint->shards, err);

    if (status == MG_OK) {
        checkpoint->transformer =
            mg_transformer_new(&checkpoint->config.network, batch, false, unused);
        status = read_tensors(mg_transformer_parameters(checkpoint->transformer),
                              checkpoint->shards, err);
    }
    (void)snprintf(checkpoint->precision, sizeof(checkpoint->precision),
                   "f32 weights, f32 sums, f64 softmax");
    mg_parameters_free(expected);
    mg_shards_close(checkpoint->shards);
    checkpoint->shards = NULL;
    return status;
}

/* Memory that can be had without swapping, the cached pages of files counted in. */
static uint64_t memory_free_bytes(void)
{
    unsigned long long kilobytes = 0;
    char line[256];
    FILE *file = fopen("/proc/meminfo", "r");

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "MemAvailable: %llu kB", &kilobytes) == 1) {
            break;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return kilobytes > 0 ? (uint64_t)kilobytes * 1024 : UINT64_MAX; /* not told: no limit known */
}

enum mg_status mg_checkpoint_check_memory(const char *path, uint64_t weights_bytes,
                                          uint64_t room_bytes, uint64_t free_bytes,
                                          struct mg_error *err)
{
    const double megabyte = 1e6;

    if (free_bytes >= room_bytes && free_bytes - room_bytes >= weights_bytes) {
        return MG_OK;
    }
    return mg_fail(
        err, MG_EENVIRONMENT,
        "%s: its weights take %.0f MB and the forward pass %.0f MB, and %.0f MB of memory"
        " are free: each forward pass would read the disk again",
        path, (double)weights_bytes / megabyte, (double)room_bytes / megabyte,
        (double)free_bytes / megabyte);
}

static enum mg_status load_family(struct mg_checkpoint *checkpoint, const char *path,
                                  const struct mg_checkpoint_use *use, struct mg_error *err)
{
    struct mg_transformer_config *network = &checkpoint->config.network;
    /* with `read` the weights have been taken out of what is free */
    const uint64_t weights = use->read ? 0 : mg_shards_bytes(checkpoint->shards);
    enum mg_status status;

    network->length = use->length;
    if (use->length == 0 || use->length > checkpoint->config.length_max) {
        return mg_fail(err, MG_EUSAGE, "%s%s: a model of at most %zu positions; asked for %zu",
                       path, checkpoint->config.family->model_type != NULL ? "/config.json" : "",
                       checkpoint->config.length_max, use->length);
    }
    status = mg_checkpoint_weights_new(&checkpoint->weights, checkpoint->precision,
                                       sizeof(checkpoint->precision), &checkpoint->config,
                                       checkpoint->shards, err);
    if (status == MG_OK) {
        status = mg_checkpoint_check_memory(path, weights,
                                            mg_transformer_borrow_bytes(network, use->batch),
                                            memory_free_bytes(), err);
    }
    if (status == MG_OK) {
        checkpoint->transformer = mg_transformer_borrow(
            network, mg_checkpoint_weights_view(checkpoint->weights), use->batch);
    }
    return status;
}

enum mg_status mg_checkpoint_load(struct mg_checkpoint **result, const char *path,
                                  const struct mg_checkpoint_use *use, struct mg_error *err)
{
    const bool bare = mg_checkpoint_is_file(path);
    struct mg_checkpoint *checkpoint = calloc(1, sizeof(*checkpoint));
    enum mg_status status = MG_OK;

    assert(checkpoint != NULL);
    *result = NULL;
    if (!bare) {
        status = mg_checkpoint_config_read(&checkpoint->config, path, err);
    }
    if (status == MG_OK) {
        status = mg_shards_open(&checkpoint->shards, path, use->read, err);
    }
    if (status == MG_OK) {
        checkpoint->note = mg_shards_ignored(checkpoint->shards);
    }
    if (status == MG_OK && bare) {
        status = mg_family_infer(&checkpoint->config, checkpoint->shards, path, err);
    }
    if (status == MG_OK) {
        status = checkpoint->config.family == NULL ? load_ours(checkpoint, use->batch, err)
                                                   : load_family(checkpoint, path, use, err);
    }
    if (status != MG_OK) {
        mg_checkpoint_free(checkpoint);
        return status;
    }
    *result = checkpoint;
    return MG_OK;
}

void mg_checkpoint_free(struct mg_checkpoint *checkpoint)
{
    if (checkpoint == NULL) {
        return;
    }
    mg_transformer_free(checkpoint->transformer);
    mg_checkpoint_weights_free(checkpoint->weights);
    mg_shards_close(checkpoint->shards);
    mg_symbols_free(checkpoint->config.symbols, checkpoint->config.network.vocab);
    free(checkpoint->note);
    free(checkpoint);
}

struct mg_transformer *mg_checkpoint_transformer(struct mg_checkpoint *checkpoint)
{
    return checkpoint->transformer;
}

const char *mg_checkpoint_precision(const struct mg_checkpoint *checkpoint)
{
    return checkpoint->precision;
}

const char *mg_checkpoint_note(const struct mg_checkpoint *checkpoint)
{
    return checkpoint->note;
}

enum mg_status mg_checkpoint_fits(struct mg_checkpoint *checkpoint, const char *path, size_t length,
                                  size_t vocab, char *const *words, bool by_tokenizer,
                                  struct mg_error *err)
{
    const struct mg_transformer_config *config = &checkpoint->config.network;

    if (config->vocab != vocab || config->length != length) {
        return mg_fail(err, MG_EUSAGE,
                       "%s: a model of %zu positions and %zu tokens; the source has %zu and %zu",
                       path, config->length, config->vocab, length, vocab);
    }
    if (by_tokenizer && checkpoint->config.symbols == NULL) {
        return MG_OK;
    }
    for (size_t v = 0; v < vocab; v++) {
        char number[24];
        const char *symbol = number;
        (void)snprintf(number, sizeof(number), "%zu", v);
        if (checkpoint->config.symbols != NULL) {
            symbol = checkpoint->config.symbols[v];
        }
        if (strcmp(symbol, words[v]) != 0) {
            return mg_fail(err, MG_EUSAGE, "%s: token %zu is \"%s\", in the source \"%s\"", path, v,
                           symbol, words[v]);
        }
    }
    return MG_OK;
}

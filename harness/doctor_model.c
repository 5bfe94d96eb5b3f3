/* doctor_model.c - see doctor_model.h. */
#include "harness/doctor_model.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/checkpoint.h"
#include "harness/shards.h"

enum { CHUNK = 4096 }; /* values widened in one go: they stay in the first cache */

enum mg_status mg_doctor_model(char *found, size_t size, const char *path, struct mg_error *err)
{
    const struct mg_checkpoint_use use = {.batch = 1, .length = 1};
    struct mg_checkpoint *checkpoint = NULL;
    const enum mg_status status = mg_checkpoint_load(&checkpoint, path, &use, err);
    const struct mg_transformer_config *network;
    const char *note;

    if (status == MG_OK) {
        network = mg_transformer_config(mg_checkpoint_transformer(checkpoint));
        note = mg_checkpoint_note(checkpoint);
        (void)snprintf(found, size, "%s: %zu layers, width %zu, %zu tokens; %s%s%s", path,
                       network->layers, network->width, network->vocab,
                       mg_checkpoint_precision(checkpoint), note != NULL ? "; " : "",
                       note != NULL ? note : "");
    }
    mg_checkpoint_free(checkpoint);
    return status;
}

/* How many values of a tensor come before the first that is infinite or NaN; count: all. */
static uint64_t finite_values(const struct mg_safetensors *file, const struct mg_safetensor *tensor)
{
    const enum mg_dtype dtype = mg_safetensors_dtype(tensor);
    const unsigned char *bytes = mg_safetensors_bytes(file, tensor);
    float values[CHUNK];

    for (uint64_t at = 0; at < tensor->count; at += CHUNK) {
        const size_t n = tensor->count - at < CHUNK ? (size_t)(tensor->count - at) : CHUNK;

        mg_widen(values, bytes + at * mg_dtype_size(dtype), dtype, n);
        for (size_t i = 0; i < n; i++) {
            if (!isfinite(values[i])) {
                return at + i;
            }
        }
    }
    return tensor->count;
}

enum mg_status mg_doctor_values(char *found, size_t size, const char *path, struct mg_error *err)
{
    struct mg_shards *shards = NULL;
    enum mg_status status = mg_shards_open(&shards, path, false, err);
    uint64_t values = 0;
    size_t tensors = 0;

    for (size_t i = 0; status == MG_OK && i < mg_shards_count(shards); i++) {
        const struct mg_safetensors *file;
        const char *where;
        const struct mg_safetensor *tensor = mg_shards_at(shards, i, &where);
        uint64_t finite;

        (void)mg_shards_find(shards, tensor->name, &file);
        if (!mg_safetensors_is_float(tensor)) {
            continue;
        }
        finite = finite_values(file, tensor);
        values += tensor->count;
        tensors++;
        if (finite < tensor->count) {
            status = mg_fail(err, MG_EUSAGE, "%s: tensor %.200s: element %llu is not finite", where,
                             tensor->name, (unsigned long long)finite);
        }
    }
    if (status == MG_OK) {
        (void)snprintf(found, size, "%llu values of %zu tensors, all finite",
                       (unsigned long long)values, tensors);
    }
    mg_shards_close(shards);
    return status;
}

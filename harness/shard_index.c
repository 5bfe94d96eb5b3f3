/* shard_index.c - the index of shards.h: which tensor is in which file. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/json.h"
#include "harness/shards.h"

struct mg_shard_index {
    struct mg_json_file *json;
    const struct mg_json *map;
    uint64_t bytes;
};

static enum mg_status fail_at(struct mg_error *err, const char *name, const struct mg_json *value,
                              const char *must)
{
    char pointer[160];

    return mg_fail(err, MG_EUSAGE, "%s:%zu:%zu: error: %s must be %s", name, mg_json_line(value),
                   mg_json_column(value), mg_json_pointer(value, pointer, sizeof(pointer)), must);
}

/* A file of this very folder: nothing that leads elsewhere. */
static bool is_plain_name(const char *file)
{
    return file[0] != '\0' && strlen(file) < 256 && strpbrk(file, "/\\") == NULL &&
           strstr(file, "..") == NULL;
}

static enum mg_status read_total(uint64_t *bytes, const struct mg_json *root, const char *name,
                                 struct mg_error *err)
{
    const struct mg_json *metadata = mg_json_get(root, "metadata");
    const struct mg_json *total;
    long long integer = 0;

    *bytes = 0;
    if (metadata == NULL) {
        return MG_OK;
    }
    if (mg_json_type(metadata) != MG_JSON_OBJECT) {
        return fail_at(err, name, metadata, "an object");
    }
    total = mg_json_get(metadata, "total_size");
    if (total == NULL) {
        return MG_OK;
    }
    if (mg_json_type(total) != MG_JSON_NUMBER || !mg_json_integer(total, &integer) ||
        integer <= 0) {
        return fail_at(err, name, total, "an integer above 0");
    }
    *bytes = (uint64_t)integer;
    return MG_OK;
}

static enum mg_status check_map(const struct mg_json *map, const char *name, struct mg_error *err)
{
    if (mg_json_type(map) != MG_JSON_OBJECT || mg_json_count(map) == 0) {
        return fail_at(err, name, map, "an object from tensors to files");
    }
    for (size_t i = 0; i < mg_json_count(map); i++) {
        const struct mg_json *file = mg_json_at(map, i);
        if (mg_json_type(file) != MG_JSON_STRING || !is_plain_name(mg_json_string(file))) {
            return fail_at(err, name, file, "the name of a file in this folder");
        }
    }
    return MG_OK;
}

enum mg_status mg_shard_index_parse(struct mg_shard_index **result, const char *text, size_t size,
                                    const char *name, struct mg_error *err)
{
    struct mg_shard_index *index = calloc(1, sizeof(*index));
    enum mg_status status;
    const struct mg_json *root;

    assert(index != NULL);
    *result = NULL;
    status = mg_json_parse_header(&index->json, text, size, name, err);
    if (status == MG_OK) {
        root = mg_json_root(index->json);
        index->map = mg_json_type(root) == MG_JSON_OBJECT ? mg_json_get(root, "weight_map") : NULL;
        if (index->map == NULL) {
            status = mg_fail(err, MG_EUSAGE, "%s:1:1: error: \"weight_map\" is missing", name);
        } else {
            status = check_map(index->map, name, err);
        }
        if (status == MG_OK) {
            status = read_total(&index->bytes, root, name, err);
        }
    }
    if (status != MG_OK) {
        mg_shard_index_free(index);
        return status;
    }
    *result = index;
    return MG_OK;
}

void mg_shard_index_free(struct mg_shard_index *index)
{
    if (index != NULL) {
        mg_json_free(index->json);
        free(index);
    }
}

size_t mg_shard_index_count(const struct mg_shard_index *index)
{
    return mg_json_count(index->map);
}

struct mg_shard_entry mg_shard_index_at(const struct mg_shard_index *index, size_t i)
{
    const struct mg_json *file = mg_json_at(index->map, i);

    return (struct mg_shard_entry){mg_json_key(file), mg_json_string(file)};
}

uint64_t mg_shard_index_bytes(const struct mg_shard_index *index)
{
    return index->bytes;
}

/* shards.c - see shards.h. */
#include "harness/shards.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/file.h"
#include "harness/json.h"

enum { FILES_MAX = 1024 };

/* A tensor and its file, sorted by name to be found. */
struct entry {
    const struct mg_safetensor *tensor;
    size_t file;
};

struct mg_shards {
    char *list; /* path of what lists the tensors */
    struct mg_safetensors **files;
    char **paths; /* (n + 1): of the files, and one more where list is an index */
    size_t n;
    size_t n_paths;
    struct entry *entries;
    size_t n_entries;
    uint64_t bytes;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->tensor->name, ((const struct entry *)b)->tensor->name);
}

/* Open the n files at shards->paths; no tensor may be in two. */
static enum mg_status open_files(struct mg_shards *shards, bool read_it, struct mg_error *err)
{
    size_t at = 0;

    shards->files = calloc(shards->n, sizeof(struct mg_safetensors *));
    assert(shards->files != NULL);
    for (size_t i = 0; i < shards->n; i++) {
        const enum mg_status status =
            mg_safetensors_open(&shards->files[i], shards->paths[i], read_it, err);
        if (status != MG_OK) {
            return status;
        }
        shards->n_entries += mg_safetensors_count(shards->files[i]);
    }
    shards->entries = calloc(shards->n_entries + 1, sizeof(*shards->entries));
    assert(shards->entries != NULL);
    for (size_t i = 0; i < shards->n; i++) {
        for (size_t j = 0; j < mg_safetensors_count(shards->files[i]); j++) {
            const struct mg_safetensor *tensor = mg_safetensors_at(shards->files[i], j);
            shards->entries[at++] = (struct entry){tensor, i};
            shards->bytes += tensor->end - tensor->begin;
        }
    }
    qsort(shards->entries, shards->n_entries, sizeof(*shards->entries), by_name);
    for (size_t i = 1; i < shards->n_entries; i++) {
        const struct entry *entry = &shards->entries[i];
        if (by_name(entry - 1, entry) == 0) {
            return mg_fail(err, MG_EUSAGE, "%s: tensor %.200s is in %s too",
                           shards->paths[entry->file], entry->tensor->name,
                           shards->paths[entry[-1].file]);
        }
    }
    return MG_OK;
}

/* What the index says against what the files hold. */
static enum mg_status check_index(const struct mg_shards *shards,
                                  const struct mg_shard_index *index, const char *folder,
                                  struct mg_error *err)
{
    const uint64_t told = mg_shard_index_bytes(index);

    for (size_t i = 0; i < mg_shard_index_count(index); i++) {
        const struct mg_shard_entry said = mg_shard_index_at(index, i);
        const struct mg_safetensors *file = NULL;
        char *path = mg_format("%s/%s", folder, said.file);
        enum mg_status status = MG_OK;
        if (mg_shards_find(shards, said.tensor, &file) == NULL) {
            status = mg_fail(err, MG_EUSAGE, "%s: tensor %.200s is missing, which %s puts there",
                             path, said.tensor, shards->list);
        } else if (strcmp(mg_shards_path(shards, file), path) != 0) {
            status = mg_fail(err, MG_EUSAGE, "%s: tensor %.200s is not in %s, as %s says",
                             mg_shards_path(shards, file), said.tensor, said.file, shards->list);
        }
        free(path);
        if (status != MG_OK) {
            return status;
        }
    }
    if (mg_shard_index_count(index) != shards->n_entries) {
        return mg_fail(err, MG_EUSAGE, "%s: /weight_map has %zu tensors, the files have %zu",
                       shards->list, mg_shard_index_count(index), shards->n_entries);
    }
    if (told != 0 && told != shards->bytes) {
        return mg_fail(err, MG_EUSAGE, "%s: /metadata/total_size is %llu, the tensors have %llu",
                       shards->list, (unsigned long long)told, (unsigned long long)shards->bytes);
    }
    return MG_OK;
}

/* The different files that an index names, in byte order: shards->paths. */
static enum mg_status list_files(struct mg_shards *shards, const struct mg_shard_index *index,
                                 const char *folder, struct mg_error *err)
{
    const size_t n = mg_shard_index_count(index);
    char **names = calloc(n, sizeof(*names));
    enum mg_status status = MG_OK;

    assert(names != NULL);
    for (size_t i = 0; i < n; i++) {
        names[i] = mg_format("%s", mg_shard_index_at(index, i).file);
    }
    qsort(names, n, sizeof(*names), by_text);
    shards->paths = calloc(n + 1, sizeof(*shards->paths));
    assert(shards->paths != NULL);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(names[i - 1], names[i]) != 0) {
            shards->paths[shards->n++] = mg_format("%s/%s", folder, names[i]);
        }
    }
    shards->n_paths = shards->n;
    shards->paths[shards->n_paths++] = mg_format("%s", shards->list);
    if (shards->n > FILES_MAX) {
        status = mg_fail(err, MG_EUSAGE, "%s: names %zu files, more than %d", shards->list,
                         shards->n, (int)FILES_MAX);
    }
    for (size_t i = 0; i < n; i++) {
        free(names[i]);
    }
    free(names);
    return status;
}

static enum mg_status open_indexed(struct mg_shards *shards, const char *folder, bool read_it,
                                   struct mg_error *err)
{
    struct mg_shard_index *index = NULL;
    char *text = NULL;
    size_t size = 0;
    enum mg_status status = mg_file_read(&text, &size, shards->list, MG_JSON_HEADER_MAX, err);

    if (status == MG_OK) {
        status = mg_shard_index_parse(&index, text, size, shards->list, err);
    }
    if (status == MG_OK) {
        status = list_files(shards, index, folder, err);
    }
    if (status == MG_OK) {
        status = open_files(shards, read_it, err);
    }
    if (status == MG_OK) {
        status = check_index(shards, index, folder, err);
    }
    mg_shard_index_free(index);
    free(text);
    return status;
}

static enum mg_status open_single(struct mg_shards *shards, bool read_it, struct mg_error *err)
{
    shards->paths = calloc(1, sizeof(*shards->paths));
    assert(shards->paths != NULL);
    shards->paths[0] = mg_format("%s", shards->list);
    shards->n = 1;
    shards->n_paths = 1;
    return open_files(shards, read_it, err);
}

enum mg_status mg_shards_open(struct mg_shards **result, const char *path, bool read_it,
                              struct mg_error *err)
{
    struct mg_shards *shards = calloc(1, sizeof(*shards));
    char *whole = mg_format("%s/model.safetensors", path);
    char *index = mg_format("%s/model.safetensors.index.json", path);
    struct stat info;
    enum mg_status status;

    assert(shards != NULL);
    *result = NULL;
    if (stat(path, &info) == 0 && S_ISREG(info.st_mode)) {
        shards->list = mg_format("%s", path);
        status = open_single(shards, read_it, err);
    } else if (stat(whole, &info) != 0 && stat(index, &info) == 0) {
        shards->list = mg_format("%s", index);
        status = open_indexed(shards, path, read_it, err);
    } else {
        shards->list = mg_format("%s", whole);
        status = open_single(shards, read_it, err);
    }
    if (status == MG_OK) {
        *result = shards;
    } else {
        mg_shards_close(shards);
    }
    free(index);
    free(whole);
    return status;
}

void mg_shards_close(struct mg_shards *shards)
{
    if (shards == NULL) {
        return;
    }
    for (size_t i = 0; shards->files != NULL && i < shards->n; i++) {
        mg_safetensors_close(shards->files[i]);
    }
    for (size_t i = 0; i < shards->n_paths; i++) {
        free(shards->paths[i]);
    }
    free(shards->entries);
    free(shards->files);
    free(shards->paths);
    free(shards->list);
    free(shards);
}

const struct mg_safetensor *mg_shards_find(const struct mg_shards *shards, const char *name,
                                           const struct mg_safetensors **file)
{
    const struct mg_safetensor wanted = {.name = name};
    const struct entry key = {.tensor = &wanted};
    const struct entry *entry =
        bsearch(&key, shards->entries, shards->n_entries, sizeof(*shards->entries), by_name);

    *file = entry != NULL ? shards->files[entry->file] : NULL;
    return entry != NULL ? entry->tensor : NULL;
}

size_t mg_shards_count(const struct mg_shards *shards)
{
    return shards->n_entries;
}

const struct mg_safetensor *mg_shards_at(const struct mg_shards *shards, size_t i,
                                         const char **path)
{
    assert(i < shards->n_entries);
    *path = shards->paths[shards->entries[i].file];
    return shards->entries[i].tensor;
}

const char *mg_shards_path(const struct mg_shards *shards, const struct mg_safetensors *file)
{
    for (size_t i = 0; file != NULL && i < shards->n; i++) {
        if (shards->files[i] == file) {
            return shards->paths[i];
        }
    }
    return shards->list;
}

size_t mg_shards_paths(const struct mg_shards *shards, const char *const **paths)
{
    *paths = (const char *const *)shards->paths;
    return shards->n_paths;
}

char *mg_shards_ignored(const struct mg_shards *shards)
{
    for (size_t i = 0; i < shards->n; i++) {
        const char *ignored = mg_safetensors_ignored(shards->files[i]);
        if (ignored != NULL) {
            return mg_format("%s: %s", shards->paths[i], ignored);
        }
    }
    return NULL;
}

uint64_t mg_shards_bytes(const struct mg_shards *shards)
{
    return shards->bytes;
}

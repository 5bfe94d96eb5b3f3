/*
 * shards.h - the tensors of a checkpoint: one safetensors file, or several with an index.
 *
 * The index is {"metadata": {"total_size": bytes}, "weight_map": {tensor: file}}, as transformers
 * writes it (model.safetensors.index.json). Every tensor must be in the file that the index says
 * and in no other, and the files hold nothing else.
 */
#ifndef MG_HARNESS_SHARDS_H
#define MG_HARNESS_SHARDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/safetensors.h"

struct mg_shards;

/*
 * Open folder/model.safetensors, or what folder/model.safetensors.index.json lists, or path itself
 * where it is a file; read_it as in mg_safetensors_open. MG_EUSAGE names file and tensor.
 */
enum mg_status mg_shards_open(struct mg_shards **shards, const char *path, bool read_it,
                              struct mg_error *err);
void mg_shards_close(struct mg_shards *shards); /* NULL is fine */

/* The tensor of that name with the file that it is in, or NULL. */
const struct mg_safetensor *mg_shards_find(const struct mg_shards *shards, const char *name,
                                           const struct mg_safetensors **file);

/* Tensors of all files, file after file; path: of its file, lives with the shards. */
size_t mg_shards_count(const struct mg_shards *shards);
const struct mg_safetensor *mg_shards_at(const struct mg_shards *shards, size_t i,
                                         const char **path);

/* The path of a file of mg_shards_find; NULL: of what lists the tensors, for one that is missing.
 */
const char *mg_shards_path(const struct mg_shards *shards, const struct mg_safetensors *file);

/* Paths of everything that was read, the index among it, in byte order. */
size_t mg_shards_paths(const struct mg_shards *shards, const char *const **paths);

/* "PATH: " and what mg_safetensors_ignored says of the first file that has such; malloc'd or NULL.
 */
char *mg_shards_ignored(const struct mg_shards *shards);

/* Bytes of all tensors. */
uint64_t mg_shards_bytes(const struct mg_shards *shards);

/* -- the index alone -- */

struct mg_shard_entry {
    const char *tensor, *file; /* live with the index */
};

struct mg_shard_index;

/* Parse an index: names of plain files only. MG_EUSAGE names the place. */
enum mg_status mg_shard_index_parse(struct mg_shard_index **index, const char *text, size_t size,
                                    const char *name, struct mg_error *err);
void mg_shard_index_free(struct mg_shard_index *index); /* NULL is fine */
size_t mg_shard_index_count(const struct mg_shard_index *index);
struct mg_shard_entry mg_shard_index_at(const struct mg_shard_index *index, size_t i);

/* metadata.total_size, or 0 where it is not said. */
uint64_t mg_shard_index_bytes(const struct mg_shard_index *index);

#endif

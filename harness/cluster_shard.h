/*
 * cluster_shard.h - where the tasks of a sweep leave their databases, and what they say there.
 *
 * The shard of task 3 of 8 for results/marginalia.db is results/marginalia.shard-3-of-8.db: in the
 * same folder, because databases of one folder share its models.
 */
#ifndef MG_HARNESS_CLUSTER_SHARD_H
#define MG_HARNESS_CLUSTER_SHARD_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/cluster_share.h"

/* "results/marginalia" of "results/marginalia.db", malloc'd: what names beside it begin with. */
char *mg_shard_stem(const char *db);

struct mg_shard {
    char *path;
    struct mg_share share;
    double silent_s; /* since it was last written or touched */
};

/* The shards that stand beside db, by N and I; free with mg_shards_free. */
struct mg_shard *mg_shards_list(size_t *n, const char *db);
void mg_shards_free(struct mg_shard *shards, size_t n);

#endif

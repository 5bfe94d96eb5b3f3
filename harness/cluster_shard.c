/* cluster_shard.c - where the tasks of a sweep leave their databases; see cluster_shard.h. */
#include "harness/cluster_shard.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "harness/file.h"
#include "harness/path.h"

static bool ends_in(const char *text, const char *ending)
{
    const size_t length = strlen(text);
    const size_t tail = strlen(ending);

    return length > tail && strcmp(text + length - tail, ending) == 0;
}

char *mg_shard_stem(const char *db)
{
    return mg_format("%.*s", (int)(strlen(db) - (ends_in(db, ".db") ? 3 : 0)), db);
}

/* Path of a task's shard, malloc'd. */
static char *shard_path(const char *db, struct mg_share share)
{
    char *stem = mg_shard_stem(db);
    char *path = mg_format("%s.shard-%zu-of-%zu.db", stem, share.task, share.n);

    free(stem);
    return path;
}

/* The share that a path stands for, if it is that share's. */
static bool is_shard(struct mg_share *share, const char *path, const char *db)
{
    char *stem = mg_shard_stem(db);
    char *name = NULL;
    bool same = strncmp(path, stem, strlen(stem)) == 0 &&
                sscanf(path + strlen(stem), ".shard-%zu-of-%zu", &share->task, &share->n) == 2;

    if (same) {
        name = shard_path(db, *share);
        same = strcmp(name, path) == 0;
    }
    free(name);
    free(stem);
    return same;
}

static int by_share(const void *a, const void *b)
{
    const struct mg_share *x = &((const struct mg_shard *)a)->share;
    const struct mg_share *y = &((const struct mg_shard *)b)->share;

    if (x->n != y->n) {
        return x->n < y->n ? -1 : 1;
    }
    return x->task < y->task ? -1 : x->task > y->task;
}

struct mg_shard *mg_shards_list(size_t *n, const char *db)
{
    const bool is_bare = strchr(db, '/') == NULL;
    char *folder = mg_path_parent(db);
    DIR *listing = opendir(folder);
    const struct dirent *entry;
    struct mg_shard *shards = NULL;

    *n = 0;
    while (listing != NULL && (entry = readdir(listing)) != NULL) {
        struct mg_shard shard = {.path = mg_path_join(is_bare ? "" : folder, entry->d_name)};
        struct stat info;
        if (!is_shard(&shard.share, shard.path, db) || stat(shard.path, &info) != 0) {
            free(shard.path);
            continue;
        }
        shard.silent_s = difftime(time(NULL), info.st_mtime);
        shards = realloc(shards, (*n + 1) * sizeof(*shards));
        if (shards == NULL) {
            abort();
        }
        shards[(*n)++] = shard;
    }
    if (listing != NULL) {
        (void)closedir(listing);
    }
    free(folder);
    if (*n > 0) {
        qsort(shards, *n, sizeof(*shards), by_share);
    }
    return shards;
}

void mg_shards_free(struct mg_shard *shards, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(shards[i].path);
    }
    free(shards);
}

/* gc.c - remove what nothing refers to; see gc.h. */
#include "harness/gc.h"

#include <dirent.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/file.h"
#include "harness/identity.h"

/* Keys of trainings that some database wants, as a set of texts. */
struct keys {
    void *root;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static enum mg_status take_key(void *ctx, const struct mg_value *values, size_t n,
                               struct mg_error *err)
{
    struct keys *keys = ctx;
    char *key = mg_format("%s", values[0].text);
    char **found = tsearch(key, &keys->root, by_text);

    (void)n;
    (void)err;
    if (found == NULL) {
        abort();
    }
    if (*found != key) {
        free(key);
    }
    return MG_OK;
}

static void free_keys(struct keys *keys)
{
    while (keys->root != NULL) {
        char *key = *(char **)keys->root;
        (void)tdelete(key, &keys->root, by_text);
        free(key);
    }
}

/* Trainings that runs of a database have. */
static enum mg_status ask_keys(struct keys *keys, struct mg_store *store, struct mg_error *err)
{
    return mg_store_query(store, NULL, "SELECT DISTINCT key FROM results WHERE kind = 'train'",
                          NULL, take_key, keys, err);
}

/* Every database of the folder; a file of that name which is none of ours is passed over. */
static enum mg_status collect_keys(struct keys *keys, const char *folder, struct mg_error *err)
{
    DIR *listing = opendir(folder);
    const struct dirent *entry;
    enum mg_status status = MG_OK;

    if (listing == NULL) {
        return mg_fail(err, MG_ESTORAGE, "%s: %s", folder, strerror(errno));
    }
    while (status == MG_OK && (entry = readdir(listing)) != NULL) {
        const size_t length = strlen(entry->d_name);
        struct mg_store *other = NULL;
        struct mg_error foreign = {0};
        char *path;
        if (length < 3 || strcmp(entry->d_name + length - 3, ".db") != 0) {
            continue;
        }
        path = mg_format("%s/%s", folder, entry->d_name);
        if (mg_store_open(&other, path, MG_STORE_READ, &foreign) == MG_OK) {
            status = ask_keys(keys, other, err);
        }
        mg_store_close(other);
        free(path);
    }
    (void)closedir(listing);
    return status;
}

/* Bytes of a file, or of the files in a folder. */
static int64_t size_of(const char *path)
{
    struct stat info;
    DIR *listing;
    const struct dirent *entry;
    int64_t sum = 0;

    if (stat(path, &info) != 0) {
        return 0;
    }
    if (!S_ISDIR(info.st_mode)) {
        return info.st_size;
    }
    listing = opendir(path);
    while (listing != NULL && (entry = readdir(listing)) != NULL) {
        if (fstatat(dirfd(listing), entry->d_name, &info, 0) == 0 && S_ISREG(info.st_mode)) {
            sum += info.st_size;
        }
    }
    if (listing != NULL) {
        (void)closedir(listing);
    }
    return sum;
}

static enum mg_status remove_entry(struct mg_gc *gc, int64_t *counter, const char *path, bool dry,
                                   struct mg_error *err)
{
    gc->bytes += size_of(path);
    ++*counter;
    if (dry || unlink(path) == 0) {
        return MG_OK;
    }
    return mg_folder_remove(path, err);
}

/* Does a name begin as a key does, and go on with one of these? */
static bool is_key(const char *name, const char *ending)
{
    const size_t length = MG_KEY_TEXT - 1;

    return strspn(name, "0123456789abcdef") == length && strcmp(name + length, ending) == 0;
}

static bool is_leftover(const char *name)
{
    const size_t length = MG_KEY_TEXT - 1;

    return strspn(name, "0123456789abcdef") == length &&
           (strstr(name + length, ".new-") != NULL || strstr(name + length, ".old-") != NULL);
}

static enum mg_status collect_models(struct mg_gc *gc, const struct keys *keys,
                                     const char *models_dir, bool dry, struct mg_error *err)
{
    DIR *listing = opendir(models_dir);
    const struct dirent *entry;
    enum mg_status status = MG_OK;

    while (listing != NULL && status == MG_OK && (entry = readdir(listing)) != NULL) {
        const char *name = entry->d_name;
        char *path = mg_format("%s/%s", models_dir, name);
        char key[MG_KEY_TEXT];
        memcpy(key, name, strnlen(name, sizeof(key) - 1));
        key[strnlen(name, sizeof(key) - 1)] = '\0';
        if (is_leftover(name)) {
            status = remove_entry(gc, &gc->leftover, path, dry, err);
        } else if ((is_key(name, "") || is_key(name, ".resume")) &&
                   tfind(key, &keys->root, by_text) == NULL) {
            status = remove_entry(gc, &gc->models, path, dry, err);
        }
        free(path);
    }
    if (listing != NULL) {
        (void)closedir(listing);
    }
    return status;
}

enum mg_status mg_gc(struct mg_gc *gc, struct mg_store *store, const char *folder,
                     const char *models_dir, bool dry, struct mg_error *err)
{
    struct keys keys = {NULL};
    enum mg_status status;

    *gc = (struct mg_gc){0};
    status = mg_store_collect(&gc->results, store, dry, err);
    if (status == MG_OK) { /* whatever its database is called */
        status = ask_keys(&keys, store, err);
    }
    if (status == MG_OK) {
        status = collect_keys(&keys, folder, err);
    }
    if (status == MG_OK) {
        status = collect_models(gc, &keys, models_dir, dry, err);
    }
    free_keys(&keys);
    return status;
}

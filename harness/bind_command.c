/* bind_command.c - a predictor that is another program: what it is started with, and known by. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bind.h"
#include "harness/identity.h"
#include "harness/path.h"

/* SHA-256 of a file's content. */
static bool hash_file(const struct mg_binding *binding, char sha256[MG_KEY_TEXT], const char *path)
{
    FILE *file = fopen(path, "rb");
    struct mg_hash *hash = mg_hash_new();
    char block[1 << 16];
    size_t size;
    bool fine;

    while (file != NULL && (size = fread(block, 1, sizeof(block), file)) > 0) {
        mg_hash_bytes(hash, block, size);
    }
    fine = file != NULL && ferror(file) == 0;
    if (!fine) {
        mg_bound_refuse(binding, "predictor.argv", "%s: %s", path, strerror(errno));
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    mg_hash_finish(sha256, hash);
    return fine;
}

/*
 * The files among the words, from the program's folder: scripts and weights count by content. A
 * bare program name is looked up elsewhere; a folder has no content to speak of, and there as
 * everywhere the hash of the answers tells (job.c).
 */
static bool hash_files(const struct mg_binding *binding, char sha256[MG_KEY_TEXT])
{
    const struct mg_point *point = binding->point;
    struct mg_hash *hash = mg_hash_new();
    bool fine = true;

    for (size_t i = 0; point->argv[i] != NULL; i++) {
        char *path = mg_path_join(point->folder, point->argv[i]);
        const bool looked_up = i == 0 && strchr(point->argv[i], '/') == NULL;
        char content[MG_KEY_TEXT] = "";

        if (!looked_up && mg_path_is_file(path)) {
            fine = hash_file(binding, content, path) && fine;
        }
        mg_hash_text(hash, content);
        free(path);
    }
    mg_hash_finish(sha256, hash);
    return fine;
}

bool mg_bind_command(struct mg_binding *binding)
{
    struct mg_point *point = binding->point;
    const struct mg_json *words = mg_resolved_get(binding->resolved, "predictor.argv")->value;
    const size_t n = mg_json_count(words);
    char *folder = mg_path_parent(mg_resolved_place(binding->resolved, "predictor.argv").file);
    char sha256[MG_KEY_TEXT];

    point->folder = mg_heap_text(binding->heap, folder);
    free(folder);
    point->timeout_s = mg_bound_number(binding, "predictor.timeout_s");
    point->argv = mg_heap_array(binding->heap, n + 1, sizeof(*point->argv));
    for (size_t i = 0; i < n; i++) {
        point->argv[i] = mg_heap_text(binding->heap, mg_json_string(mg_json_at(words, i)));
    }
    point->argv[n] = NULL;
    if (!hash_files(binding, sha256)) {
        return false;
    }
    point->predictor_sha256 = mg_heap_text(binding->heap, sha256);
    return true;
}

/* cluster_scratch.c - a database that is worked on elsewhere and put in its place whole; see
 * cluster_scratch.h. */
#include "harness/cluster_scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/file.h"
#include "harness/progress.h"
#include "model/numeric/arena.h"

#define TOUCH_EVERY_S 10.0
#define PUT_EVERY_S   60.0

struct mg_scratch {
    char *path;   /* its place */
    char *folder; /* of the copy */
    char *copy, *whole;
    struct mg_store *store;
    double touched_s, put_s;
};

enum mg_status mg_scratch_open(struct mg_scratch **scratch, const char *path, struct mg_error *err)
{
    const char *parent = getenv("TMPDIR");
    struct mg_scratch *opened = mg_allocate(1, sizeof(*opened));
    enum mg_status status = mg_folder_make_for(path, err);

    *scratch = opened;
    opened->path = mg_format("%s", path);
    opened->folder =
        mg_format("%s/marginalia-XXXXXX", parent != NULL && *parent != '\0' ? parent : "/tmp");
    if (status == MG_OK && mkdtemp(opened->folder) == NULL) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", opened->folder, strerror(errno));
        opened->folder[0] = '\0';
    }
    opened->copy = mg_format("%s/a.db", opened->folder);
    opened->whole = mg_format("%s/whole.db", opened->folder);
    if (status == MG_OK && access(path, F_OK) == 0) {
        status = mg_file_copy(opened->copy, path, err);
    }
    if (status == MG_OK) {
        struct mg_error inner = {0};
        if (mg_store_open(&opened->store, opened->copy, MG_STORE_WRITE, &inner) != MG_OK) {
            status = mg_fail(err, inner.status, "%s, copied: %s", path, inner.text);
        }
    }
    if (status != MG_OK) {
        mg_scratch_free(opened);
        *scratch = NULL;
    }
    return status;
}

void mg_scratch_free(struct mg_scratch *scratch)
{
    struct mg_error ignored = {0};

    if (scratch == NULL) {
        return;
    }
    mg_store_close(scratch->store);
    if (scratch->folder[0] != '\0') {
        (void)mg_folder_remove(scratch->folder, &ignored);
    }
    free(scratch->whole);
    free(scratch->copy);
    free(scratch->folder);
    free(scratch->path);
    free(scratch);
}

struct mg_store *mg_scratch_store(struct mg_scratch *scratch)
{
    return scratch->store;
}

enum mg_status mg_scratch_put(void *ctx, bool now, struct mg_error *err)
{
    struct mg_scratch *scratch = ctx;
    const double now_s = mg_clock_s();
    enum mg_status status;

    if (!now && now_s - scratch->put_s < PUT_EVERY_S) {
        if (now_s - scratch->touched_s >= TOUCH_EVERY_S) {
            scratch->touched_s = now_s;
            (void)utimensat(AT_FDCWD, scratch->path, NULL, 0);
        }
        return MG_OK;
    }
    (void)unlink(scratch->whole);
    status = mg_store_snapshot(scratch->store, scratch->whole, err);
    if (status == MG_OK) {
        status = mg_file_copy(scratch->path, scratch->whole, err);
    }
    (void)unlink(scratch->whole);
    scratch->put_s = scratch->touched_s = mg_clock_s();
    return status;
}

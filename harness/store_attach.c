/* store_attach.c - a second database beside the store's own, to read; see store_sql.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/buffer.h"
#include "harness/file.h"
#include "harness/store_sql.h"

/* What a file's name needs to stand in a URI. */
static char *file_uri(const char *path, bool locked)
{
    static const char hex[] = "0123456789ABCDEF";
    struct mg_buffer uri = {0};

    mg_buffer_puts(&uri, "file:");
    for (; *path != '\0'; path++) {
        const unsigned char byte = (unsigned char)*path;
        const char escaped[] = {'%', hex[byte >> 4], hex[byte & 15]};
        const bool plain = byte > ' ' && byte < 127 && strchr("%?#", byte) == NULL;
        mg_buffer_add(&uri, plain ? path : escaped, plain ? 1 : sizeof(escaped));
    }
    mg_buffer_puts(&uri, locked ? "?mode=ro" : "?mode=ro&immutable=1");
    return mg_buffer_take(&uri);
}

enum mg_status mg_sql_attach(struct mg_store *store, const char *path, struct mg_error *err)
{
    char *log = mg_format("%s-wal", path);
    char *uri = file_uri(path, access(log, F_OK) == 0);
    struct mg_error inner = {0};
    int64_t ours = 0;
    int64_t theirs = 0;
    bool found;
    enum mg_status status = mg_schema_peek(path, err);

    if (status == MG_OK && access(path, R_OK) != 0) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
    }
    if (status == MG_OK && MG_SQL(store, &inner, "ATTACH ? AS other", mg_bind_text(uri)) != MG_OK) {
        status = mg_fail(err, inner.status, "%s: %s", path, inner.text);
    }
    if (status == MG_OK) {
        status = mg_sql_integer(&ours, &found, store, "PRAGMA main.user_version", NULL, 0, err);
    }
    if (status == MG_OK) {
        status = mg_sql_integer(&theirs, &found, store, "PRAGMA other.user_version", NULL, 0, err);
    }
    if (status == MG_OK && ours != theirs) {
        status = mg_fail(err, MG_ESTORAGE,
                         "%s has schema %lld, not %lld; `gc --db` on it brings it up to date", path,
                         (long long)theirs, (long long)ours);
    }
    free(uri);
    free(log);
    return status;
}

void mg_sql_detach(struct mg_store *store)
{
    struct mg_error ignored = {0};

    mg_store_rollback(store);
    (void)mg_sql_script(store, "DETACH other", &ignored);
}

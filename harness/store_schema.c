/* store_schema.c - which database this is: ours, of which version, making a new one, and copying
 * it. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/file.h"
#include "harness/store_sql.h"
#include "schema_sql.h"

enum { APPLICATION_ID = 0x4D52474E /* "MRGN" */, SCHEMA_VERSION = 8 };

/* The head of a database file; version and application: four bytes each, the highest first. */
enum { HEADER = 100, VERSION_AT = 60, APPLICATION_AT = 68 };

static uint32_t header_number(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static enum mg_status refuse_foreign(const char *path, const char *why, struct mg_error *err)
{
    return mg_fail(err, MG_ESTORAGE, "%s is not a database of marginalia%s", path, why);
}

static enum mg_status refuse_newer(const char *path, long long version, struct mg_error *err)
{
    return mg_fail(err, MG_ESTORAGE,
                   "%s was written by a newer marginalia (schema %lld, this one knows %d)", path,
                   version, (int)SCHEMA_VERSION);
}

/* bytes (HEADER) out. Returns how many there are; 0 where the file cannot be read, see errno. */
static size_t read_header(unsigned char *bytes, const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size = 0;

    errno = 0;
    if (file != NULL) {
        size = fread(bytes, 1, HEADER, file);
        (void)fclose(file);
    }
    return size;
}

bool mg_store_is_older(const char *path)
{
    unsigned char bytes[HEADER];

    return read_header(bytes, path) == HEADER &&
           header_number(bytes + APPLICATION_AT) == APPLICATION_ID &&
           header_number(bytes + VERSION_AT) < SCHEMA_VERSION;
}

enum mg_status mg_schema_peek(const char *path, struct mg_error *err)
{
    unsigned char bytes[HEADER];
    const size_t size = read_header(bytes, path);

    if (size == 0 && errno == EISDIR) {
        return mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
    }
    if (size < HEADER) {
        return size == 0 ? MG_OK /* SQLite says why */
                         : refuse_foreign(path, "; it was left as it is", err);
    }
    if (memcmp(bytes, "SQLite format 3", 16) != 0 ||
        header_number(bytes + APPLICATION_AT) != APPLICATION_ID) {
        return refuse_foreign(path, "; it was left as it is", err);
    }
    if (header_number(bytes + VERSION_AT) > SCHEMA_VERSION) {
        return refuse_newer(path, header_number(bytes + VERSION_AT), err);
    }
    return MG_OK;
}

static enum mg_status pragma(int64_t *value, struct mg_store *store, const char *sql,
                             struct mg_error *err)
{
    bool found;

    *value = 0;
    return mg_sql_integer(value, &found, store, sql, NULL, 0, err);
}

static enum mg_status create_schema(struct mg_store *store, struct mg_error *err)
{
    char *stamp = mg_format("PRAGMA application_id = %d; PRAGMA user_version = %d",
                            (int)APPLICATION_ID, (int)SCHEMA_VERSION);
    enum mg_status status = mg_store_begin(store, err);

    if (status == MG_OK) {
        status = mg_sql_script(store, SCHEMA_SQL, err);
    }
    if (status == MG_OK) {
        status = mg_sql_script(store, stamp, err);
    }
    if (status == MG_OK) {
        status = mg_store_commit(store, err);
    }
    mg_store_rollback(store);
    free(stamp);
    return status;
}

enum mg_status mg_schema_check(struct mg_store *store, bool write, struct mg_error *err)
{
    int64_t application = 0;
    int64_t version = 0;
    int64_t tables = 0;
    enum mg_status status;

    status = pragma(&application, store, "PRAGMA application_id", err);
    if (status == MG_OK) {
        status = pragma(&version, store, "PRAGMA user_version", err);
    }
    if (status == MG_OK) {
        status = pragma(&tables, store, "SELECT count(*) FROM sqlite_schema", err);
    }
    if (status != MG_OK) {
        return status;
    }
    if (application == 0 && version == 0 && tables == 0 && write) {
        return create_schema(store, err);
    }
    if (application != APPLICATION_ID) {
        return refuse_foreign(mg_sql_path(store),
                              tables == 0 ? ": it is empty" : "; it was left as it is", err);
    }
    if (version > SCHEMA_VERSION) {
        return refuse_newer(mg_sql_path(store), version, err);
    }
    if (version < SCHEMA_VERSION && write) {
        return mg_schema_migrate(store, (int)version, SCHEMA_VERSION, err);
    }
    return MG_OK;
}

enum mg_status mg_store_snapshot(struct mg_store *store, const char *path, struct mg_error *err)
{
    struct mg_error inner = {0};

    if (access(path, F_OK) == 0) {
        return mg_fail(err, MG_ESTORAGE, "%s is there already; a snapshot replaces nothing", path);
    }
    if (MG_SQL(store, &inner, "VACUUM INTO ?", mg_bind_text(path)) != MG_OK) {
        (void)unlink(path); /* half a copy is none */
        return mg_fail(err, inner.status, "snapshot %s of %s", path, inner.text);
    }
    return MG_OK;
}

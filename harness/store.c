/*
 * store.c - the connection to the database: the only file that knows SQLite.
 *
 * What is written through it stands in store_result.c and store_run.c, as statements on mg_sql.
 */
#include "harness/store.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "harness/file.h"
#include "harness/store_lock.h"
#include "harness/store_sql.h"
#include "model/numeric/arena.h"

enum { CACHE_MAX = 128, STEPS_MAX = 10000000 /* of SQLite's machine, on an empty database */ };

struct prepared {
    const char *sql; /* address of the literal: equal texts may be prepared twice */
    sqlite3_stmt *statement;
};

struct mg_store {
    sqlite3 *db;
    char *path;
    int lock; /* -1 when reading */
    struct prepared cache[CACHE_MAX];
    size_t n_cached;
    char *inserts[MG_TABLE_COUNT];
    char *scope; /* experiment that the temporary views show; NULL: none are there */
};

static enum mg_status sql_fail(struct mg_store *store, struct mg_error *err)
{
    if (store->lock < 0 && (sqlite3_errcode(store->db) & 0xff) == SQLITE_READONLY) {
        return mg_fail(err, MG_ESTORAGE,
                       "%s stands in a folder that cannot be written, which reading it needs (WAL);"
                       " read a copy, or what `export --snapshot PATH` makes",
                       store->path);
    }
    return mg_fail(err, MG_ESTORAGE, "%s: %s", store->path, sqlite3_errmsg(store->db));
}

const char *mg_store_library(void)
{
    return sqlite3_libversion();
}

const char *mg_sql_path(const struct mg_store *store)
{
    return store->path;
}

enum mg_status mg_sql_script(struct mg_store *store, const char *script, struct mg_error *err)
{
    if (sqlite3_exec(store->db, script, NULL, NULL, NULL) != SQLITE_OK) {
        return sql_fail(store, err);
    }
    return MG_OK;
}

/* ---- statements ---- */

static sqlite3_stmt *find_prepared(struct mg_store *store, const char *sql)
{
    struct prepared *entry;

    for (size_t i = 0; i < store->n_cached; i++) {
        if (store->cache[i].sql == sql) {
            return store->cache[i].statement;
        }
    }
    assert(store->n_cached < CACHE_MAX);
    entry = &store->cache[store->n_cached];
    if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &entry->statement,
                           NULL) != SQLITE_OK) {
        return NULL;
    }
    entry->sql = sql;
    store->n_cached++;
    return entry->statement;
}

static int bind_value(sqlite3_stmt *statement, int at, const struct mg_value *value)
{
    switch (value->type) {
    case MG_VALUE_INTEGER:
        return sqlite3_bind_int64(statement, at, value->integer);
    case MG_VALUE_REAL:
        return isfinite(value->real) ? sqlite3_bind_double(statement, at, value->real)
                                     : sqlite3_bind_null(statement, at);
    case MG_VALUE_TEXT:
        return sqlite3_bind_text(statement, at, value->text, -1, SQLITE_STATIC);
    case MG_VALUE_NULL:
        break;
    }
    return sqlite3_bind_null(statement, at);
}

static void read_row(struct mg_value *values, sqlite3_stmt *statement, int n)
{
    for (int i = 0; i < n; i++) {
        values[i] = (struct mg_value){.column = sqlite3_column_name(statement, i)};
        switch (sqlite3_column_type(statement, i)) {
        case SQLITE_INTEGER:
            values[i].type = MG_VALUE_INTEGER;
            values[i].integer = sqlite3_column_int64(statement, i);
            values[i].real = (double)values[i].integer;
            break;
        case SQLITE_FLOAT:
            values[i].type = MG_VALUE_REAL;
            values[i].real = sqlite3_column_double(statement, i);
            break;
        case SQLITE_NULL:
            break;
        default: /* a blob can only come from a query's own text; it is shown as text */
            values[i].type = MG_VALUE_TEXT;
            values[i].text = (const char *)sqlite3_column_text(statement, i);
            values[i].text = values[i].text != NULL ? values[i].text : "";
        }
    }
}

/* Step to the end, each row to visit; *rc is SQLite's last word, the status the visitor's. */
static enum mg_status step_all(int *rc, sqlite3_stmt *statement, mg_store_visitor *visit, void *ctx,
                               struct mg_error *err)
{
    const int n = sqlite3_column_count(statement);
    struct mg_value *values = mg_allocate((size_t)n + 1, sizeof(*values));
    enum mg_status status = MG_OK;

    while ((*rc = sqlite3_step(statement)) == SQLITE_ROW && status == MG_OK) {
        read_row(values, statement, n);
        status = visit != NULL ? visit(ctx, values, (size_t)n, err) : MG_OK;
    }
    free(values);
    return status;
}

enum mg_status mg_sql(struct mg_store *store, const char *sql, const struct mg_value *arguments,
                      size_t n, mg_store_visitor *visit, void *ctx, struct mg_error *err)
{
    sqlite3_stmt *statement = find_prepared(store, sql);
    enum mg_status status;
    int rc = SQLITE_OK;

    if (statement == NULL) {
        return sql_fail(store, err);
    }
    assert(!sqlite3_stmt_busy(statement));
    assert(sqlite3_bind_parameter_count(statement) == (int)n);
    for (size_t i = 0; i < n && rc == SQLITE_OK; i++) {
        rc = bind_value(statement, (int)i + 1, &arguments[i]);
    }
    if (rc != SQLITE_OK) {
        return sql_fail(store, err);
    }
    status = step_all(&rc, statement, visit, ctx, err);
    if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
        status = sql_fail(store, err);
    }
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    return status;
}

int64_t mg_sql_last_id(const struct mg_store *store)
{
    return sqlite3_last_insert_rowid(store->db);
}

int64_t mg_sql_changes(const struct mg_store *store)
{
    return sqlite3_changes64(store->db);
}

const char *mg_sql_row_insert(const struct mg_store *store, enum mg_table table)
{
    return store->inserts[table];
}

enum mg_status mg_store_begin(struct mg_store *store, struct mg_error *err)
{
    /* Not a plain BEGIN: upgrading a read lock later fails at once, whatever the timeout. */
    return mg_sql(store, "BEGIN IMMEDIATE", NULL, 0, NULL, NULL, err);
}

enum mg_status mg_store_commit(struct mg_store *store, struct mg_error *err)
{
    const enum mg_status status = mg_sql(store, "COMMIT", NULL, 0, NULL, NULL, err);

    if (status != MG_OK) {
        mg_store_rollback(store);
    }
    return status;
}

void mg_store_rollback(struct mg_store *store)
{
    if (!sqlite3_get_autocommit(store->db)) {
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
}

/* ---- text that comes from files ---- */

/* Reading and computing, nothing else; inside a scope only through its views. */
static int authorize(void *ctx, int action, const char *first, const char *second,
                     const char *database, const char *view)
{
    const struct mg_store *store = ctx;

    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return strcmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_READ:
        if (store->scope != NULL && view == NULL && database != NULL &&
            strcmp(database, "main") == 0 && strncmp(first, "json_", 5) != 0) {
            return SQLITE_DENY;
        }
        return SQLITE_OK;
    default:
        return SQLITE_DENY;
    }
}

/* Show the experiment's rows, or all for NULL. */
static enum mg_status set_scope(struct mg_store *store, const char *experiment,
                                struct mg_error *err)
{
    enum mg_status status;

    if (store->scope == experiment ||
        (store->scope != NULL && experiment != NULL && strcmp(store->scope, experiment) == 0)) {
        return MG_OK;
    }
    status = mg_scope_set(store, experiment, err);
    free(store->scope);
    store->scope = status == MG_OK && experiment != NULL ? mg_format("%s", experiment) : NULL;
    return status;
}

/* One statement that reads; prepared under the authorizer. */
static enum mg_status prepare_foreign(sqlite3_stmt **statement, struct mg_store *store,
                                      const char *sql, struct mg_error *err)
{
    sqlite3_stmt *second = NULL;
    const char *tail = NULL;
    enum mg_status status = MG_OK;

    if (sqlite3_prepare_v2(store->db, sql, -1, statement, &tail) != SQLITE_OK) {
        char *said = mg_format("%s", sqlite3_errmsg(store->db));
        (void)sqlite3_set_authorizer(store->db, NULL, NULL); /* to look for names */
        status = mg_sql_refuse(store, sql, said, err);
        free(said);
        return status;
    }
    if (*statement == NULL || sqlite3_column_count(*statement) == 0 ||
        !sqlite3_stmt_readonly(*statement)) {
        status = mg_fail(err, MG_EUSAGE, "a statement that answers is needed: SELECT ...");
    } else if (sqlite3_prepare_v2(store->db, tail, -1, &second, NULL) != SQLITE_OK ||
               second != NULL) {
        status = mg_fail(err, MG_EUSAGE, "one statement at a time; there is more after it");
    } else if (sqlite3_bind_parameter_count(*statement) > 0) {
        status = mg_fail(err, MG_EUSAGE, "parameters (%s) have no value here",
                         sqlite3_bind_parameter_name(*statement, 1) != NULL
                             ? sqlite3_bind_parameter_name(*statement, 1)
                             : "?");
    }
    (void)sqlite3_finalize(second);
    return status;
}

static enum mg_status send_header(sqlite3_stmt *statement, mg_store_visitor *header, void *ctx,
                                  struct mg_error *err)
{
    const int n = sqlite3_column_count(statement);
    struct mg_value *values = mg_allocate((size_t)n, sizeof(*values));
    enum mg_status status;

    for (int i = 0; i < n; i++) {
        values[i].column = sqlite3_column_name(statement, i);
    }
    status = header(ctx, values, (size_t)n, err);
    free(values);
    return status;
}

enum mg_status mg_store_query(struct mg_store *store, const char *experiment, const char *sql,
                              mg_store_visitor *header, mg_store_visitor *visit, void *ctx,
                              struct mg_error *err)
{
    sqlite3_stmt *statement = NULL;
    enum mg_status status = set_scope(store, experiment, err);
    int rc = SQLITE_DONE;

    if (status != MG_OK) {
        return status;
    }
    (void)sqlite3_set_authorizer(store->db, authorize, store);
    status = prepare_foreign(&statement, store, sql, err);
    if (status == MG_OK && header != NULL) {
        status = send_header(statement, header, ctx, err);
    }
    if (status == MG_OK) {
        status = step_all(&rc, statement, visit, ctx, err);
    }
    if (status == MG_OK && rc == SQLITE_INTERRUPT) {
        status = mg_fail(err, MG_EUSAGE, "does not end, though the database is empty");
    } else if (status == MG_OK && rc != SQLITE_DONE) {
        status = mg_fail(err, (rc & 0xff) == SQLITE_ERROR ? MG_EUSAGE : MG_ESTORAGE, "%s",
                         sqlite3_errmsg(store->db));
    }
    (void)sqlite3_finalize(statement);
    (void)sqlite3_set_authorizer(store->db, NULL, NULL);
    return status;
}

/* ---- opening ---- */

/* On an empty database every sound query ends soon; one that does not is given up. */
static int give_up(void *ctx)
{
    (void)ctx;
    return 1;
}

static enum mg_status connect_db(struct mg_store *store, bool write, struct mg_error *err)
{
    const int flags = SQLITE_OPEN_URI |
                      (write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
    enum mg_status status;

    if (sqlite3_open_v2(store->path, &store->db, flags, NULL) != SQLITE_OK) {
        return sql_fail(store, err);
    }
    (void)sqlite3_extended_result_codes(store->db, 1);
    status = mg_sql_script(store,
                           "PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON;"
                           "PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;"
                           /* Made known here: the authorizer would not let a query do it. */
                           "SELECT 1 FROM json_each('[]'), json_tree('[]')",
                           err);
    if (status == MG_OK) {
        status = mg_schema_check(store, write, err);
    }
    if (status == MG_OK && write) {
        status =
            mg_sql_script(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", err);
    }
    return status;
}

/* Statements first: SQLite does not close a database that has any. */
static void close_db(struct mg_store *store)
{
    for (size_t i = 0; i < store->n_cached; i++) {
        (void)sqlite3_finalize(store->cache[i].statement);
    }
    store->n_cached = 0;
    (void)sqlite3_close(store->db);
    store->db = NULL;
}

/* A database file that this call made and could not finish is taken away again. */
static void remove_new(const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        char *name = mg_format("%s%s", path, endings[i]);
        (void)unlink(name);
        free(name);
    }
}

enum mg_status mg_store_open(struct mg_store **store, const char *path, enum mg_store_mode mode,
                             struct mg_error *err)
{
    const bool write = mode != MG_STORE_READ;
    const bool on_disk = mode != MG_STORE_EMPTY;
    const bool existed = on_disk && access(path, F_OK) == 0;
    struct mg_store *opened = mg_allocate(1, sizeof(*opened));
    enum mg_status status = MG_OK;

    assert(store != NULL && (path != NULL) == on_disk);
    *store = NULL;
    /* SQLite takes "file:x?mode=memory" and ":memory:" for no file: results would be nowhere. */
    opened->path = mg_format("%s%s", on_disk && strcspn(path, ":") < strcspn(path, "/") ? "./" : "",
                             on_disk ? path : ":memory:");
    opened->lock = -1;
    for (enum mg_table t = 0; t < MG_TABLE_COUNT; t++) {
        opened->inserts[t] = mg_sql_write_row_insert(t);
    }
    if (!existed && !write) {
        status = mg_fail(err, MG_ESTORAGE, "there is no database %s yet; `run` makes it", path);
    }
    if (status == MG_OK && existed) {
        status = mg_schema_peek(path, err);
    }
    if (status == MG_OK && mode == MG_STORE_WRITE) {
        status = mg_store_lock(&opened->lock, path, err);
    }
    if (status == MG_OK) {
        status = connect_db(opened, write, err);
        if (status != MG_OK && mode == MG_STORE_WRITE && !existed) {
            close_db(opened);
            remove_new(path);
        }
    }
    if (status != MG_OK) {
        mg_store_close(opened);
        return status;
    }
    if (!on_disk) {
        sqlite3_progress_handler(opened->db, STEPS_MAX, give_up, NULL);
    }
    *store = opened;
    return MG_OK;
}

void mg_store_close(struct mg_store *store)
{
    if (store == NULL) {
        return;
    }
    if (store->db != NULL) {
        mg_store_rollback(store);
    }
    for (enum mg_table t = 0; t < MG_TABLE_COUNT; t++) {
        free(store->inserts[t]);
    }
    close_db(store);
    mg_store_unlock(store->lock);
    free(store->scope);
    free(store->path);
    free(store);
}

/*
 * store_sql.h - statements on the store's connection, for the store's own files.
 *
 * Inside of the store: store.c alone knows SQLite, its neighbours know tables. Statements are
 * literals; each is prepared once for a connection and kept. Not for text that comes from files:
 * that goes through mg_store_query and its authorizer.
 */
#ifndef MG_HARNESS_STORE_SQL_H
#define MG_HARNESS_STORE_SQL_H

#include "harness/store.h"

/* Arguments of a statement; a REAL that is not finite and a NULL text bind NULL. */
static inline struct mg_value mg_bind_integer(int64_t value)
{
    return (struct mg_value){.type = MG_VALUE_INTEGER, .integer = value};
}

static inline struct mg_value mg_bind_real(double value)
{
    return (struct mg_value){.type = MG_VALUE_REAL, .real = value};
}

static inline struct mg_value mg_bind_text(const char *value) /* borrowed for the call */
{
    return (struct mg_value){.type = value != NULL ? MG_VALUE_TEXT : MG_VALUE_NULL, .text = value};
}

/*
 * Run a statement with n arguments; visit (may be NULL) sees each row. The text of the statement
 * must live as long as the store. MG_ESTORAGE with SQLite's sentence.
 */
enum mg_status mg_sql(struct mg_store *store, const char *sql, const struct mg_value *arguments,
                      size_t n, mg_store_visitor *visit, void *ctx, struct mg_error *err);

/* The same with the arguments written out, for statements without answer. */
#define MG_SQL(store, err, sql, ...)                                                               \
    mg_sql((store), (sql), (const struct mg_value[]){__VA_ARGS__},                                 \
           sizeof((const struct mg_value[]){__VA_ARGS__}) / sizeof(struct mg_value), NULL, NULL,   \
           (err))

/*
 * One integer from a statement that answers at most one row; *found false where it answers none
 * (then *value stays).
 */
enum mg_status mg_sql_integer(int64_t *value, bool *found, struct mg_store *store, const char *sql,
                              const struct mg_value *arguments, size_t n, struct mg_error *err);

/* Row id of the last INSERT, and how many rows the last statement changed. */
int64_t mg_sql_last_id(const struct mg_store *store);
int64_t mg_sql_changes(const struct mg_store *store);

/* A script of fixed text; MG_ESTORAGE. */
enum mg_status mg_sql_script(struct mg_store *store, const char *script, struct mg_error *err);

/*
 * Attach another database as "other", to read. One without a write-ahead log is not locked: it
 * stands whole or not at all. To be detached by mg_sql_detach, also after a failure. MG_ESTORAGE.
 */
enum mg_status mg_sql_attach(struct mg_store *store, const char *path, struct mg_error *err);
void mg_sql_detach(struct mg_store *store); /* rolls back; fine when nothing is attached */

/*
 * Refuse a query with what SQLite `said` of it, and where that is an unknown view or column with
 * the nearest name: of the views, of the columns of the views the query names. MG_EUSAGE.
 */
enum mg_status mg_sql_refuse(struct mg_store *store, const char *sql, const char *said,
                             struct mg_error *err);

/* Where the database stands, for messages. */
const char *mg_sql_path(const struct mg_store *store);

/* INSERT statement of a data table: result_id, ordinal, the columns of rows.h, nonfinite. */
const char *mg_sql_row_insert(const struct mg_store *store, enum mg_table table);

/* The same as it is made, once for a connection; malloc'd. */
char *mg_sql_write_row_insert(enum mg_table table);

/*
 * A look at the file alone: opening would lock a foreign or newer database and leave files beside
 * it. MG_OK for an empty file and one that cannot be read, which opening will judge. MG_ESTORAGE.
 */
enum mg_status mg_schema_peek(const char *path, struct mg_error *err);

/* Is this ours, and of a version we know? An empty one is made ours when writing. MG_ESTORAGE. */
enum mg_status mg_schema_check(struct mg_store *store, bool write, struct mg_error *err);

/*
 * Bring a database of schema `from` to schema `to`; "PATH.backup-FROM" is a copy of what it was.
 * All or nothing.
 */
enum mg_status mg_schema_migrate(struct mg_store *store, int from, int to, struct mg_error *err);

/* Temporary views that shadow the documented ones and show one experiment; NULL: take them away. */
enum mg_status mg_scope_set(struct mg_store *store, const char *experiment, struct mg_error *err);

#endif

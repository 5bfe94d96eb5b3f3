/*
 * store_migrate.c - an older database is brought to this program's schema, after a backup.
 *
 * Every change of the schema so far adds: tables, columns, indexes, views. So one migration fits
 * all versions: what the new schema has and the old one lacks is added, and views and triggers are
 * made again. It is one transaction; the backup is for regrets.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/buffer.h"
#include "harness/file.h"
#include "harness/store_sql.h"

struct script {
    struct mg_buffer text;
    struct mg_store *old;
};

static enum mg_status drop_object(void *ctx, const struct mg_value *values, size_t n,
                                  struct mg_error *err)
{
    struct script *script = ctx;

    (void)n;
    (void)err;
    mg_buffer_printf(&script->text, "DROP %s \"%s\";", values[0].text, values[1].text);
    return MG_OK;
}

/* A column of the new schema: added where the old table lacks it. */
static enum mg_status add_column(void *ctx, const struct mg_value *values, size_t n,
                                 struct mg_error *err)
{
    struct script *script = ctx;
    const struct mg_value names[] = {mg_bind_text(values[0].text), mg_bind_text(values[1].text)};
    int64_t one = 0;
    bool has_table = false;
    bool has_column = false;
    enum mg_status status;

    (void)n;
    status = mg_sql_integer(&one, &has_table, script->old,
                            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", names,
                            1, err);
    if (status == MG_OK && has_table) {
        status = mg_sql_integer(&one, &has_column, script->old,
                                "SELECT 1 FROM pragma_table_info(?) WHERE name = ?", names, 2, err);
    }
    if (status == MG_OK && has_table && !has_column) {
        mg_buffer_printf(&script->text, "ALTER TABLE \"%s\" ADD COLUMN \"%s\" %s;", values[0].text,
                         values[1].text, values[2].text);
    }
    return status;
}

/* An object of the new schema: made where the old one has none (views and triggers are gone). */
static enum mg_status add_object(void *ctx, const struct mg_value *values, size_t n,
                                 struct mg_error *err)
{
    struct script *script = ctx;
    const struct mg_value names[] = {mg_bind_text(values[0].text), mg_bind_text(values[1].text)};
    int64_t one = 0;
    bool found = false;
    const enum mg_status status =
        mg_sql_integer(&one, &found, script->old,
                       "SELECT 1 FROM sqlite_schema WHERE type = ? AND name = ?"
                       " AND type NOT IN ('view', 'trigger')",
                       names, 2, err);

    (void)n;
    if (status == MG_OK && !found) {
        mg_buffer_printf(&script->text, "%s;", values[2].text);
    }
    return status;
}

/* Views of experiments (x_NAME) are not in the schema's file; they come back as they were. */
static enum mg_status keep_view(void *ctx, const struct mg_value *values, size_t n,
                                struct mg_error *err)
{
    struct script *script = ctx;

    (void)n;
    (void)err;
    mg_buffer_printf(&script->text, "%s;", values[0].text);
    return MG_OK;
}

/* What leads from the schema of script->old to that of `fresh`. */
static enum mg_status write_script(struct script *script, struct mg_store *fresh,
                                   struct mg_error *err)
{
    enum mg_status status = mg_sql(
        script->old, "SELECT type, name FROM sqlite_schema WHERE type IN ('view', 'trigger')", NULL,
        0, drop_object, script, err);

    if (status == MG_OK) {
        status = mg_sql(fresh,
                        "SELECT m.name, c.name, c.type FROM sqlite_schema m,"
                        " pragma_table_info(m.name) c WHERE m.type = 'table'"
                        " ORDER BY m.rowid, c.cid",
                        NULL, 0, add_column, script, err);
    }
    if (status == MG_OK) {
        status = mg_sql(fresh,
                        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
                        " ORDER BY rowid",
                        NULL, 0, add_object, script, err);
    }
    if (status == MG_OK) {
        status = mg_sql(script->old,
                        "SELECT sql FROM sqlite_schema WHERE type = 'view'"
                        " AND name LIKE 'x\\_%' ESCAPE '\\'",
                        NULL, 0, keep_view, script, err);
    }
    return status;
}

static enum mg_status carry_out(struct mg_store *store, const struct script *script, int to,
                                struct mg_error *err)
{
    char *text = mg_format("%s PRAGMA user_version = %d", script->text.text, to);
    enum mg_status status = mg_store_begin(store, err);

    if (status == MG_OK) {
        status = mg_sql_script(store, text, err);
    }
    if (status == MG_OK) {
        status = mg_store_commit(store, err);
    }
    mg_store_rollback(store);
    free(text);
    return status;
}

enum mg_status mg_schema_migrate(struct mg_store *store, int from, int to, struct mg_error *err)
{
    struct script script = {.old = store};
    struct mg_store *fresh = NULL;
    char *backup = mg_format("%s.backup-%d", mg_sql_path(store), from);
    enum mg_status status = mg_store_open(&fresh, NULL, MG_STORE_EMPTY, err);

    if (status == MG_OK) {
        status = write_script(&script, fresh, err);
    }
    if (status == MG_OK && access(backup, F_OK) != 0) { /* one of an earlier try is as good */
        status = mg_store_snapshot(store, backup, err);
    }
    if (status == MG_OK) {
        status = carry_out(store, &script, to, err);
    }
    mg_store_close(fresh);
    mg_buffer_free(&script.text);
    free(backup);
    return status;
}

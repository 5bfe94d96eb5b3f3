/*
 * store_wide.c - one view an experiment, x_NAME: a column for each key that its sweep varies.
 *
 * The long views (params) answer everything but read badly; this one is what a person would draw
 * as a table. A swept object is shown by its name, or as its JSON. (json_extract would be simpler,
 * but a view may not call it while trusted_schema is off.)
 */
#include <stdlib.h>
#include <string.h>

#include "harness/buffer.h"
#include "harness/file.h"
#include "harness/json.h"
#include "harness/spec.h"
#include "harness/store_sql.h"

/* The keys of all assignments, in the order of appearance. */
struct keys {
    char **items;
    size_t n;
};

static void add_key(struct keys *keys, const char *key)
{
    for (size_t i = 0; i < keys->n; i++) {
        if (strcmp(keys->items[i], key) == 0) {
            return;
        }
    }
    keys->items = realloc(keys->items, (keys->n + 1) * sizeof(*keys->items));
    if (keys->items == NULL) {
        abort();
    }
    keys->items[keys->n++] = mg_format("%s", key);
}

static enum mg_status collect_keys(struct keys *keys, const struct mg_spec *spec,
                                   struct mg_error *err)
{
    enum mg_status status = MG_OK;

    for (size_t i = 0; status == MG_OK && i < spec->n_points; i++) {
        const char *text = spec->points[i].assignment;
        struct mg_json_file *file = NULL;
        status = mg_json_parse(&file, text, strlen(text), spec->path, err);
        for (size_t k = 0; status == MG_OK && k < mg_json_count(mg_json_root(file)); k++) {
            add_key(keys, mg_json_key(mg_json_at(mg_json_root(file), k)));
        }
        mg_json_free(file);
    }
    return status;
}

/* A key as a column's name, a name as a view's: what SQL takes without quotes. */
static char *bare_name(const char *prefix, const char *name)
{
    char *bare = mg_format("%s%s", prefix, name);

    for (char *at = bare; *at != '\0'; at++) {
        if (*at == '.' || *at == '-') {
            *at = '_';
        }
    }
    return bare;
}

/* 'text' with its quotes doubled. */
static void put_quoted(struct mg_buffer *text, const char *value)
{
    mg_buffer_puts(text, "'");
    for (; *value != '\0'; value++) {
        mg_buffer_add(text, value, 1);
        if (*value == '\'') {
            mg_buffer_puts(text, "'");
        }
    }
    mg_buffer_puts(text, "'");
}

static bool is_param(const struct mg_spec *spec, const char *key)
{
    for (size_t i = 0; i < spec->n_points; i++) {
        for (size_t k = 0; k < spec->points[i].n_params; k++) {
            if (strcmp(spec->points[i].params[k].path, key) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* What an object or a list is called: its name, where it has one, else its JSON. */
static void put_whole(struct mg_buffer *text, const struct mg_json *value)
{
    const struct mg_json *name =
        mg_json_type(value) == MG_JSON_OBJECT ? mg_json_get(value, "name") : NULL;

    if (name != NULL && mg_json_type(name) == MG_JSON_STRING) {
        put_quoted(text, mg_json_string(name));
    } else {
        char *canonical = mg_json_canonical(value);
        put_quoted(text, canonical);
        free(canonical);
    }
}

/* A swept object is no parameter by itself; the view names it, a case a point. */
static void put_cases(struct mg_buffer *text, const struct mg_spec *spec, const char *key)
{
    mg_buffer_puts(text, "CASE r.assignment");
    for (size_t i = 0; i < spec->n_points; i++) {
        const char *assignment = spec->points[i].assignment;
        struct mg_json_file *file = NULL;
        struct mg_error err = {0};
        const struct mg_json *value = NULL;
        if (mg_json_parse(&file, assignment, strlen(assignment), spec->path, &err) == MG_OK) {
            value = mg_json_get(mg_json_root(file), key);
        }
        if (value != NULL) {
            mg_buffer_puts(text, " WHEN ");
            put_quoted(text, assignment);
            mg_buffer_puts(text, " THEN ");
            put_whole(text, value);
        }
        mg_json_free(file);
    }
    mg_buffer_puts(text, " END");
}

static char *view_text(const char *view, const struct mg_spec *spec, const struct keys *keys)
{
    struct mg_buffer text = {0};

    mg_buffer_printf(&text, "CREATE VIEW \"%s\" AS SELECT r.run_id, r.replicate, r.status", view);
    for (size_t i = 0; i < keys->n; i++) {
        char *column = bare_name("", keys->items[i]);
        mg_buffer_puts(&text, ", ");
        if (is_param(spec, keys->items[i])) {
            mg_buffer_printf(&text,
                             "(SELECT p.value FROM param p WHERE p.param_set_id = r.param_set_id"
                             " AND p.path = '%s')",
                             keys->items[i]);
        } else {
            put_cases(&text, spec, keys->items[i]);
        }
        mg_buffer_printf(&text, " AS \"%s\"", column);
        free(column);
    }
    mg_buffer_printf(&text,
                     ", r.wall_s, r.digest FROM run r WHERE r.experiment_id ="
                     " (SELECT experiment_id FROM experiment WHERE name = '%s')",
                     spec->name);
    return mg_buffer_take(&text);
}

enum mg_status mg_store_put_wide(struct mg_store *store, const struct mg_spec *spec,
                                 struct mg_error *err)
{
    struct keys keys = {NULL, 0};
    char *view = bare_name("x_", spec->name);
    char *text = NULL;
    struct mg_value arguments[2];
    int64_t same = 0;
    bool found = false;
    enum mg_status status = collect_keys(&keys, spec, err);

    if (status == MG_OK) {
        text = view_text(view, spec, &keys);
        arguments[0] = mg_bind_text(view);
        arguments[1] = mg_bind_text(text);
        status = mg_sql_integer(&same, &found, store,
                                "SELECT 1 FROM sqlite_schema WHERE name = ? AND sql = ?", arguments,
                                2, err);
    }
    if (status == MG_OK && !found) {
        char *script = mg_format("DROP VIEW IF EXISTS \"%s\"; %s", view, text);
        status = mg_sql_script(store, script, err);
        free(script);
    }
    for (size_t i = 0; i < keys.n; i++) {
        free(keys.items[i]);
    }
    free(keys.items);
    free(text);
    free(view);
    return status;
}

/*
 * store_scope.c - one experiment's rows: temporary views in front of the documented ones.
 *
 * A view with a column run_id is cut to the experiment's runs, one with a column experiment to
 * its name; all others pass through. So a query of an experiment file names plain views and
 * cannot count another experiment's rows by mistake.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "harness/store_sql.h"

/* What is put together while the views are listed. */
struct script {
    char *text;
    const char *quoted; /* the experiment's name as an SQL literal */
};

static void add(struct script *script, char *line)
{
    char *longer = mg_format("%s%s", script->text, line);

    free(script->text);
    free(line);
    script->text = longer;
}

/* 'text' with quotes doubled, malloc'd. */
static char *quote(const char *text)
{
    char *quoted = malloc(2 * strlen(text) + 3);
    char *to = quoted;

    if (quoted == NULL) {
        abort();
    }
    *to++ = '\'';
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            *to++ = '\'';
        }
        *to++ = *text;
    }
    *to++ = '\'';
    *to = '\0';
    return quoted;
}

static enum mg_status drop_view(void *ctx, const struct mg_value *values, size_t n,
                                struct mg_error *err)
{
    (void)n;
    (void)err;
    add(ctx, mg_format("DROP VIEW temp.\"%s\";", values[0].text));
    return MG_OK;
}

static enum mg_status make_view(void *ctx, const struct mg_value *values, size_t n,
                                struct mg_error *err)
{
    struct script *script = ctx;
    const char *name = values[0].text;
    char *condition;

    (void)n;
    (void)err;
    if (strcmp(name, "runs") != 0 && values[1].integer != 0) {
        condition = mg_format(" WHERE run_id IN (SELECT run_id FROM main.run WHERE experiment_id ="
                              " (SELECT experiment_id FROM main.experiment WHERE name = %s))",
                              script->quoted);
    } else if (values[2].integer != 0) {
        condition = mg_format(" WHERE experiment = %s", script->quoted);
    } else {
        condition = mg_format("%s", "");
    }
    add(script, mg_format("CREATE TEMP VIEW \"%s\" AS SELECT * FROM main.\"%s\"%s;", name, name,
                          condition));
    free(condition);
    return MG_OK;
}

enum mg_status mg_scope_set(struct mg_store *store, const char *experiment, struct mg_error *err)
{
    char *quoted = quote(experiment != NULL ? experiment : "");
    struct script script = {.text = mg_format("%s", ""), .quoted = quoted};
    enum mg_status status;

    status = mg_sql(store, "SELECT name FROM temp.sqlite_schema WHERE type = 'view'", NULL, 0,
                    drop_view, &script, err);
    if (status == MG_OK && experiment != NULL) {
        status = mg_sql(store,
                        "SELECT m.name,"
                        " EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'run_id'),"
                        " EXISTS (SELECT 1 FROM pragma_table_info(m.name)"
                        "         WHERE name = 'experiment')"
                        " FROM main.sqlite_schema m WHERE m.type = 'view'",
                        NULL, 0, make_view, &script, err);
    }
    if (status == MG_OK) {
        status = mg_sql_script(store, script.text, err);
    }
    free(script.text);
    free(quoted);
    return status;
}

/* store_suggest.c - a name that SQL does not know, and the view or column that it may mean. */
#include <stdlib.h>
#include <string.h>

#include "harness/store_sql.h"
#include "harness/suggest.h"

enum { NAMES_MAX = 512 };

struct candidates {
    char *names[NAMES_MAX];
    size_t n;
};

static enum mg_status keep_name(void *ctx, const struct mg_value *values, size_t n,
                                struct mg_error *err)
{
    struct candidates *candidates = ctx;

    (void)n;
    (void)err;
    if (candidates->n < NAMES_MAX) {
        candidates->names[candidates->n++] = strdup(values[0].text);
    }
    return MG_OK;
}

/* "no such KIND: NAME" names what is missing, an alias before it left out; else NULL. */
static const char *missing_name(const char *said, const char *opening)
{
    const char *dot = strrchr(said, '.');
    const size_t length = strlen(opening);

    if (strncmp(said, opening, length) != 0) {
        return NULL;
    }
    return dot != NULL ? dot + 1 : said + length;
}

enum mg_status mg_sql_refuse(struct mg_store *store, const char *sql, const char *said,
                             struct mg_error *err)
{
    static const char views[] = "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name";
    static const char columns[] =
        "SELECT DISTINCT c.name FROM sqlite_schema v, pragma_table_info(v.name) c"
        " WHERE v.type = 'view' AND instr(lower(?), lower(v.name)) ORDER BY 1";
    const char *table = missing_name(said, "no such table: ");
    const char *column = missing_name(said, "no such column: ");
    const struct mg_value text = mg_bind_text(sql);
    struct candidates candidates = {0};
    struct mg_error ignored = {0};
    const char *near = NULL;
    enum mg_status status;

    if (table != NULL) {
        (void)mg_sql(store, views, NULL, 0, keep_name, &candidates, &ignored);
    } else if (column != NULL) {
        (void)mg_sql(store, columns, &text, 1, keep_name, &candidates, &ignored);
    }
    if (candidates.n > 0) {
        near = mg_suggest(table != NULL ? table : column, (const char *const *)candidates.names,
                          candidates.n);
    }
    status = mg_fail(err, MG_EUSAGE, "%s%s%s%s", said, near != NULL ? "; did you mean \"" : "",
                     near != NULL ? near : "", near != NULL ? "\"?" : "");
    for (size_t i = 0; i < candidates.n; i++) {
        free(candidates.names[i]);
    }
    return status;
}

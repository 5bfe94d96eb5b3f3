/* store_result.c - what is computed once: results, their rows, and where they were computed. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/file.h"
#include "harness/identity.h"
#include "harness/provenance.h"
#include "harness/store_sql.h"

static const char *const statuses[] = {
    [MG_RESULT_PENDING] = "pending",
    [MG_RESULT_DONE] = "done",
    [MG_RESULT_FAILED] = "failed",
};

static const char *const row_deletes[MG_TABLE_COUNT] = {
#define ROW_DELETE(table, columns) "DELETE FROM " #table "_data WHERE result_id = ?",
    MG_TABLES(ROW_DELETE)
#undef ROW_DELETE
};

struct integer_answer {
    int64_t value;
    bool found;
};

static enum mg_status take_integer(void *ctx, const struct mg_value *values, size_t n,
                                   struct mg_error *err)
{
    struct integer_answer *answer = ctx;

    (void)err;
    assert(n == 1);
    answer->value = values[0].integer;
    answer->found = true;
    return MG_OK;
}

enum mg_status mg_sql_integer(int64_t *value, bool *found, struct mg_store *store, const char *sql,
                              const struct mg_value *arguments, size_t n, struct mg_error *err)
{
    struct integer_answer answer = {0, false};
    const enum mg_status status = mg_sql(store, sql, arguments, n, take_integer, &answer, err);

    if (answer.found) {
        *value = answer.value;
    }
    *found = answer.found;
    return status;
}

struct finding {
    mg_result_visitor *visit;
    void *ctx;
};

/* Text into a field, cut to its size. */
static void copy_text(char *field, size_t size, const char *text)
{
    const size_t length = text != NULL ? strnlen(text, size - 1) : 0;

    if (length > 0) {
        memcpy(field, text, length);
    }
    field[length] = '\0';
}

static enum mg_status take_result(void *ctx, const struct mg_value *values, size_t n,
                                  struct mg_error *err)
{
    const struct finding *finding = ctx;
    struct mg_result result;

    (void)n;
    (void)err;
    result.id = values[0].integer;
    result.wall_s = values[3].real;
    result.status = MG_RESULT_PENDING;
    while (strcmp(statuses[result.status], values[1].text) != 0) {
        result.status++; /* the schema allows no other word */
    }
    copy_text(result.digest, sizeof(result.digest), values[2].text);
    copy_text(result.error, sizeof(result.error), values[4].text);
    finding->visit(finding->ctx, values[5].text, &result);
    return MG_OK;
}

#define RESULT_COLUMNS "result_id, status, digest, wall_s, error, key"

static enum mg_status find_each(struct mg_store *store, const char *const *keys, size_t n,
                                struct finding *finding, struct mg_error *err)
{
    enum mg_status status = MG_OK;

    for (size_t i = 0; status == MG_OK && i < n; i++) {
        const struct mg_value argument = mg_bind_text(keys[i]);
        status = mg_sql(store, "SELECT " RESULT_COLUMNS " FROM result WHERE key = ?", &argument, 1,
                        take_result, finding, err);
    }
    return status;
}

enum mg_status mg_store_find_results(struct mg_store *store, const char *const *keys, size_t n,
                                     mg_result_visitor *visit, void *ctx, struct mg_error *err)
{
    enum { PER_LOOK_UP = 8 /* results read in the time of a look-up, about */ };
    struct finding finding = {visit, ctx};
    int64_t last = 0;
    bool found;
    enum mg_status status =
        mg_sql_integer(&last, &found, store, "SELECT max(result_id) FROM result", NULL, 0, err);

    if (status == MG_OK && (size_t)last < PER_LOOK_UP * n) {
        return mg_sql(store, "SELECT " RESULT_COLUMNS " FROM result", NULL, 0, take_result,
                      &finding, err);
    }
    return status == MG_OK ? find_each(store, keys, n, &finding, err) : status;
}

enum mg_status mg_store_add_result(int64_t *id, struct mg_store *store, const char *key,
                                   const char *kind, struct mg_error *err)
{
    const struct mg_value argument = mg_bind_text(key);
    bool found;
    enum mg_status status = mg_sql_integer(
        id, &found, store, "SELECT result_id FROM result WHERE key = ?", &argument, 1, err);

    if (status == MG_OK && !found) {
        status =
            MG_SQL(store, err, "INSERT INTO result (key, kind, status) VALUES (?, ?, 'pending')",
                   mg_bind_text(key), mg_bind_text(kind));
        *id = mg_sql_last_id(store);
    }
    return status;
}

/* "value=nan" or "p_chain=inf p_exact=-inf" for the values that are not finite; "" for none. */
static void name_nonfinite(char *text, size_t size, enum mg_table table,
                           const struct mg_value *values, size_t n)
{
    const char *column = mg_table_columns(table);
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        const int length = (int)strcspn(column, ",");
        if (values[i].type == MG_VALUE_REAL && !isfinite(values[i].real) && used < size) {
            const char *word =
                isnan(values[i].real) ? "nan" : (values[i].real > 0.0 ? "inf" : "-inf");
            used += (size_t)snprintf(text + used, size - used, "%s%.*s=%s", used > 0 ? " " : "",
                                     length, column, word);
        }
        column += length;
        column += strspn(column, ", ");
    }
}

/* "INSERT INTO joints_data (result_id, ordinal, outcome, ..., nonfinite) VALUES (?, ?, ...)" */
char *mg_sql_write_row_insert(enum mg_table table)
{
    char marks[3 * (MG_COLUMNS_MAX + 3) + 1] = "?, ?, ?";

    for (size_t i = 0; i < mg_table_width(table); i++) {
        strcat(marks, ", ?");
    }
    return mg_format("INSERT INTO %s_data (result_id, ordinal, %s, nonfinite) VALUES (%s)",
                     mg_table_name(table), mg_table_columns(table), marks);
}

enum mg_status mg_store_add_row(struct mg_store *store, int64_t result_id, int64_t ordinal,
                                enum mg_table table, const struct mg_value *values, size_t n,
                                struct mg_error *err)
{
    struct mg_value arguments[MG_COLUMNS_MAX + 3];
    char nonfinite[256];

    assert(n == mg_table_width(table));
    name_nonfinite(nonfinite, sizeof(nonfinite), table, values, n);
    arguments[0] = mg_bind_integer(result_id);
    arguments[1] = mg_bind_integer(ordinal);
    memcpy(&arguments[2], values, n * sizeof(*values));
    arguments[n + 2] = mg_bind_text(nonfinite[0] != '\0' ? nonfinite : NULL);
    return mg_sql(store, mg_sql_row_insert(store, table), arguments, n + 3, NULL, NULL, err);
}

enum mg_status mg_store_clear_result(struct mg_store *store, int64_t result_id,
                                     struct mg_error *err)
{
    const struct mg_value argument = mg_bind_integer(result_id);
    enum mg_status status = MG_OK;

    for (enum mg_table t = 0; status == MG_OK && t < MG_TABLE_COUNT; t++) {
        status = mg_sql(store, row_deletes[t], &argument, 1, NULL, NULL, err);
    }
    return status;
}

enum mg_status mg_store_finish_result(struct mg_store *store, const struct mg_result *result,
                                      int64_t n_rows, int64_t environment_id, struct mg_error *err)
{
    assert(result->status != MG_RESULT_PENDING);
    return MG_SQL(store, err,
                  "UPDATE result SET status = ?, digest = ?, n_rows = ?, wall_s = ?,"
                  " max_rss_kb = ?, error = ?,"
                  " created_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), environment_id = ?"
                  " WHERE result_id = ?",
                  mg_bind_text(statuses[result->status]),
                  mg_bind_text(result->digest[0] != '\0' ? result->digest : NULL),
                  mg_bind_integer(n_rows), mg_bind_real(result->wall_s),
                  mg_bind_integer(result->max_rss_kb),
                  mg_bind_text(result->error[0] != '\0' ? result->error : NULL),
                  mg_bind_integer(environment_id), mg_bind_integer(result->id));
}

enum mg_status mg_store_add_environment(int64_t *id, struct mg_store *store,
                                        const struct mg_provenance *provenance,
                                        struct mg_error *err)
{
    char fingerprint[MG_DIGEST_TEXT];
    const struct mg_provenance *p = provenance;
    struct mg_hash *hash = mg_hash_new();
    struct mg_value argument;
    enum mg_status status;
    bool found;

    mg_hash_text(hash, mg_provenance_text(p));
    mg_hash_finish(fingerprint, hash);
    argument = mg_bind_text(fingerprint);
    status = mg_sql_integer(id, &found, store,
                            "SELECT environment_id FROM environment WHERE fingerprint = ?",
                            &argument, 1, err);
    if (status != MG_OK || found) {
        return status;
    }
    status = MG_SQL(
        store, err,
        "INSERT INTO environment (fingerprint, host, os, cpu, n_cpu, compiler, cflags, kernel,"
        " blas, blas_core, blas_threads, libraries, git_commit, git_dirty, core_hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        argument, mg_bind_text(p->host), mg_bind_text(p->os), mg_bind_text(p->cpu),
        mg_bind_integer(p->n_cpu), mg_bind_text(p->compiler), mg_bind_text(p->cflags),
        mg_bind_text(p->kernel), mg_bind_text(p->blas), mg_bind_text(p->blas_core),
        mg_bind_integer(p->blas_threads), mg_bind_text(p->libraries), mg_bind_text(p->git_commit),
        mg_bind_integer(p->git_dirty), mg_bind_text(p->core_hash));
    *id = mg_sql_last_id(store);
    return status;
}

enum mg_status mg_store_collect(int64_t *n_results, struct mg_store *store, bool dry,
                                struct mg_error *err)
{
    bool found;
    enum mg_status status =
        mg_sql_integer(n_results, &found, store,
                       "SELECT count(*) FROM result t WHERE NOT EXISTS"
                       " (SELECT 1 FROM run_result u WHERE u.result_id = t.result_id)",
                       NULL, 0, err);

    if (status != MG_OK || dry) {
        return status;
    }
    status = mg_sql_script(
        store,
        "BEGIN IMMEDIATE;"
        "DELETE FROM result WHERE NOT EXISTS"
        " (SELECT 1 FROM run_result u WHERE u.result_id = result.result_id);"
        "DELETE FROM param_set WHERE param_set_id NOT IN (SELECT param_set_id FROM run);"
        "DELETE FROM environment WHERE environment_id NOT IN"
        " (SELECT environment_id FROM result WHERE environment_id IS NOT NULL);"
        "COMMIT",
        err);
    if (status != MG_OK) {
        mg_store_rollback(store);
        return status;
    }
    return *n_results > 0 ? mg_sql_script(store, "VACUUM", err) : MG_OK;
}

/*
 * store_merge.c - the union of two databases: results by their keys, runs by their places.
 *
 * A result is taken whole (its row, its rows) where the other has it further: done before failed
 * before pending. Row ids differ between databases, so pairs of them are kept in temporary tables.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/buffer.h"
#include "harness/file.h"
#include "harness/identity.h"
#include "harness/store_sql.h"
#include "model/numeric/arena.h"

#define ENVIRONMENT                                                                                \
    "fingerprint, host, os, cpu, n_cpu, compiler, cflags, kernel, blas, blas_core, blas_threads,"  \
    " libraries, git_commit, git_dirty, core_hash"
#define EXPERIMENT "name, title, question, notes, path, text, sha256, updated_at, not_run"
#define CLAIM      "ordinal, about, name, source, query, exact, accept_lo, accept_hi"

/* Environments, and the results that are to come: (mine, theirs) is filled from it. */
static const char results_script[] =
    "INSERT OR IGNORE INTO environment (" ENVIRONMENT ") SELECT " ENVIRONMENT
    " FROM other.environment;"
    "INSERT OR IGNORE INTO result (key, kind, status)"
    " SELECT key, kind, 'pending' FROM other.result;"
    "CREATE TEMP TABLE coming (mine INTEGER PRIMARY KEY, theirs INTEGER);"
    "INSERT INTO coming SELECT m.result_id, o.result_id FROM other.result o"
    " JOIN result m ON m.key = o.key"
    " WHERE o.status <> m.status AND o.status <> 'pending' AND m.status <> 'done';"
    "UPDATE result SET (status, digest, n_rows, wall_s, max_rss_kb, error, created_at,"
    " environment_id) ="
    " (SELECT o.status, o.digest, o.n_rows, o.wall_s, o.max_rss_kb, o.error, o.created_at,"
    "  e.environment_id"
    "  FROM coming c JOIN other.result o ON o.result_id = c.theirs"
    "  LEFT JOIN other.environment v ON v.environment_id = o.environment_id"
    "  LEFT JOIN environment e ON e.fingerprint = v.fingerprint"
    "  WHERE c.mine = result.result_id)"
    " WHERE result_id IN (SELECT mine FROM coming);";

/* Experiments that are not here, with what belongs to them; then runs that are not here. */
static const char runs_script[] =
    "CREATE TEMP TABLE arrived (mine INTEGER PRIMARY KEY, theirs INTEGER);"
    "INSERT INTO arrived (theirs) SELECT experiment_id FROM other.experiment"
    " WHERE name NOT IN (SELECT name FROM experiment);"
    "INSERT INTO experiment (" EXPERIMENT ") SELECT " EXPERIMENT
    " FROM arrived JOIN other.experiment ON experiment_id = theirs;"
    "INSERT INTO claim (experiment_id, " CLAIM ") SELECT m.experiment_id, c.ordinal, c.about,"
    " c.name, c.source, c.query, c.exact, c.accept_lo, c.accept_hi FROM arrived"
    " JOIN other.experiment o ON o.experiment_id = theirs JOIN experiment m ON m.name = o.name"
    " JOIN other.claim c ON c.experiment_id = theirs;"
    "INSERT INTO figure (experiment_id, ordinal, name) SELECT m.experiment_id, f.ordinal, f.name"
    " FROM arrived"
    " JOIN other.experiment o ON o.experiment_id = theirs JOIN experiment m ON m.name = o.name"
    " JOIN other.figure f ON f.experiment_id = theirs;"
    "CREATE TEMP TABLE met AS SELECT o.run_id AS theirs, m.experiment_id FROM other.run o"
    " JOIN other.experiment x ON x.experiment_id = o.experiment_id"
    " JOIN experiment m ON m.name = x.name"
    " LEFT JOIN run r ON r.experiment_id = m.experiment_id AND r.assignment = o.assignment"
    " AND r.replicate = o.replicate WHERE r.run_id IS NULL;"
    "INSERT OR IGNORE INTO param_set (sha256) SELECT s.sha256 FROM met"
    " JOIN other.run o ON o.run_id = theirs JOIN other.param_set s USING (param_set_id);"
    "INSERT OR IGNORE INTO param SELECT m.param_set_id, p.path, p.value FROM"
    " (SELECT DISTINCT o.param_set_id FROM met JOIN other.run o ON o.run_id = theirs) w"
    " JOIN other.param_set s USING (param_set_id) JOIN param_set m ON m.sha256 = s.sha256"
    " JOIN other.param p ON p.param_set_id = w.param_set_id;"
    "INSERT INTO run (experiment_id, ordinal, assignment, replicate, seed, status, source,"
    " predictor, objective, seq_len, param_set_id) SELECT met.experiment_id, o.ordinal,"
    " o.assignment, o.replicate, o.seed, 'pending', o.source, o.predictor, o.objective, o.seq_len,"
    " m.param_set_id FROM met JOIN other.run o ON o.run_id = theirs"
    " JOIN other.param_set s ON s.param_set_id = o.param_set_id"
    " JOIN param_set m ON m.sha256 = s.sha256;"
    "INSERT INTO run_result (run_id, ordinal, name, result_id, train_step, early)"
    " SELECT r.run_id, u.ordinal, u.name, m.result_id, u.train_step, u.early FROM met"
    " JOIN other.run o ON o.run_id = theirs JOIN run r ON r.experiment_id = met.experiment_id"
    " AND r.assignment = o.assignment AND r.replicate = o.replicate"
    " JOIN other.run_result u ON u.run_id = o.run_id"
    " JOIN other.result t ON t.result_id = u.result_id JOIN result m ON m.key = t.key;";

static const char clean_script[] = "DROP TABLE IF EXISTS temp.coming;"
                                   "DROP TABLE IF EXISTS temp.arrived;"
                                   "DROP TABLE IF EXISTS temp.met;";

/* ---- results ---- */

/* Rows follow their results; what a failed result had left is replaced. */
static enum mg_status take_rows(struct mg_store *store, struct mg_error *err)
{
    struct mg_buffer script = {0};
    enum mg_status status;

    for (enum mg_table t = 0; t < MG_TABLE_COUNT; t++) {
        mg_buffer_printf(&script,
                         "DELETE FROM %s_data WHERE result_id IN (SELECT mine FROM coming);"
                         "INSERT INTO %s_data (result_id, ordinal, %s, nonfinite)"
                         " SELECT c.mine, ordinal, %s, nonfinite FROM coming c"
                         " JOIN other.%s_data d ON d.result_id = c.theirs;",
                         mg_table_name(t), mg_table_name(t), mg_table_columns(t),
                         mg_table_columns(t), mg_table_name(t));
    }
    status = mg_sql_script(store, script.text, err);
    mg_buffer_free(&script);
    return status;
}

static enum mg_status refuse_core(void *ctx, const struct mg_value *values, size_t n,
                                  struct mg_error *err)
{
    (void)n;
    return mg_fail(err, MG_ESTORAGE,
                   "%s has results of another numerical core (%.12s, this is %.12s);"
                   " --any-core takes them all the same",
                   (const char *)ctx, values[0].text, mg_core_hash());
}

static enum mg_status check_core(struct mg_store *store, const char *path, struct mg_error *err)
{
    const struct mg_value core = mg_bind_text(mg_core_hash());
    char *name = mg_format("%s", path);
    const enum mg_status status =
        mg_sql(store,
               "SELECT core_hash FROM other.environment WHERE core_hash <> ? AND environment_id IN"
               " (SELECT environment_id FROM other.result) LIMIT 1",
               &core, 1, refuse_core, name, err);

    free(name);
    return status;
}

/* ---- runs ---- */

static enum mg_status add_statement(void *ctx, const struct mg_value *values, size_t n,
                                    struct mg_error *err)
{
    (void)n;
    (void)err;
    mg_buffer_printf(ctx, "%s;", values[0].text);
    return MG_OK;
}

/* The wide views of experiments that came in. */
static enum mg_status take_views(struct mg_store *store, struct mg_error *err)
{
    struct mg_buffer script = {0};
    enum mg_status status =
        mg_sql(store,
               "SELECT v.sql FROM arrived JOIN other.experiment o ON o.experiment_id = theirs"
               " JOIN other.sqlite_schema v ON v.type = 'view'"
               " AND v.name = 'x_' || replace(o.name, '-', '_')"
               " WHERE v.name NOT IN (SELECT name FROM main.sqlite_schema)",
               NULL, 0, add_statement, &script, err);

    if (status == MG_OK && script.text != NULL) {
        status = mg_sql_script(store, script.text, err);
    }
    mg_buffer_free(&script);
    return status;
}

/* Results of runs, gathered run by run: training first, then the measures. */
struct settling {
    struct {
        int64_t run_id;
        char key[MG_KEY_TEXT], digest[MG_KEY_TEXT];
        double wall_s;
    } * items;
    size_t n;
};

static enum mg_status take_item(void *ctx, const struct mg_value *values, size_t n,
                                struct mg_error *err)
{
    struct settling *s = ctx;

    (void)n;
    (void)err;
    if ((s->n & (s->n - 1)) == 0) {
        s->items = realloc(s->items, (s->n == 0 ? 1 : 2 * s->n) * sizeof(*s->items));
        if (s->items == NULL) {
            abort();
        }
    }
    s->items[s->n].run_id = values[0].integer;
    s->items[s->n].wall_s = values[3].real;
    snprintf(s->items[s->n].key, MG_KEY_TEXT, "%s", values[1].text);
    snprintf(s->items[s->n].digest, MG_KEY_TEXT, "%s", values[2].text);
    s->n++;
    return MG_OK;
}

/* The run of items[first..end) is done: as mg_plan_settle would say it. */
static enum mg_status settle_run(struct mg_store *store, const struct settling *s, size_t first,
                                 size_t end, struct mg_error *err)
{
    const char **keys = mg_allocate(end - first, sizeof(*keys));
    const char **digests = mg_allocate(end - first, sizeof(*digests));
    double wall_s = 0.0;
    char digest[MG_KEY_TEXT];
    enum mg_status status;

    for (size_t i = first; i < end; i++) {
        keys[i - first] = s->items[i].key;
        digests[i - first] = s->items[i].digest;
        wall_s += s->items[i].wall_s;
    }
    mg_run_digest(digest, digests[0], keys + 1, digests + 1, end - first - 1);
    status = mg_store_set_run(store, s->items[first].run_id, "done", digest, wall_s, err);
    free(digests);
    free(keys);
    return status;
}

/* Runs that were not done, and all of whose results are, are done; one that failed fails them. */
static enum mg_status settle_runs(int64_t *n_done, struct mg_store *store, struct mg_error *err)
{
    struct settling s = {0};
    size_t first = 0;
    enum mg_status status = mg_store_repair_runs(store, err);

    if (status == MG_OK) {
        status = mg_sql(store,
                        "SELECT r.run_id, t.key, t.digest, t.wall_s FROM run r"
                        " JOIN run_result u ON u.run_id = r.run_id"
                        " JOIN result t ON t.result_id = u.result_id"
                        " WHERE r.status <> 'done' AND NOT EXISTS (SELECT 1 FROM run_result w"
                        "  JOIN result z ON z.result_id = w.result_id"
                        "  WHERE w.run_id = r.run_id AND z.status <> 'done')"
                        " ORDER BY r.run_id, u.ordinal",
                        NULL, 0, take_item, &s, err);
    }
    *n_done = 0;
    for (size_t i = 1; status == MG_OK && i <= s.n; i++) {
        if (i == s.n || s.items[i].run_id != s.items[first].run_id) {
            status = settle_run(store, &s, first, i, err);
            first = i;
            ++*n_done;
        }
    }
    free(s.items);
    if (status == MG_OK) {
        status = mg_sql(store,
                        "UPDATE run SET status = CASE WHEN EXISTS (SELECT 1 FROM run_result u"
                        " JOIN result t ON t.result_id = u.result_id"
                        " WHERE u.run_id = run.run_id AND t.status = 'failed')"
                        " THEN 'failed' ELSE 'pending' END WHERE status <> 'done'",
                        NULL, 0, NULL, NULL, err);
    }
    return status;
}

/* ---- what others have, without taking it ---- */

enum mg_status mg_store_note_states(struct mg_store *store, const char *path,
                                    const char *unfinished, struct mg_error *err)
{
    enum mg_status status;

    if (path == NULL) {
        return mg_sql_script(
            store, "CREATE TEMP TABLE states (run_id INTEGER PRIMARY KEY, state TEXT)", err);
    }
    status = mg_sql_attach(store, path, err);
    if (status == MG_OK) {
        status = MG_SQL(store, err,
                        "INSERT INTO states SELECT r.run_id,"
                        " CASE WHEN min(t.status = 'done' OR ifnull(o.status = 'done', 0))"
                        " THEN 'done' WHEN max(ifnull(o.status = 'failed', 0)) THEN 'failed'"
                        " ELSE ? END AS state"
                        " FROM run r JOIN run_result u ON u.run_id = r.run_id"
                        " JOIN result t ON t.result_id = u.result_id"
                        " LEFT JOIN other.result o ON o.key = t.key"
                        " WHERE r.status <> 'done' GROUP BY r.run_id"
                        " HAVING max(u.ordinal = 0 AND o.key IS NOT NULL)"
                        " ON CONFLICT (run_id) DO UPDATE SET state = excluded.state"
                        " WHERE excluded.state = 'done'",
                        mg_bind_text(unfinished));
    }
    mg_sql_detach(store);
    return status;
}

/* ---- all of it ---- */

static enum mg_status count(int64_t *n, struct mg_store *store, const char *sql,
                            struct mg_error *err)
{
    bool found;

    return mg_sql_integer(n, &found, store, sql, NULL, 0, err);
}

static enum mg_status take_all(struct mg_merged *merged, struct mg_store *store,
                               struct mg_error *err)
{
    enum mg_status status =
        count(&merged->differ, store,
              "SELECT count(*) FROM other.result o JOIN result m ON m.key = o.key"
              " WHERE o.status = 'done' AND m.status = 'done' AND o.digest IS NOT m.digest",
              err);

    if (status == MG_OK) {
        status = mg_sql_script(store, results_script, err);
    }
    if (status == MG_OK) {
        status = take_rows(store, err);
    }
    if (status == MG_OK) {
        status = mg_sql_script(store, runs_script, err);
    }
    if (status == MG_OK) {
        status = take_views(store, err);
    }
    if (status == MG_OK) {
        status = count(&merged->results, store, "SELECT count(*) FROM coming", err);
    }
    if (status == MG_OK) {
        status = count(&merged->runs, store, "SELECT count(*) FROM met", err);
    }
    return status == MG_OK ? settle_runs(&merged->done, store, err) : status;
}

enum mg_status mg_store_merge(struct mg_merged *merged, struct mg_store *store, const char *path,
                              bool any_core, struct mg_error *err)
{
    struct mg_error ignored = {0};
    enum mg_status status = mg_sql_attach(store, path, err);

    *merged = (struct mg_merged){0};
    if (status == MG_OK && !any_core) {
        status = check_core(store, path, err);
    }
    if (status == MG_OK) {
        status = mg_store_begin(store, err);
    }
    if (status == MG_OK) {
        status = take_all(merged, store, err);
    }
    if (status == MG_OK) {
        status = mg_store_commit(store, err);
    }
    mg_store_rollback(store);
    (void)mg_sql_script(store, clean_script, &ignored);
    mg_sql_detach(store);
    return status;
}

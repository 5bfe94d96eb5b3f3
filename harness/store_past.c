/* store_past.c - what runs took and were, before a plan changes them. */
#include <stdio.h>
#include <stdlib.h>

#include "harness/store_sql.h"

struct means {
    struct mg_past_mean *items;
    size_t n;
};

static enum mg_status take_mean(void *ctx, const struct mg_value *values, size_t n,
                                struct mg_error *err)
{
    struct means *means = ctx;
    struct mg_past_mean *mean;

    (void)n;
    (void)err;
    means->items = realloc(means->items, (means->n + 1) * sizeof(*means->items));
    if (means->items == NULL) {
        abort();
    }
    mean = &means->items[means->n++];
    snprintf(mean->name, sizeof(mean->name), "%s", values[0].text);
    mean->wall_s = values[1].real;
    return MG_OK;
}

/* Of a point; without its condition, of the experiment. */
#define MEANS_OF(condition)                                                                        \
    "SELECT u.name, avg(t.wall_s) FROM experiment e"                                               \
    " JOIN run r ON r.experiment_id = e.experiment_id" condition                                   \
    " JOIN run_result u ON u.run_id = r.run_id"                                                    \
    " JOIN result t ON t.result_id = u.result_id AND t.status = 'done'"                            \
    " WHERE e.name = ?1 AND (u.ordinal > 0 OR r.objective IS NOT NULL) GROUP BY u.name"

enum mg_status mg_store_past_means(struct mg_past_mean **means, size_t *n, struct mg_store *store,
                                   const char *experiment, const char *assignment,
                                   struct mg_error *err)
{
    const struct mg_value arguments[] = {mg_bind_text(experiment), mg_bind_text(assignment)};
    struct means found = {NULL, 0};
    const enum mg_status status =
        assignment != NULL ? mg_sql(store, MEANS_OF(" AND r.assignment = ?2"), arguments, 2,
                                    take_mean, &found, err)
                           : mg_sql(store, MEANS_OF(""), arguments, 1, take_mean, &found, err);

    *means = found.items;
    *n = found.n;
    return status;
}

static enum mg_status take_run(void *ctx, const struct mg_value *values, size_t n,
                               struct mg_error *err)
{
    struct mg_past_run *past = ctx;

    (void)n;
    (void)err;
    past->run_id = values[0].integer;
    snprintf(past->seed, sizeof(past->seed), "%s", values[1].text);
    if (values[2].text != NULL) {
        snprintf(past->core_hash, sizeof(past->core_hash), "%s", values[2].text);
    }
    return MG_OK;
}

enum mg_status mg_store_past_run(struct mg_past_run *past, struct mg_store *store,
                                 const char *experiment, const char *assignment, int64_t replicate,
                                 struct mg_error *err)
{
    const struct mg_value arguments[] = {mg_bind_text(experiment), mg_bind_text(assignment),
                                         mg_bind_integer(replicate)};

    *past = (struct mg_past_run){0};
    return mg_sql(store,
                  "SELECT r.run_id, r.seed, v.core_hash FROM experiment e"
                  " JOIN run r ON r.experiment_id = e.experiment_id AND r.assignment = ?2"
                  " AND r.replicate = ?3"
                  " LEFT JOIN run_result u ON u.run_id = r.run_id AND u.ordinal = 0"
                  " LEFT JOIN result t ON t.result_id = u.result_id"
                  " LEFT JOIN environment v ON v.environment_id = t.environment_id"
                  " WHERE e.name = ?1",
                  arguments, 3, take_run, past, err);
}

enum mg_status mg_store_past_differs(bool *differs, struct mg_store *store, int64_t run_id,
                                     const char *entry, int64_t early_step, const char *key,
                                     struct mg_error *err)
{
    const struct mg_value arguments[] = {mg_bind_integer(run_id), mg_bind_text(entry),
                                         mg_bind_text(key), mg_bind_integer(early_step)};
    int64_t one = 0;

    return mg_sql_integer(&one, differs, store,
                          "SELECT 1 FROM run_result u JOIN result t USING (result_id)"
                          " WHERE u.run_id = ? AND u.name = ? AND t.key <> ?"
                          " AND t.status <> 'pending'"
                          " AND CASE WHEN u.early THEN u.train_step ELSE 0 END = ?",
                          arguments, 4, err);
}

enum mg_status mg_store_past_params(struct mg_store *store, int64_t run_id, mg_store_visitor *visit,
                                    void *ctx, struct mg_error *err)
{
    const struct mg_value argument = mg_bind_integer(run_id);

    return mg_sql(store, "SELECT path, value FROM params WHERE run_id = ? ORDER BY path", &argument,
                  1, visit, ctx, err);
}

/* store_run.c - who uses what was computed: experiments, claims, figures, runs, parameters. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "harness/identity.h"
#include "harness/json.h"
#include "harness/spec.h"
#include "harness/store_sql.h"

/* ---- experiments ---- */

static enum mg_status put_claims(struct mg_store *store, int64_t experiment_id,
                                 const struct mg_spec *spec, struct mg_error *err)
{
    const struct mg_value id = mg_bind_integer(experiment_id);
    enum mg_status status;

    /* Ordinals move out of the way, so that claims may change places. */
    status =
        MG_SQL(store, err, "UPDATE claim SET ordinal = -1 - ordinal WHERE experiment_id = ?", id);
    for (size_t i = 0; status == MG_OK && i < spec->n_claims; i++) {
        const struct mg_claim_spec *c = &spec->claims[i];
        status = MG_SQL(
            store, err,
            "INSERT INTO claim (experiment_id, ordinal, about, name, source, query, exact,"
            " accept_lo, accept_hi) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
            " ON CONFLICT (experiment_id, name) DO UPDATE SET ordinal = ?2, about = ?3, source = "
            "?5,"
            " estimate = iif(query = ?6 AND exact = ?7, estimate, NULL),"
            " ci_lo = iif(query = ?6 AND exact = ?7, ci_lo, NULL),"
            " ci_hi = iif(query = ?6 AND exact = ?7, ci_hi, NULL),"
            " n = iif(query = ?6 AND exact = ?7, n, NULL),"
            " verdict = iif(query = ?6 AND exact = ?7 AND accept_lo IS ?8 AND accept_hi IS ?9,"
            "               verdict, 'not_run'),"
            " query = ?6, exact = ?7, accept_lo = ?8, accept_hi = ?9",
            id, mg_bind_integer((int64_t)i), mg_bind_text(c->about), mg_bind_text(c->name),
            mg_bind_text(c->source), mg_bind_text(c->query), mg_bind_integer(c->exact),
            mg_bind_real(c->has_lo ? c->lo : (double)NAN),
            mg_bind_real(c->has_hi ? c->hi : (double)NAN));
    }
    if (status == MG_OK) {
        status =
            MG_SQL(store, err, "DELETE FROM claim WHERE experiment_id = ? AND ordinal < 0", id);
    }
    return status;
}

static enum mg_status put_figures(struct mg_store *store, int64_t experiment_id,
                                  const struct mg_spec *spec, struct mg_error *err)
{
    enum mg_status status = MG_SQL(store, err, "DELETE FROM figure WHERE experiment_id = ?",
                                   mg_bind_integer(experiment_id));

    for (size_t i = 0; status == MG_OK && i < spec->n_figures; i++) {
        status =
            MG_SQL(store, err, "INSERT INTO figure (experiment_id, ordinal, name) VALUES (?, ?, ?)",
                   mg_bind_integer(experiment_id), mg_bind_integer((int64_t)i),
                   mg_bind_text(spec->figures[i]));
    }
    return status;
}

enum mg_status mg_store_put_experiment(int64_t *id, struct mg_store *store,
                                       const struct mg_spec *spec, struct mg_error *err)
{
    const struct mg_value name = mg_bind_text(spec->name);
    struct mg_hash *hash = mg_hash_new();
    char sha256[MG_KEY_TEXT];
    enum mg_status status;
    bool found = false;

    mg_hash_bytes(hash, spec->text, strlen(spec->text));
    mg_hash_finish(sha256, hash);
    status = MG_SQL(store, err,
                    "INSERT INTO experiment (name, title, question, notes, path, text, sha256,"
                    " updated_at, not_run) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
                    " strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?8)"
                    " ON CONFLICT (name) DO UPDATE SET title = ?2, question = ?3, notes = ?4,"
                    " path = ?5, text = ?6, updated_at = iif(sha256 = ?7, updated_at,"
                    " excluded.updated_at), sha256 = ?7, not_run = ?8",
                    name, mg_bind_text(spec->title), mg_bind_text(spec->question),
                    mg_bind_text(spec->notes), mg_bind_text(spec->path), mg_bind_text(spec->text),
                    mg_bind_text(sha256), mg_bind_text(spec->not_run));
    if (status == MG_OK) {
        status =
            mg_sql_integer(id, &found, store, "SELECT experiment_id FROM experiment WHERE name = ?",
                           &name, 1, err);
        assert(status != MG_OK || found);
    }
    if (status == MG_OK) {
        status = put_claims(store, *id, spec, err);
    }
    if (status == MG_OK) {
        status = put_figures(store, *id, spec, err);
    }
    if (status == MG_OK) {
        status = MG_SQL(store, err, "UPDATE run SET ordinal = -1 WHERE experiment_id = ?",
                        mg_bind_integer(*id));
    }
    return status;
}

/* ---- parameters ---- */

/* A canonical JSON value as SQL has it: texts without quotes, true as 1, lists as JSON. */
static enum mg_status put_param(struct mg_store *store, int64_t set_id,
                                const struct mg_param *param, struct mg_error *err)
{
    struct mg_json_file *file = NULL;
    const struct mg_json *json;
    struct mg_value value = {.type = MG_VALUE_NULL};
    long long integer = 0;
    enum mg_status status;

    status = mg_json_parse(&file, param->value, strlen(param->value), param->path, err);
    if (status != MG_OK) {
        return status;
    }
    json = mg_json_root(file);
    switch (mg_json_type(json)) {
    case MG_JSON_NULL:
        break;
    case MG_JSON_BOOL:
        value = mg_bind_integer(mg_json_bool(json));
        break;
    case MG_JSON_NUMBER:
        value = mg_json_integer(json, &integer) ? mg_bind_integer(integer)
                                                : mg_bind_real(mg_json_number(json));
        break;
    case MG_JSON_STRING:
        value = mg_bind_text(mg_json_string(json));
        break;
    case MG_JSON_ARRAY:
    case MG_JSON_OBJECT:
        value = mg_bind_text(param->value);
        break;
    }
    status = MG_SQL(store, err, "INSERT INTO param (param_set_id, path, value) VALUES (?, ?, ?)",
                    mg_bind_integer(set_id), mg_bind_text(param->path), value);
    mg_json_free(file);
    return status;
}

enum mg_status mg_store_put_params(int64_t *set_id, struct mg_store *store,
                                   const struct mg_point *point, struct mg_error *err)
{
    struct mg_hash *hash = mg_hash_new();
    char sha256[MG_KEY_TEXT];
    struct mg_value argument;
    enum mg_status status;
    bool found = false;

    for (size_t i = 0; i < point->n_params; i++) {
        mg_hash_text(hash, point->params[i].path);
        mg_hash_text(hash, point->params[i].value);
    }
    mg_hash_finish(sha256, hash);
    argument = mg_bind_text(sha256);
    status =
        mg_sql_integer(set_id, &found, store, "SELECT param_set_id FROM param_set WHERE sha256 = ?",
                       &argument, 1, err);
    if (status != MG_OK || found) {
        return status;
    }
    status = MG_SQL(store, err, "INSERT INTO param_set (sha256) VALUES (?)", argument);
    *set_id = mg_sql_last_id(store);
    for (size_t i = 0; status == MG_OK && i < point->n_params; i++) {
        status = put_param(store, *set_id, &point->params[i], err);
    }
    return status;
}

/* ---- runs ---- */

static enum mg_status put_run_row(int64_t *run_id, struct mg_store *store, int64_t experiment_id,
                                  const struct mg_run_record *record, struct mg_error *err)
{
    const struct mg_point *point = record->point;
    const struct mg_value keys[] = {mg_bind_integer(experiment_id), mg_bind_text(point->assignment),
                                    mg_bind_integer(record->replicate)};
    bool found = false;
    enum mg_status status;

    status = MG_SQL(
        store, err,
        "INSERT INTO run (experiment_id, assignment, replicate, ordinal, seed, status,"
        " source, predictor, objective, seq_len, param_set_id)"
        " VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6, ?7, ?8, ?9, ?10)"
        " ON CONFLICT (experiment_id, assignment, replicate) DO UPDATE SET"
        " ordinal = ?4, seed = ?5, source = ?6, predictor = ?7, objective = ?8,"
        " seq_len = ?9, param_set_id = ?10",
        keys[0], keys[1], keys[2], mg_bind_integer(record->ordinal), mg_bind_text(record->seed),
        mg_bind_text(point->source_kind), mg_bind_text(point->predictor_word),
        mg_bind_text(point->trains ? point->train.objective->name : NULL),
        mg_bind_integer((int64_t)point->source->length), mg_bind_integer(record->param_set_id));
    if (status == MG_OK) {
        status = mg_sql_integer(run_id, &found, store,
                                "SELECT run_id FROM run WHERE experiment_id = ? AND assignment = ?"
                                " AND replicate = ?",
                                keys, 3, err);
        assert(status != MG_OK || found);
    }
    return status;
}

/* The result at a run's place; entry NULL: the training itself. */
static enum mg_status put_result(struct mg_store *store, int64_t run_id, int64_t ordinal,
                                 const struct mg_measure_entry *entry, int64_t result_id,
                                 struct mg_error *err)
{
    const struct mg_value null = {.type = MG_VALUE_NULL};

    return MG_SQL(store, err,
                  "INSERT INTO run_result (run_id, ordinal, name, result_id, train_step, early)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                  " ON CONFLICT (run_id, ordinal) DO UPDATE SET name = ?3, result_id = ?4,"
                  " train_step = ?5, early = ?6",
                  mg_bind_integer(run_id), mg_bind_integer(ordinal),
                  mg_bind_text(entry != NULL ? entry->name : "train"), mg_bind_integer(result_id),
                  entry != NULL && entry->step > 0 ? mg_bind_integer((int64_t)entry->step) : null,
                  entry != NULL && entry->early ? mg_bind_integer(1) : null);
}

enum mg_status mg_store_put_run(int64_t *run_id, struct mg_store *store, int64_t experiment_id,
                                const struct mg_run_record *record, struct mg_error *err)
{
    const struct mg_point *point = record->point;
    enum mg_status status = put_run_row(run_id, store, experiment_id, record, err);

    if (status == MG_OK) {
        status = MG_SQL(store, err, "DELETE FROM run_result WHERE run_id = ? AND ordinal > ?",
                        mg_bind_integer(*run_id), mg_bind_integer((int64_t)point->n_measures));
    }
    for (size_t i = 0; status == MG_OK && i <= point->n_measures; i++) {
        status = put_result(store, *run_id, (int64_t)i, i == 0 ? NULL : &point->measures[i - 1],
                            record->results[i], err);
    }
    return status;
}

enum mg_status mg_store_trim_runs(struct mg_store *store, int64_t experiment_id,
                                  struct mg_error *err)
{
    return MG_SQL(store, err, "DELETE FROM run WHERE experiment_id = ? AND ordinal < 0",
                  mg_bind_integer(experiment_id));
}

enum mg_status mg_store_repair_runs(struct mg_store *store, struct mg_error *err)
{
    return mg_sql(store, "UPDATE run SET status = 'pending' WHERE status = 'running'", NULL, 0,
                  NULL, NULL, err);
}

enum mg_status mg_store_trim_results(struct mg_store *store, struct mg_error *err)
{
    return mg_sql(store,
                  "DELETE FROM result WHERE status = 'pending' AND NOT EXISTS"
                  " (SELECT 1 FROM run_result u WHERE u.result_id = result.result_id)",
                  NULL, 0, NULL, NULL, err);
}

enum mg_status mg_store_set_run(struct mg_store *store, int64_t run_id, const char *status,
                                const char *digest, double wall_s, struct mg_error *err)
{
    return MG_SQL(store, err, "UPDATE run SET status = ?, digest = ?, wall_s = ? WHERE run_id = ?",
                  mg_bind_text(status), mg_bind_text(digest), mg_bind_real(wall_s),
                  mg_bind_integer(run_id));
}

enum mg_status mg_store_set_verdict(struct mg_store *store, const char *experiment,
                                    const char *claim, double estimate, double ci_lo, double ci_hi,
                                    size_t n, const char *verdict, struct mg_error *err)
{
    const enum mg_status status =
        MG_SQL(store, err,
               "UPDATE claim SET estimate = ?, ci_lo = ?, ci_hi = ?, n = ?, verdict = ?"
               " WHERE name = ? AND experiment_id ="
               " (SELECT experiment_id FROM experiment WHERE name = ?)",
               mg_bind_real(estimate), mg_bind_real(ci_lo), mg_bind_real(ci_hi),
               mg_bind_integer((int64_t)n), mg_bind_text(verdict), mg_bind_text(claim),
               mg_bind_text(experiment));

    if (status == MG_OK && mg_sql_changes(store) != 1) {
        return mg_fail(err, MG_EUSAGE, "%s has no claim %s", experiment, claim);
    }
    return status;
}

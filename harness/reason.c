/* reason.c - why a run is to be computed; see reason.h. */
#include "harness/reason.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/json.h"
#include "harness/resume.h"
#include "model/numeric/arena.h"

enum { CHANGES_MAX = 3, VALUE_MAX = 40 };

/* Parameters of a stored run compared with those of the file; prefix "" is all of them. */
struct comparison {
    const struct mg_point *point;
    const char *prefix; /* "measure.cd." where that measure alone is looked at */
    bool *seen;         /* (point->n_params) */
    char *text;
    size_t size, used;
    size_t changes;
};

/* Texts without their quotes, on both sides. */
static void note_change(struct comparison *c, const char *path, const char *was, const char *is)
{
    const size_t length = strlen(is);
    const bool quoted = length >= 2 && is[0] == '"';
    const int shown = (int)(quoted ? length - 2 : length);

    c->changes++;
    if (c->changes > CHANGES_MAX || c->used >= c->size) {
        return;
    }
    c->used += (size_t)snprintf(c->text + c->used, c->size - c->used, "%s%s: %.*s -> %.*s",
                                c->changes > 1 ? ", " : "", path, VALUE_MAX, was,
                                shown < VALUE_MAX ? shown : VALUE_MAX, is + quoted);
}

/* Is a value of the database this canonical JSON? The store keeps texts bare and true as 1. */
static bool is_same(const char *json, const struct mg_value *value)
{
    char *quoted;
    bool same;

    switch (value->type) {
    case MG_VALUE_NULL:
        return strcmp(json, "null") == 0;
    case MG_VALUE_INTEGER:
    case MG_VALUE_REAL:
        if (strcmp(json, "true") == 0 || strcmp(json, "false") == 0) {
            return (json[0] == 't') == (value->integer != 0);
        }
        return !(strtod(json, NULL) > value->real) && !(strtod(json, NULL) < value->real);
    case MG_VALUE_TEXT:
        break;
    }
    quoted = mg_json_quote(value->text);
    same = strcmp(json, value->text) == 0 || strcmp(json, quoted) == 0;
    free(quoted);
    return same;
}

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* A whole run is looked at without its measures when the training changed. */
static bool is_looked_at(const struct comparison *c, const char *path)
{
    return c->prefix[0] != '\0' ? begins(path, c->prefix) : !begins(path, "measure.");
}

static enum mg_status compare_param(void *ctx, const struct mg_value *values, size_t n,
                                    struct mg_error *err)
{
    struct comparison *c = ctx;
    const char *path = values[0].text;
    char was[VALUE_MAX + 1];

    (void)n;
    (void)err;
    if (!is_looked_at(c, path)) {
        return MG_OK;
    }
    if (values[1].type == MG_VALUE_TEXT) {
        snprintf(was, sizeof(was), "%s", values[1].text);
    } else {
        snprintf(was, sizeof(was), "%.9g", values[1].real);
    }
    for (size_t i = 0; i < c->point->n_params; i++) {
        if (strcmp(c->point->params[i].path, path) == 0) {
            c->seen[i] = true;
            if (!is_same(c->point->params[i].value, &values[1])) {
                note_change(c, path, was, c->point->params[i].value);
            }
            return MG_OK;
        }
    }
    note_change(c, path, was, "gone");
    return MG_OK;
}

/* What differs between the stored run and the file, among the keys below prefix. */
static enum mg_status compare_params(size_t *changes, char *text, size_t size, const char *prefix,
                                     const struct mg_point *point, struct mg_store *store,
                                     int64_t run_id, struct mg_error *err)
{
    struct comparison c = {.point = point, .prefix = prefix, .text = text, .size = size};
    enum mg_status status;

    c.seen = mg_allocate(point->n_params + 1, sizeof(*c.seen));
    status = mg_store_past_params(store, run_id, compare_param, &c, err);
    for (size_t i = 0; status == MG_OK && i < point->n_params; i++) {
        if (!c.seen[i] && is_looked_at(&c, point->params[i].path)) {
            note_change(&c, point->params[i].path, "none", point->params[i].value);
        }
    }
    if (c.changes > CHANGES_MAX && c.used < size) {
        snprintf(text + c.used, size - c.used, " and %zu more", c.changes - CHANGES_MAX);
    }
    free(c.seen);
    *changes = c.changes;
    return status;
}

/* The training has another key than the stored run's: why? */
static enum mg_status explain_training(struct mg_reason *reason, const struct mg_plan_run *run,
                                       const struct mg_past_run *past, struct mg_store *store,
                                       struct mg_error *err)
{
    size_t changes = 0;
    const enum mg_status status = compare_params(&changes, reason->text, sizeof(reason->text), "",
                                                 run->point, store, past->run_id, err);

    if (status != MG_OK || changes > 0) {
        return status;
    }
    if (strcmp(past->seed, run->spec->seed) != 0) {
        snprintf(reason->text, sizeof(reason->text), "seed: %s -> %s", past->seed, run->spec->seed);
    } else if (strcmp(past->core_hash, mg_core_hash()) != 0) {
        snprintf(reason->text, sizeof(reason->text),
                 "the numerical core changed: %.12s -> %.12s (sources, flags or compiler)",
                 past->core_hash, mg_core_hash());
    } else {
        snprintf(reason->text, sizeof(reason->text), "the content of a file it reads changed");
    }
    return MG_OK;
}

static enum mg_status explain_measure(struct mg_reason *reason, const struct mg_plan_run *run,
                                      const char *name, const struct mg_past_run *past,
                                      struct mg_store *store, struct mg_error *err)
{
    char prefix[MG_ENTRY_TEXT + 16];
    size_t changes = 0;

    snprintf(prefix, sizeof(prefix), "measure.%s.", name);
    snprintf(reason->text, sizeof(reason->text), "measure %s changed", name);
    return compare_params(&changes, reason->text, sizeof(reason->text), prefix, run->point, store,
                          past->run_id, err);
}

/* Was the run computed before, as something else? */
static enum mg_status find_stale(struct mg_reason *reason, const struct mg_plan *plan,
                                 const struct mg_plan_run *run, struct mg_store *store,
                                 struct mg_error *err)
{
    struct mg_past_run past;
    bool differs = false;
    enum mg_status status = mg_store_past_run(&past, store, run->spec->name, run->point->assignment,
                                              (int64_t)run->replicate, err);

    for (size_t i = 0; status == MG_OK && past.run_id != 0 && i <= run->point->n_measures; i++) {
        const struct mg_plan_result *result = &plan->results[run->results[i]];
        const char *name = i == 0 ? "train" : run->point->measures[i - 1].name;
        const bool early = i > 0 && run->point->measures[i - 1].early;
        if (result->stored.status != MG_RESULT_PENDING) {
            continue;
        }
        status = mg_store_past_differs(&differs, store, past.run_id, name,
                                       early ? (int64_t)run->point->measures[i - 1].step : 0,
                                       result->key, err);
        if (status == MG_OK && differs) {
            reason->state = "stale";
            return i == 0 ? explain_training(reason, run, &past, store, err)
                          : explain_measure(reason, run, name, &past, store, err);
        }
    }
    return status;
}

enum mg_status mg_reason_find(struct mg_reason *reason, const struct mg_plan *plan, size_t at,
                              struct mg_store *store, const char *models_dir, struct mg_error *err)
{
    const struct mg_plan_run *run = &plan->runs[at];
    const struct mg_plan_result *training = &plan->results[run->results[0]];

    reason->state = mg_plan_run_state(plan, at);
    (void)mg_plan_run_reason(plan, at, reason->text, sizeof(reason->text));
    if (mg_plan_run_status(plan, at) != MG_RESULT_PENDING) {
        return MG_OK;
    }
    if (training->stored.status == MG_RESULT_PENDING && run->point->trains) {
        char *path = mg_resume_path(models_dir, training->key);
        const size_t next = mg_resume_peek(path, training->key);
        free(path);
        if (next > 0) {
            reason->state = "resumable";
            snprintf(reason->text, sizeof(reason->text), "training stopped at step %zu of %zu",
                     next, run->point->train.steps);
            return MG_OK;
        }
    }
    return store != NULL ? find_stale(reason, plan, run, store, err) : MG_OK;
}

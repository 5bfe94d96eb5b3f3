/* plan.c - what is needed and what is there; see plan.h. */
#include "harness/plan.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"

/* ---- the list of results ---- */

/* Where the search for a key begins: its first digits, mixed (Knuth's multiplicative hashing). */
static size_t first_slot(const char *key)
{
    uint64_t digits;

    memcpy(&digits, key, sizeof(digits));
    digits *= 0x9e3779b97f4a7c15u;
    return (size_t)(digits ^ digits >> 32);
}

/* The slot of this key, or the free one where it is to be. */
static size_t *find_slot(const struct mg_plan *plan, const char *key)
{
    const size_t mask = plan->n_slots - 1;
    size_t at = first_slot(key) & mask;

    while (plan->by_key[at] != 0 && strcmp(plan->results[plan->by_key[at] - 1].key, key) != 0) {
        at = (at + 1) & mask;
    }
    return &plan->by_key[at];
}

/* Room for one more key. */
static void grow_index(struct mg_plan *plan)
{
    if (2 * (plan->n_results + 1) < plan->n_slots) {
        return;
    }
    plan->n_slots = plan->n_slots == 0 ? 64 : 2 * plan->n_slots;
    free(plan->by_key);
    plan->by_key = mg_allocate(plan->n_slots, sizeof(*plan->by_key));
    for (size_t i = 0; i < plan->n_results; i++) {
        *find_slot(plan, plan->results[i].key) = i + 1;
    }
}

/* Room for one more of `size` bytes in a list of n: doubled at powers of two. */
static void *grow(void *list, size_t n, size_t size)
{
    void *longer = list;

    if ((n & (n - 1)) == 0) {
        longer = realloc(list, (n == 0 ? 1 : 2 * n) * size);
        if (longer == NULL) {
            abort();
        }
    }
    return longer;
}

/* Index of the result with this key; a new one is appended from *wanted. */
static size_t want(bool *is_new, struct mg_plan *plan, const struct mg_plan_result *wanted)
{
    size_t *slot;

    grow_index(plan);
    slot = find_slot(plan, wanted->key);
    *is_new = *slot == 0;
    if (!*is_new) {
        return *slot - 1;
    }
    *slot = plan->n_results + 1;
    plan->results = grow(plan->results, plan->n_results, sizeof(*plan->results));
    plan->results[plan->n_results] = *wanted;
    return plan->n_results++;
}

static size_t want_training(struct mg_plan *plan, const struct mg_plan_run *run)
{
    struct mg_plan_result wanted = {
        .spec = run->spec,
        .point = run->point,
        .replicate = run->replicate,
        .next = MG_PLAN_NONE,
        .last = MG_PLAN_NONE,
        .first_run = MG_PLAN_NONE,
    };
    bool is_new;
    size_t at;

    mg_training_key(wanted.key, run->point->training, run->spec->seed_value, run->replicate);
    at = want(&is_new, plan, &wanted);
    if (is_new) {
        plan->results[at].training = (ptrdiff_t)at;
    }
    return at;
}

static size_t want_measure(struct mg_plan *plan, const struct mg_plan_run *run, size_t training,
                           const struct mg_measure_entry *entry)
{
    struct mg_plan_result wanted = {
        .spec = run->spec,
        .point = run->point,
        .entry = entry,
        .replicate = run->replicate,
        .training = (ptrdiff_t)training,
        .next = MG_PLAN_NONE,
        .last = MG_PLAN_NONE,
        .first_run = MG_PLAN_NONE,
    };
    bool is_new;
    size_t at;

    mg_measure_key(wanted.key, plan->results[training].key, entry->canonical);
    at = want(&is_new, plan, &wanted);
    if (is_new) {
        struct mg_plan_result *base = &plan->results[training];
        const ptrdiff_t tail = base->last == MG_PLAN_NONE ? (ptrdiff_t)training : base->last;
        plan->results[tail].next = (ptrdiff_t)at;
        base->last = (ptrdiff_t)at;
    }
    return at;
}

/* `of` says which point and replicate of which file. */
static void add_run(struct mg_plan *plan, const struct mg_plan_run *of)
{
    const struct mg_point *point = of->point;
    struct mg_plan_run run = *of;
    size_t training;

    run.results = mg_allocate(1 + point->n_measures, sizeof(*run.results));
    training = want_training(plan, &run);
    run.results[0] = training;
    for (size_t i = 0; i < point->n_measures; i++) {
        run.results[i + 1] = want_measure(plan, &run, training, &point->measures[i]);
    }
    run.next = plan->results[training].first_run;
    plan->results[training].first_run = (ptrdiff_t)plan->n_runs;
    plan->runs = grow(plan->runs, plan->n_runs, sizeof(*plan->runs));
    plan->runs[plan->n_runs++] = run;
}

static void add_runs(struct mg_plan *plan, const struct mg_spec *spec)
{
    struct mg_plan_run run = {.spec = spec};

    for (size_t p = 0; p < spec->n_points; p++) {
        run.point = &spec->points[p];
        for (run.replicate = 0; run.replicate < run.point->replicates; run.replicate++) {
            add_run(plan, &run);
            run.ordinal++;
        }
    }
}

enum mg_status mg_plan_make(struct mg_plan *plan, struct mg_spec *const *specs, size_t n_specs,
                            struct mg_store *store, struct mg_error *err)
{
    *plan = (struct mg_plan){.specs = specs, .n_specs = n_specs};
    for (size_t i = 0; i < n_specs; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(specs[i]->name, specs[j]->name) == 0) {
                return mg_fail(err, MG_EUSAGE, "%s and %s both call themselves \"%s\"",
                               specs[j]->path, specs[i]->path, specs[i]->name);
            }
        }
        add_runs(plan, specs[i]);
    }
    return store != NULL ? mg_plan_look_up(plan, store, err) : MG_OK;
}

/* A result of the database: the plan's, if its key is there. */
static void take_stored(void *ctx, const char *key, const struct mg_result *stored)
{
    const struct mg_plan *plan = ctx;
    const size_t *slot = find_slot(plan, key);

    if (*slot != 0) {
        plan->results[*slot - 1].stored = *stored;
    }
}

enum mg_status mg_plan_look_up(struct mg_plan *plan, struct mg_store *store, struct mg_error *err)
{
    const char **keys;
    enum mg_status status;

    if (plan->n_results == 0) {
        return MG_OK;
    }
    keys = mg_allocate(plan->n_results, sizeof(*keys));
    for (size_t i = 0; i < plan->n_results; i++) {
        keys[i] = plan->results[i].key;
    }
    status = mg_store_find_results(store, keys, plan->n_results, take_stored, plan, err);
    free(keys);
    return status;
}

void mg_plan_cut(struct mg_plan *plan, const bool *kept)
{
    struct mg_plan cut = {.specs = plan->specs, .n_specs = plan->n_specs};

    for (size_t i = 0; i < plan->n_runs; i++) {
        if (kept[i]) {
            add_run(&cut, &plan->runs[i]);
        }
    }
    mg_plan_free(plan);
    *plan = cut;
}

void mg_plan_free(struct mg_plan *plan)
{
    for (size_t i = 0; i < plan->n_runs; i++) {
        free(plan->runs[i].results);
    }
    free(plan->runs);
    free(plan->results);
    free(plan->by_key);
    *plan = (struct mg_plan){0};
}

/* ---- the state of a run ---- */

enum mg_result_status mg_plan_run_status(const struct mg_plan *plan, size_t at)
{
    const struct mg_plan_run *run = &plan->runs[at];
    enum mg_result_status worst = MG_RESULT_DONE;

    for (size_t i = 0; i <= run->point->n_measures; i++) {
        const enum mg_result_status status = plan->results[run->results[i]].stored.status;
        if (status == MG_RESULT_FAILED) {
            return status;
        }
        worst = status == MG_RESULT_PENDING ? status : worst;
    }
    return worst;
}

const char *mg_plan_run_state(const struct mg_plan *plan, size_t run)
{
    static const char *const words[] = {
        [MG_RESULT_PENDING] = "new", [MG_RESULT_DONE] = "cached", [MG_RESULT_FAILED] = "failed"};

    return words[mg_plan_run_status(plan, run)];
}

const char *mg_plan_run_reason(const struct mg_plan *plan, size_t run, char *buffer, size_t size)
{
    const struct mg_plan_run *r = &plan->runs[run];
    const struct mg_plan_result *training = &plan->results[r->results[0]];
    size_t used = 0;
    size_t missing = 0;

    buffer[0] = '\0';
    for (size_t i = 0; i <= r->point->n_measures; i++) {
        const struct mg_plan_result *result = &plan->results[r->results[i]];
        if (result->stored.status == MG_RESULT_FAILED) {
            snprintf(buffer, size, "%s: %s", i == 0 ? "training" : r->point->measures[i - 1].label,
                     result->stored.error);
            return buffer;
        }
    }
    if (training->stored.status == MG_RESULT_PENDING) {
        snprintf(buffer, size, "%s",
                 training->stored.id != 0 ? "in the database, and not computed yet"
                 : r->point->trains       ? "this training is not in the database"
                                          : "this source and predictor were not measured yet");
        return buffer;
    }
    for (size_t i = 1; i <= r->point->n_measures && used < size; i++) {
        if (plan->results[r->results[i]].stored.status == MG_RESULT_PENDING) {
            used += (size_t)snprintf(buffer + used, size - used, "%s%s",
                                     missing++ > 0 ? ", " : "training is there; to measure: ",
                                     r->point->measures[i - 1].label);
        }
    }
    if (missing == 0) {
        snprintf(buffer, size, "everything is in the database");
    }
    return buffer;
}

static enum mg_status settle_done(const struct mg_plan *plan, const struct mg_plan_run *run,
                                  struct mg_store *store, struct mg_error *err)
{
    const size_t n = run->point->n_measures;
    const char **keys = mg_allocate(n + 1, sizeof(*keys));
    const char **digests = mg_allocate(n + 1, sizeof(*digests));
    double wall_s = plan->results[run->results[0]].stored.wall_s;
    char digest[MG_KEY_TEXT];
    enum mg_status status;

    for (size_t i = 0; i < n; i++) {
        keys[i] = plan->results[run->results[i + 1]].key;
        digests[i] = plan->results[run->results[i + 1]].stored.digest;
        wall_s += plan->results[run->results[i + 1]].stored.wall_s;
    }
    mg_run_digest(digest, plan->results[run->results[0]].stored.digest, keys, digests, n);
    status = mg_store_set_run(store, run->run_id, "done", digest, wall_s, err);
    free(digests);
    free(keys);
    return status;
}

enum mg_status mg_plan_settle(const struct mg_plan *plan, size_t run, struct mg_store *store,
                              struct mg_error *err)
{
    const struct mg_plan_run *r = &plan->runs[run];
    const enum mg_result_status status = mg_plan_run_status(plan, run);

    assert(r->run_id != 0);
    if (status == MG_RESULT_DONE) {
        return settle_done(plan, r, store, err);
    }
    return mg_store_set_run(store, r->run_id, status == MG_RESULT_FAILED ? "failed" : "pending",
                            NULL, (double)NAN, err);
}

/* ---- into the database ---- */

static enum mg_status register_run(struct mg_plan *plan, size_t at, struct mg_store *store,
                                   int64_t experiment_id, int64_t set_id, struct mg_error *err)
{
    struct mg_plan_run *run = &plan->runs[at];
    int64_t *ids = mg_allocate(1 + run->point->n_measures, sizeof(*ids));
    const struct mg_run_record record = {
        .point = run->point,
        .ordinal = run->ordinal,
        .replicate = (int64_t)run->replicate,
        .seed = run->spec->seed,
        .param_set_id = set_id,
        .results = ids,
    };
    enum mg_status status;

    for (size_t i = 0; i <= run->point->n_measures; i++) {
        ids[i] = plan->results[run->results[i]].stored.id;
    }
    status = mg_store_put_run(&run->run_id, store, experiment_id, &record, err);
    free(ids);
    return status == MG_OK ? mg_plan_settle(plan, at, store, err) : status;
}

/* Runs from *at on that are of this file. */
static enum mg_status register_runs(struct mg_plan *plan, size_t *at, const struct mg_spec *spec,
                                    struct mg_store *store, int64_t experiment_id,
                                    struct mg_error *err)
{
    const struct mg_point *point = NULL;
    int64_t set_id = 0;
    enum mg_status status = MG_OK;

    for (; status == MG_OK && *at < plan->n_runs && plan->runs[*at].spec == spec; ++*at) {
        if (plan->runs[*at].point != point) {
            point = plan->runs[*at].point;
            status = mg_store_put_params(&set_id, store, point, err);
        }
        if (status == MG_OK) {
            status = register_run(plan, *at, store, experiment_id, set_id, err);
        }
    }
    return status;
}

static enum mg_status register_all(struct mg_plan *plan, struct mg_store *store,
                                   struct mg_error *err)
{
    enum mg_status status = mg_store_repair_runs(store, err);
    size_t at = 0;

    for (size_t i = 0; status == MG_OK && i < plan->n_results; i++) {
        struct mg_plan_result *result = &plan->results[i];
        if (result->stored.id == 0) {
            status = mg_store_add_result(
                &result->stored.id, store, result->key,
                result->entry != NULL ? result->entry->measure->kind : "train", err);
        }
    }
    for (size_t i = 0; status == MG_OK && i < plan->n_specs; i++) {
        int64_t experiment_id = 0;
        status = mg_store_put_experiment(&experiment_id, store, plan->specs[i], err);
        if (status == MG_OK) {
            status = register_runs(plan, &at, plan->specs[i], store, experiment_id, err);
        }
        if (status == MG_OK && plan->specs[i]->not_run == NULL) { /* else earlier runs stay */
            status = mg_store_trim_runs(store, experiment_id, err);
        }
        if (status == MG_OK) {
            status = mg_store_put_wide(store, plan->specs[i], err);
        }
    }
    return status == MG_OK ? mg_store_trim_results(store, err) : status;
}

enum mg_status mg_plan_register(struct mg_plan *plan, struct mg_store *store, struct mg_error *err)
{
    enum mg_status status = mg_store_begin(store, err);

    if (status == MG_OK) {
        status = register_all(plan, store, err);
    }
    if (status == MG_OK) {
        status = mg_store_commit(store, err);
    }
    mg_store_rollback(store);
    return status;
}

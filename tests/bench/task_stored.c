/* task_stored.c - plan and status over a database of 100,000 runs that are done. */
#include <math.h>
#include <unistd.h>

#include "harness/plan.h"
#include "harness/provenance.h"
#include "harness/store.h"
#include "tests/bench/bench.h"

enum { PATH_SIZE = 4096 };

/* A digest and a few numbers for each result, as if it had been computed. */
static enum mg_status finish_results(struct mg_plan *plan, struct mg_store *store,
                                     int64_t environment_id, struct mg_error *err)
{
    enum mg_status status = MG_OK;

    for (size_t i = 0; status == MG_OK && i < plan->n_results; i++) {
        struct mg_result *stored = &plan->results[i].stored;
        const struct mg_value row[] = {
            {.type = MG_VALUE_TEXT, .text = "total_correlation_nats"},
            {.type = MG_VALUE_REAL, .real = 0.5},
            {.type = MG_VALUE_REAL, .real = 0.25},
        };
        stored->status = MG_RESULT_DONE;
        stored->wall_s = 0.01;
        (void)snprintf(stored->digest, sizeof(stored->digest), "%s", plan->results[i].key);
        if (plan->results[i].entry != NULL) {
            status = mg_store_add_row(store, stored->id, 0, MG_TABLE_information, row, 3, err);
        }
        if (status == MG_OK) {
            status = mg_store_finish_result(store, stored, 1, environment_id, err);
        }
    }
    for (size_t i = 0; status == MG_OK && i < plan->n_runs; i++) {
        status = mg_plan_settle(plan, i, store, err);
    }
    return status;
}

static enum mg_status fill(struct mg_plan *plan, struct mg_store *store, struct mg_error *err)
{
    static struct mg_provenance provenance; /* too large for the stack */
    int64_t environment_id = 0;
    enum mg_status status = mg_plan_register(plan, store, err);

    mg_provenance_collect(&provenance);
    if (status == MG_OK) {
        status = mg_store_add_environment(&environment_id, store, &provenance, err);
    }
    if (status == MG_OK) {
        status = mg_store_begin(store, err);
    }
    if (status == MG_OK) {
        status = finish_results(plan, store, environment_id, err);
    }
    return status == MG_OK ? mg_store_commit(store, err) : status;
}

/* Make stored.db, once. */
static bool make(const struct bench_options *options)
{
    struct mg_error err = {0};
    struct mg_problems problems = {0};
    struct mg_plan plan = {0};
    struct mg_spec *spec = NULL;
    struct mg_store *store = NULL;
    char path[PATH_SIZE];
    char file[PATH_SIZE];
    enum mg_status status;

    (void)snprintf(path, sizeof(path), "%s/stored.db", options->scratch);
    (void)snprintf(file, sizeof(file), "%s/many.json", options->folder);
    if (access(path, F_OK) == 0) {
        return true;
    }
    status = mg_spec_load(&spec, file, &problems);
    mg_problems_free(&problems);
    if (status == MG_OK) {
        status = mg_plan_make(&plan, &spec, 1, NULL, &err);
    }
    if (status == MG_OK) {
        status = mg_store_open(&store, path, MG_STORE_WRITE, &err);
    }
    if (status == MG_OK) {
        status = fill(&plan, store, &err);
    }
    mg_store_close(store);
    mg_plan_free(&plan);
    mg_spec_free(spec);
    if (status != MG_OK) {
        (void)fprintf(stderr, "bench: stored runs: %s\n", err.text);
    }
    return status == MG_OK;
}

static double verb_ms(const struct bench_options *options, const char *verb, const char *file)
{
    return make(options) ? 1e3 * bench_verb_s(options, verb, file, "stored.db") : (double)NAN;
}

double bench_status_ms(const struct bench_options *options)
{
    return verb_ms(options, "status", NULL);
}

double bench_plan_ms(const struct bench_options *options)
{
    return verb_ms(options, "plan", "few.json");
}

double bench_plan_all_ms(const struct bench_options *options)
{
    return verb_ms(options, "plan", "many.json");
}

/* estimate.c - how long results will take; see estimate.h. */
#include "harness/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"

/* What the runs of a point, or of an experiment, took: a line a measure entry. */
struct means {
    const void *of; /* the point or spec they were asked for; NULL: none yet */
    struct mg_past_mean *items;
    size_t n;
};

static double find_mean(const struct means *means, const char *name)
{
    for (size_t i = 0; i < means->n; i++) {
        if (strcmp(means->items[i].name, name) == 0) {
            return means->items[i].wall_s;
        }
    }
    return (double)NAN;
}

/* Ask for the means of a point (assignment) or of an experiment (NULL), unless they are there. */
static enum mg_status renew(struct means *means, const void *of, struct mg_store *store,
                            const char *experiment, const char *assignment, struct mg_error *err)
{
    if (means->of == of) {
        return MG_OK;
    }
    free(means->items);
    *means = (struct means){.of = of};
    return mg_store_past_means(&means->items, &means->n, store, experiment, assignment, err);
}

/* NaN where the past says nothing. Results of a point stand together, those of a file too. */
static enum mg_status measure_s(double *cost_s, const struct mg_plan_result *result,
                                struct means *point, struct means *spec, struct mg_store *store,
                                struct mg_error *err)
{
    enum mg_status status =
        renew(point, result->point, store, result->spec->name, result->point->assignment, err);

    *cost_s = find_mean(point, result->entry->name);
    if (status == MG_OK && isnan(*cost_s)) {
        status = renew(spec, result->spec, store, result->spec->name, NULL, err);
        *cost_s = find_mean(spec, result->entry->name);
    }
    return status;
}

enum mg_status mg_estimate(double **cost_s, size_t *n_unknown, const struct mg_plan *plan,
                           struct mg_store *store, struct mg_forecast *forecast,
                           struct mg_error *err)
{
    struct means point = {0};
    struct means spec = {0};
    enum mg_status status = MG_OK;

    *n_unknown = 0;
    *cost_s = mg_allocate(plan->n_results + 1, sizeof(**cost_s));
    for (size_t i = 0; status == MG_OK && i < plan->n_results; i++) {
        const struct mg_plan_result *result = &plan->results[i];

        if (result->stored.status == MG_RESULT_DONE) {
            continue;
        }
        if (result->entry != NULL) {
            (*cost_s)[i] = (double)NAN;
            status =
                store == NULL ? MG_OK : measure_s(&(*cost_s)[i], result, &point, &spec, store, err);
        } else if (result->point->trains) {
            (*cost_s)[i] = mg_forecast_training_s(forecast, result->point);
        }
        if (isnan((*cost_s)[i])) {
            (*cost_s)[i] = 0.0;
            ++*n_unknown;
        }
    }
    free(point.items);
    free(spec.items);
    if (status != MG_OK) {
        free(*cost_s);
        *cost_s = NULL;
    }
    return status;
}

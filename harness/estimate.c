/* estimate.c - how long results will take; see estimate.h. */
#include "harness/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"

/* Floating-point operations a parameter and token of a training step, and a core's speed at it. */
#define FLOPS_PER_WEIGHT  6.0
#define FLOPS_PER_S_GUESS 1e10

/* What the runs of a point, or of an experiment, took: a line a measure entry (or "train"). */
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

double mg_estimate_guess_s(const struct mg_plan_result *result)
{
    struct mg_parameters *shapes;
    double flops;

    if (result->entry != NULL || !result->point->trains) {
        return 0.0;
    }
    shapes = mg_parameters_new(&result->point->network, false);
    flops = FLOPS_PER_WEIGHT * (double)shapes->count * (double)result->point->train.steps *
            (double)result->point->train.batch * (double)result->point->network.length;
    mg_parameters_free(shapes);
    return flops / FLOPS_PER_S_GUESS;
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
static enum mg_status estimate_one(double *cost_s, const struct mg_plan_result *result,
                                   struct means *point, struct means *spec, struct mg_store *store,
                                   struct mg_error *err)
{
    const char *name = result->entry != NULL ? result->entry->name : "train";
    enum mg_status status;

    *cost_s = 0.0;
    if (result->entry == NULL && !result->point->trains) {
        return MG_OK;
    }
    status = renew(point, result->point, store, result->spec->name, result->point->assignment, err);
    if (status == MG_OK) {
        *cost_s = find_mean(point, name);
    }
    if (status == MG_OK && isnan(*cost_s)) {
        status = renew(spec, result->spec, store, result->spec->name, NULL, err);
        *cost_s = find_mean(spec, name);
    }
    return status;
}

enum mg_status mg_estimate(double **cost_s, size_t *n_guessed, const struct mg_plan *plan,
                           struct mg_store *store, struct mg_error *err)
{
    size_t guessed = 0;
    struct means point = {0};
    struct means spec = {0};
    enum mg_status status = MG_OK;

    *cost_s = mg_allocate(plan->n_results + 1, sizeof(**cost_s));
    for (size_t i = 0; status == MG_OK && i < plan->n_results; i++) {
        if (plan->results[i].stored.status == MG_RESULT_DONE) {
            continue;
        }
        status = estimate_one(&(*cost_s)[i], &plan->results[i], &point, &spec, store, err);
        if (isnan((*cost_s)[i])) {
            (*cost_s)[i] = mg_estimate_guess_s(&plan->results[i]);
            guessed++;
        }
    }
    if (n_guessed != NULL) {
        *n_guessed = guessed;
    }
    free(point.items);
    free(spec.items);
    if (status != MG_OK) {
        free(*cost_s);
        *cost_s = NULL;
    }
    return status;
}

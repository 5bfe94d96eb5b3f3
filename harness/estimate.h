/*
 * estimate.h - how long the results of a plan will take.
 */
#ifndef MG_HARNESS_ESTIMATE_H
#define MG_HARNESS_ESTIMATE_H

#include "harness/forecast.h"
#include "harness/plan.h"
#include "harness/store.h"

/*
 * *cost_s (plan->n_results), malloc'd: seconds of each result that is not done, 0 for the others.
 * Trainings are forecast. A measure takes what it took at the same point of the experiment (other
 * replicates, another core), else over the experiment's points; where the past says nothing (store
 * NULL: there is none), 0, and *n_unknown counts those. Asked before the plan is registered, while
 * the runs still have the results they had.
 */
enum mg_status mg_estimate(double **cost_s, size_t *n_unknown, const struct mg_plan *plan,
                           struct mg_store *store, struct mg_forecast *forecast,
                           struct mg_error *err);

#endif

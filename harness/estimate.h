/*
 * estimate.h - how long the results of a plan will take, from what they took before.
 */
#ifndef MG_HARNESS_ESTIMATE_H
#define MG_HARNESS_ESTIMATE_H

#include "harness/plan.h"
#include "harness/store.h"

/*
 * *cost_s (plan->n_results), malloc'd: seconds of each result that is not done, 0 for the others.
 * The mean of the same entry at the same point of the experiment (other replicates, another core),
 * else over the experiment's points; where nothing is known, a guess for a training from its
 * arithmetic, and 0 for a measure; n_guessed (may be NULL) counts those. Asked before the plan is
 * registered, while the runs still have the results they had.
 */
enum mg_status mg_estimate(double **cost_s, size_t *n_guessed, const struct mg_plan *plan,
                           struct mg_store *store, struct mg_error *err);

/* What a result costs by its arithmetic alone, in s: of a training; 0 for all else. */
double mg_estimate_guess_s(const struct mg_plan_result *result);

#endif

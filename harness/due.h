/*
 * due.h - which part of a plan is to be computed, and in what order.
 *
 * A result is due when it is wanted and not there; a job is a training with its measures, of
 * which something is due. closed (plan->n_results) are results that are not to be computed (any
 * more).
 */
#ifndef MG_HARNESS_DUE_H
#define MG_HARNESS_DUE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/plan.h"

/* wanted (plan->n_runs) are the runs that are meant; NULL: all. */
bool mg_due_is_wanted(const bool *wanted, size_t run);

/* Closed at the beginning: results that no wanted run has. malloc'd. */
bool *mg_due_closed(const struct mg_plan *plan, const bool *wanted);

/* Is result `at` to be computed? retry_failed: those that failed, too. */
bool mg_due_result(const struct mg_plan *plan, size_t at, const bool *closed, bool retry_failed);

/* Has training `at` something to do, for itself or for a measure on top of it? */
bool mg_due_job(const struct mg_plan *plan, size_t at, const bool *closed, bool retry_failed);

/* What the job of training `at` costs by cost_s (plan->n_results); 0 where that is NULL. */
double mg_due_job_cost_s(const struct mg_plan *plan, size_t at, const bool *closed,
                         bool retry_failed, const double *cost_s);

/* Jobs there are to do, and what they cost by cost_s (plan->n_results). */
size_t mg_due_count(const struct mg_plan *plan, const bool *wanted, bool retry_failed);
double mg_due_cost_s(const struct mg_plan *plan, const bool *wanted, bool retry_failed,
                     const double *cost_s);

/* Wanted runs that are done. */
size_t mg_due_done(const struct mg_plan *plan, const bool *wanted);

/*
 * The trainings of all jobs, malloc'd: the longest first, so that no worker is left alone with it
 * at the end; equal ones (all, where cost_s is NULL) in the order of the files.
 */
size_t *mg_due_queue(size_t *n, const struct mg_plan *plan, const bool *closed, bool retry_failed,
                     const double *cost_s);

/* When the last of `workers` >= 1 is done, if each takes the next of that queue when it is free. */
double mg_due_wall_s(const struct mg_plan *plan, const bool *wanted, bool retry_failed,
                     const double *cost_s, size_t workers);

#endif

/*
 * cluster_share.h - one task's share of a plan, for sweeps that run on several machines.
 *
 * Whole trainings with their measures and runs are dealt out, the longest first, each to the task
 * with the least to do: from the plan alone, so that every task knows its share without asking.
 */
#ifndef MG_HARNESS_CLUSTER_SHARE_H
#define MG_HARNESS_CLUSTER_SHARE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/plan.h"

enum { MG_TASKS_MAX = 10000 };

/* Task number `task` (from 1) of n; n = 0: no tasks. */
struct mg_share {
    size_t task, n;
};

/* Read "3/8". MG_EUSAGE. */
enum mg_status mg_share_parse(struct mg_share *share, const char *text, struct mg_error *err);

/* (plan->n_runs) the task of each wanted run, from 1; 0 for the others. malloc'd. */
size_t *mg_share_deal(const struct mg_plan *plan, const bool *wanted, size_t n_tasks);

/* Keep the share's runs among the wanted (plan->n_runs): the others become false. */
void mg_share_select(bool *wanted, const struct mg_plan *plan, struct mg_share share);

/*
 * So many tasks that each has minutes to do, for a task costs about a second by itself: from 1 to
 * the number of trainings that wanted runs have.
 */
size_t mg_share_tasks(const struct mg_plan *plan, const bool *wanted);

#endif

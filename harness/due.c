/* due.c - which part of a plan is to be computed; see due.h. */
#include "harness/due.h"

#include <stdlib.h>

#include "model/numeric/arena.h"

bool mg_due_is_wanted(const bool *wanted, size_t run)
{
    return wanted == NULL || wanted[run];
}

bool *mg_due_closed(const struct mg_plan *plan, const bool *wanted)
{
    bool *closed = mg_allocate(plan->n_results + 1, sizeof(*closed));

    for (size_t i = 0; i < plan->n_results; i++) {
        closed[i] = true;
    }
    for (size_t r = 0; r < plan->n_runs; r++) {
        for (size_t i = 0; mg_due_is_wanted(wanted, r) && i <= plan->runs[r].point->n_measures;
             i++) {
            closed[plan->runs[r].results[i]] = false;
        }
    }
    return closed;
}

bool mg_due_result(const struct mg_plan *plan, size_t at, const bool *closed, bool retry_failed)
{
    const enum mg_result_status status = plan->results[at].stored.status;

    return !closed[at] &&
           (status == MG_RESULT_PENDING || (status == MG_RESULT_FAILED && retry_failed));
}

bool mg_due_job(const struct mg_plan *plan, size_t at, const bool *closed, bool retry_failed)
{
    const struct mg_plan_result *result = &plan->results[at];

    if (result->entry != NULL) {
        return false;
    }
    if (result->stored.status != MG_RESULT_DONE) {
        return mg_due_result(plan, at, closed, retry_failed);
    }
    for (ptrdiff_t m = result->next; m != MG_PLAN_NONE; m = plan->results[m].next) {
        if (mg_due_result(plan, (size_t)m, closed, retry_failed)) {
            return true;
        }
    }
    return false;
}

size_t mg_due_count(const struct mg_plan *plan, const bool *wanted, bool retry_failed)
{
    bool *closed = mg_due_closed(plan, wanted);
    size_t n = 0;

    for (size_t i = 0; i < plan->n_results; i++) {
        n += mg_due_job(plan, i, closed, retry_failed);
    }
    free(closed);
    return n;
}

size_t mg_due_done(const struct mg_plan *plan, const bool *wanted)
{
    size_t n = 0;

    for (size_t i = 0; i < plan->n_runs; i++) {
        n += mg_due_is_wanted(wanted, i) && mg_plan_run_status(plan, i) == MG_RESULT_DONE;
    }
    return n;
}

double mg_due_job_cost_s(const struct mg_plan *plan, size_t at, const bool *closed,
                         bool retry_failed, const double *cost_s)
{
    double sum_s = 0.0;

    for (ptrdiff_t i = (ptrdiff_t)at; cost_s != NULL && i != MG_PLAN_NONE;
         i = plan->results[i].next) {
        sum_s += mg_due_result(plan, (size_t)i, closed, retry_failed) ? cost_s[i] : 0.0;
    }
    return sum_s;
}

double mg_due_cost_s(const struct mg_plan *plan, const bool *wanted, bool retry_failed,
                     const double *cost_s)
{
    bool *closed = mg_due_closed(plan, wanted);
    double sum_s = 0.0;

    for (size_t i = 0; i < plan->n_results; i++) {
        sum_s += mg_due_result(plan, i, closed, retry_failed) ? cost_s[i] : 0.0;
    }
    free(closed);
    return sum_s;
}

/* ---- the order of work ---- */

struct queued {
    size_t at;
    double cost_s;
};

static int by_cost(const void *a, const void *b)
{
    const struct queued *left = a;
    const struct queued *right = b;

    if (left->cost_s > right->cost_s || left->cost_s < right->cost_s) {
        return left->cost_s > right->cost_s ? -1 : 1;
    }
    return left->at < right->at ? -1 : 1;
}

size_t *mg_due_queue(size_t *n, const struct mg_plan *plan, const bool *closed, bool retry_failed,
                     const double *cost_s)
{
    struct queued *jobs = mg_allocate(plan->n_results + 1, sizeof(*jobs));
    size_t *queue;

    *n = 0;
    for (size_t i = 0; i < plan->n_results; i++) {
        if (mg_due_job(plan, i, closed, retry_failed)) {
            jobs[(*n)++] =
                (struct queued){i, mg_due_job_cost_s(plan, i, closed, retry_failed, cost_s)};
        }
    }
    qsort(jobs, *n, sizeof(*jobs), by_cost);
    queue = mg_allocate(*n + 1, sizeof(*queue));
    for (size_t i = 0; i < *n; i++) {
        queue[i] = jobs[i].at;
    }
    free(jobs);
    return queue;
}

double mg_due_wall_s(const struct mg_plan *plan, const bool *wanted, bool retry_failed,
                     const double *cost_s, size_t workers)
{
    bool *closed = mg_due_closed(plan, wanted);
    double *busy_s = mg_allocate(workers, sizeof(*busy_s));
    size_t n;
    size_t *queue = mg_due_queue(&n, plan, closed, retry_failed, cost_s);
    double end_s = 0.0;

    for (size_t i = 0; i < n; i++) {
        size_t first = 0;

        for (size_t w = 1; w < workers; w++) {
            first = busy_s[w] < busy_s[first] ? w : first;
        }
        busy_s[first] += mg_due_job_cost_s(plan, queue[i], closed, retry_failed, cost_s);
        end_s = busy_s[first] > end_s ? busy_s[first] : end_s;
    }
    free(queue);
    free(busy_s);
    free(closed);
    return end_s;
}

/* cluster_share.c - one task's share of a plan; see cluster_share.h. */
#include "harness/cluster_share.h"

#include <math.h>
#include <stdlib.h>

#include "harness/forecast.h"
#include "model/numeric/arena.h"

/* What a training with its measures costs at least, and what a task should have to do. */
#define JOB_S  0.1
#define TASK_S 120.0

struct job {
    size_t training;
    double cost_s;
};

enum mg_status mg_share_parse(struct mg_share *share, const char *text, struct mg_error *err)
{
    char *end = NULL;
    const long task = strtol(text, &end, 10);
    const long n = *end == '/' ? strtol(end + 1, &end, 10) : 0;

    if (*end != '\0' || task < 1 || n < task || n > MG_TASKS_MAX) {
        return mg_fail(err, MG_EUSAGE, "--task: \"%s\" is not a task I/N, 1 <= I <= N <= %d", text,
                       (int)MG_TASKS_MAX);
    }
    *share = (struct mg_share){(size_t)task, (size_t)n};
    return MG_OK;
}

/* The longest first, equal ones in the order of the files. */
static int by_cost(const void *a, const void *b)
{
    const struct job *x = a;
    const struct job *y = b;

    if (x->cost_s < y->cost_s || x->cost_s > y->cost_s) {
        return x->cost_s < y->cost_s ? 1 : -1;
    }
    return x->training < y->training ? -1 : x->training > y->training;
}

/* Trainings that wanted runs have, sorted; malloc'd. */
static struct job *list_jobs(size_t *n, const struct mg_plan *plan, const bool *wanted)
{
    struct job *jobs = mg_allocate(plan->n_results + 1, sizeof(*jobs));
    struct mg_forecast *forecast = mg_forecast_new(1, 0.0); /* all tasks must say the same */

    *n = 0;
    for (size_t i = 0; i < plan->n_results; i++) {
        const struct mg_point *point = plan->results[i].point;
        bool is_wanted = false;
        if (plan->results[i].entry != NULL) {
            continue;
        }
        for (ptrdiff_t r = plan->results[i].first_run; r != MG_PLAN_NONE; r = plan->runs[r].next) {
            is_wanted = is_wanted || wanted[r];
        }
        if (is_wanted) {
            jobs[(*n)++] = (struct job){
                i, JOB_S + (point->trains ? mg_forecast_training_s(forecast, point) : 0.0)};
        }
    }
    mg_forecast_free(forecast);
    qsort(jobs, *n, sizeof(*jobs), by_cost);
    return jobs;
}

static size_t least(const double *loads, size_t n)
{
    size_t at = 0;

    for (size_t i = 1; i < n; i++) {
        at = loads[i] < loads[at] ? i : at;
    }
    return at;
}

size_t *mg_share_deal(const struct mg_plan *plan, const bool *wanted, size_t n_tasks)
{
    size_t n_jobs;
    struct job *jobs = list_jobs(&n_jobs, plan, wanted);
    double *loads_s = mg_allocate(n_tasks, sizeof(*loads_s));
    size_t *tasks = mg_allocate(plan->n_runs + 1, sizeof(*tasks));

    for (size_t i = 0; i < n_jobs; i++) {
        const size_t task = least(loads_s, n_tasks);
        loads_s[task] += jobs[i].cost_s;
        for (ptrdiff_t r = plan->results[jobs[i].training].first_run; r != MG_PLAN_NONE;
             r = plan->runs[r].next) {
            tasks[r] = wanted[r] ? task + 1 : 0;
        }
    }
    free(loads_s);
    free(jobs);
    return tasks;
}

void mg_share_select(bool *wanted, const struct mg_plan *plan, struct mg_share share)
{
    size_t *tasks = mg_share_deal(plan, wanted, share.n);

    for (size_t r = 0; r < plan->n_runs; r++) {
        wanted[r] = tasks[r] == share.task;
    }
    free(tasks);
}

size_t mg_share_tasks(const struct mg_plan *plan, const bool *wanted)
{
    size_t n_jobs;
    struct job *jobs = list_jobs(&n_jobs, plan, wanted);
    double sum_s = 0.0;
    double tasks;

    for (size_t i = 0; i < n_jobs; i++) {
        sum_s += jobs[i].cost_s;
    }
    tasks = fmin(ceil(sum_s / TASK_S), fmin((double)n_jobs, (double)MG_TASKS_MAX));
    free(jobs);
    return tasks < 1.0 ? 1 : (size_t)tasks;
}

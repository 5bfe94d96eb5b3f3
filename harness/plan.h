/*
 * plan.h - what experiment files need, what is there already, and why the rest must be computed.
 *
 * Results are listed once however many runs want them: a sweep over samplers trains once, and two
 * experiments share what they have in common.
 */
#ifndef MG_HARNESS_PLAN_H
#define MG_HARNESS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/identity.h"
#include "harness/spec.h"
#include "harness/store.h"

enum { MG_PLAN_NONE = -1 };

/* One result. Trainings carry two chains through the plan: their measures and their runs. */
struct mg_plan_result {
    char key[MG_KEY_TEXT];
    struct mg_result stored;              /* id 0: not in the database */
    const struct mg_spec *spec;           /* the first that wants it, */
    const struct mg_point *point;         /* with the point */
    const struct mg_measure_entry *entry; /* NULL: the training itself */
    uint64_t replicate;
    ptrdiff_t training;  /* index of the training it stands on (its own for a training) */
    ptrdiff_t next;      /* the next measure of the same training, or MG_PLAN_NONE */
    ptrdiff_t last;      /* of a training: the last measure of its chain so far */
    ptrdiff_t first_run; /* of a training: the first run that uses it */
};

struct mg_plan_run {
    const struct mg_spec *spec;
    const struct mg_point *point;
    uint64_t replicate;
    int64_t ordinal; /* in its file, from 0 */
    int64_t run_id;  /* 0 until mg_plan_register */
    size_t *results; /* (1 + point->n_measures) indices; [0] is the training */
    ptrdiff_t next;  /* the next run of the same training, or MG_PLAN_NONE */
};

struct mg_plan {
    struct mg_spec *const *specs; /* borrowed */
    size_t n_specs;
    struct mg_plan_result
        *results; /* in the order in which files, points and replicates want them */
    size_t n_results;
    struct mg_plan_run *runs;
    size_t n_runs;
    size_t *by_key; /* (n_slots) index of results by key: 1 + the result's index, 0: free */
    size_t n_slots; /* 0, or a power of two, more than twice n_results */
};

/*
 * Expand the specs and look up what the store has; store NULL: nothing. The same specs give the
 * same indices, whatever the store has. The specs are borrowed. Two files with the same experiment
 * name are MG_EUSAGE. Free with mg_plan_free in any case.
 */
enum mg_status mg_plan_make(struct mg_plan *plan, struct mg_spec *const *specs, size_t n_specs,
                            struct mg_store *store, struct mg_error *err);
void mg_plan_free(struct mg_plan *plan);

/*
 * Keep these runs (plan->n_runs) alone, with their results; indices are new. For a plan that was
 * made without a store and is not registered.
 */
void mg_plan_cut(struct mg_plan *plan, const bool *kept);

/* Look up what the store has, for a plan that was made without one. */
enum mg_status mg_plan_look_up(struct mg_plan *plan, struct mg_store *store, struct mg_error *err);

/*
 * Write the experiments, pending results and runs in one transaction; runs that the files do not
 * have any more go, and every run's state is settled from its results.
 */
enum mg_status mg_plan_register(struct mg_plan *plan, struct mg_store *store, struct mg_error *err);

/*
 * Set run i's state from its results: done with a digest when all are, failed when one is, else
 * pending.
 */
enum mg_status mg_plan_settle(const struct mg_plan *plan, size_t run, struct mg_store *store,
                              struct mg_error *err);

/* The worst of run i's results: failed before pending before done. */
enum mg_result_status mg_plan_run_status(const struct mg_plan *plan, size_t run);

/* "cached", "new" or "failed": the state of a run, from its results. */
const char *mg_plan_run_state(const struct mg_plan *plan, size_t run);

/* Why: one clause into a buffer, which is returned. */
const char *mg_plan_run_reason(const struct mg_plan *plan, size_t run, char *buffer, size_t size);

#endif

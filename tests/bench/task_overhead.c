/*
 * task_overhead.c - what is not the training in a run of trainings.
 *
 * In processor time, of all processes: on a shared machine a few per cent of wall time are noise.
 */
#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "harness/identity.h"
#include "harness/run.h"
#include "harness/spec.h"
#include "model/network/transformer.h"
#include "tests/bench/bench.h"

enum { PATH_SIZE = 4096 };

/* Of this process, or of the children that ended, theirs included. */
static double processor_s(int who)
{
    struct rusage used;

    (void)getrusage(who, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/* Rows that nobody keeps. */
static void drop_row(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                     size_t n)
{
    (void)sink;
    (void)table;
    (void)cells;
    (void)n;
}

/* The training of replicate r, with the numbers it tells about itself on the way. */
static void train(const struct mg_spec *spec, uint64_t r)
{
    const struct mg_run_options options = {.threads = 1};
    struct mg_sink sink = {drop_row};
    struct mg_subject subject;
    struct mg_error err = {0};

    if (mg_run_train(&subject, &spec->points[0], spec->seed_value, r, &sink, &options, &err) !=
        MG_OK) {
        (void)fprintf(stderr, "bench: overhead: %s\n", err.text);
        exit((int)err.status);
    }
    mg_subject_free(&subject);
}

/* The steps of that training and nothing else. */
static void take_steps(const struct mg_spec *spec, uint64_t r)
{
    const struct mg_point *point = &spec->points[0];
    const struct mg_streams streams = mg_streams_for_training(spec->seed_value, r);
    struct mg_transformer *transformer =
        mg_transformer_new(&point->network, point->train.batch, true, streams.init);
    struct mg_trainer *trainer =
        mg_trainer_new(&point->train, transformer, point->source, &streams);
    struct mg_step_stats stats;
    struct mg_error err = {0};

    for (size_t step = 0; step < point->train.steps; step++) {
        (void)mg_trainer_step(trainer, step, &stats, &err);
    }
    mg_trainer_free(trainer);
    mg_transformer_free(transformer);
}

/* All replicates of an experiment of one point, in this process. */
static double replicates_s(const struct bench_options *options, const char *file, const char *set,
                           void (*one)(const struct mg_spec *spec, uint64_t r))
{
    const char *const sets[] = {set};
    struct mg_problems problems = {0};
    struct mg_spec *spec = NULL;
    char path[PATH_SIZE];
    double begin_s;

    (void)snprintf(path, sizeof(path), "%s/%s", options->folder, file);
    if (mg_spec_load_set(&spec, path, sets, 1, &problems) != MG_OK) {
        return (double)NAN;
    }
    mg_problems_free(&problems);
    begin_s = processor_s(RUSAGE_SELF);
    for (uint64_t r = 0; r < spec->replicates; r++) {
        one(spec, r);
    }
    begin_s = processor_s(RUSAGE_SELF) - begin_s;
    mg_spec_free(spec);
    return begin_s;
}

double bench_driver_percent(const struct bench_options *options)
{
    static const char SET[] = "replicates=3";
    double all_s = processor_s(RUSAGE_CHILDREN);

    if (isnan(bench_run_new_s(options, "toy.json", "overhead.db", "1", SET))) {
        return (double)NAN;
    }
    all_s = processor_s(RUSAGE_CHILDREN) - all_s;
    return 100 * (1 - replicates_s(options, "toy.json", SET, train) / all_s);
}

double bench_records_percent(const struct bench_options *options)
{
    static const char SET[] = "replicates=2";
    const double all_s = replicates_s(options, "toy.json", SET, train);

    return 100 * (1 - replicates_s(options, "toy.json", SET, take_steps) / all_s);
}

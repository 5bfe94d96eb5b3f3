/*
 * bench.h - what the parts of the speed check share: sizes, time, and what they call each other.
 *
 * Every number is a ratio of two things measured in turn in one run, for the machine is shared and
 * its clock is not constant. Nothing here decides whether a test passes.
 */
#ifndef MG_TESTS_BENCH_BENCH_H
#define MG_TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "model/network/transformer.h"

enum { BENCH_THREADS = 2 }; /* at most */

/* A network with its batch. Positions are RoPE alone, on both sides. */
struct bench_size {
    const char *name;
    struct mg_transformer_config config;
    size_t batch;
    size_t rows;   /* of a sampler */
    size_t rounds; /* its steps: predictor calls for a row */
};

const struct bench_size *bench_sizes(size_t *n);

/*
 * Floating-point operations of the matrix products of a forward pass over rows, by the usual
 * count: two a parameter and position, and 4 L d a position and layer for attention. Training is
 * three times that.
 */
double bench_forward_flop(const struct bench_size *size, size_t rows);

/* A thing that is raced against the peer. A call is one step, one batch, or one set of rows. */
struct bench_kind {
    const char *name; /* column `benchmark` */
    const char *unit; /* of speed */
    bool by_rows;     /* a call is size->rows units, else one */
    void *(*make)(const struct bench_size *size);
    void (*set_threads)(void *state, size_t threads);
    void (*call)(void *state);
    void (*free)(void *state);
    double (*flop)(const struct bench_size *size); /* of one call, by the usual count */
    /* Share of these that we really do, 1 for all; 0 when it depends on what is drawn. */
    double (*executed)(const struct bench_size *size);
};

extern const struct bench_kind bench_train;
extern const struct bench_kind bench_forward;
extern const struct bench_kind bench_sampler;

/* Limit a network to threads; exits with the message where the machine cannot do it. */
void bench_set_threads(struct mg_transformer *transformer, size_t threads);

/* -- clock.c -- */

double bench_now_s(void);

/* Median of n >= 1 values, which are sorted in place. */
double bench_median(double *values, size_t n);

/* Call until seconds are over, at least twice unless one call alone takes longer; median time. */
double bench_time_s(void (*call)(void *), void *state, double seconds);

/* -- ceilings.c: what the machine can do at this moment -- */

double bench_fma_gflops(size_t threads);
double bench_sgemm_gflops(size_t threads); /* OpenBLAS, 2048 square, on that many BLAS threads */
double bench_copy_gbytes(size_t threads);  /* read plus written, per second */

/* Work of two threads at once over that of one alone: 2 on a quiet machine. Takes 60 ms. */
double bench_two_core_scaling(void);

/* -- peer.c: the PyTorch process -- */

struct bench_peer;

/*
 * Start script with that many threads; NULL, after a message, when it does not come up. python is
 * borrowed.
 */
struct bench_peer *bench_peer_open(const char *python, const char *script, size_t threads);
void bench_peer_close(struct bench_peer *peer); /* NULL is fine */

/* What it is: version and libraries; one line. */
const char *bench_peer_about(const struct bench_peer *peer);

/*
 * Set a benchmark up and choose the fastest of its ways to run it, which is then bench_peer_mode;
 * seconds for each. False when it cannot.
 */
bool bench_peer_prepare(struct bench_peer *peer, const struct bench_kind *kind,
                        const struct bench_size *size, double seconds);
const char *bench_peer_mode(const struct bench_peer *peer);

/* Median time of a call, as bench_time_s; NaN when the peer is gone or does not answer. */
double bench_peer_time_s(struct bench_peer *peer, double seconds);

/* Has it answered so far? One that has not is started again by the next bench_peer_prepare. */
bool bench_peer_lives(const struct bench_peer *peer);

/* -- race.c -- */

struct bench_options {
    double seconds; /* of one turn */
    size_t pairs;   /* turns of each side */
    const char *program;
    const char *folder;  /* of the experiment files here */
    const char *scratch; /* a folder of our own for databases */
};

/* Race one kind at one size; prints its lines of the table, and those of the CSV to csv. */
void bench_race(FILE *csv, const struct bench_kind *kind, const struct bench_size *size,
                struct bench_peer *const peers[BENCH_THREADS], const struct bench_options *options);

/* -- task_table.c, task_*.c -- */

/* One thing that has a target of its own. run returns the number in `unit`, NaN if it failed. */
struct bench_task {
    const char *name;
    const char *what;
    const char *unit;
    double target;
    bool more_is_better;
    double (*run)(const struct bench_options *options);
};

/* only: the name of one; NULL: all. */
void bench_tasks(FILE *csv, const struct bench_options *options, const char *only);

/* `marginalia VERB [FILE] --db DB` in silence: its wall time, NaN unless it exits 0. */
double bench_verb_s(const struct bench_options *options, const char *verb, const char *file,
                    const char *db);

/* `marginalia run FILE -j WORKERS [--set SET]` into a database that is not there yet, likewise. */
double bench_run_new_s(const struct bench_options *options, const char *file, const char *db,
                       const char *workers, const char *set);

double bench_oracle_ms(const struct bench_options *options);
double bench_laws_s(const struct bench_options *options);
double bench_distances_s(const struct bench_options *options);
double bench_cached_ms(const struct bench_options *options);
double bench_toy_s(const struct bench_options *options);
double bench_workers_ratio(const struct bench_options *options);
double bench_status_ms(const struct bench_options *options);
double bench_plan_ms(const struct bench_options *options);
double bench_plan_all_ms(const struct bench_options *options);
double bench_recording_rows(const struct bench_options *options);
double bench_driver_percent(const struct bench_options *options);
double bench_records_percent(const struct bench_options *options);

/* -- memory.c -- */

/* Memory of a training of each size as measured and as told in advance, to the screen and csv. */
void bench_memory(FILE *csv);

#endif

/* race.c - one benchmark at one size: ours and the peer in turn, and the ratios. */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "tests/bench/bench.h"

enum { PAIRS_MAX = 99, PAIRS_LONG = 3 /* of calls that take a second */, TRIES = 10 };

static const double LONG_FLOP = 1.4e11; /* of such a call */

static const double QUIET_SCALING = 1.8;
static const struct timespec PAUSE = {0, 100000000};

/* What one turn of everybody gave, [threads - 1]: calls a second, and sgemm's GFLOP/s. */
struct turn {
    bool quiet;
    double ours[BENCH_THREADS];
    double peer[BENCH_THREADS];
    double sgemm[BENCH_THREADS];
};

void bench_set_threads(struct mg_transformer *transformer, size_t threads)
{
    struct mg_error err = {0};

    if (mg_transformer_set_threads(transformer, threads, &err) != MG_OK) {
        (void)fprintf(stderr, "bench: %s\n", err.text);
        exit((int)err.status);
    }
}

static bool wait_for_quiet(void)
{
    for (int i = 0; i < TRIES; i++) {
        if (bench_two_core_scaling() >= QUIET_SCALING) {
            return true;
        }
        (void)nanosleep(&PAUSE, NULL);
    }
    return false;
}

static void take_turn(struct turn *turn, const struct bench_kind *kind, void *state,
                      struct bench_peer *const peers[BENCH_THREADS], double seconds)
{
    turn->quiet = wait_for_quiet();
    for (size_t i = 0; i < BENCH_THREADS; i++) {
        kind->set_threads(state, i + 1);
        kind->call(state); /* fills the caches */
        turn->ours[i] = 1 / bench_time_s(kind->call, state, seconds);
        turn->peer[i] = peers[i] == NULL ? (double)NAN : 1 / bench_peer_time_s(peers[i], seconds);
        turn->sgemm[i] = bench_sgemm_gflops(i + 1);
    }
    turn->quiet = turn->quiet && bench_two_core_scaling() >= QUIET_SCALING;
}

/* Median of what `of` says of the turns; i is threads - 1. */
static double median_of(double (*of)(const struct turn *, size_t), const struct turn *turns,
                        size_t n, size_t i)
{
    double values[PAIRS_MAX];

    for (size_t t = 0; t < n; t++) {
        values[t] = of(&turns[t], i);
    }
    return bench_median(values, n);
}

static double ours(const struct turn *turn, size_t i)
{
    return turn->ours[i];
}

static double peer(const struct turn *turn, size_t i)
{
    return turn->peer[i];
}

/* Asked for its best with up to i + 1 threads, the peer may use one. */
static double peer_best(const struct turn *turn, size_t i)
{
    return fmax(turn->peer[0], turn->peer[i]);
}

static double over_peer(const struct turn *turn, size_t i)
{
    return turn->ours[i] / peer_best(turn, i);
}

static double over_sgemm(const struct turn *turn, size_t i)
{
    return turn->ours[i] / turn->sgemm[i]; /* times FLOP of a call: the share */
}

static double sgemm_over_peer(const struct turn *turn, size_t i)
{
    return turn->sgemm[i] / peer_best(turn, i);
}

static double over_one_thread(const struct turn *turn, size_t i)
{
    return turn->ours[i] / turn->ours[0];
}

/* Keep the turns that no other program disturbed, or all when there is none such. */
static size_t keep_quiet(struct turn *turns, size_t n)
{
    size_t quiet = 0;

    for (size_t t = 0; t < n; t++) {
        if (turns[t].quiet) {
            turns[quiet++] = turns[t];
        }
    }
    return quiet == 0 ? n : quiet;
}

static void write_row(FILE *csv, const char *benchmark, const char *size, size_t threads,
                      double median, const char *unit, const char *reference, double ratio)
{
    (void)fprintf(csv, "%s,%s,%zu,%.6g,%s,%s,%.4g\n", benchmark, size, threads, median, unit,
                  reference, ratio);
}

static void tell(FILE *csv, const struct bench_kind *kind, const struct bench_size *size,
                 const struct turn *turns, size_t n, size_t i, const char *mode, bool alone,
                 bool has_peer)
{
    const double gflop = 1e-9 * kind->flop(size);
    const double calls = median_of(ours, turns, n, i);
    const double speed = calls * (kind->by_rows ? (double)size->rows : 1);
    const double share = gflop * median_of(over_sgemm, turns, n, i);
    const double executed = kind->executed(size);

    (void)printf("%-8s %-6s %zu  %10.5g %-9s %7.1f %5.0f%%", kind->name, size->name, i + 1, speed,
                 kind->unit, gflop * calls, 100 * share);
    if (executed > 0) {
        (void)printf(" %5.0f%%", 100 * share * executed);
    } else {
        (void)printf("      -");
    }
    write_row(csv, kind->name, size->name, i + 1, gflop * calls, "GFLOP/s", "sgemm", share);
    if (i > 0) {
        const double ratio = median_of(over_one_thread, turns, n, i);

        (void)printf(" %6.2f", ratio);
        write_row(csv, kind->name, size->name, i + 1, speed, kind->unit, "one_thread", ratio);
    } else {
        (void)printf("      -");
    }
    if (mode != NULL) {
        const double ratio = median_of(over_peer, turns, n, i);

        (void)printf(" %8.2f %8.2f  %s%s", ratio, median_of(sgemm_over_peer, turns, n, i) / gflop,
                     alone ? "1 thread: " : "", mode);
        write_row(csv, kind->name, size->name, i + 1, speed, kind->unit, "pytorch", ratio);
    } else if (has_peer) {
        (void)printf(" %8s %8s  did not answer: not measured", "-", "-");
    }
    (void)printf("\n");
    (void)fflush(stdout);
    (void)fflush(csv);
}

void bench_race(FILE *csv, const struct bench_kind *kind, const struct bench_size *size,
                struct bench_peer *const peers[BENCH_THREADS], const struct bench_options *options)
{
    struct turn turns[PAIRS_MAX];
    struct bench_peer *able[BENCH_THREADS] = {NULL};
    const size_t most = kind->flop(size) < LONG_FLOP ? PAIRS_MAX : PAIRS_LONG;
    const size_t n = options->pairs < most ? options->pairs : most;
    void *state = kind->make(size);
    size_t kept;

    for (size_t i = 0; i < BENCH_THREADS; i++) {
        if (peers[i] != NULL && bench_peer_prepare(peers[i], kind, size, options->seconds)) {
            able[i] = peers[i];
        }
    }
    for (size_t t = 0; t < n; t++) {
        take_turn(&turns[t], kind, state, able, options->seconds);
    }
    kept = keep_quiet(turns, n);
    for (size_t i = 0; i < BENCH_THREADS; i++) { /* one that stopped in between has no medians */
        able[i] = able[i] != NULL && bench_peer_lives(able[i]) ? able[i] : NULL;
    }
    for (size_t i = 0; i < BENCH_THREADS; i++) {
        const bool alone =
            i > 0 && able[0] != NULL &&
            (able[i] == NULL || median_of(peer, turns, kept, 0) > median_of(peer, turns, kept, i));
        const struct bench_peer *best = alone ? able[0] : able[i];

        tell(csv, kind, size, turns, kept, i, best == NULL ? NULL : bench_peer_mode(best), alone,
             peers[i] != NULL);
    }
    if (kept < n || !turns[0].quiet) {
        (void)printf("%15s %zu of %zu turns were quiet\n", "", turns[0].quiet ? kept : 0, n);
        (void)fflush(stdout);
    }
    kind->free(state);
}

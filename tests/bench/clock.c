/* clock.c - time, and the median of repeated calls. */
#include <stdlib.h>
#include <time.h>

#include "tests/bench/bench.h"

enum { CALLS_MAX = 20000 };

double bench_now_s(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

double bench_median(double *values, size_t n)
{
    qsort(values, n, sizeof(values[0]), by_value);
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

double bench_time_s(void (*call)(void *), void *state, double seconds)
{
    static double times[CALLS_MAX]; /* too many for the stack */
    const double begin_s = bench_now_s();
    size_t n = 0;

    while (n < CALLS_MAX) {
        const double call_s = bench_now_s();

        call(state);
        times[n] = bench_now_s() - call_s;
        n++;
        if (bench_now_s() - begin_s >= seconds && (n > 1 || times[0] >= 2 * seconds)) {
            break;
        }
    }
    return bench_median(times, n);
}

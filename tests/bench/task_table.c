/* task_table.c - the tasks with targets of their own: the table, and how one is repeated and told.
 */
#include <string.h>

#include "tests/bench/bench.h"

enum { REPEATS = 3 };

static const struct bench_task TASKS[] = {
    {"oracle", "all marginals of a chain, V = 64, L = 512, one token in 16 revealed", "ms", 20,
     false, bench_oracle_ms},
    {"laws", "exact law of 18 samplers on 5 sources, run into a new database, -j 1", "s", 5, false,
     bench_laws_s},
    {"distances", "distance sweep of 1,000 points on exact chains, likewise", "s", 5, false,
     bench_distances_s},
    {"recording", "rows stored, tokens written and digest taken", "rows/s", 300000, true,
     bench_recording_rows},
    {"cached", "the driver on 1,000 runs that are there already, one of them", "ms", 2, false,
     bench_cached_ms},
    {"status", "status of a database of 100,000 runs", "ms", 200, false, bench_status_ms},
    {"plan", "plan of 1,000 of its runs, all cached", "ms", 200, false, bench_plan_ms},
    {"plan-all", "plan of all 100,000, a line each", "ms", 200, false, bench_plan_all_ms},
    {"workers", "-j 2 against -j 1 on 32 toy trainings", "times", 1.8, true, bench_workers_ratio},
    {"driver", "share of three toy trainings' processor time that driver and database take", "%", 5,
     false, bench_driver_percent},
    {"records", "share of a toy training that tells of it: losses, NELBOs (held out, exact)", "%",
     3, false, bench_records_percent},
    {"toy", "one toy training of 1500 steps, one thread, into a new database", "s", 2, false,
     bench_toy_s},
};

void bench_tasks(FILE *csv, const struct bench_options *options, const char *only)
{
    (void)printf("\n%-10s %10s %-7s %10s  %s\n", "task", "median", "unit", "target", "");
    for (size_t t = 0; t < sizeof(TASKS) / sizeof(TASKS[0]); t++) {
        const struct bench_task *task = &TASKS[t];
        double values[REPEATS];
        double median;
        const char *met;

        if (only != NULL && strcmp(only, task->name) != 0) {
            continue;
        }
        for (size_t i = 0; i < REPEATS; i++) {
            values[i] = task->run(options);
        }
        median = bench_median(values, REPEATS);
        met =
            (task->more_is_better ? median >= task->target : median <= task->target) ? "yes" : "no";
        (void)printf("%-10s %10.4g %-7s %s%9.6g  %-3s  %s\n", task->name, median, task->unit,
                     task->more_is_better ? ">" : "<", task->target, met, task->what);
        (void)fprintf(csv, "%s,%.6g,%s,%g,%s\n", task->name, median, task->unit, task->target, met);
        (void)fflush(stdout);
    }
}

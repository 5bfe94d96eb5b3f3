/* memory.c - what a training takes, beside what `plan` says it will. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/workers.h"
#include "model/diffusion/trainer.h"
#include "tests/bench/bench.h"

static const double KB_IN_MB = 1000;
static const double FREE_MB = 2; /* the data and the libraries' own */
static const double SLACK = 1.2;

/* Growth of the resident set by one training of this size, in a process of its own; 0: unknown. */
static double measured_mb(const struct bench_size *size)
{
    int64_t grown_kb = 0;
    int ends[2];
    pid_t pid;

    if (pipe(ends) != 0) {
        return 0;
    }
    pid = fork();
    if (pid == 0) {
        int64_t before_kb;
        void *training;

        mg_worker_forget_peak();
        before_kb = mg_worker_peak_kb();
        training = bench_train.make(size);
        bench_train.call(training);
        grown_kb = mg_worker_peak_kb() - before_kb;
        _exit(write(ends[1], &grown_kb, sizeof(grown_kb)) != sizeof(grown_kb));
    }
    (void)close(ends[1]);
    if (read(ends[0], &grown_kb, sizeof(grown_kb)) != sizeof(grown_kb)) {
        grown_kb = 0;
    }
    (void)close(ends[0]);
    (void)waitpid(pid, NULL, 0);
    return (double)grown_kb / KB_IN_MB;
}

/* Weights, gradients, moments and activations, by the function that `plan` asks. */
static double told_mb(const struct bench_size *size)
{
    const struct mg_train_config train = {.batch = size->batch};

    return 1e-6 * (double)(mg_transformer_bytes(&size->config, size->batch, true, 1) +
                           mg_trainer_bytes(&train, &size->config));
}

void bench_memory(FILE *csv)
{
    size_t n;
    const struct bench_size *sizes = bench_sizes(&n);

    (void)printf("\nmemory of a training on one thread, MB: measured (told in advance)\n");
    for (size_t i = 0; i < n; i++) {
        const double measured = measured_mb(&sizes[i]);
        const double limit = SLACK * told_mb(&sizes[i]) + FREE_MB;

        (void)printf("  %s %.1f (%.1f)", sizes[i].name, measured, told_mb(&sizes[i]));
        (void)fprintf(csv, "memory_%s,%.4g,MB,%.4g,%s\n", sizes[i].name, measured, limit,
                      measured <= limit ? "yes" : "no");
    }
    (void)printf("\n");
}

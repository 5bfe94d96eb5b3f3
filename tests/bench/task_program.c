/* task_program.c - tasks that are whole commands, timed as a user would. */
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"

extern char **environ;

enum { PATH_SIZE = 4096, RUNS = 1000 /* of distances.json */ };

/* The program with these arguments, in silence: its wall time in s, NaN unless it exits 0. */
static double program_s(const struct bench_options *options, const char *const *argv)
{
    const double begin_s = bench_now_s();
    posix_spawn_file_actions_t quiet;
    pid_t pid;
    int status = -1;

    (void)posix_spawn_file_actions_init(&quiet);
    (void)posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    (void)posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (posix_spawn(&pid, options->program, &quiet, NULL, (char *const *)argv, environ) == 0) {
        (void)waitpid(pid, &status, 0);
    }
    (void)posix_spawn_file_actions_destroy(&quiet);
    return status == 0 ? bench_now_s() - begin_s : (double)NAN;
}

double bench_verb_s(const struct bench_options *options, const char *verb, const char *file,
                    const char *db)
{
    char experiment[PATH_SIZE];
    char database[PATH_SIZE];
    const char *const argv[] = {
        options->program, verb, "--db", database, file != NULL ? experiment : NULL, NULL};

    (void)snprintf(experiment, sizeof(experiment), "%s/%s", options->folder, file ? file : "");
    (void)snprintf(database, sizeof(database), "%s/%s", options->scratch, db);
    return program_s(options, argv);
}

/* `marginalia run FILE --db DB -j N [--set SET]`. */
static double run_s(const struct bench_options *options, const char *file, const char *db,
                    const char *workers, const char *set)
{
    char experiment[PATH_SIZE];
    char database[PATH_SIZE];
    const char *const argv[] = {options->program,
                                "run",
                                experiment,
                                "--db",
                                database,
                                "-j",
                                workers,
                                set != NULL ? "--set" : NULL,
                                set,
                                NULL};

    (void)snprintf(experiment, sizeof(experiment), "%s/%s", options->folder, file);
    (void)snprintf(database, sizeof(database), "%s/%s", options->scratch, db);
    return program_s(options, argv);
}

double bench_run_new_s(const struct bench_options *options, const char *file, const char *db,
                       const char *workers, const char *set)
{
    char path[PATH_SIZE];

    (void)snprintf(path, sizeof(path), "%s/%s", options->scratch, db);
    (void)unlink(path);
    return run_s(options, file, db, workers, set);
}

double bench_laws_s(const struct bench_options *options)
{
    return bench_run_new_s(options, "laws.json", "laws.db", "1", NULL);
}

double bench_distances_s(const struct bench_options *options)
{
    return bench_run_new_s(options, "distances.json", "distances.db", "1", NULL);
}

/* After bench_distances_s: every run is there. */
double bench_cached_ms(const struct bench_options *options)
{
    return 1e3 * run_s(options, "distances.json", "distances.db", "1", NULL) / RUNS;
}

double bench_toy_s(const struct bench_options *options)
{
    return bench_run_new_s(options, "toy.json", "toy.db", "1", NULL);
}

double bench_workers_ratio(const struct bench_options *options)
{
    const double one_s = bench_run_new_s(options, "workers.json", "workers.db", "1", NULL);

    return one_s / bench_run_new_s(options, "workers.json", "workers.db", "2", NULL);
}

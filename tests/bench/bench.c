/*
 * bench.c - the speed check: races against the peer, then the tasks with targets of their own.
 *
 * Usage: bench [--only NAME] [--size NAME] [--seconds S] [--pairs N] [--python PATH]
 *              [--program PATH] [--folder PATH] [--scratch PATH] [--out PATH]
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model/numeric/matmul.h"
#include "tests/bench/bench.h"

static const struct bench_kind *const KINDS[] = {&bench_train, &bench_forward, &bench_sampler};

struct settings {
    struct bench_options options;
    const char *python; /* NULL: without a peer */
    const char *out;    /* folder of bench.csv */
    const char *only;   /* a kind, a task or "tasks"; NULL: all */
    const char *size;
};

static bool wanted(const char *filter, const char *name)
{
    return filter == NULL || strcmp(filter, name) == 0;
}

static bool read_settings(struct settings *settings, int argc, char **argv)
{
    static const struct option OPTIONS[] = {
        {"only", required_argument, NULL, 'o'},    {"size", required_argument, NULL, 's'},
        {"seconds", required_argument, NULL, 't'}, {"pairs", required_argument, NULL, 'n'},
        {"python", required_argument, NULL, 'p'},  {"program", required_argument, NULL, 'm'},
        {"folder", required_argument, NULL, 'f'},  {"out", required_argument, NULL, 'd'},
        {"scratch", required_argument, NULL, 'w'}, {NULL, 0, NULL, 0}};
    int option = getopt_long(argc, argv, "", OPTIONS, NULL);

    while (option != -1) {
        switch (option) {
        case 'o':
            settings->only = optarg;
            break;
        case 's':
            settings->size = optarg;
            break;
        case 't':
            settings->options.seconds = strtod(optarg, NULL);
            break;
        case 'n':
            settings->options.pairs = strtoul(optarg, NULL, 10);
            break;
        case 'p':
            settings->python = optarg;
            break;
        case 'm':
            settings->options.program = optarg;
            break;
        case 'f':
            settings->options.folder = optarg;
            break;
        case 'w':
            settings->options.scratch = optarg;
            break;
        case 'd':
            settings->out = optarg;
            break;
        default:
            return false;
        }
        option = getopt_long(argc, argv, "", OPTIONS, NULL);
    }
    return optind == argc && settings->options.seconds > 0 && settings->options.pairs > 0;
}

/* Open a CSV of the output folder and write its header. */
static FILE *open_csv(const char *folder, const char *name, const char *header)
{
    char path[4096];
    FILE *file;

    (void)mkdir(folder, 0777);
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        exit(MG_ESTORAGE);
    }
    (void)fprintf(file, "%s\n", header);
    return file;
}

static void tell_machine(FILE *csv)
{
    const struct mg_matmul_report report = mg_matmul_report();
    const double scaling = bench_two_core_scaling();

    (void)printf("OpenBLAS core %s, %s build; forward kernel %s\n", report.blas_core,
                 report.blas_kind, report.kernel);
    (void)printf("two-core probe %.2f (2 when nothing else runs)\n", scaling);
    (void)fprintf(csv, "two_core_scaling,%.4g,ratio,,\n", scaling);
    for (size_t threads = 1; threads <= BENCH_THREADS; threads++) {
        const double fma = bench_fma_gflops(threads);
        double sgemm[3];
        const double copy = bench_copy_gbytes(threads);

        for (size_t i = 0; i < 3; i++) {
            sgemm[i] = bench_sgemm_gflops(threads);
        }
        (void)printf("%zu thread%s: FMA %.0f GFLOP/s, sgemm 2048 %.0f GFLOP/s, copy %.1f GB/s\n",
                     threads, threads == 1 ? " " : "s", fma, bench_median(sgemm, 3), copy);
        (void)fprintf(csv, "fma_%zu_threads,%.4g,GFLOP/s,,\nsgemm_%zu_threads,%.4g,GFLOP/s,,\n",
                      threads, fma, threads, bench_median(sgemm, 3));
        (void)fprintf(csv, "copy_%zu_threads,%.4g,GB/s,,\n", threads, copy);
    }
}

static void open_peers(struct bench_peer *peers[BENCH_THREADS], const struct settings *settings)
{
    char script[4096];

    (void)snprintf(script, sizeof(script), "%s/torch_peer.py", settings->options.folder);
    for (size_t i = 0; i < BENCH_THREADS && settings->python != NULL; i++) {
        peers[i] = bench_peer_open(settings->python, script, i + 1);
    }
    if (peers[0] != NULL) {
        (void)printf("peer: %s\n", bench_peer_about(peers[0]));
    } else {
        (void)printf("peer: none, so no ratios to it\n");
    }
}

static void race_all(const struct settings *settings)
{
    FILE *csv =
        open_csv(settings->out, "bench.csv", "benchmark,size,threads,median,unit,reference,ratio");
    struct bench_peer *peers[BENCH_THREADS] = {NULL};
    size_t n;
    const struct bench_size *sizes = bench_sizes(&n);

    open_peers(peers, settings);
    (void)printf(
        "\nmedians; share of sgemm by the usual count of FLOPs, then of those done; x1: over "
        "one thread;\nx peer: over the peer; floor: what sgemm alone would be over the "
        "peer\n\n%-8s %-6s %s  %10s %-9s %7s %6s %6s %6s %8s %8s  %s\n",
        "", "size", "t", "speed", "unit", "GFLOP/s", "sgemm", "done", "x1", "x peer", "floor",
        "peer's best way");
    for (size_t k = 0; k < sizeof(KINDS) / sizeof(KINDS[0]); k++) {
        for (size_t s = 0; s < n && wanted(settings->only, KINDS[k]->name); s++) {
            if (wanted(settings->size, sizes[s].name)) {
                bench_race(csv, KINDS[k], &sizes[s], peers, &settings->options);
            }
        }
    }
    for (size_t i = 0; i < BENCH_THREADS; i++) {
        bench_peer_close(peers[i]);
    }
    (void)fclose(csv);
}

int main(int argc, char **argv)
{
    struct settings settings = {.options = {.seconds = 0.4,
                                            .pairs = 5,
                                            .program = "build/marginalia",
                                            .folder = "tests/bench",
                                            .scratch = "/tmp"},
                                .out = "results"};
    struct mg_error err = {0};
    FILE *other;

    if (!read_settings(&settings, argc, argv)) {
        (void)fprintf(stderr, "bench: see the head of tests/bench/bench.c for its options\n");
        return MG_EUSAGE;
    }
    if (mg_matmul_start(BENCH_THREADS, &err) != MG_OK) {
        (void)fprintf(stderr, "bench: %s\n", err.text);
        return MG_EENVIRONMENT;
    }
    other = open_csv(settings.out, "bench_tasks.csv", "task,median,unit,target,met");
    tell_machine(other);
    if (!wanted(settings.only, "tasks") || settings.only == NULL) {
        race_all(&settings);
    }
    if (wanted(settings.only, "tasks")) {
        bench_memory(other);
    }
    bench_tasks(other, &settings.options, wanted(settings.only, "tasks") ? NULL : settings.only);
    (void)fclose(other);
    return 0;
}

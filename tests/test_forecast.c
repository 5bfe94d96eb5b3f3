/* test_forecast.c - what a training takes: its memory as told before, and no more with time. */
#include "harness/forecast.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/due.h"
#include "harness/record.h"
#include "harness/run.h"
#include "harness/workers.h"
#include "model/numeric/matmul.h"
#include "tests/support/experiment.h"
#include "tests/support/test.h"

static const char TEXT[] =
    "{\"marginalia\": 1, \"name\": \"f\", \"source\": {\"kind\": \"markov\", \"length\": %d,"
    " \"transition\": [[0.9, 0.1], [0.2, 0.8]], \"start\": \"stationary\"},"
    " \"predictor\": {\"kind\": \"transformer\", \"layers\": %d, \"width\": %d, \"heads\": 2,"
    " \"hidden\": %d}, \"train\": {\"steps\": %d, \"batch\": %d},"
    " \"measure\": [{\"kind\": \"samples\", \"name\": \"free\", \"draws\": 1, \"samplers\":"
    " [{\"name\": \"one\", \"order\": \"random\", \"steps\": 1}]}], \"replicates\": %d}";

struct bench {
    char *folder;
    struct mg_spec *spec;
    const struct mg_point *point;
};

struct size {
    int length, layers, width, hidden, steps, batch, replicates;
};

static void open_bench(struct bench *bench, const struct size *size)
{
    char text[2048];

    snprintf(text, sizeof(text), TEXT, size->length, size->layers, size->width, size->hidden,
             size->steps, size->batch, size->replicates);
    bench->folder = mg_test_folder();
    bench->spec = mg_test_spec(bench->folder, "f.json", text);
    bench->point = &bench->spec->points[0];
}

static void close_bench(struct bench *bench)
{
    mg_spec_free(bench->spec);
    mg_test_folder_remove(bench->folder);
}

/* Rows that nobody asks for. */
static enum mg_status drop_row(void *ctx, int64_t row, enum mg_table table,
                               const struct mg_value *values, size_t n, struct mg_error *err)
{
    (void)ctx;
    (void)row;
    (void)table;
    (void)values;
    (void)n;
    (void)err;
    return MG_OK;
}

static void train(const struct mg_point *point, const struct mg_run_options *options)
{
    struct mg_recorder *recorder = mg_recorder_new(point->symbols, drop_row, NULL);
    struct mg_subject subject;
    struct mg_error err = {0};
    char digest[MG_KEY_TEXT];
    int64_t n_rows;

    assert_int_equal(mg_run_train(&subject, point, 1, 0, mg_recorder_sink(recorder), options, &err),
                     MG_OK);
    assert_int_equal(mg_recorder_finish(digest, &n_rows, recorder, &err), MG_OK);
    mg_subject_free(&subject);
}

/* ---- memory ---- */

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1 /* its shadow and what it keeps of freed blocks are memory, too */
#else
#define SANITIZED 0
#endif

/* Of a process that trains this once, beyond what it had after a training of next to nothing. */
static double measured_bytes(const struct mg_point *point, const struct mg_point *nothing)
{
    const struct mg_run_options options = {.threads = 1};
    int64_t grown_kb = 0;
    int ends[2];
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    if (pid == 0) { /* all that is allocated once, in the libraries, too, comes before */
        int64_t before_kb;

        train(nothing, &options);
        mg_worker_forget_peak();
        before_kb = mg_worker_peak_kb();
        train(point, &options);
        grown_kb = mg_worker_peak_kb() - before_kb;
        _exit(write(ends[1], &grown_kb, sizeof(grown_kb)) != sizeof(grown_kb));
    }
    (void)close(ends[1]);
    assert_int_equal(read(ends[0], &grown_kb, sizeof(grown_kb)), sizeof(grown_kb));
    (void)close(ends[0]);
    (void)waitpid(pid, NULL, 0);
    return 1024.0 * (double)grown_kb;
}

static void memory_is_as_told_before(void **state)
{
    static const struct size sizes[] = {
        {32, 2, 64, 172, 1, 64, 1}, {64, 4, 128, 344, 1, 64, 1}, {16, 2, 512, 1024, 1, 4, 1}};
    const struct size small = {4, 1, 8, 8, 1, 4, 1};
    struct bench nothing;

    (void)state;
    if (SANITIZED) {
        skip();
    }
    open_bench(&nothing, &small);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct bench bench;
        double told;
        double measured;

        open_bench(&bench, &sizes[i]);
        told = (double)mg_run_bytes(bench.point, 1);
        measured = measured_bytes(bench.point, nothing.point);
        print_message("%d wide: told %.0f, measured %.0f\n", sizes[i].width, told, measured);
        assert_true(measured > 0.8 * told - 1e6 && measured < 1.2 * told + 1e6);
        close_bench(&bench);
    }
    close_bench(&nothing);
}

enum { WATCHED = 3 };

/* Resident pages at some steps of a training. */
struct watch {
    size_t steps[WATCHED];
    long pages[WATCHED];
};

static long resident_pages(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long all = 0;
    long resident = 0;

    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &all, &resident), 2);
    (void)fclose(file);
    return resident;
}

static void watch_step(void *ctx, const struct mg_training_state *state)
{
    struct watch *watch = ctx;

    for (size_t i = 0; i < WATCHED; i++) {
        if (state->step == watch->steps[i]) {
            watch->pages[i] = resident_pages();
        }
    }
}

static void memory_does_not_grow_over_10000_steps(void **state)
{
    const struct size size = {4, 1, 8, 8, 20201, 4, 1};
    struct watch watch = {.steps = {200, 10200, 20200}};
    const struct mg_run_options options = {.threads = 1, .step = watch_step, .ctx = &watch};
    struct bench bench;

    (void)state;
    if (SANITIZED) {
        skip();
    }
    open_bench(&bench, &size);
    train(bench.point, &options);
    /* A page has 4 kB: less than 26 bytes a step; what libraries keep is taken by then. */
    assert_in_range(watch.pages[1], 1, watch.pages[0] + 64);
    assert_in_range(watch.pages[2], 1, watch.pages[1] + 1);
    close_bench(&bench);
}

/* ---- time ---- */

static void a_shape_is_timed_once_and_steps_are_counted(void **state)
{
    const struct size size = {8, 1, 16, 16, 1000, 16, 1};
    struct size twice = size;
    struct bench one;
    struct bench two;
    struct mg_forecast *forecast = mg_forecast_new(1, 10.0);
    double one_s;

    (void)state;
    twice.steps = 2 * size.steps;
    open_bench(&one, &size);
    open_bench(&two, &twice);
    one_s = mg_forecast_training_s(forecast, one.point);
    assert_true(one_s > 0.0);
    assert_close(mg_forecast_training_s(forecast, one.point), one_s, 0.0);
    assert_close(mg_forecast_training_s(forecast, two.point) / one_s, 2.0, 0.05);
    mg_forecast_free(forecast);
    close_bench(&two);
    close_bench(&one);
}

static void without_time_to_measure_operations_count(void **state)
{
    const struct size size = {32, 2, 64, 172, 1000, 64, 1};
    struct size wide = size;
    struct bench one;
    struct bench two;
    struct mg_forecast *forecast = mg_forecast_new(1, 0.0);
    double ratio;

    (void)state;
    wide.width = 4 * size.width;
    wide.hidden = 4 * size.hidden;
    open_bench(&one, &size);
    open_bench(&two, &wide);
    ratio =
        mg_forecast_training_s(forecast, two.point) / mg_forecast_training_s(forecast, one.point);
    /* 6 operations a weight and token are 16 times as many; attention's only four times. */
    assert_in_range((long)ratio, 12, 16);
    mg_forecast_free(forecast);
    close_bench(&two);
    close_bench(&one);
}

static void the_longest_first_on_two_workers(void **state)
{
    const struct size size = {4, 1, 8, 8, 10, 4, 5};
    static const double told_s[] = {3.0, 5.0, 3.0, 4.0, 3.0};
    struct mg_plan plan;
    struct mg_error err = {0};
    struct bench bench;
    double *cost_s;
    size_t training = 0;

    (void)state;
    open_bench(&bench, &size);
    assert_int_equal(mg_plan_make(&plan, &bench.spec, 1, NULL, &err), MG_OK);
    cost_s = calloc(plan.n_results, sizeof(*cost_s));
    assert_non_null(cost_s);
    for (size_t i = 0; i < plan.n_results; i++) {
        if (plan.results[i].entry == NULL) {
            cost_s[i] = told_s[training++];
        }
    }
    assert_int_equal(training, 5);
    /* By hand: 5 | 4, then 3 to the second (7), 3 to the first (8), 3 to the second (10). */
    assert_close(mg_due_wall_s(&plan, NULL, false, cost_s, 2), 10.0, 0.0);
    assert_close(mg_due_wall_s(&plan, NULL, false, cost_s, 1), 18.0, 0.0);
    assert_close(mg_due_wall_s(&plan, NULL, false, cost_s, 8), 5.0, 0.0);
    free(cost_s);
    mg_plan_free(&plan);
    close_bench(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_as_told_before),
        cmocka_unit_test(memory_does_not_grow_over_10000_steps),
        cmocka_unit_test(a_shape_is_timed_once_and_steps_are_counted),
        cmocka_unit_test(without_time_to_measure_operations_count),
        cmocka_unit_test(the_longest_first_on_two_workers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_pool.c - threads that work off numbered tasks. */
#include "tests/support/test.h"

#include <stdatomic.h>
#include <time.h>

#include "model/numeric/pool.h"

enum { MOST = 64, THREADS = 3 };

struct round {
    atomic_int done[MOST];      /* times that each task ran */
    atomic_int inside[THREADS]; /* tasks that a worker is in */
    atomic_int tasks[THREADS];  /* tasks of each worker */
    atomic_int mixed;           /* tasks that found their worker busy, or met a stranger */
    long delay_ns;
};

static void task(void *ctx, size_t index, size_t worker)
{
    struct round *round = (struct round *)ctx;
    const struct timespec delay = {0, round->delay_ns};

    if (worker >= THREADS || atomic_fetch_add(&round->inside[worker], 1) != 0) {
        atomic_fetch_add(&round->mixed, 1);
        return;
    }
    if (round->delay_ns > 0) {
        (void)nanosleep(&delay, NULL);
    }
    atomic_fetch_add(&round->done[index], 1);
    atomic_fetch_add(&round->tasks[worker], 1);
    atomic_fetch_sub(&round->inside[worker], 1);
}

static void run_rounds(size_t threads, size_t rounds, long delay_ns)
{
    struct mg_pool *pool = mg_pool_new(threads);

    assert_int_equal(mg_pool_threads(pool), threads);
    for (size_t r = 0; r < rounds; r++) {
        const size_t n = r % (MOST + 1);
        struct round round = {.delay_ns = delay_ns};

        mg_pool_run(pool, task, &round, n);
        for (size_t i = 0; i < MOST; i++) {
            assert_int_equal(atomic_load(&round.done[i]), i < n ? 1 : 0);
        }
        assert_int_equal(atomic_load(&round.mixed), 0);
    }
    mg_pool_free(pool);
}

/* Back to back, so that workers come late to rounds that are over. */
static void every_task_runs_once_in_every_round(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= THREADS; threads++) {
        run_rounds(threads, 20000, 0);
    }
}

/* Tasks long enough that the caller and the workers fall asleep. */
static void sleepers_are_woken(void **state)
{
    (void)state;
    run_rounds(THREADS, 40, 300000);
}

/* Ten naps of 20 ms: long enough for the second thread to wake and take some. */
static void work_is_shared(void **state)
{
    struct round round = {.delay_ns = 20000000};
    struct mg_pool *pool = mg_pool_new(2);

    (void)state;
    mg_pool_run(pool, task, &round, 10);
    mg_pool_free(pool);
    assert_true(atomic_load(&round.tasks[0]) > 0 && atomic_load(&round.tasks[1]) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once_in_every_round),
        cmocka_unit_test(sleepers_are_woken),
        cmocka_unit_test(work_is_shared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

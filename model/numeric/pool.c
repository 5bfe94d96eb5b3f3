/*
 * pool.c - see pool.h.
 *
 * A round is over when its tasks are done, not when every worker has looked in: one that is asleep
 * or off its core when the tasks run out is not waited for. A sleeping thread costs tens of
 * microseconds to wake, as much as a small training step, so both sides look a while before they
 * sleep; not for long, for the machine may be shared.
 */
#include "model/numeric/pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "model/numeric/arena.h"

enum { SPINS = 2000 }; /* of a pause each, together up to a tenth of a millisecond */

struct worker {
    struct mg_pool *pool;
    pthread_t thread;
    size_t number;
};

struct mg_pool {
    size_t threads;
    struct worker *workers; /* (threads - 1): the caller is worker 0 */
    /* Of the round; written only while nothing is left and nothing unfinished. */
    mg_pool_task *task;
    void *ctx;
    size_t n;
    atomic_size_t left;       /* tasks nobody has taken */
    atomic_size_t unfinished; /* tasks not done */
    atomic_bool stopping;
    /* Sleeping: who is about to says so before it looks for the last time, who wakes looks after.
     */
    atomic_size_t sleepers;
    atomic_bool caller_sleeps;
    pthread_mutex_t mutex;
    pthread_cond_t started;
    pthread_cond_t finished;
};

static void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/* Take a task. Whoever holds one keeps the round open, so what the pool says of it stays. */
static bool take(struct mg_pool *pool, size_t *index)
{
    size_t left = atomic_load(&pool->left);

    while (left > 0) {
        if (atomic_compare_exchange_weak(&pool->left, &left, left - 1)) {
            *index = pool->n - left;
            return true;
        }
    }
    return false;
}

static void wake(struct mg_pool *pool, pthread_cond_t *condition)
{
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(condition);
    pthread_mutex_unlock(&pool->mutex);
}

static void work(struct mg_pool *pool, size_t worker)
{
    size_t index;

    while (take(pool, &index)) {
        pool->task(pool->ctx, index, worker);
        if (atomic_fetch_sub(&pool->unfinished, 1) == 1 && atomic_load(&pool->caller_sleeps)) {
            wake(pool, &pool->finished);
        }
    }
}

/* There is a task to take, or no more will come. */
static bool called(struct mg_pool *pool)
{
    return atomic_load(&pool->left) > 0 || atomic_load(&pool->stopping);
}

static void await_call(struct mg_pool *pool)
{
    for (int i = 0; i < SPINS; i++) {
        if (called(pool)) {
            return;
        }
        pause_briefly();
    }
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->sleepers, 1);
    while (!called(pool)) {
        pthread_cond_wait(&pool->started, &pool->mutex);
    }
    atomic_fetch_sub(&pool->sleepers, 1);
    pthread_mutex_unlock(&pool->mutex);
}

static void await_end(struct mg_pool *pool)
{
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load(&pool->unfinished) == 0) {
            return;
        }
        pause_briefly();
    }
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->caller_sleeps, true);
    while (atomic_load(&pool->unfinished) > 0) {
        pthread_cond_wait(&pool->finished, &pool->mutex);
    }
    atomic_store(&pool->caller_sleeps, false);
    pthread_mutex_unlock(&pool->mutex);
}

static void *worker_main(void *argument)
{
    const struct worker *self = (const struct worker *)argument;

    while (!atomic_load(&self->pool->stopping)) {
        await_call(self->pool);
        work(self->pool, self->number);
    }
    return NULL;
}

struct mg_pool *mg_pool_new(size_t threads)
{
    struct mg_pool *pool = (struct mg_pool *)mg_allocate(1, sizeof(*pool));

    assert(threads >= 1);
    pool->threads = threads;
    pool->workers = (struct worker *)mg_allocate(threads - 1, sizeof(*pool->workers));
    atomic_init(&pool->left, 0);
    atomic_init(&pool->unfinished, 0);
    atomic_init(&pool->stopping, false);
    atomic_init(&pool->sleepers, 0);
    atomic_init(&pool->caller_sleeps, false);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->started, NULL);
    pthread_cond_init(&pool->finished, NULL);
    for (size_t i = 0; i < threads - 1; i++) {
        pool->workers[i].pool = pool;
        pool->workers[i].number = i + 1;
        if (pthread_create(&pool->workers[i].thread, NULL, worker_main, &pool->workers[i]) != 0) {
            abort();
        }
    }
    return pool;
}

void mg_pool_free(struct mg_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    atomic_store(&pool->stopping, true);
    wake(pool, &pool->started);
    for (size_t i = 0; i < pool->threads - 1; i++) {
        pthread_join(pool->workers[i].thread, NULL);
    }
    pthread_cond_destroy(&pool->finished);
    pthread_cond_destroy(&pool->started);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->workers);
    free(pool);
}

size_t mg_pool_threads(const struct mg_pool *pool)
{
    return pool->threads;
}

void mg_pool_run(struct mg_pool *pool, mg_pool_task *task, void *ctx, size_t n)
{
    pool->task = task;
    pool->ctx = ctx;
    pool->n = n;
    atomic_store(&pool->unfinished, n);
    atomic_store(&pool->left, n);
    if (n > 1 && atomic_load(&pool->sleepers) > 0) {
        wake(pool, &pool->started);
    }
    work(pool, 0);
    await_end(pool);
}

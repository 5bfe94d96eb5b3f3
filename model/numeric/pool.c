/*
 * pool.c - see pool.h.
 *
 * A sleeping thread costs tens of microseconds to wake, as much as a small training step, so a
 * worker looks for new tasks a while before it sleeps; not for long, for the machine may be shared.
 */
#include "model/numeric/pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "model/numeric/arena.h"

enum { SPINS = 4000 };

struct worker {
    struct mg_pool *pool;
    pthread_t thread;
    size_t number;
};

struct mg_pool {
    size_t threads;
    struct worker *workers; /* (threads - 1): the caller is worker 0 */
    mg_pool_task *task;
    void *ctx;
    size_t n;
    atomic_size_t next;       /* number of the next task */
    atomic_size_t busy;       /* workers that have not finished this round */
    atomic_size_t generation; /* of the current round */
    atomic_bool stopping;
    pthread_mutex_t mutex; /* held to change generation or busy when somebody may sleep */
    pthread_cond_t started;
    pthread_cond_t finished;
};

static void work(struct mg_pool *pool, size_t worker)
{
    size_t index = atomic_fetch_add(&pool->next, 1);

    while (index < pool->n) {
        pool->task(pool->ctx, index, worker);
        index = atomic_fetch_add(&pool->next, 1);
    }
}

/* Wait until the round is no longer `seen`. */
static void await_round(struct mg_pool *pool, size_t seen)
{
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load(&pool->generation) != seen) {
            return;
        }
    }
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load(&pool->generation) == seen) {
        pthread_cond_wait(&pool->started, &pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
}

static void await_workers(struct mg_pool *pool)
{
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load(&pool->busy) == 0) {
            return;
        }
    }
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load(&pool->busy) != 0) {
        pthread_cond_wait(&pool->finished, &pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
}

static void *worker_main(void *argument)
{
    const struct worker *self = (const struct worker *)argument;
    struct mg_pool *pool = self->pool;
    size_t seen = 0;

    for (;;) {
        await_round(pool, seen);
        seen++;
        if (atomic_load(&pool->stopping)) {
            return NULL;
        }
        work(pool, self->number);
        pthread_mutex_lock(&pool->mutex);
        if (atomic_fetch_sub(&pool->busy, 1) == 1) {
            pthread_cond_signal(&pool->finished);
        }
        pthread_mutex_unlock(&pool->mutex);
    }
}

static void start_round(struct mg_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->next, 0);
    atomic_store(&pool->busy, pool->threads - 1);
    atomic_fetch_add(&pool->generation, 1);
    pthread_cond_broadcast(&pool->started);
    pthread_mutex_unlock(&pool->mutex);
}

struct mg_pool *mg_pool_new(size_t threads)
{
    struct mg_pool *pool = (struct mg_pool *)mg_allocate(1, sizeof(*pool));

    assert(threads >= 1);
    pool->threads = threads;
    pool->workers = (struct worker *)mg_allocate(threads - 1, sizeof(*pool->workers));
    atomic_init(&pool->next, 0);
    atomic_init(&pool->busy, 0);
    atomic_init(&pool->generation, 0);
    atomic_init(&pool->stopping, false);
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
    start_round(pool);
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
    start_round(pool);
    work(pool, 0);
    await_workers(pool);
}

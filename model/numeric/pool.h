/*
 * pool.h - a few threads that work off numbered tasks.
 *
 * Which worker does which task is not determined, so a task's result must depend on its number
 * alone; then any number of threads gives the same bits.
 */
#ifndef MG_NUMERIC_POOL_H
#define MG_NUMERIC_POOL_H

#include <stddef.h>

struct mg_pool;

/* worker in [0, threads): tasks with the same worker never run at the same time. */
typedef void mg_pool_task(void *ctx, size_t index, size_t worker);

/* threads >= 1, the caller's own counted in. Never NULL. */
struct mg_pool *mg_pool_new(size_t threads);
void mg_pool_free(struct mg_pool *pool);

size_t mg_pool_threads(const struct mg_pool *pool);

/* Run task(ctx, i, worker) for i = 0 .. n-1 and return when all are done. */
void mg_pool_run(struct mg_pool *pool, mg_pool_task *task, void *ctx, size_t n);

#endif

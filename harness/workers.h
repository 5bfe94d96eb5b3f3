/*
 * workers.h - worker processes: messages to and from them, and what becomes of them.
 *
 * Workers are forked before the database is opened and keep no descriptor but their own, so they
 * hold neither the database nor its lock; they die with the driver. One message at a time goes to
 * a worker (a job), any number comes back. Bytes are the caller's business: this file knows
 * processes, not results.
 */
#ifndef MG_HARNESS_WORKERS_H
#define MG_HARNESS_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/buffer.h"
#include "harness/worker_wire.h"
#include "model/numeric/error.h"

/* -- in a worker -- */

/* Do one job: order in, answers by mg_worker_send. */
typedef void mg_worker_job(void *ctx, struct mg_wire *order);

/* Send a message to the driver; a driver that is gone ends the worker. */
void mg_worker_send(const struct mg_buffer *message);

/* Did the driver ask to stop? */
bool mg_worker_is_stopped(void);

/*
 * Whether being asked to stop ends the process at once (in a computation that nothing is kept
 * of). It ends at once, too, where that was asked before.
 */
void mg_worker_set_abandon(bool at_once);

/*
 * Largest resident set of this process since mg_worker_forget_peak, in kilobytes; since its start
 * where the kernel does not let it forget; 0 where there is no /proc.
 */
int64_t mg_worker_peak_kb(void);
void mg_worker_forget_peak(void);

/* -- in the driver -- */

struct mg_workers;

/*
 * Fork n workers that do jobs with ctx, which is borrowed. pinned: each stays on a core of its own,
 * for as many workers as cores (cores.h) with one thread each; a job's caches then stay,
 * and no two workers share a core while another idles. MG_EENVIRONMENT when there is no room for
 * them.
 */
enum mg_status mg_workers_new(struct mg_workers **workers, size_t n, bool pinned,
                              mg_worker_job *job, void *ctx, struct mg_error *err);

/* Ends them, at once where they are busy. NULL is fine. */
void mg_workers_free(struct mg_workers *workers);

size_t mg_workers_count(const struct mg_workers *workers);

/* Give a job to an idle worker; one that died is forked again. */
enum mg_status mg_workers_give(struct mg_workers *workers, size_t worker,
                               const struct mg_buffer *order, struct mg_error *err);

/* Ask all to stop: a job ends early, as it can. */
void mg_workers_stop(struct mg_workers *workers);

enum mg_worker_event {
    MG_WORKER_NONE,    /* time is up, or a signal came */
    MG_WORKER_MESSAGE, /* *message lives until the next call */
    MG_WORKER_STOPPED, /* it ended because it was asked to stop */
    MG_WORKER_DIED     /* by a signal, or it broke off; mg_workers_last_words says how */
};

/* Wait for the next event of any worker, at most timeout_s. */
enum mg_worker_event mg_workers_wait(struct mg_workers *workers, size_t *worker,
                                     struct mg_wire *message, double timeout_s);

/*
 * How a worker died and the last line it wrote: "killed by signal 11 (Segmentation fault)". Lives
 * until it is given another job. *signal is 0 where there was none.
 */
const char *mg_workers_last_words(const struct mg_workers *workers, size_t worker, int *signal);

#endif

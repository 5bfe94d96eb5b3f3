/*
 * worker_self.h - the life of a worker process, for workers.c.
 */
#ifndef MG_HARNESS_WORKER_SELF_H
#define MG_HARNESS_WORKER_SELF_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "harness/workers.h"

/* Ctrl-C reaches workers as well as the driver, and means the driver; it tells them by this one. */
#define MG_WORKER_STOP_SIGNAL SIGUSR1

enum { MG_WORKER_STOPPED_CODE = 86 }; /* exit code of a worker that broke off as it was asked to */

/* Be a worker of this driver until the socket closes; in the child of a fork. */
_Noreturn void mg_worker_live(int socket, int errors, pid_t driver, mg_worker_job *job, void *ctx);

/* Write a message, its length in front; false when the other side is gone. */
bool mg_worker_write(int socket, const struct mg_buffer *message);

#endif

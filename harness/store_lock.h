/*
 * store_lock.h - one driver a database: an advisory lock that the kernel releases with the driver.
 */
#ifndef MG_HARNESS_STORE_LOCK_H
#define MG_HARNESS_STORE_LOCK_H

#include "model/numeric/error.h"

/*
 * Lock "PATH.lock" (made when absent, and left there: removing it would race). *fd is the lock,
 * close-on-exec; closing it releases. The file says who holds it. MG_EBUSY names the holder;
 * MG_ESTORAGE where the folder cannot be written.
 */
enum mg_status mg_store_lock(int *fd, const char *path, struct mg_error *err);

/* Release; -1 is fine. */
void mg_store_unlock(int fd);

#endif

/*
 * cluster_scratch.h - a database that is worked on elsewhere and put in its place whole.
 *
 * SQLite is not to be used over a network file system. So a task works on a copy on its node's own
 * disk ($TMPDIR, else /tmp), and what it has by then is renamed into place: at the beginning, now
 * and then, and at the end. Whoever looks at the place sees a whole database of one file.
 */
#ifndef MG_HARNESS_CLUSTER_SCRATCH_H
#define MG_HARNESS_CLUSTER_SCRATCH_H

#include <stdbool.h>

#include "harness/store.h"

struct mg_scratch;

/* After this long without a sign of life, a task that has not finished is lost. */
#define MG_SCRATCH_LOST_S 60.0

/* Copy what stands at path, or begin with an empty database. MG_ESTORAGE. */
enum mg_status mg_scratch_open(struct mg_scratch **scratch, const char *path, struct mg_error *err);

/* Close, and remove the copy; NULL is fine. What was not put in place is lost. */
void mg_scratch_free(struct mg_scratch *scratch);

struct mg_store *mg_scratch_store(struct mg_scratch *scratch);

/*
 * Put it in place: now, or when that is due (once a minute; every ten seconds the file is touched,
 * as a sign of life). Not inside of a transaction. ctx is the scratch. MG_ESTORAGE.
 */
enum mg_status mg_scratch_put(void *ctx, bool now, struct mg_error *err);

#endif

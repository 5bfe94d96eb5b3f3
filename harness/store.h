/*
 * store.h - the database: the only file that knows SQLite.
 *
 * A *result* is what is computed once and kept: a training, or one measure entry on top of it. It
 * is found by its key (a SHA-256 of its whole identity) and owns rows. A *run* is a point and a
 * replicate of an experiment; it refers to its training result and, by name, to its measure
 * results. So a result serves every experiment that needs it, and the views of schema.sql join
 * them into what users query.
 *
 * One process writes (WAL, BEGIN IMMEDIATE); `sql`, verify, plot and report open read-only.
 */
#ifndef MG_HARNESS_STORE_H
#define MG_HARNESS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/measure/rows.h"
#include "model/numeric/error.h"

struct mg_store;

enum mg_store_mode {
    MG_STORE_READ, /* must exist; read-only with an authorizer, for text that comes from files */
    MG_STORE_WRITE /* created when absent; takes the driver's lock (MG_EBUSY names the holder) */
};

enum mg_status mg_store_open(struct mg_store **store, const char *path, enum mg_store_mode mode,
                             struct mg_error *err);
void mg_store_close(struct mg_store *store); /* NULL is fine */

/* One value of a query's answer; text lives until the visitor returns. */
enum mg_value_type { MG_VALUE_NULL, MG_VALUE_INTEGER, MG_VALUE_REAL, MG_VALUE_TEXT };
struct mg_value {
    const char *column;
    enum mg_value_type type;
    int64_t integer;
    double real; /* also set for integers */
    const char *text;
};

/* Called for each row; n values. Returning anything but MG_OK stops and is returned. */
typedef enum mg_status mg_store_visitor(void *ctx, const struct mg_value *values, size_t n,
                                        struct mg_error *err);

/*
 * Run one read-only statement. experiment: every documented view shows that experiment's rows
 * only; NULL: all rows. header, if not NULL, is called once with the column names before the
 * rows (values of type NULL). Faulty SQL is MG_EUSAGE with SQLite's message; more than one
 * statement or one that writes likewise.
 */
enum mg_status mg_store_query(struct mg_store *store, const char *experiment, const char *sql,
                              mg_store_visitor *header, mg_store_visitor *visit, void *ctx,
                              struct mg_error *err);

#endif

/*
 * store_bench.h - a database in a folder of its own, for tests of the store.
 */
#ifndef MG_TESTS_SUPPORT_STORE_BENCH_H
#define MG_TESTS_SUPPORT_STORE_BENCH_H

#include "harness/spec.h"
#include "harness/store.h"

struct store_bench {
    char *folder, *path;
    struct mg_store *store;
};

/* cmocka's: *state is a new bench, its store open for writing. */
int store_set_up(void **state);
int store_tear_down(void **state);

/* First cell of an answer as text, into a static buffer; "" for no rows. */
const char *store_ask(struct mg_store *store, const char *experiment, const char *sql);

/* A small experiment of one point, with one claim and what it accepts; free with mg_spec_free. */
struct mg_spec *store_toy(const struct store_bench *bench, const char *name, const char *accept);

/* Register it, and finish its results with the given digest and no rows. */
void store_register_toy(struct store_bench *bench, const char *name, const char *accept,
                        const char *digest);

#endif

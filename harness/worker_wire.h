/*
 * worker_wire.h - what goes between driver and worker: numbers, texts and rows as bytes.
 *
 * Both ends are one program on one machine, so numbers travel as they stand in memory, and bytes
 * that cannot be read are a bug (asserted).
 */
#ifndef MG_HARNESS_WORKER_WIRE_H
#define MG_HARNESS_WORKER_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "harness/buffer.h"
#include "harness/store.h"
#include "model/measure/rows.h"

void mg_wire_put_integer(struct mg_buffer *message, int64_t value);
void mg_wire_put_real(struct mg_buffer *message, double value); /* every bit of it */
void mg_wire_put_text(struct mg_buffer *message, const char *text);

/* A row of n values, as a recorder hands it over; column names are not sent. */
void mg_wire_put_row(struct mg_buffer *message, enum mg_table table, const struct mg_value *values,
                     size_t n);

/* Reading moves `at`; texts point into the message. */
struct mg_wire {
    const char *at, *end;
};

int64_t mg_wire_integer(struct mg_wire *wire);
double mg_wire_real(struct mg_wire *wire);
const char *mg_wire_text(struct mg_wire *wire);

/* values: room for MG_COLUMNS_MAX; the number of values out. */
enum mg_table mg_wire_row(struct mg_wire *wire, struct mg_value *values, size_t *n);

#endif

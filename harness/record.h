/*
 * record.h - a sink that turns a measurement's rows into stored values and a digest.
 *
 * Tokens are written with the source's alphabet, masks as "_". The digest is SHA-256 over the
 * rows in the order of emission: table, then each cell with its type, reals as hexadecimal, so it
 * depends on every bit of every number and on no time, host or name.
 */
#ifndef MG_HARNESS_RECORD_H
#define MG_HARNESS_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "harness/identity.h"
#include "harness/store.h"
#include "model/measure/rows.h"

/* Where a row goes once it is rendered; `row` counts from 0. */
typedef enum mg_status mg_row_target(void *ctx, int64_t row, enum mg_table table,
                                     const struct mg_value *values, size_t n, struct mg_error *err);

struct mg_recorder;

/*
 * Rows go to target (called with ctx); symbols is how the source's tokens are written. Both are
 * borrowed. Free with mg_recorder_finish.
 */
struct mg_recorder *mg_recorder_new(char *const *symbols, mg_row_target *target, void *ctx);

/* The sink to measure into; lives as long as the recorder. */
struct mg_sink *mg_recorder_sink(struct mg_recorder *recorder);

/*
 * Close: the digest of all rows, their number, and the first failure of the target (rows after it
 * were not sent). Frees the recorder.
 */
enum mg_status mg_recorder_finish(char digest[MG_KEY_TEXT], int64_t *n_rows,
                                  struct mg_recorder *recorder, struct mg_error *err);

#endif

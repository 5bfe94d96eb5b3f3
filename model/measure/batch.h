/* batch.h - how many rows a measure predicts in one call. */
#ifndef MG_MEASURE_BATCH_H
#define MG_MEASURE_BATCH_H

#include <stddef.h>

/* Rows (L tokens, V words) of one mg_predict: 1 to 256, at most 2^20 probabilities (8 MB). */
size_t mg_batch_rows(size_t length, size_t vocab);

#endif

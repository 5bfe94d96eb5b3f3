/* batch.h - how many rows a measure predicts in one call, and that it asks for none twice. */
#ifndef MG_MEASURE_BATCH_H
#define MG_MEASURE_BATCH_H

#include <stddef.h>

#include "model/predictor/predictor.h"

/* Rows (L tokens, V words) of one mg_predict: 1 to 256, at most 2^20 probabilities (8 MB). */
size_t mg_batch_rows(size_t length, size_t vocab);

/*
 * mg_predict for rows that may be alike, as contexts with few revealed tokens that are drawn: each
 * distinct one is asked for once. The same answers to the last bit, for no predictor lets one
 * depend on the other rows.
 */
void mg_predict_distinct(struct mg_predictor *predictor, double *probs, bool *possible,
                         const int *rows, size_t n);

#endif

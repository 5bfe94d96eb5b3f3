/*
 * order_rows.h - in which order decodings revealed their positions, as rows: means over draws.
 *
 * The draws come from outside: the measure `order` makes them, `trace` reads what was recorded.
 */
#ifndef MG_MEASURE_ORDER_ROWS_H
#define MG_MEASURE_ORDER_ROWS_H

#include "model/measure/measure.h"

struct mg_order_rows;

/* No draw yet; of a text whose tokens are spelled the words are counted too. */
struct mg_order_rows *mg_order_rows_new(const struct mg_source *source);
void mg_order_rows_free(struct mg_order_rows *rows); /* NULL is fine */

/* One draw: tokens (L), and step_of (L), block and first as mg_arness_of takes them. */
void mg_order_rows_add(struct mg_order_rows *rows, const int *tokens, const int *step_of,
                       size_t block, size_t first);

/* Rows of `information` (SAMPLER.QUANTITY) and `reveals`; then no draw is counted any more. */
void mg_order_rows_emit(struct mg_order_rows *rows, struct mg_sink *sink, const char *sampler);

#endif

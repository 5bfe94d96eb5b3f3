/*
 * held_out.h - the NELBO of a network in training, on sequences that the training does not see.
 *
 * An estimate from rows that are drawn once: every call asks about the same masks of the same
 * sequences, so that two calls differ by the network alone. Of r rows, row j masks k positions,
 * k the ((j + u)/r)-quantile of {1, ..., L}, with weight 1/k each: its mean is the continuous
 * NELBO per token (definitions in likelihood.h; Nie et al. 2025, arXiv:2502.09992, eq. 14), with
 * the spread of k taken out. A causal network answers only the first mask after a prefix: row j
 * then asks for position j mod L alone, and the mean is the chain rule's NLL, the NELBO of its one
 * order.
 */
#ifndef MG_MEASURE_HELD_OUT_H
#define MG_MEASURE_HELD_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/numeric/philox.h"
#include "model/predictor/predictor.h"
#include "model/source/source.h"

struct mg_held_out;

/* Draw the rows, held out where the source holds something out; row j is element j of stream. */
struct mg_held_out *mg_held_out_new(const struct mg_source *source, bool causal, size_t rows,
                                    struct mg_stream stream);
void mg_held_out_free(struct mg_held_out *held_out); /* NULL is fine */

/* Nats per token; infinite or NaN where a prediction is. */
double mg_held_out_nats_per_token(const struct mg_held_out *held_out,
                                  struct mg_predictor *predictor);

#endif

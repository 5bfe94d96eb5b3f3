/*
 * sequences.h - a source given by weighted sequences: the whole law is a short list.
 *
 * Source: the toy of arXiv 2510.03289 is of this kind (100 sequences of length 5).
 */
#ifndef MG_SOURCE_SEQUENCES_H
#define MG_SOURCE_SEQUENCES_H

#include "model/source/source.h"

/*
 * Build from n rows: tokens (n, L) ids in [0, V), weight (n) > 0 and finite (they need not sum to
 * one; equal rows are merged). The arrays are copied. Never NULL; free with mg_source_free.
 */
struct mg_source *mg_sequences_new(const int *tokens, const double *weight, size_t n, size_t length,
                                   size_t vocab);

#endif

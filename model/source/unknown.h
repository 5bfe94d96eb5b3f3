/*
 * unknown.h - a source of which only the length and the number of tokens are known.
 *
 * What recorded decodings stand on: nothing can be drawn from it (draw is NULL), nothing scored.
 */
#ifndef MG_SOURCE_UNKNOWN_H
#define MG_SOURCE_UNKNOWN_H

#include "model/source/source.h"

/* Never NULL; free with mg_source_free. */
struct mg_source *mg_unknown_new(size_t length, size_t vocab);

#endif

/*
 * chain_rows.h - what theory knows of the chain behind a source, as rows beside what was measured.
 */
#ifndef MG_MEASURE_CHAIN_ROWS_H
#define MG_MEASURE_CHAIN_ROWS_H

#include "model/measure/rows.h"
#include "model/source/source.h"

/*
 * Rows of `information` with an exact value and no model's: dobrushin, second_eigenvalue (modulus)
 * and period (steps) of a Markov source; nothing for other kinds.
 */
void mg_chain_facts_emit(struct mg_sink *sink, const struct mg_source *source);

#endif

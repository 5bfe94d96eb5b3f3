/*
 * datablock.h - rows and words as gnuplot reads them, safe against whatever the text holds.
 */
#ifndef MG_HARNESS_DATABLOCK_H
#define MG_HARNESS_DATABLOCK_H

#include "harness/answer.h"
#include "harness/buffer.h"

/*
 * A gnuplot string expression. Text stands in single quotes, which gnuplot reads without escapes,
 * substitution or back-quote commands. A quote inside is joined on, 'it'."'".'s': gnuplot 5.4 reads
 * a doubled quote wrongly at the start of a string and after another. Control characters become
 * spaces.
 */
void mg_datablock_quote(struct mg_buffer *script, const char *text);

/*
 * $name <<EOD ... EOD and the variables of figure.h that describe it. Text cells stand in double
 * quotes, where gnuplot's data reader knows backslash escapes only: quote and backslash are
 * written as \042 and \134, control characters as spaces. NULL is NaN. A block
 * without rows holds one row of zeros, which a script leaves out by b_rows or b_n being 0.
 */
void mg_datablock_add(struct mg_buffer *script, const char *name, const struct mg_answer *rows);

#endif

/*
 * output.h - answers on standard output: a table for people, CSV or JSON for programs.
 *
 * Text: columns side by side, numbers with six digits. CSV (RFC 4180, but lines end with \n): a
 * header, shortest round-trip numbers, NULL is empty and the empty text "". JSON: one array with
 * an object a row. Numbers that are not finite are the words nan, inf, -inf (in JSON in quotes).
 */
#ifndef MG_HARNESS_OUTPUT_H
#define MG_HARNESS_OUTPUT_H

#include <stddef.h>
#include <stdio.h>

#include "harness/store.h"

enum mg_output_format { MG_OUTPUT_TEXT, MG_OUTPUT_CSV, MG_OUTPUT_JSON };

struct mg_output;

/* The stream is borrowed. Text is held back until the end, to align it. */
struct mg_output *mg_output_new(FILE *stream, enum mg_output_format format);

/* Column names (values[i].column), once, before the rows; then the rows. ctx is the output. */
mg_store_visitor mg_output_header;
mg_store_visitor mg_output_row;

/* Finish, flush and free. MG_ESTORAGE when the stream could not take it all. */
enum mg_status mg_output_end(struct mg_output *output, struct mg_error *err);

/* Cells for tables that do not come from the database. */
struct mg_value mg_cell_text(const char *column, const char *text); /* NULL text: NULL */
struct mg_value mg_cell_integer(const char *column, int64_t integer);
struct mg_value mg_cell_real(const char *column, double real); /* NaN: NULL */

#endif

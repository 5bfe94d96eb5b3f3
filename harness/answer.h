/*
 * answer.h - the answer of a query, kept: columns, rows and cells as text and number.
 *
 * Claims, figures and the report ask small questions and look at the answer more than once.
 * Numbers are written with the fewest digits that read back as the same double.
 */
#ifndef MG_HARNESS_ANSWER_H
#define MG_HARNESS_ANSWER_H

#include <stddef.h>

#include "harness/buffer.h"
#include "harness/store.h"

struct mg_cell_text {
    enum mg_value_type type;
    double real; /* NaN for NULL and text */
    char *text;  /* "" for NULL */
};

struct mg_answer {
    char **columns;
    size_t n_columns;
    struct mg_cell_text *cells; /* (rows, columns) */
    size_t n_rows;
    size_t capacity; /* cells there is room for */
};

/*
 * Ask; initialise *answer with {0}. experiment as in mg_store_query. On failure the answer is
 * empty. More than a million cells are refused (MG_EUSAGE): nobody reads them here.
 */
enum mg_status mg_answer_ask(struct mg_answer *answer, struct mg_store *store,
                             const char *experiment, const char *sql, struct mg_error *err);
void mg_answer_free(struct mg_answer *answer);

const struct mg_cell_text *mg_answer_cell(const struct mg_answer *answer, size_t row,
                                          size_t column);

/* Text of a cell by column name; "" where the column is absent or the value NULL. */
const char *mg_answer_text(const struct mg_answer *answer, size_t row, const char *column);

/* RFC 4180 with a header: quotes where needed and doubled, lines end with \r\n, NULL is empty. */
void mg_answer_csv(struct mg_buffer *csv, const struct mg_answer *answer);

#endif

/*
 * answer.c - the answer of a query, kept.
 */
#include "harness/answer.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/json.h"

enum { CELLS_MAX = 1000000 };

static char *copy_text(const char *text)
{
    char *copy = strdup(text);

    if (copy == NULL) {
        abort();
    }
    return copy;
}

static struct mg_cell_text make_cell(const struct mg_value *value)
{
    struct mg_cell_text cell = {.type = value->type, .real = NAN};
    char number[40] = "";

    switch (value->type) {
    case MG_VALUE_NULL:
        break;
    case MG_VALUE_INTEGER:
        cell.real = (double)value->integer;
        snprintf(number, sizeof(number), "%" PRId64, value->integer);
        break;
    case MG_VALUE_REAL:
        cell.real = value->real;
        if (isfinite(value->real)) {
            mg_number_text(value->real, number);
        } else {
            snprintf(number, sizeof(number), "%s", value->real > 0.0 ? "inf" : "-inf");
        }
        break;
    case MG_VALUE_TEXT:
        cell.text = copy_text(value->text);
        return cell;
    }
    cell.text = copy_text(number);
    return cell;
}

static enum mg_status keep_header(void *ctx, const struct mg_value *values, size_t n,
                                  struct mg_error *err)
{
    struct mg_answer *answer = ctx;

    (void)err;
    answer->columns = calloc(n > 0 ? n : 1, sizeof(*answer->columns));
    if (answer->columns == NULL) {
        abort();
    }
    for (size_t i = 0; i < n; i++) {
        answer->columns[i] = copy_text(values[i].column);
    }
    answer->n_columns = n;
    return MG_OK;
}

static enum mg_status keep_row(void *ctx, const struct mg_value *values, size_t n,
                               struct mg_error *err)
{
    struct mg_answer *answer = ctx;
    const size_t used = answer->n_rows * answer->n_columns;

    assert(n == answer->n_columns);
    if (used + n > CELLS_MAX) {
        return mg_fail(err, MG_EUSAGE, "the query answers with more than %d values", CELLS_MAX);
    }
    if (used + n > answer->capacity) {
        answer->capacity = 2 * (used + n);
        answer->cells = realloc(answer->cells, answer->capacity * sizeof(*answer->cells));
        if (answer->cells == NULL) {
            abort();
        }
    }
    for (size_t i = 0; i < n; i++) {
        answer->cells[used + i] = make_cell(&values[i]);
    }
    answer->n_rows++;
    return MG_OK;
}

enum mg_status mg_answer_ask(struct mg_answer *answer, struct mg_store *store,
                             const char *experiment, const char *sql, struct mg_error *err)
{
    enum mg_status status;

    assert(answer != NULL && sql != NULL);
    status = mg_store_query(store, experiment, sql, keep_header, keep_row, answer, err);
    if (status != MG_OK) {
        mg_answer_free(answer);
    }
    return status;
}

void mg_answer_free(struct mg_answer *answer)
{
    for (size_t i = 0; i < answer->n_rows * answer->n_columns; i++) {
        free(answer->cells[i].text);
    }
    for (size_t i = 0; i < answer->n_columns; i++) {
        free(answer->columns[i]);
    }
    free(answer->cells);
    free(answer->columns);
    *answer = (struct mg_answer){0};
}

const struct mg_cell_text *mg_answer_cell(const struct mg_answer *answer, size_t row, size_t column)
{
    assert(row < answer->n_rows);
    assert(column < answer->n_columns);
    return &answer->cells[row * answer->n_columns + column];
}

/* Index of a column, or n_columns. */
static size_t column_named(const struct mg_answer *answer, const char *name)
{
    size_t i = 0;

    while (i < answer->n_columns && strcmp(answer->columns[i], name) != 0) {
        i++;
    }
    return i;
}

const char *mg_answer_text(const struct mg_answer *answer, size_t row, const char *column)
{
    const size_t at = column_named(answer, column);

    return at < answer->n_columns ? mg_answer_cell(answer, row, at)->text : "";
}

static void csv_field(struct mg_buffer *csv, const char *text)
{
    if (text[strcspn(text, "\",\r\n")] == '\0') {
        mg_buffer_puts(csv, text);
        return;
    }
    mg_buffer_puts(csv, "\"");
    for (; *text != '\0'; text++) {
        mg_buffer_add(csv, text, 1);
        if (*text == '"') {
            mg_buffer_puts(csv, "\"");
        }
    }
    mg_buffer_puts(csv, "\"");
}

void mg_answer_csv(struct mg_buffer *csv, const struct mg_answer *answer)
{
    for (size_t i = 0; i < answer->n_columns; i++) {
        mg_buffer_puts(csv, i > 0 ? "," : "");
        csv_field(csv, answer->columns[i]);
    }
    mg_buffer_puts(csv, "\r\n");
    for (size_t row = 0; row < answer->n_rows; row++) {
        for (size_t i = 0; i < answer->n_columns; i++) {
            mg_buffer_puts(csv, i > 0 ? "," : "");
            csv_field(csv, mg_answer_cell(answer, row, i)->text);
        }
        mg_buffer_puts(csv, "\r\n");
    }
}

/* output.c - answers as text, CSV or JSON; see output.h. */
#include "harness/output.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/buffer.h"
#include "harness/json.h"
#include "model/numeric/arena.h"

enum { NUMBER_TEXT = 48, GAP = 2 };

struct mg_output {
    FILE *stream;
    enum mg_output_format format;
    char **columns;
    size_t n_columns;
    size_t n_rows;
    struct mg_buffer cells; /* text only: cells one after the other, each ended by a NUL */
    size_t *widths;         /* text only: of each column */
    bool *is_number;        /* text only: set right; false once a text was seen */
};

struct mg_value mg_cell_text(const char *column, const char *text)
{
    return (struct mg_value){
        .column = column, .type = text != NULL ? MG_VALUE_TEXT : MG_VALUE_NULL, .text = text};
}

struct mg_value mg_cell_integer(const char *column, int64_t integer)
{
    return (struct mg_value){
        .column = column, .type = MG_VALUE_INTEGER, .integer = integer, .real = (double)integer};
}

struct mg_value mg_cell_real(const char *column, double real)
{
    return (struct mg_value){
        .column = column, .type = isnan(real) ? MG_VALUE_NULL : MG_VALUE_REAL, .real = real};
}

struct mg_output *mg_output_new(FILE *stream, enum mg_output_format format)
{
    struct mg_output *output = mg_allocate(1, sizeof(*output));

    output->stream = stream;
    output->format = format;
    return output;
}

/* Characters of a UTF-8 text. */
static size_t width_of(const char *text)
{
    size_t width = 0;

    for (; *text != '\0'; text++) {
        width += ((unsigned char)*text & 0xc0U) != 0x80U;
    }
    return width;
}

/* A number as text: exact for programs, six digits for people. Texts are not numbers. */
static const char *number_text(char buffer[NUMBER_TEXT], const struct mg_value *value, bool exact)
{
    char digits[32];

    if (value->type == MG_VALUE_INTEGER) {
        snprintf(buffer, NUMBER_TEXT, "%lld", (long long)value->integer);
    } else if (!isfinite(value->real)) {
        snprintf(buffer, NUMBER_TEXT, "%s",
                 isnan(value->real)  ? "nan"
                 : value->real > 0.0 ? "inf"
                                     : "-inf");
    } else if (exact) {
        snprintf(buffer, NUMBER_TEXT, "%s", mg_number_text(value->real, digits));
    } else {
        snprintf(buffer, NUMBER_TEXT, "%.6g", value->real);
    }
    return buffer;
}

/* ---- text ---- */

static void hold_cell(struct mg_output *output, size_t column, const char *text)
{
    const size_t width = width_of(text);

    mg_buffer_add(&output->cells, text, strlen(text) + 1);
    output->widths[column] = width > output->widths[column] ? width : output->widths[column];
}

static void hold_row(struct mg_output *output, const struct mg_value *values)
{
    char number[NUMBER_TEXT];

    for (size_t i = 0; i < output->n_columns; i++) {
        const bool text = values[i].type == MG_VALUE_TEXT;
        const bool null = values[i].type == MG_VALUE_NULL;
        output->is_number[i] = output->is_number[i] && !text;
        hold_cell(output, i,
                  text ? values[i].text : (null ? "" : number_text(number, &values[i], false)));
    }
}

static void add_spaces(struct mg_buffer *line, size_t n)
{
    static const char blank[] = "                                                                ";

    for (; n >= sizeof(blank); n -= sizeof(blank) - 1) {
        mg_buffer_add(line, blank, sizeof(blank) - 1);
    }
    mg_buffer_add(line, blank, n);
}

/* Lines are put together by hand: printf's padding took half the time of a long table. */
static void print_text(const struct mg_output *output)
{
    const char *cell = output->cells.text;
    struct mg_buffer line = {0};

    for (size_t row = 0; cell != NULL && row <= output->n_rows; row++) {
        size_t owed = 0; /* spaces before the next cell, not printed at the end of a line */
        for (size_t i = 0; i < output->n_columns; i++) {
            const size_t pad = output->widths[i] - width_of(cell);
            const size_t size = strlen(cell);
            if (size > 0) {
                owed += output->is_number[i] ? pad : 0;
                add_spaces(&line, owed);
                mg_buffer_add(&line, cell, size);
                owed = output->is_number[i] ? GAP : pad + GAP;
            } else {
                owed += pad + GAP;
            }
            cell += size + 1;
        }
        mg_buffer_add(&line, "\n", 1);
        (void)fwrite(line.text, 1, line.size, output->stream);
        line.size = 0;
    }
    mg_buffer_free(&line);
}

/* ---- CSV ---- */

static void print_csv_text(FILE *stream, const char *text)
{
    if (text[0] != '\0' && strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            fputc('"', stream);
        }
        fputc(*text, stream);
    }
    fputc('"', stream);
}

static void print_csv_row(const struct mg_output *output, const struct mg_value *values)
{
    char number[NUMBER_TEXT];

    for (size_t i = 0; i < output->n_columns; i++) {
        if (i > 0) {
            fputc(',', output->stream);
        }
        if (values[i].type == MG_VALUE_TEXT) {
            print_csv_text(output->stream, values[i].text);
        } else if (values[i].type != MG_VALUE_NULL) {
            fputs(number_text(number, &values[i], true), output->stream);
        }
    }
    fputc('\n', output->stream);
}

/* ---- JSON ---- */

static void print_quoted(FILE *stream, const char *text)
{
    char *quoted = mg_json_quote(text);

    fputs(quoted, stream);
    free(quoted);
}

static void print_json_row(const struct mg_output *output, const struct mg_value *values)
{
    char number[NUMBER_TEXT];

    fputs(output->n_rows > 0 ? ",\n{" : "[{", output->stream);
    for (size_t i = 0; i < output->n_columns; i++) {
        if (i > 0) {
            fputs(", ", output->stream);
        }
        print_quoted(output->stream, output->columns[i]);
        fputs(": ", output->stream);
        if (values[i].type == MG_VALUE_NULL) {
            fputs("null", output->stream);
        } else if (values[i].type == MG_VALUE_TEXT) {
            print_quoted(output->stream, values[i].text);
        } else if (values[i].type == MG_VALUE_REAL && !isfinite(values[i].real)) {
            print_quoted(output->stream, number_text(number, &values[i], true));
        } else {
            fputs(number_text(number, &values[i], true), output->stream);
        }
    }
    fputc('}', output->stream);
}

/* ---- all ---- */

enum mg_status mg_output_header(void *ctx, const struct mg_value *values, size_t n,
                                struct mg_error *err)
{
    struct mg_output *output = ctx;

    (void)err;
    assert(output->columns == NULL);
    output->n_columns = n;
    output->columns = mg_allocate(n + 1, sizeof(*output->columns));
    output->widths = mg_allocate(n + 1, sizeof(*output->widths));
    output->is_number = mg_allocate(n + 1, sizeof(*output->is_number));
    for (size_t i = 0; i < n; i++) {
        output->columns[i] = strdup(values[i].column);
        output->is_number[i] = true;
        if (output->columns[i] == NULL) {
            abort();
        }
        if (output->format == MG_OUTPUT_TEXT) {
            hold_cell(output, i, values[i].column);
        } else if (output->format == MG_OUTPUT_CSV) {
            fputs(i > 0 ? "," : "", output->stream);
            print_csv_text(output->stream, values[i].column);
        }
    }
    if (output->format == MG_OUTPUT_CSV) {
        fputc('\n', output->stream);
    }
    return MG_OK;
}

enum mg_status mg_output_row(void *ctx, const struct mg_value *values, size_t n,
                             struct mg_error *err)
{
    struct mg_output *output = ctx;

    if (output->columns == NULL) {
        (void)mg_output_header(ctx, values, n, err);
    }
    assert(n == output->n_columns);
    if (output->format == MG_OUTPUT_TEXT) {
        hold_row(output, values);
    } else if (output->format == MG_OUTPUT_CSV) {
        print_csv_row(output, values);
    } else {
        print_json_row(output, values);
    }
    output->n_rows++;
    if (ferror(output->stream)) {
        return mg_fail(err, MG_ESTORAGE, "the answer cannot be written: %s", strerror(errno));
    }
    return MG_OK;
}

enum mg_status mg_output_end(struct mg_output *output, struct mg_error *err)
{
    enum mg_status status = MG_OK;

    if (output->format == MG_OUTPUT_TEXT) {
        print_text(output);
    } else if (output->format == MG_OUTPUT_JSON) {
        fputs(output->n_rows > 0 ? "]\n" : "[]\n", output->stream);
    }
    if (fflush(output->stream) != 0 || ferror(output->stream)) {
        status = mg_fail(err, MG_ESTORAGE, "the answer cannot be written: %s", strerror(errno));
    }
    for (size_t i = 0; i < output->n_columns; i++) {
        free(output->columns[i]);
    }
    free(output->columns);
    free(output->widths);
    free(output->is_number);
    mg_buffer_free(&output->cells);
    free(output);
    return status;
}

/* record.c - rows into stored values and a digest; see record.h. */
#include "harness/record.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "model/source/source.h"

struct mg_recorder {
    struct mg_sink sink; /* first: the sink is the recorder */
    char *const *symbols;
    mg_row_target *target;
    void *ctx;
    struct mg_hash *hash;
    int64_t n_rows;
    struct mg_error error;
    char *texts[MG_COLUMNS_MAX]; /* rendered tokens of the row at hand, one buffer a column */
    size_t capacities[MG_COLUMNS_MAX];
};

/* Tokens as a person reads them, in the column's buffer. */
static const char *render_tokens(struct mg_recorder *recorder, size_t column,
                                 const struct mg_cell *cell)
{
    size_t size = 1;
    char *to;

    for (size_t i = 0; i < cell->n_tokens; i++) {
        const int token = cell->tokens[i];
        size += 1 + (token == MG_MASK ? 1 : strlen(recorder->symbols[token]));
    }
    if (size > recorder->capacities[column]) {
        free(recorder->texts[column]);
        recorder->texts[column] = mg_allocate(size, 1);
        recorder->capacities[column] = size;
    }
    to = recorder->texts[column];
    *to = '\0';
    for (size_t i = 0; i < cell->n_tokens; i++) {
        const int token = cell->tokens[i];
        const char *symbol = token == MG_MASK ? "_" : recorder->symbols[token];
        const size_t length = strlen(symbol);
        if (i > 0) {
            *to++ = ' ';
        }
        memcpy(to, symbol, length + 1);
        to += length;
    }
    return recorder->texts[column];
}

/* Every bit of a double as text; one word for NaN, whatever its sign and payload. */
static int write_real(char *text, size_t size, double value)
{
    return isnan(value) ? snprintf(text, size, "nan") : snprintf(text, size, "%a", value);
}

static void hash_cell(struct mg_recorder *recorder, const struct mg_value *value)
{
    char text[64] = "n";
    int size = 1;

    switch (value->type) {
    case MG_VALUE_NULL:
        break;
    case MG_VALUE_INTEGER:
        size = snprintf(text, sizeof(text), "i%lld", (long long)value->integer);
        break;
    case MG_VALUE_REAL:
        text[0] = 'r';
        size = 1 + write_real(text + 1, sizeof(text) - 1, value->real);
        break;
    case MG_VALUE_TEXT:
        mg_hash_bytes(recorder->hash, "t", 1);
        mg_hash_text(recorder->hash, value->text);
        return;
    }
    mg_hash_bytes(recorder->hash, text, (size_t)size);
    mg_hash_bytes(recorder->hash, ",", 1);
}

static struct mg_value render(struct mg_recorder *recorder, size_t column,
                              const struct mg_cell *cell)
{
    switch (cell->type) {
    case MG_CELL_INT:
        return (struct mg_value){
            .type = MG_VALUE_INTEGER, .integer = cell->integer, .real = (double)cell->integer};
    case MG_CELL_REAL:
        return (struct mg_value){.type = MG_VALUE_REAL, .real = cell->real};
    case MG_CELL_TEXT:
        return (struct mg_value){.type = MG_VALUE_TEXT, .text = cell->text};
    case MG_CELL_TOKENS:
        return (struct mg_value){.type = MG_VALUE_TEXT,
                                 .text = render_tokens(recorder, column, cell)};
    case MG_CELL_NULL:
        break;
    }
    return (struct mg_value){.type = MG_VALUE_NULL};
}

static void record_row(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                       size_t n)
{
    struct mg_recorder *recorder = (struct mg_recorder *)(void *)sink;
    struct mg_value values[MG_COLUMNS_MAX];

    assert(n <= MG_COLUMNS_MAX);
    if (recorder->error.status != MG_OK) {
        return;
    }
    mg_hash_text(recorder->hash, mg_table_name(table));
    for (size_t i = 0; i < n; i++) {
        values[i] = render(recorder, i, &cells[i]);
        hash_cell(recorder, &values[i]);
    }
    (void)recorder->target(recorder->ctx, recorder->n_rows, table, values, n, &recorder->error);
    recorder->n_rows++;
}

struct mg_recorder *mg_recorder_new(char *const *symbols, mg_row_target *target, void *ctx)
{
    struct mg_recorder *recorder = mg_allocate(1, sizeof(*recorder));

    recorder->sink.row = record_row;
    recorder->symbols = symbols;
    recorder->target = target;
    recorder->ctx = ctx;
    recorder->hash = mg_hash_new();
    return recorder;
}

struct mg_sink *mg_recorder_sink(struct mg_recorder *recorder)
{
    return &recorder->sink;
}

enum mg_status mg_recorder_finish(char digest[MG_KEY_TEXT], int64_t *n_rows,
                                  struct mg_recorder *recorder, struct mg_error *err)
{
    enum mg_status status = recorder->error.status;

    if (status != MG_OK) {
        status = mg_fail(err, status, "%s", recorder->error.text);
    }
    mg_hash_finish(digest, recorder->hash);
    *n_rows = recorder->n_rows;
    for (size_t i = 0; i < MG_COLUMNS_MAX; i++) {
        free(recorder->texts[i]);
    }
    free(recorder);
    return status;
}

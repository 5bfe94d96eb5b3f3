/* rows.c - see rows.h. */
#include "model/measure/rows.h"

#include <assert.h>

struct table {
    const char *name;
    const char *columns;
};

static const struct table TABLES[MG_TABLE_COUNT] = {
#define TABLE_ROW(table, columns) [MG_TABLE_##table] = {#table, columns},
    MG_TABLES(TABLE_ROW)
#undef TABLE_ROW
};

struct mg_cell mg_int(int64_t value)
{
    return (struct mg_cell){.type = MG_CELL_INT, .integer = value};
}

struct mg_cell mg_real(double value)
{
    return (struct mg_cell){.type = MG_CELL_REAL, .real = value};
}

struct mg_cell mg_text(const char *value)
{
    assert(value != NULL);
    return (struct mg_cell){.type = MG_CELL_TEXT, .text = value};
}

struct mg_cell mg_tokens(const int *tokens, size_t n)
{
    assert(tokens != NULL || n == 0);
    return (struct mg_cell){.type = MG_CELL_TOKENS, .tokens = tokens, .n_tokens = n};
}

struct mg_cell mg_null(void)
{
    return (struct mg_cell){.type = MG_CELL_NULL};
}

struct mg_cell mg_real_if(int known, double value)
{
    return known ? mg_real(value) : mg_null();
}

const char *mg_table_name(enum mg_table table)
{
    assert((size_t)table < MG_TABLE_COUNT);
    return TABLES[table].name;
}

const char *mg_table_columns(enum mg_table table)
{
    assert((size_t)table < MG_TABLE_COUNT);
    return TABLES[table].columns;
}

size_t mg_table_width(enum mg_table table)
{
    size_t width = 1;

    for (const char *c = mg_table_columns(table); *c != '\0'; c++) {
        width += *c == ',';
    }
    return width;
}

void mg_emit(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells, size_t n)
{
    assert(sink != NULL);
    assert(cells != NULL);
    assert(n == mg_table_width(table));
    assert(n <= MG_COLUMNS_MAX);
    sink->row(sink, table, cells, n);
}

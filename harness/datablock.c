/*
 * datablock.c - rows and words as gnuplot reads them.
 */
#include "harness/datablock.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void mg_datablock_quote(struct mg_buffer *script, const char *text)
{
    mg_buffer_puts(script, "'");
    for (; *text != '\0'; text++) {
        const bool control = (unsigned char)*text < 0x20 || *text == 0x7f;
        if (*text == '\'') {
            mg_buffer_puts(script, "'.\"'\".'");
        } else {
            mg_buffer_add(script, control ? " " : text, 1);
        }
    }
    mg_buffer_puts(script, "'");
}

static void add_cell(struct mg_buffer *script, const struct mg_cell_text *cell)
{
    if (cell->type == MG_VALUE_NULL) {
        mg_buffer_puts(script, "NaN");
        return;
    }
    if (cell->type != MG_VALUE_TEXT) {
        mg_buffer_puts(script, cell->text);
        return;
    }
    mg_buffer_puts(script, "\"");
    for (const char *at = cell->text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') {
            mg_buffer_puts(script, *at == '"' ? "\\042" : "\\134");
        } else {
            const bool control = (unsigned char)*at < 0x20 || *at == 0x7f;
            mg_buffer_add(script, control ? " " : at, 1);
        }
    }
    mg_buffer_puts(script, "\"");
}

/* Rows cut where panel or series change. */
struct cut {
    size_t *first; /* (n) first row of each index */
    size_t *id;    /* (n) distinct series, from 1 */
    size_t *from;  /* (panels) first index of each panel, from 1 */
    size_t *novel; /* (kinds) first index of each distinct series, from 1 */
    size_t n;
    size_t panels;
    size_t kinds;
    size_t longest; /* bytes of the longest series */
};

static bool same(const struct mg_answer *rows, const char *column, size_t a, size_t b)
{
    return strcmp(mg_answer_text(rows, a, column), mg_answer_text(rows, b, column)) == 0;
}

static void find_cuts(struct cut *cut, const struct mg_answer *rows)
{
    cut->first = calloc(rows->n_rows + 1, sizeof(*cut->first));
    cut->id = calloc(rows->n_rows + 1, sizeof(*cut->id));
    cut->from = calloc(rows->n_rows + 1, sizeof(*cut->from));
    cut->novel = calloc(rows->n_rows + 1, sizeof(*cut->novel));
    if (cut->first == NULL || cut->id == NULL || cut->from == NULL || cut->novel == NULL) {
        abort();
    }
    for (size_t row = 0; row < rows->n_rows; row++) {
        const bool panel = row == 0 || !same(rows, "panel", row - 1, row);
        if (!panel && same(rows, "series", row - 1, row)) {
            continue;
        }
        if (panel) {
            cut->from[cut->panels++] = cut->n + 1;
        }
        for (size_t k = 0; k < cut->n && cut->id[cut->n] == 0; k++) {
            cut->id[cut->n] = same(rows, "series", cut->first[k], row) ? cut->id[k] : 0;
        }
        if (cut->id[cut->n] == 0) {
            const size_t length = strlen(mg_answer_text(rows, row, "series"));
            cut->longest = length > cut->longest ? length : cut->longest;
            cut->novel[cut->kinds++] = cut->n + 1;
            cut->id[cut->n] = cut->kinds;
        }
        cut->first[cut->n++] = row;
    }
}

static void add_numbers(struct mg_buffer *script, const char *name, const char *what,
                        const size_t *values, size_t n)
{
    mg_buffer_printf(script, "array %s_%s[%zu] = [", name, what, n > 0 ? n : 1);
    for (size_t i = 0; i < n; i++) {
        mg_buffer_printf(script, "%s%zu", i > 0 ? ", " : "", values[i]);
    }
    mg_buffer_puts(script, n > 0 ? "]\n" : "0]\n"); /* gnuplot has no empty arrays */
}

/* The words of a column at the rows given; rank picks them through another list where given. */
static void add_words(struct mg_buffer *script, const char *name, const char *what,
                      const struct mg_answer *rows, const char *column, const size_t *at,
                      const size_t *rank, size_t n)
{
    mg_buffer_printf(script, "array %s_%s[%zu] = [", name, what, n > 0 ? n : 1);
    for (size_t i = 0; i < n; i++) {
        mg_buffer_puts(script, i > 0 ? ", " : "");
        mg_datablock_quote(script,
                           mg_answer_text(rows, at[rank != NULL ? rank[i] - 1 : i], column));
    }
    mg_buffer_puts(script, n > 0 ? "]\n" : "'']\n");
}

void mg_datablock_add(struct mg_buffer *script, const char *name, const struct mg_answer *rows)
{
    struct cut cut = {0};
    size_t k = 0;
    size_t *to;

    find_cuts(&cut, rows);
    mg_buffer_printf(script, "$%s <<EOD\n#", name);
    for (size_t i = 0; i < rows->n_columns; i++) {
        mg_buffer_printf(script, " %s", rows->columns[i]);
    }
    for (size_t row = 0; row < rows->n_rows; row++) {
        const bool begins = k < cut.n && cut.first[k] == row;
        mg_buffer_puts(script, begins && k > 0 ? "\n\n\n" : "\n");
        k += begins;
        for (size_t i = 0; i < rows->n_columns; i++) {
            mg_buffer_puts(script, i > 0 ? " " : "");
            add_cell(script, mg_answer_cell(rows, row, i));
        }
    }
    if (rows->n_rows == 0) { /* gnuplot reads a block even where nothing is drawn from it */
        mg_buffer_puts(script, "\n0");
        for (size_t i = 1; i < rows->n_columns; i++) {
            mg_buffer_puts(script, " 0");
        }
    }
    mg_buffer_printf(
        script,
        "\nEOD\n%s_rows = %zu\n%s_n = %zu\n%s_panels = %zu\n%s_kinds = %zu\n%s_chars = %zu\n", name,
        rows->n_rows, name, cut.n, name, cut.panels, name, cut.kinds, name, cut.longest);
    add_words(script, name, "panel", rows, "panel", cut.first, NULL, cut.n);
    add_words(script, name, "series", rows, "series", cut.first, NULL, cut.n);
    add_numbers(script, name, "id", cut.id, cut.n);
    add_words(script, name, "kind", rows, "series", cut.first, cut.novel, cut.kinds);
    add_words(script, name, "panel_name", rows, "panel", cut.first, cut.from, cut.panels);
    add_numbers(script, name, "from", cut.from, cut.panels);
    to = cut.id; /* not needed any more; panels <= n */
    for (size_t p = 0; p < cut.panels; p++) {
        to[p] = p + 1 < cut.panels ? cut.from[p + 1] - 1 : cut.n;
    }
    add_numbers(script, name, "to", to, cut.panels);
    free(cut.first);
    free(cut.id);
    free(cut.from);
    free(cut.novel);
}

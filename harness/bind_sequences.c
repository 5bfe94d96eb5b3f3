/* bind_sequences.c - a source given by weighted sequences, in the file or in a rows file. */
#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bind_source.h"
#include "harness/file.h"
#include "harness/inherit.h"
#include "model/source/sequences.h"

enum { ROWS_BYTES_MAX = 1 << 24, LENGTH_MAX = 65536 };

/* One weighted sequence and where it stands. */
struct row {
    double weight;
    const char *tokens;
    struct mg_word *words;
    size_t length;
    const struct mg_json *json; /* its tokens in the experiment file, or NULL */
    size_t line;                /* or its line in the rows file */
};

struct rows {
    struct mg_binding *binding;
    const char *file; /* the rows file, or NULL */
    struct row *items;
    size_t n;
    bool fine;
};

static void refuse(struct rows *rows, const struct row *row, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void refuse(struct rows *rows, const struct row *row, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (row->json != NULL) {
        mg_bound_refuse_at(rows->binding, "source.rows", row->json, "%s", text);
    } else {
        mg_findings_add_line(rows->binding->reading->findings, rows->file, row->line, "%s", text);
    }
    rows->fine = false;
}

static void read_json(struct rows *rows, const struct mg_json *list)
{
    rows->n = mg_json_count(list);
    rows->items = mg_heap_array(rows->binding->reading->heap, rows->n, sizeof(struct row));
    for (size_t i = 0; i < rows->n; i++) {
        const struct mg_json *item = mg_json_at(list, i);
        const struct mg_json *count = mg_json_get(item, "count");
        const struct mg_json *tokens = mg_json_get(item, "tokens");

        rows->items[i] = (struct row){.weight = count == NULL ? 1.0 : mg_json_number(count),
                                      .tokens = mg_json_string(tokens),
                                      .json = tokens};
    }
}

/* One line count<TAB>tokens, terminated. */
static void read_line(struct rows *rows, struct row *row, char *line)
{
    char *tab = strchr(line, '\t');
    char *end;

    if (tab == NULL) {
        refuse(rows, row, "must be count<TAB>tokens: there is no tab");
        return;
    }
    *tab = '\0';
    row->tokens = tab + 1;
    row->weight = strtod(line, &end);
    if (end == line || *end != '\0' || !isfinite(row->weight) || !(row->weight > 0.0)) {
        refuse(rows, row, "\"%s\" is no count: it must be a number above 0", line);
    }
}

static void read_file(struct rows *rows, const char *path)
{
    struct mg_heap *heap = rows->binding->reading->heap;
    struct mg_error err = {0};
    size_t size;
    size_t lines = 1;
    char *text;

    rows->file = mg_path_beside(heap, mg_resolved_place(rows->binding->resolved, path).file,
                                mg_bound_text(rows->binding, path));
    if (mg_file_read(&text, &size, rows->file, ROWS_BYTES_MAX, &err) != MG_OK) {
        mg_bound_refuse(rows->binding, path, "%s", err.text);
        rows->fine = false;
        return;
    }
    mg_heap_adopt(heap, text);
    if (memchr(text, '\0', size) != NULL) {
        mg_bound_refuse(rows->binding, path, "%s holds a zero byte: not a text file", rows->file);
        rows->fine = false;
        return;
    }
    for (size_t i = 0; i < size; i++) {
        lines += text[i] == '\n' ? 1 : 0;
    }
    rows->items = mg_heap_array(heap, lines, sizeof(struct row));
    for (size_t line = 1; *text != '\0'; line++) {
        const size_t length = strcspn(text, "\n");
        const bool last = text[length] == '\0';
        struct row *row = &rows->items[rows->n++];

        text[length] = '\0';
        *row = (struct row){.line = line};
        read_line(rows, row, text);
        text += length + (last ? 0 : 1);
    }
    if (rows->n == 0) {
        mg_findings_add_line(rows->binding->reading->findings, rows->file, 0, "has no rows");
        rows->fine = false;
    }
}

/* Split every row; all must be as long as the first. */
static void split(struct rows *rows)
{
    const char *problem;

    for (size_t i = 0; i < rows->n; i++) {
        struct row *row = &rows->items[i];

        if (row->tokens == NULL) {
            continue;
        }
        if (!mg_words_split(&row->words, &row->length, rows->binding->reading->heap, row->tokens,
                            &problem)) {
            refuse(rows, row, "%s", problem);
            row->words = NULL; /* not all of them */
            row->length = rows->items[0].length;
        } else if (row->length != rows->items[0].length) {
            refuse(rows, row, "has %zu tokens, the first row has %zu", row->length,
                   rows->items[0].length);
        } else if (row->length > LENGTH_MAX) {
            refuse(rows, row, "has %zu tokens, more than %d", row->length, (int)LENGTH_MAX);
        }
        for (size_t k = 0; k < row->length && row->words != NULL; k++) {
            if (mg_word_is_mask(row->words[k])) {
                refuse(rows, row, "a mask \"_\" cannot stand in a sequence of the source");
                break;
            }
        }
    }
}

static int by_bytes(const void *a, const void *b)
{
    const struct mg_word *x = a;
    const struct mg_word *y = b;
    const size_t size = x->size < y->size ? x->size : y->size;
    const int order = memcmp(x->start, y->start, size);

    return order != 0 ? order : (x->size > y->size) - (x->size < y->size);
}

/* The distinct tokens of all rows in byte order. */
static void derive_alphabet(struct rows *rows)
{
    struct mg_heap *heap = rows->binding->reading->heap;
    const size_t length = rows->items[0].length;
    struct mg_word *all = mg_heap_array(heap, rows->n * length, sizeof(*all));
    const char **symbols = mg_heap_array(heap, rows->n * length, sizeof(char *));
    size_t n = 0;

    for (size_t i = 0; i < rows->n; i++) {
        memcpy(all + i * length, rows->items[i].words, length * sizeof(*all));
    }
    qsort(all, rows->n * length, sizeof(*all), by_bytes);
    for (size_t i = 0; i < rows->n * length; i++) {
        if (i == 0 || by_bytes(&all[i - 1], &all[i]) != 0) {
            symbols[n++] = mg_heap_format(heap, "%.*s", (int)all[i].size, all[i].start);
        }
    }
    mg_alphabet_init(&rows->binding->alphabet, rows->binding->heap, symbols, n);
}

static void number_tokens(struct rows *rows, int *tokens, double *weight)
{
    const struct mg_alphabet *alphabet = &rows->binding->alphabet;
    const size_t length = rows->items[0].length;
    char list[512];

    for (size_t i = 0; i < rows->n; i++) {
        const struct row *row = &rows->items[i];

        weight[i] = row->weight;
        for (size_t k = 0; k < length; k++) {
            const int id = mg_alphabet_find(alphabet, row->words[k].start, row->words[k].size);

            tokens[i * length + k] = id;
            if (id < 0) {
                refuse(rows, row, "unknown token \"%.*s\"\n    alphabet: %s",
                       (int)row->words[k].size, row->words[k].start,
                       mg_alphabet_list(alphabet, list, sizeof(list)));
            }
        }
    }
}

/* The rows of a file as the key they stand for: identity is content, not path. */
static void put_rows(const struct rows *rows)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert(out != NULL);
    for (size_t i = 0; i < rows->n; i++) {
        char *quoted = mg_json_quote(rows->items[i].tokens);
        char number[32];

        fprintf(out, "%s{\"count\":%s,\"tokens\":%s}", i == 0 ? "[" : ",",
                mg_number_text(rows->items[i].weight, number), quoted);
        free(quoted);
    }
    fputc(']', out);
    fclose(out);
    mg_resolved_put(rows->binding->resolved, "source.rows", text);
    free(text);
}

/* Exactly one of the two keys; reads it. */
static bool gather(struct rows *rows)
{
    struct mg_binding *binding = rows->binding;
    const struct mg_setting *given = mg_resolved_get(binding->resolved, "source.rows");
    const struct mg_setting *file = mg_resolved_get(binding->resolved, "source.rows_file");
    const bool any = mg_settings_get(binding->resolved->given, "source.rows") != NULL ||
                     mg_settings_get(binding->resolved->given, "source.rows_file") != NULL;

    if (given != NULL && file != NULL) {
        mg_bound_refuse(binding, "source.rows_file", "give either rows or rows_file, not both");
        return false;
    }
    if (given == NULL && file == NULL) {
        if (!any) {
            mg_findings_missing(binding->reading->findings,
                                mg_resolved_place(binding->resolved, "source"), "rows",
                                "missing: sequences need rows or rows_file");
        }
        return false;
    }
    if (given != NULL) {
        read_json(rows, given->value);
    } else {
        read_file(rows, "source.rows_file");
    }
    return rows->fine;
}

struct mg_source *mg_bind_sequences(struct mg_binding *binding)
{
    struct rows rows = {.binding = binding, .fine = true};
    const bool gathered = gather(&rows);
    const struct mg_setting *alphabet = mg_resolved_get(binding->resolved, "source.alphabet");
    int *tokens;
    double *weight;

    if (rows.n > 0) {
        split(&rows);
    }
    if (alphabet != NULL) {
        rows.fine = mg_bind_given_alphabet(binding) && rows.fine;
    } else if (mg_settings_get(binding->resolved->given, "source.alphabet") != NULL) {
        return NULL; /* faulty, reported */
    }
    if (!gathered || !rows.fine) {
        return NULL;
    }
    if (alphabet == NULL) {
        derive_alphabet(&rows);
    }
    tokens = mg_heap_array(binding->reading->heap, rows.n * rows.items[0].length, sizeof(int));
    weight = mg_heap_array(binding->reading->heap, rows.n, sizeof(double));
    number_tokens(&rows, tokens, weight);
    if (!rows.fine) {
        return NULL;
    }
    mg_bind_put_alphabet(binding);
    put_rows(&rows);
    return mg_sequences_new(tokens, weight, rows.n, rows.items[0].length, binding->alphabet.n);
}

/* findings.c - what is wrong in a file, with places, in the order of the file. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/findings.h"

enum { FINDINGS_MAX = 1000 }; /* a person reads no more; the same fault is kept once */

struct finding {
    size_t file; /* rank of the file, by first finding */
    size_t line, column;
    size_t order; /* of discovery */
    char *text;
};

struct mg_findings {
    struct mg_heap *heap;
    const char *files[64];
    size_t n_files;
    struct finding items[FINDINGS_MAX];
    size_t n;
};

struct mg_findings *mg_findings_new(struct mg_heap *heap)
{
    struct mg_findings *findings = mg_heap_array(heap, 1, sizeof(*findings));

    findings->heap = heap;
    return findings;
}

static size_t file_rank(struct mg_findings *findings, const char *file)
{
    const size_t capacity = sizeof(findings->files) / sizeof(findings->files[0]);

    for (size_t i = 0; i < findings->n_files; i++) {
        if (strcmp(findings->files[i], file) == 0) {
            return i;
        }
    }
    if (findings->n_files < capacity) {
        findings->files[findings->n_files] = file;
        return findings->n_files++;
    }
    return capacity;
}

static void keep(struct mg_findings *findings, const char *file, size_t line, size_t column,
                 char *text)
{
    for (size_t i = 0; i < findings->n; i++) {
        if (strcmp(findings->items[i].text, text) == 0) {
            return;
        }
    }
    if (findings->n < FINDINGS_MAX) {
        findings->items[findings->n] = (struct finding){.file = file_rank(findings, file),
                                                        .line = line,
                                                        .column = column,
                                                        .order = findings->n,
                                                        .text = text};
        findings->n++;
    }
}

static char *written(struct mg_heap *heap, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static char *written(struct mg_heap *heap, const char *format, va_list args)
{
    char text[4096];

    vsnprintf(text, sizeof(text), format, args);
    return mg_heap_text(heap, text);
}

static void complain(struct mg_findings *findings, struct mg_place place, const char *key,
                     const char *format, va_list args) __attribute__((format(printf, 4, 0)));

/* One error at a place; key: a member that should stand below the pointer, or NULL. */
static void complain(struct mg_findings *findings, struct mg_place place, const char *key,
                     const char *format, va_list args) __attribute__((format(printf, 4, 0)));

static void complain(struct mg_findings *findings, struct mg_place place, const char *key,
                     const char *format, va_list args)
{
    char pointer[1024];
    const size_t line = mg_json_line(place.json);
    const size_t column = mg_json_column(place.json);
    const char *what = written(findings->heap, format, args);
    const char *path = mg_json_pointer(place.json, pointer, sizeof(pointer));

    if (key != NULL) {
        path = mg_heap_format(findings->heap, "%s/%s", pointer, key);
    }
    keep(findings, place.file, line, column,
         mg_heap_format(findings->heap, "%s:%zu:%zu: error: %s%s%s", place.file, line, column, path,
                        path[0] == '\0' ? "" : ": ", what));
}

void mg_findings_add(struct mg_findings *findings, struct mg_place place, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(findings, place, NULL, format, args);
    va_end(args);
}

void mg_findings_missing(struct mg_findings *findings, struct mg_place place, const char *key,
                         const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(findings, place, key, format, args);
    va_end(args);
}

void mg_findings_add_line(struct mg_findings *findings, const char *file, size_t line,
                          const char *format, ...)
{
    va_list args;
    char *what;

    va_start(args, format);
    what = written(findings->heap, format, args);
    va_end(args);
    keep(findings, file, line, 0,
         line == 0 ? mg_heap_format(findings->heap, "%s: error: %s", file, what)
                   : mg_heap_format(findings->heap, "%s:%zu: error: %s", file, line, what));
}

void mg_findings_add_raw(struct mg_findings *findings, const char *text)
{
    keep(findings, "", 0, 0, mg_heap_text(findings->heap, text));
}

size_t mg_findings_count(const struct mg_findings *findings)
{
    return findings->n;
}

static int by_place(const void *a, const void *b)
{
    const struct finding *x = a;
    const struct finding *y = b;
    const size_t left[] = {x->file, x->line, x->column, x->order};
    const size_t right[] = {y->file, y->line, y->column, y->order};

    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return 0;
}

void mg_findings_report(struct mg_findings *findings, struct mg_problems *problems)
{
    qsort(findings->items, findings->n, sizeof(findings->items[0]), by_place);
    for (size_t i = 0; i < findings->n; i++) {
        mg_problems_add(problems, true, "%s", findings->items[i].text);
    }
}

/* Grow the list of lines by one. */
static void append(struct mg_problems *problems, char *line)
{
    char **lines = realloc(problems->lines, (problems->n + 1) * sizeof(char *));

    assert(lines != NULL && line != NULL);
    problems->lines = lines;
    problems->lines[problems->n++] = line;
}

void mg_problems_add(struct mg_problems *problems, bool error, const char *format, ...)
{
    char text[8192];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    append(problems, strdup(text));
    problems->errors += error ? 1 : 0;
}

void mg_problems_free(struct mg_problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        free(problems->lines[i]);
    }
    free(problems->lines);
    *problems = (struct mg_problems){0};
}

/* trace_file.c - a trace file: its lines, one by one; see trace_file.h. */
#include "harness/trace_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/trace_part.h"

enum { FAULTS_MAX = 100 }; /* a program that errs does so on every line, and nobody reads them */

static void complain(struct mg_trace_reader *reader, size_t line, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void complain(struct mg_trace_reader *reader, size_t line, const char *format, va_list args)
{
    char text[1024];

    if (reader->faults < FAULTS_MAX) {
        vsnprintf(text, sizeof(text), format, args);
        mg_findings_add_line(reader->findings, reader->file, line, "%s", text);
    } else if (reader->faults == FAULTS_MAX) {
        mg_findings_add_line(reader->findings, reader->file, reader->line,
                             "more than %d faults: the others are not told", (int)FAULTS_MAX);
    }
    reader->faults++;
}

void mg_trace_refuse(struct mg_trace_reader *reader, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(reader, reader->line, format, args);
    va_end(args);
}

void mg_trace_refuse_line(struct mg_trace_reader *reader, size_t line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(reader, line, format, args);
    va_end(args);
}

bool mg_trace_is_object(struct mg_trace_reader *reader, const struct mg_json *value,
                        const char *const *keys)
{
    char list[256] = "";
    bool fine = true;

    if (mg_json_type(value) != MG_JSON_OBJECT) {
        mg_trace_refuse(reader, "must be an object, is %s", mg_json_type_name(mg_json_type(value)));
        return false;
    }
    for (size_t k = 0; keys[k] != NULL; k++) {
        const size_t used = strlen(list);

        snprintf(list + used, sizeof(list) - used, "%s%s", k == 0 ? "" : ", ", keys[k]);
    }
    for (size_t i = 0; i < mg_json_count(value); i++) {
        const char *key = mg_json_key(mg_json_at(value, i));
        size_t k = 0;

        while (keys[k] != NULL && strcmp(keys[k], key) != 0) {
            k++;
        }
        if (keys[k] == NULL) {
            mg_trace_refuse(reader, "unknown key \"%.64s\"\n    allowed: %s", key, list);
            fine = false;
        }
    }
    return fine;
}

bool mg_trace_integer(long long *integer, struct mg_trace_reader *reader,
                      const struct mg_json *value, const char *what, long long min, long long max)
{
    char given[64] = "missing";

    if (value != NULL && mg_json_type(value) == MG_JSON_NUMBER) {
        if (mg_json_integer(value, integer) && *integer >= min && *integer <= max) {
            return true;
        }
        snprintf(given, sizeof(given), "%.17g", mg_json_number(value));
    } else if (value != NULL) {
        snprintf(given, sizeof(given), "%s", mg_json_type_name(mg_json_type(value)));
    }
    mg_trace_refuse(reader, "%s: must be an integer in [%lld, %lld], is %s", what, min, max, given);
    return false;
}

/* Parse one line and read it; false where nothing after it makes sense. */
static bool read_line(struct mg_trace_reader *reader, const char *text, size_t size)
{
    struct mg_json_file *json = NULL;
    struct mg_error err = {0};
    bool fine = true;

    if (mg_json_parse_header(&json, text, size, "", &err) != MG_OK) {
        const char *what = strstr(err.text, "error: "); /* ":1:COLUMN: error: ..." */
        unsigned long column = 0;

        (void)sscanf(err.text, ":1:%lu", &column);
        mg_trace_refuse(reader, "column %lu: no JSON: %s", column, what == NULL ? "" : what + 7);
        return reader->line > 1;
    }
    if (reader->line == 1) {
        fine = mg_trace_read_header(reader, mg_json_root(json));
    } else {
        mg_trace_read_line(reader, mg_json_root(json));
    }
    mg_json_free(json);
    return fine;
}

struct mg_trace_file *mg_trace_parse(struct mg_heap *heap, const char *text, size_t size,
                                     const char *file, struct mg_findings *findings)
{
    struct mg_trace_reader reader = {.heap = heap, .findings = findings, .file = file, .line = 1};
    size_t lines = 1;
    bool fine = true;

    for (size_t i = 0; i < size; i++) {
        lines += text[i] == '\n' ? 1 : 0;
    }
    reader.out = mg_heap_array(heap, 1, sizeof(*reader.out));
    reader.lines = mg_heap_array(heap, lines, sizeof(*reader.lines));
    for (size_t at = 0; fine && (at < size || reader.line == 1) && reader.faults <= FAULTS_MAX;
         reader.line++) {
        const char *end = memchr(text + at, '\n', size - at);
        const size_t length = end == NULL ? size - at : (size_t)(end - text) - at;

        fine = read_line(&reader, text + at, length);
        at += length + 1;
    }
    if (fine) {
        mg_trace_settle(&reader);
    }
    return reader.faults == 0 ? reader.out : NULL;
}

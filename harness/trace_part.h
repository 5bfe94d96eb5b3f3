/*
 * trace_part.h - the parts of reading a trace: header, lines, and what the lines say together.
 */
#ifndef MG_HARNESS_TRACE_PART_H
#define MG_HARNESS_TRACE_PART_H

#include "harness/json.h"
#include "harness/trace_file.h"

/* An answer and the line that gives it. */
struct mg_trace_line {
    struct mg_trace_answer answer;
    size_t line;
};

/* A trace on its way. */
struct mg_trace_reader {
    struct mg_heap *heap;
    struct mg_findings *findings;
    const char *file;
    size_t line; /* being read, from 1 */
    size_t faults;
    struct mg_trace_file *out;
    const int *prompts;          /* (n_prompts, L) of the header; NULL: all masked */
    size_t n_prompts;            /* 0, 1 for all samples, or one for each */
    struct mg_trace_line *lines; /* in the order of the file */
    size_t n_lines;
};

/* A fault of the line being read; of a line. */
void mg_trace_refuse(struct mg_trace_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void mg_trace_refuse_line(struct mg_trace_reader *reader, size_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An object with no other keys than those of the list, ended by NULL. */
bool mg_trace_is_object(struct mg_trace_reader *reader, const struct mg_json *value,
                        const char *const *keys);

/* An integer in [min, max]; `what` names it. False after a fault; value NULL is one. */
bool mg_trace_integer(long long *integer, struct mg_trace_reader *reader,
                      const struct mg_json *value, const char *what, long long min, long long max);

/* The first line: sizes, names and prompts. False after faults. */
bool mg_trace_read_header(struct mg_trace_reader *reader, const struct mg_json *root);

/* Any other line, kept. */
void mg_trace_read_line(struct mg_trace_reader *reader, const struct mg_json *root);

/* Sort the lines and fill what they say together: samples, tokens, step_of. */
void mg_trace_settle(struct mg_trace_reader *reader);

#endif

/*
 * findings.h - what is wrong in a file, with places, in the order of the file.
 *
 * Checks run in whatever order suits them and for every point of a sweep; findings are kept once
 * each and sorted by file, line and column at the end.
 */
#ifndef MG_HARNESS_FINDINGS_H
#define MG_HARNESS_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/heap.h"
#include "harness/json.h"
#include "harness/spec.h"

/* A value and the file it stands in. */
struct mg_place {
    const char *file;
    const struct mg_json *json;
};

struct mg_findings;

struct mg_findings *mg_findings_new(struct mg_heap *heap); /* owned by the heap */

/* "FILE:LINE:COL: error: POINTER: what". `what` may go on in indented lines. */
void mg_findings_add(struct mg_findings *findings, struct mg_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a key that is missing in the object at place: the pointer ends in the key. */
void mg_findings_missing(struct mg_findings *findings, struct mg_place place, const char *key,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A fault of another text file; line 0: the file as a whole; text is complete but for the place. */
void mg_findings_add_line(struct mg_findings *findings, const char *file, size_t line,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A complete line that already has its place ("FILE:LINE:COL: error: ..."). */
void mg_findings_add_raw(struct mg_findings *findings, const char *text);

/* Errors so far. */
size_t mg_findings_count(const struct mg_findings *findings);

/* Append everything to problems, sorted. */
void mg_findings_report(struct mg_findings *findings, struct mg_problems *problems);

#endif

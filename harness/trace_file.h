/*
 * trace_file.h - a trace file: decodings made elsewhere, JSON lines as in
 * experiments/traces/README.md.
 *
 * Every fault is found in one pass, each with its line, what is wrong and what is allowed.
 */
#ifndef MG_HARNESS_TRACE_FILE_H
#define MG_HARNESS_TRACE_FILE_H

#include "harness/findings.h"
#include "harness/heap.h"
#include "model/measure/trace.h"

struct mg_trace_file {
    struct mg_trace trace;
    char **symbols; /* (V) how tokens are written; NULL: the file does not say */
};

/*
 * Read the text of a file; `file` names it in the findings. NULL after findings, else the heap's.
 */
struct mg_trace_file *mg_trace_parse(struct mg_heap *heap, const char *text, size_t size,
                                     const char *file, struct mg_findings *findings);

#endif

/* bind_trace.c - a predictor that is a file of recorded decodings, and the source it may stand on.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/bind_source.h"
#include "harness/file.h"
#include "harness/identity.h"
#include "harness/inherit.h"
#include "harness/trace_file.h"
#include "model/source/unknown.h"

#define BYTES_MAX ((size_t)1 << 31)

/* Read the file at a path, complaining where it is at fault. */
static const struct mg_read_trace *read_trace(const struct mg_binding *binding, const char *path)
{
    struct mg_reading *reading = binding->reading;
    struct mg_read_trace *trace = mg_heap_array(reading->heap, 1, sizeof(*trace));
    struct mg_hash *hash = mg_hash_new();
    struct mg_error err = {0};
    char sha256[MG_KEY_TEXT];
    char *text = NULL;
    size_t size = 0;

    if (mg_file_read(&text, &size, path, BYTES_MAX, &err) != MG_OK) {
        mg_bound_refuse(binding, "predictor.path", "%s", err.text);
    } else {
        trace->file = mg_trace_parse(binding->heap, text, size, path, reading->findings);
    }
    mg_hash_bytes(hash, text, size);
    mg_hash_finish(sha256, hash);
    free(text);
    trace->path = path;
    trace->sha256 = mg_heap_text(binding->heap, sha256);
    trace->next = reading->traces;
    reading->traces = trace;
    return trace;
}

/* The trace of the point, read once; NULL where it is missing or after complaints. */
static const struct mg_read_trace *trace_of(struct mg_binding *binding)
{
    const struct mg_read_trace *known = binding->reading->traces;
    const char *path;

    if (mg_resolved_get(binding->resolved, "predictor.path") == NULL) {
        return NULL; /* complained about */
    }
    path =
        mg_path_beside(binding->heap, mg_resolved_place(binding->resolved, "predictor.path").file,
                       mg_bound_text(binding, "predictor.path"));
    if (access(path, F_OK) != 0 && mg_resolved_get(binding->resolved, "predictor.if_missing") &&
        strcmp(mg_bound_text(binding, "predictor.if_missing"), "not_run") == 0) {
        binding->point->missing = mg_heap_format(
            binding->heap, "the trace %s is not there; --set predictor.path=FILE says where it is",
            path);
        return NULL;
    }
    while (known != NULL && strcmp(known->path, path) != 0) {
        known = known->next;
    }
    if (known == NULL) {
        known = read_trace(binding, path);
    }
    return known->file == NULL ? NULL : known;
}

struct mg_source *mg_bind_trace_source(struct mg_binding *binding)
{
    const struct mg_setting *kind = mg_resolved_get(binding->resolved, "predictor.kind");
    const struct mg_read_trace *trace;

    if (kind == NULL) {
        return NULL; /* complained about */
    }
    if (strcmp(mg_json_string(kind->value), "trace") != 0) {
        mg_bound_refuse(binding, "source.kind",
                        "a source known only from a trace needs the predictor \"trace\"");
        return NULL;
    }
    trace = trace_of(binding);
    if (trace == NULL) {
        return NULL;
    }
    if (trace->file->symbols == NULL) {
        mg_alphabet_numbers(&binding->alphabet, binding->heap, trace->file->trace.vocab);
    } else {
        mg_alphabet_init(&binding->alphabet, binding->heap,
                         (const char *const *)trace->file->symbols, trace->file->trace.vocab);
    }
    return mg_unknown_new(trace->file->trace.length, trace->file->trace.vocab);
}

/* Sizes, and how tokens are written where the trace says so, are the source's. */
static bool check_fit(const struct mg_binding *binding, const struct mg_trace_file *file)
{
    const struct mg_source *source = binding->point->source;

    if (source == NULL) {
        return false; /* complained about */
    }
    if (file->trace.length != source->length || file->trace.vocab != source->vocab) {
        mg_bound_refuse(binding, "predictor.path",
                        "the trace has rows of %zu positions over %zu tokens, the source of %zu "
                        "over %zu",
                        file->trace.length, file->trace.vocab, source->length, source->vocab);
        return false;
    }
    for (size_t v = 0; file->symbols != NULL && v < source->vocab; v++) {
        if (strcmp(file->symbols[v], binding->alphabet.symbols[v]) != 0) {
            mg_bound_refuse(binding, "predictor.path",
                            "token %zu is written \"%s\" in the trace, \"%s\" by the source", v,
                            file->symbols[v], binding->alphabet.symbols[v]);
            return false;
        }
    }
    return true;
}

bool mg_bind_trace(struct mg_binding *binding)
{
    const struct mg_read_trace *trace = trace_of(binding);

    if (trace == NULL || !check_fit(binding, trace->file)) {
        return false;
    }
    binding->point->trace = &trace->file->trace;
    binding->point->predictor_sha256 = trace->sha256;
    return true;
}

bool mg_bind_recorded(struct mg_binding *binding, struct mg_measure_spec *spec, const char *path)
{
    const char *key = mg_heap_format(binding->reading->heap, "%s.kind", path);
    const struct mg_measure *measure = mg_measure_find(mg_bound_text(binding, key));
    const struct mg_setting *kind = mg_resolved_get(binding->resolved, "predictor.kind");
    const bool recorded = kind != NULL && strcmp(mg_json_string(kind->value), "trace") == 0;

    if (kind != NULL && measure->reads_trace != recorded) {
        mg_bound_refuse(binding, key,
                        recorded ? "the predictor \"trace\" answers only what it recorded: the "
                                   "measure \"trace\""
                                 : "needs the predictor \"trace\": decodings that were recorded");
        return false;
    }
    spec->trace = binding->point->trace;
    return !measure->reads_trace || spec->trace != NULL; /* else the predictor is at fault */
}

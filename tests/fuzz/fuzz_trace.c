/* fuzz_trace.c - libFuzzer: any bytes are refused with their line, or decodings that end. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/trace_file.h"
#include "model/measure/trace_curves.h"
#include "model/source/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the measures count on. */
static void check(const struct mg_trace *trace)
{
    struct mg_trace_firsts firsts;

    if (trace->n_samples == 0 || trace->top > trace->vocab) {
        abort();
    }
    for (size_t i = 0; i < trace->n_samples * trace->length; i++) {
        if (trace->tokens[i] < 0 || (size_t)trace->tokens[i] >= trace->vocab ||
            (trace->step_of[i] < 0) != (trace->prompts[i] != MG_MASK)) {
            abort();
        }
    }
    for (size_t i = 0; i < trace->n_answers; i++) {
        const struct mg_trace_answer *answer = &trace->answers[i];
        const double tail = mg_trace_tail(trace, answer);

        if (answer->sample >= trace->n_samples || answer->position >= trace->length ||
            !(tail >= 0.0 && tail <= 1.0)) {
            abort();
        }
        for (size_t k = 0; k < trace->top; k++) {
            if ((size_t)answer->tokens[k] >= trace->vocab ||
                !(answer->probs[k] >= 0.0 && answer->probs[k] <= 1.0 + 1e-12)) {
                abort();
            }
        }
    }
    (void)mg_trace_firsts_find(&firsts, trace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mg_heap *heap = mg_heap_new();
    struct mg_findings *findings = mg_findings_new(heap);
    const struct mg_trace_file *file =
        mg_trace_parse(heap, (const char *)data, size, "t", findings);

    if ((file == NULL) != (mg_findings_count(findings) > 0)) {
        abort();
    }
    if (file != NULL) {
        check(&file->trace);
    }
    mg_heap_free(heap);
    return 0;
}

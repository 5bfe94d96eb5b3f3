/* fuzz_safetensors.c - libFuzzer: what the reader accepts, it can read to the last byte. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "harness/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mg_error err = {0};
    struct mg_safetensors *file = NULL;
    uint64_t bytes = 0;

    if (mg_safetensors_parse(&file, data, size, "f", &err) != MG_OK) {
        return 0;
    }
    for (size_t i = 0; i < mg_safetensors_count(file); i++) {
        const struct mg_safetensor *tensor = mg_safetensors_at(file, i);
        bytes += tensor->end - tensor->begin;
        if (mg_safetensors_find(file, tensor->name) != tensor || tensor->begin > tensor->end) {
            abort();
        }
        if (mg_safetensors_is_float(tensor)) {
            float *values = malloc(tensor->count * sizeof(*values) + 1);
            if (values == NULL) {
                abort();
            }
            mg_safetensors_floats(values, file, tensor);
            free(values);
        }
    }
    if (bytes > size) { /* tensors do not overlap */
        abort();
    }
    mg_safetensors_close(file);
    return 0;
}

/* safetensors_write.c - the writer of safetensors.h. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "harness/json.h"
#include "harness/safetensors.h"

enum { LENGTH_BYTES = 8, ALIGNMENT = 8, FLOAT_BYTES = 4 };

static void print_tensor(FILE *out, const struct mg_tensor *tensor, size_t begin)
{
    char *name = mg_json_quote(tensor->name);

    (void)fprintf(out, ",%s:{\"dtype\":\"F32\",\"shape\":[%zu", name, tensor->shape[0]);
    if (tensor->rank == 2) {
        (void)fprintf(out, ",%zu", tensor->shape[1]);
    }
    (void)fprintf(out, "],\"data_offsets\":[%zu,%zu]}", begin, begin + FLOAT_BYTES * tensor->count);
    free(name);
}

/* "format": "pt" is what the loaders of transformers ask for. */
static char *print_header(size_t *size, const struct mg_tensor *tensors, size_t n,
                          const struct mg_safetensors_note *notes, size_t n_notes)
{
    char *header = NULL;
    size_t begin = 0;
    FILE *out = open_memstream(&header, size);
    int closed;

    assert(out != NULL);
    (void)fputs("{\"__metadata__\":{\"format\":\"pt\"", out);
    for (size_t i = 0; i < n_notes; i++) {
        char *text = mg_json_quote(notes[i].text);
        (void)fprintf(out, ",\"%s\":%s", notes[i].key, text);
        free(text);
    }
    (void)fputc('}', out);
    for (size_t i = 0; i < n; i++) {
        assert(tensors[i].rank == 1 || tensors[i].rank == 2);
        print_tensor(out, &tensors[i], begin);
        begin += FLOAT_BYTES * tensors[i].count;
    }
    (void)fputc('}', out);
    (void)fflush(out); /* sets *size */
    for (size_t tail = *size % ALIGNMENT; tail != 0 && tail < ALIGNMENT; tail++) {
        (void)fputc(' ', out);
    }
    closed = fclose(out);
    assert(closed == 0);
    return header;
}

static unsigned char *put_floats(unsigned char *bytes, const float *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof(bits));
        for (size_t byte = 0; byte < FLOAT_BYTES; byte++) {
            *bytes++ = (unsigned char)(bits >> 8 * byte & 0xFF);
        }
    }
    return bytes;
}

enum mg_status mg_safetensors_write(const char *path, const struct mg_tensor *tensors, size_t n,
                                    struct mg_error *err)
{
    return mg_safetensors_write_noted(path, tensors, n, NULL, 0, err);
}

enum mg_status mg_safetensors_write_noted(const char *path, const struct mg_tensor *tensors,
                                          size_t n, const struct mg_safetensors_note *notes,
                                          size_t n_notes, struct mg_error *err)
{
    size_t header_size = 0;
    char *header = print_header(&header_size, tensors, n, notes, n_notes);
    size_t size = LENGTH_BYTES + header_size;
    unsigned char *bytes = NULL;
    unsigned char *next;
    enum mg_status status;

    for (size_t i = 0; i < n; i++) {
        size += FLOAT_BYTES * tensors[i].count;
    }
    bytes = malloc(size);
    assert(bytes != NULL);
    for (size_t i = 0; i < LENGTH_BYTES; i++) {
        bytes[i] = (unsigned char)((uint64_t)header_size >> 8 * i & 0xFF);
    }
    memcpy(bytes + LENGTH_BYTES, header, header_size);
    next = bytes + LENGTH_BYTES + header_size;
    for (size_t i = 0; i < n; i++) {
        next = put_floats(next, tensors[i].data, tensors[i].count);
    }
    assert(next == bytes + size);
    status = mg_file_write(path, bytes, size, err);
    free(bytes);
    free(header);
    return status;
}

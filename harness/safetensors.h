/*
 * safetensors.h - named tensors on disk: a strict reader of one file, and a writer.
 *
 * The format: 8 bytes header length N (little-endian), N bytes of JSON {name: {"dtype", "shape",
 * "data_offsets"}}, data without holes. Everything a header claims is checked before it is
 * believed; files come from anywhere. Source: huggingface/safetensors, README (Format) and its
 * attack files.
 */
#ifndef MG_HARNESS_SAFETENSORS_H
#define MG_HARNESS_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/network/parameters.h"
#include "model/numeric/error.h"
#include "model/numeric/half.h"

enum { MG_SAFETENSORS_RANK_MAX = 8 };

struct mg_safetensor {
    const char *name;  /* lives with the file */
    const char *dtype; /* "F32", "BF16", ... as in the format */
    size_t rank;
    uint64_t shape[MG_SAFETENSORS_RANK_MAX]; /* row-major */
    uint64_t count;                          /* elements */
    uint64_t begin, end;                     /* bytes of the data part */
};

struct mg_safetensors; /* one open file */

/*
 * Open a regular file and check its header and extents. It is mapped: it must not be shortened
 * by others while open, which ends the process (replacing it by rename is fine); with read_it it is
 * copied into memory instead. MG_EUSAGE names file and tensor.
 */
enum mg_status mg_safetensors_open(struct mg_safetensors **file, const char *path, bool read_it,
                                   struct mg_error *err);

/* The same for bytes in memory, which stay the caller's and must outlive the file. */
enum mg_status mg_safetensors_parse(struct mg_safetensors **file, const void *data, size_t size,
                                    const char *name, struct mg_error *err);
void mg_safetensors_close(struct mg_safetensors *file); /* NULL is fine */

/* The tensors in the order of their data (empty ones may stand anywhere among equals). */
size_t mg_safetensors_count(const struct mg_safetensors *file);
const struct mg_safetensor *mg_safetensors_at(const struct mg_safetensors *file, size_t i);
const struct mg_safetensor *mg_safetensors_find(const struct mg_safetensors *file,
                                                const char *name); /* or NULL */

/* True if mg_safetensors_floats can read the tensor: dtype F32, F16 or BF16. */
bool mg_safetensors_is_float(const struct mg_safetensor *tensor);

/* Of such a tensor: its type, and its values as they lie there, at any alignment. */
enum mg_dtype mg_safetensors_dtype(const struct mg_safetensor *tensor);
const void *mg_safetensors_bytes(const struct mg_safetensors *file,
                                 const struct mg_safetensor *tensor);

/*
 * Its values as float, exact for the three types; may be infinite or NaN.
 *   values (tensor->count) out, row-major
 */
void mg_safetensors_floats(float *values, const struct mg_safetensors *file,
                           const struct mg_safetensor *tensor);

/*
 * The first key of a tensor that is not of the format, in words ("tensor a has a key "x", which is
 * ignored"), or NULL where there is none; lives with the file.
 */
const char *mg_safetensors_ignored(const struct mg_safetensors *file);

/* What stands under a key of __metadata__, or NULL; lives with the file. */
const char *mg_safetensors_note(const struct mg_safetensors *file, const char *key);

/* An entry of __metadata__: words for programs that know the key. */
struct mg_safetensors_note {
    const char *key, *text;
};

/*
 * Write n tensors as F32, in list order, header padded to 8 bytes: the same tensors give the same
 * bytes. The file appears whole or not at all. MG_ESTORAGE.
 */
enum mg_status mg_safetensors_write(const char *path, const struct mg_tensor *tensors, size_t n,
                                    struct mg_error *err);

/* The same with n_notes entries more in __metadata__. */
enum mg_status mg_safetensors_write_noted(const char *path, const struct mg_tensor *tensors,
                                          size_t n, const struct mg_safetensors_note *notes,
                                          size_t n_notes, struct mg_error *err);

#endif

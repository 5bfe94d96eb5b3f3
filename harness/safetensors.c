/* safetensors.c - see safetensors.h. The checks stand in the order in which they protect. */
#include "harness/safetensors.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/file.h"
#include "harness/json.h"

enum { LENGTH_BYTES = 8, NAME_BYTES_MAX = 1024, KNOWN_KEYS = 3 /* of a tensor */ };

/* Every type of the format: a type that is not known cannot be checked, so it is refused. */
static const struct dtype {
    const char *name;
    unsigned bits;
    bool is_float; /* of these we read values, the others are only checked */
    enum mg_dtype dtype;
} dtypes[] = {
    {"F32", 32, true, MG_F32},          {"BF16", 16, true, MG_BF16},
    {"F16", 16, true, MG_F16},          {.name = "BOOL", .bits = 8},
    {.name = "U8", .bits = 8},          {.name = "I8", .bits = 8},
    {.name = "F8_E5M2", .bits = 8},     {.name = "F8_E4M3", .bits = 8},
    {.name = "F8_E8M0", .bits = 8},     {.name = "F8_E4M3FNUZ", .bits = 8},
    {.name = "F8_E5M2FNUZ", .bits = 8}, {.name = "I16", .bits = 16},
    {.name = "U16", .bits = 16},        {.name = "I32", .bits = 32},
    {.name = "U32", .bits = 32},        {.name = "F64", .bits = 64},
    {.name = "I64", .bits = 64},        {.name = "U64", .bits = 64},
    {.name = "C64", .bits = 64},        {.name = "F4", .bits = 4},
    {.name = "F6_E2M3", .bits = 6},     {.name = "F6_E3M2", .bits = 6},
};

struct mg_safetensors {
    void *map;  /* NULL for bytes of the caller, or */
    void *copy; /* malloc'd */
    size_t map_size;
    const unsigned char *data; /* behind the header */
    struct mg_json_file *json; /* owns the names */
    struct mg_safetensor *tensors;
    size_t n;
    char *ignored; /* see mg_safetensors_ignored */
};

static const struct dtype *dtype_find(const char *name)
{
    for (size_t i = 0; i < sizeof(dtypes) / sizeof(dtypes[0]); i++) {
        if (strcmp(dtypes[i].name, name) == 0) {
            return &dtypes[i];
        }
    }
    return NULL;
}

/* A decimal uint64: digits alone, no sign, point or exponent, and never through a double. */
static bool read_size(uint64_t *size, const struct mg_json *value)
{
    const char *text;
    size_t bytes;

    *size = 0;
    if (mg_json_type(value) != MG_JSON_NUMBER) {
        return false;
    }
    text = mg_json_number_text(value, &bytes);
    for (size_t i = 0; i < bytes; i++) {
        if (text[i] < '0' || text[i] > '9' || __builtin_mul_overflow(*size, 10u, size) ||
            __builtin_add_overflow(*size, (uint64_t)(text[i] - '0'), size)) {
            return false;
        }
    }
    return true;
}

static enum mg_status read_sizes(uint64_t *sizes, size_t *n, size_t n_max,
                                 const struct mg_json *tensor, const char *key, const char *file,
                                 struct mg_error *err)
{
    const struct mg_json *list = mg_json_get(tensor, key);

    if (list == NULL || mg_json_type(list) != MG_JSON_ARRAY || mg_json_count(list) > n_max) {
        return mg_fail(err, MG_EUSAGE, "%s: %.200s: %s must be an array of at most %zu sizes", file,
                       mg_json_key(tensor), key, n_max);
    }
    *n = mg_json_count(list);
    for (size_t i = 0; i < *n; i++) {
        if (!read_size(&sizes[i], mg_json_at(list, i))) {
            return mg_fail(err, MG_EUSAGE, "%s: %.200s: %s[%zu] is not an integer in [0, 2^64)",
                           file, mg_json_key(tensor), key, i);
        }
    }
    return MG_OK;
}

/* Elements and bits by checked products: a size of 0 comes only from a dimension that is 0. */
static enum mg_status check_extent(struct mg_safetensor *tensor, unsigned bits, const char *file,
                                   struct mg_error *err)
{
    uint64_t total;

    tensor->count = 1;
    for (size_t i = 0; i < tensor->rank; i++) {
        if (__builtin_mul_overflow(tensor->count, tensor->shape[i], &tensor->count)) {
            return mg_fail(err, MG_EUSAGE, "%s: %.200s: the product of its shape exceeds 2^64",
                           file, tensor->name);
        }
    }
    if (__builtin_mul_overflow(tensor->count, bits, &total)) {
        return mg_fail(err, MG_EUSAGE, "%s: %.200s: its size in bits exceeds 2^64", file,
                       tensor->name);
    }
    if (tensor->begin > tensor->end || total % 8 != 0 || total / 8 != tensor->end - tensor->begin) {
        return mg_fail(err, MG_EUSAGE,
                       "%s: %.200s: %llu elements of %s do not fill data_offsets [%llu, %llu]",
                       file, tensor->name, (unsigned long long)tensor->count, tensor->dtype,
                       (unsigned long long)tensor->begin, (unsigned long long)tensor->end);
    }
    return MG_OK;
}

static enum mg_status read_tensor(struct mg_safetensor *tensor, const struct mg_json *value,
                                  const char *file, struct mg_error *err)
{
    const char *name = mg_json_key(value);
    const struct mg_json *type;
    const struct dtype *dtype;
    uint64_t offsets[2];
    size_t n_offsets = 0;
    enum mg_status status;

    if (name[0] == '\0' || strlen(name) > NAME_BYTES_MAX) {
        return mg_fail(err, MG_EUSAGE, "%s: a tensor's name has %zu bytes, allowed are 1 to %d",
                       file, strlen(name), (int)NAME_BYTES_MAX);
    }
    if (mg_json_type(value) != MG_JSON_OBJECT || mg_json_count(value) < KNOWN_KEYS) {
        return mg_fail(err, MG_EUSAGE,
                       "%s: %.200s: must be an object of dtype, shape and data_offsets", file,
                       name);
    }
    type = mg_json_get(value, "dtype");
    if (type == NULL || mg_json_type(type) != MG_JSON_STRING) {
        return mg_fail(err, MG_EUSAGE, "%s: %.200s: dtype must be a string", file, name);
    }
    dtype = dtype_find(mg_json_string(type));
    if (dtype == NULL) {
        return mg_fail(err, MG_EUSAGE, "%s: %.200s: unknown dtype \"%.40s\"", file, name,
                       mg_json_string(type));
    }
    tensor->name = name;
    tensor->dtype = dtype->name;
    status = read_sizes(tensor->shape, &tensor->rank, MG_SAFETENSORS_RANK_MAX, value, "shape", file,
                        err);
    if (status == MG_OK) {
        status = read_sizes(offsets, &n_offsets, 2, value, "data_offsets", file, err);
    }
    if (status == MG_OK && n_offsets != 2) {
        status = mg_fail(err, MG_EUSAGE, "%s: %.200s: data_offsets has %zu numbers, not 2", file,
                         name, n_offsets);
    }
    if (status != MG_OK) {
        return status;
    }
    tensor->begin = offsets[0];
    tensor->end = offsets[1];
    return check_extent(tensor, dtype->bits, file, err);
}

/* Keys of a tensor that the format does not have are no fault, as in the reference. */
static void note_ignored(struct mg_safetensors *file, const struct mg_json *tensor)
{
    for (size_t i = 0; file->ignored == NULL && i < mg_json_count(tensor); i++) {
        const char *key = mg_json_key(mg_json_at(tensor, i));
        if (strcmp(key, "dtype") != 0 && strcmp(key, "shape") != 0 &&
            strcmp(key, "data_offsets") != 0) {
            file->ignored = mg_format("tensor %.200s has a key \"%.100s\", which is ignored",
                                      mg_json_key(tensor), key);
        }
    }
}

static enum mg_status check_metadata(const struct mg_json *value, const char *file,
                                     struct mg_error *err)
{
    bool good = mg_json_type(value) == MG_JSON_OBJECT;

    for (size_t i = 0; good && i < mg_json_count(value); i++) {
        good = mg_json_type(mg_json_at(value, i)) == MG_JSON_STRING;
    }
    return good ? MG_OK
                : mg_fail(err, MG_EUSAGE, "%s: __metadata__ must be an object of strings", file);
}

static int by_offsets(const void *a, const void *b)
{
    const struct mg_safetensor *left = a;
    const struct mg_safetensor *right = b;

    if (left->begin != right->begin) {
        return left->begin < right->begin ? -1 : 1;
    }
    if (left->end != right->end) {
        return left->end < right->end ? -1 : 1;
    }
    return strcmp(left->name, right->name);
}

/* The data must be filled from its first to its last byte: no hole, overlap or foreign tail. */
static enum mg_status check_layout(const struct mg_safetensors *file, uint64_t data_size,
                                   const char *name, struct mg_error *err)
{
    uint64_t end = 0;

    for (size_t i = 0; i < file->n; i++) {
        const struct mg_safetensor *tensor = &file->tensors[i];
        if (tensor->begin != end) {
            return mg_fail(err, MG_EUSAGE, "%s: %.200s begins at byte %llu of the data, not %llu",
                           name, tensor->name, (unsigned long long)tensor->begin,
                           (unsigned long long)end);
        }
        end = tensor->end;
    }
    if (end != data_size) {
        return mg_fail(err, MG_EUSAGE, "%s: the tensors fill %llu bytes, the file has %llu", name,
                       (unsigned long long)end, (unsigned long long)data_size);
    }
    return MG_OK;
}

static enum mg_status read_header(struct mg_safetensors *file, const char *header, size_t size,
                                  const char *name, struct mg_error *err)
{
    char *title = mg_format("%s (header)", name);
    enum mg_status status = mg_json_parse_header(&file->json, header, size, title, err);
    const struct mg_json *root;

    free(title);
    if (status != MG_OK) {
        return status;
    }
    root = mg_json_root(file->json);
    if (mg_json_type(root) != MG_JSON_OBJECT) {
        return mg_fail(err, MG_EUSAGE, "%s: the header is not an object", name);
    }
    file->tensors = calloc(mg_json_count(root) + 1, sizeof(*file->tensors));
    assert(file->tensors != NULL);
    for (size_t i = 0; status == MG_OK && i < mg_json_count(root); i++) {
        const struct mg_json *value = mg_json_at(root, i);
        if (strcmp(mg_json_key(value), "__metadata__") == 0) {
            status = check_metadata(value, name, err);
        } else {
            status = read_tensor(&file->tensors[file->n++], value, name, err);
            if (status == MG_OK && mg_json_count(value) > KNOWN_KEYS) {
                note_ignored(file, value);
            }
        }
    }
    return status;
}

enum mg_status mg_safetensors_parse(struct mg_safetensors **result, const void *data, size_t size,
                                    const char *name, struct mg_error *err)
{
    const unsigned char *bytes = data;
    struct mg_safetensors *file = NULL;
    uint64_t header_size = 0;
    enum mg_status status;

    *result = NULL;
    if (size < LENGTH_BYTES) {
        return mg_fail(err, MG_EUSAGE, "%s: too short for a safetensors file", name);
    }
    for (size_t i = 0; i < LENGTH_BYTES; i++) {
        header_size |= (uint64_t)bytes[i] << 8 * i;
    }
    if (header_size > MG_JSON_HEADER_MAX) {
        return mg_fail(err, MG_EUSAGE, "%s: its header claims %llu bytes, more than %d", name,
                       (unsigned long long)header_size, (int)MG_JSON_HEADER_MAX);
    }
    if (header_size > size - LENGTH_BYTES) {
        return mg_fail(err, MG_EUSAGE, "%s: its header claims %llu bytes, the file has %zu", name,
                       (unsigned long long)header_size, size - LENGTH_BYTES);
    }
    file = calloc(1, sizeof(*file));
    assert(file != NULL);
    file->data = bytes + LENGTH_BYTES + header_size;
    status = read_header(file, (const char *)bytes + LENGTH_BYTES, (size_t)header_size, name, err);
    if (status == MG_OK) {
        qsort(file->tensors, file->n, sizeof(*file->tensors), by_offsets);
        status = check_layout(file, size - LENGTH_BYTES - header_size, name, err);
    }
    if (status != MG_OK) {
        mg_safetensors_close(file);
        return status;
    }
    *result = file;
    return MG_OK;
}

/* The bytes of an open file, mapped or in memory: *map or *copy. */
static enum mg_status take_bytes(void **map, void **copy, int fd, size_t size, bool read_it,
                                 const char *path, struct mg_error *err)
{
    size_t at = 0;

    if (!read_it) {
        *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (*map == MAP_FAILED) {
            *map = NULL;
            return mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
        }
        return MG_OK;
    }
    *copy = malloc(size);
    if (*copy == NULL) {
        return mg_fail(err, MG_EENVIRONMENT, "%s: no memory for its %zu bytes", path, size);
    }
    while (at < size) {
        const ssize_t part = pread(fd, (char *)*copy + at, size - at, (off_t)at);
        if (part <= 0) {
            return mg_fail(err, MG_ESTORAGE, "%s: %s", path,
                           part < 0 ? strerror(errno) : "became shorter while it was read");
        }
        at += (size_t)part;
    }
    return MG_OK;
}

enum mg_status mg_safetensors_open(struct mg_safetensors **result, const char *path, bool read_it,
                                   struct mg_error *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    size_t size = 0;
    void *map = NULL;
    void *copy = NULL;
    enum mg_status status;

    *result = NULL;
    if (fd < 0 || fstat(fd, &info) != 0) {
        status = mg_fail(err, MG_EUSAGE, "%s: %s", path, strerror(errno));
        goto done;
    }
    if (!S_ISREG(info.st_mode) || info.st_size < LENGTH_BYTES) {
        status = mg_fail(err, MG_EUSAGE, "%s: %s", path,
                         S_ISREG(info.st_mode) ? "too short for a safetensors file"
                                               : "not a regular file");
        goto done;
    }
    size = (size_t)info.st_size;
    status = take_bytes(&map, &copy, fd, size, read_it, path, err);
    if (status == MG_OK) {
        status = mg_safetensors_parse(result, map != NULL ? map : copy, size, path, err);
    }
    if (status != MG_OK) {
        free(copy);
        if (map != NULL) {
            (void)munmap(map, size);
        }
        goto done;
    }
    (*result)->map = map;
    (*result)->copy = copy;
    (*result)->map_size = size;

done:
    if (fd >= 0) {
        (void)close(fd);
    }
    return status;
}

void mg_safetensors_close(struct mg_safetensors *file)
{
    if (file == NULL) {
        return;
    }
    if (file->map != NULL) {
        (void)munmap(file->map, file->map_size);
    }
    free(file->copy);
    free(file->tensors);
    free(file->ignored);
    mg_json_free(file->json);
    free(file);
}

size_t mg_safetensors_count(const struct mg_safetensors *file)
{
    return file->n;
}

const struct mg_safetensor *mg_safetensors_at(const struct mg_safetensors *file, size_t i)
{
    assert(i < file->n);
    return &file->tensors[i];
}

const struct mg_safetensor *mg_safetensors_find(const struct mg_safetensors *file, const char *name)
{
    for (size_t i = 0; i < file->n; i++) {
        if (strcmp(file->tensors[i].name, name) == 0) {
            return &file->tensors[i];
        }
    }
    return NULL;
}

const char *mg_safetensors_note(const struct mg_safetensors *file, const char *key)
{
    const struct mg_json *notes = mg_json_get(mg_json_root(file->json), "__metadata__");
    const struct mg_json *note = notes != NULL ? mg_json_get(notes, key) : NULL;

    return note != NULL ? mg_json_string(note) : NULL;
}

const char *mg_safetensors_ignored(const struct mg_safetensors *file)
{
    return file->ignored;
}

bool mg_safetensors_is_float(const struct mg_safetensor *tensor)
{
    return dtype_find(tensor->dtype)->is_float;
}

enum mg_dtype mg_safetensors_dtype(const struct mg_safetensor *tensor)
{
    assert(mg_safetensors_is_float(tensor));
    return dtype_find(tensor->dtype)->dtype;
}

const void *mg_safetensors_bytes(const struct mg_safetensors *file,
                                 const struct mg_safetensor *tensor)
{
    return file->data + tensor->begin;
}

void mg_safetensors_floats(float *values, const struct mg_safetensors *file,
                           const struct mg_safetensor *tensor)
{
    mg_widen(values, mg_safetensors_bytes(file, tensor), mg_safetensors_dtype(tensor),
             tensor->count);
}

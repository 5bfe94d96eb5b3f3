/* test_safetensors.c - what the format allows is read, every known attack is refused by name. */
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/file.h"
#include "harness/safetensors.h"

/* The bytes of a file: length, header, data_size bytes 0, 1, 2, ... */
static char *file_bytes(size_t *size, const char *header, size_t data_size)
{
    const size_t header_size = strlen(header);
    char *bytes = malloc(8 + header_size + data_size + 1);

    assert_non_null(bytes);
    for (size_t i = 0; i < 8; i++) {
        bytes[i] = (char)((uint64_t)header_size >> 8 * i & 0xFF);
    }
    memcpy(bytes + 8, header, header_size);
    for (size_t i = 0; i < data_size; i++) {
        bytes[8 + header_size + i] = (char)i;
    }
    *size = 8 + header_size + data_size;
    return bytes;
}

static void assert_refused(const void *bytes, size_t size, const char *message)
{
    struct mg_error err = {0};
    struct mg_safetensors *file = NULL;
    void *exact = malloc(size + 1); /* so that ASan sees any byte read behind the end */

    assert_non_null(exact);
    exact = realloc(exact, size > 0 ? size : 1);
    memcpy(exact, bytes, size);
    if (mg_safetensors_parse(&file, exact, size, "m", &err) != MG_EUSAGE || file != NULL ||
        strcmp(err.text, message) != 0) {
        print_error("expected: %s\n   found: %s\n", message, err.text);
        mg_safetensors_close(file);
        fail();
    }
    free(exact);
}

static void a_false_length_is_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *message;
    } cases[] = {
        {"", 0, "m: too short for a safetensors file"},
        {"\x3c\0\0\0\0\0\0", 7, "m: too short for a safetensors file"},
        {"\x3c\0\0\0\0\0\0\0", 8, "m: its header claims 60 bytes, the file has 0"},
        {"\xe8\x03\0\0\0\0\0\0{}", 10, "m: its header claims 1000 bytes, the file has 2"},
        {"\3\0\0\0\0\0\0\0{}", 10, "m: its header claims 3 bytes, the file has 2"},
        {"\2\0\0\0\0\0\0\xff{}", 10,
         "m: its header claims 18374686479671623682 bytes, more than 100000000"},
        {"\xff\xff\xff\xff\xff\xff\xff\xff{}", 10,
         "m: its header claims 18446744073709551615 bytes, more than 100000000"},
        {"\xf8\xff\xff\xff\xff\xff\xff\xff{}", 10,
         "m: its header claims 18446744073709551608 bytes, more than 100000000"},
        {"\x01\xe1\xf5\x05\0\0\0\0{}", 10,
         "m: its header claims 100000001 bytes, more than 100000000"},
        {"\0\0\0\0\0\0\0\0", 8, "m (header):1:1: error: the text ends, expected a value"},
        {"\1\0\0\0\0\0\0\0\xff", 9, "m (header):1:1: error: found byte 0xFF, expected a value"},
        {"\1\0\0\0\0\0\0\0{", 9,
         "m (header):1:2: error: the text ends, expected a key in double quotes"},
        {"\2\0\0\0\0\0\0\0[]", 10, "m: the header is not an object"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_refused(cases[i].bytes, cases[i].size, cases[i].message);
    }
}

#define TENSOR(name, dtype, shape, offsets)                                                        \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static const struct {
    const char *header;
    size_t data;
    const char *message;
} FALSE_HEADERS[] = {
    {"{" TENSOR("a", "F32", "[1]", "[0,4]") "}", 5, "m: the tensors fill 4 bytes, the file has 5"},
    {"{}", 1, "m: the tensors fill 0 bytes, the file has 1"},
    {"{" TENSOR("a", "F32", "[1]", "[0,4]") "}", 2, "m: the tensors fill 4 bytes, the file has 2"},
    {"{" TENSOR("a", "U8", "[1]", "[0,1]") "," TENSOR("b", "U8", "[1]", "[2,3]") "}", 3,
     "m: b begins at byte 2 of the data, not 1"},
    {"{" TENSOR("a", "U8", "[2]", "[0,2]") "," TENSOR("b", "U8", "[2]", "[1,3]") "}", 3,
     "m: b begins at byte 1 of the data, not 2"},
    {"{" TENSOR("a", "U8", "[16]", "[0,16]") "," TENSOR("b", "U8", "[16]", "[0,16]") "}", 16,
     "m: b begins at byte 0 of the data, not 16"},
    {"{" TENSOR("a", "U8", "[1]", "[1,2]") "}", 2, "m: a begins at byte 1 of the data, not 0"},
    {"{" TENSOR("a", "U8", "[1]", "[1,0]") "}", 1,
     "m: a: 1 elements of U8 do not fill data_offsets [1, 0]"},
    {"{" TENSOR("a", "U8", "[1]", "[0]") "}", 1, "m: a: data_offsets has 1 numbers, not 2"},
    {"{" TENSOR("a", "U8", "[1]", "[0,1,1]") "}", 1,
     "m: a: data_offsets must be an array of at most 2 sizes"},
    {"{" TENSOR("a", "F32", "[1000,1000]", "[0,4]") "}", 4,
     "m: a: 1000000 elements of F32 do not fill data_offsets [0, 4]"},
    {"{" TENSOR("a", "F32", "[32,8]", "[0,65536]") "}", 65536,
     "m: a: 256 elements of F32 do not fill data_offsets [0, 65536]"},
    {"{" TENSOR("a", "U8", "[4294967296,4294967296]", "[0,0]") "}", 0,
     "m: a: the product of its shape exceeds 2^64"},
    {"{" TENSOR("a", "F32", "[4611686018427387904]", "[0,0]") "}", 0,
     "m: a: its size in bits exceeds 2^64"},
    {"{" TENSOR("a", "F32", "[-1]", "[0,4]") "}", 4,
     "m: a: shape[0] is not an integer in [0, 2^64)"},
    {"{" TENSOR("a", "F32", "[-0]", "[0,0]") "}", 0,
     "m: a: shape[0] is not an integer in [0, 2^64)"},
    {"{" TENSOR("a", "F32", "[2,1.5]", "[0,12]") "}", 12,
     "m: a: shape[1] is not an integer in [0, 2^64)"},
    {"{" TENSOR("a", "F32", "[1e0]", "[0,4]") "}", 4,
     "m: a: shape[0] is not an integer in [0, 2^64)"},
    {"{" TENSOR("a", "F32", "[18446744073709551616]", "[0,4]") "}", 4,
     "m: a: shape[0] is not an integer in [0, 2^64)"},
    {"{" TENSOR("a", "F32", "[\"1\"]", "[0,4]") "}", 4,
     "m: a: shape[0] is not an integer in [0, 2^64)"},
    {"{" TENSOR("a", "F32", "[1]", "[0,null]") "}", 4,
     "m: a: data_offsets[1] is not an integer in [0, 2^64)"},
    {"{" TENSOR("a", "F32", "[1e400]", "[0,4]") "}", 4,
     "m (header):1:30: error: the number is too large for a double"},
    {"{" TENSOR("a", "F32", "[01]", "[0,4]") "}", 4,
     "m (header):1:30: error: a number may not start with a zero"},
    {"{" TENSOR("a", "F32", "1", "[0,4]") "}", 4,
     "m: a: shape must be an array of at most 8 sizes"},
    {"{" TENSOR("a", "F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]") "}", 4,
     "m: a: shape must be an array of at most 8 sizes"},
    {"{" TENSOR("a", "Q9", "[1]", "[0,99999]") "}", 4, "m: a: unknown dtype \"Q9\""},
    {"{" TENSOR("a", "f32", "[1]", "[0,4]") "}", 4, "m: a: unknown dtype \"f32\""},
    {"{" TENSOR("a", "F4", "[3]", "[0,1]") "}", 1,
     "m: a: 3 elements of F4 do not fill data_offsets [0, 1]"},
    {"{" TENSOR("", "U8", "[1]", "[0,1]") "}", 1,
     "m: a tensor's name has 0 bytes, allowed are 1 to 1024"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1,
     "m: a: must be an object of dtype, shape and data_offsets"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"x\":[0,1]}}", 1,
     "m: a: data_offsets must be an array of at most 2 sizes"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"offsets\":[0,1]}}", 1,
     "m: a: data_offsets must be an array of at most 2 sizes"},
    {"{\"a\":{\"dtype\":8,\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
     "m: a: dtype must be a string"},
    {"{\"a\":[]}", 0, "m: a: must be an object of dtype, shape and data_offsets"},
    {"{\"__metadata__\":{\"a\":1}}", 0, "m: __metadata__ must be an object of strings"},
    {"{\"__metadata__\":[\"a\"]}", 0, "m: __metadata__ must be an object of strings"},
    {"{\"__metadata__\":{},\"__metadata__\":{}}", 0,
     "m (header):1:20: error: duplicate key \"__metadata__\" (first on line 1)"},
    {"{" TENSOR("a", "U8", "[1]", "[0,1]") "," TENSOR("\\u0061", "U8", "[1]", "[1,2]") "}", 2,
     "m (header):1:54: error: duplicate key \"a\" (first on line 1)"},
    {"{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
     "m (header):1:20: error: duplicate key \"dtype\" (first on line 1)"},
    {"{" TENSOR("\\ud800", "U8", "[1]", "[0,1]") "}", 1,
     "m (header):1:3: error: half of a surrogate pair is not a character"},
    {"{" TENSOR("a\\u0000b", "U8", "[1]", "[0,1]") "}", 1,
     "m (header):1:4: error: \\u0000 is not allowed in a string"},
    {"{} {}", 0, "m (header):1:4: error: found '{', expected the end of the text"},
    {"{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 0,
     "m (header):1:37: error: nested deeper than 32"},
};

static void a_false_header_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(FALSE_HEADERS) / sizeof(FALSE_HEADERS[0]); i++) {
        size_t size;
        char *bytes = file_bytes(&size, FALSE_HEADERS[i].header, FALSE_HEADERS[i].data);
        assert_refused(bytes, size, FALSE_HEADERS[i].message);
        free(bytes);
    }
}

static void a_hundred_thousand_names_over_the_same_bytes_are_refused(void **state)
{
    char *header = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&header, &size);
    char *bytes;

    (void)state;
    assert_non_null(out);
    (void)fputc('{', out);
    for (size_t i = 0; i < 100000; i++) {
        (void)fprintf(out, "%s\"n%06zu\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}",
                      i > 0 ? "," : "", i);
    }
    (void)fputc('}', out);
    (void)fclose(out);
    bytes = file_bytes(&size, header, 1);
    assert_refused(bytes, size, "m: n000001 begins at byte 0 of the data, not 1");
    free(bytes);
    free(header);
}

static void a_name_of_1025_bytes_is_refused(void **state)
{
    for (size_t length = 1024; length <= 1025; length++) {
        struct mg_error err = {0};
        struct mg_safetensors *file = NULL;
        char name[1026];
        char *header;
        char *bytes;
        size_t size;
        (void)state;
        memset(name, 'n', length);
        name[length] = '\0';
        header =
            mg_format("{\"%s\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", name);
        bytes = file_bytes(&size, header, 1);
        assert_int_equal(mg_safetensors_parse(&file, bytes, size, "m", &err),
                         length == 1024 ? MG_OK : MG_EUSAGE);
        mg_safetensors_close(file);
        free(bytes);
        free(header);
    }
}

static void every_legal_form_is_read(void **state)
{
    static const struct {
        const char *header;
        size_t data, tensors;
    } cases[] = {
        {"{}      ", 0, 0},
        {" \n{\"__metadata__\":{\"format\":\"pt\"}}\t ", 0, 0},
        {"{" TENSOR("scalar", "F32", "[]", "[0,4]") "}", 4, 1},
        {"{" TENSOR("empty", "F32", "[2,0]", "[0,0]") "}", 0, 1},
        {"{" TENSOR("wide", "F32", "[18446744073709551615,0]", "[0,0]") "}", 0, 1},
        {"{" TENSOR("z", "U8", "[1]", "[0,1]") "," TENSOR("e", "U8", "[0]", "[1,1]") "," TENSOR(
             "a", "F32", "[1,2]", "[1,9]") "} ",
         9, 3},
        {"{" TENSOR("b", "F32", "[1]", "[4,8]") "," TENSOR("a", "F32", "[1]", "[0,4]") "}", 8, 2},
        {"{" TENSOR("f4", "F4", "[2,3]", "[0,3]") "}", 3, 1},
        {"{" TENSOR("$comment", "U8", "[1]", "[0,1]") "}", 1, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mg_error err = {0};
        struct mg_safetensors *file = NULL;
        size_t size;
        char *bytes = file_bytes(&size, cases[i].header, cases[i].data);
        if (mg_safetensors_parse(&file, bytes, size, "m", &err) != MG_OK) {
            print_error("%s: %s\n", cases[i].header, err.text);
            fail();
        }
        assert_int_equal(mg_safetensors_count(file), cases[i].tensors);
        mg_safetensors_close(file);
        free(bytes);
    }
}

static void unknown_keys_of_a_tensor_are_ignored_and_told(void **state)
{
    static const struct {
        const char *header, *ignored;
    } cases[] = {
        {"{" TENSOR("a", "U8", "[1]", "[0,1]") "}", NULL},
        {"{\"a\":{\"dtype\":\"U8\",\"x\":[{}],\"shape\":[1],\"data_offsets\":[0,1],\"y\":0}}",
         "tensor a has a key \"x\", which is ignored"},
        {"{" TENSOR("b", "U8", "[0]", "[0,0]") ",\"a\":{\"dtype\":\"U8\",\"shape\":[1],"
                                               "\"data_offsets\":[0,1],\"strides\":[1]}}",
         "tensor a has a key \"strides\", which is ignored"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mg_error err = {0};
        struct mg_safetensors *file = NULL;
        size_t size;
        char *bytes = file_bytes(&size, cases[i].header, 1);
        assert_int_equal(mg_safetensors_parse(&file, bytes, size, "m", &err), MG_OK);
        assert_int_equal(mg_safetensors_find(file, "a")->count, 1);
        if (cases[i].ignored == NULL) {
            assert_null(mg_safetensors_ignored(file));
        } else {
            assert_string_equal(mg_safetensors_ignored(file), cases[i].ignored);
        }
        mg_safetensors_close(file);
        free(bytes);
    }
}

/* Header of odd length, so the data is not aligned; bytes are 0, 1, 2, ... */
static void floats_of_unaligned_data_are_read(void **state)
{
    struct mg_error err = {0};
    struct mg_safetensors *file = NULL;
    const struct mg_safetensor *tensor;
    size_t size;
    float values[2];
    char *bytes = file_bytes(
        &size,
        "{" TENSOR("b", "BF16", "[2]", "[8,12]") "," TENSOR("a", "F32", "[2,1]", "[0,8]") "}  ",
        12);

    (void)state;
    assert_int_equal(mg_safetensors_parse(&file, bytes, size, "m", &err), MG_OK);
    assert_string_equal(mg_safetensors_at(file, 0)->name, "a");
    tensor = mg_safetensors_find(file, "a");
    assert_int_equal(tensor->rank, 2);
    assert_int_equal(tensor->shape[0], 2);
    assert_int_equal(tensor->count, 2);
    assert_true(mg_safetensors_is_float(tensor));
    mg_safetensors_floats(values, file, tensor);
    /* 0x03020100 = 2^(6-127) (1 + 0x020100 / 2^23); 0x07060504 = 2^(14-127) (1 + 0x060504/2^23) */
    assert_close(values[0], ldexp(1 + 131328.0 / 8388608, -121), 0);
    assert_close(values[1], ldexp(1 + 394500.0 / 8388608, -113), 0);
    tensor = mg_safetensors_find(file, "b");
    mg_safetensors_floats(values, file, tensor);
    /* 0x0908 = 2^(18-127) (1 + 8/128); 0x0B0A = 2^(22-127) (1 + 10/128) */
    assert_close(values[0], ldexp(1.0625, -109), 0);
    assert_close(values[1], ldexp(1.078125, -105), 0);
    assert_null(mg_safetensors_find(file, "c"));
    mg_safetensors_close(file);
    free(bytes);
}

static void every_half_float_has_its_value(void **state)
{
    struct mg_error err = {0};
    struct mg_safetensors *file = NULL;
    size_t size;
    char *bytes = file_bytes(&size, "{" TENSOR("h", "F16", "[65536]", "[0,131072]") "}", 131072);
    float *values = malloc(65536 * sizeof(*values));

    (void)state;
    assert_non_null(values);
    for (size_t i = 0; i < 65536; i++) {
        bytes[size - 131072 + 2 * i] = (char)(i & 0xFF);
        bytes[size - 131072 + 2 * i + 1] = (char)(i >> 8);
    }
    assert_int_equal(mg_safetensors_parse(&file, bytes, size, "m", &err), MG_OK);
    mg_safetensors_floats(values, file, mg_safetensors_at(file, 0));
    for (int i = 0; i < 65536; i++) {
        const int exponent = i / 1024 % 32;
        const int fraction = i % 1024;
        const double sign = i < 32768 ? 1 : -1;
        if (exponent == 31) {
            assert_true(fraction != 0 ? isnan(values[i])
                                      : isinf(values[i]) && (values[i] > 0) == (sign > 0));
        } else {
            assert_close(values[i],
                         sign * (exponent == 0 ? ldexp(fraction, -24)
                                               : ldexp(1024 + fraction, exponent - 25)),
                         0);
            assert_int_equal(signbit(values[i]) != 0, sign < 0);
        }
    }
    mg_safetensors_close(file);
    free(values);
    free(bytes);
}

static void a_written_file_has_the_expected_bytes(void **state)
{
    static const char header[] = "{\"__metadata__\":{\"format\":\"pt\"},"
                                 "\"w.\\\"q\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":"
                                 "[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":"
                                 "[8,12]}}";
    static const unsigned char data[12] = {0,    0,    0x80, 0x3F, /* 1 */
                                           0,    0,    0,    0x80, /* -0 */
                                           0xDB, 0x0F, 0x49, 0x40 /* the float nearest to pi */};
    float w[2] = {1.0f, -0.0f};
    float b[1] = {3.14159274f};
    const struct mg_tensor tensors[2] = {
        {.name = "w.\"q", .rank = 2, .shape = {2, 1}, .count = 2, .data = w},
        {.name = "b", .rank = 1, .shape = {1, 1}, .count = 1, .data = b}};
    char path[] = "/tmp/mg-test-safetensors-XXXXXX";
    struct mg_error err = {0};
    struct mg_safetensors *file = NULL;
    char *bytes = NULL;
    size_t size = 0;
    float back[2];

    (void)state;
    assert_int_equal(close(mkstemp(path)), 0);
    assert_int_equal(mg_safetensors_write(path, tensors, 2, &err), MG_OK);
    assert_int_equal(mg_file_read(&bytes, &size, path, 1000, &err), MG_OK);
    assert_int_equal(size, 8 + (sizeof(header) - 1 + 7) / 8 * 8 + 12);
    assert_int_equal((unsigned char)bytes[0], (sizeof(header) - 1 + 7) / 8 * 8);
    assert_memory_equal(bytes + 8, header, sizeof(header) - 1);
    for (size_t i = 8 + sizeof(header) - 1; i < size - 12; i++) {
        assert_int_equal(bytes[i], ' ');
    }
    assert_memory_equal(bytes + size - 12, data, 12);
    assert_int_equal(mg_safetensors_open(&file, path, false, &err), MG_OK);
    assert_int_equal(mg_safetensors_count(file), 2);
    mg_safetensors_floats(back, file, mg_safetensors_find(file, "w.\"q"));
    assert_memory_equal(back, w, sizeof(w));
    mg_safetensors_close(file);
    free(bytes);
    assert_int_equal(unlink(path), 0);
}

static void only_regular_files_are_opened(void **state)
{
    static const struct {
        const char *path, *message;
    } cases[] = {{"/tmp", "/tmp: not a regular file"},
                 {"/dev/null", "/dev/null: not a regular file"},
                 {"/nonexistent", "/nonexistent: No such file or directory"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mg_error err = {0};
        struct mg_safetensors *file = NULL;
        assert_int_equal(mg_safetensors_open(&file, cases[i].path, false, &err), MG_EUSAGE);
        assert_string_equal(err.text, cases[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_false_length_is_refused),
        cmocka_unit_test(a_false_header_is_refused),
        cmocka_unit_test(a_hundred_thousand_names_over_the_same_bytes_are_refused),
        cmocka_unit_test(a_name_of_1025_bytes_is_refused),
        cmocka_unit_test(every_legal_form_is_read),
        cmocka_unit_test(unknown_keys_of_a_tensor_are_ignored_and_told),
        cmocka_unit_test(floats_of_unaligned_data_are_read),
        cmocka_unit_test(every_half_float_has_its_value),
        cmocka_unit_test(a_written_file_has_the_expected_bytes),
        cmocka_unit_test(only_regular_files_are_opened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

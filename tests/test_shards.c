/* test_shards.c - an index is believed only where the files hold what it says. */
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/file.h"
#include "harness/shards.h"
#include "tests/support/experiment.h"

static char *folder;

static int setup(void **state)
{
    (void)state;
    folder = mg_test_folder();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    mg_test_folder_remove(folder);
    return 0;
}

/* A file with tensors of one float each, called as the letters of `names`. */
static void write_shard(const char *file, const char *names)
{
    struct mg_tensor tensors[8] = {{.rank = 0}};
    struct mg_error err = {0};
    float values[8];
    char *path = mg_format("%s/%s", folder, file);
    const size_t n = strlen(names);

    for (size_t i = 0; i < n; i++) {
        values[i] = (float)names[i];
        tensors[i] = (struct mg_tensor){
            .name = {names[i]}, .rank = 1, .shape = {1, 1}, .count = 1, .data = &values[i]};
    }
    assert_int_equal(mg_safetensors_write(path, tensors, n, &err), MG_OK);
    free(path);
}

static void write_index(const char *text)
{
    struct mg_error err = {0};
    char *path = mg_format("%s/model.safetensors.index.json", folder);

    assert_int_equal(mg_file_write(path, text, strlen(text), &err), MG_OK);
    free(path);
}

static void assert_refused(const char *message)
{
    struct mg_error err = {0};
    struct mg_shards *shards = NULL;
    char expected[512];
    size_t at = 0;

    for (const char *c = message; *c != '\0'; c++) { /* @ stands for the folder */
        at += (size_t)snprintf(expected + at, sizeof(expected) - at, *c == '@' ? "%s" : "%.1s",
                               *c == '@' ? folder : c);
    }
    assert_int_equal(mg_shards_open(&shards, folder, false, &err), MG_EUSAGE);
    assert_null(shards);
    assert_string_equal(err.text, expected);
}

static void tensors_are_found_in_their_files(void **state)
{
    (void)state;
    write_shard("m-1.safetensors", "ca");
    write_shard("m-2.safetensors", "b");
    write_index("{\"metadata\":{\"total_size\":12},\"weight_map\":{\"a\":\"m-1.safetensors\","
                "\"b\":\"m-2.safetensors\",\"c\":\"m-1.safetensors\"}}");
    for (int read_it = 0; read_it < 2; read_it++) {
        struct mg_error err = {0};
        struct mg_shards *shards = NULL;
        const struct mg_safetensors *file;
        const struct mg_safetensor *tensor;
        const char *const *paths;
        const char *path;
        float value;

        assert_int_equal(mg_shards_open(&shards, folder, read_it == 1, &err), MG_OK);
        assert_int_equal(mg_shards_count(shards), 3);
        assert_int_equal(mg_shards_bytes(shards), 12);
        assert_int_equal(mg_shards_paths(shards, &paths), 3);
        tensor = mg_shards_find(shards, "b", &file);
        mg_safetensors_floats(&value, file, tensor);
        assert_true(value == 98.0f);
        assert_non_null(strstr(mg_shards_path(shards, file), "m-2.safetensors"));
        assert_null(mg_shards_find(shards, "d", &file));
        assert_non_null(strstr(mg_shards_path(shards, NULL), "index.json"));
        assert_string_equal(mg_shards_at(shards, 2, &path)->name, "c");
        mg_shards_close(shards);
    }
}

static void an_index_that_does_not_fit_is_refused(void **state)
{
    static const struct {
        const char *index, *message;
    } cases[] = {
        {"{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-1.safetensors\",\"c\":"
         "\"m-1.safetensors\"}}",
         "@/m-1.safetensors: tensor b is missing, which @/model.safetensors.index.json puts "
         "there"},
        {"{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-2.safetensors\",\"c\":"
         "\"m-2.safetensors\"}}",
         "@/m-1.safetensors: tensor c is not in m-2.safetensors, as @/model.safetensors.index."
         "json says"},
        {"{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-2.safetensors\"}}",
         "@/model.safetensors.index.json: /weight_map has 2 tensors, the files have 3"},
        {"{\"metadata\":{\"total_size\":13},\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":"
         "\"m-2.safetensors\",\"c\":\"m-1.safetensors\"}}",
         "@/model.safetensors.index.json: /metadata/total_size is 13, the tensors have 12"},
        {"{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-3.safetensors\"}}",
         "@/m-3.safetensors: No such file or directory"},
        {"{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-4.safetensors\",\"c\":"
         "\"m-1.safetensors\"}}",
         "@/m-4.safetensors: tensor a is in @/m-1.safetensors too"},
        {"{\"weight_map\":{\"a\":\"../m-1.safetensors\"}}",
         "@/model.safetensors.index.json:1:16: error: /weight_map/a must be the name of a file in "
         "this folder"},
        {"{\"weight_map\":{\"a\":\"/etc/passwd\"}}",
         "@/model.safetensors.index.json:1:16: error: /weight_map/a must be the name of a file in "
         "this folder"},
        {"{\"weight_map\":{\"a\":\"b\\\\c\"}}",
         "@/model.safetensors.index.json:1:16: error: /weight_map/a must be the name of a file in "
         "this folder"},
        {"{\"weight_map\":{\"a\":\"\"}}",
         "@/model.safetensors.index.json:1:16: error: /weight_map/a must be the name of a file in "
         "this folder"},
        {"{\"weight_map\":{\"a\":1}}",
         "@/model.safetensors.index.json:1:16: error: /weight_map/a must be the name of a file in "
         "this folder"},
        {"{\"weight_map\":{\"a\":\"m\\u0000\"}}",
         "@/model.safetensors.index.json:1:22: error: \\u0000 is not allowed in a string"},
        {"{\"weight_map\":{}}", "@/model.safetensors.index.json:1:2: error: /weight_map must be an "
                                "object from tensors to files"},
        {"{\"weight_map\":{\"a\":\"x\",\"a\":\"x\"}}",
         "@/model.safetensors.index.json:1:24: error: duplicate key \"a\" (first on line 1)"},
        {"{}", "@/model.safetensors.index.json:1:1: error: \"weight_map\" is missing"},
        {"[]", "@/model.safetensors.index.json:1:1: error: \"weight_map\" is missing"},
        {"{\"metadata\":{\"total_size\":-1},\"weight_map\":{\"a\":\"x\"}}",
         "@/model.safetensors.index.json:1:14: error: /metadata/total_size must be an integer "
         "above 0"},
        {"{\"weight_map\":{\"a\":\"sub\"}}", "@/sub: not a regular file"},
    };
    char *sub = mg_format("%s/sub", folder);

    (void)state;
    assert_int_equal(mkdir(sub, 0700), 0);
    write_shard("m-1.safetensors", "ca");
    write_shard("m-2.safetensors", "b");
    write_shard("m-4.safetensors", "ba");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_index(cases[i].index);
        assert_refused(cases[i].message);
    }
    assert_int_equal(rmdir(sub), 0);
    free(sub);
}

static void one_file_needs_no_index(void **state)
{
    struct mg_error err = {0};
    struct mg_shards *shards = NULL;
    char *path = mg_format("%s/model.safetensors", folder);

    (void)state;
    write_index("no index at all");
    write_shard("model.safetensors", "abc");
    assert_int_equal(mg_shards_open(&shards, folder, false, &err), MG_OK);
    assert_int_equal(mg_shards_count(shards), 3);
    mg_shards_close(shards);
    assert_int_equal(mg_shards_open(&shards, path, false, &err), MG_OK);
    mg_shards_close(shards);
    assert_int_equal(unlink(path), 0);
    free(path);
}

static void an_empty_folder_lacks_its_weights(void **state)
{
    char *index = mg_format("%s/model.safetensors.index.json", folder);

    (void)state;
    (void)unlink(index);
    assert_refused("@/model.safetensors: No such file or directory");
    free(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_are_found_in_their_files),
        cmocka_unit_test(an_index_that_does_not_fit_is_refused),
        cmocka_unit_test(one_file_needs_no_index),
        cmocka_unit_test(an_empty_folder_lacks_its_weights),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

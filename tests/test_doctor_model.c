/* test_doctor_model.c - a checkpoint is looked at value by value, and what is wrong has a place. */
#include <stdlib.h>
#include <string.h>

#include "harness/doctor_model.h"
#include "harness/file.h"
#include "tests/support/experiment.h"
#include "tests/support/family_model.h"
#include "tests/support/test.h"

/* NaN or infinity in each type, in the order of bytes in the file. */
static const struct {
    const char *dtype, *bytes;
    size_t size;
} faults[] = {{"F32", "\0\0\x80\x7f", 4}, {"BF16", "\x80\x7f", 2}, {"BF16", "\xc1\xff", 2},
              {"F16", "\0\x7c", 2},       {"F16", "\x01\xfe", 2},  {"F32", "\1\0\x80\xff", 4}};

/*
 * The embedding is the last tensor of the file, (31, 24): its value 5 * 24 + 7, and another behind
 * it, become what is no number.
 */
static void the_first_value_that_is_no_number_is_named(void **state)
{
    size_t n;
    const struct family_case *cases = family_cases(&n);

    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct family_case family = cases[1];
        char *folder = mg_test_folder();
        char *file = mg_format("%s/model.safetensors", folder);
        struct mg_error err = {0};
        struct family_model *model;
        char *path;
        char *bytes = NULL;
        size_t size = 0;
        char found[256] = "";

        family.dtype = faults[i].dtype;
        model = family_model_new(&family, 5);
        path = family_model_write(model, folder, NULL, false);
        assert_int_equal(mg_doctor_model(found, sizeof(found), path, &err), MG_OK);
        assert_non_null(strstr(found, ": 1 layers, width 24, 31 tokens; "));
        assert_int_equal(mg_doctor_values(found, sizeof(found), path, &err), MG_OK);
        /* 2 d V + d norms and matrices of the block: 4 d^2 + 3 d h + 2 d, and d */
        assert_string_equal(found, "7464 values of 12 tensors, all finite");

        assert_int_equal(mg_file_read(&bytes, &size, file, 1 << 24, &err), MG_OK);
        for (size_t v = 5 * 24 + 7; v < 31 * 24; v += 400) {
            memcpy(bytes + size - (31 * 24 - v) * faults[i].size, faults[i].bytes, faults[i].size);
        }
        assert_int_equal(mg_file_write(file, bytes, size, &err), MG_OK);
        assert_int_equal(mg_doctor_model(found, sizeof(found), path, &err), MG_OK);
        assert_int_equal(mg_doctor_values(found, sizeof(found), path, &err), MG_EUSAGE);
        assert_non_null(strstr(err.text, "/model.safetensors: tensor model.transformer.wte.weight: "
                                         "element 127 is not finite"));
        free(bytes);
        free(path);
        free(file);
        family_model_free(model);
        mg_test_folder_remove(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_value_that_is_no_number_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

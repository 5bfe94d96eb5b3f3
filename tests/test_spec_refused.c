/* test_spec_refused.c - experiment files: what is refused, and in which words. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/buffer.h"
#include "harness/file.h"
#include "harness/spec.h"
#include "tests/support/experiment.h"
#include "tests/support/test.h"

/* Lines of what was said against lines of what is expected; "*" ends a line that goes on. */
static bool same_lines(const char *said, const char *expected)
{
    while (*expected != '\0' && *said != '\0') {
        const size_t m = strcspn(expected, "\n");
        const size_t n = strcspn(said, "\n");
        const bool open = m > 0 && expected[m - 1] == '*';
        const size_t compared = open ? m - 1 : m;

        if (n < compared || (!open && n != m) || strncmp(said, expected, compared) != 0) {
            return false;
        }
        expected += m + (expected[m] == '\n' ? 1 : 0);
        said += n + (said[n] == '\n' ? 1 : 0);
    }
    return *expected == *said;
}

/* One broken file NAME.json against NAME.expected, both in the current folder. */
static bool check_broken(const char *name)
{
    struct mg_problems problems = {0};
    struct mg_spec *spec;
    struct mg_error err = {0};
    struct mg_buffer said = {0};
    char *path = mg_format("%.*s.expected", (int)(strlen(name) - 5), name);
    char *expected = NULL;
    size_t size;
    bool fine;

    assert_int_equal(mg_spec_load(&spec, name, &problems), MG_EUSAGE);
    assert_null(spec);
    assert_int_equal(problems.n, problems.errors);
    for (size_t i = 0; i < problems.n; i++) {
        mg_buffer_printf(&said, "%s\n", problems.lines[i]);
    }
    assert_int_equal(mg_file_read(&expected, &size, path, 1 << 16, &err), MG_OK);
    fine = same_lines(said.text, expected);
    if (!fine) {
        print_error("%s says\n%sexpected\n%s", name, said.text, expected);
    }
    free(expected);
    free(path);
    mg_buffer_free(&said);
    mg_problems_free(&problems);
    return fine;
}

static void broken_files_are_refused_as_expected(void **state)
{
    char before[4096];
    const struct dirent *entry;
    DIR *folder = opendir("tests/golden/spec");
    size_t n = 0;
    bool fine = true;

    (void)state;
    assert_non_null(folder);
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir("tests/golden/spec"), 0);
    while ((entry = readdir(folder)) != NULL) {
        const size_t size = strlen(entry->d_name);

        if (size > 5 && strcmp(entry->d_name + size - 5, ".json") == 0) {
            fine = check_broken(entry->d_name) && fine;
            n++;
        }
    }
    closedir(folder);
    assert_int_equal(chdir(before), 0);
    assert_true(fine);
    assert_true(n >= 80);
}

static void missing_and_foreign_files_are_refused(void **state)
{
    struct mg_problems problems = {0};
    struct mg_error err = {0};
    struct mg_spec *spec;
    char *folder = mg_test_folder();
    char *path = mg_format("%s/empty.json", folder);

    (void)state;
    assert_int_equal(mg_spec_load(&spec, path, &problems), MG_EUSAGE); /* not there */
    assert_int_equal(problems.errors, 1);
    assert_int_equal(mg_spec_load(&spec, folder, &problems), MG_EUSAGE);
    assert_int_equal(problems.errors, 2);
    assert_int_equal(mg_file_write(path, "", 0, &err), MG_OK);
    assert_int_equal(mg_spec_load(&spec, path, &problems), MG_EUSAGE);
    assert_int_equal(problems.errors, 3);
    mg_problems_free(&problems);
    mg_test_folder_remove(folder);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_files_are_refused_as_expected),
        cmocka_unit_test(missing_and_foreign_files_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

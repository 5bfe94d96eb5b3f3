/* experiment.c - see experiment.h. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "tests/support/experiment.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "tests/support/test.h"

char *mg_test_folder(void)
{
    char *folder = mg_format("%s/marginalia-test-XXXXXX",
                             getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");

    assert_non_null(mkdtemp(folder));
    return folder;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

void mg_test_folder_remove(char *folder)
{
    assert_int_equal(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
    free(folder);
}

struct mg_spec *mg_test_spec(const char *folder, const char *name, const char *text)
{
    struct mg_problems problems = {0};
    struct mg_error err = {0};
    struct mg_spec *spec = NULL;
    char *path = mg_format("%s/%s", folder, name);

    assert_int_equal(mg_file_write(path, text, strlen(text), &err), MG_OK);
    (void)mg_spec_load(&spec, path, &problems);
    for (size_t i = 0; i < problems.n; i++) {
        print_message("%s\n", problems.lines[i]);
    }
    assert_int_equal(problems.n, 0);
    mg_problems_free(&problems);
    free(path);
    return spec;
}

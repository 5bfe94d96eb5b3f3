/* test_file.c - reading is bounded, writing leaves the old content or the new, nothing else. */
#include "tests/support/test.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/file.h"

static char folder[64];

static int folder_setup(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/mg-test-file-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int folder_teardown(void **state)
{
    struct mg_error err = {0};

    (void)state;
    return mg_folder_remove(folder, &err) == MG_OK ? 0 : -1;
}

static char *path_of(const char *name)
{
    return mg_format("%s/%s", folder, name);
}

static size_t entries_of(const char *path)
{
    DIR *dir = opendir(path);
    size_t n = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL) {
        n++;
    }
    (void)closedir(dir);
    return n - 2; /* . and .. */
}

static void assert_content(const char *path, const char *content)
{
    struct mg_error err = {0};
    char *data = NULL;
    size_t size = 0;

    assert_int_equal(mg_file_read(&data, &size, path, 1000, &err), MG_OK);
    assert_int_equal(size, strlen(content));
    assert_string_equal(data, content);
    free(data);
}

static void a_file_reads_back_as_written(void **state)
{
    struct mg_error err = {0};
    char *path = path_of("a");
    char *data = NULL;
    size_t size = 0;
    static const char bytes[] = {'x', 0, '\n', (char)0xFF};

    (void)state;
    assert_int_equal(mg_file_write(path, bytes, sizeof(bytes), &err), MG_OK);
    assert_int_equal(mg_file_read(&data, &size, path, sizeof(bytes), &err), MG_OK);
    assert_int_equal(size, sizeof(bytes));
    assert_memory_equal(data, bytes, sizeof(bytes));
    assert_int_equal(data[size], 0);
    free(data);
    assert_int_equal(mg_file_write(path, "second", 6, &err), MG_OK);
    assert_content(path, "second");
    assert_int_equal(mg_file_write(path, "", 0, &err), MG_OK);
    assert_content(path, "");
    assert_int_equal(entries_of(folder), 1);
    assert_int_equal(unlink(path), 0);
    free(path);
}

static void a_large_file_is_refused_at_the_first_byte_too_many(void **state)
{
    struct mg_error err = {0};
    char *path = path_of("large");
    char *data = NULL;
    size_t size = 0;

    (void)state;
    assert_int_equal(mg_file_write(path, "12345", 5, &err), MG_OK);
    assert_int_equal(mg_file_read(&data, &size, path, 5, &err), MG_OK);
    free(data);
    assert_int_equal(mg_file_read(&data, &size, path, 4, &err), MG_EUSAGE);
    assert_null(data);
    assert_non_null(strstr(err.text, "larger than 4 bytes"));
    assert_int_equal(unlink(path), 0);
    free(path);
}

/* /proc says size 0 of files that are not empty. */
static void a_file_of_unknown_size_is_read_whole(void **state)
{
    struct mg_error err = {0};
    char *data = NULL;
    size_t size = 0;

    (void)state;
    assert_int_equal(mg_file_read(&data, &size, "/proc/self/maps", 1 << 20, &err), MG_OK);
    assert_true(size > 500);
    assert_int_equal(strlen(data), size);
    free(data);
}

static void only_regular_files_are_read(void **state)
{
    char *pipe_path = path_of("pipe");
    char *missing = path_of("missing");
    const char *const paths[] = {folder, pipe_path, missing, "/dev/zero"};

    (void)state;
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    for (size_t i = 0; i < 4; i++) {
        struct mg_error err = {0};
        char *data = folder;
        size_t size = 1;
        assert_int_equal(mg_file_read(&data, &size, paths[i], 1000, &err), MG_EUSAGE);
        assert_null(data);
        assert_ptr_equal(strstr(err.text, paths[i]), err.text);
        assert_non_null(strstr(err.text, i == 2 ? "No such file" : "not a regular file"));
    }
    assert_int_equal(unlink(pipe_path), 0);
    free(pipe_path);
    free(missing);
}

/* A limit on file size stands for a full disk; it also holds for root. */
static void a_failed_write_keeps_the_old_content(void **state)
{
    struct mg_error err = {0};
    char *path = path_of("kept");
    int exit_status = -1;
    pid_t child;

    (void)state;
    assert_int_equal(mg_file_write(path, "old", 3, &err), MG_OK);
    child = fork();
    if (child == 0) {
        const struct rlimit limit = {4096, 4096};
        char *large = calloc(1, 10000);
        (void)signal(SIGXFSZ, SIG_IGN);
        (void)setrlimit(RLIMIT_FSIZE, &limit);
        _exit(large != NULL && mg_file_write(path, large, 10000, &err) == MG_ESTORAGE ? 0 : 1);
    }
    assert_true(waitpid(child, &exit_status, 0) == child);
    assert_int_equal(exit_status, 0);
    assert_content(path, "old");
    assert_int_equal(entries_of(folder), 1); /* nothing is left over */
    assert_int_equal(unlink(path), 0);
    free(path);
}

static void a_write_into_a_missing_folder_fails(void **state)
{
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_file_write("/nonexistent/x", "", 0, &err), MG_ESTORAGE);
    assert_non_null(strstr(err.text, "/nonexistent/x"));
}

/* As root, a rename onto /dev/null would leave a file there. */
static void only_regular_files_are_replaced(void **state)
{
    char *pipe_path = path_of("pipe");
    char *link_path = path_of("link");
    const char *const paths[] = {pipe_path, link_path, folder};

    (void)state;
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_int_equal(symlink(pipe_path, link_path), 0);
    for (size_t i = 0; i < 3; i++) {
        struct mg_error err = {0};
        struct stat before;
        struct stat after;
        assert_int_equal(lstat(paths[i], &before), 0);
        assert_int_equal(mg_file_write(paths[i], "x", 1, &err), MG_ESTORAGE);
        assert_non_null(strstr(err.text, "not a regular file"));
        assert_int_equal(lstat(paths[i], &after), 0);
        assert_int_equal(before.st_mode, after.st_mode);
        assert_int_equal(before.st_ino, after.st_ino);
    }
    assert_int_equal(entries_of(folder), 2);
    assert_int_equal(unlink(link_path), 0);
    assert_int_equal(unlink(pipe_path), 0);
    free(link_path);
    free(pipe_path);
}

static void folders_are_made_with_their_parents(void **state)
{
    struct mg_error err = {0};
    char *deep = path_of("p/q//r/");
    char *file = path_of("p/q/r/f");
    char *below = path_of("p/q/r/f/g");
    struct stat info;

    (void)state;
    assert_int_equal(mg_folder_make(deep, &err), MG_OK);
    assert_int_equal(mg_folder_make(deep, &err), MG_OK);
    assert_int_equal(stat(deep, &info), 0);
    assert_true(S_ISDIR(info.st_mode));
    assert_int_equal(mg_file_write(file, "", 0, &err), MG_OK);
    assert_int_equal(mg_folder_make(below, &err), MG_ESTORAGE);
    for (size_t end = strlen("p/q/r"); end >= 1; end -= end > 2 ? 2 : end) {
        char *part = mg_format("%s/%.*s", folder, (int)end, "p/q/r");
        struct mg_error removal = {0};
        assert_int_equal(mg_folder_remove(part, &removal), MG_OK);
        free(part);
    }
    free(below);
    free(file);
    free(deep);
}

static void a_folder_is_replaced_whole(void **state)
{
    struct mg_error err = {0};
    char *path = path_of("model");
    char *aside = path_of("aside");
    char *old_file = path_of("model/old");
    char *aside_file = path_of("aside/new");
    char *new_file = path_of("model/new");

    (void)state;
    for (size_t round = 0; round < 2; round++) { /* first there is nothing to replace */
        assert_int_equal(mg_folder_make(aside, &err), MG_OK);
        assert_int_equal(mg_file_write(aside_file, "new", 3, &err), MG_OK);
        assert_int_equal(mg_folder_replace(path, aside, &err), MG_OK);
        assert_content(new_file, "new");
        assert_int_equal(entries_of(path), 1);
        assert_int_equal(entries_of(folder), 1);
        assert_int_equal(unlink(new_file), 0);
        assert_int_equal(mg_file_write(old_file, "old", 3, &err), MG_OK);
    }
    assert_int_equal(mg_folder_replace(path, aside, &err), MG_ESTORAGE); /* no folder aside */
    assert_content(old_file, "old");
    memset(&err, 0, sizeof(err));
    assert_int_equal(mg_folder_remove(path, &err), MG_OK);
    assert_int_equal(mg_folder_remove(path, &err), MG_OK);
    free(new_file);
    free(aside_file);
    free(old_file);
    free(aside);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_reads_back_as_written),
        cmocka_unit_test(a_large_file_is_refused_at_the_first_byte_too_many),
        cmocka_unit_test(a_file_of_unknown_size_is_read_whole),
        cmocka_unit_test(only_regular_files_are_read),
        cmocka_unit_test(a_failed_write_keeps_the_old_content),
        cmocka_unit_test(a_write_into_a_missing_folder_fails),
        cmocka_unit_test(only_regular_files_are_replaced),
        cmocka_unit_test(folders_are_made_with_their_parents),
        cmocka_unit_test(a_folder_is_replaced_whole),
    };

    return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}

/* test_store_open.c - a database is opened by one writer, is ours, and stays whole. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "harness/file.h"
#include "tests/support/store_bench.h"
#include "tests/support/test.h"

static void second_writer_is_told_who_the_first_is(void **state)
{
    struct store_bench *bench = *state;
    struct mg_store *second = NULL;
    struct mg_error err = {0};
    char self[32];

    snprintf(self, sizeof(self), "process %ld", (long)getpid());
    assert_int_equal(mg_store_open(&second, bench->path, MG_STORE_WRITE, &err), MG_EBUSY);
    assert_null(second);
    assert_non_null(strstr(err.text, self));
}

static void reader_works_beside_the_writer(void **state)
{
    struct store_bench *bench = *state;
    struct mg_store *reader = NULL;
    struct mg_error err = {0};

    store_register_toy(bench, "toy", "[0, 1]", "d");
    assert_int_equal(mg_store_open(&reader, bench->path, MG_STORE_READ, &err), MG_OK);
    assert_string_equal(store_ask(reader, NULL, "SELECT count(*) FROM runs"), "1");
    mg_store_close(reader);
}

static void make_database(const char *path, const char *script)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, script, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void assert_refused(const struct store_bench *bench, const char *name, const char *why)
{
    static const char *const beside[] = {".lock", "-wal", "-shm", "-journal"};
    char *path = mg_format("%s/%s", bench->folder, name);
    struct mg_error none = {0};
    char *before = NULL;
    char *after = NULL;
    size_t size = 0;

    assert_int_equal(mg_file_read(&before, &size, path, 1 << 20, &none), MG_OK);
    for (int write = 0; write < 2; write++) {
        struct mg_store *store = NULL;
        struct mg_error err = {0};
        assert_int_equal(mg_store_open(&store, path, write ? MG_STORE_WRITE : MG_STORE_READ, &err),
                         MG_ESTORAGE);
        assert_null(store);
        if (strstr(err.text, why) == NULL) {
            print_error("%s\n", err.text);
            fail();
        }
    }
    assert_int_equal(mg_file_read(&after, &size, path, 1 << 20, &none), MG_OK);
    assert_memory_equal(before, after, size);
    for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
        char *litter = mg_format("%s%s", path, beside[i]);
        assert_int_not_equal(access(litter, F_OK), 0);
        free(litter);
    }
    free(before);
    free(after);
    free(path);
}

static void databases_of_others_are_refused_and_left_alone(void **state)
{
    const struct store_bench *bench = *state;
    struct mg_error err = {0};
    char *other = mg_format("%s/other.db", bench->folder);
    char *newer = mg_format("%s/newer.db", bench->folder);
    char *text = mg_format("%s/text.db", bench->folder);

    make_database(other, "CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    make_database(
        newer,
        "PRAGMA journal_mode = WAL; PRAGMA application_id = 1297237838; PRAGMA user_version = 99;"
        "CREATE TABLE t (a)");
    assert_int_equal(
        mg_file_write(text, "not a database, but long enough to be looked at", 48, &err), MG_OK);
    assert_refused(bench, "other.db", "not a database of marginalia");
    assert_refused(bench, "newer.db", "newer marginalia");
    assert_refused(bench, "text.db", "not a database");
    free(other);
    free(newer);
    free(text);
}

static void a_database_that_is_not_there_is_not_made_by_reading(void **state)
{
    const struct store_bench *bench = *state;
    char *path = mg_format("%s/none.db", bench->folder);
    struct mg_store *store = NULL;
    struct mg_error err = {0};

    assert_int_equal(mg_store_open(&store, path, MG_STORE_READ, &err), MG_ESTORAGE);
    assert_int_not_equal(access(path, F_OK), 0);
    free(path);
}

/* A file size limit stands for a full disk: writes fail with EFBIG. */
static void a_full_disk_leaves_the_database_whole(void **state)
{
    struct store_bench *bench = *state;
    int status = 0;
    pid_t child;

    store_register_toy(bench, "toy", "[0, 1]", "d");
    mg_store_close(bench->store);
    bench->store = NULL;
    child = fork();
    if (child == 0) {
        const struct rlimit limit = {1 << 18, 1 << 18};
        struct mg_store *store = NULL;
        struct mg_error err = {0};
        enum mg_status result = mg_store_open(&store, bench->path, MG_STORE_WRITE, &err);
        const struct mg_value row[] = {{.type = MG_VALUE_TEXT, .text = "loss"},
                                       {.type = MG_VALUE_INTEGER, .integer = 1},
                                       {.type = MG_VALUE_REAL, .real = 0.5}};

        (void)signal(SIGXFSZ, SIG_IGN);
        (void)setrlimit(RLIMIT_FSIZE, &limit);
        result = result == MG_OK ? mg_store_begin(store, &err) : result;
        for (int64_t i = 0; result == MG_OK && i < 100000; i++) {
            result = mg_store_add_row(store, 1, i, MG_TABLE_metrics, row, 3, &err);
        }
        result = result == MG_OK ? mg_store_commit(store, &err) : result;
        mg_store_close(store);
        _exit((int)result);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), MG_ESTORAGE);
    {
        struct mg_error err = {0};
        assert_int_equal(mg_store_open(&bench->store, bench->path, MG_STORE_WRITE, &err), MG_OK);
    }
    assert_string_equal(store_ask(bench->store, NULL, "SELECT count(*) FROM metrics"), "0");
    assert_string_equal(store_ask(bench->store, NULL, "SELECT count(*) FROM runs"), "1");
}

static void snapshot_is_one_file_that_answers(void **state)
{
    struct store_bench *bench = *state;
    char *path = mg_format("%s/copy.db", bench->folder);
    struct mg_store *copy = NULL;
    struct mg_error err = {0};

    store_register_toy(bench, "toy", "[0, 1]", "d");
    assert_int_equal(mg_store_snapshot(bench->store, path, &err), MG_OK);
    assert_int_equal(mg_store_open(&copy, path, MG_STORE_READ, &err), MG_OK);
    assert_string_equal(store_ask(copy, NULL, "SELECT experiment FROM runs"), "toy");
    mg_store_close(copy);
    assert_int_equal(mg_store_snapshot(bench->store, path, &err), MG_ESTORAGE);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(second_writer_is_told_who_the_first_is, store_set_up,
                                        store_tear_down),
        cmocka_unit_test_setup_teardown(reader_works_beside_the_writer, store_set_up,
                                        store_tear_down),
        cmocka_unit_test_setup_teardown(databases_of_others_are_refused_and_left_alone,
                                        store_set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(a_database_that_is_not_there_is_not_made_by_reading,
                                        store_set_up, store_tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_database_whole, store_set_up,
                                        store_tear_down),
        cmocka_unit_test_setup_teardown(snapshot_is_one_file_that_answers, store_set_up,
                                        store_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* store_bench.c - see store_bench.h. */
#include "tests/support/store_bench.h"

#include <stdlib.h>

#include "harness/answer.h"
#include "harness/file.h"
#include "harness/plan.h"
#include "tests/support/experiment.h"
#include "tests/support/test.h"

static const char toy[] =
    "{\"marginalia\": 1, \"name\": \"%s\", \"source\": {\"kind\": \"sequences\", \"rows\": "
    "[{\"tokens\": \"A B\", \"count\": 3}, {\"tokens\": \"B A\", \"count\": 1}]},"
    "\"predictor\": {\"kind\": \"oracle\"},"
    "\"measure\": [{\"kind\": \"joint\", \"name\": \"pair\", \"context\": \"_ _\","
    " \"targets\": [0, 1]}],"
    "\"claims\": [{\"about\": \"C1\", \"name\": \"one\", \"exact\": true, \"accept\": %s,"
    " \"query\": \"SELECT 1\"}]}";

int store_set_up(void **state)
{
    struct store_bench *bench = calloc(1, sizeof(*bench));
    struct mg_error err = {0};

    assert_non_null(bench);
    bench->folder = mg_test_folder();
    bench->path = mg_format("%s/a.db", bench->folder);
    assert_int_equal(mg_store_open(&bench->store, bench->path, MG_STORE_WRITE, &err), MG_OK);
    *state = bench;
    return 0;
}

int store_tear_down(void **state)
{
    struct store_bench *bench = *state;

    mg_store_close(bench->store);
    mg_test_folder_remove(bench->folder);
    free(bench->path);
    free(bench);
    return 0;
}

const char *store_ask(struct mg_store *store, const char *experiment, const char *sql)
{
    static char text[256];
    struct mg_answer answer = {0};
    struct mg_error err = {0};

    if (mg_answer_ask(&answer, store, experiment, sql, &err) != MG_OK) {
        print_error("%s: %s\n", sql, err.text);
        fail();
    }
    snprintf(text, sizeof(text), "%s",
             answer.n_rows > 0 ? mg_answer_cell(&answer, 0, 0)->text : "");
    mg_answer_free(&answer);
    return text;
}

struct mg_spec *store_toy(const struct store_bench *bench, const char *name, const char *accept)
{
    char text[1024];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof(text), toy, name, accept);
#pragma GCC diagnostic pop
    return mg_test_spec(bench->folder, "toy.json", text);
}

void store_register_toy(struct store_bench *bench, const char *name, const char *accept,
                        const char *digest)
{
    struct mg_spec *spec = store_toy(bench, name, accept);
    struct mg_plan plan = {0};
    struct mg_error err = {0};

    assert_int_equal(mg_plan_make(&plan, &spec, 1, bench->store, &err), MG_OK);
    assert_int_equal(mg_plan_register(&plan, bench->store, &err), MG_OK);
    for (size_t i = 0; i < plan.n_results; i++) {
        plan.results[i].stored.status = MG_RESULT_DONE;
        snprintf(plan.results[i].stored.digest, MG_DIGEST_TEXT, "%s", digest);
    }
    assert_int_equal(mg_plan_settle(&plan, 0, bench->store, &err), MG_OK);
    mg_plan_free(&plan);
    mg_spec_free(spec);
}

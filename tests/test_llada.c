/* test_llada.c - the experiments on downloaded models, with small random ones of the same layout.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "harness/record.h"
#include "harness/run.h"
#include "model/source/source.h"
#include "tests/support/experiment.h"
#include "tests/support/family_model.h"
#include "tests/support/test.h"

enum { V = 920, MASK = 905 }; /* more rows than tests/tokenizers/llada.json has tokens */

static const struct family_case small = {.title = "LLaDA",
                                         .model_type = "llada",
                                         .dtype = "BF16",
                                         .shards = 2,
                                         .d = 32,
                                         .layers = 2,
                                         .heads = 4,
                                         .kv_heads = 4,
                                         .size = 8,
                                         .hidden = 48,
                                         .rows = V,
                                         .vocab = V,
                                         .mask = MASK,
                                         .eps = 1e-5,
                                         .theta = 5e5};

struct bench {
    char *folder, *path;
    struct family_model *model;
};

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    struct mg_error err = {0};
    char *tokenizer;
    char *to;
    size_t size;

    assert_non_null(bench);
    bench->folder = mg_test_folder();
    bench->model = family_model_new(&small, 7);
    bench->path = family_model_write(bench->model, bench->folder, NULL, false);
    to = mg_format("%s/tokenizer.json", bench->path);
    assert_int_equal(mg_file_read(&tokenizer, &size, "tests/tokenizers/llada.json", 1 << 20, &err),
                     MG_OK);
    assert_int_equal(mg_file_write(to, tokenizer, size, &err), MG_OK);
    free(tokenizer);
    free(to);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;

    family_model_free(bench->model);
    free(bench->path);
    mg_test_folder_remove(bench->folder);
    free(bench);
    return 0;
}

/* What a measure said; marginals as (position, token, p). */
struct found {
    double p[2 * V];
    size_t n, rows;
};

static enum mg_status keep_row(void *ctx, int64_t row, enum mg_table table,
                               const struct mg_value *values, size_t n, struct mg_error *err)
{
    struct found *found = ctx;

    (void)row;
    (void)n;
    (void)err;
    found->rows++;
    if (table == MG_TABLE_marginals) {
        assert_true(found->n < 2 * V);
        found->p[found->n++] = values[2].real;
    }
    return MG_OK;
}

static void measure(struct found *found, const struct mg_subject *subject,
                    const struct mg_point *point, size_t m)
{
    struct mg_recorder *recorder = mg_recorder_new(point->symbols, keep_row, found);
    struct mg_error err = {0};
    char digest[MG_KEY_TEXT];
    int64_t n_rows = 0;

    *found = (struct found){.n = 0};
    assert_int_equal(
        mg_run_measure(subject, point, &point->measures[m], 1, 0, mg_recorder_sink(recorder), &err),
        MG_OK);
    assert_int_equal(mg_recorder_finish(digest, &n_rows, recorder, &err), MG_OK);
}

static void each_file_runs_on_a_model_of_its_layout(void **state)
{
    const struct bench *bench = *state;
    /* the small tokenizer has no token "the" nor an end, and the prompt in bytes is too long */
    char *sets[] = {mg_format("predictor.path=%s", bench->path),
                    mg_format("source.vocab=%d", (int)V),
                    mg_format("measure.top-left.watch=[\"A\"]"),
                    mg_format("measure.top-both.watch=[\"A\"]"),
                    mg_format("measure.top-both.context={\"text\": \"A\", \"after\": \"B\"}"),
                    mg_format("measure.write.samplers.llada-b9-s9-no-end.forbid=[\"A\"]")};
    const size_t n_sets = sizeof(sets) / sizeof(sets[0]);
    struct mg_problems problems = {0};
    const struct mg_run_options options = {.threads = 1};
    struct found *found = calloc(1, sizeof(*found));
    struct mg_error err = {0};
    struct mg_subject subject;
    struct mg_spec *spec = NULL;

    assert_non_null(found);
    assert_int_equal(mg_spec_load_set(&spec, "experiments/paper/18-llada.json",
                                      (const char *const *)sets, n_sets, &problems),
                     MG_OK);
    assert_null(spec->not_run);
    assert_int_equal(spec->n_points, 1);
    assert_int_equal(mg_run_open(&subject, &spec->points[0], NULL, &options, &err), MG_OK);
    for (size_t m = 0; m < spec->points[0].n_measures; m++) {
        measure(found, &subject, &spec->points[0], m);
        assert_true(found->rows > 0);
    }
    mg_subject_free(&subject);
    mg_spec_free(spec);
    mg_problems_free(&problems);
    free(found);
    for (size_t i = 0; i < n_sets; i++) {
        free(sets[i]);
    }
}

/* The tokens of the words by the file's own merges (tests/tokenizers), the formula in double. */
static void a_prompt_of_text_has_the_marginals_of_the_formula(void **state)
{
    const struct bench *bench = *state;
    char *text = mg_format(
        "{\"marginalia\": 1, \"name\": \"p\", \"source\": {\"kind\": \"text\", \"corpus\": "
        "\"c.txt\", \"tokens\": \"tokenizer\", \"vocab\": %d, \"length\": 6, \"held_out\": 0.5},"
        " \"predictor\": {\"kind\": \"checkpoint\", \"path\": \"%s\"}, \"measure\": [{\"kind\":"
        " \"joint\", \"name\": \"j\", \"targets\": [1, 4], \"context\": {\"text\": \"A\","
        " \"after\": \"B\"}}]}",
        (int)V, bench->path);
    char *corpus = mg_format("%s/c.txt", bench->folder);
    static const char lines[] = "one two three four\nfive six seven eight\nnine ten eleven\n";
    const struct mg_run_options options = {.threads = 1};
    struct found *found = calloc(1, sizeof(*found));
    double *logits = calloc(6 * V, sizeof(*logits));
    struct mg_error err = {0};
    struct mg_subject subject;
    struct mg_spec *spec;
    int row[6] = {0, MG_MASK, MG_MASK, MG_MASK, MG_MASK, 0};
    size_t at = 0;

    assert_non_null(found);
    assert_non_null(logits);
    assert_int_equal(mg_file_write(corpus, lines, strlen(lines), &err), MG_OK);
    spec = mg_test_spec(bench->folder, "p.json", text);
    for (int v = 0; v < V; v++) { /* single letters are single tokens, written as themselves */
        row[0] = strcmp(spec->points[0].symbols[v], "A") == 0 ? v : row[0];
        row[5] = strcmp(spec->points[0].symbols[v], "B") == 0 ? v : row[5];
    }
    assert_true(row[0] > 0 && row[5] > 0);
    assert_int_equal(mg_run_open(&subject, &spec->points[0], NULL, &options, &err), MG_OK);
    measure(found, &subject, &spec->points[0], 0);
    family_model_logits(logits, bench->model, row, 6, FAULT_NONE, 0);
    assert_int_equal(found->n, 2 * V);
    for (size_t i = 1; i < 5; i += 3) {
        double total = 0.0;

        for (size_t v = 0; v < V; v++) {
            total += exp(logits[i * V + v]);
        }
        for (size_t v = 0; v < V; v++) {
            assert_close(found->p[at++], exp(logits[i * V + v]) / total, 2e-6);
        }
    }
    mg_subject_free(&subject);
    mg_spec_free(spec);
    free(logits);
    free(found);
    free(corpus);
    free(text);
}

static void without_its_folder_a_file_is_not_run_and_says_so(void **state)
{
    static const char *const files[] = {"experiments/paper/18-llada.json",
                                        "experiments/beyond/11-qwen3-0.6b.json"};
    static const char *const nowhere[] = {"predictor.path=/nowhere"};
    static const char *const error[] = {"predictor.path=/nowhere", "predictor.if_missing=error"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct mg_problems problems = {0};
        struct mg_spec *spec = NULL;

        assert_int_equal(mg_spec_load_set(&spec, files[i], nowhere, 1, &problems), MG_OK);
        assert_non_null(strstr(spec->not_run, "the checkpoint /nowhere is not there"));
        assert_int_equal(spec->n_points, 0);
        assert_int_equal(spec->n_claims, 7);
        mg_spec_free(spec);
        assert_int_equal(mg_spec_load_set(&spec, files[i], error, 2, &problems), MG_EUSAGE);
        mg_problems_free(&problems);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_file_runs_on_a_model_of_its_layout, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_prompt_of_text_has_the_marginals_of_the_formula, set_up,
                                        tear_down),
        cmocka_unit_test(without_its_folder_a_file_is_not_run_and_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_family_run.c - others' checkpoints in an experiment. */
#include <stdlib.h>
#include <string.h>

#include "harness/record.h"
#include "harness/run.h"
#include "model/source/source.h"
#include "tests/support/experiment.h"
#include "tests/support/family_model.h"
#include "tests/support/test.h"

enum { L = 5, VOCAB_MAX = 64 };

/* A chain over the V ids of a model, every step uniform; tokens are written as their ids. */
static char *experiment(const char *path, size_t V, const char *more)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    fprintf(out,
            "{\"marginalia\": 1, \"name\": \"e\", \"source\": {\"kind\": \"markov\", \"start\": "
            "\"stationary\", \"length\": %d, \"transition\": [",
            (int)L);
    for (size_t i = 0; i < V * V; i++) {
        fprintf(out, "%s%.17g", i == 0 ? "[" : i % V == 0 ? "], [" : ", ", 1.0 / (double)V);
    }
    fprintf(out,
            "]]}, \"predictor\": {\"kind\": \"checkpoint\", \"path\": \"%s\"%s}, \"measure\": ["
            "{\"kind\": \"joint\", \"name\": \"end\", \"context\": \"1 _ 3 4 _\"},"
            "{\"kind\": \"distance\", \"name\": \"far\", \"left\": \"2\", \"run\": 3, \"right\": "
            "\"5\"}]}",
            path, more);
    fclose(out);
    return text;
}

struct found {
    double p[2 * VOCAB_MAX];
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
        found->p[found->n++] = values[2].real;
    }
    return MG_OK;
}

/* Seen: 2e-7. */
static void assert_formula(const struct found *found, const struct family_model *model, size_t V)
{
    const int row[L] = {1, MG_MASK, 3, 4, MG_MASK};
    double logits[L * VOCAB_MAX];
    size_t at = 0;

    family_model_logits(logits, model, row, L, FAULT_NONE, 0);
    assert_int_equal(found->n, 2 * V);
    for (size_t i = 0; i < L; i++) {
        double total = 0.0;

        for (size_t v = 0; v < V; v++) {
            total += exp(logits[i * V + v]);
        }
        for (size_t v = 0; v < V && row[i] == MG_MASK; v++) {
            assert_close(found->p[at++], exp(logits[i * V + v]) / total, 2e-6);
        }
    }
}

static void an_experiment_measures_the_checkpoint_of_each_family(void **state)
{
    size_t n;
    const struct family_case *cases = family_cases(&n);

    (void)state;
    for (size_t c = 0; c < n; c++) {
        char *folder = mg_test_folder();
        struct family_model *model = family_model_new(&cases[c], 5);
        char *path = family_model_write(model, folder, NULL, false);
        char *text = experiment(path, cases[c].vocab, "");
        struct mg_spec *spec = mg_test_spec(folder, "e.json", text);
        const struct mg_point *point = &spec->points[0];
        struct mg_subject subject;
        struct mg_error err = {0};
        char digests[2][2][MG_KEY_TEXT];
        const char *precision = NULL;

        for (size_t setting = 0; setting < 2; setting++) {
            const struct mg_run_options options = {.threads = 1 + setting, .read = setting == 1};

            assert_int_equal(mg_run_open(&subject, point, NULL, &options, &err), MG_OK);
            for (size_t m = 0; m < 2; m++) {
                struct found found = {.n = 0};
                struct mg_recorder *recorder = mg_recorder_new(point->symbols, keep_row, &found);
                int64_t n_rows = 0;

                assert_int_equal(mg_run_measure(&subject, point, &point->measures[m], 1, 0,
                                                mg_recorder_sink(recorder), &err),
                                 MG_OK);
                assert_int_equal(mg_recorder_finish(digests[setting][m], &n_rows, recorder, &err),
                                 MG_OK);
                assert_true(found.rows > 0);
                if (m == 0) {
                    assert_formula(&found, model, cases[c].vocab);
                }
            }
            mg_subject_free(&subject);
        }
        assert_string_equal(digests[0][0], digests[1][0]);
        assert_string_equal(digests[0][1], digests[1][1]);
        for (size_t i = 0; i < point->n_params; i++) {
            if (strcmp(point->params[i].path, "predictor.precision") == 0) {
                precision = point->params[i].value;
            }
        }
        assert_non_null(precision);
        assert_int_equal(precision[1], cases[c].dtype[0] + 'a' - 'A'); /* "\"bf16 weights" */
        mg_spec_free(spec);
        free(text);
        free(path);
        family_model_free(model);
        mg_test_folder_remove(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_experiment_measures_the_checkpoint_of_each_family),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_family.c - checkpoints of each family give the logits of their formula, at any setting. */
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/checkpoint.h"
#include "harness/file.h"
#include "model/source/source.h"
#include "tests/support/experiment.h"
#include "tests/support/family_model.h"

enum { L = 9, VOCAB_MAX = 64 };
#define TOLERANCE 2e-5 /* seen: 3.1e-6 */

/* Some tokens, some masks, the first position masked. */
static void fill_row(int *row, size_t vocab)
{
    for (size_t i = 0; i < L; i++) {
        row[i] = i % 3 == 0 || i == 4 ? MG_MASK : (int)((7 * i + 3) % vocab);
    }
}

static struct mg_checkpoint *open_at(const char *path, size_t batch, bool read)
{
    const struct mg_checkpoint_use use = {.batch = batch, .length = L, .read = read};
    struct mg_checkpoint *checkpoint = NULL;
    struct mg_error err = {0};

    if (mg_checkpoint_load(&checkpoint, path, &use, &err) != MG_OK) {
        print_error("%s\n", err.text);
        fail();
    }
    return checkpoint;
}

/* The largest difference at the masked positions between logits and those of a formula. */
static double difference(const float *logits, const struct family_model *model, size_t vocab,
                         const int *row, enum family_fault fault, size_t first)
{
    double expected[L * VOCAB_MAX];
    double largest = 0.0;

    family_model_logits(expected, model, row, L, fault, first);
    for (size_t i = 0; i < L; i++) {
        for (size_t v = 0; v < vocab && row[i] == MG_MASK; v++) {
            const double d = fabs((double)logits[v] - expected[i * vocab + v]);

            assert_true(d >= 0.0); /* not NaN */
            largest = d > largest ? d : largest;
        }
        logits += row[i] == MG_MASK ? vocab : 0;
    }
    return largest;
}

static void every_family_gives_the_logits_of_its_formula(void **state)
{
    size_t n;
    const struct family_case *cases = family_cases(&n);

    (void)state;
    for (size_t c = 0; c < n; c++) {
        char *folder = mg_test_folder();
        struct family_model *model = family_model_new(&cases[c], 11 + (unsigned)c);
        char *path = family_model_write(model, folder, NULL, false);
        struct mg_checkpoint *checkpoint = open_at(path, 3, false);
        float logits[L * VOCAB_MAX];
        int row[L];
        double right;

        fill_row(row, cases[c].vocab);
        (void)mg_transformer_logits(mg_checkpoint_transformer(checkpoint), logits, NULL, row, 1);
        right = difference(logits, model, cases[c].vocab, row, FAULT_NONE, 0);
        print_message("%s: %.2g\n", cases[c].title, right);
        assert_true(right <= TOLERANCE);
        /* turned as a whole, nothing changes (where angles are exact) */
        if (!cases[c].rope_bf16) {
            assert_true(difference(logits, model, cases[c].vocab, row, FAULT_NONE, 5) <= TOLERANCE);
        }
        for (int fault = FAULT_NONE + 1; fault < FAULTS; fault++) {
            if (family_fault_applies(&cases[c], (enum family_fault)fault)) {
                const double wrong =
                    difference(logits, model, cases[c].vocab, row, (enum family_fault)fault, 0);

                if (wrong <= 2 * TOLERANCE) {
                    print_error("%s: %s changes the logits by %.2g alone\n", cases[c].title,
                                family_fault_name((enum family_fault)fault), wrong);
                    fail();
                }
            }
        }
        mg_checkpoint_free(checkpoint);
        free(path);
        family_model_free(model);
        mg_test_folder_remove(folder);
    }
}

/* Attention without positions, or positions turned with the row, would not see it. */
static void two_tokens_that_change_places_change_the_logits(void **state)
{
    size_t n;
    const struct family_case *cases = family_cases(&n);

    (void)state;
    for (size_t c = 0; c < n; c++) {
        char *folder = mg_test_folder();
        struct family_model *model = family_model_new(&cases[c], 3);
        char *path = family_model_write(model, folder, NULL, false);
        struct mg_checkpoint *checkpoint = open_at(path, 1, false);
        struct mg_transformer *transformer = mg_checkpoint_transformer(checkpoint);
        float logits[L * VOCAB_MAX];
        int row[L];
        int first;

        fill_row(row, cases[c].vocab);
        first = row[1];
        row[1] = row[7];
        row[7] = first;
        assert_int_not_equal(row[1], first);
        (void)mg_transformer_logits(transformer, logits, NULL, row, 1);
        assert_true(difference(logits, model, cases[c].vocab, row, FAULT_NONE, 0) <= TOLERANCE);
        fill_row(row, cases[c].vocab);
        assert_true(difference(logits, model, cases[c].vocab, row, FAULT_NONE, 0) > 1e-3);
        mg_checkpoint_free(checkpoint);
        free(path);
        family_model_free(model);
        mg_test_folder_remove(folder);
    }
}

/* Any threads, any batch, mapped or read: the same bits. */
static void no_setting_changes_a_bit(void **state)
{
    size_t n;
    const struct family_case *cases = family_cases(&n);

    (void)state;
    for (size_t c = 0; c < n; c++) {
        enum { ROWS = 4 };
        char *folder = mg_test_folder();
        struct family_model *model = family_model_new(&cases[c], 3);
        char *path = family_model_write(model, folder, NULL, false);
        static float first[ROWS * L * VOCAB_MAX];
        static float again[ROWS * L * VOCAB_MAX];
        int rows[ROWS * L];
        size_t count = 0;

        for (size_t r = 0; r < ROWS; r++) {
            fill_row(rows + r * L, cases[c].vocab);
            rows[r * L + 1] = (int)r;
        }
        for (size_t setting = 0; setting < 6; setting++) {
            struct mg_checkpoint *checkpoint = open_at(path, 1 + setting % 3, setting >= 3);
            struct mg_transformer *transformer = mg_checkpoint_transformer(checkpoint);
            struct mg_error err = {0};

            assert_int_equal(mg_transformer_set_threads(transformer, 1 + setting, &err), MG_OK);
            count =
                mg_transformer_logits(transformer, setting == 0 ? first : again, NULL, rows, ROWS);
            assert_int_equal(count, 4 * ROWS);
            if (setting > 0) {
                assert_memory_equal(again, first, count * cases[c].vocab * sizeof(float));
            }
            mg_checkpoint_free(checkpoint);
        }
        free(path);
        family_model_free(model);
        mg_test_folder_remove(folder);
    }
}

struct seen {
    float logits[L * VOCAB_MAX];
    size_t vocab, n;
};

static void see(void *ctx, size_t i, size_t r, const float *logits)
{
    struct seen *seen = (struct seen *)ctx;

    assert_int_equal(r, 0);
    memcpy(seen->logits + i * seen->vocab, logits, seen->vocab * sizeof(*logits));
    seen->n++;
}

static void only_the_positions_asked_for_are_predicted(void **state)
{
    size_t n;
    const struct family_case *cases = family_cases(&n);

    (void)state;
    for (size_t c = 0; c < n; c++) {
        char *folder = mg_test_folder();
        struct family_model *model = family_model_new(&cases[c], 3);
        char *path = family_model_write(model, folder, NULL, false);
        struct mg_checkpoint *checkpoint = open_at(path, 1, false);
        struct mg_transformer *transformer = mg_checkpoint_transformer(checkpoint);
        const size_t V = cases[c].vocab;
        struct seen seen = {.vocab = V};
        float all[L * VOCAB_MAX];
        int row[L];
        int asked[L] = {0, 0, 0, MG_MASK, 0, MG_MASK, 0, 0, 0};
        int revealed[L];
        float one[L * VOCAB_MAX];

        fill_row(row, V);
        assert_int_equal(row[3], MG_MASK); /* the second of the masks */
        assert_int_not_equal(row[5], MG_MASK);
        (void)mg_transformer_logits(transformer, all, NULL, row, 1);
        assert_int_equal(mg_transformer_visit(transformer, NULL, row, asked, 1, see, &seen), 2);
        assert_int_equal(seen.n, 2);
        assert_memory_equal(seen.logits, all + V, V * sizeof(float));
        /* a token that is asked about is still seen by the others */
        memcpy(revealed, row, sizeof(row));
        revealed[5] = MG_MASK;
        (void)mg_transformer_logits(transformer, one, NULL, revealed, 1);
        assert_memory_not_equal(one, all, V * sizeof(float));
        mg_checkpoint_free(checkpoint);
        free(path);
        family_model_free(model);
        mg_test_folder_remove(folder);
    }
}

/* folder/kind.logits, as torch_families.py writes it: rows of numbers. */
static size_t read_numbers(double *numbers, size_t most, const char *folder, const char *kind)
{
    char path[256];
    size_t n = 0;
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s.logits", folder, kind);
    file = fopen(path, "r");
    assert_non_null(file);
    while (n < most && fscanf(file, "%lf", &numbers[n]) == 1) {
        n++;
    }
    (void)fclose(file);
    return n;
}

/* Seen: 2.9e-6. PYTHON names an interpreter with torch and transformers. */
static void pytorch_gives_the_same_logits(void **state)
{
    static const struct {
        const char *kind, *file;
    } kinds[] = {{"llada", ""},
                 {"a2d-qwen3", ""},
                 {"a2d-qwen2", ""},
                 {"Dream", ""},
                 {"smdm", "/mdm.safetensors"}};
    char *folder = mg_test_folder();
    struct mg_error err = {0};
    char command[512];
    int exit_status;

    (void)state;
    (void)snprintf(command, sizeof(command), "${PYTHON:-python3} tests/cli/torch_families.py '%s'",
                   folder);
    exit_status = WEXITSTATUS(system(command));
    for (size_t i = 0; exit_status == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        double expected[L + L * VOCAB_MAX];
        float found[L * VOCAB_MAX];
        int row[L];
        char path[256];
        struct mg_checkpoint *checkpoint;
        struct mg_transformer *transformer;
        double largest = 0.0;
        size_t count;

        (void)snprintf(path, sizeof(path), "%s/%s%s", folder, kinds[i].kind, kinds[i].file);
        checkpoint = open_at(path, 1, false);
        transformer = mg_checkpoint_transformer(checkpoint);
        count = read_numbers(expected, L + L * VOCAB_MAX, folder, kinds[i].kind);
        for (size_t t = 0; t < L; t++) {
            row[t] = expected[t] < 0 ? MG_MASK : (int)expected[t];
        }
        count -= L;
        assert_int_equal(mg_transformer_logits(transformer, found, NULL, row, 1) *
                             mg_transformer_config(transformer)->vocab,
                         count);
        for (size_t j = 0; j < count; j++) {
            largest = fmax(largest, fabs((double)found[j] - expected[L + j]));
            assert_close(found[j], expected[L + j], TOLERANCE);
        }
        print_message("%s: %zu logits within %.2g\n", kinds[i].kind, count, largest);
        mg_checkpoint_free(checkpoint);
        (void)snprintf(path, sizeof(path), "%s/%s", folder, kinds[i].kind);
        assert_int_equal(mg_folder_remove(path, &err), MG_OK);
    }
    mg_test_folder_remove(folder);
    if (exit_status == 77 || exit_status == 127) {
        skip();
    }
    assert_int_equal(exit_status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_family_gives_the_logits_of_its_formula),
        cmocka_unit_test(two_tokens_that_change_places_change_the_logits),
        cmocka_unit_test(no_setting_changes_a_bit),
        cmocka_unit_test(only_the_positions_asked_for_are_predicted),
        cmocka_unit_test(pytorch_gives_the_same_logits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_tasks.c - every task against its rule applied to all V^L sequences, and its closed forms. */
#include "model/source/tasks.h"

#include <stdlib.h>
#include <string.h>

#include "model/measure/set_entropy.h"
#include "model/numeric/statistics.h"
#include "model/source/markov.h"
#include "tests/support/brute.h"
#include "tests/support/test.h"

struct given {
    enum mg_task_key key;
    double value;
};

static struct mg_task_sizes sizes_of(const struct given *given, size_t n)
{
    struct mg_task_sizes sizes = mg_task_sizes_none();

    for (size_t i = 0; i < n && given[i].value != 0.0; i++) {
        sizes.value[given[i].key] = given[i].value;
    }
    return sizes;
}

static struct mg_source *task(const char *name, const struct given *given, size_t n)
{
    struct mg_task_sizes sizes = sizes_of(given, n);
    struct mg_error err = {0};
    const struct mg_task *found = mg_task_find(name);

    assert_non_null(found);
    if (mg_task_check(found, &sizes, &err) != MG_OK) {
        fail_msg("%s: %s", name, err.text);
    }
    return mg_task_new(found, &sizes);
}

#define LENGTH(n)                                                                                  \
    {                                                                                              \
        MG_TASK_LENGTH, n                                                                          \
    }
#define VOCAB(n)                                                                                   \
    {                                                                                              \
        MG_TASK_VOCAB, n                                                                           \
    }
#define ORDER(n)                                                                                   \
    {                                                                                              \
        MG_TASK_ORDER, n                                                                           \
    }
#define DIMENSION(n)                                                                               \
    {                                                                                              \
        MG_TASK_DIMENSION, n                                                                       \
    }
#define OFFSET(n)                                                                                  \
    {                                                                                              \
        MG_TASK_OFFSET, n                                                                          \
    }

typedef bool rule(const int *x, size_t length, int vocab);

static bool is_abab(const int *x, size_t length, int vocab)
{
    bool valid = vocab == 2;

    for (size_t i = 1; i < length; i++) {
        valid = valid && x[i] != x[i - 1];
    }
    return valid;
}

static bool is_repeated(const int *x, size_t length, int vocab)
{
    bool valid = vocab > 0;

    for (size_t i = 1; i < length; i++) {
        valid = valid && x[i] == x[0];
    }
    return valid;
}

static bool is_even(const int *x, size_t length, int vocab)
{
    int sum = 0;

    for (size_t i = 0; i < length; i++) {
        sum += x[i];
    }
    return sum % vocab == 0;
}

static bool is_permutation(const int *x, size_t length, int vocab)
{
    bool valid = (size_t)vocab == length;

    for (size_t i = 0; i < length; i++) {
        for (size_t j = 0; j < i; j++) {
            valid = valid && x[i] != x[j];
        }
    }
    return valid;
}

static bool is_one_replaced(const int *x, size_t length, int vocab)
{
    size_t kept = 0;
    size_t replaced = 0;

    for (size_t i = 0; i < length; i++) {
        kept += x[i] == (int)i;
        replaced += x[i] == vocab - 1;
    }
    return kept == length - 1 && replaced == 1;
}

static bool is_latin3(const int *x, size_t length, int vocab)
{
    bool valid = length == 9 && vocab == 3;

    for (size_t i = 0; i < length; i++) {
        for (size_t j = 0; j < i; j++) {
            valid = valid && ((i / 3 != j / 3 && i % 3 != j % 3) || x[i] != x[j]);
        }
    }
    return valid;
}

/* Dimension 2: second differences of values at 0, 1, 2, ... vanish modulo the prime. */
static bool is_line(const int *x, size_t length, int vocab)
{
    bool valid = true;

    for (size_t i = 2; i < length; i++) {
        valid = valid && (x[i] - 2 * x[i - 1] + x[i - 2] + 2 * vocab) % vocab == 0;
    }
    return valid;
}

static bool is_copy(const int *x, size_t length, int vocab)
{
    return vocab > 0 && memcmp(x, x + length / 2, length / 2 * sizeof(*x)) == 0;
}

static bool has_period_2(const int *x, size_t length, int vocab)
{
    return vocab > 0 && memcmp(x, x + 2, (length - 2) * sizeof(*x)) == 0;
}

static bool is_mirror(const int *x, size_t length, int vocab)
{
    bool valid = vocab > 0;

    for (size_t i = 0; i < length; i++) {
        valid = valid && x[i] == x[length - 1 - i];
    }
    return valid;
}

static void tasks_list_exactly_the_sequences_of_their_rule(void **state)
{
    static const struct {
        const char *name;
        struct given given[3];
        rule *valid;
    } cases[] = {
        {"abab", {LENGTH(6)}, is_abab},
        {"abab", {LENGTH(1)}, is_abab},
        {"repeated_bit", {LENGTH(5)}, is_repeated},
        {"repeated_bit", {LENGTH(4), VOCAB(3)}, is_repeated},
        {"parity", {LENGTH(7)}, is_even},
        {"parity", {LENGTH(4), VOCAB(3)}, is_even},
        {"shuffle", {LENGTH(4)}, is_permutation},
        {"replace", {LENGTH(5)}, is_one_replaced},
        {"latin", {ORDER(3)}, is_latin3},
        {"reed_solomon", {LENGTH(4), VOCAB(5), DIMENSION(2)}, is_line},
        {"reed_solomon", {LENGTH(3), VOCAB(3), DIMENSION(2)}, is_line},
        {"copy", {LENGTH(6)}, is_copy},
        {"copy", {LENGTH(4), VOCAB(3)}, is_copy},
        {"copy", {LENGTH(5), VOCAB(3), OFFSET(2)}, has_period_2},
        {"reverse", {LENGTH(6)}, is_mirror},
        {"reverse", {LENGTH(5), VOCAB(3)}, is_mirror},
    };
    int tokens[64];

    (void)state;
    for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
        struct mg_source *source = task(cases[c].name, cases[c].given, 3);
        struct brute brute = brute_new(source->length, source->vocab);
        double valid = 0.0;
        for (size_t x = 0; x < brute.n; x++) {
            brute_tokens(&brute, x, tokens);
            brute.prob[x] = cases[c].valid(tokens, brute.length, (int)brute.vocab) ? 1.0 : 0.0;
            valid += brute.prob[x];
        }
        for (size_t x = 0; x < brute.n; x++) {
            brute.prob[x] /= valid;
        }
        brute_check(&brute, source, c, 2);
        brute_free(&brute);
        mg_source_free(source);
    }
}

/* sum_i H(X_i) - H(X). */
static double total_correlation(const struct mg_source *source)
{
    double marginals[16 * 16];
    int masks[16];

    assert_true(source->length <= 16 && source->vocab <= 16);
    for (size_t i = 0; i < source->length; i++) {
        masks[i] = MG_MASK;
    }
    assert_true(mg_source_conditionals(source, masks, marginals));
    return mg_entropy_nats(marginals, source->length * source->vocab) -
           mg_source_entropy_nats(source);
}

/* field.md section 4, with its closed forms. */
static void tasks_have_the_documented_correlations(void **state)
{
    const double ln2 = log(2.0);
    const struct {
        const char *name;
        struct given given[3];
        double size, tc_nats, tolerance;
    } cases[] = {
        {"abab", {LENGTH(8)}, 2, 7 * ln2, 1e-12},
        {"repeated_bit", {LENGTH(8)}, 2, 7 * ln2, 1e-12},
        {"parity", {LENGTH(8)}, 128, ln2, 1e-12},
        {"shuffle", {LENGTH(4)}, 24, 4 * log(4.0) - log(24.0), 1e-12},
        {"shuffle", {LENGTH(7)}, 5040, 7 * log(7.0) - log(5040.0), 1e-11},
        {"replace", {LENGTH(4)}, 4, .8630, 5e-5},
        {"replace", {LENGTH(10)}, 10, .9482, 5e-5},
        {"latin", {ORDER(3)}, 12, 7.4026, 5e-5},
        {"latin", {ORDER(4)}, 576, 15.824602, 5e-7},
        {"sudoku4", {{0}}, 288, 16.5177, 5e-5},
        {"reed_solomon", {LENGTH(7), VOCAB(7), DIMENSION(3)}, 343, 4 * log(7.0), 1e-11},
        {"copy", {LENGTH(8), VOCAB(3)}, 81, 4 * log(3.0), 1e-12},
        {"reverse", {LENGTH(8), VOCAB(3)}, 81, 4 * log(3.0), 1e-12},
    };

    (void)state;
    for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
        struct mg_source *source = task(cases[c].name, cases[c].given, 3);
        assert_close(mg_source_support_size(source), cases[c].size, 0.0);
        assert_close(mg_source_entropy_nats(source), log(cases[c].size), 1e-12);
        assert_close(total_correlation(source), cases[c].tc_nats, cases[c].tolerance);
        mg_source_free(source);
    }
}

/* Any k positions are independent and uniform, any k + 1 determined: H(X_S) = min(|S|, k) ln p. */
static void reed_solomon_is_free_up_to_its_dimension(void **state)
{
    static const struct given given[] = {LENGTH(6), VOCAB(7), DIMENSION(3)};
    struct mg_source *source = task("reed_solomon", given, 3);
    struct mg_set_entropy *entropy = mg_set_entropy_new(source);
    double table[64];

    (void)state;
    mg_set_entropy_table(table, entropy);
    for (unsigned subset = 0; subset < 64; subset++) {
        size_t n = 0;
        for (unsigned i = 0; i < 6; i++) {
            n += subset >> i & 1u;
        }
        assert_close(table[subset], (n < 3 ? (double)n : 3.0) * log(7.0), 1e-12);
    }
    mg_set_entropy_free(entropy);
    mg_source_free(source);
}

static bool check_sudoku(void *ctx, const int *x, double log_prob)
{
    size_t *n = ctx;

    for (size_t i = 0; i < 16; i++) {
        for (size_t j = 0; j < i; j++) {
            const bool block = i / 8 == j / 8 && i % 4 / 2 == j % 4 / 2;
            if (i / 4 == j / 4 || i % 4 == j % 4 || block) {
                assert_int_not_equal(x[i], x[j]);
            }
        }
    }
    assert_close(log_prob, -log(288.0), 1e-12);
    ++*n;
    return true;
}

static void sudoku_has_288_grids_that_obey_all_rules(void **state)
{
    size_t n = 0;

    (void)state;
    struct mg_source *source = task("sudoku4", NULL, 0);
    mg_source_support(source, check_sudoku, &n);
    assert_int_equal(n, 288);
    mg_source_free(source);
}

/* P(text longer than d words) = (1 - stop)^d, and the end stays. */
static void end_of_text_absorbs(void **state)
{
    static const struct given given[] = {LENGTH(64), VOCAB(5), {MG_TASK_STOP, .125}};
    double *probs = calloc(64 * 5, sizeof(*probs));
    int context[64];

    (void)state;
    assert_non_null(probs);
    struct mg_source *source = task("end_of_text", given, 3);
    assert_non_null(mg_source_chain(source));
    for (size_t i = 0; i < 64; i++) {
        context[i] = MG_MASK;
    }
    assert_true(mg_source_conditionals(source, context, probs));
    for (size_t i = 0; i < 64; i++) {
        assert_close(probs[i * 5 + 4], 1.0 - pow(.875, (double)i), 1e-12);
        assert_close(probs[i * 5], pow(.875, (double)i) / 4.0, 1e-12);
    }
    context[10] = 2; /* a repeat, given that the text goes on: .5 + .5 / 4 */
    context[12] = 2;
    assert_true(mg_source_conditionals(source, context, probs));
    assert_close(probs[11 * 5 + 2], .625 * .625 / (.625 * .625 + 3 * .125 * .125), 1e-12);
    context[9] = 4;
    assert_false(mg_source_conditionals(source, context, probs));
    mg_source_free(source);
    free(probs);
}

static void tasks_refuse_sizes_and_name_them(void **state)
{
    static const struct {
        const char *name;
        struct given given[3];
        const char *says;
    } cases[] = {
        {"parity", {LENGTH(64)}, "9.22337e+18 sequences of 64 tokens"},
        {"parity", {{0}}, "needs length"},
        {"parity", {LENGTH(1)}, "takes 2 to 4096"},
        {"parity", {LENGTH(2.5)}, "not a whole number"},
        {"parity", {LENGTH(8), ORDER(3)}, "task parity has no order"},
        {"latin", {ORDER(6)}, "8.12851e+08 sequences of 36 tokens"},
        {"latin", {ORDER(7)}, "takes 1 to 6"},
        {"latin", {{MG_TASK_ORDER, (double)NAN}, LENGTH(9)}, "has no length"},
        {"shuffle", {LENGTH(20)}, "2.4329e+18 sequences"},
        {"reed_solomon", {LENGTH(4), VOCAB(6), DIMENSION(2)}, "needs a prime"},
        {"reed_solomon", {LENGTH(8), VOCAB(7), DIMENSION(2)}, "above vocab 7"},
        {"reed_solomon", {LENGTH(4), VOCAB(7), DIMENSION(5)}, "above length 4"},
        {"copy", {LENGTH(7)}, "two halves"},
        {"copy", {LENGTH(4), OFFSET(4)}, "not below length 4"},
        {"copy", {LENGTH(4096), OFFSET(16)}, "65536 sequences of 4096 tokens"},
        {"end_of_text", {LENGTH(8), {MG_TASK_STOP, 1.5}}, "stop is 1.5"},
    };

    (void)state;
    for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
        struct mg_task_sizes sizes = sizes_of(cases[c].given, 3);
        struct mg_error err = {0};
        assert_int_equal(mg_task_check(mg_task_find(cases[c].name), &sizes, &err), MG_EUSAGE);
        if (strstr(err.text, cases[c].says) == NULL) {
            fail_msg("%s: \"%s\" should say \"%s\"", cases[c].name, err.text, cases[c].says);
        }
    }
    assert_null(mg_task_find("no such task"));
}

static void every_task_describes_itself(void **state)
{
    size_t n = 0;
    const struct mg_task *tasks = mg_tasks(&n);

    (void)state;
    assert_true(n >= 11);
    for (size_t t = 0; t < n; t++) {
        assert_ptr_equal(mg_task_find(tasks[t].name), &tasks[t]);
        assert_true(strlen(tasks[t].help) > 20);
        assert_true((tasks[t].rows != NULL) == (tasks[t].fill != NULL));
        assert_true((tasks[t].rows == NULL) == (tasks[t].chain != NULL));
    }
    for (size_t key = 0; key < MG_TASK_KEY_COUNT; key++) {
        assert_true(strlen(mg_task_key_word((enum mg_task_key)key)) > 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_list_exactly_the_sequences_of_their_rule),
        cmocka_unit_test(tasks_have_the_documented_correlations),
        cmocka_unit_test(reed_solomon_is_free_up_to_its_dimension),
        cmocka_unit_test(sudoku_has_288_grids_that_obey_all_rules),
        cmocka_unit_test(end_of_text_absorbs),
        cmocka_unit_test(tasks_refuse_sizes_and_name_them),
        cmocka_unit_test(every_task_describes_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The law of finite sources with a perfect predictor: the table of documented rows. */
#include "model/measure/law.h"

#include <stdlib.h>
#include <string.h>

#include "model/source/sequences.h"
#include "model/source/tasks.h"
#include "tests/support/laws.h"
#include "tests/support/test.h"

static struct mg_source *words_new(const char *const *rows, const double *weight, size_t n,
                                   size_t vocab)
{
    const size_t length = strlen(rows[0]);
    int *tokens = malloc(n * length * sizeof(tokens[0]));
    struct mg_source *source;

    for (size_t i = 0; i < n * length; i++) {
        tokens[i] = rows[i / length][i % length] - 'A';
    }
    source = mg_sequences_new(tokens, weight, n, length, vocab);
    free(tokens);
    return source;
}

static struct mg_source *toy_mixed_new(void)
{
    static const char *const ROWS[] = {"ABCDE", "ABCDF", "GBCDF", "EFCDH", "CDABE", "CDABF",
                                       "CDEFH", "HABCD", "HEFCD", "ABEFG", "EFABG"};
    static const double COUNT[] = {9, 7, 4, 9, 15, 10, 8, 12, 8, 8, 10};

    return words_new(ROWS, COUNT, 11, 8);
}

static struct mg_source *abab_new(void)
{
    static const char *const ROWS[] = {"ABABABAB", "BABABABA"};
    static const double COUNT[] = {1, 1};

    return words_new(ROWS, COUNT, 2, 2);
}

static struct mg_source *parity_new(void)
{
    int tokens[128 * 8];
    double weight[128];
    size_t n = 0;

    for (unsigned x = 0; x < 256; x++) {
        if (__builtin_popcount(x) % 2 == 0) {
            for (size_t i = 0; i < 8; i++) {
                tokens[n * 8 + i] = (int)((x >> i) & 1u);
            }
            weight[n++] = 1.0;
        }
    }
    return mg_sequences_new(tokens, weight, n, 8, 2);
}

/* Add every completion of a Latin square whose first `filled` cells are given; rows first. */
static void add_squares(int *tokens, size_t *n, int *cells, size_t filled)
{
    if (filled == 16) {
        memcpy(tokens + 16 * (*n)++, cells, 16 * sizeof(cells[0]));
        return;
    }
    for (int v = 0; v < 4; v++) {
        bool fits = true;

        for (size_t c = 0; c < filled; c++) {
            fits = fits && !(cells[c] == v && (c / 4 == filled / 4 || c % 4 == filled % 4));
        }
        if (fits) {
            cells[filled] = v;
            add_squares(tokens, n, cells, filled + 1);
        }
    }
}

static struct mg_source *latin_new(void)
{
    static int tokens[576 * 16];
    double weight[576];
    int cells[16];
    size_t n = 0;

    add_squares(tokens, &n, cells, 0);
    assert_int_equal(n, 576);
    for (size_t i = 0; i < n; i++) {
        weight[i] = 1.0;
    }
    return mg_sequences_new(tokens, weight, n, 16, 4);
}

static void expect_row(const struct mg_source *source, const struct mg_sampler *sampler, double nfe,
                       double coherence, double kl, double kl_tolerance)
{
    struct mg_law *law = test_law_of(source, sampler);

    assert_close(law->nfe, nfe, 0.005);
    assert_close(law->coherence, coherence, 6e-5);
    assert_close(law->kl_nats, kl, kl_tolerance);
    mg_law_free(law);
}

/* Rows one step, confidence k = 2, threshold .9, entropy budget .1, bisect: nfe, coherence, KL. */
static void expect_table(const struct mg_source *source, const double table[5][3])
{
    struct mg_sampler sampler = test_sampler_of("left_to_right");

    sampler.per_step = source->length;
    expect_row(source, &sampler, table[0][0], table[0][1], table[0][2], 6e-3);
    sampler = test_sampler_of("confidence");
    sampler.per_step = 2;
    expect_row(source, &sampler, table[1][0], table[1][1], table[1][2], 6e-4);
    sampler = test_sampler_of("threshold");
    sampler.tau = 0.9;
    expect_row(source, &sampler, table[2][0], table[2][1], table[2][2], 1e-9);
    sampler = test_sampler_of("entropy_budget");
    sampler.gamma = 0.1;
    expect_row(source, &sampler, table[3][0], table[3][1], table[3][2], 1e-9);
    sampler = test_sampler_of("bisect");
    expect_row(source, &sampler, table[4][0], table[4][1], table[4][2], 6e-4);
}

static void finite_sources_have_their_documented_rows(void **state)
{
    static const double MIXED[5][3] = {
        {1, 0.0110, 5.035}, {3, 0.1734, 1.841}, {4.05, 1, 0}, {3.20, 1, 0}, {3, 0.6530, 0.4999}};
    static const double ABAB[5][3] = {
        {1, 0.0078, 4.852}, {4, 0.5, 0.6931}, {2, 1, 0}, {2, 1, 0}, {4, 1, 0}};
    static const double PARITY[5][3] = {
        {1, 0.5, 0.6931}, {4, 0.5, 0.6931}, {8, 1, 0}, {8, 1, 0}, {4, 1, 0}};
    static const double LATIN[5][3] = {
        {1, 0, 15.824602}, {8, 0.1354, 2.254}, {10.75, 1, 0}, {8.25, 1, 0}, {5, 0.0008, 7.167}};
    struct mg_source *mixed = toy_mixed_new();
    struct mg_source *abab = abab_new();
    struct mg_source *parity = parity_new();
    struct mg_source *latin = latin_new();
    struct mg_sampler sampler = test_sampler_of("threshold");

    (void)state;
    expect_table(mixed, MIXED);
    expect_table(abab, ABAB);
    expect_table(parity, PARITY);
    expect_table(latin, LATIN);
    sampler.tau = 0.9;
    sampler.block = 2;
    expect_row(mixed, &sampler, 4.76, 1.0, 0.0, 1e-9);
    sampler = test_sampler_of("left_to_right");
    sampler.per_step = 16;
    test_law_expect_kl(latin, &sampler, 15.824602, 6e-7);
    mg_source_free(latin);
    mg_source_free(parity);
    mg_source_free(abab);
    mg_source_free(mixed);
}

static void parity_needs_its_last_position_alone_and_abab_its_first(void **state)
{
    static size_t last[8] = {0, 0, 0, 0, 0, 0, 0, 1};
    static size_t first[8] = {0, 1, 1, 1, 1, 1, 1, 1};
    struct mg_source *parity = parity_new();
    struct mg_source *abab = abab_new();
    struct mg_sampler sampler = test_sampler_of("fixed");

    (void)state;
    sampler.group_of = last;
    expect_row(parity, &sampler, 2, 1, 0, 1e-12);
    sampler.group_of = first;
    expect_row(abab, &sampler, 2, 1, 0, 1e-12);
    expect_row(parity, &sampler, 2, 0.5, log(2.0), 1e-12);
    mg_source_free(abab);
    mg_source_free(parity);
}

/* Valid permutations of n symbols, s_1, s_2, ... revealed together: prod m! / ((m - s)! m^s). */
static double shuffle_coherence(size_t n, const size_t *sizes, size_t n_steps)
{
    double coherence = 1.0;
    size_t masked = n;

    for (size_t step = 0; step < n_steps; step++) {
        for (size_t k = 0; k < sizes[step]; k++) {
            coherence *= (double)(masked - k) / (double)masked;
        }
        masked -= sizes[step];
    }
    assert_int_equal(masked, 0);
    return coherence;
}

/* The closed form is the law's where that can be walked, and the documented row beyond. */
static void shuffles_have_the_closed_form(void **state)
{
    static const size_t pairs[] = {2, 2, 2, 2, 2, 2, 2, 1};
    struct mg_task_sizes sizes = mg_task_sizes_none();
    struct mg_sampler sampler = test_sampler_of("random");
    struct mg_source *six;
    struct mg_law *law;
    struct mg_error err = {0};

    (void)state;
    sizes.value[MG_TASK_LENGTH] = 6;
    assert_int_equal(mg_task_check(mg_task_find("shuffle"), &sizes, &err), MG_OK);
    six = mg_task_new(mg_task_find("shuffle"), &sizes);
    for (size_t per_step = 1; per_step <= 3; per_step++) {
        const size_t equal[] = {per_step, per_step, per_step, per_step, per_step, per_step};

        sampler.per_step = per_step;
        law = test_law_of(six, &sampler);
        assert_close(law->coherence, shuffle_coherence(6, equal, 6 / per_step), 1e-12);
        mg_law_free(law);
    }
    mg_source_free(six);
    assert_close(shuffle_coherence(10, (const size_t[]){10}, 1), 3.63e-4, 5e-7);
    assert_close(shuffle_coherence(10, (const size_t[]){5, 5}, 2), 0.0116, 5e-5);
    assert_close(shuffle_coherence(10, (const size_t[]){2, 2, 2, 2, 2}, 5), 0.2461, 5e-5);
    assert_close(shuffle_coherence(15, (const size_t[]){15}, 1), 2.99e-6, 5e-9);
    assert_close(shuffle_coherence(15, pairs, 8), 0.3183, 5e-5);
}

/* The abstract pair: A forces B, P(A) = .55, P(B) = .69; its mutual information is .340. */
static void the_abstract_pair_shares_a_third_of_a_nat(void **state)
{
    static const int tokens[] = {0, 0, 1, 0, 1, 1};
    static const double weight[] = {55, 14, 31};
    struct mg_source *pair = mg_sequences_new(tokens, weight, 3, 2, 2);
    struct mg_sampler sampler = test_sampler_of("random");

    (void)state;
    sampler.steps = 1;
    test_law_expect_kl(pair, &sampler, 0.340, 5e-4);
    mg_source_free(pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shuffles_have_the_closed_form),
        cmocka_unit_test(the_abstract_pair_shares_a_third_of_a_nat),
        cmocka_unit_test(finite_sources_have_their_documented_rows),
        cmocka_unit_test(parity_needs_its_last_position_alone_and_abab_its_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

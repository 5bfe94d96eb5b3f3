/* test_sequences.c - listed laws: the documented toys to all digits, and random lists. */
#include "model/source/sequences.h"

#include <string.h>

#include "tests/support/brute.h"
#include "tests/support/test.h"

enum { L = 5, V = 8, ROWS = 11 };

struct toy_row {
    const char *letters; /* A to H */
    double count;
};

static const struct toy_row TOY_EXACT[] = {
    {"ABCDE", 30}, {"ABCDF", 25}, {"GBCDF", 14}, {"EFCDH", 31}};
static const struct toy_row TOY_MIXED[ROWS] = {
    {"ABCDE", 9}, {"ABCDF", 7},  {"GBCDF", 4}, {"EFCDH", 9}, {"CDABE", 15}, {"CDABF", 10},
    {"CDEFH", 8}, {"HABCD", 12}, {"HEFCD", 8}, {"ABEFG", 8}, {"EFABG", 10}};

static struct mg_source *toy(const struct toy_row *rows, size_t n)
{
    int tokens[ROWS * L];
    double weight[ROWS];

    for (size_t r = 0; r < n; r++) {
        weight[r] = rows[r].count;
        for (size_t i = 0; i < L; i++) {
            tokens[r * L + i] = rows[r].letters[i] - 'A';
        }
    }
    return mg_sequences_new(tokens, weight, n, L, V);
}

/* The probe of both toys: _ _ C D _ */
static const int PROBE[L] = {MG_MASK, MG_MASK, 'C' - 'A', 'D' - 'A', MG_MASK};

static double entropy_of(const double *p, size_t n)
{
    double nats = 0.0;

    for (size_t i = 0; i < n; i++) {
        nats -= p[i] > 0.0 ? p[i] * log(p[i]) : 0.0;
    }
    return nats;
}

struct probe_numbers {
    double a, b;                    /* P(x1 = A), P(x2 = B) */
    double ab, ef, gb;              /* joint */
    double product[6];              /* AB AF EB EF GB GF */
    double pair, triple;            /* TC(x1, x2), TC(x1, x2, x5) in nats */
    double incoherent, incoherent3; /* product mass off the support */
    double tolerance;               /* of the products as printed */
};

static void check_probe(const struct mg_source *source, const struct probe_numbers *expected)
{
    static const size_t targets[] = {0, 1, 4};
    static const char pairs[6][3] = {"AB", "AF", "EB", "EF", "GB", "GF"};
    double probs[L * V];
    double pair[V * V];
    double triple[V * V * V];
    double incoherent = 0.0;
    double incoherent3 = 0.0;

    assert_true(mg_source_conditionals(source, PROBE, probs));
    assert_true(mg_source_joint(source, PROBE, targets, 2, pair));
    assert_true(mg_source_joint(source, PROBE, targets, 3, triple));
    assert_close(probs[0 * V + 0], expected->a, 1e-15);
    assert_close(probs[1 * V + 1], expected->b, 1e-15);
    assert_true(probs[2 * V + 2] == 1.0);
    assert_close(pair[0 * V + 1], expected->ab, 1e-10);
    assert_close(pair[4 * V + 5], expected->ef, 1e-10);
    assert_close(pair[6 * V + 1], expected->gb, 1e-10);
    for (size_t p = 0; p < 6; p++) {
        const size_t x = (size_t)(pairs[p][0] - 'A');
        const size_t y = (size_t)(pairs[p][1] - 'A');
        assert_close(probs[x] * probs[V + y], expected->product[p], expected->tolerance);
    }
    for (size_t x = 0; x < (size_t)V * V * V; x++) {
        const double two = probs[x / (V * V)] * probs[V + x / V % V];
        incoherent += x % V == 0 && pair[x / V] == 0.0 ? two : 0.0;
        incoherent3 += triple[x] == 0.0 ? two * probs[4 * V + x % V] : 0.0;
    }
    assert_close(incoherent, expected->incoherent, 5e-10);
    assert_close(incoherent3, expected->incoherent3, 5e-7);
    assert_close(entropy_of(probs, 2 * V) - entropy_of(pair, V * V), expected->pair, 5e-10);
    assert_close(entropy_of(probs, 2 * V) + entropy_of(probs + 4 * V, V) -
                     entropy_of(triple, V * V * V),
                 expected->triple, 5e-10);
}

static void toy_exact_has_the_numbers_of_the_paper(void **state)
{
    static const struct probe_numbers expected = {
        .a = .55,
        .b = .69,
        .ab = .55,
        .ef = .31,
        .gb = .14,
        .product = {.3795, .1705, .2139, .0961, .0966, .0434},
        .pair = .619100664,
        .triple = 1.331631479,
        .incoherent = .4278,
        .incoherent3 = .670680,
        .tolerance = 1e-10};

    (void)state;
    struct mg_source *source = toy(TOY_EXACT, 4);
    check_probe(source, &expected);
    assert_close(mg_source_log_mass(source, PROBE), 0.0, 0.0);
    mg_source_free(source);
}

static void toy_mixed_rounds_to_the_numbers_of_the_paper(void **state)
{
    static const struct probe_numbers expected = {
        .a = 16.0 / 29.0,
        .b = 20.0 / 29.0,
        .ab = 16.0 / 29.0,
        .ef = 9.0 / 29.0,
        .gb = 4.0 / 29.0,
        .product = {.380499, .171225, .214031, .096314, .095125, .042806},
        .pair = .619376290,
        .triple = 1.335226681,
        .incoherent = .428061831,
        .incoherent3 = .671614252,
        .tolerance = 5e-7};

    (void)state;
    struct mg_source *source = toy(TOY_MIXED, ROWS);
    check_probe(source, &expected);
    assert_close(mg_source_log_mass(source, PROBE), log(.29), 1e-15);
    mg_source_free(source);
}

static void sequences_answer_as_the_sum_over_all(void **state)
{
    (void)state;
    for (uint64_t trial = 0; trial < 40; trial++) {
        const size_t length = 1 + trial % 5;
        const size_t vocab = 2 + trial % 3;
        const size_t n = 1 + trial % 9;
        int tokens[9 * 5];
        double weight[9];
        double total = 0.0;
        struct mg_rng rng = brute_rng(900 + trial);
        struct brute brute = brute_new(length, vocab);

        for (size_t r = 0; r < n; r++) {
            weight[r] = .1 + mg_rng_uniform(&rng);
            total += weight[r];
            for (size_t i = 0; i < length; i++) {
                tokens[r * length + i] = (int)mg_rng_below(&rng, (uint32_t)vocab);
            }
        }
        for (size_t r = 0; r < n; r++) { /* equal rows happen often, and add up */
            brute.prob[brute_index(&brute, tokens + r * length)] += weight[r] / total;
        }
        struct mg_source *source = mg_sequences_new(tokens, weight, n, length, vocab);
        brute_check(&brute, source, trial, 30);
        mg_source_free(source);
        brute_free(&brute);
    }
}

static void sequences_draw_with_the_right_frequencies(void **state)
{
    enum { DRAWS = 40000 };
    size_t counts[4] = {0};
    int drawn[L];
    struct mg_rng rng = brute_rng(31);

    (void)state;
    struct mg_source *source = toy(TOY_EXACT, 4);
    for (size_t d = 0; d < DRAWS; d++) {
        mg_source_draw(source, &rng, drawn);
        for (size_t r = 0; r < 4; r++) {
            size_t same = 0;
            for (size_t i = 0; i < L; i++) {
                same += drawn[i] == TOY_EXACT[r].letters[i] - 'A';
            }
            counts[r] += same == L;
        }
    }
    assert_int_equal(counts[0] + counts[1] + counts[2] + counts[3], DRAWS);
    for (size_t r = 0; r < 4; r++) {
        const double p = TOY_EXACT[r].count / 100.0;
        assert_close((double)counts[r] / DRAWS, p, 4.5 * sqrt(p * (1.0 - p) / DRAWS));
    }
    mg_source_free(source);
}

static void sequences_keep_their_own_copy(void **state)
{
    int tokens[] = {0, 1, 1, 0};
    double weight[] = {1.0, 3.0};
    const int context[] = {1, MG_MASK};

    (void)state;
    struct mg_source *source = mg_sequences_new(tokens, weight, 2, 2, 2);
    memset(tokens, 0, sizeof(tokens));
    memset(weight, 0, sizeof(weight));
    assert_close(mg_source_log_mass(source, context), log(.75), 1e-15);
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(toy_exact_has_the_numbers_of_the_paper),
        cmocka_unit_test(toy_mixed_rounds_to_the_numbers_of_the_paper),
        cmocka_unit_test(sequences_answer_as_the_sum_over_all),
        cmocka_unit_test(sequences_draw_with_the_right_frequencies),
        cmocka_unit_test(sequences_keep_their_own_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

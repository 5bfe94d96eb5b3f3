/* test_oracle.c - the exact and the uniform predictor. */
#include "model/predictor/predictor.h"

#include <stdlib.h>
#include <string.h>

#include "model/source/markov.h"
#include "model/source/sequences.h"
#include "tests/support/brute.h"
#include "tests/support/test.h"

enum { L = 3, V = 2, N = 27 };

static const int TOKENS[] = {0, 0, 1, 0, 1, 0, 1, 1, 1};
static const double WEIGHT[] = {1.0, 2.0, 5.0};

/* All contexts of three tokens from 0, 1 and mask. */
static void all_contexts(int *rows)
{
    for (size_t r = 0; r < N; r++) {
        rows[r * L] = (int)(r / 9) - 1;
        rows[r * L + 1] = (int)(r / 3 % 3) - 1;
        rows[r * L + 2] = (int)(r % 3) - 1;
    }
}

/* P(x_i = v | row) by adding up the listed sequences; uniform where no sequence agrees. */
static double expected(const int *row, size_t i, int v, bool *possible)
{
    double mass = 0.0;
    double with = 0.0;

    for (size_t s = 0; s < 3; s++) {
        bool agrees = true;
        for (size_t j = 0; j < L; j++) {
            agrees = agrees && (row[j] == MG_MASK || row[j] == TOKENS[s * L + j]);
        }
        mass += agrees ? WEIGHT[s] : 0.0;
        with += agrees && TOKENS[s * L + i] == v ? WEIGHT[s] : 0.0;
    }
    *possible = mass > 0.0;
    if (row[i] != MG_MASK) {
        return row[i] == v ? 1.0 : 0.0;
    }
    return *possible ? with / mass : 1.0 / V;
}

static void oracle_is_exact_and_finishes_the_impossible_uniformly(void **state)
{
    int rows[N * L];
    double probs[N * L * V];
    bool possible[N];

    (void)state;
    all_contexts(rows);
    struct mg_source *source = mg_sequences_new(TOKENS, WEIGHT, 3, L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);
    assert_int_equal(oracle->length, L);
    assert_int_equal(oracle->vocab, V);
    mg_predict(oracle, probs, possible, rows, N);
    for (size_t k = 0; k < N * L * V; k++) {
        bool can = false;
        const double p = expected(rows + k / (L * V) * L, k / V % L, (int)(k % V), &can);
        assert_close(probs[k], p, 1e-15);
        assert_int_equal(possible[k / (L * V)], can);
    }
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* A window of one: the same sums with the far end of the row hidden from each position. */
static void a_window_hides_what_is_far(void **state)
{
    int rows[N * L];
    double probs[N * L * V];
    bool possible[N];

    (void)state;
    all_contexts(rows);
    struct mg_source *source = mg_sequences_new(TOKENS, WEIGHT, 3, L, V);
    struct mg_predictor *oracle = mg_oracle_window_new(source, 1);
    assert_false(mg_predictor_is_oracle(oracle, source));
    mg_predict(oracle, probs, possible, rows, N);
    for (size_t k = 0; k < N * L * V; k++) {
        const int *row = rows + k / (L * V) * L;
        const size_t i = k / V % L;
        bool can = false;
        bool can_seen = false;
        const double whole = expected(row, i, (int)(k % V), &can);
        int seen[L];
        memcpy(seen, row, sizeof(seen));
        if (i != 1) {
            seen[2 - i] = MG_MASK;
        }
        const double near = expected(seen, i, (int)(k % V), &can_seen);
        assert_int_equal(possible[k / (L * V)], can);
        assert_close(probs[k], can ? near : whole, 1e-15);
    }
    mg_predictor_free(oracle);
    mg_source_free(source);
}

static void oracle_rows_do_not_depend_on_the_batch(void **state)
{
    int rows[N * L];
    double together[N * L * V];
    double alone[L * V];

    (void)state;
    all_contexts(rows);
    struct mg_source *source = mg_sequences_new(TOKENS, WEIGHT, 3, L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);
    mg_predict(oracle, together, NULL, rows, N);
    for (size_t r = 0; r < N; r++) {
        mg_predict(oracle, alone, NULL, rows + r * L, 1);
        assert_memory_equal(alone, together + r * L * V, sizeof(alone));
    }
    mg_predict(oracle, NULL, NULL, NULL, 0);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* One token a step from exact conditionals is exact sampling, so chain masses multiply up. */
static void oracle_of_a_chain_multiplies_to_the_mass(void **state)
{
    enum { LENGTH = 40, VOCAB = 5 };
    double transition[VOCAB * VOCAB];
    double start[VOCAB];
    double *probs = calloc(LENGTH * VOCAB, sizeof(*probs));
    size_t order[LENGTH];
    int tokens[LENGTH];
    int row[LENGTH];
    double log_prob = 0.0;
    struct mg_rng rng = brute_rng(41);

    (void)state;
    assert_non_null(probs);
    brute_random_rows(transition, VOCAB, VOCAB, .3, &rng);
    brute_random_rows(start, 1, VOCAB, 0.0, &rng);
    struct mg_source *source = mg_markov_new(transition, start, LENGTH, VOCAB);
    struct mg_predictor *oracle = mg_oracle_new(source);
    mg_source_draw(source, &rng, tokens);
    for (size_t i = 0; i < LENGTH; i++) {
        order[i] = i;
        row[i] = MG_MASK;
    }
    mg_rng_shuffle(&rng, order, LENGTH);
    for (size_t t = 0; t < LENGTH; t++) {
        const size_t i = order[t];
        mg_predict(oracle, probs, NULL, row, 1);
        log_prob += log(probs[i * VOCAB + (size_t)tokens[i]]);
        row[i] = tokens[i];
    }
    assert_close(mg_source_log_mass(source, tokens), log_prob, 1e-10);
    mg_predictor_free(oracle);
    mg_source_free(source);
    free(probs);
}

static void uniform_knows_nothing_but_what_it_sees(void **state)
{
    const int row[] = {MG_MASK, 1, MG_MASK};
    double probs[9];
    bool possible = false;

    (void)state;
    struct mg_predictor *uniform = mg_uniform_new(3, 3);
    mg_predict(uniform, probs, &possible, row, 1);
    assert_true(possible);
    for (size_t v = 0; v < 3; v++) {
        assert_close(probs[v], 1.0 / 3.0, 0.0);
        assert_close(probs[3 + v], v == 1, 0.0);
        assert_close(probs[6 + v], 1.0 / 3.0, 0.0);
    }
    mg_predictor_free(uniform);
    mg_predictor_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oracle_is_exact_and_finishes_the_impossible_uniformly),
        cmocka_unit_test(a_window_hides_what_is_far),
        cmocka_unit_test(oracle_rows_do_not_depend_on_the_batch),
        cmocka_unit_test(oracle_of_a_chain_multiplies_to_the_mass),
        cmocka_unit_test(uniform_knows_nothing_but_what_it_sees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_markov.c - chains against sums over all sequences, and at lengths no sum can reach. */
#include "model/source/markov.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/brute.h"
#include "tests/support/test.h"

enum { LENGTH_MAX = 512, VOCAB_MAX = 64 };

static struct brute chain_law(const double *transition, const double *start, size_t length,
                              size_t vocab)
{
    struct brute brute = brute_new(length, vocab);
    int tokens[64];

    for (size_t x = 0; x < brute.n; x++) {
        brute_tokens(&brute, x, tokens);
        brute.prob[x] = start[tokens[0]];
        for (size_t i = 1; i < length; i++) {
            brute.prob[x] *= transition[(size_t)tokens[i - 1] * vocab + (size_t)tokens[i]];
        }
    }
    return brute;
}

static void markov_answers_as_the_sum_over_all_sequences(void **state)
{
    static const size_t sizes[][2] = {{1, 3}, {2, 2}, {5, 2}, {6, 3}, {4, 4}, {3, 5}, {8, 2}};
    double transition[25];
    double start[5];

    (void)state;
    for (uint64_t trial = 0; trial < 42; trial++) {
        const size_t length = sizes[trial % 7][0];
        const size_t vocab = sizes[trial % 7][1];
        struct mg_rng rng = brute_rng(100 + trial);
        brute_random_rows(transition, vocab, vocab, trial % 2 ? .4 : 0.0, &rng);
        brute_random_rows(start, 1, vocab, trial % 3 ? .4 : 0.0, &rng);
        struct brute brute = chain_law(transition, start, length, vocab);
        struct mg_source *source = mg_markov_new(transition, start, length, vocab);
        brute_check(&brute, source, trial, 20);
        mg_source_free(source);
        brute_free(&brute);
    }
}

/* Flip chain with p = .1 (lambda = .8), L + 1 positions, both ends revealed: field.md 3.4 (22). */
static void markov_between_two_ends_follows_the_closed_form(void **state)
{
    static const double flip[] = {.9, .1, .1, .9};
    static const double half[] = {.5, .5};
    static const struct {
        int end;
        size_t d;
        double p;
    } cases[] = {{0, 1, .9026}, {0, 9, .6088}, {0, 10, .6062}, {0, 11, .6088},
                 {1, 1, .8974}, {1, 9, .5244}, {1, 10, .5},    {1, 11, .4756}};
    double probs[21 * 2];
    int context[21];

    (void)state;
    struct mg_source *source = mg_markov_new(flip, half, 21, 2);
    for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
        const double sign = cases[c].end == 0 ? 1.0 : -1.0;
        const double exact = (1.0 + pow(.8, (double)cases[c].d)) *
                             (1.0 + sign * pow(.8, 20.0 - (double)cases[c].d)) /
                             (2.0 * (1.0 + sign * pow(.8, 20.0)));
        for (size_t i = 0; i < 21; i++) {
            context[i] = MG_MASK;
        }
        context[0] = 0;
        context[20] = cases[c].end;
        assert_true(mg_source_conditionals(source, context, probs));
        assert_close(probs[cases[c].d * 2], exact, 1e-12);
        assert_close(probs[cases[c].d * 2], cases[c].p, 5e-5);
    }
    mg_source_free(source);
}

/* field.md section 4: flip chain p = .1, n = 6, every position uniform. */
static void markov_total_correlation_of_the_flip_chain(void **state)
{
    static const double flip[] = {.9, .1, .1, .9};
    static const double half[] = {.5, .5};

    (void)state;
    struct mg_source *source = mg_markov_new(flip, half, 6, 2);
    assert_close(6.0 * log(2.0) - mg_source_entropy_nats(source), 1.8403, 5e-5);
    mg_source_free(source);
}

/* A closed form where the support has 2^512 sequences. */
static void markov_entropy_needs_no_enumeration(void **state)
{
    static const double flip[] = {.9, .1, .1, .9};
    static const double half[] = {.5, .5};
    const double rate = -.9 * log(.9) - .1 * log(.1);

    (void)state;
    struct mg_source *source = mg_markov_new(flip, half, 512, 2);
    assert_close(mg_source_entropy_nats(source), log(2.0) + 511.0 * rate, 1e-9);
    assert_close(mg_source_support_size(source) / pow(2.0, 512.0), 1.0, 1e-12);
    mg_source_free(source);
}

/*
 * A counter that survives a step with probability 1e-3: seen alive at the end, everything before is
 * certain, although the evidence has probability 1e-1533. The other state starts rare and leads on.
 */
static void markov_survives_probabilities_below_the_smallest_double(void **state)
{
    static const double transition[] = {1e-3, .999, 0.0, 1.0};
    static const double start[] = {1.0, 0.0};
    double *probs = calloc(LENGTH_MAX * 2, sizeof(*probs));
    int context[LENGTH_MAX];

    (void)state;
    assert_non_null(probs);
    struct mg_source *source = mg_markov_new(transition, start, LENGTH_MAX, 2);
    for (size_t i = 0; i < LENGTH_MAX; i++) {
        context[i] = MG_MASK;
    }
    context[LENGTH_MAX - 1] = 0;
    assert_close(mg_source_log_mass(source, context), 511.0 * log(1e-3), 1e-9);
    assert_true(mg_source_conditionals(source, context, probs));
    for (size_t i = 0; i < LENGTH_MAX; i++) {
        assert_close(probs[i * 2], 1.0, 1e-12);
    }
    context[100] = 1; /* dead before: impossible, not merely improbable */
    assert_true(mg_source_log_mass(source, context) == -HUGE_VAL);
    assert_false(mg_source_conditionals(source, context, probs));
    mg_source_free(source);
    free(probs);
}

/* The logarithmic passes agree with the sums too: one entry of the chain forces them. */
static void markov_by_logarithms_answers_the_same(void **state)
{
    double transition[9] = {1e-70, .4, .6, .3, 0.0, .7, .5, .25, .25};
    static const double start[] = {.2, .8, 0.0};

    (void)state;
    struct brute brute = chain_law(transition, start, 5, 3);
    struct mg_source *source = mg_markov_new(transition, start, 5, 3);
    brute_check(&brute, source, 5, 100);
    mg_source_free(source);
    brute_free(&brute);
}

static void markov_draws_with_the_right_frequencies(void **state)
{
    static const double transition[] = {.7, .3, .2, .8};
    static const double start[] = {.25, .75};
    enum { DRAWS = 40000 };
    size_t counts[8] = {0};
    int tokens[3];
    struct mg_rng rng = brute_rng(11);

    (void)state;
    struct brute brute = chain_law(transition, start, 3, 2);
    struct mg_source *source = mg_markov_new(transition, start, 3, 2);
    for (size_t d = 0; d < DRAWS; d++) {
        mg_source_draw(source, &rng, tokens);
        counts[brute_index(&brute, tokens)]++;
    }
    for (size_t x = 0; x < 8; x++) {
        const double p = brute.prob[x];
        assert_close((double)counts[x] / DRAWS, p, 4.5 * sqrt(p * (1.0 - p) / DRAWS));
    }
    mg_source_free(source);
    brute_free(&brute);
}

static double seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Speed target: all marginals of V = 64, L = 512 under 20 ms; ten times that allows a busy host. */
static void markov_marginals_are_fast(void **state)
{
    double *transition = calloc(VOCAB_MAX * VOCAB_MAX, sizeof(*transition));
    double *probs = calloc(LENGTH_MAX * VOCAB_MAX, sizeof(*probs));
    double start[VOCAB_MAX];
    int context[LENGTH_MAX];
    struct mg_rng rng = brute_rng(3);
    double best_s = 1e9;

    (void)state;
    assert_non_null(transition);
    assert_non_null(probs);
    brute_random_rows(transition, VOCAB_MAX, VOCAB_MAX, 0.0, &rng);
    brute_random_rows(start, 1, VOCAB_MAX, 0.0, &rng);
    struct mg_source *source = mg_markov_new(transition, start, LENGTH_MAX, VOCAB_MAX);
    mg_source_draw(source, &rng, context);
    for (size_t i = 1; i + 1 < LENGTH_MAX; i++) {
        context[i] = MG_MASK;
    }
    for (int t = 0; t < 5; t++) {
        const double begin_s = seconds();
        assert_true(mg_source_conditionals(source, context, probs));
        const double took_s = seconds() - begin_s;
        best_s = took_s < best_s ? took_s : best_s;
    }
    print_message("marginals of V = 64, L = 512: %.2f ms\n", 1e3 * best_s);
    assert_true(best_s < .2);
    mg_source_free(source);
    free(transition);
    free(probs);
}

static void only_a_markov_source_shows_its_chain(void **state)
{
    static const double flip[] = {.9, .1, .1, .9};
    static const double half[] = {.5, .5};

    (void)state;
    struct mg_source *source = mg_markov_new(flip, half, 4, 2);
    assert_close(mg_source_chain(source)->transition[1], .1, 1e-15);
    assert_close(mg_source_chain(source)->start[1], .5, 1e-15);
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markov_answers_as_the_sum_over_all_sequences),
        cmocka_unit_test(markov_between_two_ends_follows_the_closed_form),
        cmocka_unit_test(markov_total_correlation_of_the_flip_chain),
        cmocka_unit_test(markov_entropy_needs_no_enumeration),
        cmocka_unit_test(markov_survives_probabilities_below_the_smallest_double),
        cmocka_unit_test(markov_by_logarithms_answers_the_same),
        cmocka_unit_test(markov_draws_with_the_right_frequencies),
        cmocka_unit_test(markov_marginals_are_fast),
        cmocka_unit_test(only_a_markov_source_shows_its_chain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

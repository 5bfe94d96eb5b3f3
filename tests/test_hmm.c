/* test_hmm.c - hidden chains against sums over all hidden paths. */
#include "model/source/hmm.h"

#include <stdlib.h>

#include "model/source/markov.h"
#include "tests/support/brute.h"
#include "tests/support/test.h"

/* Sum over all S^L hidden paths for each of the V^L sequences. */
static struct brute hidden_law(const double *transition, const double *start,
                               const double *emission, size_t length, size_t states, size_t vocab)
{
    struct brute brute = brute_new(length, vocab);
    struct brute paths = brute_new(length, states);
    int tokens[64];
    int path[64];

    for (size_t h = 0; h < paths.n; h++) {
        brute_tokens(&paths, h, path);
        for (size_t x = 0; x < brute.n; x++) {
            double prob = start[path[0]];
            brute_tokens(&brute, x, tokens);
            for (size_t i = 0; i < length; i++) {
                const size_t s = (size_t)path[i];
                prob *= emission[s * vocab + (size_t)tokens[i]];
                prob *= i > 0 ? transition[(size_t)path[i - 1] * states + s] : 1.0;
            }
            brute.prob[x] += prob;
        }
    }
    brute_free(&paths);
    return brute;
}

static void hmm_answers_as_the_sum_over_hidden_paths(void **state)
{
    static const size_t sizes[][3] = {{1, 2, 3}, {4, 3, 2}, {5, 2, 2}, {3, 4, 3},
                                      {4, 2, 4}, {4, 1, 3}, {6, 3, 2}};
    double transition[16];
    double emission[16];
    double start[4];

    (void)state;
    for (uint64_t trial = 0; trial < 42; trial++) {
        const size_t *size = sizes[trial % 7];
        struct mg_rng rng = brute_rng(500 + trial);
        brute_random_rows(transition, size[1], size[1], trial % 2 ? .5 : 0.0, &rng);
        brute_random_rows(start, 1, size[1], trial % 3 ? .5 : 0.0, &rng);
        brute_random_rows(emission, size[1], size[2], trial % 4 ? .4 : 0.0, &rng);
        struct brute brute = hidden_law(transition, start, emission, size[0], size[1], size[2]);
        struct mg_source *source =
            mg_hmm_new(transition, start, emission, size[0], size[1], size[2]);
        brute_check(&brute, source, trial, 20);
        assert_null(mg_source_chain(source));
        mg_source_free(source);
        brute_free(&brute);
    }
}

/* Parameters of 1e-70 are below what the scaled passes may use: logarithms take over. */
static void hmm_by_logarithms_answers_the_same(void **state)
{
    static const double transition[] = {.5, .5, .25, .75};
    static const double start[] = {1.0, 0.0};
    static const double emission[] = {1e-70, .5, .5, 1.0, 0.0, 0.0};

    (void)state;
    struct brute brute = hidden_law(transition, start, emission, 4, 2, 3);
    struct mg_source *source = mg_hmm_new(transition, start, emission, 4, 2, 3);
    brute_check(&brute, source, 8, 100);
    mg_source_free(source);
    brute_free(&brute);
}

/* Emission = identity makes the hidden chain visible, at a length with no enumeration. */
static void hmm_with_a_visible_state_is_the_chain(void **state)
{
    enum { L = 300, V = 5 };
    double transition[V * V];
    double start[V];
    double identity[V * V] = {0};
    double *seen = calloc(L * V, sizeof(*seen));
    double *expected = calloc(L * V, sizeof(*expected));
    int context[L];
    struct mg_rng rng = brute_rng(21);

    (void)state;
    assert_non_null(seen);
    assert_non_null(expected);
    brute_random_rows(transition, V, V, .3, &rng);
    brute_random_rows(start, 1, V, .3, &rng);
    for (size_t v = 0; v < V; v++) {
        identity[v * V + v] = 1.0;
    }
    struct mg_source *chain = mg_markov_new(transition, start, L, V);
    struct mg_source *hidden = mg_hmm_new(transition, start, identity, L, V, V);
    for (int t = 0; t < 10; t++) {
        mg_source_draw(chain, &rng, context);
        for (size_t i = 0; i < L; i++) {
            context[i] = mg_rng_uniform(&rng) < .7 ? MG_MASK : context[i];
        }
        assert_close(mg_source_log_mass(hidden, context), mg_source_log_mass(chain, context), 1e-9);
        assert_true(mg_source_conditionals(hidden, context, seen));
        assert_true(mg_source_conditionals(chain, context, expected));
        for (size_t i = 0; i < L * V; i++) {
            assert_close(seen[i], expected[i], 1e-12);
        }
    }
    assert_close(mg_source_support_size(hidden) / mg_source_support_size(chain), 1.0, 1e-12);
    mg_source_free(hidden);
    mg_source_free(chain);
    free(seen);
    free(expected);
}

static void hmm_entropy_is_nan_when_the_support_is_too_long(void **state)
{
    static const double transition[] = {.5, .5, .25, .75};
    static const double start[] = {.5, .5};
    static const double emission[] = {.3, .7, .6, .4};

    (void)state;
    struct mg_source *source = mg_hmm_new(transition, start, emission, 40, 2, 2);
    assert_close(mg_source_support_size(source), pow(2.0, 40.0), 0.0);
    assert_true(isnan(mg_source_entropy_nats(source)));
    mg_source_free(source);
}

struct rare {
    size_t n;
    double log_prob[2];
};

static bool take_rare(void *ctx, const int *tokens, double log_prob)
{
    struct rare *rare = ctx;

    assert_true(rare->n < 2);
    assert_int_equal(tokens[149], rare->n);
    rare->log_prob[rare->n++] = log_prob;
    return true;
}

/* A ladder climbed with probability 1e-3 a step shows token 1 at its end: 1e-447, still listed. */
static void hmm_support_has_sequences_below_the_smallest_double(void **state)
{
    enum { L = 150, S = L + 1 };
    double *transition = calloc(S * S, sizeof(*transition));
    double *start = calloc(S, sizeof(*start));
    double *emission = calloc(S * 2, sizeof(*emission));
    struct rare rare = {0};

    (void)state;
    assert_non_null(transition);
    assert_non_null(start);
    assert_non_null(emission);
    start[0] = 1.0;
    for (size_t s = 0; s < S; s++) { /* state L is the ground, where one stays */
        transition[s * S + s + (s + 1 < L)] = s + 1 < L ? 1e-3 : 1.0;
        transition[s * S + L] += s + 1 < L ? .999 : 0.0;
        emission[s * 2 + (s + 1 == L)] = 1.0;
    }
    struct mg_source *source = mg_hmm_new(transition, start, emission, L, S, 2);
    assert_close(mg_source_support_size(source), 2.0, 0.0);
    mg_source_support(source, take_rare, &rare);
    assert_int_equal(rare.n, 2);
    assert_close(rare.log_prob[0], 0.0, 1e-12);
    assert_close(rare.log_prob[1], 149.0 * log(1e-3), 1e-9);
    mg_source_free(source);
    free(transition);
    free(start);
    free(emission);
}

/* States never move and token v rules out state v: over 2^17 subsets are met. */
static void hmm_support_is_infinite_where_it_cannot_be_counted(void **state)
{
    enum { S = 18, V = S + 1 };
    double *transition = calloc(S * S, sizeof(*transition));
    double *emission = calloc(S * V, sizeof(*emission));
    double start[S];

    (void)state;
    assert_non_null(transition);
    assert_non_null(emission);
    for (size_t s = 0; s < S; s++) {
        start[s] = 1.0 / S;
        transition[s * S + s] = 1.0;
        for (size_t v = 0; v < V; v++) { /* token v is what every state but v may emit */
            emission[s * V + v] = v == s ? 0.0 : 1.0 / (V - 1);
        }
    }
    struct mg_source *source = mg_hmm_new(transition, start, emission, S, S, V);
    assert_true(isinf(mg_source_support_size(source)));
    mg_source_free(source);
    free(transition);
    free(emission);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmm_answers_as_the_sum_over_hidden_paths),
        cmocka_unit_test(hmm_by_logarithms_answers_the_same),
        cmocka_unit_test(hmm_with_a_visible_state_is_the_chain),
        cmocka_unit_test(hmm_entropy_is_nan_when_the_support_is_too_long),
        cmocka_unit_test(hmm_support_has_sequences_below_the_smallest_double),
        cmocka_unit_test(hmm_support_is_infinite_where_it_cannot_be_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

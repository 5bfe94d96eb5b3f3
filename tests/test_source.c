/* test_source.c - what a source gets for free from its mass, and its entropy. */
#include "model/source/source.h"

#include <string.h>

#include "model/source/hmm.h"
#include "model/source/markov.h"
#include "model/source/sequences.h"
#include "tests/support/brute.h"
#include "tests/support/test.h"

enum { L = 4, V = 3 };

/* A source that knows only its mass: a law by brute force. */
struct mass_only {
    struct mg_source source;
    const struct brute *brute;
};

static double mass_only_log_mass(const struct mg_source *source, const int *context)
{
    return log(brute_mass(((const struct mass_only *)source)->brute, context));
}

static struct mg_source *random_sequences(struct brute *brute, uint64_t seed)
{
    int tokens[20 * L];
    double weight[20];
    struct mg_rng rng = brute_rng(seed);

    *brute = brute_new(L, V);
    brute_random_rows(weight, 1, 20, 0.0, &rng);
    for (size_t r = 0; r < 20; r++) {
        for (size_t i = 0; i < L; i++) {
            tokens[r * L + i] = (int)mg_rng_below(&rng, V);
        }
        brute->prob[brute_index(brute, tokens + r * L)] += weight[r];
    }
    return mg_sequences_new(tokens, weight, 20, L, V);
}

static void conditionals_and_joints_follow_from_the_mass_alone(void **state)
{
    static const struct mg_source_ops ops = {.kind = "mass", .log_mass = mass_only_log_mass};
    static const size_t targets[] = {2, 0};
    double expected[L * V];
    double probs[L * V];
    double expected_joint[V * V];
    double joint[V * V];
    int context[L];
    struct mg_rng rng = brute_rng(2);

    (void)state;
    for (uint64_t t = 0; t < 40; t++) {
        struct brute brute;
        struct mg_source *sequences = random_sequences(&brute, t);
        const struct mass_only bare = {{.ops = &ops, .length = L, .vocab = V}, &brute};
        for (size_t i = 0; i < L; i++) {
            const bool shown = i % 2 == 1 && mg_rng_uniform(&rng) < .6;
            context[i] = shown ? (int)mg_rng_below(&rng, V) : MG_MASK;
        }
        const bool possible = mg_source_conditionals(sequences, context, expected);
        assert_int_equal(mg_source_conditionals(&bare.source, context, probs), possible);
        assert_int_equal(mg_source_joint(sequences, context, targets, 2, expected_joint), possible);
        assert_int_equal(mg_source_joint(&bare.source, context, targets, 2, joint), possible);
        for (size_t i = 0; possible && i < L * V; i++) {
            assert_close(probs[i], expected[i], 1e-12);
        }
        for (size_t i = 0; possible && i < V * V; i++) {
            assert_close(joint[i], expected_joint[i], 1e-12);
        }
        mg_source_free(sequences);
        brute_free(&brute);
    }
}

/* The first target is the slowest index. */
static void joint_orders_outcomes_by_target(void **state)
{
    static const int tokens[] = {0, 1, 2};
    static const double weight[] = {1.0};
    static const size_t targets[] = {2, 0};
    const int context[] = {MG_MASK, MG_MASK, MG_MASK};
    double joint[9];

    (void)state;
    struct mg_source *source = mg_sequences_new(tokens, weight, 1, 3, 3);
    assert_true(mg_source_joint(source, context, targets, 2, joint));
    for (size_t x = 0; x < 9; x++) {
        assert_true(joint[x] == (x == 2 * 3 + 0 ? 1.0 : 0.0));
    }
    mg_source_free(source);
}

static void closed_form_of_a_chain_agrees_with_its_listed_support(void **state)
{
    double transition[V * V];
    double start[V];
    struct mg_rng rng = brute_rng(77);

    (void)state;
    for (int t = 0; t < 10; t++) {
        double identity[V * V] = {0};
        brute_random_rows(transition, V, V, .2, &rng);
        brute_random_rows(start, 1, V, .2, &rng);
        for (size_t v = 0; v < V; v++) {
            identity[v * V + v] = 1.0;
        }
        struct mg_source *chain = mg_markov_new(transition, start, 6, V);
        struct mg_source *listed = mg_hmm_new(transition, start, identity, 6, V, V);
        assert_close(mg_source_entropy_nats(chain), mg_source_entropy_nats(listed), 1e-12);
        mg_source_free(chain);
        mg_source_free(listed);
    }
}

static void a_source_without_mass_has_no_oracle(void **state)
{
    static const struct mg_source_ops ops = {.kind = "text"};
    const struct mg_source text = {.ops = &ops, .length = 1, .vocab = 1};

    (void)state;
    assert_false(mg_source_has_oracle(&text));
    mg_source_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditionals_and_joints_follow_from_the_mass_alone),
        cmocka_unit_test(joint_orders_outcomes_by_target),
        cmocka_unit_test(closed_form_of_a_chain_agrees_with_its_listed_support),
        cmocka_unit_test(a_source_without_mass_has_no_oracle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_set_entropy.c - entropies of sets of positions, and the information curve. */
#include "model/measure/set_entropy.h"

#include "model/source/sequences.h"
#include "tests/support/brute.h"
#include "tests/support/chains.h"
#include "tests/support/test.h"

/* Twenty random sequences of four tokens out of three, against one sum per value of x_S. */
static void entropies_of_subsets_match_sums(void **state)
{
    enum { N = 20, L = 4, V = 3 };
    struct mg_rng rng = brute_rng(50);

    (void)state;
    for (int t = 0; t < 10; t++) {
        struct brute brute = brute_new(L, V);
        int tokens[N * L];
        double weight[N];
        double table[1 << L];

        brute_random_rows(weight, 1, N, 0.0, &rng);
        for (size_t r = 0; r < N; r++) {
            for (size_t i = 0; i < L; i++) {
                tokens[r * L + i] = (int)mg_rng_below(&rng, V);
            }
            brute.prob[brute_index(&brute, tokens + r * L)] += weight[r];
        }
        struct mg_source *source = mg_sequences_new(tokens, weight, N, L, V);
        struct mg_set_entropy *entropy = mg_set_entropy_new(source);
        mg_set_entropy_table(table, entropy);
        for (unsigned subset = 0; subset < 1u << L; subset++) {
            assert_close(table[subset], brute_entropy(&brute, subset), 1e-12);
        }
        mg_set_entropy_free(entropy);
        mg_source_free(source);
        brute_free(&brute);
    }
}

/* field.md 4, flip chain p = .1, n = 6: Z and both total correlations. */
static void flip_chain_has_the_documented_information_curve(void **state)
{
    static const double z[6] = {0, .2245, .3265, .3900, .4337, .4656};
    struct mg_source *source = test_chain_listed(.5, .9, .9, 6);
    struct mg_set_entropy *entropy = mg_set_entropy_new(source);
    double h_nats[6];
    double sum = 0.0;

    (void)state;
    mg_information_curve(h_nats, entropy);
    for (size_t j = 0; j < 6; j++) {
        assert_close(h_nats[0] - h_nats[j], z[j], 5e-5);
        sum += h_nats[0] - h_nats[j];
    }
    assert_close(sum, 1.8403, 5e-5);
    assert_close(6.0 * (h_nats[0] - h_nats[5]) - sum, .9533, 5e-5);
    mg_set_entropy_free(entropy);
    mg_source_free(source);
}

/* The closed form of a chain against the same law as a list, which knows nothing of chains. */
static void chain_entropies_are_those_of_its_listed_law(void **state)
{
    struct mg_source *chain = test_chain_two(7);
    struct mg_source *listed = test_chain_listed(0.62, 0.85, 0.65, 7);
    struct mg_set_entropy *closed = mg_set_entropy_new(chain);
    struct mg_set_entropy *counted = mg_set_entropy_new(listed);
    double closed_table[128];
    double counted_table[128];
    double closed_curve[7];
    double counted_curve[7];

    (void)state;
    mg_set_entropy_table(closed_table, closed);
    mg_set_entropy_table(counted_table, counted);
    mg_information_curve(closed_curve, closed);
    mg_information_curve(counted_curve, counted);
    for (size_t set = 0; set < 128; set++) {
        bool in_set[7];

        for (size_t i = 0; i < 7; i++) {
            in_set[i] = (set >> i & 1) != 0;
        }
        assert_close(closed_table[set], counted_table[set], 1e-12);
        assert_close(mg_set_entropy_nats(closed, in_set), counted_table[set], 1e-12);
    }
    for (size_t j = 0; j < 7; j++) {
        assert_close(closed_curve[j], counted_curve[j], 1e-12);
    }
    mg_set_entropy_free(counted);
    mg_set_entropy_free(closed);
    mg_source_free(listed);
    mg_source_free(chain);
}

/* sum Z = TC = sum H(X_i) - H and L Z_L - sum Z = DTC = H - sum H(X_i | rest), by brute force. */
static void curve_sums_to_total_and_dual_total_correlation(void **state)
{
    static const double weight[5] = {3, 1, 4, 1, 5};
    static const int tokens[15] = {0, 0, 0, 0, 1, 2, 1, 1, 0, 2, 0, 1, 2, 2, 2};
    struct mg_source *source = mg_sequences_new(tokens, weight, 5, 3, 3);
    struct mg_set_entropy *entropy = mg_set_entropy_new(source);
    double h_nats[3];
    double alone = 0.0;
    double rest = 0.0;
    double whole = 0.0;
    double sum = 0.0;

    (void)state;
    mg_information_curve(h_nats, entropy);
    for (size_t s = 0; s < 5; s++) {
        const double p = weight[s] / 14.0;

        whole -= p * log(p);
        for (size_t i = 0; i < 3; i++) {
            double same_token = 0.0;
            double same_rest = 0.0;

            for (size_t o = 0; o < 5; o++) {
                bool others = true;

                for (size_t k = 0; k < 3; k++) {
                    others = others && (k == i || tokens[s * 3 + k] == tokens[o * 3 + k]);
                }
                same_token += tokens[s * 3 + i] == tokens[o * 3 + i] ? weight[o] / 14.0 : 0.0;
                same_rest += others ? weight[o] / 14.0 : 0.0;
            }
            alone -= p * log(same_token);
            rest -= p * log(p / same_rest);
        }
    }
    for (size_t j = 0; j < 3; j++) {
        sum += h_nats[0] - h_nats[j];
    }
    assert_close(sum, alone - whole, 1e-12);
    assert_close(3.0 * (h_nats[0] - h_nats[2]) - sum, whole - rest, 1e-12);
    assert_close(h_nats[0] + h_nats[1] + h_nats[2], whole, 1e-12);
    mg_set_entropy_free(entropy);
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entropies_of_subsets_match_sums),
        cmocka_unit_test(flip_chain_has_the_documented_information_curve),
        cmocka_unit_test(chain_entropies_are_those_of_its_listed_law),
        cmocka_unit_test(curve_sums_to_total_and_dual_total_correlation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

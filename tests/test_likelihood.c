/* test_likelihood.c - the NELBO and the likelihood by enumeration; the walk of support.c. */
#include "model/measure/likelihood.h"

#include <string.h>

#include "model/measure/kinds.h"
#include "model/measure/measure.h"
#include "model/source/sequences.h"
#include "tests/support/bent.h"
#include "tests/support/test.h"

/* toy_exact of the reference: ABCDE 30, ABCDF 25, GBCDF 14, EFCDH 31. */
static const int toy_exact[4 * 5] = {0, 1, 2, 3, 4, 0, 1, 2, 3, 5, 6, 1, 2, 3, 5, 4, 5, 2, 3, 7};
static const double toy_exact_weight[4] = {30, 25, 14, 31};

/* toy_mixed: ABCDE 9 ABCDF 7 GBCDF 4 EFCDH 9 CDABE 15 CDABF 10 CDEFH 8 HABCD 12 HEFCD 8 ABEFG 8
   EFABG 10. */
static const char toy_mixed_text[] = "ABCDEABCDFGBCDFEFCDHCDABECDABFCDEFHHABCDHEFCDABEFGEFABG";
static const double toy_mixed_weight[11] = {9, 7, 4, 9, 15, 10, 8, 12, 8, 8, 10};

static struct mg_source *toy_mixed_new(void)
{
    int tokens[55];

    for (size_t i = 0; i < 55; i++) {
        tokens[i] = toy_mixed_text[i] - 'A';
    }
    return mg_sequences_new(tokens, toy_mixed_weight, 11, 5, 8);
}

static double entropy_of(const double *weight, size_t n)
{
    double total = 0.0;
    double entropy = 0.0;

    for (size_t i = 0; i < n; i++) {
        total += weight[i];
    }
    for (size_t i = 0; i < n; i++) {
        entropy -= weight[i] / total * log(weight[i] / total);
    }
    return entropy;
}

static void oracle_nelbo_is_the_entropy_on_the_toys(void **state)
{
    struct mg_source *exact = mg_sequences_new(toy_exact, toy_exact_weight, 4, 5, 8);
    struct mg_source *mixed = toy_mixed_new();
    struct mg_predictor *oracle_exact = mg_oracle_new(exact);
    struct mg_predictor *oracle_mixed = mg_oracle_new(mixed);

    (void)state;
    assert_close(mg_nelbo_exact_nats(oracle_exact, exact), entropy_of(toy_exact_weight, 4), 1e-10);
    assert_close(mg_nelbo_exact_nats(oracle_mixed, mixed), entropy_of(toy_mixed_weight, 11), 1e-10);
    mg_predictor_free(oracle_mixed);
    mg_predictor_free(oracle_exact);
    mg_source_free(mixed);
    mg_source_free(exact);
}

/* H = H(pi) + 4 rate; both orders of any sequence have its probability, so the gap is 0. */
static void oracle_nelbo_and_nll_are_the_entropy_on_a_chain(void **state)
{
    const double low = -(0.9 * log(0.9) + 0.1 * log(0.1));
    const double high = -(0.3 * log(0.3) + 0.7 * log(0.7));
    const double start = -(0.75 * log(0.75) + 0.25 * log(0.25));
    const double entropy = start + 4.0 * (0.75 * low + 0.25 * high);
    struct mg_source *source = bent_chain_new();
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_likelihood likelihood;

    (void)state;
    mg_likelihood_enumerate(&likelihood, oracle, source);
    assert_close(mg_likelihood_nelbo_nats(&likelihood), entropy, 1e-10);
    assert_close(likelihood.nll_random_order_nats, entropy, 1e-10);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* Documented: NELBO_T - H of the chain; T = 1 is the total correlation. */
static void discrete_nelbo_has_the_documented_excess(void **state)
{
    static const size_t steps[5] = {1, 2, 4, 16, 1024};
    static const double excess[5] = {.66323, .30955, .14915, .03623, .00056};
    struct mg_source *source = bent_chain_new();
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_likelihood likelihood;

    (void)state;
    mg_likelihood_enumerate(&likelihood, oracle, source);
    for (size_t i = 0; i < 5; i++) {
        assert_close(mg_likelihood_nelbo_steps_nats(&likelihood, steps[i]) -
                         mg_likelihood_nelbo_nats(&likelihood),
                     excess[i], 5e-6);
    }
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* Documented: NELBO 2.312353 and NLL 2.290602 of the bent oracle. */
static void inconsistent_conditionals_open_the_documented_gap(void **state)
{
    struct mg_source *source = bent_chain_new();
    struct bent bent = {{&bent_ops, 5, 2, 1}, mg_oracle_new(source)};
    struct mg_likelihood likelihood;

    (void)state;
    mg_likelihood_enumerate(&likelihood, &bent.base, source);
    assert_close(mg_likelihood_nelbo_nats(&likelihood), 2.312353, 5e-7);
    assert_close(likelihood.nll_random_order_nats, 2.290602, 5e-7);
    mg_predictor_free(bent.oracle);
    mg_source_free(source);
}

static void check_refuses_a_law_too_large_and_names_it(void **state)
{
    const struct mg_measure_spec spec = {0};
    struct mg_error err = {0};
    int tokens[25] = {0};
    const double weight = 1.0;
    struct mg_source *source = mg_sequences_new(tokens, &weight, 1, 25, 2);

    (void)state;
    assert_int_equal(mg_measure_likelihood.check(&spec, source, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "2^25"));
    mg_source_free(source);
}

/* For each of the 2^5 sets the groups are compared with a double loop over pairs. */
struct pairs {
    const struct mg_support *support;
    size_t next;
};

static void check_groups(void *ctx, size_t revealed, const size_t *group_of, size_t n_groups)
{
    struct pairs *pairs = ctx;
    const struct mg_support *support = pairs->support;
    size_t highest = 0;

    assert_int_equal(revealed, pairs->next++);
    for (size_t s = 0; s < support->n; s++) {
        highest = group_of[s] > highest ? group_of[s] : highest;
        for (size_t other = 0; other < s; other++) {
            bool agree = true;

            for (size_t i = 0; i < support->length; i++) {
                agree = agree && ((revealed >> i & 1) == 0 ||
                                  support->tokens[s * support->length + i] ==
                                      support->tokens[other * support->length + i]);
            }
            assert_int_equal(agree, group_of[s] == group_of[other]);
        }
    }
    assert_int_equal(highest + 1, n_groups);
}

static void walk_groups_sequences_that_agree(void **state)
{
    struct mg_source *source = toy_mixed_new();
    struct mg_support *support = mg_support_list(source);
    struct pairs pairs = {support, 0};

    (void)state;
    mg_support_walk(support, check_groups, &pairs);
    assert_int_equal(pairs.next, 32);
    mg_support_free(support);
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oracle_nelbo_is_the_entropy_on_the_toys),
        cmocka_unit_test(oracle_nelbo_and_nll_are_the_entropy_on_a_chain),
        cmocka_unit_test(discrete_nelbo_has_the_documented_excess),
        cmocka_unit_test(inconsistent_conditionals_open_the_documented_gap),
        cmocka_unit_test(check_refuses_a_law_too_large_and_names_it),
        cmocka_unit_test(walk_groups_sequences_that_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

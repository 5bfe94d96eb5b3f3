/* test_chain_facts.c - the documented chains, small chains solved by hand, and identities. */
#include "model/source/chain_facts.h"

#include <string.h>

#include "model/numeric/statistics.h"
#include "tests/support/brute.h"
#include "tests/support/test.h"

enum { N = 8 };

/* .85 of one step along a ring, .15 uniform. */
static void chain_cycle(double *transition)
{
    for (size_t x = 0; x < (size_t)N * N; x++) {
        transition[x] = .15 / N + (x % N == (x / N + 1) % N ? .85 : 0.0);
    }
}

/* .85 stay, .15 drawn from pi, pi proportional to 8, 7, ..., 1. */
static void chain_lazy(double *transition)
{
    for (size_t x = 0; x < (size_t)N * N; x++) {
        transition[x] = .15 * (8.0 - (double)(x % N)) / 36.0 + (x % N == x / N ? .85 : 0.0);
    }
}

/* Each row is the Zipf law of exponent 1.5, dealt out in an order of its own. */
static void chain_zipf(double *transition)
{
    static const int rank[N * N] = {3, 8, 2, 5, 7, 1, 6, 4, 6, 5, 1, 2, 3, 8, 7, 4,
                                    7, 8, 6, 1, 2, 5, 3, 4, 2, 5, 8, 4, 7, 1, 3, 6,
                                    6, 8, 1, 5, 7, 4, 3, 2, 3, 5, 1, 4, 6, 8, 2, 7,
                                    6, 5, 8, 1, 3, 4, 2, 7, 3, 1, 2, 8, 4, 6, 5, 7};
    double sum = 0.0;

    for (int k = 1; k <= N; k++) {
        sum += pow(k, -1.5);
    }
    for (size_t x = 0; x < (size_t)N * N; x++) {
        transition[x] = pow(rank[x], -1.5) / sum;
    }
}

/* .85 of one step along a ring, .15 uniform on the states of the other parity. */
static void chain_period2(double *transition)
{
    for (size_t x = 0; x < (size_t)N * N; x++) {
        transition[x] = (x % N + x / N) % 2 == 1 ? .15 / 4 : 0.0;
        transition[x] += x % N == (x / N + 1) % N ? .85 : 0.0;
    }
}

/* |pi P - pi| summed: a stationary law has 0. */
static double defect(const double *pi, const double *transition, size_t n)
{
    double sum = 0.0;

    for (size_t j = 0; j < n; j++) {
        double next = 0.0;
        for (size_t i = 0; i < n; i++) {
            next += pi[i] * transition[i * n + j];
        }
        sum += fabs(next - pi[j]);
    }
    return sum;
}

/* Section 2 of the notes on the documented chains: lambda2, Dobrushin, entropies; definitions 4. */
static void facts_of_the_documented_chains(void **state)
{
    static const struct {
        void (*fill)(double *);
        double lambda2, s2, dobrushin, entropy, rate, tolerance;
        size_t period;
    } cases[] = {
        {chain_cycle, .85, .85, .85, 2.0794, .6442, 1e-12, 1},
        {chain_lazy, .85, .85, .85, 1.9368, .6063, 1e-12, 1},
        {chain_zipf, .452414654033946, .6389, .716, 1.9559, 1.5064, 5e-4, 1},
        {chain_period2, 1.0, 1.0, 1.0, 2.0794, -1.0, 1e-12, 2},
    };
    double transition[N * N];
    double pi[N];

    (void)state;
    for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
        double rate = 0.0;
        cases[c].fill(transition);
        assert_true(mg_chain_stationary(pi, transition, N));
        assert_close(defect(pi, transition, N), 0.0, 1e-14);
        assert_close(mg_chain_second_modulus(transition, N), cases[c].lambda2, 1e-12);
        assert_close(mg_chain_second_singular(transition, pi, N), cases[c].s2, cases[c].tolerance);
        assert_close(mg_chain_dobrushin(transition, N), cases[c].dobrushin, cases[c].tolerance);
        assert_int_equal(mg_chain_period(transition, N), cases[c].period);
        assert_close(mg_entropy_nats(pi, N), cases[c].entropy, 5e-5);
        for (size_t i = 0; i < N; i++) {
            rate += pi[i] * mg_entropy_nats(transition + i * N, N);
        }
        if (cases[c].rate > 0.0) {
            assert_close(rate, cases[c].rate, 5e-5);
        }
    }
}

static void stationary_laws_of_the_documented_chains(void **state)
{
    static const double zipf[] = {.0863895227221563, .0635397171446514, .209403728500006,
                                  .212902848064809,  .0765341610832665, .18490018308504,
                                  .111610551579246,  .0547192878208256};
    double transition[N * N];
    double pi[N];

    (void)state;
    chain_zipf(transition);
    assert_true(mg_chain_stationary(pi, transition, N));
    for (size_t i = 0; i < N; i++) {
        assert_close(pi[i], zipf[i], 1e-14);
    }
    chain_lazy(transition);
    assert_true(mg_chain_stationary(pi, transition, N));
    for (size_t i = 0; i < N; i++) {
        assert_close(pi[i], (8.0 - (double)i) / 36.0, 1e-15);
    }
    chain_period2(transition);
    assert_true(mg_chain_stationary(pi, transition, N));
    for (size_t i = 0; i < N; i++) {
        assert_close(pi[i], .125, 1e-15);
    }
}

/* A state of probability 1e-40 has every digit: pi_0 / pi_1 = P(1,0) / P(0,1). */
static void stationary_keeps_the_digits_of_rare_states(void **state)
{
    static const double transition[] = {.5, .5, 0.0, 1e-20, 1.0 - 2e-20, 1e-20, 0.0, .25, .75};
    double pi[3];

    (void)state;
    assert_true(mg_chain_stationary(pi, transition, 3));
    assert_close(pi[0] / pi[1] / 2e-20, 1.0, 1e-14);
    assert_close(pi[2] / pi[1] / 4e-20, 1.0, 1e-14);
}

static void stationary_puts_nothing_on_transient_states(void **state)
{
    static const double transition[] = {.5, .5, 0.0, 0.0, .9, .1, 0.0, .3, .7};
    double pi[3];

    (void)state;
    assert_true(mg_chain_stationary(pi, transition, 3));
    assert_true(pi[0] == 0.0);
    assert_close(pi[1], .75, 1e-15);
    assert_close(pi[2], .25, 1e-15);
    assert_close(mg_chain_second_singular(transition, pi, 3), .6, 1e-14);
}

static void stationary_refuses_several_closed_classes_and_names_them(void **state)
{
    /* 1 <-> 3 closed, 2 absorbing, 0 and 4 lead to both */
    static const double transition[] = {.5, .5, 0., 0., 0., 0., 0., 0., 1., 0., 0., 0., 1.,
                                        0., 0., 0., 1., 0., 0., 0., 0., 0., .5, .5, 0.};
    double pi[5] = {-1.0};
    size_t class_of[5];

    (void)state;
    assert_false(mg_chain_stationary(pi, transition, 5));
    assert_true(pi[0] == -1.0);
    assert_int_equal(mg_chain_closed_classes(class_of, transition, 5), 2);
    assert_true(class_of[0] == MG_CHAIN_TRANSIENT);
    assert_true(class_of[4] == MG_CHAIN_TRANSIENT);
    assert_int_equal(class_of[1], 0);
    assert_int_equal(class_of[3], 0);
    assert_int_equal(class_of[2], 1);
    assert_int_equal(mg_chain_period(transition, 5), 2);
}

static void period_is_the_common_multiple_of_the_classes(void **state)
{
    double transition[25] = {0};

    (void)state;
    transition[0 * 5 + 1] = transition[1 * 5 + 0] = 1.0; /* a ring of 2 beside a ring of 3 */
    transition[2 * 5 + 3] = transition[3 * 5 + 4] = transition[4 * 5 + 2] = 1.0;
    assert_int_equal(mg_chain_period(transition, 5), 6);
    transition[4 * 5 + 2] = transition[4 * 5 + 3] = .5; /* rings of 2 and 3 share states */
    assert_int_equal(mg_chain_period(transition, 5), 2);
}

/*
 * Three states: the other two eigenvalues are the roots of z^2 - (t - 1) z + d, t the trace and d
 * the determinant; conjugate ones have modulus sqrt(d).
 */
static void second_modulus_is_that_of_the_characteristic_polynomial(void **state)
{
    struct mg_rng rng = brute_rng(17);
    int complex_pairs = 0;

    (void)state;
    for (int k = 0; k < 50; k++) {
        double p[9];
        brute_random_rows(p, 3, 3, .3, &rng);
        const double sum = p[0] + p[4] + p[8] - 1.0;
        const double det = p[0] * (p[4] * p[8] - p[5] * p[7]) - p[1] * (p[3] * p[8] - p[5] * p[6]) +
                           p[2] * (p[3] * p[7] - p[4] * p[6]);
        const double under = sum * sum - 4.0 * det;
        const double expected = under < 0.0 ? sqrt(det) : (fabs(sum) + sqrt(under)) / 2.0;

        complex_pairs += under < 0.0;
        assert_close(mg_chain_second_modulus(p, 3), expected, 1e-7); /* sqrt of rounding at 0 */
    }
    assert_true(complex_pairs > 5 && complex_pairs < 45);
}

/*
 * s2 by another road: s2^2 is the second eigenvalue of P times its reversal, pi_y P(y, x) / pi_x
 * (Fill 1991), found by power iteration on functions of mean 0 under pi.
 */
static void second_singular_value_is_that_of_the_reversible_product(void **state)
{
    double transition[25];
    double reversed[25];
    double pi[5];
    struct mg_rng rng = brute_rng(23);

    (void)state;
    for (int t = 0; t < 10; t++) {
        double f[5] = {1.0, -2.0, .5, 3.0, -1.0};
        double growth = 0.0;
        brute_random_rows(transition, 5, 5, 0.0, &rng);
        assert_true(mg_chain_stationary(pi, transition, 5));
        for (size_t x = 0; x < 25; x++) {
            reversed[x] = pi[x % 5] * transition[x % 5 * 5 + x / 5] / pi[x / 5];
        }
        for (int k = 0; k < 3000; k++) {
            double g[5] = {0};
            double h[5] = {0};
            double mean = 0.0;
            double norm = 0.0;
            for (size_t x = 0; x < 25; x++) {
                g[x / 5] += reversed[x] * f[x % 5];
            }
            for (size_t x = 0; x < 25; x++) {
                h[x / 5] += transition[x] * g[x % 5];
            }
            for (size_t x = 0; x < 5; x++) {
                mean += pi[x] * h[x];
            }
            for (size_t x = 0; x < 5; x++) {
                norm += pi[x] * (h[x] - mean) * (h[x] - mean);
            }
            for (size_t x = 0; x < 5; x++) {
                f[x] = (h[x] - mean) / sqrt(norm);
            }
            growth = sqrt(norm);
        }
        assert_close(mg_chain_second_singular(transition, pi, 5), sqrt(growth), 1e-10);
    }
}

static void one_state_forgets_at_once(void **state)
{
    static const double stay[] = {1.0};
    double pi[1];

    (void)state;
    assert_true(mg_chain_stationary(pi, stay, 1));
    assert_true(pi[0] == 1.0);
    assert_true(mg_chain_second_modulus(stay, 1) == 0.0);
    assert_true(mg_chain_second_singular(stay, pi, 1) == 0.0);
    assert_true(mg_chain_dobrushin(stay, 1) == 0.0);
    assert_int_equal(mg_chain_period(stay, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_of_the_documented_chains),
        cmocka_unit_test(stationary_laws_of_the_documented_chains),
        cmocka_unit_test(stationary_keeps_the_digits_of_rare_states),
        cmocka_unit_test(stationary_puts_nothing_on_transient_states),
        cmocka_unit_test(stationary_refuses_several_closed_classes_and_names_them),
        cmocka_unit_test(period_is_the_common_multiple_of_the_classes),
        cmocka_unit_test(second_modulus_is_that_of_the_characteristic_polynomial),
        cmocka_unit_test(second_singular_value_is_that_of_the_reversible_product),
        cmocka_unit_test(one_state_forgets_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

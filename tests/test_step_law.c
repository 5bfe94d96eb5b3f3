/*
 * test_step_law.c - the joint of a step: what a mixture of products is, and that samplers, laws and
 * measures use it. The exact floors are found by an optimisation of their own (EM) here.
 */
#include "model/diffusion/step_law.h"

#include <stdlib.h>
#include <string.h>

#include "model/diffusion/corrector.h"
#include "model/diffusion/sampler.h"
#include "model/measure/corrected_law.h"
#include "model/measure/kinds.h"
#include "model/measure/law.h"
#include "model/measure/law_estimate.h"
#include "model/measure/whole_law.h"
#include "model/numeric/statistics.h"
#include "model/source/sequences.h"
#include "tests/support/test.h"

enum { L = 3, V = 2, R = 2, CELLS = L * V, ALL = 8, DRAWS = 40000 };

static const struct mg_stream STREAM = {{5, 9}};

/* Probability of token 1 at position i under part r of a row: any numbers that differ. */
static double lean(const int *row, size_t r, size_t i)
{
    double sum = 0.3 * (double)(r + 1) + 0.7 * (double)i;

    for (size_t j = 0; j < L; j++) {
        sum += (double)((row[j] + 2) * (int)(j + 1)) * 0.37;
    }
    return 0.5 + 0.45 * sin(5.0 * sum + 2.5 * (double)r);
}

static void parts_of(struct mg_predictor *predictor, double *weights, double *parts,
                     const int *rows, size_t n)
{
    (void)predictor;
    for (size_t k = 0; k < n; k++) {
        const int *row = rows + k * L;

        weights[k * R] = 0.25 + 0.1 * (double)(row[1] + 1);
        weights[k * R + 1] = 1.0 - weights[k * R];
        for (size_t r = 0; r < R; r++) {
            for (size_t i = 0; i < L; i++) {
                double *p = parts + ((k * R + r) * L + i) * V;

                p[1] = row[i] == MG_MASK ? lean(row, r, i) : (double)row[i];
                p[0] = 1.0 - p[1];
            }
        }
    }
}

static void mean_of(struct mg_predictor *predictor, double *probs, bool *possible, const int *rows,
                    size_t n)
{
    double weights[R];
    double parts[R * CELLS];

    (void)possible;
    for (size_t k = 0; k < n; k++) {
        parts_of(predictor, weights, parts, rows + k * L, 1);
        for (size_t i = 0; i < CELLS; i++) {
            probs[k * CELLS + i] = weights[0] * parts[i] + weights[1] * parts[CELLS + i];
        }
    }
}

static const struct mg_predictor_ops OPS = {
    .kind = "mixture", .predict = mean_of, .predict_parts = parts_of};
static struct mg_predictor mixture = {&OPS, L, V, R};

static void an_answer_is_the_mean_of_its_products(void **state)
{
    const int row[L] = {MG_MASK, 1, MG_MASK};
    const int tokens[L] = {1, 1, 0};
    const size_t set[2] = {2, 0};
    const double T = 0.7;
    double weights[R];
    double parts[R * CELLS];
    double tempered[R * CELLS] = {0};
    double expected = 0.0;
    struct mg_step_laws answers;
    struct mg_step_law answer;

    (void)state;
    mg_step_laws_init(&answers, &mixture, 3);
    mg_step_laws_ask(&answers, &mixture, row, 1);
    answer = mg_step_laws_at(&answers, 0);
    parts_of(&mixture, weights, parts, row, 1);
    for (size_t i = 0; i < CELLS; i++) {
        assert_close(answer.probs[i], weights[0] * parts[i] + weights[1] * parts[CELLS + i], 1e-15);
    }
    mg_step_law_temper(tempered, &answer, row, T);
    for (size_t r = 0; r < R; r++) {
        const double *p = parts + r * CELLS;
        const double at_0 = pow(p[1], 1 / T) / (pow(p[0], 1 / T) + pow(p[1], 1 / T));
        const double at_2 = pow(p[4], 1 / T) / (pow(p[4], 1 / T) + pow(p[5], 1 / T));

        expected += weights[r] * at_0 * at_2;
    }
    assert_close(mg_step_law_log_joint(-3.0, &answer, tempered, set, 2, tokens),
                 log(expected) - 3.0, 1e-13);
    mg_step_laws_release(&answers);
}

static void the_joint_of_the_impossible_is_minus_infinity(void **state)
{
    const double weights[R] = {0.5, 0.5};
    const double parts[R * CELLS] = {1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0};
    const struct mg_step_law answer = {R, L, V, NULL, weights, parts};
    const size_t set[2] = {0, 1};
    int tokens[L] = {1, 1, 0};

    (void)state;
    assert_true(mg_step_law_log_joint(0.0, &answer, parts, set, 2, tokens) == -HUGE_VAL);
    tokens[1] = 0;
    assert_close(mg_step_law_log_joint(0.0, &answer, parts, set, 2, tokens), log(0.5), 1e-15);
}

/* A predictor of marginals is one product, whose joint is its marginals' to the last bit. */
static void marginals_are_one_product(void **state)
{
    struct mg_predictor *uniform = mg_uniform_new(L, V);
    const int row[L] = {MG_MASK, MG_MASK, MG_MASK};
    const int tokens[L] = {1, 0, 1};
    const size_t set[2] = {0, 1};
    struct mg_step_laws answers;
    struct mg_step_law answer;

    (void)state;
    assert_int_equal(mg_predictor_components(uniform), 1);
    mg_step_laws_init(&answers, uniform, 1);
    mg_step_laws_ask(&answers, uniform, row, 1);
    answer = mg_step_laws_at(&answers, 0);
    assert_ptr_equal(answer.parts, answer.probs);
    assert_true(mg_step_law_log_joint(-2.5, &answer, answer.parts, set, 2, tokens) ==
                -2.5 + log(0.5) + log(0.5));
    mg_step_laws_release(&answers);
    mg_predictor_free(uniform);
}

static struct mg_sampler sampler_of(const char *order, size_t per_step, const char *corrector)
{
    return (struct mg_sampler){.name = "s",
                               .order = mg_order_find(order),
                               .temperature = 0.8,
                               .per_step = corrector == NULL ? per_step : 0,
                               .steps = corrector == NULL ? 0 : 3,
                               .corrector =
                                   mg_corrector_find(corrector == NULL ? "none" : corrector),
                               .eta = 0.3,
                               .sweeps = 1};
}

/* How often each sequence is drawn, against the law by the transition kernel; 5 sd of the largest.
 */
static void check_draws(const struct mg_sampler *sampler)
{
    const int prompt[L] = {MG_MASK, MG_MASK, MG_MASK};
    const bool corrected = mg_corrector_form(sampler) != MG_CORRECTOR_NONE;
    int *tokens = calloc(DRAWS * L, sizeof(*tokens));
    double seen[ALL] = {0};
    double nfe;
    double *nu = NULL;
    struct mg_error err = {0};

    assert_non_null(tokens);
    mg_sample(tokens, NULL, NULL, &mixture, sampler, prompt, DRAWS, STREAM, 0);
    for (size_t d = 0; d < DRAWS; d++) {
        seen[4 * tokens[d * L] + 2 * tokens[d * L + 1] + tokens[d * L + 2]] += 1.0 / DRAWS;
    }
    assert_int_equal(corrected ? mg_corrected_law(&nu, &nfe, &mixture, sampler, &err)
                               : mg_whole_law(&nu, &nfe, &mixture, sampler, NULL, &err),
                     MG_OK);
    for (size_t x = 0; x < ALL; x++) {
        assert_close(seen[x], nu[x], 5.0 * 0.5 / sqrt((double)DRAWS));
    }
    free(nu);
    free(tokens);
}

static void draws_follow_the_law(void **state)
{
    static const char *const ORDERS[] = {"left_to_right", "random", "confidence", "low_confidence"};
    static const char *const CORRECTORS[] = {"gibbs", "remdm_cap", "forward_backward"};

    (void)state;
    for (size_t o = 0; o < 4; o++) {
        for (size_t per_step = 1; per_step <= 3; per_step++) {
            const struct mg_sampler sampler = sampler_of(ORDERS[o], per_step, NULL);

            check_draws(&sampler);
        }
    }
    for (size_t c = 0; c < 3; c++) {
        const struct mg_sampler sampler = sampler_of("random", 0, CORRECTORS[c]);

        check_draws(&sampler);
    }
}

/* The law of one step by hand; it is not the product of its marginals. */
static void one_step_is_not_the_product_of_its_marginals(void **state)
{
    const struct mg_sampler sampler = sampler_of("left_to_right", 3, NULL);
    const int open[L] = {MG_MASK, MG_MASK, MG_MASK};
    double weights[R];
    double parts[R * CELLS];
    double *nu = NULL;
    double nfe;
    double far = 0.0;
    struct mg_error err = {0};
    struct mg_sampler plain = sampler;

    (void)state;
    plain.temperature = 1.0;
    parts_of(&mixture, weights, parts, open, 1);
    assert_int_equal(mg_whole_law(&nu, &nfe, &mixture, &plain, NULL, &err), MG_OK);
    for (size_t x = 0; x < ALL; x++) {
        double product = 1.0;
        double joint = 0.0;

        for (size_t r = 0; r < R; r++) {
            joint += weights[r] * parts[r * CELLS + x / 4] * parts[r * CELLS + 2 + x / 2 % 2] *
                     parts[r * CELLS + 4 + x % 2];
        }
        for (size_t i = 0; i < L; i++) {
            const size_t cell = 2 * i + (x >> (2 - i)) % 2;

            product *= weights[0] * parts[cell] + weights[1] * parts[CELLS + cell];
        }
        assert_close(nu[x], joint, 1e-14);
        far = fmax(far, fabs(nu[x] - product));
    }
    assert_true(far > 0.05);
    free(nu);
}

/* KL = F + M for a fixed order: the estimate from draws, the walk, and the sum by hand agree. */
static void the_estimate_agrees_with_the_walk(void **state)
{
    static const int ROWS[ALL * L] = {0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1,
                                      1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1};
    static const double MU[ALL] = {.3, .05, .1, .05, .1, .05, .05, .3};
    struct mg_source *source = mg_sequences_new(ROWS, MU, ALL, L, V);

    (void)state;
    for (size_t per_step = 2; per_step <= 3; per_step++) {
        const struct mg_sampler sampler = sampler_of("left_to_right", per_step, NULL);
        struct mg_law_estimate *estimate = NULL;
        struct mg_law *law = NULL;
        struct mg_error err = {0};
        double *nu = NULL;
        double nfe;

        assert_int_equal(mg_law_walk(&law, &mixture, source, &sampler, NULL, 1e6, &err), MG_OK);
        assert_int_equal(mg_whole_law(&nu, &nfe, &mixture, &sampler, NULL, &err), MG_OK);
        assert_close(law->kl_nats, mg_kl_nats(MU, nu, ALL), 1e-12);
        assert_close(law->factorization_nats + law->model_nats, law->kl_nats, 1e-12);
        assert_int_equal(
            mg_law_monte_carlo(&estimate, &mixture, source, &sampler, 20000, STREAM, &err), MG_OK);
        assert_close(estimate->kl_nats, law->kl_nats, 4.0 * estimate->kl_se_nats);
        assert_close(estimate->model_nats, law->model_nats, 4.0 * estimate->model_se_nats + 1e-12);
        mg_law_estimate_free(estimate);
        mg_law_free(law);
        free(nu);
    }
    mg_source_free(source);
}

/* ------ exact floors ------ */

/* A law over n tokens of at most 8 values, as outcomes with probabilities. */
struct coupled {
    size_t n, outcomes;
    int tokens[8][3];
    double mu[8];
};

/* Kullback-Leibler of the best mixture of k products, by EM from random starts. */
static double floor_nats(const struct coupled *law, size_t k)
{
    double best = HUGE_VAL;

    for (size_t start = 0; start < 40; start++) {
        struct mg_rng rng = mg_rng_at(STREAM, start, 1);
        double share[8][4]; /* of each outcome in each component */
        double kl = 0.0;

        for (size_t x = 0; x < law->outcomes * k; x++) {
            share[x / k][x % k] = mg_rng_uniform(&rng) + 0.01;
        }
        for (size_t round = 0; round < 3000; round++) {
            double weight[4] = {0};
            double p[4][3][8] = {{{0}}};

            for (size_t x = 0; x < law->outcomes; x++) {
                double total = 0.0;

                for (size_t r = 0; r < k; r++) {
                    total += share[x][r];
                }
                for (size_t r = 0; r < k; r++) {
                    const double mass = law->mu[x] * share[x][r] / total;

                    weight[r] += mass;
                    for (size_t i = 0; i < law->n; i++) {
                        p[r][i][law->tokens[x][i]] += mass;
                    }
                }
            }
            kl = 0.0;
            for (size_t x = 0; x < law->outcomes; x++) {
                double q = 0.0;

                for (size_t r = 0; r < k; r++) {
                    share[x][r] = weight[r];
                    for (size_t i = 0; i < law->n && weight[r] > 0.0; i++) {
                        share[x][r] *= p[r][i][law->tokens[x][i]] / weight[r];
                    }
                    q += share[x][r];
                }
                kl += law->mu[x] * log(law->mu[x] / q);
            }
        }
        best = fmin(best, kl);
    }
    return best;
}

/* definitions.md, section 7, and what experiments/beyond takes as exact. */
static void floors_are_the_documented_ones(void **state)
{
    static const struct coupled PAIR = {2, 3, {{0, 1}, {6, 1}, {4, 5}}, {.55, .14, .31}};
    static const struct coupled TRIPLE = {
        3, 4, {{0, 1, 4}, {0, 1, 5}, {6, 1, 5}, {4, 5, 7}}, {.30, .25, .14, .31}};
    static const struct coupled COPY = {
        2,
        8,
        {{0, 0}, {1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}, {6, 6}, {7, 7}},
        {.125, .125, .125, .125, .125, .125, .125, .125}};

    (void)state;
    assert_close(floor_nats(&PAIR, 1), .619101, 5e-7);
    assert_close(floor_nats(&PAIR, 2), 0.0, 1e-9);
    assert_close(floor_nats(&TRIPLE, 1), 1.331631, 5e-7);
    assert_close(floor_nats(&TRIPLE, 2), .093430, 5e-7);
    assert_close(floor_nats(&TRIPLE, 3), 0.0, 1e-6);
    for (size_t k = 1; k <= 4; k *= 2) { /* the bound TC - (n - 1) log R is met where R divides V */
        assert_close(floor_nats(&COPY, k), log(8.0) - log((double)k), 1e-6);
    }
    assert_close(floor_nats(&COPY, 3), 0.75 * log(3.0) + 0.25 * log(2.0), 1e-6); /* 3 + 3 + 2 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_the_mean_of_its_products),
        cmocka_unit_test(the_joint_of_the_impossible_is_minus_infinity),
        cmocka_unit_test(marginals_are_one_product),
        cmocka_unit_test(draws_follow_the_law),
        cmocka_unit_test(one_step_is_not_the_product_of_its_marginals),
        cmocka_unit_test(the_estimate_agrees_with_the_walk),
        cmocka_unit_test(floors_are_the_documented_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

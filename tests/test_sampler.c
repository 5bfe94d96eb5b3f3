#include "model/diffusion/sampler.h"

#include <string.h>

#include "model/source/markov.h"
#include "model/source/sequences.h"
#include "tests/support/test.h"

enum { L = 5, V = 8, DRAWS = 20000 };
enum { A = 0, B, C, D, E, F, G, H };

static const int TOY[4 * L] = {A, B, C, D, E, A, B, C, D, F, G, B, C, D, F, E, F, C, D, H};
static const double COUNT[4] = {30, 25, 14, 31};
static const int PROMPT[L] = {MG_MASK, MG_MASK, C, D, MG_MASK};
static const struct mg_stream STREAM = {{21, 22}};

static int tokens[DRAWS * L];
static int steps[DRAWS * L];
static size_t nfe[DRAWS];

static struct mg_sampler sampler_of(const char *order, size_t per_step)
{
    const struct mg_sampler sampler = {
        .order = mg_order_find(order), .per_step = per_step, .temperature = 1.0};

    return sampler;
}

static double share_of_pair(int first, int second)
{
    size_t n = 0;

    for (size_t d = 0; d < DRAWS; d++) {
        n += tokens[d * L] == first && tokens[d * L + 1] == second;
    }
    return (double)n / DRAWS;
}

static void draw(const struct mg_sampler *sampler, const int *prompt)
{
    struct mg_source *source = mg_sequences_new(TOY, COUNT, 4, L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);

    mg_sample(tokens, steps, nfe, oracle, sampler, prompt, DRAWS, STREAM, 0);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* A share of 20000 draws has a standard deviation of at most .0036; four of them. */
static void one_step_samples_the_product(void **state)
{
    const struct mg_sampler sampler = sampler_of("left_to_right", L);

    (void)state;
    draw(&sampler, PROMPT);
    assert_close(share_of_pair(A, B), 0.3795, 0.0145);
    assert_close(share_of_pair(A, F), 0.1705, 0.0145);
    assert_close(share_of_pair(G, F), 0.0434, 0.0145);
    for (size_t d = 0; d < DRAWS; d++) {
        assert_int_equal(nfe[d], 1);
        assert_int_equal(tokens[d * L + 2], C);
    }
}

static void one_position_a_step_samples_the_joint(void **state)
{
    static const char *const ORDERS[] = {"random", "right_to_left", "confidence", "entropy"};

    (void)state;
    for (size_t o = 0; o < 4; o++) {
        const struct mg_sampler sampler = sampler_of(ORDERS[o], 1);

        draw(&sampler, PROMPT);
        assert_close(share_of_pair(A, B), 0.55, 0.0145);
        assert_close(share_of_pair(E, F), 0.31, 0.0145);
        assert_close(share_of_pair(A, F), 0.0, 0.0);
        assert_int_equal(nfe[0], 3);
    }
}

static void steps_record_when_each_position_came(void **state)
{
    struct mg_sampler sampler = sampler_of("right_to_left", 2);

    (void)state;
    draw(&sampler, PROMPT);
    assert_int_equal(steps[0], 1);
    assert_int_equal(steps[1], 0);
    assert_int_equal(steps[2], -1);
    assert_int_equal(steps[3], -1);
    assert_int_equal(steps[4], 0);
    assert_int_equal(nfe[0], 2);
}

static void random_pools_are_drawn_uniformly(void **state)
{
    const struct mg_sampler sampler = sampler_of("random", 1);
    double first[L] = {0};

    (void)state;
    draw(&sampler, PROMPT);
    for (size_t d = 0; d < DRAWS; d++) {
        for (size_t i = 0; i < L; i++) {
            first[i] += (double)(steps[d * L + i] == 0) / DRAWS;
        }
    }
    assert_close(first[0], 1.0 / 3.0, 0.0145);
    assert_close(first[1], 1.0 / 3.0, 0.0145);
    assert_close(first[4], 1.0 / 3.0, 0.0145);
}

static void a_draw_does_not_depend_on_its_company(void **state)
{
    static const char *const ORDERS[] = {"random", "low_confidence", "margin"};
    struct mg_source *source = mg_sequences_new(TOY, COUNT, 4, L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);
    const int open[L] = {MG_MASK, MG_MASK, MG_MASK, MG_MASK, MG_MASK};

    (void)state;
    for (size_t o = 0; o < 3; o++) {
        struct mg_sampler sampler = sampler_of(ORDERS[o], 2);
        int alone[L];

        sampler.ties = MG_TIES_UNIFORM;
        draw(&sampler, open);
        for (size_t d = 0; d < 50; d++) {
            mg_sample(alone, NULL, NULL, oracle, &sampler, open, 1, STREAM, d);
            assert_memory_equal(alone, tokens + d * L, sizeof(alone));
        }
    }
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/*
 * LLaDA's rule on two independent bits with P(0) = .9 and .6, one a step: the first position
 * revealed shows the likelier of the two drawn tokens. Scores .9/.1 and .6/.4. Position 0 goes
 * first when its token is 0 (.9 beats both), else (.1) position 1 does. So P(first is 0) = .9,
 * and then the other position is drawn anew.
 */
static void low_confidence_ranks_by_the_drawn_token(void **state)
{
    const int rows[8] = {0, 0, 0, 1, 1, 0, 1, 1};
    const double weight[4] = {0.54, 0.36, 0.06, 0.04};
    struct mg_source *source = mg_sequences_new(rows, weight, 4, 2, 2);
    struct mg_predictor *oracle = mg_oracle_new(source);
    const struct mg_sampler sampler = sampler_of("low_confidence", 1);
    const int open[2] = {MG_MASK, MG_MASK};
    double first = 0.0;
    double zero = 0.0;

    (void)state;
    mg_sample(tokens, steps, NULL, oracle, &sampler, open, DRAWS, STREAM, 0);
    for (size_t d = 0; d < DRAWS; d++) {
        const bool leads = steps[2 * d] == 0;

        first += (double)leads / DRAWS;
        zero += (double)(tokens[2 * d] == 0) / DRAWS;
        assert_true(!leads || tokens[2 * d] == 0);
    }
    assert_close(first, 0.9, 0.0145);
    assert_close(zero, 0.9 + 0.1 * 0.9, 0.0145); /* biased: the truth is .9 */
    mg_predictor_free(oracle);
    mg_source_free(source);
}

static void temperature_sharpens_and_zero_takes_the_largest(void **state)
{
    static const double P[3] = {0.5, 0.2, 0.3};
    double q[3];

    (void)state;
    mg_temper(q, P, 3, 1.0);
    assert_memory_equal(q, P, sizeof(q));
    mg_temper(q, P, 3, 0.5);
    assert_close(q[0], 0.25 / 0.38, 1e-14);
    assert_close(q[1], 0.04 / 0.38, 1e-14);
    mg_temper(q, P, 3, 0.0);
    assert_close(q[0], 1.0, 0.0);
    assert_close(q[2], 0.0, 0.0);
}

/*
 * A chain that turns like a wheel has uniform marginals, which its oracle gives but for the last
 * bits; temperature 0 takes the lowest token all the same, not the one that rounding favours.
 */
static void temperature_zero_is_deaf_to_the_last_bits(void **state)
{
    static const int all[L] = {MG_MASK, MG_MASK, MG_MASK, MG_MASK, MG_MASK};
    struct mg_sampler sampler = sampler_of("left_to_right", L);
    double transition[V * V];
    double start[V];
    int drawn[L];
    struct mg_source *wheel;
    struct mg_predictor *oracle;

    (void)state;
    for (size_t i = 0; i < (size_t)V * V; i++) {
        transition[i] = 0.15 / V + (i % V == (i / V + 1) % V ? 0.85 : 0.0);
        start[i % V] = 1.0 / V;
    }
    wheel = mg_markov_new(transition, start, L, V);
    oracle = mg_oracle_new(wheel);
    sampler.temperature = 0.0;
    mg_sample(drawn, NULL, NULL, oracle, &sampler, all, 1, STREAM, 0);
    for (size_t i = 0; i < L; i++) {
        assert_int_equal(drawn[i], 0);
    }
    mg_predictor_free(oracle);
    mg_source_free(wheel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(temperature_zero_is_deaf_to_the_last_bits),
        cmocka_unit_test(one_step_samples_the_product),
        cmocka_unit_test(one_position_a_step_samples_the_joint),
        cmocka_unit_test(steps_record_when_each_position_came),
        cmocka_unit_test(random_pools_are_drawn_uniformly),
        cmocka_unit_test(a_draw_does_not_depend_on_its_company),
        cmocka_unit_test(low_confidence_ranks_by_the_drawn_token),
        cmocka_unit_test(temperature_sharpens_and_zero_takes_the_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_held_out.c - the NELBO on held-out rows: its mean, and what it depends on. */
#include <math.h>

#include "model/measure/held_out.h"
#include "model/source/markov.h"
#include "tests/support/test.h"

enum { L = 5, ROWS = 40000 };

static const double P[] = {0.9, 0.1, 0.3, 0.7};
static const double PI[] = {0.75, 0.25};

static struct mg_source *chain(void)
{
    return mg_markov_new(P, PI, L, 2);
}

static struct mg_held_out *drawn(const struct mg_source *source, bool causal, size_t rows,
                                 uint32_t key)
{
    return mg_held_out_new(source, causal, rows, (struct mg_stream){{key, 7}});
}

/* H / L of the chain, by its rate: (H(pi) + (L - 1) sum_a pi_a H(P_a)) / L. */
static double entropy_per_token(void)
{
    double first = 0.0, rate = 0.0;

    for (size_t a = 0; a < 2; a++) {
        first -= PI[a] * log(PI[a]);
        for (size_t b = 0; b < 2; b++) {
            rate -= PI[a] * P[2 * a + b] * log(P[2 * a + b]);
        }
    }
    return (first + (L - 1) * rate) / L;
}

static void guessing_costs_the_logarithm_of_the_vocabulary(void **state)
{
    struct mg_source *source = chain();
    struct mg_predictor *uniform = mg_uniform_new(L, 2);

    (void)state;
    for (int causal = 0; causal < 2; causal++) {
        struct mg_held_out *held_out = drawn(source, causal != 0, 128, 1);
        assert_close(mg_held_out_nats_per_token(held_out, uniform), log(2.0), 1e-7);
        mg_held_out_free(held_out);
    }
    mg_predictor_free(uniform);
    mg_source_free(source);
}

/* 40000 rows: standard error .003 (a row's loss has a deviation of about .5). */
static void the_mean_of_the_oracle_is_the_entropy_in_any_order_and_in_one(void **state)
{
    struct mg_source *source = chain();
    struct mg_predictor *oracle = mg_oracle_new(source);

    (void)state;
    for (int causal = 0; causal < 2; causal++) {
        struct mg_held_out *held_out = drawn(source, causal != 0, ROWS, 2);
        assert_close(mg_held_out_nats_per_token(held_out, oracle), entropy_per_token(), 0.012);
        mg_held_out_free(held_out);
    }
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* Answers with the first symbol's share at (masked tokens of the row) / L: the loss tells k. */
static void answer_by_count(struct mg_predictor *predictor, double *probs, bool *possible,
                            const int *rows, size_t n)
{
    (void)possible;
    for (size_t r = 0; r < n; r++) {
        size_t masks = 0;
        for (size_t i = 0; i < L; i++) {
            masks += rows[r * L + i] == MG_MASK;
        }
        for (size_t i = 0; i < L * predictor->vocab; i++) {
            probs[r * L * predictor->vocab + i] = exp(-(double)masks);
        }
    }
}

/* Every number of masks as often as any other, its tokens together with weight one: mean 3. */
static void every_number_of_masks_weighs_the_same(void **state)
{
    static const struct mg_predictor_ops ops = {.kind = "count", .predict = answer_by_count};
    struct mg_predictor counting = {.ops = &ops, .length = L, .vocab = 2};
    struct mg_source *source = chain();
    struct mg_held_out *held_out = drawn(source, false, 100, 3);

    (void)state;
    assert_close(mg_held_out_nats_per_token(held_out, &counting), (1 + 2 + 3 + 4 + 5) / 5.0, 1e-6);
    mg_held_out_free(held_out);
    mg_source_free(source);
}

static void the_rows_are_those_of_the_stream(void **state)
{
    struct mg_source *source = chain();
    struct mg_predictor *oracle = mg_oracle_new(source);
    double value[3];

    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        struct mg_held_out *held_out = drawn(source, false, 128, i == 2 ? 5 : 4);
        value[i] = mg_held_out_nats_per_token(held_out, oracle);
        assert_close(mg_held_out_nats_per_token(held_out, oracle), value[i], 0.0);
        mg_held_out_free(held_out);
    }
    assert_close(value[0], value[1], 0.0);
    assert_true(fabs(value[0] - value[2]) > 1e-6);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guessing_costs_the_logarithm_of_the_vocabulary),
        cmocka_unit_test(the_mean_of_the_oracle_is_the_entropy_in_any_order_and_in_one),
        cmocka_unit_test(every_number_of_masks_weighs_the_same),
        cmocka_unit_test(the_rows_are_those_of_the_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

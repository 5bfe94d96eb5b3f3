/* test_steered.c - guidance and forbidden tokens against their formulas, with any predictor. */
#include "model/predictor/steered.h"

#include <string.h>

#include "model/diffusion/sampler.h"
#include "model/measure/law.h"
#include "model/source/sequences.h"
#include "tests/support/hashed.h"
#include "tests/support/test.h"

enum { L = HASHED_L, V = HASHED_V };

static const struct mg_stream STREAM = {{5, 6}};

static const int ROWS[6 * L] = {0, 1, 1, 2, 1, 0, 1, 2, 0, 1, 0, 2, 2, 0, 0,
                                1, 1, 2, 0, 1, 1, 0, 0, 2, 2, 1, 2, 1, 0, 1};
static const double COUNT[6] = {5, 3, 2, 7, 1, 4};
static const int PROMPT[L] = {0, MG_MASK, MG_MASK, MG_MASK, MG_MASK};

/* P(x_i = v | row) from the list of rows. */
static double conditional(const int *row, size_t i, size_t v)
{
    double all = 0.0;
    double with = 0.0;

    for (size_t r = 0; r < 6; r++) {
        bool agrees = true;

        for (size_t j = 0; j < L; j++) {
            agrees = agrees && (row[j] == MG_MASK || row[j] == ROWS[r * L + j]);
        }
        all += agrees ? COUNT[r] : 0.0;
        with += agrees && ROWS[r * L + i] == (int)v ? COUNT[r] : 0.0;
    }
    return with / all;
}

/* The guided answer of the oracle, by hand. */
static void guided_conditionals(double *q, const int *row, size_t i, double s)
{
    double total = 0.0;
    int unprompted[L];

    memcpy(unprompted, row, sizeof(unprompted));
    unprompted[0] = MG_MASK;
    for (size_t v = 0; v < V; v++) {
        const double c = conditional(row, i, v);

        q[v] = c > 0.0 ? c * pow(c / conditional(unprompted, i, v), s) : 0.0;
        total += q[v];
    }
    for (size_t v = 0; v < V; v++) {
        q[v] /= total;
    }
}

static void law_of_the_guided_oracle_is_walked_exactly(void **state)
{
    const struct mg_sampler sampler = {.order = mg_order_find("left_to_right"),
                                       .per_step = 2,
                                       .temperature = 1.0,
                                       .guidance = 1.5};
    struct mg_source *source = mg_sequences_new(ROWS, COUNT, 6, L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_predictor *steered;
    struct mg_predictor *heard = mg_sampler_hear(&steered, oracle, &sampler, PROMPT);
    struct mg_error err = {0};
    struct mg_law *law = NULL;

    (void)state;
    assert_int_equal(mg_law_walk(&law, heard, source, &sampler, PROMPT, 1e6, &err), MG_OK);
    assert_int_equal(law->n, 3); /* of the six, those that begin with 0 */
    for (size_t x = 0; x < 3; x++) {
        const int *tokens = ROWS + x * L; /* in lexicographic order already */
        int row[L] = {tokens[0], MG_MASK, MG_MASK, MG_MASK, MG_MASK};
        double expected = 1.0;

        for (size_t step = 0; step < 2; step++) {
            for (size_t i = 1 + 2 * step; i < 3 + 2 * step; i++) {
                double q[V];

                guided_conditionals(q, row, i, sampler.guidance);
                expected *= q[tokens[i]];
            }
            memcpy(row + 1 + 2 * step, tokens + 1 + 2 * step, 2 * sizeof(row[0]));
        }
        assert_close(law->nu[x], expected, 1e-14);
        assert_close(law->mu[x], COUNT[x] / 10.0, 1e-14);
    }
    mg_law_free(law);
    mg_predictor_free(steered);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

static void guidance_of_zero_changes_no_bit(void **state)
{
    const struct mg_sampler plain = {.order = mg_order_find("random"), .temperature = 1.0};
    const struct mg_steering none = {.prompt = PROMPT};
    struct mg_predictor *steered = mg_steered_new(&hashed_network, &none);
    struct mg_predictor *made;
    const int rows[2 * L] = {0, MG_MASK, 1, MG_MASK, MG_MASK, 0, 2, 1, 1, MG_MASK};
    double a[2 * L * V];
    double b[2 * L * V];

    (void)state;
    assert_ptr_equal(mg_sampler_hear(&made, &hashed_network, &plain, PROMPT), &hashed_network);
    assert_null(made);
    assert_int_equal(mg_sampler_calls(&plain), 1);
    mg_predict(&hashed_network, a, NULL, rows, 2);
    mg_predict(steered, b, NULL, rows, 2);
    assert_memory_equal(a, b, sizeof(a));
    mg_predictor_free(steered);
}

/* A mixture of two parts, weights and parts by whether position 0 is revealed. */
static void two_parts(struct mg_predictor *predictor, double *weights, double *parts,
                      const int *rows, size_t n)
{
    static const double WEIGHTS[2][2] = {{0.5, 0.5}, {0.8, 0.2}};
    static const double PARTS[2][2][V] = {{{0.0, 0.5, 0.5}, {0.25, 0.25, 0.5}},
                                          {{0.5, 0.3, 0.2}, {0.1, 0.6, 0.3}}};

    (void)predictor;
    for (size_t k = 0; k < n; k++) {
        const bool told = rows[k * L] != MG_MASK;

        memcpy(weights + k * 2, WEIGHTS[told], sizeof(WEIGHTS[told]));
        for (size_t i = 0; i < 2 * L; i++) {
            memcpy(parts + (k * 2 * L + i) * V, PARTS[told][i / L], V * sizeof(double));
        }
    }
}

static void mean_of_parts(struct mg_predictor *predictor, double *probs, bool *possible,
                          const int *rows, size_t n)
{
    double weights[2];
    double parts[2 * L * V];

    (void)possible;
    for (size_t k = 0; k < n; k++) {
        two_parts(predictor, weights, parts, rows + k * L, 1);
        mg_mix_parts(probs + k * L * V, weights, parts, 2, L * V);
    }
}

/* s = 1: c^2 / u. Where u excludes what c allows (part 0, token 0) all goes there. */
static void parts_of_a_mixture_are_guided_like_its_weights(void **state)
{
    static const struct mg_predictor_ops MIXTURE = {
        .kind = "two", .predict = mean_of_parts, .predict_parts = two_parts};
    struct mg_predictor mixture = {.ops = &MIXTURE, .length = L, .vocab = V, .components = 2};
    const struct mg_steering steering = {.guidance = 1.0, .prompt = PROMPT};
    struct mg_predictor *steered = mg_steered_new(&mixture, &steering);
    const double scale = 0.04 + 1.44 + 0.18; /* .1^2/.25, .6^2/.25, .3^2/.5 */
    double weights[2];
    double parts[2 * L * V];
    double probs[L * V];

    (void)state;
    mg_predict_parts(steered, weights, parts, PROMPT, 1);
    assert_close(weights[0], 0.64 / 0.68, 1e-15);
    assert_close(parts[V], 1.0, 0.0);
    assert_close(parts[(L + 1) * V], 0.04 / scale, 1e-15);
    assert_close(parts[(L + 1) * V + 1], 1.44 / scale, 1e-15);
    mg_predict(steered, probs, NULL, PROMPT, 1);
    assert_close(probs[V + 1], 0.04 / 0.68 * 1.44 / scale, 1e-15);
    mg_predictor_free(steered);
}

static void impossible_rows_are_finished_as_without_guidance(void **state)
{
    const struct mg_steering steering = {.guidance = 1.0, .prompt = PROMPT};
    struct mg_source *source = mg_sequences_new(ROWS, COUNT, 6, L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_predictor *steered = mg_steered_new(oracle, &steering);
    const int never[L] = {0, 0, MG_MASK, MG_MASK, MG_MASK}; /* with the 0 masked: row 5 */
    double probs[L * V];
    bool possible = true;

    (void)state;
    mg_predict(steered, probs, &possible, never, 1);
    assert_false(possible);
    for (size_t v = 0; v < V; v++) {
        assert_close(probs[2 * V + v], 1.0 / V, 0.0);
    }
    mg_predictor_free(steered);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

static void forbidden_tokens_are_never_drawn(void **state)
{
    static int tokens[500 * L];
    int forbid[2] = {2, 0};
    const int open[L] = {MG_MASK, MG_MASK, MG_MASK, MG_MASK, MG_MASK};
    struct mg_sampler sampler = {.order = mg_order_find("random"),
                                 .per_step = 1,
                                 .temperature = 1.0,
                                 .forbid = forbid,
                                 .n_forbid = 1};
    struct mg_predictor *steered;
    struct mg_predictor *heard = mg_sampler_hear(&steered, &hashed_network, &sampler, open);
    double p[L * V];
    double q[L * V];

    (void)state;
    mg_predict(&hashed_network, p, NULL, open, 1);
    mg_predict(heard, q, NULL, open, 1);
    assert_close(q[0], p[0] / (p[0] + p[1]), 1e-15);
    assert_close(q[2], 0.0, 0.0);
    mg_sample(tokens, NULL, NULL, heard, &sampler, open, 500, STREAM, 0);
    for (size_t i = 0; i < 500 * L; i++) {
        assert_int_not_equal(tokens[i], 2);
    }
    mg_predictor_free(steered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(law_of_the_guided_oracle_is_walked_exactly),
        cmocka_unit_test(guidance_of_zero_changes_no_bit),
        cmocka_unit_test(parts_of_a_mixture_are_guided_like_its_weights),
        cmocka_unit_test(impossible_rows_are_finished_as_without_guidance),
        cmocka_unit_test(forbidden_tokens_are_never_drawn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_text_gain.c - the bound on texts whose law is known, since a chain wrote them. */
#include "model/measure/text_gain.h"

#include <stdlib.h>
#include <string.h>

#include "model/measure/kinds.h"
#include "model/source/markov.h"
#include "model/source/text.h"
#include "tests/support/test.h"

enum { N = 120000, N_TRAIN = 100000, L = 16 };

static const struct mg_stream STREAM = {{5, 6}};

/* Two letters, each changed to the other with probability p; p = .5: independent. */
static uint32_t *flips(double p)
{
    uint32_t *tokens = calloc(N, sizeof(*tokens));
    struct mg_rng rng = mg_rng_at(STREAM, 0, 77);

    assert_non_null(tokens);
    for (size_t i = 1; i < N; i++) {
        tokens[i] = (uint32_t)(mg_rng_uniform(&rng) < p ? 1 - tokens[i - 1] : tokens[i - 1]);
    }
    return tokens;
}

/* log 2 - H(a), a the probability that letters d apart are the same. */
static double information(double p, size_t d)
{
    const double a = 0.5 + 0.5 * pow(1.0 - 2.0 * p, (double)d);

    return log(2.0) + a * log(a) + (1.0 - a) * log(1.0 - a);
}

static void one_sided_bound_is_the_information_of_a_chain(void **state)
{
    uint32_t *tokens = flips(0.1);
    struct mg_source *text = mg_text_new(tokens, N, N_TRAIN, L, 2, NULL);
    const struct mg_distance_layout left = {4, 12, 0};
    const struct mg_distance_layout right = {0, 12, 4};
    double bound[12];

    (void)state;
    mg_text_gain_bound(bound, text, &left, STREAM);
    for (size_t i = 0; i < 12; i++) {
        assert_close(bound[i], information(0.1, i + 1), 0.03);
    }
    mg_text_gain_bound(bound, text, &right, STREAM);
    for (size_t i = 0; i < 12; i++) {
        assert_close(bound[i], information(0.1, 12 - i), 0.03);
    }
    mg_source_free(text);
    free(tokens);
}

static void two_sided_bound_is_that_of_the_nearer_side(void **state)
{
    uint32_t *tokens = flips(0.1);
    struct mg_source *text = mg_text_new(tokens, N, N_TRAIN, L, 2, NULL);
    const struct mg_distance_layout both = {4, 8, 4};
    double bound[8];

    (void)state;
    mg_text_gain_bound(bound, text, &both, STREAM);
    for (size_t i = 0; i < 8; i++) {
        assert_close(bound[i], information(0.1, i < 4 ? i + 1 : 8 - i), 0.03);
    }
    mg_source_free(text);
    free(tokens);
}

static void independent_letters_tell_nothing(void **state)
{
    uint32_t *tokens = flips(0.5);
    struct mg_source *text = mg_text_new(tokens, N, N_TRAIN, L, 2, NULL);
    const struct mg_distance_layout left = {8, 8, 0};
    double bound[8];

    (void)state;
    mg_text_gain_bound(bound, text, &left, STREAM);
    for (size_t i = 0; i < 8; i++) {
        assert_true(bound[i] >= 0.0 && bound[i] < 1e-3);
    }
    mg_source_free(text);
    free(tokens);
}

/*
 * Half of the tokens repeat the one 20 before, the others are uniform. Then the link is worth
 * (log(V / 2) + log(1 / 2)) / 2 = 2.43 nats at distance 20, which counting finds in part, and
 * nothing elsewhere. So many tokens are counted a few distances at a time.
 */
static void a_far_link_among_many_tokens_is_found_where_it_is(void **state)
{
    enum { MANY = 512, FAR = 20, RUN = 24 };
    uint32_t *tokens = calloc(N, sizeof(*tokens));
    struct mg_rng rng = mg_rng_at(STREAM, 0, 78);
    const struct mg_distance_layout left = {1, RUN, 0};
    struct mg_source *text;
    double bound[RUN];

    (void)state;
    assert_non_null(tokens);
    for (size_t i = 0; i < N; i++) {
        const uint32_t fresh = (uint32_t)(mg_rng_uniform(&rng) * MANY);

        tokens[i] = i >= FAR && mg_rng_uniform(&rng) < 0.5 ? tokens[i - FAR] : fresh;
    }
    text = mg_text_new(tokens, N, N_TRAIN, RUN + 1, MANY, NULL);
    mg_text_gain_bound(bound, text, &left, STREAM);
    for (size_t i = 0; i < RUN; i++) {
        if (i + 1 == FAR) {
            assert_true(bound[i] > 1.5 && bound[i] < 2.43);
        } else {
            assert_true(bound[i] >= 0.0 && bound[i] < 0.1);
        }
    }
    mg_source_free(text);
    free(tokens);
}

struct collector {
    struct mg_sink sink;
    size_t gains, curves;
    double gain[L], unconditional[L];
};

static void collect(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                    size_t n)
{
    struct collector *rows = (struct collector *)sink;

    (void)n;
    if (table == MG_TABLE_distance_curves) {
        assert_int_equal(cells[5].type, MG_CELL_NULL); /* exact */
        if (strcmp(cells[3].text, "held_out_gain_nats") == 0) {
            assert_int_equal(cells[6].type, MG_CELL_REAL);
            rows->gain[rows->gains++] = cells[4].real;
        } else if (strcmp(cells[3].text, "tv_unconditional") == 0) {
            rows->unconditional[rows->curves++] = cells[4].real;
        }
    }
}

/* Letters of a chain with pi = (3/4, 1/4), seen by the chain itself: E log q/u = I(X_d; X_0). */
static void model_gain_of_the_true_law_is_its_information(void **state)
{
    static const double transition[4] = {0.9, 0.1, 0.3, 0.7};
    static const double pi[2] = {0.75, 0.25};
    struct mg_source *chain = mg_markov_new(transition, pi, N, 2);
    struct mg_source *short_chain = mg_markov_new(transition, pi, L, 2);
    struct mg_predictor *truth = mg_oracle_new(short_chain);
    const struct mg_measure_spec spec = {.left = 2, .run = 6, .contexts = 4000};
    const struct mg_streams streams = {.order = {{3, 4}}};
    struct collector rows = {.sink = {collect}};
    struct mg_rng rng = mg_rng_at(STREAM, 0, 78);
    uint32_t *tokens = calloc(N, sizeof(*tokens));
    int *drawn = calloc(N, sizeof(*drawn));
    struct mg_source *text;
    struct mg_error err = {0};

    (void)state;
    mg_source_draw(chain, &rng, drawn);
    for (size_t i = 0; i < N; i++) {
        tokens[i] = (uint32_t)drawn[i];
    }
    text = mg_text_new(tokens, N, N_TRAIN, L, 2, NULL);
    assert_int_equal(
        mg_measure_distance.run(
            &(struct mg_measure_input){&spec, text, truth, &streams, &rows.sink}, &err),
        MG_OK);
    assert_int_equal(rows.gains, 6);
    assert_int_equal(rows.curves, 6);
    for (size_t i = 0; i < 6; i++) {
        const double r = pow(0.6, (double)i + 1.0); /* P^d(a, b) = pi_b + (1[a = b] - pi_b) .6^d */
        double nats = 0.0;
        double tv = 0.0;

        for (size_t a = 0; a < 2; a++) {
            tv += pi[a] * (1.0 - pi[a]) * r;
            for (size_t b = 0; b < 2; b++) {
                const double q = pi[b] + ((a == b ? 1.0 : 0.0) - pi[b]) * r;

                nats += pi[a] * q * log(q / pi[b]);
            }
        }
        assert_close(rows.gain[i], nats, 0.03);
        assert_close(rows.unconditional[i], tv, 0.03);
    }
    mg_source_free(text);
    free(drawn);
    free(tokens);
    mg_predictor_free(truth);
    mg_source_free(short_chain);
    mg_source_free(chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_sided_bound_is_the_information_of_a_chain),
        cmocka_unit_test(two_sided_bound_is_that_of_the_nearer_side),
        cmocka_unit_test(independent_letters_tell_nothing),
        cmocka_unit_test(a_far_link_among_many_tokens_is_found_where_it_is),
        cmocka_unit_test(model_gain_of_the_true_law_is_its_information),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

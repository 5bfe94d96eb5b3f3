/* test_bidirectional.c - model/measure/bidirectional.c. */
#include <stdlib.h>
#include <string.h>

#include "model/measure/kinds.h"
#include "model/source/text.h"
#include "tests/support/brute.h"
#include "tests/support/chains.h"
#include "tests/support/measured.h"
#include "tests/support/test.h"

enum { L_MAX = 16 };

/* Rows of one run: curves by position, then the three of information; NAN for NULL. */
struct collector {
    struct mg_sink sink;
    double gain[L_MAX][2];     /* value, exact */
    double held_out[L_MAX][2]; /* value, exact */
    double distance[L_MAX];
    double mean[3][2];
    size_t n_means;
};

static void collect(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                    size_t n)
{
    struct collector *rows = (struct collector *)(void *)sink;

    assert_int_equal(n, mg_table_width(table));
    if (table == MG_TABLE_distance_curves) {
        const size_t at = (size_t)cells[1].integer;
        double *to =
            strcmp(cells[3].text, "right_gain_nats") == 0 ? rows->gain[at] : rows->held_out[at];

        assert_string_equal(cells[0].text, "right");
        rows->distance[at] = measured_number(&cells[2]);
        to[0] = measured_number(&cells[4]);
        to[1] = measured_number(&cells[5]);
    } else {
        assert_int_equal(table, MG_TABLE_information);
        assert_true(rows->n_means < 3);
        rows->mean[rows->n_means][0] = measured_number(&cells[1]);
        rows->mean[rows->n_means++][1] = measured_number(&cells[2]);
    }
}

/* Run the measure; takes the predictor, the collector is the caller's to free. */
static struct collector *run_measure(const struct mg_source *source,
                                     const struct mg_measure_spec *spec,
                                     struct mg_predictor *predictor)
{
    struct collector *rows = calloc(1, sizeof(*rows));

    assert_non_null(rows);
    rows->sink.row = collect;
    measured(&rows->sink, &mg_measure_bidirectional, spec, source, predictor);
    assert_int_equal(rows->n_means, 3);
    mg_predictor_free(predictor);
    return rows;
}

/* In the symmetric chain every right token tells as much: log 2 - H(same after d flips). */
static void one_sided_gain_is_the_information_of_a_chain(void **state)
{
    struct mg_source *source = test_chain_flip(0.1, 8);
    const struct mg_measure_spec spec = {.right = 2, .run = 5, .contexts = 7};
    struct collector *rows = run_measure(source, &spec, mg_oracle_new(source));
    double mean = 0.0;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        const double same = 0.5 + 0.5 * pow(0.8, (double)(5 - i));
        const double nats = log(2.0) + same * log(same) + (1.0 - same) * log(1.0 - same);

        assert_close(rows->gain[i][0], nats, 1e-12);
        assert_close(rows->gain[i][1], nats, 1e-12);
        assert_close(rows->distance[i], 5 - i, 0.0);
        mean += nats / 5.0;
    }
    assert_close(rows->mean[0][0], mean, 1e-12);
    assert_close(rows->mean[0][1], mean, 1e-12);
    assert_close(rows->mean[2][0], 1.0, 1e-12);
    free(rows);
    mg_source_free(source);
}

/* I(X_1; X_3 | X_0) = H(0,1) + H(0,3) - H(0) - H(0,1,3), by enumeration. */
static void two_sided_gain_is_the_conditional_information(void **state)
{
    struct mg_source *source = test_chain_two(4);
    struct brute law = brute_new(4, 2);
    const struct mg_measure_spec spec = {.left = 1, .right = 1, .contexts = 20000};
    struct collector *rows;
    int tokens[4];
    double exact[2];

    (void)state;
    for (size_t x = 0; x < law.n; x++) {
        brute_tokens(&law, x, tokens);
        law.prob[x] = exp(mg_source_log_mass(source, tokens));
    }
    exact[0] = brute_entropy(&law, 3U) + brute_entropy(&law, 9U) - brute_entropy(&law, 1U) -
               brute_entropy(&law, 11U);
    exact[1] = brute_entropy(&law, 5U) + brute_entropy(&law, 9U) - brute_entropy(&law, 1U) -
               brute_entropy(&law, 13U);
    assert_true(exact[1] > 0.1); /* neighbours */
    rows = run_measure(source, &spec, mg_oracle_new(source));
    for (size_t i = 0; i < 2; i++) {
        assert_close(rows->gain[1 + i][1], exact[i], 0.004);     /* measured .0002, .0007 */
        assert_close(rows->held_out[1 + i][0], exact[i], 0.015); /* measured .0014, .0059 */
    }
    free(rows);
    brute_free(&law);
    mg_source_free(source);
}

static void a_model_that_ignores_its_context_gains_nothing(void **state)
{
    struct mg_source *source = test_chain_lazy(12);
    const struct mg_measure_spec spec = {.left = 2, .right = 2, .run = 3, .contexts = 50};
    struct collector *rows = run_measure(source, &spec, mg_uniform_new(12, 8));

    (void)state;
    for (size_t i = 2; i < 5; i++) {
        assert_close(rows->gain[i][0], 0.0, 0.0);
        assert_close(rows->held_out[i][0], 0.0, 0.0);
        assert_true(rows->gain[i][1] > 0.01);
    }
    assert_close(rows->mean[2][0], 0.0, 0.0);
    assert_close(rows->mean[2][1], 1.0, 0.0);
    free(rows);
    mg_source_free(source);
}

/* .9 on what the first revealed token from the right says, where there is nothing to say. */
static void superstition_predict(struct mg_predictor *predictor, double *probs, bool *possible,
                                 const int *rows, size_t n)
{
    const size_t length = predictor->length;

    (void)possible;
    for (size_t r = 0; r < n; r++) {
        const int last = rows[r * length + length - 1];

        for (size_t i = 0; i < length; i++) {
            double *p = probs + (r * length + i) * 2;

            p[0] = last == MG_MASK ? 0.5 : last == 0 ? 0.9 : 0.1;
            p[1] = 1.0 - p[0];
        }
    }
}

static void superstition_free(struct mg_predictor *predictor)
{
    free(predictor);
}

static struct mg_predictor *superstition_new(size_t length)
{
    static const struct mg_predictor_ops ops = {
        .kind = "superstition", .predict = superstition_predict, .free = superstition_free};
    struct mg_predictor *predictor = calloc(1, sizeof(*predictor));

    assert_non_null(predictor);
    *predictor = (struct mg_predictor){.ops = &ops, .length = length, .vocab = 2};
    return predictor;
}

/* Coins: KL((.9,.1) || (.5,.5)) = .368064 of use, log .6 = -.510826 on average of worth. */
static void noise_counts_as_use_and_is_worth_less_than_nothing(void **state)
{
    struct mg_source *source = test_chain_flip(0.5, 4);
    const struct mg_measure_spec spec = {.left = 1, .right = 1, .contexts = 20000};
    struct collector *rows = run_measure(source, &spec, superstition_new(4));

    (void)state;
    for (size_t i = 1; i < 3; i++) {
        assert_close(rows->gain[i][0], log(2.0) + 0.9 * log(0.9) + 0.1 * log(0.1), 1e-12);
        assert_close(rows->gain[i][1], 0.0, 1e-12);
        assert_close(rows->held_out[i][0], log(2.0) + 0.5 * log(0.09), 0.03);
    }
    free(rows);
    mg_source_free(source);
}

static void a_text_has_no_exact_value(void **state)
{
    uint32_t tokens[64];
    struct mg_source *source;
    const struct mg_measure_spec spec = {.left = 2, .right = 1, .contexts = 3};
    struct collector *rows;

    (void)state;
    for (size_t i = 0; i < 64; i++) {
        tokens[i] = (uint32_t)(i * i % 5 > 1);
    }
    source = mg_text_new(tokens, 64, 40, 8, 2, NULL);
    rows = run_measure(source, &spec, superstition_new(8));
    for (size_t i = 2; i < 7; i++) {
        assert_true(rows->gain[i][0] > 0.3);
        assert_true(isnan(rows->gain[i][1]) && isnan(rows->held_out[i][1]));
    }
    assert_true(isnan(rows->mean[2][0]) && isnan(rows->mean[2][1]));
    free(rows);
    mg_source_free(source);
}

static void what_does_not_fit_is_refused(void **state)
{
    struct mg_source *source = test_chain_flip(0.1, 8);
    int literal[1] = {0};
    const struct mg_measure_spec bad[] = {
        {.left = 4, .contexts = 1},
        {.left = 4, .right = 4, .contexts = 1},
        {.left = 4, .right = 3, .run = 2, .contexts = 1},
        {.left = 1, .right = 1, .left_tokens = literal, .contexts = 1},
        {.left = 9, .right = 1, .contexts = 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct mg_error err = {0};

        assert_int_equal(mg_measure_bidirectional.check(&bad[i], source, &err), MG_EUSAGE);
        assert_non_null(strstr(err.text, "bidirectional"));
    }
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_sided_gain_is_the_information_of_a_chain),
        cmocka_unit_test(two_sided_gain_is_the_conditional_information),
        cmocka_unit_test(a_model_that_ignores_its_context_gains_nothing),
        cmocka_unit_test(noise_counts_as_use_and_is_worth_less_than_nothing),
        cmocka_unit_test(a_text_has_no_exact_value),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

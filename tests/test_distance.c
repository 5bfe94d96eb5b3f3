/* test_distance.c - model/measure/distance.c, distance_curves.c. */
#include <stdlib.h>
#include <string.h>

#include "model/measure/distance_curves.h"
#include "model/measure/kinds.h"
#include "model/measure/measure.h"
#include "model/source/sequences.h"
#include "tests/support/chains.h"
#include "tests/support/measured.h"
#include "tests/support/test.h"

enum { ROWS_MAX = 8192, RUN_MAX = 64 };

/* Rows of one run: curves by quantity and position, pairs counted, information by name. */
struct collector {
    struct mg_sink sink;
    double value[MG_DISTANCE_COUNT][RUN_MAX];
    double exact[MG_DISTANCE_COUNT][RUN_MAX];
    double bound[MG_DISTANCE_COUNT][RUN_MAX]; /* NAN for NULL */
    bool written[MG_DISTANCE_COUNT][RUN_MAX];
    double distance[RUN_MAX]; /* NAN for NULL */
    double error[RUN_MAX];    /* tv_model_exact */
    char side[8];
    size_t pairs;
    size_t n;
    char name[16][32];
    double information[16][2]; /* value, exact; NAN for NULL */
};

static void collect(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                    size_t n)
{
    struct collector *rows = (struct collector *)(void *)sink;

    assert_int_equal(n, mg_table_width(table));
    if (table == MG_TABLE_distance_curves) {
        const size_t at = (size_t)cells[1].integer;

        assert_true(at < RUN_MAX);
        for (size_t k = 0; k < MG_DISTANCE_COUNT; k++) {
            if (strcmp(cells[3].text, mg_distance_name((enum mg_distance_quantity)k)) == 0) {
                rows->value[k][at] = measured_number(&cells[4]);
                rows->exact[k][at] = measured_number(&cells[5]);
                rows->bound[k][at] = measured_number(&cells[6]);
                rows->written[k][at] = true;
            }
        }
        if (strcmp(cells[3].text, "tv_model_exact") == 0) {
            rows->error[at] = measured_number(&cells[4]);
        }
        rows->distance[at] = measured_number(&cells[2]);
        snprintf(rows->side, sizeof(rows->side), "%s", cells[0].text);
    } else if (table == MG_TABLE_position_pairs) {
        rows->pairs++;
    } else {
        assert_int_equal(table, MG_TABLE_information);
        assert_true(rows->n < 16);
        snprintf(rows->name[rows->n], sizeof(rows->name[0]), "%s", cells[0].text);
        rows->information[rows->n][0] = measured_number(&cells[1]);
        rows->information[rows->n][1] = measured_number(&cells[2]);
        rows->n++;
    }
}

/* Exact entry of an information row. */
static double exact_of(const struct collector *rows, const char *name)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (strcmp(rows->name[i], name) == 0) {
            return rows->information[i][1];
        }
    }
    fail_msg("no row %s", name);
    return 0.0;
}

/* Run the measure; the collector is the caller's to free. */
static struct collector *run_measure(const struct mg_source *source,
                                     const struct mg_measure_spec *spec,
                                     struct mg_predictor *predictor)
{
    struct collector *rows = calloc(1, sizeof(*rows));

    assert_non_null(rows);
    rows->sink.row = collect;
    measured(&rows->sink, &mg_measure_distance, spec, source, predictor);
    return rows;
}

static struct collector *run_oracle(const struct mg_source *source,
                                    const struct mg_measure_spec *spec)
{
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct collector *rows = run_measure(source, spec, oracle);

    mg_predictor_free(oracle);
    return rows;
}

/* Two contexts, run of three, two values; every number below is worked out by hand. */
static void curves_have_the_values_worked_out_by_hand(void **state)
{
    static const double probs[2 * 3 * 2] = {1.0, 0.0, 0.75, 0.25, 0.5, 0.5,
                                            0.0, 1.0, 0.50, 0.50, 0.5, 0.5};
    static const double u[3 * 2] = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
    static const size_t distance[3] = {1, 2, 3};
    static const double tv_next[2] = {0.375, 0.125}; /* (1/4 + 1/2)/2, (1/4 + 0)/2 */
    static const double tv_unconditional[3] = {0.5, 0.125, 0.0};
    static const double window[3] = {0.5, 0.125, 0.0}; /* (1/2 + 1/2)/2, (1/4 + 0)/2 */
    static const double sensitivity[3] = {1.0, 0.25, 0.0};
    static const double top1[3] = {1.0, 0.625, 0.5};
    static const double firsts[2 * 2] = {1.0, 0.0, 0.0, 1.0}; /* the first position's */
    static const double rest[2 * 2 * 2] = {0.75, 0.25, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
    struct mg_distance_curves *curves = mg_distance_curves_new(u, distance, 2, 3, 2);
    const double *value = curves->value;

    (void)state;
    mg_distance_curves_take(curves, probs);
    mg_distance_curves_take(curves, probs + 6);
    mg_distance_curves_compare(curves, firsts, 0, 1);
    mg_distance_curves_compare(curves, rest, 1, 2);
    for (size_t i = 0; i < 3; i++) {
        assert_close(value[MG_DISTANCE_tv_unconditional * 3 + i], tv_unconditional[i], 1e-15);
        assert_close(value[MG_DISTANCE_tv_unconditional_max * 3 + i], tv_unconditional[i], 1e-15);
        assert_close(value[MG_DISTANCE_tv_window_max * 3 + i], window[i], 1e-15);
        assert_close(value[MG_DISTANCE_sensitivity_tv * 3 + i], sensitivity[i], 1e-15);
        assert_close(value[MG_DISTANCE_sensitivity_max * 3 + i], sensitivity[i], 1e-15);
        assert_close(value[MG_DISTANCE_top1 * 3 + i], top1[i], 1e-15);
        /* To the uniform law KL is log 2 less the entropy. */
        assert_close(value[MG_DISTANCE_information_gain_nats * 3 + i],
                     log(2.0) - value[MG_DISTANCE_entropy_nats * 3 + i], 1e-15);
    }
    for (size_t i = 0; i < 2; i++) {
        assert_close(value[MG_DISTANCE_tv_next * 3 + i], tv_next[i], 1e-15);
    }
    assert_close(value[MG_DISTANCE_entropy_nats * 3 + 0], 0.0, 1e-15);
    assert_close(value[MG_DISTANCE_entropy_nats * 3 + 2], log(2.0), 1e-15);
    /* Arg-max 0 0 0 and 1 0 0. */
    assert_close(value[MG_DISTANCE_same_argmax * 3 + 0], 0.5, 1e-15);
    assert_close(value[MG_DISTANCE_same_argmax * 3 + 1], 1.0, 1e-15);
    assert_close(curves->pair[0 * 3 + 2], 0.5, 1e-15);
    assert_close(curves->pair[2 * 3 + 1], 0.125, 1e-15);
    assert_false(mg_distance_defined(MG_DISTANCE_tv_next, 2, 3, 2));
    assert_false(mg_distance_defined(MG_DISTANCE_sensitivity_tv, 0, 3, 1));
    mg_distance_curves_free(curves);
}

static void rate_is_fitted_where_the_exact_curve_is_above_a_twentieth(void **state)
{
    static const double exact[5] = {0.4, 0.2, 0.1, 0.049, 0.0};
    static const double model[5] = {0.9, 0.3, 0.1, 0.5, 0.0};
    static const size_t distance[5] = {1, 2, 3, 4, 5};
    double rate = 7.0;

    (void)state;
    assert_true(mg_distance_rate(&rate, exact, exact, distance, 5));
    assert_close(rate, 0.5, 1e-12);
    assert_true(mg_distance_rate(&rate, model, exact, distance, 5));
    assert_close(rate, 1.0 / 3.0, 1e-12);
    assert_false(mg_distance_rate(&rate, exact, exact, distance, 2));
}

/* field.md 3.4: flip chain p = .1 between revealed ends 20 apart. */
static void between_two_ends_the_flip_chain_has_its_closed_form(void **state)
{
    static const int zero[1] = {0};
    static const int one[1] = {1};
    static const double same[3] = {.6088, .6062, .6088};
    static const double different[3] = {.5244, .5000, .5244}; /* .4756 for value 0 at d = 11 */
    struct mg_source *source = test_chain_flip(0.1, 21);
    struct mg_measure_spec spec = {.left = 1, .right = 1, .contexts = 3};
    struct collector *rows;

    (void)state;
    spec.left_tokens = (int *)zero;
    spec.right_tokens = (int *)zero;
    rows = run_oracle(source, &spec);
    assert_string_equal(rows->side, "both");
    assert_close(rows->exact[MG_DISTANCE_top1][1], .9026, 5e-5);
    assert_close(rows->value[MG_DISTANCE_top1][1], .9026, 5e-5);
    for (size_t i = 0; i < 3; i++) {
        assert_close(rows->exact[MG_DISTANCE_top1][9 + i], same[i], 5e-5);
    }
    assert_close(rows->exact[MG_DISTANCE_tv_unconditional][10], .1062, 5e-5);
    assert_false(rows->written[MG_DISTANCE_sensitivity_tv][10]); /* literal: one context */
    assert_close(rows->distance[1], 1.0, 0.0);
    assert_close(rows->distance[10], 10.0, 0.0);
    assert_close(rows->distance[19], 1.0, 0.0);
    free(rows);
    spec.right_tokens = (int *)one;
    rows = run_oracle(source, &spec);
    assert_close(rows->exact[MG_DISTANCE_top1][1], .8974, 5e-5);
    for (size_t i = 0; i < 3; i++) {
        assert_close(rows->exact[MG_DISTANCE_top1][9 + i], different[i], 5e-5);
    }
    free(rows);
    mg_source_free(source);
}

/* lazy: P^d(x, .) - pi = .85^d (point - pi), so rate, half-distance and bound are exact. */
static void lazy_chain_decays_at_its_rate_and_meets_the_bound(void **state)
{
    struct mg_source *source = test_chain_lazy(24);
    const struct mg_measure_spec spec = {.left = 2, .contexts = 16};
    struct collector *rows = run_oracle(source, &spec);
    const double start = rows->exact[MG_DISTANCE_tv_unconditional][2] / 0.85;

    (void)state;
    assert_string_equal(rows->side, "left");
    assert_close(exact_of(rows, "fitted_rate"), 0.85, 1e-9);
    assert_close(exact_of(rows, "second_eigenvalue"), 0.85, 1e-12);
    assert_close(exact_of(rows, "dobrushin"), 0.85, 1e-12);
    assert_close(exact_of(rows, "period"), 1.0, 0.0);
    assert_close(exact_of(rows, "fitted_rate_sensitivity"), 0.85, 1e-9);
    assert_close(exact_of(rows, "half_distance"), log(0.5) / log(0.85), 1e-7);
    for (size_t i = 2; i < 24; i++) {
        const double decay = pow(0.85, (double)(i - 1));

        assert_close(rows->distance[i], (double)(i - 1), 0.0);
        assert_close(rows->exact[MG_DISTANCE_tv_unconditional][i], start * decay, 1e-12);
        assert_close(rows->value[MG_DISTANCE_tv_unconditional][i],
                     rows->exact[MG_DISTANCE_tv_unconditional][i], 1e-15);
        assert_true(rows->bound[MG_DISTANCE_tv_unconditional][i] <= start * decay + 1e-12);
        assert_true(rows->bound[MG_DISTANCE_tv_unconditional][i] >= start * decay - 1e-12);
    }
    assert_int_equal(rows->pairs, 22 * 21 / 2);
    free(rows);
    mg_source_free(source);
}

/* science.md 4b: TV to pi of period2 settles at .5; C6 windows: fails on both axes. */
static void period_two_never_becomes_alike(void **state)
{
    struct mg_source *source = test_chain_period2(40);
    const struct mg_measure_spec spec = {.left = 2, .contexts = 8};
    struct collector *rows = run_oracle(source, &spec);

    (void)state;
    assert_close(rows->exact[MG_DISTANCE_tv_unconditional][39], 0.5, 1e-3);
    assert_true(exact_of(rows, "window_alike_tv") > 0.99);
    assert_true(exact_of(rows, "window_forget_tv") > 0.49);
    free(rows);
    mg_source_free(source);
}

/* Every state of period2 is as likely as any other, so guessing is as far off as forgetting is. */
static void the_error_is_the_distance_from_the_exact_prediction(void **state)
{
    struct mg_source *source = test_chain_period2(40);
    struct mg_predictor *uniform = mg_uniform_new(40, 8);
    const struct mg_measure_spec spec = {.left = 2, .contexts = 8};
    struct collector *guess = run_measure(source, &spec, uniform);
    struct collector *truth = run_oracle(source, &spec);

    (void)state;
    for (size_t i = 2; i < 40; i++) {
        assert_close(guess->error[i], guess->exact[MG_DISTANCE_tv_unconditional][i], 1e-12);
        assert_close(truth->error[i], 0.0, 0.0);
    }
    assert_close(guess->error[39], 0.5, 1e-3);
    free(truth);
    free(guess);
    mg_predictor_free(uniform);
    mg_source_free(source);
}

/* science.md 4b, middle effect: lazy L = 32, two tokens at both ends, TV to pi (256 draws). */
static void the_middle_of_a_run_is_the_flattest(void **state)
{
    static const size_t position[7] = {2, 6, 10, 16, 22, 26, 28};
    static const double tv[7] = {.71, .37, .19, .127, .229, .440, .61};
    struct mg_source *source = test_chain_lazy(32);
    const struct mg_measure_spec spec = {.left = 2, .right = 2, .contexts = 256};
    struct collector *rows = run_oracle(source, &spec);

    (void)state;
    for (size_t i = 0; i < 7; i++) {
        assert_close(rows->exact[MG_DISTANCE_tv_unconditional][position[i]], tv[i], .03);
    }
    free(rows);
    mg_source_free(source);
}

/* Value is the predictor's and exact the source's: the uniform predictor forgets everything. */
static void predictor_and_source_have_their_own_columns(void **state)
{
    struct mg_source *source = test_chain_lazy(12);
    struct mg_predictor *uniform = mg_uniform_new(12, 8);
    const struct mg_measure_spec spec = {.right = 1, .contexts = 6};
    struct collector *rows = run_measure(source, &spec, uniform);
    struct collector *truth = run_oracle(source, &spec);

    (void)state;
    assert_string_equal(rows->side, "right");
    for (size_t i = 0; i < 11; i++) {
        assert_close(rows->distance[i], (double)(11 - i), 0.0);
        assert_close(rows->value[MG_DISTANCE_top1][i], 1.0 / 8.0, 1e-15);
        assert_close(rows->value[MG_DISTANCE_sensitivity_max][i], 0.0, 0.0);
        /* pi proportional to 8 .. 1 lies at (3.5 + 2.5 + 1.5 + .5) / 36 from uniform. */
        assert_close(rows->value[MG_DISTANCE_tv_unconditional][i], 8.0 / 36.0, 1e-12);
        for (size_t k = 0; k < MG_DISTANCE_COUNT; k++) {
            assert_int_equal(rows->written[k][i], truth->written[k][i]);
            if (rows->written[k][i]) {
                assert_close(rows->exact[k][i], truth->exact[k][i], 1e-15);
            }
        }
    }
    free(truth);
    free(rows);
    mg_predictor_free(uniform);
    mg_source_free(source);
}

/* A source that can only be drawn from: token 0 three times in four, everywhere. */
static void draw_biased(const struct mg_source *source, struct mg_rng *rng, int *tokens)
{
    for (size_t i = 0; i < source->length; i++) {
        tokens[i] = mg_rng_uniform(rng) < 0.75 ? 0 : 1;
    }
}

static void without_an_oracle_exact_is_null_and_u_is_counted(void **state)
{
    static const struct mg_source_ops ops = {.kind = "biased", .draw = draw_biased};
    const struct mg_source source = {&ops, 10, 2};
    struct mg_predictor *uniform = mg_uniform_new(10, 2);
    const struct mg_measure_spec spec = {.left = 2, .right = 1, .run = 5, .contexts = 4};
    struct collector *rows = run_measure(&source, &spec, uniform);

    (void)state;
    for (size_t i = 2; i < 7; i++) {
        assert_true(isnan(rows->exact[MG_DISTANCE_tv_unconditional][i]));
        assert_true(isnan(rows->bound[MG_DISTANCE_tv_unconditional][i]));
        /* 40960 draws: one standard deviation is .002. */
        assert_close(rows->value[MG_DISTANCE_tv_unconditional][i], 0.25, 0.01);
    }
    assert_false(rows->written[MG_DISTANCE_top1][1]);
    assert_false(rows->written[MG_DISTANCE_top1][7]);
    assert_close(rows->distance[6], 1.0, 0.0);
    assert_true(isnan(exact_of(rows, "window_alike_tv")));
    free(rows);
    mg_predictor_free(uniform);
}

/* Every bound that is written is kept, on chains of all sorts, from every side. */
static void bounds_are_never_broken(void **state)
{
    struct mg_source *const sources[] = {test_chain_flip(0.1, 16), test_chain_lazy(16),
                                         test_chain_zipf(16),      test_chain_cycle(16),
                                         test_chain_two(16),       test_chain_period2(16)};
    size_t tested = 0;

    (void)state;
    for (size_t s = 0; s < sizeof(sources) / sizeof(sources[0]); s++) {
        for (size_t side = 1; side < 4; side++) {
            const struct mg_measure_spec spec = {
                .left = side & 1 ? 2 : 0, .right = side & 2 ? 1 : 0, .contexts = 24};
            struct collector *rows = run_oracle(sources[s], &spec);

            for (size_t k = 0; k < MG_DISTANCE_COUNT; k++) {
                for (size_t i = 0; i < 16; i++) {
                    if (rows->written[k][i] && !isnan(rows->bound[k][i])) {
                        assert_true(rows->exact[k][i] <= rows->bound[k][i] + 1e-12);
                        tested++;
                    }
                }
            }
            free(rows);
        }
        mg_source_free(sources[s]);
    }
    assert_true(tested > 500);
}

/* definitions.md 4: A/F holds/holds on zipf; a window of far positions hides nothing there. */
static void windows_separate_far_from_near(void **state)
{
    struct mg_source *source = test_chain_zipf(60);
    const struct mg_measure_spec spec = {.left = 1, .contexts = 8};
    struct collector *rows = run_oracle(source, &spec);

    (void)state;
    assert_true(exact_of(rows, "window_alike_tv") < 1e-6);
    assert_true(exact_of(rows, "window_forget_tv") < 1e-6);
    assert_true(exact_of(rows, "run_alike_tv") > 0.3);
    assert_true(exact_of(rows, "run_forget_tv") > 0.3);
    free(rows);
    mg_source_free(source);
}

static void check_names_what_does_not_fit(void **state)
{
    static const int tokens[6] = {0, 1, 0, 1, 0, 1};
    static const double weight[2] = {1, 1};
    int impossible[2] = {1, 1};
    struct mg_source *source = mg_sequences_new(tokens, weight, 2, 3, 2);
    struct mg_measure_spec spec = {.left = 2, .right = 1, .contexts = 4};
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_measure_distance.check(&spec, source, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "length 3"));
    spec.right = 0;
    spec.left_tokens = impossible;
    memset(&err, 0, sizeof(err));
    assert_int_equal(mg_measure_distance.check(&spec, source, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "probability 0"));
    spec.left_tokens = NULL;
    spec.contexts = (size_t)1 << 30;
    memset(&err, 0, sizeof(err));
    assert_int_equal(mg_measure_distance.check(&spec, source, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "2^26"));
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_have_the_values_worked_out_by_hand),
        cmocka_unit_test(rate_is_fitted_where_the_exact_curve_is_above_a_twentieth),
        cmocka_unit_test(between_two_ends_the_flip_chain_has_its_closed_form),
        cmocka_unit_test(lazy_chain_decays_at_its_rate_and_meets_the_bound),
        cmocka_unit_test(period_two_never_becomes_alike),
        cmocka_unit_test(the_error_is_the_distance_from_the_exact_prediction),
        cmocka_unit_test(the_middle_of_a_run_is_the_flattest),
        cmocka_unit_test(predictor_and_source_have_their_own_columns),
        cmocka_unit_test(without_an_oracle_exact_is_null_and_u_is_counted),
        cmocka_unit_test(bounds_are_never_broken),
        cmocka_unit_test(windows_separate_far_from_near),
        cmocka_unit_test(check_names_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_consistency.c - model/measure/consistency.c. */
#include <string.h>

#include "model/measure/kinds.h"
#include "model/measure/measure.h"
#include "model/source/sequences.h"
#include "tests/support/chains.h"
#include "tests/support/test.h"

struct collector {
    struct mg_sink sink;
    size_t n;
    char name[8][32];
    double number[8][2]; /* value, exact; NAN for NULL */
};

static void collect(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                    size_t n)
{
    struct collector *rows = (struct collector *)(void *)sink;

    assert_int_equal(table, MG_TABLE_information);
    assert_int_equal(n, 3);
    assert_true(rows->n < 8);
    snprintf(rows->name[rows->n], sizeof(rows->name[0]), "%s", cells[0].text);
    for (size_t i = 0; i < 2; i++) {
        rows->number[rows->n][i] =
            cells[1 + i].type == MG_CELL_NULL ? (double)NAN : cells[1 + i].real;
    }
    rows->n++;
}

static double *numbers(struct collector *rows, const char *name)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (strcmp(rows->name[i], name) == 0) {
            return rows->number[i];
        }
    }
    fail_msg("no row %s", name);
    return NULL;
}

static void run(struct collector *rows, const struct mg_source *source,
                struct mg_predictor *predictor)
{
    const struct mg_measure_spec spec = {.draws = 200};
    const struct mg_streams streams = {.order = {{3, 5}}};
    const struct mg_measure_input input = {&spec, source, predictor, &streams, &rows->sink};
    struct mg_error err = {0};

    memset(rows, 0, sizeof(*rows));
    rows->sink.row = collect;
    assert_int_equal(mg_measure_consistency.check(&spec, source, &err), MG_OK);
    assert_int_equal(mg_measure_consistency.run(&input, &err), MG_OK);
}

static void oracle_is_consistent_everywhere(void **state)
{
    static const int tokens[9] = {0, 0, 1, 1, 0, 1, 2, 2, 0};
    static const double weight[3] = {1, 2, 3};
    struct mg_source *const sources[2] = {test_chain_zipf(9),
                                          mg_sequences_new(tokens, weight, 3, 3, 3)};
    struct collector rows;

    (void)state;
    for (size_t s = 0; s < 2; s++) {
        struct mg_predictor *oracle = mg_oracle_new(sources[s]);

        run(&rows, sources[s], oracle);
        for (size_t k = 0; k < 2; k++) {
            assert_close(numbers(&rows, "circulation_max_nats")[k], 0.0, 1e-12);
        }
        if (s == 0) { /* the list has no rectangle with four possible corners */
            assert_close(numbers(&rows, "rectangle_max_nats")[0], 0.0, 1e-11);
        }
        mg_predictor_free(oracle);
        mg_source_free(sources[s]);
    }
}

/*
 * Two binary positions with conditionals of no joint: p(x0 = 0) = .5, p(x1 = 0) = .5,
 * p(x0 = 0 | x1 = b) = .8 or .2, p(x1 = 0 | x0) = .5 whatever x0.
 */
static void crooked_predict(struct mg_predictor *predictor, double *probs, bool *possible,
                            const int *rows, size_t n)
{
    (void)predictor;
    for (size_t r = 0; r < n; r++) {
        const int *row = rows + 2 * r;

        for (size_t i = 0; i < 2; i++) {
            double zero = 0.5;

            if (row[i] != MG_MASK) {
                zero = row[i] == 0 ? 1.0 : 0.0;
            } else if (i == 0 && row[1] != MG_MASK) {
                zero = row[1] == 0 ? 0.8 : 0.2;
            }
            probs[(2 * r + i) * 2] = zero;
            probs[(2 * r + i) * 2 + 1] = 1.0 - zero;
        }
        if (possible != NULL) {
            possible[r] = true;
        }
    }
}

static const struct mg_predictor_ops crooked_ops = {.kind = "crooked", .predict = crooked_predict};

/*
 * By hand. Circulation of tokens (a, b): order 0 first gives .5 * .5, order 1 first .5 * (.8 if
 * a = b, else .2): |log .25 - log .4| or |log .25 - log .1|. Rectangle: odds ratio 16 read at
 * position 0, 1 read at position 1.
 */
static void crooked_conditionals_show_the_numbers_worked_out_by_hand(void **state)
{
    static const int tokens[8] = {0, 0, 0, 1, 1, 0, 1, 1};
    static const double weight[4] = {1, 1, 1, 1};
    struct mg_source *source = mg_sequences_new(tokens, weight, 4, 2, 2);
    struct mg_predictor crooked = {.ops = &crooked_ops, .length = 2, .vocab = 2};
    /* h_0 = log 2; h_1 = (log 2 - (log .8 + log .2)/2) / 2; NLL: mean over the four pairs. */
    const double nelbo = log(2.0) + 0.5 * (log(2.0) - 0.5 * (log(0.8) + log(0.2)));
    const double nll = -0.5 * (log(0.5 * (0.25 + 0.4)) + log(0.5 * (0.25 + 0.1)));
    struct collector rows;
    double mean;

    (void)state;
    run(&rows, source, &crooked);
    assert_close(numbers(&rows, "circulation_max_nats")[0], log(2.5), 1e-12);
    mean = numbers(&rows, "circulation_mean_nats")[0];
    assert_true(mean > log(1.6) + 0.1 && mean < log(2.5) - 0.1);
    assert_close(numbers(&rows, "rectangle_mean_nats")[0], log(16.0), 1e-12);
    assert_close(numbers(&rows, "rectangle_max_nats")[0], log(16.0), 1e-12);
    assert_close(numbers(&rows, "jensen_gap_nats")[0], nelbo - nll, 1e-12);
    assert_close(numbers(&rows, "circulation_max_nats")[1], 0.0, 1e-12);
    assert_close(numbers(&rows, "rectangle_max_nats")[1], 0.0, 1e-12);
    mg_source_free(source);
}

static void one_position_is_refused(void **state)
{
    const int token = 0;
    const double weight = 1.0;
    const struct mg_measure_spec spec = {0};
    struct mg_source *source = mg_sequences_new(&token, &weight, 1, 1, 2);
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_measure_consistency.check(&spec, source, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "length 1"));
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oracle_is_consistent_everywhere),
        cmocka_unit_test(crooked_conditionals_show_the_numbers_worked_out_by_hand),
        cmocka_unit_test(one_position_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

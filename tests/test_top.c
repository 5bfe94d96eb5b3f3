/* test_top.c - model/measure/top.c: the numbers at each mask, by hand. */
#include <math.h>
#include <string.h>

#include "model/measure/kinds.h"
#include "model/source/markov.h"
#include "tests/support/test.h"

enum { L = 4, V = 3 };

static const double START[V] = {0.2, 0.3, 0.5};
static const double P[V * V] = {0.6, 0.3, 0.1, 0.2, 0.7, 0.1, 0.25, 0.05, 0.7};
static const char *const CURVES[] = {"entropy_nats", "top1", "tail_mass", "watched_mass"};

/* Rows: marginals by (position, order of appearance), curves by (position, quantity). */
struct collector {
    struct mg_sink sink;
    int token[L][V];
    double p[L][V][2]; /* model, exact */
    size_t listed[L];
    double curve[L][4][2];
    char side[L][8];
    int64_t distance[L];
};

static void collect(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                    size_t n)
{
    struct collector *rows = (struct collector *)(void *)sink;
    const size_t i = (size_t)cells[table == MG_TABLE_marginals ? 0 : 1].integer;

    assert_int_equal(n, mg_table_width(table));
    if (table == MG_TABLE_marginals) {
        const size_t at = rows->listed[i]++;
        assert_true(at < V);
        rows->token[i][at] = cells[1].tokens[0];
        rows->p[i][at][0] = cells[2].real;
        rows->p[i][at][1] = cells[3].real;
        return;
    }
    assert_int_equal(table, MG_TABLE_distance_curves);
    for (size_t q = 0; q < 4; q++) {
        if (strcmp(cells[3].text, CURVES[q]) == 0) {
            rows->curve[i][q][0] = cells[4].real;
            rows->curve[i][q][1] = cells[5].real;
        }
    }
    (void)snprintf(rows->side[i], sizeof(rows->side[i]), "%s", cells[0].text);
    rows->distance[i] = cells[2].integer;
}

/* p (L, V) out: of 2 _ _ 0, summed over the two masks by hand. */
static void enumerate(double p[L][V])
{
    double total = 0.0;

    memset(p, 0, sizeof(double) * L * V);
    for (size_t a = 0; a < V; a++) {
        for (size_t b = 0; b < V; b++) {
            const double mass = START[2] * P[2 * V + a] * P[a * V + b] * P[b * V + 0];
            p[1][a] += mass;
            p[2][b] += mass;
            total += mass;
        }
    }
    for (size_t v = 0; v < V; v++) {
        p[1][v] /= total;
        p[2][v] /= total;
    }
}

static void run_top(struct collector *rows, const struct mg_source *source,
                    struct mg_predictor *predictor, int *context, size_t top)
{
    int watch[] = {1};
    const struct mg_measure_spec spec = {
        .context = context, .top = top, .watch = watch, .n_watch = 1};
    const struct mg_measure_input input = {&spec, source, predictor, NULL, &rows->sink};
    struct mg_error err = {0};

    *rows = (struct collector){.sink = {collect}};
    assert_int_equal(mg_measure_top.check(&spec, source, &err), MG_OK);
    assert_int_equal(mg_measure_top.run(&input, &err), MG_OK);
}

static void the_likeliest_the_tail_and_the_watched_are_those_of_the_enumeration(void **state)
{
    int context[L] = {2, MG_MASK, MG_MASK, 0};
    struct mg_source *source = mg_markov_new(P, START, L, V);
    struct mg_predictor *uniform = mg_uniform_new(L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct collector rows;
    double p[L][V];

    (void)state;
    enumerate(p);
    for (size_t model = 0; model < 2; model++) {
        run_top(&rows, source, model == 0 ? oracle : uniform, context, 1);
        for (size_t i = 1; i < 3; i++) {
            double entropy_nats = 0.0;
            size_t best = 0;

            for (size_t v = 0; v < V; v++) {
                entropy_nats -= p[i][v] * log(p[i][v]);
                best = p[i][v] > p[i][best] ? v : best;
            }
            assert_int_equal(rows.listed[i], 2); /* the likeliest is not the watched */
            assert_int_equal(rows.token[i][0], model == 0 ? best : 0);
            assert_int_equal(rows.token[i][1], 1);
            for (size_t t = 0; t < 2; t++) {
                const double exact = p[i][rows.token[i][t]];
                assert_close(rows.p[i][t][0], model == 0 ? exact : 1.0 / V, 1e-14);
                assert_close(rows.p[i][t][1], exact, 1e-14);
            }
            assert_close(rows.curve[i][0][1], entropy_nats, 1e-14);
            assert_close(rows.curve[i][1][1], p[i][best], 1e-14);
            assert_close(rows.curve[i][2][1], 1.0 - p[i][best], 1e-14);
            assert_close(rows.curve[i][3][1], p[i][1], 1e-14);
            assert_close(rows.curve[i][0][0], model == 0 ? entropy_nats : log((double)V), 1e-14);
            assert_close(rows.curve[i][1][0], model == 0 ? p[i][best] : 1.0 / V, 1e-14);
            assert_close(rows.curve[i][2][0], model == 0 ? 1.0 - p[i][best] : 2.0 / V, 1e-14);
            assert_close(rows.curve[i][3][0], model == 0 ? p[i][1] : 1.0 / V, 1e-14);
            assert_string_equal(rows.side[i], "both");
            assert_int_equal(rows.distance[i], 1);
        }
        assert_int_equal(rows.listed[0] + rows.listed[3], 0);
    }
    mg_predictor_free(oracle);
    mg_predictor_free(uniform);
    mg_source_free(source);
}

static void sides_and_distances_are_those_of_the_nearest_token(void **state)
{
    int left[L] = {2, MG_MASK, MG_MASK, MG_MASK};
    int right[L] = {MG_MASK, MG_MASK, MG_MASK, 1};
    struct mg_source *source = mg_markov_new(P, START, L, V);
    struct mg_predictor *uniform = mg_uniform_new(L, V);
    struct collector rows;

    (void)state;
    run_top(&rows, source, uniform, left, V);
    for (int i = 1; i < L; i++) {
        assert_string_equal(rows.side[i], "left");
        assert_int_equal(rows.distance[i], i);
        assert_int_equal(rows.listed[i], V); /* the watched one is among them */
        assert_close(rows.curve[i][2][0], 0.0, 1e-15);
    }
    run_top(&rows, source, uniform, right, 2);
    assert_string_equal(rows.side[0], "right");
    assert_int_equal(rows.distance[0], 3);
    run_top(&rows, source, uniform, NULL, 2);
    assert_string_equal(rows.side[2], "none");
    assert_int_equal(rows.distance[2], 0);
    mg_predictor_free(uniform);
    mg_source_free(source);
}

static void more_tokens_than_there_are_is_refused(void **state)
{
    struct mg_source *source = mg_markov_new(P, START, L, V);
    const struct mg_measure_spec spec = {.top = V + 1};
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_measure_top.check(&spec, source, &err), MG_EUSAGE);
    assert_string_equal(err.text, "top: the 4 likeliest of 3 tokens");
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_likeliest_the_tail_and_the_watched_are_those_of_the_enumeration),
        cmocka_unit_test(sides_and_distances_are_those_of_the_nearest_token),
        cmocka_unit_test(more_tokens_than_there_are_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

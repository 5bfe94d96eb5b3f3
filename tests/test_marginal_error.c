/* test_marginal_error.c - model/measure/marginal_error.c against counting rows. */
#include <string.h>

#include "model/measure/kinds.h"
#include "model/source/markov.h"
#include "model/source/sequences.h"
#include "tests/support/test.h"

enum { L = 4, V = 3, N = 5, LONG = 40 };

static const int TOKENS[N][L] = {
    {0, 1, 2, 0}, {0, 1, 1, 2}, {2, 1, 2, 0}, {1, 0, 2, 1}, {1, 0, 0, 0}};
static const double WEIGHT[N] = {5.0, 1.0, 3.0, 2.0, 4.0};

struct collector {
    struct mg_sink sink;
    double tv_mean, tv_max, kl_mean_nats, tv_random_masks, kl_random_masks_nats;
};

static void collect(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                    size_t n)
{
    struct collector *rows = (struct collector *)(void *)sink;

    assert_int_equal(table, MG_TABLE_information);
    assert_int_equal(n, 3);
    if (strcmp(cells[0].text, "tv_mean") == 0) {
        rows->tv_mean = cells[1].real;
    } else if (strcmp(cells[0].text, "tv_max") == 0) {
        rows->tv_max = cells[1].real;
    } else if (strcmp(cells[0].text, "tv_random_masks") == 0) {
        rows->tv_random_masks = cells[1].real;
    } else if (strcmp(cells[0].text, "kl_random_masks_nats") == 0) {
        rows->kl_random_masks_nats = cells[1].real;
    } else {
        assert_string_equal(cells[0].text, "kl_mean_nats");
        rows->kl_mean_nats = cells[1].real;
    }
}

static struct collector measure(const struct mg_source *source, struct mg_predictor *predictor)
{
    const struct mg_measure_spec spec = {.draws = 3 * LONG};
    const struct mg_streams streams = {0};
    struct collector rows = {.sink = {collect}, .tv_mean = (double)NAN};
    const struct mg_measure_input input = {&spec, source, predictor, &streams, &rows.sink};
    struct mg_error err = {0};

    assert_int_equal(mg_measure_marginal_error.check(&spec, source, &err), MG_OK);
    assert_int_equal(mg_measure_marginal_error.run(&input, &err), MG_OK);
    return rows;
}

/* P(x_i = v | the tokens of row r outside mask), by counting. */
static double counted(size_t r, unsigned mask, size_t i, int v)
{
    double all = 0.0;
    double hits = 0.0;

    for (size_t s = 0; s < N; s++) {
        bool agrees = true;

        for (size_t j = 0; j < L; j++) {
            agrees = agrees && ((mask >> j & 1U) != 0 || TOKENS[s][j] == TOKENS[r][j]);
        }
        all += agrees ? WEIGHT[s] : 0.0;
        hits += agrees && TOKENS[s][i] == v ? WEIGHT[s] : 0.0;
    }
    return hits / all;
}

static void uniform_is_as_far_as_counting_says(void **state)
{
    struct mg_source *source = mg_sequences_new(&TOKENS[0][0], WEIGHT, N, L, V);
    struct mg_predictor *uniform = mg_uniform_new(L, V);
    const struct collector rows = measure(source, uniform);
    double tv_mean = 0.0;
    double tv_max = 0.0;
    double kl_mean_nats = 0.0;

    (void)state;
    for (unsigned mask = 1; mask < 1U << L; mask++) {
        for (size_t r = 0; r < N; r++) {
            const double share = WEIGHT[r] / 15.0 / __builtin_popcount(mask) / ((1 << L) - 1);

            for (size_t i = 0; i < L; i++) {
                double tv = 0.0;

                for (int v = 0; (mask >> i & 1U) != 0 && v < V; v++) {
                    const double p = counted(r, mask, i, v);

                    tv += fabs(p - 1.0 / V) / 2.0;
                    kl_mean_nats += p > 0.0 ? share * p * log(p * V) : 0.0;
                }
                tv_mean += share * tv;
                tv_max = fmax(tv_max, tv);
            }
        }
    }
    assert_close(rows.tv_mean, tv_mean, 1e-12);
    assert_close(rows.tv_max, tv_max, 1e-12);
    assert_close(rows.kl_mean_nats, kl_mean_nats, 1e-12);
    mg_predictor_free(uniform);
    mg_source_free(source);
}

static void oracle_has_no_error(void **state)
{
    struct mg_source *source = mg_sequences_new(&TOKENS[0][0], WEIGHT, N, L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);
    const struct collector rows = measure(source, oracle);

    (void)state;
    assert_close(rows.tv_mean, 0.0, 1e-15);
    assert_close(rows.tv_max, 0.0, 1e-15);
    assert_close(rows.kl_mean_nats, 0.0, 1e-15);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* Fair coins, and an answer whose distance from the truth tells how many are hidden. */
static void answer_by_count(struct mg_predictor *predictor, double *probs, bool *possible,
                            const int *rows, size_t n)
{
    const size_t length = predictor->length;

    (void)possible;
    for (size_t r = 0; r < n; r++) {
        double masks = 0.0;
        for (size_t i = 0; i < length; i++) {
            masks += rows[r * length + i] == MG_MASK ? 1.0 : 0.0;
        }
        for (size_t i = 0; i < length; i++) {
            probs[2 * (r * length + i)] = 0.5 + 0.25 * masks / LONG;
            probs[2 * (r * length + i) + 1] = 0.5 - 0.25 * masks / LONG;
        }
    }
}

/* 2^40 sequences; 120 draws, so each number of masks three times: exact, not only in the mean. */
static void of_many_sequences_every_number_of_masks_counts_alike(void **state)
{
    static const double coin[] = {0.5, 0.5, 0.5, 0.5};
    static const struct mg_predictor_ops ops = {.kind = "count", .predict = answer_by_count};
    struct mg_predictor counting = {.ops = &ops, .length = LONG, .vocab = 2};
    struct mg_source *source = mg_markov_new(coin, coin, LONG, 2);
    struct mg_predictor *oracle = mg_oracle_new(source);
    const struct collector model = measure(source, &counting);
    double tv = 0.0;
    double kl_nats = 0.0;

    (void)state;
    for (int k = 1; k <= LONG; k++) {
        const double off = 0.25 * k / LONG;
        tv += off / LONG;
        kl_nats -= (log(2.0 * (0.5 + off)) + log(2.0 * (0.5 - off))) / 2.0 / LONG;
    }
    assert_close(model.tv_random_masks, tv, 1e-12);
    assert_close(model.kl_random_masks_nats, kl_nats, 1e-12);
    assert_true(isnan(model.tv_mean));
    assert_close(measure(source, oracle).tv_random_masks, 0.0, 1e-15);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniform_is_as_far_as_counting_says),
        cmocka_unit_test(oracle_has_no_error),
        cmocka_unit_test(of_many_sequences_every_number_of_masks_counts_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_draft.c - drafts have the law of one position at a time, and cost what is counted.
 *
 * Expected: the chain rule along every order by products of single predictions, and every round
 * played out here over all joint drafts and all fates of each, with a predictor that is as wrong
 * as can be: independent random laws for every context and position.
 */
#include "model/diffusion/draft.h"

#include <stdlib.h>
#include <string.h>

#include "model/diffusion/corrector.h"
#include "model/diffusion/sampler.h"
#include "model/measure/draft_law.h"
#include "model/measure/kinds.h"
#include "model/source/markov.h"
#include "tests/support/chains.h"
#include "tests/support/test.h"

enum { L = 4, V = 3, ALL = 81, DRAWS = 40000 };

/* ------ a predictor whose answers fit no joint law ------ */

static void predict_noise(struct mg_predictor *predictor, double *probs, bool *possible,
                          const int *rows, size_t n)
{
    for (size_t r = 0; r < n; r++) {
        uint64_t context = 1;

        for (size_t i = 0; i < predictor->length; i++) {
            context =
                context * (V + 1) + (uint64_t)(rows[r * L + i] == MG_MASK ? V : rows[r * L + i]);
        }
        for (size_t i = 0; i < L; i++) {
            struct mg_rng rng = mg_rng_at((struct mg_stream){{7, 7}}, context, (uint32_t)i);
            double *cell = probs + (r * L + i) * V;
            double total = 0.0;

            for (size_t v = 0; v < V; v++) {
                cell[v] = rows[r * L + i] == MG_MASK ? .02 + mg_rng_uniform(&rng)
                                                     : (double)(rows[r * L + i] == (int)v);
                total += cell[v];
            }
            for (size_t v = 0; v < V; v++) {
                cell[v] /= total;
            }
        }
        if (possible != NULL) {
            possible[r] = true;
        }
    }
}

static void free_nothing(struct mg_predictor *predictor)
{
    (void)predictor;
}

static const struct mg_predictor_ops NOISE_OPS = {
    .kind = "noise", .predict = predict_noise, .free = free_nothing};
static struct mg_predictor noise = {.ops = &NOISE_OPS, .length = L, .vocab = V};

static struct mg_sampler sampler_of(const char *order, size_t draft)
{
    static size_t group_of[L] = {1, 0, 1, 0};
    struct mg_sampler sampler = {.name = "s",
                                 .order = mg_order_find(order),
                                 .temperature = 1.0,
                                 .group_of = group_of,
                                 .draft = draft};

    sampler.per_step = sampler.order->sizing == MG_SIZING_COUNT ? 1 : 0;
    sampler.steps = sampler.order->sizing == MG_SIZING_STEPS ? 2 : 0;
    return sampler;
}

/* The orders that are fixed before decoding, each as the list of positions it means; NULL: any. */
static const struct {
    const char *name;
    size_t sigma[L];
    bool any;
} ORDERS[] = {
    {"left_to_right", {0, 1, 2, 3}, false}, {"right_to_left", {3, 2, 1, 0}, false},
    {"strided", {0, 2, 1, 3}, false},       {"fixed", {1, 3, 0, 2}, false},
    {"bisect", {2, 1, 3, 0}, false},        {"random", {0}, true},
};

enum { N_ORDERS = sizeof(ORDERS) / sizeof(ORDERS[0]) };

/* ------ the two laws, by hand ------ */

struct expected {
    struct mg_predictor *predictor;
    double temperature;
    size_t draft;
    double chain[ALL];
    double played[ALL];
    double calls;
    double rows;
};

static size_t index_of(const int *row)
{
    size_t index = 0;

    for (size_t i = 0; i < L; i++) {
        index = index * V + (size_t)row[i];
    }
    return index;
}

static void tokens_of(int *row, size_t index)
{
    for (size_t i = L; i-- > 0; index /= V) {
        row[i] = (int)(index % V);
    }
}

/* q (V) out, at the temperature by its definition. */
static void ask(double *q, const struct expected *expected, const int *row, size_t position)
{
    double probs[L * V];
    double total = 0.0;

    mg_predict(expected->predictor, probs, NULL, row, 1);
    for (size_t v = 0; v < V; v++) {
        q[v] = pow(probs[position * V + v], 1.0 / expected->temperature);
        total += q[v];
    }
    for (size_t v = 0; v < V; v++) {
        q[v] /= total;
    }
}

static void chain_rule(struct expected *expected, const size_t *sigma, double weight)
{
    for (size_t x = 0; x < ALL; x++) {
        int row[L] = {MG_MASK, MG_MASK, MG_MASK, MG_MASK};
        int full[L];
        double prob = weight;

        tokens_of(full, x);

        for (size_t j = 0; j < L; j++) {
            double q[V];

            ask(q, expected, row, sigma[j]);
            row[sigma[j]] = full[sigma[j]];
            prob *= q[row[sigma[j]]];
        }
        expected->chain[x] += prob;
    }
}

static void play(struct expected *expected, const size_t *sigma, const int *from, size_t done,
                 double weight);

/* One draft y from q: goes on elsewhere with what it is replaced by; row gets y, for this chance.
 */
static double settle(struct expected *expected, const size_t *sigma, int *row, size_t at, int y,
                     const double *q, double chance)
{
    const size_t position = sigma[at];
    double p[V];
    double fate;
    double lack = 0.0;

    ask(p, expected, row, position);
    fate = p[y] < q[y] ? p[y] / q[y] : 1.0;
    for (size_t v = 0; v < V; v++) {
        lack += p[v] > q[v] ? p[v] - q[v] : 0.0;
    }
    for (size_t v = 0; v < V && fate < 1.0; v++) {
        if (p[v] > q[v]) {
            row[position] = (int)v;
            play(expected, sigma, row, at + 1, chance * (1.0 - fate) * (p[v] - q[v]) / lack);
        }
    }
    row[position] = y;
    return chance * fate;
}

/* From `done` revealed tokens: every joint draft, and where it is first rejected. */
static void play(struct expected *expected, const size_t *sigma, const int *from, size_t done,
                 double weight)
{
    const size_t k = L - done < expected->draft ? L - done : expected->draft;

    if (done == L) {
        expected->played[index_of(from)] += weight;
        return;
    }
    expected->calls += weight * (k == 1 ? 1.0 : 2.0);
    expected->rows += weight * (double)k;
    for (size_t drafts = 0; drafts < ALL; drafts++) {
        int row[L];
        int y[L];
        double chance = weight;
        double q[L][V];

        tokens_of(y, drafts);
        memcpy(row, from, sizeof(row));
        for (size_t j = 0; j < k; j++) {
            ask(q[j], expected, from, sigma[done + j]);
            chance *= q[j][y[j]];
        }
        for (size_t j = k; j < L; j++) {
            chance = y[j] == 0 ? chance : 0.0; /* one list of drafts for each first k */
        }
        for (size_t j = 0; j < k && chance > 0.0; j++) {
            chance = settle(expected, sigma, row, done + j, y[j], q[j], chance);
        }
        if (chance > 0.0) {
            play(expected, sigma, row, done + k, chance);
        }
    }
}

static void expect_sigma(struct expected *expected, const size_t *sigma, double weight)
{
    static const int EMPTY[L] = {MG_MASK, MG_MASK, MG_MASK, MG_MASK};

    chain_rule(expected, sigma, weight);
    play(expected, sigma, EMPTY, 0, weight);
}

/* All permutations of L positions, or the one order. */
static void expect_order(struct expected *expected, size_t order)
{
    if (!ORDERS[order].any) {
        expect_sigma(expected, ORDERS[order].sigma, 1.0);
        return;
    }
    for (size_t code = 0; code < 256; code++) {
        const size_t sigma[L] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};

        if ((1U << sigma[0] | 1U << sigma[1] | 1U << sigma[2] | 1U << sigma[3]) == 15) {
            expect_sigma(expected, sigma, 1.0 / 24.0);
        }
    }
}

/* ------ tests ------ */

static void check_law(struct mg_predictor *predictor, double temperature)
{
    for (size_t o = 0; o < N_ORDERS; o++) {
        for (size_t draft = 1; draft <= L; draft++) {
            struct expected expected = {
                .predictor = predictor, .temperature = temperature, .draft = draft};
            struct mg_sampler sampler = sampler_of(ORDERS[o].name, draft);
            struct mg_draft_cost cost;
            struct mg_error err = {0};
            double *nu;

            sampler.temperature = temperature;
            expect_order(&expected, o);
            assert_int_equal(mg_draft_law_check(&sampler, L, V, &err), MG_OK);
            assert_int_equal(mg_draft_law(&nu, &cost, predictor, &sampler, &err), MG_OK);
            for (size_t x = 0; x < ALL; x++) {
                assert_close(nu[x], expected.chain[x], 1e-12);
                assert_close(nu[x], expected.played[x], 1e-12);
            }
            assert_close(cost.calls, expected.calls, 1e-12);
            assert_close(cost.rows, expected.rows, 1e-12);
            assert_true(cost.calls < L + 1e-12 && cost.rows > L - 1e-12);
            free(nu);
        }
    }
}

static void law_is_the_chain_rule_s_with_a_wrong_predictor(void **state)
{
    (void)state;
    check_law(&noise, 1.0);
    check_law(&noise, 0.5);
    check_law(&noise, 2.0);
}

static void law_is_the_source_s_with_the_oracle(void **state)
{
    static const double START[V] = {.5, .3, .2};
    static const double TRANSITION[V * V] = {.7, .2, .1, .1, .8, .1, .3, .3, .4};
    struct mg_source *source = mg_markov_new(TRANSITION, START, L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);

    (void)state;
    check_law(oracle, 1.0);
    for (size_t o = 0; o < N_ORDERS; o++) {
        const struct mg_sampler sampler = sampler_of(ORDERS[o].name, 3);
        struct mg_draft_cost cost;
        struct mg_error err = {0};
        double *nu;

        assert_int_equal(mg_draft_law(&nu, &cost, oracle, &sampler, &err), MG_OK);
        for (size_t x = 0; x < ALL; x++) {
            int row[L];

            tokens_of(row, x);
            assert_close(nu[x], exp(mg_source_log_mass(source, row)), 1e-12);
        }
        free(nu);
    }
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* Shares within five standard deviations; calls and rows by the same draws. */
static void draws_follow_the_enumerated_law_and_cost(void **state)
{
    static int tokens[DRAWS * L];
    static int step_of[DRAWS * L];
    static size_t nfe[DRAWS];
    const int prompt[L] = {MG_MASK, MG_MASK, MG_MASK, MG_MASK};

    (void)state;
    for (size_t o = 0; o < N_ORDERS; o++) {
        const size_t draft = 2 + o % 3;
        const struct mg_sampler sampler = sampler_of(ORDERS[o].name, draft);
        struct mg_draft_cost cost;
        struct mg_error err = {0};
        double share[ALL] = {0};
        double calls = 0.0;
        double rows = 0.0;
        double *nu;

        assert_int_equal(mg_draft_law(&nu, &cost, &noise, &sampler, &err), MG_OK);
        mg_sample(tokens, step_of, nfe, &noise, &sampler, prompt, DRAWS, (struct mg_stream){{3, 4}},
                  0);
        for (size_t d = 0; d < DRAWS; d++) {
            share[index_of(tokens + d * L)] += 1.0 / DRAWS;
            calls += (double)nfe[d] / DRAWS;
            rows += (double)mg_draft_evaluated(step_of + d * L, L, draft) / DRAWS;
        }
        for (size_t x = 0; x < ALL; x++) {
            assert_close(share[x], nu[x], 5.0 * sqrt(nu[x] / DRAWS));
        }
        assert_close(calls, cost.calls, 0.03); /* standard error below .005 */
        assert_close(rows, cost.rows, 0.05);
        free(nu);
    }
}

static void a_draw_depends_on_its_number_alone_and_keeps_its_prompt(void **state)
{
    const int prompt[L] = {MG_MASK, 1, MG_MASK, MG_MASK};
    const struct mg_sampler sampler = sampler_of("random", 3);
    int together[100 * L];

    (void)state;
    mg_sample(together, NULL, NULL, &noise, &sampler, prompt, 100, (struct mg_stream){{3, 4}}, 0);
    for (size_t d = 0; d < 100; d++) {
        int alone[L];
        int step_of[L];
        size_t nfe;

        mg_sample(alone, step_of, &nfe, &noise, &sampler, prompt, 1, (struct mg_stream){{3, 4}}, d);
        assert_memory_equal(alone, together + d * L, sizeof(alone));
        assert_int_equal(alone[1], 1);
        assert_int_equal(step_of[1], -1);
    }
}

static void the_order_is_that_of_the_steps(void **state)
{
    const int row[9] = {-1, -1, -1, -1, 0, -1, -1, -1, -1};
    static const size_t BISECT[] = {2, 7, 1, 3, 6, 8, 0, 5}; /* around the token at 4 */
    static const size_t BLOCKS[] = {2, 1, 0, 5, 3, 8, 7, 6};
    size_t sigma[9];
    bool by_chance;
    struct mg_sampler sampler = {.order = mg_order_find("bisect"), .draft = 2};

    (void)state;
    assert_int_equal(MG_MASK, -1);
    assert_int_equal(mg_draft_order(sigma, &by_chance, &sampler, row, 9, NULL), 8);
    assert_memory_equal(sigma, BISECT, sizeof(BISECT));
    assert_false(by_chance);
    sampler = (struct mg_sampler){
        .order = mg_order_find("right_to_left"), .per_step = 1, .block = 3, .draft = 2};
    assert_int_equal(mg_draft_order(sigma, &by_chance, &sampler, row, 9, NULL), 8);
    assert_memory_equal(sigma, BLOCKS, sizeof(BLOCKS));
    sampler = sampler_of("random", 2);
    (void)mg_draft_order(sigma, &by_chance, &sampler, row, 9, NULL);
    assert_true(by_chance);
}

/* Rounds of 3, 2 and 1 positions with drafts of 4: 4 + 3 + 1 rows. */
static void rows_evaluated_follow_from_the_rounds(void **state)
{
    static const int STEP_OF[] = {0, 1, -1, 0, 2, 1, 0};

    (void)state;
    assert_int_equal(mg_draft_evaluated(STEP_OF, 7, 4), 8);
}

/* Keeps what the measures say of drafts. */
struct kept {
    struct mg_sink sink;
    double per_call;
    double per_row;
    double nfe;
    double tv;
};

static void keep(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells, size_t n)
{
    struct kept *kept = (struct kept *)sink;

    if (table == MG_TABLE_information && strcmp(cells[0].text, "s.tokens_per_call") == 0) {
        kept->per_call = cells[1].real;
    } else if (table == MG_TABLE_information && strcmp(cells[0].text, "s.tokens_per_row") == 0) {
        kept->per_row = cells[1].real;
    } else if (table == MG_TABLE_sampler_error) {
        kept->nfe = cells[1].real;
        kept->tv = cells[n - 1].real;
    } else if (table == MG_TABLE_coherence) {
        kept->nfe = cells[1].real;
    }
}

static void measures_report_tokens_per_call_and_per_row(void **state)
{
    static const double START[V] = {.5, .3, .2};
    static const double TRANSITION[V * V] = {.7, .2, .1, .1, .8, .1, .3, .3, .4};
    const struct mg_streams streams = {.sample = {{5, 6}}};
    struct mg_source *source = mg_markov_new(TRANSITION, START, L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct expected expected = {.predictor = oracle, .temperature = 1.0, .draft = 3};
    struct mg_sampler sampler = sampler_of("strided", 3);
    const struct mg_measure_spec spec = {.samplers = &sampler, .n_samplers = 1, .draws = DRAWS};
    struct kept kept = {.sink = {keep}};
    const struct mg_measure_input input = {.spec = &spec,
                                           .source = source,
                                           .predictor = oracle,
                                           .streams = &streams,
                                           .sink = &kept.sink};
    struct mg_error err = {0};

    (void)state;
    expect_order(&expected, 2);
    assert_int_equal(mg_measure_law.run(&input, &err), MG_OK);
    assert_close(kept.nfe, expected.calls, 1e-12);
    assert_close(kept.per_call, L / expected.calls, 1e-12);
    assert_close(kept.per_row, L / expected.rows, 1e-12);
    assert_close(kept.tv, 0.0, 1e-12);
    kept = (struct kept){.sink = {keep}};
    assert_int_equal(mg_measure_samples.run(&input, &err), MG_OK);
    assert_close(kept.nfe, expected.calls, 0.03);
    assert_close(kept.per_call, L / expected.calls, 0.01);
    assert_close(kept.per_row, L / expected.rows, 0.01);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

static void what_drafts_cannot_tell_is_refused(void **state)
{
    struct mg_source *small = test_chain_two(L);
    struct mg_source *large = test_chain_cycle(32);
    struct mg_sampler sampler = sampler_of("left_to_right", 4);
    const struct mg_measure_spec spec = {.samplers = &sampler, .n_samplers = 1, .draws = 2};
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_measure_law.check(&spec, small, &err), MG_OK);
    assert_int_equal(mg_measure_law.check(&spec, large, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "one position a step"));
    assert_int_equal(mg_measure_certificate.check(&spec, small, &err), MG_EUSAGE);
    assert_int_equal(mg_measure_check_prefixes(&mg_measure_samples, &spec, small, 1, &err),
                     MG_EUSAGE);
    mg_source_free(large);
    mg_source_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(law_is_the_chain_rule_s_with_a_wrong_predictor),
        cmocka_unit_test(law_is_the_source_s_with_the_oracle),
        cmocka_unit_test(draws_follow_the_enumerated_law_and_cost),
        cmocka_unit_test(a_draw_depends_on_its_number_alone_and_keeps_its_prompt),
        cmocka_unit_test(the_order_is_that_of_the_steps),
        cmocka_unit_test(rows_evaluated_follow_from_the_rounds),
        cmocka_unit_test(measures_report_tokens_per_call_and_per_row),
        cmocka_unit_test(what_drafts_cannot_tell_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

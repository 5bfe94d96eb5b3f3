/*
 * Expected: rates by hand, and laws from a recursion over every path of every position here, which
 * remembers each token's certainty and so covers all rules.
 */
#include "model/diffusion/corrector.h"

#include <stdlib.h>
#include <string.h>

#include "model/diffusion/sampler.h"
#include "model/measure/corrected_law.h"
#include "model/measure/kinds.h"
#include "model/measure/whole_law.h"
#include "model/numeric/statistics.h"
#include "tests/support/chains.h"
#include "tests/support/test.h"

enum { L = 3, V = 2, ALL = 8, T = 3, DRAWS = 40000 };

static struct mg_sampler sampler_of(const char *corrector, double eta, size_t steps)
{
    return (struct mg_sampler){.name = "s",
                               .order = mg_order_find("random"),
                               .temperature = 1.0,
                               .steps = steps,
                               .corrector = mg_corrector_find(corrector),
                               .eta = eta,
                               .sweeps = 1};
}

static void rates_are_those_of_the_rules(void **state)
{
    struct mg_sampler sampler = sampler_of("remdm_cap", .3, 4);

    (void)state;
    assert_close(mg_remask_rates(&sampler, 0).reveal, .25, 1e-15);
    assert_close(mg_remask_rates(&sampler, 1).remask, .3, 1e-15);
    assert_close(mg_remask_rates(&sampler, 1).reveal, (.5 - .7 * .25) / .75, 1e-15);
    assert_close(mg_remask_rates(&sampler, 3).remask, 0.0, 0.0);
    assert_close(mg_remask_rates(&sampler, 3).reveal, 1.0, 0.0);
    sampler = sampler_of("remdm_rescale", .5, 4);
    assert_close(mg_remask_rates(&sampler, 2).remask, .25, 1e-15); /* s_max = .25 / .5 */
    assert_close(mg_remask_rates(&sampler, 2).reveal, .75, 1e-15);
    sampler = sampler_of("forward_backward", 0.0, 5);
    assert_close(mg_remask_rates(&sampler, 2).remask, .2 / .4, 1e-15);
    assert_close(mg_remask_rates(&sampler, 2).reveal, .4 / .6, 1e-15); /* twice the step */
    sampler = sampler_of("remdm_conf", 0.0, 5);
    assert_close(mg_remask_rates(&sampler, 3).remask, .2 / .6, 1e-15);
    assert_close(mg_remask_rates(&sampler, 3).reveal, .5, 1e-15);
}

/* (1 - s) a + reveal (1 - a) = b, step by step. */
static void remasking_keeps_the_schedule(void **state)
{
    static const char *const NAMES[] = {"remdm_cap", "remdm_rescale", "forward_backward"};

    (void)state;
    for (size_t r = 0; r < 3; r++) {
        const struct mg_sampler sampler = sampler_of(NAMES[r], .37, 9);
        double share = 0.0;

        for (size_t k = 0; k < 9; k++) {
            const struct mg_remask_rates rates = mg_remask_rates(&sampler, k);

            share = (1.0 - rates.remask) * share + rates.reveal * (1.0 - share);
            assert_close(share, (double)(k + 1) / 9.0, 1e-14);
        }
    }
}

/* ------ every path ------ */

struct brute {
    struct mg_predictor *predictor;
    const char *rule;
    double eta;
    double law[ALL];
};

static void brute_step(struct brute *brute, const int *row, const double *sure, size_t step,
                       double weight);

/* Decide position `at` of the step; before: the row the step began with. */
static void brute_position(struct brute *brute, const int *before, const double *sure_before,
                           int *row, double *sure, const double *probs, size_t at, size_t step,
                           double weight)
{
    const double a = (double)step / T;
    const double b = (double)(step + 1) / T;
    const double s_max = step == 0 ? 1.0 : fmin(1.0, (1.0 - b) / a);
    const bool doubt = strcmp(brute->rule, "remdm_conf") == 0;
    double s = strcmp(brute->rule, "remdm_cap") == 0       ? fmin(brute->eta, s_max)
               : strcmp(brute->rule, "remdm_rescale") == 0 ? brute->eta * s_max
               : doubt                                     ? s_max
                                                           : fmin(s_max, (b - a) / fmax(a, 1e-9));
    double reveal = doubt ? (b - a) / (1.0 - a) : (b - (1.0 - s) * a) / (1.0 - a);

    if (weight <= 0.0) {
        return;
    }
    if (at == L) {
        brute_step(brute, row, sure, step + 1, weight);
        return;
    }
    if (before[at] != MG_MASK) {
        double total = 0.0;

        for (size_t i = 0; i < L; i++) {
            total += before[i] != MG_MASK ? exp(-sure_before[i]) : 0.0;
        }
        s *= doubt ? exp(-sure_before[at]) / total : 1.0;
        brute_position(brute, before, sure_before, row, sure, probs, at + 1, step,
                       weight * (1.0 - s));
        row[at] = MG_MASK;
        brute_position(brute, before, sure_before, row, sure, probs, at + 1, step, weight * s);
        row[at] = before[at];
        return;
    }
    brute_position(brute, before, sure_before, row, sure, probs, at + 1, step,
                   weight * (1.0 - reveal));
    for (int v = 0; v < V; v++) {
        row[at] = v;
        sure[at] = probs[at * V + (size_t)v];
        brute_position(brute, before, sure_before, row, sure, probs, at + 1, step,
                       weight * reveal * probs[at * V + (size_t)v]);
    }
    row[at] = MG_MASK;
    sure[at] = sure_before[at];
}

static void brute_step(struct brute *brute, const int *row, const double *sure, size_t step,
                       double weight)
{
    double probs[L * V];
    int after[L];
    double sure_after[L];

    if (step == T) {
        brute->law[(size_t)(row[0] * 4 + row[1] * 2 + row[2])] += weight;
        return;
    }
    memcpy(after, row, sizeof(after));
    memcpy(sure_after, sure, sizeof(sure_after));
    mg_predict(brute->predictor, probs, NULL, row, 1);
    brute_position(brute, row, sure, after, sure_after, probs, 0, step, weight);
}

/* Share of each sequence among draws. */
static void draw_law(double *share, struct mg_predictor *predictor,
                     const struct mg_sampler *sampler)
{
    const int open[L] = {MG_MASK, MG_MASK, MG_MASK};
    const struct mg_stream stream = {{1, 9}};
    int *tokens = malloc(DRAWS * L * sizeof(tokens[0]));

    memset(share, 0, ALL * sizeof(share[0]));
    mg_sample(tokens, NULL, NULL, predictor, sampler, open, DRAWS, stream, 0);
    for (size_t d = 0; d < DRAWS; d++) {
        share[(size_t)(tokens[d * L] * 4 + tokens[d * L + 1] * 2 + tokens[d * L + 2])] +=
            1.0 / DRAWS;
    }
    free(tokens);
}

static void remasking_laws_and_draws_follow_every_path(void **state)
{
    static const struct {
        const char *rule;
        double eta;
    } RULES[] = {
        {"remdm_cap", .4}, {"remdm_rescale", .7}, {"forward_backward", 0.0}, {"remdm_conf", 0.0}};
    struct mg_source *source = test_chain_two(L);
    struct mg_predictor *oracle = mg_oracle_new(source);

    (void)state;
    for (size_t r = 0; r < 4; r++) {
        const struct mg_sampler sampler = sampler_of(RULES[r].rule, RULES[r].eta, T);
        struct brute brute = {.predictor = oracle, .rule = RULES[r].rule, .eta = RULES[r].eta};
        const int open[L] = {MG_MASK, MG_MASK, MG_MASK};
        const double none[L] = {0};
        struct mg_error err = {0};
        double share[ALL];

        brute_step(&brute, open, none, 0, 1.0);
        draw_law(share, oracle, &sampler);
        for (size_t x = 0; x < ALL; x++) { /* five standard deviations */
            assert_close(share[x], brute.law[x], 5.0 * sqrt(brute.law[x] / DRAWS));
        }
        if (mg_corrected_law_check(&sampler, L, V, &err) == MG_OK) {
            double *nu = NULL;
            double nfe;

            assert_int_equal(mg_corrected_law(&nu, &nfe, oracle, &sampler, &err), MG_OK);
            for (size_t x = 0; x < ALL; x++) {
                assert_close(nu[x], brute.law[x], 1e-14);
            }
            assert_true(nfe > 2.0 && nfe <= T);
            free(nu);
        } else {
            assert_string_equal(RULES[r].rule, "remdm_conf");
            assert_non_null(strstr(err.text, "remembers"));
        }
    }
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* One step has nothing to remask: the product of marginals, by hand. */
static void one_step_is_the_product(void **state)
{
    static const double P0[L] = {.62, .66, .68}; /* P(x_i = 0): p' = .35 + .5 p */
    struct mg_source *source = test_chain_two(L);
    struct mg_predictor *oracle = mg_oracle_new(source);
    const struct mg_sampler sampler = sampler_of("forward_backward", 0.0, 1);
    struct mg_error err = {0};
    double *nu = NULL;
    double nfe;

    (void)state;
    assert_int_equal(mg_corrected_law(&nu, &nfe, oracle, &sampler, &err), MG_OK);
    for (size_t x = 0; x < ALL; x++) {
        double chance = 1.0;

        for (size_t i = 0; i < L; i++) {
            chance *= (x >> (L - 1 - i)) & 1 ? 1.0 - P0[i] : P0[i];
        }
        assert_close(nu[x], chance, 1e-14);
    }
    assert_close(nfe, 1.0, 1e-15);
    free(nu);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

/* nu K: position after position, by definition. */
static void brute_sweep(double *nu, struct mg_predictor *predictor)
{
    for (size_t at = 0; at < L; at++) {
        double next[ALL] = {0};

        for (size_t x = 0; x < ALL; x++) {
            int row[L] = {(int)(x >> 2), (int)(x >> 1 & 1), (int)(x & 1)};
            double probs[L * V];

            row[at] = MG_MASK;
            mg_predict(predictor, probs, NULL, row, 1);
            for (size_t v = 0; v < V; v++) {
                const size_t bit = (size_t)1 << (L - 1 - at);

                next[(x & ~bit) | (v == 1 ? bit : 0)] += nu[x] * probs[at * V + v];
            }
        }
        memcpy(nu, next, sizeof(next));
    }
}

static void sweeps_follow_their_definition_and_draw_near_the_source(void **state)
{
    struct mg_source *source = test_chain_two(L);
    struct mg_source *other = test_chain_flip(.2, L);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_predictor *wrong = mg_oracle_new(other);
    double *mu = mg_whole_source(source, NULL);
    double before = 10.0;

    (void)state;
    for (size_t sweeps = 1; sweeps <= 4; sweeps++) {
        struct mg_sampler sampler = sampler_of("gibbs", 0.0, 1);
        struct mg_predictor *predictors[2] = {wrong, oracle};
        struct mg_error err = {0};

        sampler.sweeps = sweeps;
        for (size_t p = 0; p < 2; p++) {
            double *base = NULL;
            double *nu = NULL;
            double nfe;

            assert_int_equal(mg_whole_law(&base, &nfe, predictors[p], &sampler, NULL, &err), MG_OK);
            assert_close(nfe, 1.0, 1e-15);
            assert_int_equal(mg_corrected_law(&nu, &nfe, predictors[p], &sampler, &err), MG_OK);
            assert_close(nfe, 1.0 + L * (double)sweeps, 1e-15);
            for (size_t s = 0; s < sweeps; s++) {
                brute_sweep(base, predictors[p]);
            }
            for (size_t x = 0; x < ALL; x++) {
                assert_close(nu[x], base[x], 1e-14);
            }
            if (p == 1) {
                assert_true(mg_kl_nats(mu, nu, ALL) < before);
                before = mg_kl_nats(mu, nu, ALL);
            }
            if (sweeps == 2) {
                double share[ALL];

                draw_law(share, predictors[p], &sampler);
                for (size_t x = 0; x < ALL; x++) {
                    assert_close(share[x], nu[x], 5.0 * sqrt(nu[x] / DRAWS));
                }
            }
            free(nu);
            free(base);
        }
    }
    free(mu);
    mg_predictor_free(wrong);
    mg_predictor_free(oracle);
    mg_source_free(other);
    mg_source_free(source);
}

/* What is exact stays exact. */
static void the_source_is_invariant_under_sweeps(void **state)
{
    struct mg_source *source = test_chain_zipf(4);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_sampler sampler = sampler_of("gibbs", 0.0, 4);
    double *mu = mg_whole_source(source, NULL);
    struct mg_error err = {0};
    double *nu = NULL;
    double nfe;

    (void)state;
    sampler.order = mg_order_find("left_to_right");
    sampler.sweeps = 3;
    assert_int_equal(mg_corrected_law(&nu, &nfe, oracle, &sampler, &err), MG_OK);
    for (size_t x = 0; x < 4096; x++) {
        assert_close(nu[x], mu[x], 1e-14);
    }
    free(nu);
    free(mu);
    mg_predictor_free(oracle);
    mg_source_free(source);
}

static void prompts_stay_and_calls_are_counted(void **state)
{
    static const char *const NAMES[] = {"remdm_cap", "remdm_rescale", "remdm_conf",
                                        "forward_backward", "gibbs"};
    const int prompt[6] = {MG_MASK, 1, MG_MASK, 0, MG_MASK, MG_MASK};
    const struct mg_stream stream = {{4, 4}};
    struct mg_source *source = test_chain_two(6);
    struct mg_predictor *oracle = mg_oracle_new(source);
    int tokens[50 * 6];
    int step_of[50 * 6];
    int few[5 * 6];
    size_t nfe[50];

    (void)state;
    for (size_t r = 0; r < 5; r++) {
        const struct mg_sampler sampler = sampler_of(NAMES[r], .9, 2);

        mg_sample(tokens, step_of, nfe, oracle, &sampler, prompt, 50, stream, 0);
        for (size_t d = 0; d < 50; d++) {
            assert_true(nfe[d] >= 1 && nfe[d] <= (r == 4 ? 6 : 2));
            assert_int_equal(r == 4 ? nfe[d] : 6, 6); /* two steps and four redraws */
            for (size_t i = 0; i < 6; i++) {
                assert_true(tokens[d * 6 + i] == 0 || tokens[d * 6 + i] == 1);
                if (prompt[i] != MG_MASK) {
                    assert_int_equal(tokens[d * 6 + i], prompt[i]);
                }
                assert_true((step_of[d * 6 + i] == -1) == (prompt[i] != MG_MASK));
            }
        }
        mg_sample(few, NULL, NULL, oracle, &sampler, prompt, 5, stream, 45);
        assert_memory_equal(few, tokens + 45 * 6, sizeof(few)); /* a draw depends on its number */
    }
    mg_predictor_free(oracle);
    mg_source_free(source);
}

struct kept {
    struct mg_sink sink;
    size_t n;
    struct mg_cell cells[MG_COLUMNS_MAX];
};

static void keep(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells, size_t n)
{
    struct kept *kept = (struct kept *)(void *)sink;

    assert_int_equal(table, MG_TABLE_sampler_error); /* no ledger */
    kept->n++;
    memcpy(kept->cells, cells, n * sizeof(cells[0]));
}

static void the_measure_has_one_row_without_a_ledger(void **state)
{
    struct mg_source *source = test_chain_two(5);
    struct mg_source *large = test_chain_cycle(32);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_sampler sampler = sampler_of("remdm_cap", .2, 5);
    const struct mg_measure_spec spec = {.samplers = &sampler, .n_samplers = 1};
    struct kept kept = {.sink = {.row = keep}};
    const struct mg_measure_input input = {
        .spec = &spec, .source = source, .predictor = oracle, .sink = &kept.sink};
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_measure_law.check(&spec, source, &err), MG_OK);
    assert_int_equal(mg_measure_law.run(&input, &err), MG_OK);
    assert_int_equal(kept.n, 1);
    assert_true(kept.cells[2].real > 0.0);
    for (size_t i = 3; i < 9; i++) {
        assert_int_equal(kept.cells[i].type, MG_CELL_NULL);
    }
    assert_close(kept.cells[9].real, 1.0, 1e-12);
    assert_true(kept.cells[11].real > 0.0 && kept.cells[12].real > 0.0);
    assert_int_equal(mg_measure_law.check(&spec, large, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "3.434e+30 contexts"));
    mg_predictor_free(oracle);
    mg_source_free(large);
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_those_of_the_rules),
        cmocka_unit_test(remasking_keeps_the_schedule),
        cmocka_unit_test(remasking_laws_and_draws_follow_every_path),
        cmocka_unit_test(one_step_is_the_product),
        cmocka_unit_test(sweeps_follow_their_definition_and_draw_near_the_source),
        cmocka_unit_test(the_source_is_invariant_under_sweeps),
        cmocka_unit_test(prompts_stay_and_calls_are_counted),
        cmocka_unit_test(the_measure_has_one_row_without_a_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

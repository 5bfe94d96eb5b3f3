/* test_law_held_out.c - nats per token of held-out windows, beside a direct sum over them. */
#include "model/measure/law_held_out.h"

#include <string.h>

#include "model/measure/kinds.h"
#include "model/predictor/uniform.h"
#include "model/source/text.h"
#include "tests/support/chains.h"
#include "tests/support/test.h"

enum { N = 4000, N_TRAIN = 2000, L = 8, V = 8, DRAWS = 100 };

static const struct mg_streams STREAMS = {.order = {{8, 9}}};

struct collector {
    struct mg_sink sink;
    size_t n;
    double nfe, nll, se, nll_character;
    char kind[16];
};

static void collect(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                    size_t n)
{
    struct collector *rows = (struct collector *)sink;

    assert_int_equal(table, MG_TABLE_likelihoods);
    assert_int_equal(n, 7);
    assert_int_equal(cells[2].integer, DRAWS);
    rows->n++;
    rows->nfe = cells[1].real;
    rows->nll = cells[3].real;
    rows->se = cells[4].real;
    snprintf(rows->kind, sizeof(rows->kind), "%s", cells[5].text);
    rows->nll_character = cells[6].real;
}

static struct collector measure(const struct mg_source *text, struct mg_predictor *predictor,
                                const char *order, size_t per_step)
{
    struct mg_sampler sampler = {
        .name = "s", .order = mg_order_find(order), .per_step = per_step, .temperature = 1.0};
    const struct mg_measure_spec spec = {.samplers = &sampler, .n_samplers = 1, .draws = DRAWS};
    struct collector rows = {.sink = {collect}};
    const struct mg_measure_input input = {&spec, text, predictor, &STREAMS, &rows.sink};
    struct mg_error err = {0};

    assert_int_equal(mg_measure_law.check(&spec, text, &err), MG_OK);
    assert_int_equal(mg_measure_law.run(&input, &err), MG_OK);
    assert_int_equal(rows.n, 1);
    return rows;
}

/* What each token of the chain would write, so that a window is 4 to 36 characters. */
static const uint32_t CHARACTERS[V] = {1, 2, 3, 4, 5, 6, 7, 9};

static struct mg_source *written_by(const struct mg_source *chain, uint32_t *tokens)
{
    struct mg_rng rng = mg_rng_at(STREAMS.order, 0, 5);
    int row[L];

    for (size_t i = 0; i < N; i += L) {
        mg_source_draw(chain, &rng, row);
        for (size_t k = 0; k < L; k++) {
            tokens[i + k] = (uint32_t)row[k];
        }
    }
    return mg_text_new(tokens, N, N_TRAIN, L, V, CHARACTERS);
}

/* The chain rule: any order of single tokens gives the chain's own probability of the window. */
static void one_at_a_time_it_is_the_predictors_own_likelihood(void **state)
{
    struct mg_source *chain = test_chain_lazy(L);
    struct mg_predictor *oracle = mg_oracle_new(chain);
    uint32_t tokens[N];
    struct mg_source *text = written_by(chain, tokens);
    const struct collector l2r = measure(text, oracle, "left_to_right", 1);
    const struct collector confidence = measure(text, oracle, "confidence", 1);
    double sum = 0.0;
    double squares = 0.0;
    double characters = 0.0;

    (void)state;
    for (uint64_t d = 0; d < DRAWS; d++) {
        struct mg_rng rng = mg_rng_at(STREAMS.order, d, 0);
        int row[L];
        double nats;

        mg_source_draw_held_out(text, &rng, row);
        nats = -mg_source_log_mass(chain, row) / L;
        for (size_t i = 0; i < L; i++) {
            characters += (double)CHARACTERS[row[i]];
        }
        sum += nats;
        squares += nats * nats;
    }
    assert_close(l2r.nll, sum / DRAWS, 1e-10);
    assert_close(confidence.nll, sum / DRAWS, 1e-10);
    assert_close(l2r.nll_character, sum * L / characters, 1e-10);
    assert_close(confidence.nll_character, sum * L / characters, 1e-10);
    assert_close(l2r.se, sqrt((squares - sum * sum / DRAWS) / (DRAWS - 1) / DRAWS), 1e-9);
    assert_close(l2r.nfe, L, 0.0);
    assert_string_equal(l2r.kind, "monte_carlo");
    mg_source_free(text);
    mg_predictor_free(oracle);
    mg_source_free(chain);
}

static void a_random_order_is_a_bound(void **state)
{
    struct mg_source *chain = test_chain_lazy(L);
    struct mg_predictor *uniform = mg_uniform_new(L, V);
    uint32_t tokens[N];
    struct mg_source *text = written_by(chain, tokens);
    const struct collector random = measure(text, uniform, "random", 4);

    (void)state;
    assert_string_equal(random.kind, "path_bound");
    assert_close(random.nll, log(V), 1e-12);
    assert_close(random.se, 0.0, 1e-12);
    assert_close(random.nfe, 2.0, 0.0);
    mg_source_free(text);
    mg_predictor_free(uniform);
    mg_source_free(chain);
}

static void orders_that_look_at_what_they_draw_are_refused(void **state)
{
    struct mg_source *chain = test_chain_lazy(L);
    uint32_t tokens[N];
    struct mg_source *text = written_by(chain, tokens);
    struct mg_sampler sampler = {.name = "llada",
                                 .order = mg_order_find("low_confidence"),
                                 .per_step = 1,
                                 .temperature = 1.0};
    const struct mg_measure_spec spec = {.samplers = &sampler, .n_samplers = 1, .draws = DRAWS};
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_measure_law.check(&spec, text, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "llada"));
    mg_source_free(text);
    mg_source_free(chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_at_a_time_it_is_the_predictors_own_likelihood),
        cmocka_unit_test(a_random_order_is_a_bound),
        cmocka_unit_test(orders_that_look_at_what_they_draw_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * LLaDA's own decoding against generate.py written out from its description: logits, all draws of
 * a step enumerated. Source: Nie et al. 2025, arXiv:2502.09992, its generate.py.
 */
#include "model/predictor/steered.h"

#include <stdlib.h>
#include <string.h>

#include "model/diffusion/sampler.h"
#include "model/measure/law.h"
#include "model/measure/whole_law.h"
#include "model/source/sequences.h"
#include "tests/support/test.h"

enum { L = 5, V = 3, ALL = 243, DRAWS_MAX = 243 };

static const struct mg_stream STREAM = {{5, 6}};

/* ---- a network: logits that depend on all of a row, and on nothing else ---- */

static double logit(const int *row, size_t i, size_t v)
{
    uint32_t hash = 2166136261u;

    for (size_t j = 0; j < L; j++) {
        hash = (hash ^ (uint32_t)(row[j] + 2)) * 16777619u;
    }
    hash = (hash ^ (uint32_t)(i * V + v)) * 16777619u;
    hash ^= hash >> 15;
    hash *= 2246822519u;
    hash ^= hash >> 13;
    return (double)(hash % 4001u) / 1000.0 - 2.0;
}

static void softmax(double *p, const double *l, size_t n)
{
    double total = 0.0;

    for (size_t v = 0; v < n; v++) {
        p[v] = exp(l[v]);
        total += p[v];
    }
    for (size_t v = 0; v < n; v++) {
        p[v] /= total;
    }
}

static void predict(struct mg_predictor *predictor, double *probs, bool *possible, const int *rows,
                    size_t n)
{
    (void)predictor;
    for (size_t k = 0; k < n; k++) {
        for (size_t i = 0; i < L; i++) {
            double *p = probs + (k * L + i) * V;
            double l[V];

            for (size_t v = 0; v < V; v++) {
                l[v] = logit(rows + k * L, i, v);
                p[v] = rows[k * L + i] == (int)v ? 1.0 : 0.0;
            }
            if (rows[k * L + i] == MG_MASK) {
                softmax(p, l, V);
            }
        }
        if (possible != NULL) {
            possible[k] = true;
        }
    }
}

static const struct mg_predictor_ops OPS = {.kind = "hashed", .predict = predict};
static struct mg_predictor network = {.ops = &OPS, .length = L, .vocab = V};

/* ---- generate.py ---- */

struct generate {
    int prompt[L]; /* first n_prompt tokens, then masks */
    size_t n_prompt;
    size_t block_length;
    size_t steps; /* of all blocks */
    double temperature;
    double cfg_scale;
    bool low_confidence;
    int suppressed; /* logits_eos_inf, or -1 */
    int deferred;   /* confidence_eos_eot_inf, or -1 */
    double law[ALL];
};

/* One step of one outcome: what is left of the schedule of its block goes on in next_step. */
static void next_step(struct generate *g, const int *row, size_t block, size_t step, double weight);

static void guided_logits(double *l, const struct generate *g, const int *row)
{
    int unprompted[L];

    for (size_t j = 0; j < L; j++) {
        unprompted[j] = j < g->n_prompt ? MG_MASK : row[j];
    }
    for (size_t i = 0; i < L; i++) {
        for (size_t v = 0; v < V; v++) {
            const double c = logit(row, i, v);
            const double un = logit(unprompted, i, v);

            l[i * V + v] = g->cfg_scale > 0.0 ? un + (g->cfg_scale + 1.0) * (c - un) : c;
            if ((int)v == g->suppressed) {
                l[i * V + v] = -HUGE_VAL;
            }
        }
    }
}

/* Reveal `transfer` of the block's masks with the largest confidence; ties: lowest position. */
static void commit(struct generate *g, const int *row, const int *drawn, const double *confidence,
                   size_t block, size_t transfer, size_t step, double weight)
{
    const size_t begin = g->n_prompt + block * g->block_length;
    bool taken[L] = {false};
    int out[L];

    memcpy(out, row, sizeof(out));
    for (size_t n = 0; n < transfer; n++) {
        size_t best = L;

        for (size_t i = begin; i < begin + g->block_length; i++) {
            if (row[i] == MG_MASK && !taken[i] && (best == L || confidence[i] > confidence[best])) {
                best = i;
            }
        }
        taken[best] = true;
        out[best] = drawn[best];
    }
    next_step(g, out, block, step + 1, weight);
}

/* Uniform confidences: every order of the block's masks is as likely as any other. */
static void commit_random(struct generate *g, const int *row, const int *drawn, size_t block,
                          size_t transfer, size_t step, double weight)
{
    const size_t begin = g->n_prompt + block * g->block_length;
    double ways = 0.0;

    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned set = 0; set < 1u << g->block_length; set++) {
            double confidence[L] = {0};
            bool fits = (size_t)__builtin_popcount(set) == transfer;

            for (size_t i = 0; i < g->block_length; i++) {
                confidence[begin + i] = set >> i & 1u;
                fits = fits && (!(set >> i & 1u) || row[begin + i] == MG_MASK);
            }
            if (fits && pass == 0) {
                ways += 1.0;
            } else if (fits) {
                commit(g, row, drawn, confidence, block, transfer, step, weight / ways);
            }
        }
    }
}

static double chance_of(const double *l, int token, double temperature)
{
    double tempered[V];
    size_t best = 0;

    for (size_t v = 0; v < V; v++) {
        best = l[v] > l[best] ? v : best;
        tempered[v] = l[v] / temperature;
    }
    if (!(temperature > 0.0)) {
        return (size_t)token == best ? 1.0 : 0.0;
    }
    softmax(tempered, tempered, V);
    return tempered[token];
}

static double confidence_of(const double *l, int token, int deferred)
{
    double p[V];

    for (size_t v = 0; v < V; v++) {
        p[v] = (int)v == deferred ? -HUGE_VAL : l[v];
    }
    softmax(p, p, V);
    return p[token];
}

/* Every way to draw a token at every mask of the row. */
static void draw_all(struct generate *g, const int *row, size_t block, size_t transfer, size_t step,
                     double weight)
{
    double l[L * V];

    guided_logits(l, g, row);
    for (size_t code = 0; code < DRAWS_MAX; code++) {
        double confidence[L] = {0};
        double chance = weight;
        int drawn[L];

        for (size_t i = 0, rest = code; i < L && chance > 0.0; i++, rest /= V) {
            drawn[i] = (int)(rest % V);
            if (row[i] == MG_MASK) {
                chance *= chance_of(l + i * V, drawn[i], g->temperature);
                confidence[i] = confidence_of(l + i * V, drawn[i], g->deferred);
            } else if (drawn[i] != row[i]) {
                chance = 0.0;
            }
        }
        if (chance > 0.0 && g->low_confidence) {
            commit(g, row, drawn, confidence, block, transfer, step, chance);
        } else if (chance > 0.0) {
            commit_random(g, row, drawn, block, transfer, step, chance);
        }
    }
}

static size_t number_of(const int *row)
{
    size_t number = 0;

    for (size_t i = 0; i < L; i++) {
        number = number * V + (size_t)row[i];
    }
    return number;
}

static void next_step(struct generate *g, const int *row, size_t block, size_t step, double weight)
{
    const size_t blocks = (L - g->n_prompt) / g->block_length;
    const size_t steps = g->steps / blocks;

    if (block == blocks) {
        g->law[number_of(row)] += weight;
    } else if (step == steps) {
        next_step(g, row, block + 1, 0, weight);
    } else {
        draw_all(g, row, block, g->block_length / steps + (step < g->block_length % steps), step,
                 weight);
    }
}

static void generate(struct generate *g, size_t n_prompt)
{
    g->n_prompt = n_prompt;
    for (size_t i = 0; i < L; i++) {
        g->prompt[i] = i < n_prompt ? (int)(i * 2 % V) : MG_MASK;
    }
    next_step(g, g->prompt, 0, 0, 1.0);
}

/* The same as one of our samplers. */
static struct mg_sampler sampler_of(struct generate *g)
{
    return (struct mg_sampler){.order =
                                   mg_order_find(g->low_confidence ? "low_confidence" : "random"),
                               .steps = g->steps,
                               .block = g->block_length,
                               .block_from_prompt = true,
                               .temperature = g->temperature,
                               .guidance = g->cfg_scale,
                               .forbid = &g->suppressed,
                               .n_forbid = g->suppressed >= 0,
                               .defer = &g->deferred,
                               .n_defer = g->deferred >= 0};
}

static void compare(struct generate *g)
{
    const struct mg_sampler sampler = sampler_of(g);
    struct mg_predictor *steered = mg_sampler_steered_new(&network, &sampler, g->prompt);
    struct mg_error err = {0};
    double *law = NULL;
    double total = 0.0;
    double nfe = 0.0;

    assert_int_equal(
        mg_whole_law(&law, &nfe, steered == NULL ? &network : steered, &sampler, g->prompt, &err),
        MG_OK);
    assert_close(nfe, (double)g->steps, 1e-12);
    for (size_t x = 0; x < ALL; x++) {
        assert_close(law[x], g->law[x], 1e-13);
        total += g->law[x];
    }
    assert_close(total, 1.0, 1e-12);
    free(law);
    mg_predictor_free(steered);
}

static void law_of_llada_decoding_is_that_of_generate_py(void **state)
{
    /* length of the prompt, of blocks, steps of all blocks: generate.py wants them to divide */
    static const size_t SIZES[][3] = {{1, 4, 2}, {1, 2, 2}, {1, 2, 4}, {2, 3, 3},
                                      {2, 3, 2}, {3, 1, 2}, {3, 2, 1}};
    static const double SCALES[] = {0.0, 0.5, 2.0};
    static const double TEMPERATURES[] = {0.0, 0.7, 1.0};

    (void)state;
    for (size_t s = 0; s < sizeof(SIZES) / sizeof(SIZES[0]); s++) {
        for (size_t way = 0; way < 36; way++) {
            struct generate g = {.block_length = SIZES[s][1],
                                 .steps = SIZES[s][2],
                                 .cfg_scale = SCALES[way % 3],
                                 .temperature = TEMPERATURES[way / 3 % 3],
                                 .low_confidence = way / 9 % 2 == 0,
                                 .suppressed = way / 18 == 0 ? -1 : 0,
                                 .deferred = way / 9 % 2 == 0 ? (int)(way % 4) - 1 : -1};

            if (g.deferred == g.suppressed) {
                g.deferred = -1;
            }
            generate(&g, SIZES[s][0]);
            compare(&g);
        }
    }
}

/* ---- guidance with other predictors ---- */

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
    struct mg_predictor *steered = mg_sampler_steered_new(oracle, &sampler, PROMPT);
    struct mg_error err = {0};
    struct mg_law *law = NULL;

    (void)state;
    assert_int_equal(mg_law_walk(&law, steered, source, &sampler, PROMPT, 1e6, &err), MG_OK);
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
    struct mg_predictor *steered = mg_steered_new(&network, &none);
    const int rows[2 * L] = {0, MG_MASK, 1, MG_MASK, MG_MASK, 0, 2, 1, 1, MG_MASK};
    double a[2 * L * V];
    double b[2 * L * V];

    (void)state;
    assert_null(mg_sampler_steered_new(&network, &plain, PROMPT));
    assert_int_equal(mg_sampler_calls(&plain), 1);
    mg_predict(&network, a, NULL, rows, 2);
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
    struct mg_predictor *steered = mg_sampler_steered_new(&network, &sampler, open);
    double p[L * V];
    double q[L * V];

    (void)state;
    mg_predict(&network, p, NULL, open, 1);
    mg_predict(steered, q, NULL, open, 1);
    assert_close(q[0], p[0] / (p[0] + p[1]), 1e-15);
    assert_close(q[2], 0.0, 0.0);
    mg_sample(tokens, NULL, NULL, steered, &sampler, open, 500, STREAM, 0);
    for (size_t i = 0; i < 500 * L; i++) {
        assert_int_not_equal(tokens[i], 2);
    }
    mg_predictor_free(steered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(law_of_llada_decoding_is_that_of_generate_py),
        cmocka_unit_test(law_of_the_guided_oracle_is_walked_exactly),
        cmocka_unit_test(guidance_of_zero_changes_no_bit),
        cmocka_unit_test(parts_of_a_mixture_are_guided_like_its_weights),
        cmocka_unit_test(impossible_rows_are_finished_as_without_guidance),
        cmocka_unit_test(forbidden_tokens_are_never_drawn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

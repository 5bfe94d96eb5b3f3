/*
 * test_llada_decoding.c - the law of LLaDA's own decoding against that of generate.py.
 *
 * generate.py is written out from its description: logits, all draws of a step enumerated.
 * Source: Nie et al. 2025, arXiv:2502.09992, its generate.py.
 */
#include "model/diffusion/sampler.h"

#include <stdlib.h>
#include <string.h>

#include "model/measure/whole_law.h"
#include "tests/support/hashed.h"
#include "tests/support/test.h"

enum { L = HASHED_L, V = HASHED_V, ALL = 243, DRAWS_MAX = 243 };

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
            const double c = hashed_logit(row, i, v);
            const double un = hashed_logit(unprompted, i, v);

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
    hashed_softmax(tempered, tempered, V);
    return tempered[token];
}

static double confidence_of(const double *l, int token, int deferred)
{
    double p[V];

    for (size_t v = 0; v < V; v++) {
        p[v] = (int)v == deferred ? -HUGE_VAL : l[v];
    }
    hashed_softmax(p, p, V);
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
    struct mg_predictor *steered;
    struct mg_predictor *heard = mg_sampler_hear(&steered, &hashed_network, &sampler, g->prompt);
    struct mg_error err = {0};
    double *law = NULL;
    double total = 0.0;
    double nfe = 0.0;

    assert_int_equal(mg_whole_law(&law, &nfe, heard, &sampler, g->prompt, &err), MG_OK);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(law_of_llada_decoding_is_that_of_generate_py),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

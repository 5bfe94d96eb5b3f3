/* The law against a brute force that walks every path of the sampler with every token. */
#include "model/measure/law.h"

#include <stdlib.h>
#include <string.h>

#include "model/diffusion/sampler.h"
#include "model/measure/whole_law.h"
#include "model/source/sequences.h"
#include "tests/support/test.h"

enum { L3 = 4, V3 = 3, ALL = 81 };

/* An inconsistent answer to one row, (L, V): from a hash of row, position and token, some tied. */
static void crooked_part(double *part, const int *row, unsigned salt)
{
    for (size_t i = 0; i < L3; i++) {
        double *p = part + i * V3;
        double total = 0.0;
        unsigned seed = (unsigned)(i % 2) + salt;

        for (size_t j = 0; j < L3; j++) {
            seed = seed * 31u + (unsigned)(row[j] + 2);
        }
        for (size_t v = 0; v < V3; v++) {
            p[v] = row[i] == MG_MASK ? 1.0 + (double)((seed * 2654435761u >> (8 * v)) % 5u)
                                     : (double)(row[i] == (int)v);
            total += p[v];
        }
        for (size_t v = 0; v < V3; v++) {
            p[v] /= total;
        }
    }
}

static void crooked(struct mg_predictor *predictor, double *probs, bool *possible, const int *rows,
                    size_t n)
{
    (void)predictor;
    (void)possible;
    for (size_t k = 0; k < n; k++) {
        crooked_part(probs + k * L3 * V3, rows + k * L3, 0);
    }
}

/* Weights of the two components of the mixture after a row. */
static void crooked_weights(double *weights, const int *row)
{
    weights[0] = 0.2 + 0.1 * (double)(row[0] + 1) + 0.05 * (double)(row[3] + 1);
    weights[1] = 1.0 - weights[0];
}

static void crooked_parts(struct mg_predictor *predictor, double *weights, double *parts,
                          const int *rows, size_t n)
{
    (void)predictor;
    for (size_t k = 0; k < n; k++) {
        crooked_weights(weights + k * 2, rows + k * L3);
        crooked_part(parts + (k * 2) * L3 * V3, rows + k * L3, 0);
        crooked_part(parts + (k * 2 + 1) * L3 * V3, rows + k * L3, 7);
    }
}

static void crooked_mean(struct mg_predictor *predictor, double *probs, bool *possible,
                         const int *rows, size_t n)
{
    double weights[2];
    double parts[2 * L3 * V3];

    (void)possible;
    for (size_t k = 0; k < n; k++) {
        crooked_parts(predictor, weights, parts, rows + k * L3, 1);
        for (size_t i = 0; i < L3 * V3; i++) {
            probs[k * L3 * V3 + i] = weights[0] * parts[i] + weights[1] * parts[L3 * V3 + i];
        }
    }
}

static const struct mg_predictor_ops PRODUCT = {.kind = "crooked", .predict = crooked};
static const struct mg_predictor_ops MIXTURE = {
    .kind = "mixture", .predict = crooked_mean, .predict_parts = crooked_parts};

static size_t number_of(const int *row)
{
    size_t number = 0;

    for (size_t i = 0; i < L3; i++) {
        number = number * V3 + (size_t)row[i];
    }
    return number;
}

struct brute {
    struct mg_predictor *predictor;
    const struct mg_sampler *sampler;
    double law[ALL];
};

static void brute_step(struct brute *brute, const int *context, double weight);

/* Positions of `set` are revealed; every token of them, or those of `drawn` if it is given. */
static void brute_reveal(struct brute *brute, const int *context, const double *q, unsigned set,
                         const int *drawn, double weight)
{
    int row[L3];
    size_t at = 0;

    while (at < L3 && !((set >> at) & 1u)) {
        at++;
    }
    memcpy(row, context, sizeof(row));
    if (at == L3) {
        brute_step(brute, row, weight);
        return;
    }
    for (int v = 0; v < V3; v++) {
        row[at] = v;
        if (drawn == NULL) {
            brute_reveal(brute, row, q, set & ~(1u << at), NULL, weight * q[at * V3 + (size_t)v]);
        } else if (drawn[at] == v) {
            brute_reveal(brute, row, q, set & ~(1u << at), drawn, weight);
        }
    }
}

static unsigned bits_of(const size_t *positions, size_t n)
{
    unsigned bits = 0;

    for (size_t i = 0; i < n; i++) {
        bits |= 1u << positions[i];
    }
    return bits;
}

/* Ask the order what it reveals and follow every subset of the pool. */
static void brute_select(struct brute *brute, const int *context, const double *p, const double *q,
                         const int *drawn, double weight)
{
    double score[L3] = {0};
    size_t sure[L3];
    size_t pool[L3];
    struct mg_selection pick = {.sure = sure, .pool = pool};
    const struct mg_order_view view = {.sampler = brute->sampler,
                                       .length = L3,
                                       .vocab = V3,
                                       .context = context,
                                       .probs = p,
                                       .drawn = score};
    unsigned pool_bits;
    double ways = 0.0;

    for (size_t i = 0; i < L3 && drawn != NULL; i++) {
        score[i] = p[i * V3 + (size_t)drawn[i]];
    }
    mg_order_select(&pick, &view);
    pool_bits = bits_of(pool, pick.n_pool);
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned set = 0; set < 1u << L3; set++) {
            if ((set & ~pool_bits) == 0 && (size_t)__builtin_popcount(set) == pick.take) {
                if (pass == 0) {
                    ways += 1.0;
                } else {
                    brute_reveal(brute, context, q, set | bits_of(sure, pick.n_sure), drawn,
                                 weight / ways);
                }
            }
        }
    }
}

/* Tokens come from q (L, V), positions are chosen by p. */
static void brute_draw(struct brute *brute, const int *context, const double *p, const double *q,
                       double weight)
{

    if (!brute->sampler->order->looks_at_drawn) {
        brute_select(brute, context, p, q, NULL, weight);
        return;
    }
    for (size_t code = 0; code < ALL; code++) { /* every draw of all positions */
        int drawn[L3];
        double chance = weight;

        for (size_t i = 0, rest = code; i < L3; i++, rest /= V3) {
            drawn[i] = context[i] == MG_MASK ? (int)(rest % V3) : context[i];
            chance *= context[i] == MG_MASK            ? q[i * V3 + (size_t)drawn[i]]
                      : (int)(rest % V3) == context[i] ? 1.0
                                                       : 0.0;
        }
        if (chance > 0.0) {
            brute_select(brute, context, p, q, drawn, chance);
        }
    }
}

static void brute_step(struct brute *brute, const int *context, double weight)
{
    const bool mixed = brute->predictor->components == 2;
    double p[L3 * V3];
    double part[2 * L3 * V3];
    double q[L3 * V3];
    double weights[2] = {1.0, 0.0};
    size_t masked = 0;

    for (size_t i = 0; i < L3; i++) {
        masked += context[i] == MG_MASK;
    }
    if (masked == 0) {
        brute->law[number_of(context)] += weight;
        return;
    }
    brute->predictor->ops->predict(brute->predictor, p, NULL, context, 1);
    crooked_part(part, context, 0);
    crooked_part(part + L3 * V3, context, 7);
    if (mixed) {
        crooked_weights(weights, context);
    }
    for (size_t r = 0; r < 2; r++) {
        for (size_t i = 0; i < L3; i++) {
            mg_temper(q + i * V3, part + (r * L3 + i) * V3, V3, brute->sampler->temperature);
        }
        if (weights[r] > 0.0) {
            brute_draw(brute, context, p, q, weight * weights[r]);
        }
    }
}

/* A source of 23 of the 81 sequences with uneven weights. */
static struct mg_source *ragged_new(void)
{
    int tokens[ALL * L3];
    double weight[ALL];
    size_t n = 0;

    for (size_t code = 0; code < ALL; code++) {
        if (code * 7 % 81 < 23) {
            for (size_t i = 0, rest = code; i < L3; i++, rest /= V3) {
                tokens[n * L3 + L3 - 1 - i] = (int)(rest % V3);
            }
            weight[n++] = 1.0 + (double)(code * 13 % 11);
        }
    }
    return mg_sequences_new(tokens, weight, n, L3, V3);
}

static bool add_expected(void *ctx, const int *tokens, double log_prob)
{
    double **next = ctx;

    (void)log_prob;
    *(*next)++ = (double)number_of(tokens);
    return true;
}

static void compare_with_brute_force(const struct mg_sampler *sampler, size_t components)
{
    struct mg_predictor predictor = {.ops = components == 2 ? &MIXTURE : &PRODUCT,
                                     .length = L3,
                                     .vocab = V3,
                                     .components = components};
    struct mg_source *source = ragged_new();
    struct brute brute = {.predictor = &predictor, .sampler = sampler};
    const int open[L3] = {MG_MASK, MG_MASK, MG_MASK, MG_MASK};
    double number[ALL];
    double *next = number;
    double total = 0.0;
    double order = 0.0;
    struct mg_law *law = NULL;
    double *whole = NULL;
    double nfe = 0.0;
    struct mg_error err = {0};

    brute_step(&brute, open, 1.0);
    for (size_t i = 0; i < ALL; i++) {
        total += brute.law[i];
    }
    assert_close(total, 1.0, 1e-12);
    assert_int_equal(mg_law_walk(&law, &predictor, source, sampler, NULL, MG_LAW_MOVES_MAX, &err),
                     MG_OK);
    assert_int_equal(mg_whole_law(&whole, &nfe, &predictor, sampler, NULL, &err), MG_OK);
    for (size_t x = 0; x < ALL; x++) {
        assert_close(whole[x], brute.law[x], 1e-13);
    }
    free(whole);
    mg_source_support(source, add_expected, &next);
    assert_int_equal(law->n, next - number);
    for (size_t x = 0; x < law->n; x++) {
        assert_close(law->nu[x], brute.law[(size_t)number[x]], 1e-13);
    }
    for (size_t t = 0; t < law->n_steps; t++) {
        order += law->steps[t].order_nats;
    }
    assert_close(law->order_nats, order, 1e-11);
    assert_close(law->kl_nats, law->factorization_nats + law->model_nats + law->order_nats, 1e-11);
    mg_law_free(law);
    mg_source_free(source);
}

static void law_equals_brute_force_over_all_paths(void **state)
{
    static const char *const NAMES[] = {"random",  "left_to_right",  "confidence", "margin",
                                        "entropy", "low_confidence", "threshold",  "entropy_budget",
                                        "strided", "bisect",         "frechet",    "factor"};
    static const double TEMPERATURES[] = {1.0, 0.6, 0.0};

    (void)state;
    for (size_t o = 0; o < sizeof(NAMES) / sizeof(NAMES[0]); o++) {
        for (size_t variant = 0; variant < 3 * 2 * 3 * 2; variant++) {
            struct mg_sampler sampler = {.order = mg_order_find(NAMES[o])};

            sampler.temperature = TEMPERATURES[variant % 3];
            sampler.ties = (variant / 3) % 2 == 0 ? MG_TIES_LOWEST : MG_TIES_UNIFORM;
            sampler.block = (variant / 6) % 3 == 2 ? 2 : 0;
            sampler.per_step = sampler.order->sizing == MG_SIZING_STEPS ? 0 : 1 + (variant / 6) % 2;
            sampler.steps = sampler.order->sizing == MG_SIZING_STEPS ? 2 : 0;
            if (variant / 18 == 1 && sampler.order->sizing == MG_SIZING_COUNT) {
                sampler.per_step = 0;
                sampler.steps = 3;
            }
            sampler.tau = 0.3;
            sampler.gamma = 1.5;
            if (sampler.temperature > 0.0) {
                compare_with_brute_force(&sampler, 1);
                compare_with_brute_force(&sampler, 2);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(law_equals_brute_force_over_all_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

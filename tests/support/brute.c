/* brute.c - see brute.h. */
#include "tests/support/brute.h"

#include <stdbool.h>
#include <stdlib.h>

#include "tests/support/test.h"

static const double TOLERANCE = 1e-12;

struct brute brute_new(size_t length, size_t vocab)
{
    struct brute brute = {.length = length, .vocab = vocab, .n = 1};

    for (size_t i = 0; i < length; i++) {
        brute.n *= vocab;
    }
    brute.prob = calloc(brute.n, sizeof(*brute.prob));
    assert_non_null(brute.prob);
    return brute;
}

void brute_free(struct brute *brute)
{
    free(brute->prob);
}

void brute_tokens(const struct brute *brute, size_t index, int *tokens)
{
    for (size_t i = brute->length; i-- > 0;) {
        tokens[i] = (int)(index % brute->vocab);
        index /= brute->vocab;
    }
}

size_t brute_index(const struct brute *brute, const int *tokens)
{
    size_t index = 0;

    for (size_t i = 0; i < brute->length; i++) {
        index = index * brute->vocab + (size_t)tokens[i];
    }
    return index;
}

double brute_mass(const struct brute *brute, const int *context)
{
    double mass = 0.0;
    int tokens[64];

    for (size_t x = 0; x < brute->n; x++) {
        bool agrees = true;
        brute_tokens(brute, x, tokens);
        for (size_t i = 0; i < brute->length; i++) {
            agrees = agrees && (context[i] == MG_MASK || context[i] == tokens[i]);
        }
        mass += agrees ? brute->prob[x] : 0.0;
    }
    return mass;
}

double brute_entropy(const struct brute *brute, unsigned subset)
{
    double *mass = calloc(brute->n, sizeof(*mass));
    double entropy_nats = 0.0;
    int tokens[64];

    assert_non_null(mass);
    for (size_t x = 0; x < brute->n; x++) {
        brute_tokens(brute, x, tokens);
        for (size_t i = 0; i < brute->length; i++) {
            tokens[i] = (subset >> i & 1u) != 0 ? tokens[i] : 0;
        }
        mass[brute_index(brute, tokens)] += brute->prob[x];
    }
    for (size_t x = 0; x < brute->n; x++) {
        entropy_nats -= mass[x] > 0.0 ? mass[x] * log(mass[x]) : 0.0;
    }
    free(mass);
    return entropy_nats;
}

struct mg_rng brute_rng(uint64_t seed)
{
    const struct mg_stream stream = {.key = {(uint32_t)seed, (uint32_t)(seed >> 32)}};
    return mg_rng_at(stream, 0, 0);
}

void brute_random_rows(double *rows, size_t n_rows, size_t n, double zeros, struct mg_rng *rng)
{
    for (size_t r = 0; r < n_rows; r++) {
        const size_t kept = mg_rng_below(rng, (uint32_t)n);
        double sum = 0.0;
        for (size_t i = 0; i < n; i++) {
            const double value = .01 + mg_rng_uniform(rng);
            const bool zero = mg_rng_uniform(rng) < zeros && i != kept;
            rows[r * n + i] = zero ? 0.0 : value;
            sum += rows[r * n + i];
        }
        for (size_t i = 0; i < n; i++) {
            rows[r * n + i] /= sum;
        }
    }
}

static void check_joint(const struct brute *brute, const struct mg_source *source,
                        const int *context, double mass, struct mg_rng *rng)
{
    size_t masked[64];
    size_t n = 0;
    size_t outcomes = 1;
    int filled[64];
    double *joint;

    for (size_t i = 0; i < brute->length; i++) {
        filled[i] = context[i];
        if (context[i] == MG_MASK) {
            masked[n++] = i;
        }
    }
    if (n == 0) {
        return;
    }
    mg_rng_shuffle(rng, masked, n);
    n = n > 3 ? 3 : n;
    for (size_t j = 0; j < n; j++) {
        outcomes *= brute->vocab;
    }
    joint = malloc(outcomes * sizeof(*joint));
    assert_non_null(joint);
    assert_int_equal(mg_source_joint(source, context, masked, n, joint), mass > 0.0);
    for (size_t x = 0; mass > 0.0 && x < outcomes; x++) {
        size_t rest = x;
        for (size_t j = n; j-- > 0;) {
            filled[masked[j]] = (int)(rest % brute->vocab);
            rest /= brute->vocab;
        }
        assert_close(joint[x], brute_mass(brute, filled) / mass, TOLERANCE);
    }
    free(joint);
}

static void check_context(const struct brute *brute, const struct mg_source *source,
                          const int *context, struct mg_rng *rng)
{
    const size_t V = brute->vocab;
    const double mass = brute_mass(brute, context);
    double *probs = malloc(brute->length * V * sizeof(*probs));
    int filled[64];

    assert_non_null(probs);
    for (size_t i = 0; i < brute->length; i++) {
        filled[i] = context[i];
    }
    probs[0] = -7.0;
    if (mass == 0.0) {
        assert_true(mg_source_log_mass(source, context) == -HUGE_VAL);
        assert_false(mg_source_conditionals(source, context, probs));
        assert_true(probs[0] == -7.0);
    } else {
        assert_close(mg_source_log_mass(source, context), log(mass), TOLERANCE);
        assert_true(mg_source_conditionals(source, context, probs));
        for (size_t i = 0; i < brute->length; i++) {
            for (size_t v = 0; v < V; v++) {
                filled[i] = (int)v;
                const double expected = context[i] != MG_MASK ? (double)(context[i] == (int)v)
                                                              : brute_mass(brute, filled) / mass;
                assert_close(probs[i * V + v], expected, TOLERANCE);
                if (context[i] != MG_MASK) {
                    assert_true(probs[i * V + v] == expected);
                }
            }
            filled[i] = context[i];
        }
    }
    free(probs);
    check_joint(brute, source, context, mass, rng);
}

struct visited {
    const struct brute *brute;
    size_t n;
    size_t last;
    double total;
};

static bool check_visit(void *ctx, const int *tokens, double log_prob)
{
    struct visited *visited = ctx;
    const size_t index = brute_index(visited->brute, tokens);

    assert_true(visited->n == 0 || index > visited->last);
    assert_true(visited->brute->prob[index] > 0.0);
    assert_close(log_prob, log(visited->brute->prob[index]), TOLERANCE);
    visited->last = index;
    visited->n++;
    visited->total += exp(log_prob);
    return true;
}

static bool stop_at_second(void *ctx, const int *tokens, double log_prob)
{
    size_t *calls = ctx;

    (void)tokens;
    (void)log_prob;
    return ++*calls < 2;
}

void brute_check(const struct brute *brute, const struct mg_source *source, uint64_t seed, size_t n)
{
    struct mg_rng rng = brute_rng(seed);
    struct visited visited = {.brute = brute};
    size_t support = 0;
    size_t calls = 0;
    int context[64];
    int drawn[64];

    assert_int_equal(source->length, brute->length);
    assert_int_equal(source->vocab, brute->vocab);
    for (size_t t = 0; t < n; t++) {
        const double revealed = mg_rng_uniform(&rng);
        mg_source_draw(source, &rng, drawn);
        assert_true(brute->prob[brute_index(brute, drawn)] > 0.0);
        for (size_t i = 0; i < brute->length; i++) {
            const bool random = mg_rng_uniform(&rng) < .2;
            const int other = (int)mg_rng_below(&rng, (uint32_t)brute->vocab);
            context[i] = t == 0 || mg_rng_uniform(&rng) >= revealed ? MG_MASK
                         : random                                   ? other
                                                                    : drawn[i];
        }
        check_context(brute, source, context, &rng);
    }
    for (size_t x = 0; x < brute->n; x++) {
        support += brute->prob[x] > 0.0;
    }
    mg_source_support(source, check_visit, &visited);
    assert_int_equal(visited.n, support);
    assert_close(visited.total, 1.0, TOLERANCE);
    assert_close(mg_source_support_size(source), support, 0.0);
    mg_source_support(source, stop_at_second, &calls);
    assert_int_equal(calls, support < 2 ? support : 2);
    assert_close(mg_source_entropy_nats(source), brute_entropy(brute, ~0u), TOLERANCE);
}

/* test_trace_bounds.c - bounds hold for whatever a truncated list may stand for. */
#include "model/measure/trace_bounds.h"
#include "model/numeric/philox.h"
#include "model/numeric/statistics.h"
#include "tests/support/test.h"

enum { V = 8 };

static const struct mg_stream STREAM = {{7, 2}};

/* A law over n tokens that falls, with few likely ones. */
static void draw_law(double *p, size_t n, struct mg_rng *rng)
{
    double sum = 0.0;

    for (size_t v = 0; v < n; v++) {
        p[v] = pow(mg_rng_uniform(rng), 6.0);
        sum += p[v];
    }
    for (size_t v = 0; v < n; v++) {
        p[v] /= sum;
    }
}

/* tokens and probs (top) out: the likeliest of p (V). */
static void list_top(int *tokens, double *probs, const double *p, size_t top)
{
    bool listed[V] = {false};

    for (size_t k = 0; k < top; k++) {
        size_t best = V;

        for (size_t v = 0; v < V; v++) {
            if (!listed[v] && (best == V || p[v] > p[best])) {
                best = v;
            }
        }
        listed[best] = true;
        tokens[k] = (int)best;
        probs[k] = p[best];
    }
}

static void bounds_hold_for_any_law_behind_a_list(void **state)
{
    struct mg_rng rng = mg_rng_at(STREAM, 1, 1);
    double closest[3] = {9.0, 9.0, 9.0}; /* how near an end a true value came: TV, JS, entropy */

    (void)state;
    for (size_t trial = 0; trial < 20000; trial++) {
        const size_t top = 1 + trial % V;
        const struct mg_trace trace = {.vocab = V, .top = top, .length = 1};
        struct mg_trace_bounds *bounds = mg_trace_bounds_new(&trace);
        double laws[2][V];
        int tokens[2][V];
        double probs[2][V];
        struct mg_trace_answer answers[2];
        struct mg_range tv;
        struct mg_range js;
        struct mg_range entropy;
        double values[3];

        for (size_t i = 0; i < 2; i++) {
            draw_law(laws[i], V, &rng);
            list_top(tokens[i], probs[i], laws[i], top);
            answers[i] = (struct mg_trace_answer){.tokens = tokens[i], .probs = probs[i]};
        }
        mg_trace_apart(&tv, &js, bounds, &answers[0], &answers[1]);
        entropy = mg_trace_entropy_nats(&trace, &answers[0]);
        values[0] = mg_tv(laws[0], laws[1], V);
        values[1] = mg_js_nats(laws[0], laws[1], V);
        values[2] = mg_entropy_nats(laws[0], V);
        for (size_t q = 0; q < 3; q++) {
            const struct mg_range range = q == 0 ? tv : q == 1 ? js : entropy;

            assert_true(range.least <= values[q] + 1e-12);
            assert_true(range.most >= values[q] - 1e-12);
            assert_true(top < V || range.most - range.least < 1e-12);
            if (top < V) {
                closest[q] = fmin(closest[q], values[q] - range.least);
            }
        }
        mg_trace_bounds_free(bounds);
    }
    for (size_t q = 0; q < 3; q++) {
        assert_true(closest[q] < 1e-3); /* not slack everywhere */
    }
}

/* .6 .3 and .5 .4 of other tokens, a tail of .1 below .3 and .4: by hand. */
static void bounds_have_their_values_by_hand(void **state)
{
    const struct mg_trace trace = {.vocab = V, .top = 2, .length = 1};
    const struct mg_trace_answer p = {.tokens = (int[]){0, 1}, .probs = (double[]){.6, .3}};
    const struct mg_trace_answer q = {.tokens = (int[]){2, 0}, .probs = (double[]){.5, .4}};
    struct mg_trace_bounds *bounds = mg_trace_bounds_new(&trace);
    struct mg_range tv;
    struct mg_range js;
    struct mg_range entropy = mg_trace_entropy_nats(&trace, &p);

    (void)state;
    mg_trace_apart(&tv, &js, bounds, &p, &q);
    /* Token 0: .6 and .4. Token 1: .3 and at most .1. Token 2: at most .1 and .5. So the overlap is
     * .4 + .2 at most, and .4 at least. */
    assert_close(tv.least, .4, 1e-12);
    assert_close(tv.most, .6, 1e-12);
    assert_close(entropy.least, -.6 * log(.6) - .3 * log(.3) - .1 * log(.1), 1e-12);
    assert_close(entropy.most, -.6 * log(.6) - .3 * log(.3) - .1 * log(.1 / 6.0), 1e-12);
    mg_trace_bounds_free(bounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_hold_for_any_law_behind_a_list),
        cmocka_unit_test(bounds_have_their_values_by_hand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

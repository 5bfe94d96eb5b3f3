/* drafts.c - see drafts.h. */
#include "tests/support/drafts.h"

#include <math.h>
#include <string.h>

enum { L = DRAFT_L, V = DRAFT_V, ALL = DRAFT_ALL };

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
struct mg_predictor draft_noise = {.ops = &NOISE_OPS, .length = L, .vocab = V};

struct mg_sampler draft_sampler(const char *order, size_t draft)
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

const struct draft_order draft_orders[DRAFT_ORDERS] = {
    {"left_to_right", {0, 1, 2, 3}, false}, {"right_to_left", {3, 2, 1, 0}, false},
    {"strided", {0, 2, 1, 3}, false},       {"fixed", {1, 3, 0, 2}, false},
    {"bisect", {2, 1, 3, 0}, false},        {"random", {0}, true},
};

size_t draft_index(const int *row)
{
    size_t index = 0;

    for (size_t i = 0; i < L; i++) {
        index = index * V + (size_t)row[i];
    }
    return index;
}

void draft_tokens(int *row, size_t index)
{
    for (size_t i = L; i-- > 0; index /= V) {
        row[i] = (int)(index % V);
    }
}

/* q (V) out, at the temperature by its definition. */
static void ask(double *q, const struct draft_expected *expected, const int *row, size_t position)
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

static void chain_rule(struct draft_expected *expected, const size_t *sigma, double weight)
{
    for (size_t x = 0; x < ALL; x++) {
        int row[L] = {MG_MASK, MG_MASK, MG_MASK, MG_MASK};
        int full[L];
        double prob = weight;

        draft_tokens(full, x);

        for (size_t j = 0; j < L; j++) {
            double q[V];

            ask(q, expected, row, sigma[j]);
            row[sigma[j]] = full[sigma[j]];
            prob *= q[row[sigma[j]]];
        }
        expected->chain[x] += prob;
    }
}

static void play(struct draft_expected *expected, const size_t *sigma, const int *from, size_t done,
                 double weight);

/* One draft y from q: goes on elsewhere with what it is replaced by; row gets y, for this chance.
 */
static double settle(struct draft_expected *expected, const size_t *sigma, int *row, size_t at,
                     int y, const double *q, double chance)
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
static void play(struct draft_expected *expected, const size_t *sigma, const int *from, size_t done,
                 double weight)
{
    const size_t k = L - done < expected->draft ? L - done : expected->draft;

    if (done == L) {
        expected->played[draft_index(from)] += weight;
        return;
    }
    expected->calls += weight * (k == 1 ? 1.0 : 2.0);
    expected->rows += weight * (double)k;
    for (size_t drafts = 0; drafts < ALL; drafts++) {
        int row[L];
        int y[L];
        double chance = weight;
        double q[L][V];

        draft_tokens(y, drafts);
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

static void expect_sigma(struct draft_expected *expected, const size_t *sigma, double weight)
{
    static const int EMPTY[L] = {MG_MASK, MG_MASK, MG_MASK, MG_MASK};

    chain_rule(expected, sigma, weight);
    play(expected, sigma, EMPTY, 0, weight);
}

void draft_expect(struct draft_expected *expected, size_t order)
{
    if (!draft_orders[order].any) {
        expect_sigma(expected, draft_orders[order].sigma, 1.0);
        return;
    }
    for (size_t code = 0; code < 256; code++) {
        const size_t sigma[L] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};

        if ((1U << sigma[0] | 1U << sigma[1] | 1U << sigma[2] | 1U << sigma[3]) == 15) {
            expect_sigma(expected, sigma, 1.0 / 24.0);
        }
    }
}

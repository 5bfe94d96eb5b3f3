/*
 * test_objective_loss.c - what the loss of every row of the table of objectives asks of a network,
 * and whether its gradient is its slope. A new row is tested here as it comes.
 *
 * The loss of a corrupted row is the sum of weight_i * -log p(x_i | what the network sees), so its
 * gradient by the logits at position i is weight_i (p(v) - [x_i = v]). Here that is summed over all
 * sequences of a source, each corrupted by the same random numbers: exactly the expected gradient,
 * given the numbers. It is 0 for the source's own conditionals if and only if neither masks nor
 * weights tell anything of the tokens hidden.
 */
#include "model/diffusion/objective.h"

#include <string.h>

#include "model/source/source.h"
#include "tests/support/chains.h"
#include "tests/support/network_fixture.h"
#include "tests/support/reference_network.h"
#include "tests/support/test.h"

enum { L = 6, V = 2, ALL = 64, CONTEXTS = 729, DRAWS = 300, BATCH = 4, STEPS = 7 };

static const struct mg_stream MASKS = {{21, 22}};

/* Of every context, base V + 1 with the mask as digit V: the source's conditionals. */
struct truth {
    double probs[CONTEXTS][L * V];
    double mass[ALL];
};

static size_t number_of(const int *row)
{
    size_t number = 0;

    for (size_t i = 0; i < L; i++) {
        number = number * (V + 1) + (size_t)(row[i] == MG_MASK ? V : row[i]);
    }
    return number;
}

static void fill_truth(struct truth *truth)
{
    struct mg_source *source = test_chain_two(L);

    for (size_t c = 0; c < CONTEXTS; c++) {
        int row[L];
        size_t rest = c;

        for (size_t i = L; i-- > 0; rest /= V + 1) {
            row[i] = rest % (V + 1) == V ? MG_MASK : (int)(rest % (V + 1));
        }
        assert_true(mg_source_conditionals(source, row, truth->probs[c]));
    }
    for (size_t x = 0; x < ALL; x++) {
        int row[L];

        for (size_t i = 0; i < L; i++) {
            row[i] = (int)(x >> i & 1);
        }
        truth->mass[x] = exp(mg_source_log_mass(source, row));
    }
    mg_source_free(source);
}

/* What the objective's network sees of a corrupted row when it answers for position i. */
static void seen_from(int *seen, const struct mg_objective *objective, const int *noisy,
                      const int *clean, size_t i, size_t block)
{
    size_t end = L;

    memcpy(seen, objective->causal ? clean : noisy, L * sizeof(seen[0]));
    if (objective->causal) {
        end = i;
    } else if (objective->no_suffix) {
        end = (i / block + 1) * block;
    }
    for (size_t j = end; j < L; j++) {
        seen[j] = MG_MASK;
    }
}

/*
 * gradient (CONTEXTS, L, V) of the expected loss of a predictor: the truth, or 1/V everywhere.
 * asked (L) is told which positions have a weight.
 */
static void add_gradient(double (*gradient)[L * V], bool *asked, const struct truth *truth,
                         const struct mg_objective *objective, size_t draw, bool flat)
{
    const struct mg_corruption how = {.schedule = mg_noise_find("linear"),
                                      .block = objective->blockwise ? 1 + draw / 3 % 3 : 0,
                                      .row = draw % BATCH,
                                      .batch = BATCH,
                                      .step = draw % STEPS,
                                      .steps = STEPS};

    for (size_t x = 0; x < ALL; x++) {
        struct mg_rng rng = mg_rng_at(MASKS, draw, 0);
        int clean[L];
        int noisy[L];
        float weight[L];

        for (size_t i = 0; i < L; i++) {
            clean[i] = (int)(x >> i & 1);
        }
        objective->corrupt(noisy, weight, clean, L, &how, &rng);
        for (size_t i = 0; i < L; i++) {
            int seen[L];
            size_t context;

            assert_true(weight[i] >= 0.0f && (noisy[i] == MG_MASK || weight[i] == 0.0f));
            seen_from(seen, objective, noisy, clean, i, how.block);
            context = number_of(seen);
            asked[i] = asked[i] || weight[i] > 0.0f;
            for (size_t v = 0; v < V && noisy[i] == MG_MASK; v++) {
                const double p = flat ? 1.0 / V : truth->probs[context][i * V + v];

                gradient[context][i * V + v] +=
                    truth->mass[x] * (double)weight[i] * (p - (clean[i] == (int)v ? 1.0 : 0.0));
            }
        }
    }
}

static double largest(double (*gradient)[L * V])
{
    double most = 0.0;

    for (size_t c = 0; c < CONTEXTS; c++) {
        for (size_t k = 0; k < L * V; k++) {
            most = fmax(most, fabs(gradient[c][k]));
        }
    }
    return most;
}

/* Zero at the truth, draw by draw, and not at another predictor; every position is asked for. */
static void every_objective_s_perfect_predictor_is_the_fixed_point_of_its_loss(void **state)
{
    static struct truth truth;
    static double gradient[CONTEXTS][L * V];
    size_t n;
    const struct mg_objective *table = mg_objectives(&n);

    (void)state;
    fill_truth(&truth);
    for (size_t o = 0; o < n; o++) {
        bool asked[L] = {false};
        double elsewhere = 0.0;

        for (size_t draw = 0; draw < DRAWS; draw++) {
            memset(gradient, 0, sizeof(gradient));
            add_gradient(gradient, asked, &truth, &table[o], draw, false);
            assert_close(largest(gradient), 0.0, 1e-13);
            memset(gradient, 0, sizeof(gradient));
            add_gradient(gradient, asked, &truth, &table[o], draw, true);
            elsewhere = fmax(elsewhere, largest(gradient));
        }
        assert_true(elsewhere > 0.01);
        for (size_t i = 0; i < L; i++) {
            assert_true(asked[i]);
        }
    }
}

/* ------ the gradient of a network under every objective ------ */

/* The fixture's rows, corrupted by the objective. */
static void corrupt_rows(struct fixture *f, const struct mg_objective *objective, size_t block)
{
    for (size_t r = 0; r < BATCH; r++) {
        const struct mg_corruption how = {.schedule = mg_noise_find("cosine"),
                                          .block = block,
                                          .row = r,
                                          .batch = BATCH,
                                          .step = r,
                                          .steps = STEPS};
        struct mg_rng rng = mg_rng_at(MASKS, r, 1);

        objective->corrupt(f->noisy + r * L, f->weight + r * L, f->clean + r * L, L, &how, &rng);
    }
}

static double double_loss(const struct fixture *f)
{
    return reference_loss(NULL, &f->config, f->list, f->value, f->noisy, f->clean, f->weight,
                          BATCH);
}

/* Along a random direction in every tensor: the float gradient against central differences. */
static void check_slopes(struct fixture *f)
{
    const double step = 1e-5;
    struct mg_rng rng = mg_rng_at(MASKS, 0, 2);
    const double loss = fixture_loss(f);
    size_t at = 0;

    assert_close(loss, double_loss(f), 2e-5 * fmax(1.0, loss));
    for (size_t t = 0; t < f->list->n; t++) {
        const struct mg_tensor *gradient = &mg_transformer_gradients(f->net)->tensors[t];
        double direction[512];
        double slope = 0.0;
        double norm = 0.0;
        double up;

        assert_true(gradient->count <= 512);
        for (size_t e = 0; e < gradient->count; e++) {
            direction[e] = mg_rng_normal(&rng);
            slope += direction[e] * (double)gradient->data[e];
            norm += pow((double)gradient->data[e], 2.0);
            f->value[at + e] += step * direction[e];
        }
        up = double_loss(f);
        for (size_t e = 0; e < gradient->count; e++) {
            f->value[at + e] -= 2.0 * step * direction[e];
        }
        assert_close(slope, (up - double_loss(f)) / (2.0 * step), 1e-6 + 1e-5 * sqrt(norm));
        for (size_t e = 0; e < gradient->count; e++) {
            f->value[at + e] += step * direction[e];
        }
        at += gradient->count;
    }
}

static void every_objective_s_gradient_is_the_slope_of_its_loss(void **state)
{
    size_t n;
    const struct mg_objective *table = mg_objectives(&n);

    (void)state;
    for (size_t o = 0; o < n; o++) {
        const size_t block = table[o].blockwise ? 3 : 0;
        struct mg_transformer_config config = configured(MG_POSITIONS_BOS, table[o].causal);
        struct fixture *f;

        config.length = L;
        config.block = table[o].no_suffix ? block : 0;
        f = fixture_new(config, BATCH, BATCH, 0.3);
        corrupt_rows(f, &table[o], block);
        check_slopes(f);
        fixture_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_objective_s_perfect_predictor_is_the_fixed_point_of_its_loss),
        cmocka_unit_test(every_objective_s_gradient_is_the_slope_of_its_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

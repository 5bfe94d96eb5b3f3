/* test_transformer_predictor.c - the network as a predictor: what every measure relies on. */
#include "model/predictor/predictor.h"

#include <stdlib.h>
#include <string.h>

#include "model/network/adamw.h"
#include "model/numeric/arena.h"
#include "model/source/source.h"
#include "tests/support/network_fixture.h"
#include "tests/support/reference_network.h"
#include "tests/support/test.h"

enum { ROWS = 11 };

/* One context alone, and at every place among 1,000 random ones, in batches of 64. */
static void a_prediction_does_not_depend_on_its_batch(void **state)
{
    enum { MANY = 1000 };

    (void)state;
    for (int causal = 0; causal < 2; causal++) {
        struct mg_transformer_config config = {.vocab = 8,
                                               .length = 5,
                                               .layers = 2,
                                               .width = 32,
                                               .heads = 2,
                                               .hidden = 64,
                                               .positions = MG_POSITIONS_BOS,
                                               .causal = causal == 1,
                                               .rope_theta = 1e4,
                                               .norm_eps = 1e-5,
                                               .components = 1};
        struct fixture *f = fixture_new(config, 64, MANY, 0.1);
        struct mg_predictor *predictor = mg_transformer_predictor_new(f->net);
        const size_t size = config.length * config.vocab;
        double *together = (double *)mg_allocate(MANY * size, sizeof(double));
        double *alone = (double *)mg_allocate(size, sizeof(double));

        mg_transformer_parameters(f->net);
        predictor->ops->predict(predictor, together, NULL, f->noisy, MANY);
        for (size_t r = 0; r < MANY; r++) {
            predictor->ops->predict(predictor, alone, NULL, f->noisy + r * config.length, 1);
            assert_memory_equal(alone, together + r * size, size * sizeof(double));
        }
        for (size_t r = 0; r < MANY; r++) {
            memcpy(f->noisy + r * config.length, f->noisy, config.length * sizeof(int));
        }
        predictor->ops->predict(predictor, together, NULL, f->noisy, MANY);
        for (size_t r = 1; r < MANY; r++) {
            assert_memory_equal(together, together + r * size, size * sizeof(double));
        }
        free(alone);
        free(together);
        predictor->ops->free(predictor);
        fixture_free(f);
    }
}

/* Softmax in double over V tokens, sums to one, point masses where revealed, no mask token. */
static void the_predictor_is_a_distribution_over_real_tokens(void **state)
{
    struct fixture *f = fixture_new(configured(MG_POSITIONS_BOS, false), 4, ROWS, 0.3);
    struct mg_predictor *predictor = mg_transformer_predictor_new(f->net);
    const size_t L = f->config.length;
    const size_t V = f->config.vocab;
    double *probs = (double *)mg_allocate(ROWS * L * V, sizeof(double));
    double *exact = (double *)mg_allocate(L * V, sizeof(double));
    bool possible[ROWS] = {false};

    (void)state;
    assert_int_equal(predictor->vocab, V);
    predictor->ops->predict(predictor, probs, possible, f->noisy, ROWS);
    for (size_t i = 0; i < ROWS * L; i++) {
        double total = 0.0;
        double bottom = 0.0;

        assert_true(possible[i / L]);
        reference_logits(exact, NULL, &f->config, f->list, f->value, f->noisy + i / L * L);
        for (size_t v = 0; v < V; v++) {
            bottom += exp(exact[i % L * V + v]);
        }
        for (size_t v = 0; v < V; v++) {
            const double expected = f->noisy[i] == MG_MASK ? exp(exact[i % L * V + v]) / bottom
                                                           : (double)(f->noisy[i] == (int)v);

            assert_close(probs[i * V + v], expected, 1e-5);
            total += probs[i * V + v];
        }
        assert_close(total, 1.0, 1e-14);
    }
    free(exact);
    free(probs);
    predictor->ops->free(predictor);
    fixture_free(f);
}

/* -log p of the token after a prefix is its part of the training loss, whatever follows it. */
static void a_causal_network_answers_the_first_mask_from_its_prefix(void **state)
{
    (void)state;
    for (int positions = MG_POSITIONS_BOS; positions <= MG_POSITIONS_ROPE; positions++) {
        struct fixture *f = fixture_new(configured((enum mg_positions)positions, true), 4, 1, 0.3);
        struct mg_predictor *predictor = mg_transformer_predictor_new(f->net);
        const size_t L = f->config.length;
        const size_t V = f->config.vocab;
        double *probs = (double *)mg_allocate(L * V, sizeof(double));
        double *again = (double *)mg_allocate(L * V, sizeof(double));

        for (size_t i = 0; i < L; i++) {
            double nats;

            for (size_t k = 0; k < L; k++) {
                f->weight[k] = k == i ? 1.0f : 0.0f;
                f->noisy[k] = MG_MASK;
            }
            nats = fixture_loss(f);
            memcpy(f->noisy, f->clean, i * sizeof(f->noisy[0]));
            mg_predict(predictor, probs, NULL, f->noisy, 1);
            assert_close(-log(probs[i * V + (size_t)f->clean[i]]), nats, 1e-5);
            for (size_t k = i + 1; k < L; k++) {
                assert_close(probs[k * V], 1.0 / (double)V, 1e-15);
                f->noisy[k] = f->clean[k];
            }
            mg_predict(predictor, again, NULL, f->noisy, 1);
            assert_memory_equal(again + i * V, probs + i * V, V * sizeof(double));
        }
        free(again);
        free(probs);
        mg_predictor_free(predictor);
        fixture_free(f);
    }
}

/* Largest total variation between the first position's prediction and another's, all masked. */
static double all_mask_spread(struct fixture *f)
{
    struct mg_predictor *predictor = mg_transformer_predictor_new(f->net);
    const size_t L = f->config.length;
    const size_t V = f->config.vocab;
    int row[16];
    double probs[16 * 16];
    double most = 0.0;

    for (size_t i = 0; i < L; i++) {
        row[i] = MG_MASK;
    }
    (void)mg_transformer_parameters(f->net);
    predictor->ops->predict(predictor, probs, NULL, row, 1);
    for (size_t i = 1; i < L; i++) {
        double distance = 0.0;

        for (size_t v = 0; v < V; v++) {
            distance += 0.5 * fabs(probs[i * V + v] - probs[v]);
        }
        most = fmax(most, distance);
    }
    predictor->ops->free(predictor);
    return most;
}

static void only_rope_alone_makes_all_masks_alike(void **state)
{
    const struct mg_adamw_config config = {0.9, 0.98, 1e-8, 0.01, 1.0};

    (void)state;
    for (int positions = MG_POSITIONS_BOS; positions <= MG_POSITIONS_ROPE; positions++) {
        const bool alike = positions == MG_POSITIONS_ROPE;
        struct fixture *f =
            fixture_new(configured((enum mg_positions)positions, false), 64, 64, 0.0);
        struct mg_adamw *adamw = mg_adamw_new(f->list);

        assert_true(alike ? all_mask_spread(f) <= 1e-5 : all_mask_spread(f) > 1e-7);
        for (size_t i = 0; i < f->n * f->config.length; i++) { /* the token is the position */
            f->clean[i] = (int)(i % f->config.length);
            f->noisy[i] = f->noisy[i] == MG_MASK ? MG_MASK : f->clean[i];
        }
        for (int step = 0; step < 200; step++) {
            (void)fixture_loss(f);
            (void)mg_adamw_step(adamw, f->list, mg_transformer_gradients(f->net), 0.01, &config);
        }
        print_message("all-mask spread after 200 steps, positions %d: %.3g\n", positions,
                      all_mask_spread(f));
        assert_true(alike ? all_mask_spread(f) <= 1e-5 : all_mask_spread(f) > 0.5);
        mg_adamw_free(adamw);
        fixture_free(f);
    }
}

struct heard {
    float *logits; /* (count, V) */
    size_t vocab;
};

static void hear(void *ctx, size_t i, size_t r, const float *logits)
{
    const struct heard *heard = (const struct heard *)ctx;

    (void)r;
    memcpy(heard->logits + i * heard->vocab, logits, heard->vocab * sizeof(*logits));
}

/*
 * Every prefix of every length, asked for its next block alone and with all that follows: the same
 * bits, and on to the next row, so that rows are found where they stand.
 */
static void what_follows_the_block_asked_for_changes_no_bit(void **state)
{
    enum { L = 12, V = 8, N = 3 };
    static const size_t blocks[] = {0, 1, 3, 4}; /* 0: causal */

    (void)state;
    for (size_t b = 0; b < 4 * 3; b++) {
        const struct mg_transformer_config config = {.vocab = V,
                                                     .length = L,
                                                     .layers = 2,
                                                     .width = 32,
                                                     .heads = 2,
                                                     .hidden = 64,
                                                     .positions = (enum mg_positions)(b % 3),
                                                     .causal = blocks[b / 3] == 0,
                                                     .block = blocks[b / 3],
                                                     .rope_theta = 1e4,
                                                     .norm_eps = 1e-5,
                                                     .components = 1};
        const size_t block = mg_prefix_block(&config);
        struct fixture *f = fixture_new(config, 4, N, 0.3);

        (void)mg_transformer_parameters(f->net);
        for (size_t first = 0; first < L; first += block) {
            int rows[N * L];
            int asked[N * L];
            float some[N * L * V];
            float all[N * L * V];
            struct heard heard = {some, V};

            for (size_t i = 0; i < N * (size_t)L; i++) {
                const size_t at = i % L;

                rows[i] = at < first ? f->clean[i] : MG_MASK;
                asked[i] = at >= first && at < first + block ? MG_MASK : 0;
            }
            (void)mg_transformer_logits(f->net, all, NULL, rows, N);
            assert_int_equal(mg_transformer_visit(f->net, NULL, rows, asked, N, hear, &heard),
                             N * block);
            for (size_t r = 0; r < N; r++) {
                assert_memory_equal(some + r * block * V, all + r * (L - first) * V,
                                    block * V * sizeof(float));
            }
        }
        fixture_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prediction_does_not_depend_on_its_batch),
        cmocka_unit_test(a_causal_network_answers_the_first_mask_from_its_prefix),
        cmocka_unit_test(the_predictor_is_a_distribution_over_real_tokens),
        cmocka_unit_test(only_rope_alone_makes_all_masks_alike),
        cmocka_unit_test(what_follows_the_block_asked_for_changes_no_bit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

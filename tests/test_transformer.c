/* test_transformer.c - the whole network against the one in double, and what it promises. */
#include "model/network/transformer.h"

#include <stdlib.h>
#include <string.h>

#include "model/network/adamw.h"
#include "model/numeric/arena.h"
#include "model/source/source.h"
#include "tests/support/network_fixture.h"
#include "tests/support/reference_network.h"
#include "tests/support/test.h"
#include "tests/support/twin.h"

enum { ROWS = 11 };

/* What follows a block has no say in it, to the last bit; what precedes it has. */
static void a_block_does_not_see_what_follows(void **state)
{
    struct mg_transformer_config config = configured(MG_POSITIONS_BOS, false);
    int rows[3][6] = {{1, 2, MG_MASK, MG_MASK, 4, MG_MASK},
                      {1, 2, MG_MASK, MG_MASK, 5, 3},
                      {2, 2, MG_MASK, MG_MASK, 4, MG_MASK}};
    float logits[3][4 * 7];
    struct fixture *f;

    (void)state;
    config.length = 6;
    config.block = 2;
    f = fixture_new(config, 2, 2, 0.3);
    for (size_t r = 0; r < 3; r++) {
        (void)mg_transformer_logits(f->net, logits[r], NULL, rows[r], 1);
    }
    assert_memory_equal(logits[0], logits[1], 2 * 7 * sizeof(float));
    assert_memory_not_equal(logits[0], logits[2], 2 * 7 * sizeof(float));
    fixture_free(f);
}

/* Loshchilov, Hutter 2019, algorithm 2, in double: from zero moments, first step. */
static void adamw_in_double(double *value, double *first, double *second, const double *gradient,
                            const struct mg_parameters *list, double lr,
                            const struct mg_adamw_config *config, int t)
{
    double norm = 0.0;
    size_t at = 0;

    for (size_t i = 0; i < list->count; i++) {
        norm += gradient[i] * gradient[i];
    }
    norm = sqrt(norm);
    for (size_t k = 0; k < list->n; k++) {
        for (size_t e = 0; e < list->tensors[k].count; e++, at++) {
            const double g =
                norm > config->clip ? gradient[at] * config->clip / norm : gradient[at];
            double m;
            double v;

            first[at] = config->beta1 * first[at] + (1.0 - config->beta1) * g;
            second[at] = config->beta2 * second[at] + (1.0 - config->beta2) * g * g;
            m = first[at] / (1.0 - pow(config->beta1, t));
            v = second[at] / (1.0 - pow(config->beta2, t));
            value[at] -= lr * m / (sqrt(v) + config->eps);
            if (list->tensors[k].rank == 2) {
                value[at] -=
                    lr * config->weight_decay * (value[at] + lr * m / (sqrt(v) + config->eps));
            }
        }
    }
}

/* Loss, gradients, clipping and update of the toy's size; then four steps more. */
static void training_steps_are_those_of_the_double_network(void **state)
{
    const struct mg_transformer_config toy = {.vocab = 8,
                                              .length = 5,
                                              .layers = 2,
                                              .width = 32,
                                              .heads = 2,
                                              .hidden = 64,
                                              .positions = MG_POSITIONS_BOS,
                                              .causal = false,
                                              .rope_theta = 1e4,
                                              .norm_eps = 1e-5,
                                              .components = 1};
    const struct mg_adamw_config config = {0.9, 0.98, 1e-5, 0.1, 0.5};
    struct fixture *f = fixture_new(toy, ROWS, ROWS, 0.1);
    struct mg_adamw *adamw = mg_adamw_new(f->list);
    const size_t count = f->list->count;
    double *gradient = (double *)mg_allocate(count, sizeof(double));
    double *first = (double *)mg_allocate(count, sizeof(double));
    double *second = (double *)mg_allocate(count, sizeof(double));

    (void)state;
    for (int t = 1; t <= 5; t++) {
        const double exact =
            reference_loss(gradient, &toy, f->list, f->value, f->noisy, f->clean, f->weight, ROWS);
        const double most = twin_largest(gradient, count);
        double norm = 0.0;

        assert_close(fixture_loss(f) / exact, 1.0, t == 1 ? 1e-6 : 1e-5);
        for (size_t i = 0; i < count; i++) {
            norm += gradient[i] * gradient[i];
            assert_close(mg_transformer_gradients(f->net)->block[i], gradient[i],
                         (t == 1 ? 1e-6 : 1e-4) * most);
        }
        assert_close(
            mg_adamw_step(adamw, f->list, mg_transformer_gradients(f->net), 0.003, &config) /
                sqrt(norm),
            1.0, 1e-5);
        assert_true(sqrt(norm) > config.clip);
        adamw_in_double(f->value, first, second, gradient, f->list, 0.003, &config, t);
        for (size_t i = 0; i < count; i++) {
            assert_close(f->list->block[i], f->value[i], 1e-5);
        }
    }
    free(second);
    free(first);
    free(gradient);
    mg_adamw_free(adamw);
    fixture_free(f);
}

static void logits_are_those_of_the_double_network_at_the_masks(void **state)
{
    (void)state;
    for (int positions = MG_POSITIONS_BOS; positions <= MG_POSITIONS_ROPE; positions++) {
        struct fixture *f =
            fixture_new(configured((enum mg_positions)positions, positions == 1), 8, ROWS, 0.3);
        const size_t L = f->config.length;
        const size_t V = f->config.vocab;
        float *logits = (float *)mg_allocate(ROWS * L * V, sizeof(float));
        double *exact = (double *)mg_allocate(L * V, sizeof(double));
        const size_t count = mg_transformer_logits(f->net, logits, NULL, f->noisy, ROWS);
        size_t at = 0;

        for (size_t r = 0; r < ROWS; r++) {
            reference_logits(exact, NULL, &f->config, f->list, f->value, f->noisy + r * L);
            for (size_t i = 0; i < L; i++) {
                for (size_t v = 0; v < V && f->noisy[r * L + i] == MG_MASK; v++, at++) {
                    assert_close(logits[at], exact[i * V + v], 2e-5);
                }
            }
        }
        assert_int_equal(at, count * V);
        free(exact);
        free(logits);
        fixture_free(f);
    }
}

/* Of each component, and the components' own, with masks in some rows and none in others. */
static void logits_of_components_are_those_of_the_double_network(void **state)
{
    enum { R = 3, L = 5, V = 7 };
    struct mg_transformer_config config = configured(MG_POSITIONS_BOS, false);
    struct fixture *f;
    float logits[ROWS * L * R * V];
    float mix[ROWS * R];
    double exact[R * L * V];
    double exact_mix[R];
    size_t at = 0;

    (void)state;
    config.components = R;
    f = fixture_new(config, 8, ROWS, 0.3);
    memcpy(f->noisy + L, f->clean + L, L * sizeof(int));
    (void)mg_transformer_logits(f->net, logits, mix, f->noisy, ROWS);
    for (size_t row = 0; row < ROWS; row++) {
        reference_logits(exact, exact_mix, &config, f->list, f->value, f->noisy + row * L);
        twin_assert_close(mix + row * R, exact_mix, R, 2e-5);
        for (size_t i = 0; i < L; i++) {
            for (size_t r = 0; r < R && f->noisy[row * L + i] == MG_MASK; r++, at += V) {
                twin_assert_close(logits + at, exact + (r * L + i) * V, V, 2e-5);
            }
        }
    }
    fixture_free(f);
}

/* Two layers of a window of one carry nothing over three positions, not by way of the BOS either.
 */
static void a_window_bounds_what_a_position_learns(void **state)
{
    struct mg_transformer_config config = configured(MG_POSITIONS_BOS, false);
    struct fixture *f;
    float before[7];
    float after[7];
    int row[5] = {1, 2, 3, 4, MG_MASK};

    (void)state;
    config.window = 1;
    f = fixture_new(config, 2, 1, 0.3);
    (void)mg_transformer_logits(f->net, before, NULL, row, 1);
    row[0] = 5;
    row[1] = 6;
    (void)mg_transformer_logits(f->net, after, NULL, row, 1);
    assert_memory_equal(before, after, sizeof(after));
    row[2] = 0;
    (void)mg_transformer_logits(f->net, after, NULL, row, 1);
    assert_memory_not_equal(before, after, sizeof(after));
    fixture_free(f);
}

/* Logits come from a packed copy: a training step must renew it, though the list is kept. */
static void logits_see_the_last_update(void **state)
{
    struct fixture *f = fixture_new(configured(MG_POSITIONS_BOS, false), ROWS, ROWS, 0.3);
    const size_t L = f->config.length;
    const size_t V = f->config.vocab;
    float *logits = (float *)mg_allocate(ROWS * L * V, sizeof(float));
    double *exact = (double *)mg_allocate(L * V, sizeof(double));

    (void)state;
    f->noisy[0] = MG_MASK;
    (void)mg_transformer_logits(f->net, logits, NULL, f->noisy, ROWS);
    (void)fixture_loss(f);
    for (size_t i = 0; i < f->list->count; i++) {
        f->list->block[i] *= 0.5f;
        f->value[i] *= 0.5;
    }
    (void)mg_transformer_logits(f->net, logits, NULL, f->noisy, ROWS);
    reference_logits(exact, NULL, &f->config, f->list, f->value, f->noisy);
    twin_assert_close(logits, exact, V, 2e-5);
    free(exact);
    free(logits);
    fixture_free(f);
}

/* The last two rows of the head belong to mask and begin-of-sequence: never read, no gradient. */
static void the_mask_s_row_of_the_head_is_never_read(void **state)
{
    struct fixture *f = fixture_new(configured(MG_POSITIONS_BOS, false), ROWS, ROWS, 0.3);
    const size_t d = f->config.width;
    const double before = fixture_loss(f);
    struct mg_tensor *head = mg_parameters_find(f->list, "model.transformer.ff_out.weight");
    const struct mg_tensor *gradient =
        mg_parameters_find(mg_transformer_gradients(f->net), "model.transformer.ff_out.weight");

    (void)state;
    for (size_t i = f->config.vocab * d; i < head->count; i++) {
        head->data[i] = NAN;
        assert_true(gradient->data[i] == 0.0f);
    }
    assert_true(fixture_loss(f) == before);
    for (size_t i = 0; i < gradient->count; i++) {
        assert_true(isfinite(gradient->data[i]));
    }
    fixture_free(f);
}

/* Losses, gradients, weights and logits of ten steps with 1 to 4 threads, batch not divisible. */
static void threads_do_not_change_a_bit(void **state)
{
    const struct mg_adamw_config config = {0.9, 0.98, 1e-8, 0.01, 1.0};
    const struct mg_transformer_config small = {.vocab = 8,
                                                .length = 6,
                                                .layers = 2,
                                                .width = 32,
                                                .heads = 2,
                                                .hidden = 44,
                                                .positions = MG_POSITIONS_BOS,
                                                .causal = false,
                                                .rope_theta = 1e4,
                                                .norm_eps = 1e-5,
                                                .components = 1};
    struct fixture *alone = NULL;
    double first_loss = 0.0;
    float expected[50 * 6 * 8];

    (void)state;
    for (size_t threads = 1; threads <= 5; threads++) {
        struct fixture *f = fixture_new(small, 50, 50, 0.1);
        struct mg_adamw *adamw = mg_adamw_new(f->list);
        struct mg_error err = {0};
        float logits[50 * 6 * 8] = {0};
        double last = 0.0;

        if (mg_transformer_set_threads(f->net, threads, &err) == MG_EENVIRONMENT) {
            print_message("%s\n", err.text); /* another build of OpenBLAS than pthread */
            threads = 5;
        }
        for (int step = 0; step < 10; step++) {
            last = fixture_loss(f);
            (void)mg_adamw_step(adamw, f->list, mg_transformer_gradients(f->net), 0.01, &config);
        }
        (void)mg_transformer_logits(f->net, logits, NULL, f->noisy, 50);
        mg_adamw_free(adamw);
        if (alone == NULL) {
            alone = f;
            first_loss = last;
            memcpy(expected, logits, sizeof(logits));
            continue;
        }
        assert_true(last == first_loss);
        assert_memory_equal(f->list->block, alone->list->block, f->list->count * sizeof(float));
        assert_memory_equal(logits, expected, sizeof(logits));
        fixture_free(f);
    }
    fixture_free(alone);
}

static void rows_without_masks_give_no_loss_and_no_gradient(void **state)
{
    struct fixture *f = fixture_new(configured(MG_POSITIONS_ABSOLUTE, false), ROWS, ROWS, 0.3);
    float logits[1];

    (void)state;
    memcpy(f->noisy, f->clean, sizeof(f->clean));
    assert_true(fixture_loss(f) == 0.0);
    for (size_t i = 0; i < f->list->count; i++) {
        assert_true(mg_transformer_gradients(f->net)->block[i] == 0.0f);
    }
    f->n = 1; /* fewer rows than shards */
    f->noisy[0] = MG_MASK;
    assert_close(
        fixture_loss(f),
        reference_loss(NULL, &f->config, f->list, f->value, f->noisy, f->clean, f->weight, 1),
        1e-5);
    assert_int_equal(mg_transformer_logits(f->net, logits, NULL, f->clean, ROWS), 0);
    assert_int_equal(mg_transformer_logits(f->net, logits, NULL, f->clean, 0), 0);
    fixture_free(f);
}

/* Logits start with variance up to 1/3, so the loss starts up to 1/6 above ln V. */
static void the_loss_starts_near_ln_v(void **state)
{
    struct fixture *f = fixture_new(configured(MG_POSITIONS_BOS, false), ROWS, ROWS, 0.0);
    double weights = 0.0;

    (void)state;
    for (size_t i = 0; i < ROWS * f->config.length; i++) {
        weights += f->noisy[i] == MG_MASK ? (double)f->weight[i] : 0.0;
    }
    assert_close(fixture_loss(f) / weights, log(7.0) + 1.0 / 12.0, 0.15);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_does_not_see_what_follows),
        cmocka_unit_test(training_steps_are_those_of_the_double_network),
        cmocka_unit_test(logits_are_those_of_the_double_network_at_the_masks),
        cmocka_unit_test(logits_of_components_are_those_of_the_double_network),
        cmocka_unit_test(a_window_bounds_what_a_position_learns),
        cmocka_unit_test(logits_see_the_last_update),
        cmocka_unit_test(the_mask_s_row_of_the_head_is_never_read),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(rows_without_masks_give_no_loss_and_no_gradient),
        cmocka_unit_test(the_loss_starts_near_ln_v),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

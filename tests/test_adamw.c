/* test_adamw.c - the optimiser against the algorithm in double; clipping, decay, bad gradients. */
#include "model/network/adamw.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"
#include "tests/support/twin.h"

static const struct mg_transformer_config SHAPE = {.vocab = 7,
                                                   .length = 5,
                                                   .layers = 1,
                                                   .width = 12,
                                                   .heads = 3,
                                                   .hidden = 9,
                                                   .positions = MG_POSITIONS_ABSOLUTE,
                                                   .causal = false,
                                                   .rope_theta = 1e4,
                                                   .norm_eps = 1e-5,
                                                   .components = 1};

struct fixture {
    struct mg_parameters *weights;
    struct mg_parameters *gradients;
    struct mg_adamw *adamw;
};

static struct fixture fixture_new(uint32_t number)
{
    struct fixture f = {mg_parameters_new(&SHAPE, true), mg_parameters_new(&SHAPE, true), NULL};
    float *x = twin_drawn(f.weights->count, number);

    memcpy(f.weights->block, x, f.weights->count * sizeof(float));
    f.adamw = mg_adamw_new(f.weights);
    free(x);
    return f;
}

static void draw_gradients(struct fixture *f, uint32_t number)
{
    float *x = twin_drawn(f->gradients->count, number);

    memcpy(f->gradients->block, x, f->gradients->count * sizeof(float));
    free(x);
}

static void fixture_free(struct fixture *f)
{
    mg_adamw_free(f->adamw);
    mg_parameters_free(f->gradients);
    mg_parameters_free(f->weights);
}

/* Loshchilov, Hutter 2019, algorithm 2, lines 6 to 12, for one element over twenty steps. */
static void twenty_steps_are_the_algorithm(void **state)
{
    const struct mg_adamw_config config = {0.9, 0.999, 1e-8, 0.1, 0.0};
    struct fixture f = fixture_new(1);
    size_t at = 0;

    (void)state;
    for (uint32_t t = 1; t <= 20; t++) {
        draw_gradients(&f, 100 + t);
        (void)mg_adamw_step(f.adamw, f.weights, f.gradients, 0.01 / t, &config);
    }
    assert_int_equal(mg_adamw_steps(f.adamw), 20);
    for (size_t k = 0; k < f.weights->n; at += f.weights->tensors[k].count, k++) {
        struct fixture start = fixture_new(1);
        double x = (double)start.weights->block[at];
        double m = 0.0;
        double v = 0.0;

        for (uint32_t t = 1; t <= 20; t++) {
            float *drawn = twin_drawn(f.gradients->count, 100 + t);
            const double g = (double)drawn[at];
            const double decay = f.weights->tensors[k].rank == 2 ? 0.1 : 0.0;

            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            x -= 0.01 / t *
                 (m / (1.0 - pow(0.9, t)) / (sqrt(v / (1.0 - pow(0.999, t))) + 1e-8) + decay * x);
            free(drawn);
        }
        assert_close(f.weights->block[at], x, 2e-6);
        assert_close(mg_adamw_first(f.adamw)->block[at], m, 1e-6);
        assert_close(mg_adamw_second(f.adamw)->block[at], v, 1e-6);
        fixture_free(&start);
    }
    fixture_free(&f);
}

/* Clipping to half the norm is the same as halving the gradient; m after a step is 0.1 g / 2. */
static void clipping_scales_the_whole_gradient(void **state)
{
    struct mg_adamw_config config = {0.9, 0.999, 1e-8, 0.0, 0.0};
    struct fixture f = fixture_new(2);
    double squares = 0.0;
    double norm;

    (void)state;
    draw_gradients(&f, 3);
    for (size_t i = 0; i < f.gradients->count; i++) {
        squares += (double)f.gradients->block[i] * (double)f.gradients->block[i];
    }
    config.clip = sqrt(squares) / 2.0;
    norm = mg_adamw_step(f.adamw, f.weights, f.gradients, 0.01, &config);
    assert_close(norm / sqrt(squares), 1.0, 1e-12);
    for (size_t i = 0; i < f.gradients->count; i++) {
        assert_close(mg_adamw_first(f.adamw)->block[i], 0.05 * (double)f.gradients->block[i], 1e-7);
    }
    fixture_free(&f);
}

static void a_small_gradient_is_not_clipped(void **state)
{
    const struct mg_adamw_config config = {0.9, 0.999, 1e-8, 0.0, 1e6};
    struct fixture f = fixture_new(2);

    (void)state;
    draw_gradients(&f, 3);
    (void)mg_adamw_step(f.adamw, f.weights, f.gradients, 0.01, &config);
    assert_close(mg_adamw_first(f.adamw)->block[7], 0.1 * (double)f.gradients->block[7], 1e-7);
    fixture_free(&f);
}

static void only_matrices_decay(void **state)
{
    const struct mg_adamw_config config = {0.9, 0.999, 1e-8, 0.5, 0.0};
    struct fixture f = fixture_new(4);
    struct fixture start = fixture_new(4);

    (void)state;
    (void)mg_adamw_step(f.adamw, f.weights, f.gradients, 0.1, &config); /* gradients are 0 */
    for (size_t k = 0; k < f.weights->n; k++) {
        const double keep = f.weights->tensors[k].rank == 2 ? 0.95 : 1.0;

        assert_close(f.weights->tensors[k].data[0],
                     keep * (double)start.weights->tensors[k].data[0], 1e-6);
    }
    fixture_free(&start);
    fixture_free(&f);
}

static void a_gradient_that_is_not_finite_changes_nothing(void **state)
{
    const float bad[] = {NAN, INFINITY, -INFINITY};
    const struct mg_adamw_config config = {0.9, 0.999, 1e-8, 0.1, 1.0};
    struct fixture f = fixture_new(5);
    struct fixture start = fixture_new(5);

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        draw_gradients(&f, 6);
        f.gradients->block[f.gradients->count - 1 - i] = bad[i];
        assert_true(!isfinite(mg_adamw_step(f.adamw, f.weights, f.gradients, 0.1, &config)));
        assert_memory_equal(f.weights->block, start.weights->block,
                            f.weights->count * sizeof(float));
        assert_memory_equal(mg_adamw_second(f.adamw)->block, mg_adamw_second(start.adamw)->block,
                            f.weights->count * sizeof(float));
        assert_int_equal(mg_adamw_steps(f.adamw), 0);
    }
    fixture_free(&start);
    fixture_free(&f);
}

/* The state is the two moments and the count: copying them continues to the same bits. */
static void a_copied_state_continues_alike(void **state)
{
    const struct mg_adamw_config config = {0.9, 0.98, 1e-8, 0.1, 1.0};
    struct fixture f = fixture_new(6);
    struct fixture copy = fixture_new(6);
    const size_t bytes = f.weights->count * sizeof(float);

    (void)state;
    draw_gradients(&f, 7);
    (void)mg_adamw_step(f.adamw, f.weights, f.gradients, 0.1, &config);
    memcpy(copy.weights->block, f.weights->block, bytes);
    memcpy(mg_adamw_first(copy.adamw)->block, mg_adamw_first(f.adamw)->block, bytes);
    memcpy(mg_adamw_second(copy.adamw)->block, mg_adamw_second(f.adamw)->block, bytes);
    mg_adamw_set_steps(copy.adamw, mg_adamw_steps(f.adamw));
    for (uint32_t t = 0; t < 3; t++) {
        draw_gradients(&f, 8 + t);
        (void)mg_adamw_step(f.adamw, f.weights, f.gradients, 0.1, &config);
        (void)mg_adamw_step(copy.adamw, copy.weights, f.gradients, 0.1, &config);
    }
    assert_memory_equal(copy.weights->block, f.weights->block, bytes);
    fixture_free(&copy);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twenty_steps_are_the_algorithm),
        cmocka_unit_test(clipping_scales_the_whole_gradient),
        cmocka_unit_test(a_small_gradient_is_not_clipped),
        cmocka_unit_test(only_matrices_decay),
        cmocka_unit_test(a_gradient_that_is_not_finite_changes_nothing),
        cmocka_unit_test(a_copied_state_continues_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

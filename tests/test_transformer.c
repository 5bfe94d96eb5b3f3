/* test_transformer.c - the whole network against the double-precision one, and what it promises. */
#include "model/network/transformer.h"

#include <stdlib.h>
#include <string.h>

#include "model/network/adamw.h"
#include "model/numeric/arena.h"
#include "model/predictor/predictor.h"
#include "model/source/source.h"
#include "tests/support/reference_network.h"
#include "tests/support/test.h"

enum { ROWS = 11, MOST_TOKENS = 1024 * 8 };

static const struct mg_stream INIT = {{101, 102}};

/* A network with parameters far from the symmetric start, and a batch with its weights. */
struct fixture {
    struct mg_transformer_config config;
    struct mg_transformer *net;
    struct mg_parameters *list;
    double *value; /* the parameters in double */
    int noisy[MOST_TOKENS];
    int clean[MOST_TOKENS];
    float weight[1024];
    size_t n;
};

static struct mg_transformer_config configured(enum mg_positions positions, bool causal)
{
    return (struct mg_transformer_config){7, 5, 2, 12, 2, 9, positions, causal, 1e4, 1e-5};
}

static struct fixture *fixture_new(struct mg_transformer_config config, size_t batch, size_t n,
                                   double deviation)
{
    struct fixture *f = (struct fixture *)mg_allocate(1, sizeof(*f));
    struct mg_rng rng = mg_rng_at(INIT, 0, 77);

    f->config = config;
    f->n = n;
    f->net = mg_transformer_new(&config, batch, true, INIT);
    f->list = mg_transformer_parameters(f->net);
    f->value = (double *)mg_allocate(f->list->count, sizeof(double));
    for (size_t i = 0; i < f->list->count; i++) {
        f->list->block[i] += (float)(deviation * mg_rng_normal(&rng));
        f->value[i] = (double)f->list->block[i];
    }
    for (size_t i = 0; i < n * config.length; i++) {
        f->clean[i] = (int)mg_rng_below(&rng, (uint32_t)config.vocab);
        f->noisy[i] = mg_rng_below(&rng, 2) == 0 ? MG_MASK : f->clean[i];
    }
    for (size_t r = 0; r < n; r++) {
        f->weight[r] = (float)(0.1 + mg_rng_uniform(&rng));
    }
    return f;
}

static void fixture_free(struct fixture *f)
{
    free(f->value);
    mg_transformer_free(f->net);
    free(f);
}

static double loss(struct fixture *f)
{
    return mg_transformer_loss(f->net, f->noisy, f->clean, f->weight, f->n);
}

static double largest(const double *x, size_t n)
{
    double most = 0.0;

    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs(x[i]));
    }
    return most;
}

/* Every tensor: float gradient against central differences of the double forward pass. */
static void check_gradients(struct mg_transformer_config config)
{
    struct fixture *f = fixture_new(config, 2, 2, 0.3);
    const double step = 1e-4;
    size_t at = 0;

    assert_close(loss(f),
                 reference_loss(NULL, &config, f->list, f->value, f->noisy, f->clean, f->weight, 2),
                 2e-5);
    for (size_t t = 0; t < f->list->n; t++) {
        const struct mg_tensor *gradient = &mg_transformer_gradients(f->net)->tensors[t];
        double *numeric = (double *)mg_allocate(gradient->count, sizeof(double));
        double most;

        for (size_t e = 0; e < gradient->count; e++) {
            const double kept = f->value[at + e];
            double up;

            f->value[at + e] = kept + step;
            up = reference_loss(NULL, &config, f->list, f->value, f->noisy, f->clean, f->weight, 2);
            f->value[at + e] = kept - step;
            numeric[e] = up - reference_loss(NULL, &config, f->list, f->value, f->noisy, f->clean,
                                             f->weight, 2);
            numeric[e] /= 2.0 * step;
            f->value[at + e] = kept;
        }
        most = largest(numeric, gradient->count);
        assert_true(most > 0.0);
        for (size_t e = 0; e < gradient->count; e++) {
            assert_close(gradient->data[e], numeric[e], 1e-7 + 2e-5 * most);
        }
        at += gradient->count;
        free(numeric);
    }
    fixture_free(f);
}

static void gradients_are_central_differences_with_bos(void **state)
{
    (void)state;
    check_gradients(configured(MG_POSITIONS_BOS, false));
}

static void gradients_are_central_differences_with_absolute_positions(void **state)
{
    (void)state;
    check_gradients(configured(MG_POSITIONS_ABSOLUTE, false));
}

static void gradients_are_central_differences_with_rope_alone(void **state)
{
    (void)state;
    check_gradients(configured(MG_POSITIONS_ROPE, false));
}

static void gradients_are_central_differences_when_causal(void **state)
{
    (void)state;
    check_gradients(configured(MG_POSITIONS_BOS, true));
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
    const struct mg_transformer_config toy = {8,     5,   2,   32, 2, 64, MG_POSITIONS_BOS,
                                              false, 1e4, 1e-5};
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
        const double most = largest(gradient, count);
        double norm = 0.0;

        assert_close(loss(f) / exact, 1.0, t == 1 ? 1e-6 : 1e-5);
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
        const size_t count = mg_transformer_logits(f->net, logits, f->noisy, ROWS);
        size_t at = 0;

        for (size_t r = 0; r < ROWS; r++) {
            reference_logits(exact, &f->config, f->list, f->value, f->noisy + r * L);
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

/* One context alone, and at every place among 1,000 random ones, in batches of 64. */
static void a_prediction_does_not_depend_on_its_batch(void **state)
{
    enum { MANY = 1000 };

    (void)state;
    for (int causal = 0; causal < 2; causal++) {
        struct mg_transformer_config config = {8,           5,   2,   32, 2, 64, MG_POSITIONS_BOS,
                                               causal == 1, 1e4, 1e-5};
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
        reference_logits(exact, &f->config, f->list, f->value, f->noisy + i / L * L);
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

/* The last two rows of the head belong to mask and begin-of-sequence: never read, no gradient. */
static void the_mask_s_row_of_the_head_is_never_read(void **state)
{
    struct fixture *f = fixture_new(configured(MG_POSITIONS_BOS, false), ROWS, ROWS, 0.3);
    const size_t d = f->config.width;
    const double before = loss(f);
    struct mg_tensor *head = mg_parameters_find(f->list, "model.transformer.ff_out.weight");
    const struct mg_tensor *gradient =
        mg_parameters_find(mg_transformer_gradients(f->net), "model.transformer.ff_out.weight");

    (void)state;
    for (size_t i = f->config.vocab * d; i < head->count; i++) {
        head->data[i] = NAN;
        assert_true(gradient->data[i] == 0.0f);
    }
    assert_true(loss(f) == before);
    for (size_t i = 0; i < gradient->count; i++) {
        assert_true(isfinite(gradient->data[i]));
    }
    fixture_free(f);
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
            (void)loss(f);
            (void)mg_adamw_step(adamw, f->list, mg_transformer_gradients(f->net), 0.01, &config);
        }
        print_message("all-mask spread after 200 steps, positions %d: %.3g\n", positions,
                      all_mask_spread(f));
        assert_true(alike ? all_mask_spread(f) <= 1e-5 : all_mask_spread(f) > 0.5);
        mg_adamw_free(adamw);
        fixture_free(f);
    }
}

/* Losses, gradients, weights and logits of ten steps with 1 to 4 threads, batch not divisible. */
static void threads_do_not_change_a_bit(void **state)
{
    const struct mg_adamw_config config = {0.9, 0.98, 1e-8, 0.01, 1.0};
    const struct mg_transformer_config small = {8,     6,   2,   32, 2, 44, MG_POSITIONS_BOS,
                                                false, 1e4, 1e-5};
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
            last = loss(f);
            (void)mg_adamw_step(adamw, f->list, mg_transformer_gradients(f->net), 0.01, &config);
        }
        (void)mg_transformer_logits(f->net, logits, f->noisy, 50);
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
    assert_true(loss(f) == 0.0);
    for (size_t i = 0; i < f->list->count; i++) {
        assert_true(mg_transformer_gradients(f->net)->block[i] == 0.0f);
    }
    f->n = 1; /* fewer rows than shards */
    f->noisy[0] = MG_MASK;
    assert_close(
        loss(f),
        reference_loss(NULL, &f->config, f->list, f->value, f->noisy, f->clean, f->weight, 1),
        1e-5);
    assert_int_equal(mg_transformer_logits(f->net, logits, f->clean, ROWS), 0);
    assert_int_equal(mg_transformer_logits(f->net, logits, f->clean, 0), 0);
    fixture_free(f);
}

static void the_loss_starts_near_ln_v(void **state)
{
    struct fixture *f = fixture_new(configured(MG_POSITIONS_BOS, false), ROWS, ROWS, 0.0);
    double weights = 0.0;

    (void)state;
    for (size_t i = 0; i < ROWS * f->config.length; i++) {
        weights += f->noisy[i] == MG_MASK ? (double)f->weight[i / f->config.length] : 0.0;
    }
    assert_close(loss(f) / weights, log(7.0), 0.02);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_central_differences_with_bos),
        cmocka_unit_test(gradients_are_central_differences_with_absolute_positions),
        cmocka_unit_test(gradients_are_central_differences_with_rope_alone),
        cmocka_unit_test(gradients_are_central_differences_when_causal),
        cmocka_unit_test(training_steps_are_those_of_the_double_network),
        cmocka_unit_test(logits_are_those_of_the_double_network_at_the_masks),
        cmocka_unit_test(a_prediction_does_not_depend_on_its_batch),
        cmocka_unit_test(the_predictor_is_a_distribution_over_real_tokens),
        cmocka_unit_test(the_mask_s_row_of_the_head_is_never_read),
        cmocka_unit_test(only_rope_alone_makes_all_masks_alike),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(rows_without_masks_give_no_loss_and_no_gradient),
        cmocka_unit_test(the_loss_starts_near_ln_v),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

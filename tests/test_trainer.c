#include "model/diffusion/trainer.h"

#include <string.h>

#include "model/source/sequences.h"
#include "tests/support/test.h"

enum { L = 5, V = 8, BATCH = 16, A = 0, B, C, D, E, F, G, H };

static const int TOY[4 * L] = {A, B, C, D, E, A, B, C, D, F, G, B, C, D, F, E, F, C, D, H};
static const double COUNT[4] = {30, 25, 14, 31};
static const struct mg_streams STREAMS = {
    .init = {{1, 1}}, .data = {{2, 2}}, .mask = {{3, 3}}, .sample = {{4, 4}}, .order = {{5, 5}}};

struct bench {
    struct mg_source *source;
    struct mg_transformer *transformer;
    struct mg_trainer *trainer;
};

static struct mg_train_config config_of(const char *objective, size_t steps)
{
    const struct mg_train_config config = {.objective = mg_objective_find(objective),
                                           .schedule = mg_noise_find("linear"),
                                           .steps = steps,
                                           .batch = BATCH,
                                           .lr = 3e-3,
                                           .warmup = 5,
                                           .lr_final = 0.05,
                                           .beta1 = 0.9,
                                           .beta2 = 0.98,
                                           .eps = 1e-8,
                                           .weight_decay = 0.01,
                                           .clip = 1.0};

    return config;
}

static void bench_open_with(struct bench *bench, const struct mg_train_config *config,
                            size_t components)
{
    const struct mg_transformer_config network = {
        .vocab = V,
        .length = L,
        .layers = 1,
        .width = 16,
        .heads = 2,
        .hidden = 32,
        .rope_theta = 10000.0,
        .norm_eps = 1e-5,
        .components = components,
        .block = config->objective->no_suffix ? config->block : 0};

    bench->source = mg_sequences_new(TOY, COUNT, 4, L, V);
    bench->transformer = mg_transformer_new(&network, config->batch, true, STREAMS.init);
    bench->trainer = mg_trainer_new(config, bench->transformer, bench->source, &STREAMS);
}

static void bench_open(struct bench *bench, const struct mg_train_config *config)
{
    bench_open_with(bench, config, 1);
}

static void bench_close(struct bench *bench)
{
    mg_trainer_free(bench->trainer);
    mg_transformer_free(bench->transformer);
    mg_source_free(bench->source);
}

/*
 * The first loss of a flat network is log V times the mean of weight * masked count, 1 for fixed
 * counts. Logits are sums of `width` products of what the last norm left at one and a weight of
 * variance 1/(3 width): their variance of 1/3 costs another (1 - 1/V)/6. Eight logits, much the
 * same in every row, are a small sample of it: 2.215 against 2.225 measured.
 */
static void first_loss_is_log_of_the_vocabulary(void **state)
{
    const struct mg_train_config config = config_of("fixed_count", 10);
    struct bench bench;
    struct mg_step_stats stats;
    struct mg_error err = {0};

    (void)state;
    bench_open(&bench, &config);
    assert_int_equal(mg_trainer_step(bench.trainer, 0, &stats, &err), MG_OK);
    assert_close(stats.loss_nats_per_token, log(8.0) + (1.0 - 1.0 / 8.0) / 6.0, 0.05);
    assert_close(stats.lr, 3e-3 / 5.0, 1e-12);
    assert_true(stats.grad_norm > 0.0);
    bench_close(&bench);
}

/* The floor is the entropy a token, 1.341/5 = .268 nats; untrained 2.08. */
static void training_lowers_the_loss_towards_the_entropy(void **state)
{
    const struct mg_train_config config = config_of("fixed_count", 300);
    struct bench bench;
    double last = 0.0;
    struct mg_error err = {0};

    (void)state;
    bench_open(&bench, &config);
    for (size_t step = 0; step < config.steps; step++) {
        struct mg_step_stats stats;

        assert_int_equal(mg_trainer_step(bench.trainer, step, &stats, &err), MG_OK);
        last += step >= 200 ? stats.loss_nats_per_token / 100.0 : 0.0;
    }
    assert_true(last < 0.6);
    assert_true(last > 0.268 - 0.1);
    bench_close(&bench);
}

/* Every objective asks for one outcome a row with one weight, as a mixture needs (mixture.h). */
static void a_mixture_trains_with_every_objective_but_the_causal(void **state)
{
    size_t n;
    const struct mg_objective *table = mg_objectives(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct mg_train_config config = config_of(table[i].name, 2 * L);
        struct bench bench;
        struct mg_error err = {0};

        config.block = table[i].blockwise ? L : 0;
        if (table[i].causal) {
            continue;
        }
        bench_open_with(&bench, &config, 3);
        for (size_t step = 0; step < config.steps; step++) {
            struct mg_step_stats stats;

            assert_int_equal(mg_trainer_step(bench.trainer, step, &stats, &err), MG_OK);
        }
        bench_close(&bench);
    }
}

/* Steps are addressed by number: the same numbers give the same bits. */
static void two_trainings_are_equal_to_the_last_bit(void **state)
{
    const struct mg_train_config config = config_of("absorbing_stratified", 20);
    struct bench first;
    struct bench second;
    struct mg_error err = {0};
    const struct mg_parameters *a;
    const struct mg_parameters *b;

    (void)state;
    bench_open(&first, &config);
    bench_open(&second, &config);
    for (size_t step = 0; step < config.steps; step++) {
        struct mg_step_stats stats;
        struct mg_step_stats again;

        assert_int_equal(mg_trainer_step(first.trainer, step, &stats, &err), MG_OK);
        assert_int_equal(mg_trainer_step(second.trainer, step, &again, &err), MG_OK);
        assert_memory_equal(&stats, &again, sizeof(stats));
    }
    a = mg_transformer_parameters(first.transformer);
    b = mg_transformer_parameters(second.transformer);
    assert_memory_equal(a->block, b->block, a->count * sizeof(a->block[0]));
    assert_int_equal(mg_adamw_steps(mg_trainer_adamw(first.trainer)), config.steps);
    bench_close(&second);
    bench_close(&first);
}

/* Steps taken elsewhere are counted as if they had been taken here. */
static void what_is_spent_does_not_depend_on_who_took_the_steps(void **state)
{
    const struct mg_train_config config = config_of("fixed_count", 10);
    struct mg_train_spent spent[2];
    struct mg_step_stats stats;
    struct mg_error err = {0};

    (void)state;
    for (size_t first = 0; first < 2; first++) {
        struct bench bench;

        bench_open(&bench, &config);
        for (size_t step = 7 * first; step < config.steps; step++) {
            assert_int_equal(mg_trainer_step(bench.trainer, step, &stats, &err), MG_OK);
        }
        spent[first] = mg_trainer_spent(bench.trainer, config.steps);
        bench_close(&bench);
    }
    assert_memory_equal(&spent[0], &spent[1], sizeof(spent[0]));
    assert_close(spent[0].tokens, 10.0 * BATCH * L, 0.0);
    /* Of L = 5 tokens 3 are masked on average, standard deviation 1.4: 160 rows. */
    assert_close(spent[0].asked / (10.0 * BATCH), 3.0, 0.5);
}

static void a_loss_that_is_not_finite_stops_and_changes_nothing(void **state)
{
    const struct mg_train_config config = config_of("fixed_count", 10);
    struct bench bench;
    struct mg_step_stats stats;
    struct mg_error err = {0};
    struct mg_parameters *parameters;
    float kept[2];

    (void)state;
    bench_open(&bench, &config);
    parameters = mg_transformer_parameters(bench.transformer);
    for (size_t i = 0; i < parameters->tensors[0].count; i++) {
        parameters->tensors[0].data[i] = INFINITY;
    }
    memcpy(kept, parameters->tensors[1].data, sizeof(kept));
    assert_int_equal(mg_trainer_step(bench.trainer, 7, &stats, &err), MG_NO);
    assert_non_null(strstr(err.text, "step 7"));
    assert_non_null(strstr(err.text, "loss"));
    assert_memory_equal(kept, parameters->tensors[1].data, sizeof(kept));
    assert_int_equal(mg_adamw_steps(mg_trainer_adamw(bench.trainer)), 0);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_loss_is_log_of_the_vocabulary),
        cmocka_unit_test(training_lowers_the_loss_towards_the_entropy),
        cmocka_unit_test(a_mixture_trains_with_every_objective_but_the_causal),
        cmocka_unit_test(two_trainings_are_equal_to_the_last_bit),
        cmocka_unit_test(what_is_spent_does_not_depend_on_who_took_the_steps),
        cmocka_unit_test(a_loss_that_is_not_finite_stops_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* bench_train.c - a whole training step: draw, mask, forward, loss, backward, AdamW. */
#include <math.h>
#include <stdlib.h>

#include "model/diffusion/trainer.h"
#include "model/numeric/arena.h"
#include "model/source/sequences.h"
#include "tests/bench/bench.h"

enum { SEQUENCES = 1024, STEPS = 1000000 };

struct training {
    struct mg_source *source;
    struct mg_transformer *transformer;
    struct mg_trainer *trainer;
    size_t step;
};

static const struct mg_streams STREAMS = {{{1, 1}}, {{1, 2}}, {{1, 3}}, {{1, 4}}, {{1, 5}}};

/* Random sequences, the worst for what equal tokens share. */
static struct mg_source *make_source(const struct mg_transformer_config *config)
{
    struct mg_rng rng = mg_rng_at(STREAMS.data, 0, 0);
    int *tokens = (int *)mg_allocate(SEQUENCES * config->length, sizeof(*tokens));
    double *weight = (double *)mg_allocate(SEQUENCES, sizeof(*weight));
    struct mg_source *source;

    for (size_t i = 0; i < SEQUENCES * config->length; i++) {
        tokens[i] = (int)mg_rng_below(&rng, (uint32_t)config->vocab);
    }
    for (size_t i = 0; i < SEQUENCES; i++) {
        weight[i] = 1;
    }
    source = mg_sequences_new(tokens, weight, SEQUENCES, config->length, config->vocab);
    free(weight);
    free(tokens);
    return source;
}

static void *train_make(const struct bench_size *size)
{
    const struct mg_train_config config = {
        .objective = mg_objective_find("absorbing"),
        .schedule = mg_noise_find("linear"),
        .steps = STEPS,
        .batch = size->batch,
        .lr = 1e-3,
        .lr_final = 1,
        .beta1 = 0.9,
        .beta2 = 0.95,
        .eps = 1e-8,
        .weight_decay = 0.1,
    };
    struct training *training = (struct training *)mg_allocate(1, sizeof(*training));

    training->source = make_source(&size->config);
    training->transformer = mg_transformer_new(&size->config, size->batch, true, STREAMS.init);
    training->trainer = mg_trainer_new(&config, training->transformer, training->source, &STREAMS);
    return training;
}

static void train_set_threads(void *state, size_t threads)
{
    bench_set_threads(((struct training *)state)->transformer, threads);
}

static void train_call(void *state)
{
    struct training *training = (struct training *)state;
    struct mg_step_stats stats;
    struct mg_error err = {0};

    if (mg_trainer_step(training->trainer, training->step++, &stats, &err) != MG_OK) {
        (void)fprintf(stderr, "bench: train: %s\n", err.text);
        exit((int)err.status);
    }
}

static void train_free(void *state)
{
    struct training *training = (struct training *)state;

    mg_trainer_free(training->trainer);
    mg_transformer_free(training->transformer);
    mg_source_free(training->source);
    free(training);
}

static double train_flop(const struct bench_size *size)
{
    return 3 * bench_forward_flop(size, size->batch);
}

/* Distinct tokens of n drawn alike from V, in the mean. */
static double distinct(double n, double V)
{
    return -V * expm1(n * log1p(-1 / V));
}

/*
 * After its attention the last block goes on with the masked positions alone, half of them on
 * average, and so does the head. In the first, q, k and v are those of a shard's distinct tokens.
 */
static double train_executed(const struct bench_size *size)
{
    const struct mg_transformer_config *c = &size->config;
    const double d = (double)c->width;
    const double late = d * d + 3 * d * (double)c->hidden + d * (double)c->vocab;
    const double M = (double)(size->batch * c->length);
    const double shared = M - MG_SHARDS * (1 + distinct(M / MG_SHARDS / 2, (double)c->vocab));
    const double saved = 6 * (M / 2 * late + shared * 3 * d * d);

    return 1 - saved / train_flop(size);
}

const struct bench_kind bench_train = {"train",    "steps/s",         false,
                                       train_make, train_set_threads, train_call,
                                       train_free, train_flop,        train_executed};

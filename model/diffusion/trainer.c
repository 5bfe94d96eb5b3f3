/* trainer.c - see trainer.h. */
#include "model/diffusion/trainer.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/network/adamw.h"
#include "model/network/flops.h"
#include "model/network/rate.h"
#include "model/numeric/arena.h"

struct mg_trainer {
    struct mg_train_config config;
    struct mg_transformer *transformer;
    const struct mg_source *source;
    struct mg_streams streams;
    struct mg_adamw *adamw;
    int *clean;    /* (batch, L) */
    int *noisy;    /* (batch, L) */
    float *weight; /* (batch, L) divided by the batch */
    struct mg_train_spent spent;
    size_t counted; /* steps in `spent`: all before this one */
};

struct mg_trainer *mg_trainer_new(const struct mg_train_config *config,
                                  struct mg_transformer *transformer,
                                  const struct mg_source *source, const struct mg_streams *streams)
{
    struct mg_trainer *trainer = mg_allocate(1, sizeof(*trainer));

    assert(config->objective != NULL);
    assert(config->schedule != NULL);
    assert(config->batch >= 1);
    assert(mg_transformer_config(transformer)->length == source->length);
    assert(mg_transformer_config(transformer)->vocab == source->vocab);
    assert(mg_transformer_config(transformer)->causal == config->objective->causal);
    assert(mg_transformer_config(transformer)->block ==
           (config->objective->no_suffix ? config->block : 0));
    trainer->config = *config;
    trainer->transformer = transformer;
    trainer->source = source;
    trainer->streams = *streams;
    trainer->adamw = mg_adamw_new(mg_transformer_parameters(transformer));
    trainer->clean = mg_allocate(config->batch * source->length, sizeof(trainer->clean[0]));
    trainer->noisy = mg_allocate(config->batch * source->length, sizeof(trainer->noisy[0]));
    trainer->weight = mg_allocate(config->batch * source->length, sizeof(trainer->weight[0]));
    return trainer;
}

size_t mg_trainer_bytes(const struct mg_train_config *config,
                        const struct mg_transformer_config *network)
{
    struct mg_parameters *shapes = mg_parameters_new(network, false);
    const size_t moments = 2 * shapes->count * sizeof(float); /* of AdamW */

    mg_parameters_free(shapes);
    return moments + config->batch * network->length * (2 * sizeof(int) + sizeof(float));
}

void mg_trainer_free(struct mg_trainer *trainer)
{
    if (trainer != NULL) {
        free(trainer->weight);
        free(trainer->noisy);
        free(trainer->clean);
        mg_adamw_free(trainer->adamw);
        free(trainer);
    }
}

struct mg_adamw *mg_trainer_adamw(struct mg_trainer *trainer)
{
    return trainer->adamw;
}

/* Draw a batch and corrupt it; row r of step s depends on (r, s) alone. */
static void draw_batch(struct mg_trainer *trainer, size_t step)
{
    const struct mg_train_config *config = &trainer->config;
    const size_t length = trainer->source->length;
    struct mg_corruption how = {.schedule = config->schedule,
                                .block = config->block,
                                .batch = config->batch,
                                .step = step,
                                .steps = config->steps};

    for (size_t r = 0; r < config->batch; r++) {
        struct mg_rng data = mg_rng_at(trainer->streams.data, r, (uint32_t)step);
        struct mg_rng mask = mg_rng_at(trainer->streams.mask, r, (uint32_t)step);
        int *clean = trainer->clean + r * length;

        mg_source_draw(trainer->source, &data, clean);
        how.row = r;
        config->objective->corrupt(trainer->noisy + r * length, trainer->weight + r * length, clean,
                                   length, &how, &mask);
    }
    for (size_t i = 0; i < config->batch * length; i++) {
        trainer->weight[i] /= (float)config->batch;
    }
}

/* Count the batch at hand, of step `counted`. */
static void count_batch(struct mg_trainer *trainer)
{
    const size_t cells = trainer->config.batch * trainer->source->length;
    const struct mg_transformer_config *network = mg_transformer_config(trainer->transformer);
    size_t masks = 0;
    size_t asked = 0;

    for (size_t i = 0; i < cells; i++) {
        masks += trainer->noisy[i] == MG_MASK;
        asked += trainer->noisy[i] == MG_MASK && trainer->weight[i] > 0.0f;
    }
    trainer->spent.tokens += (double)cells;
    trainer->spent.asked += (double)asked;
    trainer->spent.flops +=
        mg_training_flops(network, trainer->config.batch, network->components > 1 ? masks : asked);
    trainer->counted++;
}

struct mg_train_spent mg_trainer_spent(struct mg_trainer *trainer, size_t step)
{
    assert(trainer->counted <= step);
    while (trainer->counted < step) {
        draw_batch(trainer, trainer->counted);
        count_batch(trainer);
    }
    return trainer->spent;
}

enum mg_status mg_trainer_step(struct mg_trainer *trainer, size_t step, struct mg_step_stats *stats,
                               struct mg_error *err)
{
    const struct mg_train_config *config = &trainer->config;
    const struct mg_adamw_config update = {.beta1 = config->beta1,
                                           .beta2 = config->beta2,
                                           .eps = config->eps,
                                           .weight_decay = config->weight_decay,
                                           .clip = config->clip};

    assert(step < config->steps);
    (void)mg_trainer_spent(trainer, step);
    draw_batch(trainer, step);
    count_batch(trainer);
    stats->lr = mg_rate(step, config->steps, config->warmup, config->lr, config->lr_final);
    stats->loss_nats_per_token = mg_transformer_loss(
        trainer->transformer, trainer->noisy, trainer->clean, trainer->weight, config->batch);
    if (!isfinite(stats->loss_nats_per_token)) {
        return mg_fail(err, MG_NO, "training step %zu: the loss is not finite", step);
    }
    stats->grad_norm =
        mg_adamw_step(trainer->adamw, mg_transformer_parameters(trainer->transformer),
                      mg_transformer_gradients(trainer->transformer), stats->lr, &update);
    if (!isfinite(stats->grad_norm)) {
        return mg_fail(err, MG_NO, "training step %zu: the gradient is not finite", step);
    }
    return MG_OK;
}

/*
 * train_step.c - how fast a training step is: steps a second of loss and AdamW at four sizes.
 *
 * Usage: train_step [size [threads [seconds]]]; sizes toy, tiny, small, base. The tokens are
 * random: nothing is learned, only timed. FLOPs count the matrix products alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/network/adamw.h"
#include "model/network/transformer.h"
#include "model/numeric/arena.h"
#include "model/numeric/matmul.h"
#include "model/source/source.h"

struct size {
    const char *name;
    struct mg_transformer_config config;
    size_t batch;
};

static const struct size SIZES[] = {
    {"toy", {8, 5, 2, 32, 2, 64, MG_POSITIONS_BOS, false, 1e4, 1e-5}, 64},
    {"tiny", {32, 32, 2, 64, 4, 176, MG_POSITIONS_BOS, false, 1e4, 1e-5}, 64},
    {"small", {64, 64, 4, 128, 4, 344, MG_POSITIONS_BOS, false, 1e4, 1e-5}, 64},
    {"base", {4096, 128, 6, 256, 8, 688, MG_POSITIONS_BOS, false, 1e4, 1e-5}, 32},
};

static double now_s(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void bench(const struct size *size, size_t threads, double seconds)
{
    const struct mg_stream stream = {{1, 2}};
    const struct mg_adamw_config adamw_config = {0.9, 0.98, 1e-8, 0.01, 1.0};
    const size_t tokens = size->batch * size->config.length;
    struct mg_transformer *net = mg_transformer_new(&size->config, size->batch, true, stream);
    struct mg_parameters *weights = mg_transformer_parameters(net);
    struct mg_adamw *adamw = mg_adamw_new(weights);
    struct mg_error err = {0};
    struct mg_rng rng = mg_rng_at(stream, 0, 0);
    int *clean = (int *)mg_allocate(tokens, sizeof(int));
    int *noisy = (int *)mg_allocate(tokens, sizeof(int));
    float *weight = (float *)mg_allocate(tokens, sizeof(float));
    size_t steps = 0;
    double best_s = 1e9;
    double begin_s;
    double loss = 0.0;

    for (size_t i = 0; i < tokens; i++) {
        clean[i] = (int)mg_rng_below(&rng, (uint32_t)size->config.vocab);
        noisy[i] = mg_rng_below(&rng, 2) == 0 ? MG_MASK : clean[i];
        weight[i] = 2.0f / (float)tokens;
    }
    if (mg_transformer_set_threads(net, threads, &err) != MG_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        exit(err.status);
    }
    begin_s = now_s();
    while (now_s() - begin_s < seconds) {
        const double step_s = now_s();

        loss = mg_transformer_loss(net, noisy, clean, weight, size->batch);
        (void)mg_adamw_step(adamw, weights, mg_transformer_gradients(net), 1e-3, &adamw_config);
        steps++;
        best_s = now_s() - step_s < best_s ? now_s() - step_s : best_s;
    }
    (void)printf("%-6s threads %zu parameters %zu steps/s %.1f best %.1f loss %.17g\n", size->name,
                 threads, weights->count, (double)steps / (now_s() - begin_s), 1.0 / best_s, loss);
    free(weight);
    free(noisy);
    free(clean);
    mg_adamw_free(adamw);
    mg_transformer_free(net);
}

int main(int argc, char **argv)
{
    const size_t threads = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    const double seconds = argc > 3 ? strtod(argv[3], NULL) : 2.0;

    for (size_t i = 0; i < sizeof(SIZES) / sizeof(SIZES[0]); i++) {
        if (argc < 2 || strcmp(argv[1], SIZES[i].name) == 0) {
            bench(&SIZES[i], threads, seconds);
        }
    }
    return 0;
}

/* bench_sampler.c - rows from all masks to complete, most confident positions first. */
#include <stdlib.h>

#include "model/diffusion/sampler.h"
#include "model/numeric/arena.h"
#include "tests/bench/bench.h"

struct sampling {
    struct mg_transformer *transformer;
    struct mg_predictor *predictor;
    struct mg_sampler sampler;
    int *prompt; /* (L) */
    int *tokens; /* (rows, L) */
    size_t rows, draws;
};

static const struct mg_stream STREAM = {{1, 4}};

static void *sampler_make(const struct bench_size *size)
{
    const size_t L = size->config.length;
    struct sampling *sampling = (struct sampling *)mg_allocate(1, sizeof(*sampling));

    sampling->transformer = mg_transformer_new(&size->config, size->rows, false, STREAM);
    sampling->rows = size->rows;
    sampling->predictor = mg_transformer_predictor_new(sampling->transformer);
    sampling->sampler = (struct mg_sampler){
        .order = mg_order_find("confidence"), .steps = size->rounds, .temperature = 1};
    sampling->prompt = (int *)mg_allocate(L, sizeof(int));
    sampling->tokens = (int *)mg_allocate(size->rows * L, sizeof(int));
    for (size_t i = 0; i < L; i++) {
        sampling->prompt[i] = MG_MASK;
    }
    return sampling;
}

static void sampler_set_threads(void *state, size_t threads)
{
    bench_set_threads(((struct sampling *)state)->transformer, threads);
}

/* Every call draws other rows. */
static void sampler_call(void *state)
{
    struct sampling *sampling = (struct sampling *)state;

    mg_sample(sampling->tokens, NULL, NULL, sampling->predictor, &sampling->sampler,
              sampling->prompt, sampling->rows, STREAM, sampling->draws);
    sampling->draws += sampling->rows;
}

static void sampler_free(void *state)
{
    struct sampling *sampling = (struct sampling *)state;

    mg_predictor_free(sampling->predictor);
    mg_transformer_free(sampling->transformer);
    free(sampling->prompt);
    free(sampling->tokens);
    free(sampling);
}

static double sampler_flop(const struct bench_size *size)
{
    return (double)size->rounds * bench_forward_flop(size, size->rows);
}

/* Rows that are still alike are predicted once, and only at positions that are masked. */
static double sampler_executed(const struct bench_size *size)
{
    (void)size;
    return 0;
}

const struct bench_kind bench_sampler = {
    "sampler",    "rows/s",     true,         sampler_make,    sampler_set_threads,
    sampler_call, sampler_free, sampler_flop, sampler_executed};

/* bench_forward.c - logits at every position of a batch: all of them masked. */
#include <stdlib.h>

#include "model/numeric/arena.h"
#include "model/source/source.h"
#include "tests/bench/bench.h"

struct forward {
    struct mg_transformer *transformer;
    size_t rows;
    int *tokens;   /* (rows, L) */
    float *logits; /* (rows, L, V) */
};

static void *forward_make(const struct bench_size *size)
{
    const struct mg_stream stream = {{1, 1}};
    const size_t tokens = size->batch * size->config.length;
    struct forward *forward = (struct forward *)mg_allocate(1, sizeof(*forward));

    forward->transformer = mg_transformer_new(&size->config, size->batch, false, stream);
    forward->rows = size->batch;
    forward->tokens = (int *)mg_allocate(tokens, sizeof(int));
    forward->logits = (float *)mg_allocate(tokens * size->config.vocab, sizeof(float));
    for (size_t i = 0; i < tokens; i++) {
        forward->tokens[i] = MG_MASK;
    }
    return forward;
}

static void forward_set_threads(void *state, size_t threads)
{
    bench_set_threads(((struct forward *)state)->transformer, threads);
}

static void forward_call(void *state)
{
    const struct forward *forward = (const struct forward *)state;

    (void)mg_transformer_logits(forward->transformer, forward->logits, NULL, forward->tokens,
                                forward->rows);
}

static void forward_free(void *state)
{
    struct forward *forward = (struct forward *)state;

    mg_transformer_free(forward->transformer);
    free(forward->tokens);
    free(forward->logits);
    free(forward);
}

static double forward_flop(const struct bench_size *size)
{
    return bench_forward_flop(size, size->batch);
}

/* All tokens are the mask, so the first block's q, k and v are computed once. */
static double forward_executed(const struct bench_size *size)
{
    const double d = (double)size->config.width;

    return 1 - (double)(size->batch * size->config.length) * 6 * d * d / forward_flop(size);
}

const struct bench_kind bench_forward = {"forward",    "batches/s",         false,
                                         forward_make, forward_set_threads, forward_call,
                                         forward_free, forward_flop,        forward_executed};

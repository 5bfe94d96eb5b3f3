/* transformer.c - see transformer.h: one set of weights, a pass for each thread, batch shards. */
#include "model/network/transformer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/network/init.h"
#include "model/network/network.h"
#include "model/network/pass.h"
#include "model/numeric/arena.h"
#include "model/numeric/matmul.h"
#include "model/numeric/pool.h"
#include "model/numeric/vecmath.h"
#include "model/source/source.h"

enum {
    SUM_PARTS = 16,       /* tasks that add the shards; each sum is of one element, so any do */
    BORROWED_TOKENS = 512 /* of a batch; products are no faster with more, and memory stays small */
};

struct mg_transformer {
    struct mg_network network;
    size_t batch;
    bool train;
    bool borrowed; /* weights of a checkpoint: one pass, whose products all threads share */
    bool packed;   /* the packed weights are those of the list */
    struct mg_arena network_arena;
    struct mg_parameters *parameters;
    struct mg_parameters *gradients[MG_SHARDS]; /* the first becomes the sum */
    struct mg_parameters_view views[MG_SHARDS];
    struct mg_pool *pool;
    struct mg_arena pass_arena;
    struct mg_pass passes[MG_SHARDS]; /* one for each thread */
};

/* Rows of the largest shard, and of the chunks that logits are worked off in. */
static size_t chunk_rows(const struct mg_transformer *transformer)
{
    return transformer->borrowed ? transformer->batch
                                 : (transformer->batch + MG_SHARDS - 1) / MG_SHARDS;
}

/* Take the buffers of all passes; called twice, see arena.h. */
static void carve_passes(struct mg_transformer *transformer, size_t threads, struct mg_arena *arena)
{
    const size_t passes = transformer->borrowed ? 1 : threads;

    for (size_t i = 0; i < passes; i++) {
        transformer->passes[i] = (struct mg_pass){.capacity = chunk_rows(transformer),
                                                  .train = transformer->train,
                                                  .threads = transformer->borrowed ? threads : 0,
                                                  .pool = transformer->pool};
        mg_pass_carve(&transformer->passes[i], &transformer->network, arena);
    }
}

static void start_workers(struct mg_transformer *transformer, size_t threads)
{
    struct mg_arena *arena = &transformer->pass_arena;

    transformer->pool = mg_pool_new(threads);
    carve_passes(transformer, threads, arena);
    mg_arena_reserve(arena);
    carve_passes(transformer, threads, arena);
}

static void stop_workers(struct mg_transformer *transformer)
{
    mg_pool_free(transformer->pool);
    mg_arena_free(&transformer->pass_arena);
}

struct mg_transformer *mg_transformer_new(const struct mg_transformer_config *config, size_t batch,
                                          bool train, struct mg_stream init)
{
    struct mg_transformer *transformer =
        (struct mg_transformer *)mg_allocate(1, sizeof(*transformer));
    struct mg_network *network = &transformer->network;
    struct mg_error err = {0};
    const enum mg_status pinned = mg_matmul_start(1, &err);

    assert(pinned == MG_OK && batch > 0);
    (void)pinned;
    network->config = *config;
    transformer->batch = batch;
    transformer->train = train;
    transformer->parameters = mg_parameters_new(config, true);
    mg_init_parameters(transformer->parameters, init);
    mg_network_carve(network, true, &transformer->network_arena);
    mg_arena_reserve(&transformer->network_arena);
    mg_network_carve(network, true, &transformer->network_arena);
    mg_network_bind(network, transformer->parameters);
    for (size_t i = 0; i < MG_SHARDS; i++) {
        transformer->gradients[i] = mg_parameters_new(config, train);
        if (train) {
            transformer->views[i].blocks = (struct mg_block_view *)mg_allocate(
                config->layers, sizeof(*transformer->views[i].blocks));
            mg_parameters_view(&transformer->views[i], transformer->gradients[i], config);
        }
    }
    start_workers(transformer, 1);
    return transformer;
}

size_t mg_transformer_bytes(const struct mg_transformer_config *config, size_t batch, bool train,
                            size_t threads)
{
    struct mg_transformer counted = {
        .network = {.config = *config}, .batch = batch, .train = train};
    struct mg_parameters *shapes = mg_parameters_new(config, false);
    const size_t lists = train ? 1 + MG_SHARDS : 1; /* weights, and the gradients of the shards */
    const size_t list_bytes = shapes->count * sizeof(float);
    struct mg_arena arena = {0};

    mg_network_carve(&counted.network, true, &arena); /* an empty arena only counts */
    carve_passes(&counted, threads < MG_SHARDS ? threads : (size_t)MG_SHARDS, &arena);
    mg_parameters_free(shapes);
    return arena.used + lists * list_bytes;
}

/* Rows of a batch over borrowed weights. */
static size_t borrowed_rows(const struct mg_transformer_config *config, size_t batch)
{
    const size_t most = BORROWED_TOKENS / mg_row_length(config);

    return batch < most ? batch : most > 0 ? most : 1;
}

size_t mg_transformer_borrow_bytes(const struct mg_transformer_config *config, size_t batch)
{
    struct mg_network network = {.config = *config};
    struct mg_pass pass = {.capacity = borrowed_rows(config, batch), .threads = 1};
    struct mg_arena arena = {0};

    mg_network_carve(&network, false, &arena); /* an empty arena only counts */
    mg_pass_carve(&pass, &network, &arena);
    return arena.used;
}

struct mg_transformer *mg_transformer_borrow(const struct mg_transformer_config *config,
                                             const struct mg_weights *weights, size_t batch)
{
    struct mg_transformer *transformer =
        (struct mg_transformer *)mg_allocate(1, sizeof(*transformer));
    struct mg_network *network = &transformer->network;

    assert(batch > 0);
    network->config = *config;
    transformer->batch = borrowed_rows(config, batch);
    transformer->borrowed = true;
    transformer->packed = true;
    mg_network_carve(network, false, &transformer->network_arena);
    mg_arena_reserve(&transformer->network_arena);
    mg_network_carve(network, false, &transformer->network_arena);
    mg_network_bind_borrowed(network, weights);
    start_workers(transformer, 1);
    return transformer;
}

void mg_transformer_free(struct mg_transformer *transformer)
{
    if (transformer == NULL) {
        return;
    }
    stop_workers(transformer);
    for (size_t i = 0; i < MG_SHARDS; i++) {
        free(transformer->views[i].blocks);
        mg_parameters_free(transformer->gradients[i]);
    }
    mg_arena_free(&transformer->network_arena);
    mg_parameters_free(transformer->parameters);
    free(transformer);
}

const struct mg_transformer_config *mg_transformer_config(const struct mg_transformer *transformer)
{
    return &transformer->network.config;
}

size_t mg_transformer_batch(const struct mg_transformer *transformer)
{
    return transformer->batch;
}

enum mg_status mg_transformer_set_threads(struct mg_transformer *transformer, size_t threads,
                                          struct mg_error *err)
{
    const size_t useful =
        threads < MG_SHARDS || transformer->borrowed ? threads : (size_t)MG_SHARDS;
    enum mg_status status = MG_OK;

    assert(threads >= 1);
    if (!transformer->borrowed) {
        status = mg_matmul_start(threads, err);
    }
    if (status == MG_OK && useful != mg_pool_threads(transformer->pool)) {
        stop_workers(transformer);
        start_workers(transformer, useful);
    }
    return status;
}

struct mg_parameters *mg_transformer_parameters(struct mg_transformer *transformer)
{
    assert(!transformer->borrowed);
    transformer->packed = false;
    return transformer->parameters;
}

struct mg_parameters *mg_transformer_gradients(struct mg_transformer *transformer)
{
    return transformer->gradients[0];
}

/* One round of logits: chunks of rows that the threads take in turn. */
struct logits_round {
    struct mg_transformer *transformer;
    const int *rows[MG_SHARDS];  /* first row of each chunk */
    const int *asked[MG_SHARDS]; /* the same of what is asked */
    size_t first[MG_SHARDS];     /* number of its first asked position */
    size_t n[MG_SHARDS];         /* its number of rows */
    float *mix[MG_SHARDS];       /* of its rows; NULL where R = 1 */
    mg_logits_visitor *visit;
    void *ctx;
};

static void logits_task(void *ctx, size_t index, size_t worker)
{
    const struct logits_round *round = (const struct logits_round *)ctx;
    struct mg_pass *pass = &round->transformer->passes[worker];
    const struct mg_network *network = &round->transformer->network;
    const size_t V = network->config.vocab;
    const size_t R = network->config.components;
    const size_t count =
        mg_pass_forward(pass, network, round->rows[index], round->asked[index], round->n[index]);

    for (size_t at = 0; at < count;) {
        const size_t part = mg_pass_head(pass, network, at);

        for (size_t i = 0; i < part; i++) {
            for (size_t r = 0; r < R; r++) {
                round->visit(round->ctx, round->first[index] + at + i, r,
                             pass->logits + (r * part + i) * V);
            }
        }
        at += part;
    }
    if (R > 1) {
        memcpy(round->mix[index], pass->mix, round->n[index] * R * sizeof(float));
    }
}

static size_t count_masked(const int *tokens, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        count += tokens[i] == MG_MASK;
    }
    return count;
}

/* Rows of a chunk of n: two chunks for each thread, that one held up does not hold up the round. */
static size_t round_rows(const struct mg_transformer *transformer, size_t n)
{
    const size_t threads = mg_pool_threads(transformer->pool);
    const size_t most = chunk_rows(transformer);
    const size_t even = (n + 2 * threads - 1) / (2 * threads);

    return threads > 1 && even < most ? even : most;
}

size_t mg_transformer_visit(struct mg_transformer *transformer, float *mix, const int *rows,
                            const int *asked, size_t n, mg_logits_visitor *visit, void *ctx)
{
    const size_t L = transformer->network.config.length;
    const size_t R = transformer->network.config.components;
    const size_t rows_most = round_rows(transformer, n);
    size_t count = 0;
    size_t r = 0;

    assert(R == 1 || mix != NULL);
    if (!transformer->packed) {
        mg_network_pack(&transformer->network);
        transformer->packed = true;
    }
    while (r < n) {
        struct logits_round round = {.transformer = transformer, .visit = visit, .ctx = ctx};
        size_t chunks = 0;

        while (chunks < (transformer->borrowed ? 1 : MG_SHARDS) && r < n) {
            const size_t part = n - r < rows_most ? n - r : rows_most;

            round.rows[chunks] = rows + r * L;
            round.asked[chunks] = asked + r * L;
            round.first[chunks] = count;
            round.mix[chunks] = mix == NULL ? NULL : mix + r * R;
            round.n[chunks] = part;
            count += count_masked(asked + r * L, part * L);
            r += part;
            chunks++;
        }
        if (transformer->borrowed) {
            logits_task(&round, 0, 0); /* the pool is busy inside */
        } else {
            mg_pool_run(transformer->pool, logits_task, &round, chunks);
        }
    }
    return count;
}

struct logits_copy {
    float *logits;
    size_t components, vocab;
};

static void copy_logits(void *ctx, size_t i, size_t r, const float *logits)
{
    const struct logits_copy *copy = (const struct logits_copy *)ctx;

    memcpy(copy->logits + (i * copy->components + r) * copy->vocab, logits,
           copy->vocab * sizeof(*logits));
}

size_t mg_transformer_logits(struct mg_transformer *transformer, float *logits, float *mix,
                             const int *rows, size_t n)
{
    struct logits_copy copy = {logits, transformer->network.config.components,
                               transformer->network.config.vocab};

    return mg_transformer_visit(transformer, mix, rows, rows, n, copy_logits, &copy);
}

struct loss_job {
    struct mg_transformer *transformer;
    const int *noisy;
    const int *clean;
    const float *weight;
    size_t n;
    double loss_nats[MG_SHARDS];
};

static void shard_task(void *ctx, size_t index, size_t worker)
{
    struct loss_job *job = (struct loss_job *)ctx;
    struct mg_transformer *transformer = job->transformer;
    const size_t L = transformer->network.config.length;
    const size_t begin = job->n * index / MG_SHARDS;
    const size_t end = job->n * (index + 1) / MG_SHARDS;

    job->loss_nats[index] = mg_pass_loss(
        &transformer->passes[worker], &transformer->network, &transformer->views[index],
        job->noisy + begin * L, job->clean + begin * L, job->weight + begin * L, end - begin);
}

/* Add the other shards' gradients to the first one's, in order, over one part of the block. */
static void sum_task(void *ctx, size_t index, size_t worker)
{
    struct mg_transformer *transformer = ((struct loss_job *)ctx)->transformer;
    const size_t count = transformer->parameters->count;
    const size_t begin = count * index / SUM_PARTS;
    const size_t end = count * (index + 1) / SUM_PARTS;

    (void)worker;
    for (size_t i = 1; i < MG_SHARDS; i++) {
        mg_add(transformer->gradients[0]->block + begin, transformer->gradients[i]->block + begin,
               end - begin);
    }
}

double mg_transformer_loss(struct mg_transformer *transformer, const int *noisy, const int *clean,
                           const float *weight, size_t n)
{
    struct loss_job job = {transformer, noisy, clean, weight, n, {0}};
    double loss_nats = 0.0;

    assert(transformer->train && n <= transformer->batch);
    mg_network_pack(&transformer->network);
    transformer->packed = false; /* an optimiser will write to the weights next */
    mg_pool_run(transformer->pool, shard_task, &job, MG_SHARDS);
    mg_pool_run(transformer->pool, sum_task, &job, SUM_PARTS);
    for (size_t i = 0; i < MG_SHARDS; i++) {
        loss_nats += job.loss_nats[i];
    }
    return loss_nats;
}

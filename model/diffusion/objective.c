/* objective.c - see objective.h. */
#include "model/diffusion/objective.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "model/source/source.h"

/* One weight at every mask, 0 elsewhere. */
static void weigh_masks(float *weight, const int *noisy, size_t length, double each)
{
    for (size_t i = 0; i < length; i++) {
        weight[i] = noisy[i] == MG_MASK ? (float)each : 0.0f;
    }
}

/* Mask each position with probability 1 - alpha(t); the NELBO weight a token (definitions: 5). */
static void mask_at_level(int *noisy, float *weight, const int *clean, size_t length,
                          const struct mg_noise *schedule, double t, struct mg_rng *rng)
{
    const double hide = 1.0 - schedule->alpha(t);

    for (size_t i = 0; i < length; i++) {
        noisy[i] = mg_rng_uniform(rng) < hide ? MG_MASK : clean[i];
    }
    weigh_masks(weight, noisy, length, schedule->weight(t) / (double)length);
}

static void absorbing_corrupt(int *noisy, float *weight, const int *clean, size_t length,
                              const struct mg_corruption *how, struct mg_rng *rng)
{
    const double t = 1.0 - mg_rng_uniform(rng);

    mask_at_level(noisy, weight, clean, length, how->schedule, t, rng);
}

/*
 * t from the middle more often than from the ends, density 6 t (1 - t): the median of three
 * uniform numbers. Hardly masked rows teach little and fully masked ones hardly more; the weight
 * of a level stays the NELBO's, so the loss is one of its reweightings (Hong et al. 2026,
 * arXiv:2605.13026, bell-shaped time sampling; the density is ours).
 */
static void absorbing_bell_corrupt(int *noisy, float *weight, const int *clean, size_t length,
                                   const struct mg_corruption *how, struct mg_rng *rng)
{
    const double a = 1.0 - mg_rng_uniform(rng);
    const double b = 1.0 - mg_rng_uniform(rng);
    const double c = 1.0 - mg_rng_uniform(rng);

    mask_at_level(noisy, weight, clean, length, how->schedule,
                  fmax(fmin(a, b), fmin(fmax(a, b), c)), rng);
}

/*
 * Row r takes t from the r-th of B equal parts of (0, 1]: each batch covers all levels, and the
 * mean over the batch stays unbiased (Kingma et al. 2021, arXiv:2107.00630, low-discrepancy t).
 */
static void absorbing_stratified_corrupt(int *noisy, float *weight, const int *clean, size_t length,
                                         const struct mg_corruption *how, struct mg_rng *rng)
{
    const double t = ((double)how->row + 1.0 - mg_rng_uniform(rng)) / (double)how->batch;

    assert(how->row < how->batch);
    mask_at_level(noisy, weight, clean, length, how->schedule, t, rng);
}

/* Mask count positions, every subset equally likely: Knuth's selection sampling, no scratch. */
static void mask_count(int *noisy, const int *clean, size_t length, size_t count,
                       struct mg_rng *rng)
{
    size_t left = count;

    assert(count >= 1 && count <= length);
    for (size_t i = 0; i < length; i++) {
        const bool hidden = mg_rng_below(rng, (uint32_t)(length - i)) < left;

        noisy[i] = hidden ? MG_MASK : clean[i];
        left -= hidden;
    }
}

static void fixed_count_corrupt(int *noisy, float *weight, const int *clean, size_t length,
                                const struct mg_corruption *how, struct mg_rng *rng)
{
    const size_t count = 1 + mg_rng_below(rng, (uint32_t)length);

    (void)how;
    mask_count(noisy, clean, length, count, rng);
    weigh_masks(weight, noisy, length, 1.0 / (double)count);
}

/* Row r takes its count from the r-th of B equal parts of {1, ..., L}. */
static void fixed_count_stratified_corrupt(int *noisy, float *weight, const int *clean,
                                           size_t length, const struct mg_corruption *how,
                                           struct mg_rng *rng)
{
    const double place = ((double)how->row + mg_rng_uniform(rng)) / (double)how->batch; /* [0, 1] */
    const size_t below = (size_t)(place * (double)length);
    const size_t count = below < length ? below + 1 : length;

    assert(how->row < how->batch);
    mask_count(noisy, clean, length, count, rng);
    weigh_masks(weight, noisy, length, 1.0 / (double)count);
}

/*
 * Block j is uniform over the last n_open blocks, k uniform in 1..b of its positions are masked,
 * and so are all blocks after it. Returns the first position of block j; *count out: k.
 */
static size_t mask_from_block(int *noisy, const int *clean, size_t length, size_t block,
                              size_t n_open, size_t *count, struct mg_rng *rng)
{
    size_t first;

    assert(block >= 1 && length % block == 0 && n_open >= 1 && n_open <= length / block);
    first = length - block * (1 + mg_rng_below(rng, (uint32_t)n_open));
    *count = 1 + mg_rng_below(rng, (uint32_t)block);
    memcpy(noisy, clean, first * sizeof(*noisy));
    mask_count(noisy + first, clean + first, block, *count, rng);
    for (size_t i = first + block; i < length; i++) {
        noisy[i] = MG_MASK;
    }
    return first;
}

/* Weight 1/k at the masks of block j alone. */
static void corrupt_block(int *noisy, float *weight, const int *clean, size_t length, size_t block,
                          size_t n_open, struct mg_rng *rng)
{
    size_t count;
    const size_t first = mask_from_block(noisy, clean, length, block, n_open, &count, rng);

    memset(weight, 0, length * sizeof(*weight));
    weigh_masks(weight + first, noisy + first, block, 1.0 / (double)count);
}

static void blockwise_corrupt(int *noisy, float *weight, const int *clean, size_t length,
                              const struct mg_corruption *how, struct mg_rng *rng)
{
    corrupt_block(noisy, weight, clean, length, how->block, length / how->block, rng);
}

/* Weight one over the masks of the whole row, so that the scale stays nats per token. */
static void blockwise_all_corrupt(int *noisy, float *weight, const int *clean, size_t length,
                                  const struct mg_corruption *how, struct mg_rng *rng)
{
    size_t count;
    const size_t first =
        mask_from_block(noisy, clean, length, how->block, length / how->block, &count, rng);

    count += length - first - how->block;
    weigh_masks(weight, noisy, length, 1.0 / (double)count);
}

/* Stage s = nb, ..., 1, equally many steps each, takes its block from {s, ..., nb}. */
static void blockwise_curriculum_corrupt(int *noisy, float *weight, const int *clean, size_t length,
                                         const struct mg_corruption *how, struct mg_rng *rng)
{
    const size_t blocks = length / how->block;

    assert(how->step < how->steps);
    corrupt_block(noisy, weight, clean, length, how->block,
                  1 + (size_t)((double)how->step * (double)blocks / (double)how->steps), rng);
}

/* Every position asked for, each from its prefix: what a causal network computes in one pass. */
static void autoregressive_corrupt(int *noisy, float *weight, const int *clean, size_t length,
                                   const struct mg_corruption *how, struct mg_rng *rng)
{
    (void)clean;
    (void)how;
    (void)rng;
    for (size_t i = 0; i < length; i++) {
        noisy[i] = MG_MASK;
    }
    weigh_masks(weight, noisy, length, 1.0 / (double)length);
}

static const struct mg_objective OBJECTIVES[] = {
    {.name = "absorbing",
     .help = "mask each token at level t, t uniform; weight -alpha'(t)/((1-alpha(t)) L)",
     .corrupt = absorbing_corrupt},
    {.name = "absorbing_stratified",
     .help = "absorbing, with t spread evenly over the rows of a batch",
     .corrupt = absorbing_stratified_corrupt},
    {.name = "absorbing_bell",
     .help = "absorbing, with t drawn from the middle more often, density 6 t (1 - t)",
     .corrupt = absorbing_bell_corrupt},
    {.name = "fixed_count",
     .help = "mask k tokens, k uniform in 1..L; weight 1/k, whatever the schedule",
     .corrupt = fixed_count_corrupt},
    {.name = "fixed_count_stratified",
     .help = "fixed_count, with k spread evenly over the rows of a batch",
     .corrupt = fixed_count_stratified_corrupt},
    {.name = "blockwise",
     .help = "clean up to a random block, k of its b tokens masked, all after it masked; loss on "
             "the block, weight 1/k",
     .blockwise = true,
     .corrupt = blockwise_corrupt},
    {.name = "blockwise_all",
     .help = "blockwise, with the loss on all masked tokens, weight one over their number",
     .blockwise = true,
     .corrupt = blockwise_all_corrupt},
    {.name = "blockwise_curriculum",
     .help = "blockwise in stages of equally many steps: the last block, the last two, ... all",
     .blockwise = true,
     .staged = true,
     .corrupt = blockwise_curriculum_corrupt},
    {.name = "block_diffusion",
     .help = "blockwise, with a network that sees a block and those before it, not what follows; "
             "decodes block by block",
     .blockwise = true,
     .no_suffix = true,
     .corrupt = blockwise_corrupt},
    {.name = "autoregressive",
     .help = "every token from its prefix, weight 1/L; the causal baseline",
     .causal = true,
     .corrupt = autoregressive_corrupt},
};

enum { OBJECTIVE_COUNT = sizeof(OBJECTIVES) / sizeof(OBJECTIVES[0]) };

const struct mg_objective *mg_objectives(size_t *n)
{
    assert(n != NULL);
    *n = OBJECTIVE_COUNT;
    return OBJECTIVES;
}

const struct mg_objective *mg_objective_find(const char *name)
{
    assert(name != NULL);
    for (size_t i = 0; i < OBJECTIVE_COUNT; i++) {
        if (strcmp(OBJECTIVES[i].name, name) == 0) {
            return &OBJECTIVES[i];
        }
    }
    return NULL;
}

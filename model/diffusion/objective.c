/* objective.c - see objective.h. */
#include "model/diffusion/objective.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "model/source/source.h"

/* Mask each position with probability 1 - alpha(t); the NELBO weight a token (definitions: 5). */
static void mask_at_level(int *noisy, float *weight, const int *clean, size_t length,
                          const struct mg_noise *schedule, double t, struct mg_rng *rng)
{
    const double hide = 1.0 - schedule->alpha(t);
    size_t masked = 0;

    for (size_t i = 0; i < length; i++) {
        const bool hidden = mg_rng_uniform(rng) < hide;

        noisy[i] = hidden ? MG_MASK : clean[i];
        masked += hidden;
    }
    *weight = masked == 0 ? 0.0f : (float)(schedule->weight(t) / (double)length);
}

static void absorbing_corrupt(int *noisy, float *weight, const int *clean, size_t length,
                              const struct mg_noise *schedule, size_t r, size_t B,
                              struct mg_rng *rng)
{
    (void)r;
    (void)B;
    mask_at_level(noisy, weight, clean, length, schedule, 1.0 - mg_rng_uniform(rng), rng);
}

/*
 * Row r takes t from the r-th of B equal parts of (0, 1]: each batch covers all levels, and the
 * mean over the batch stays unbiased (Kingma et al. 2021, arXiv:2107.00630, low-discrepancy t).
 */
static void absorbing_stratified_corrupt(int *noisy, float *weight, const int *clean, size_t length,
                                         const struct mg_noise *schedule, size_t r, size_t B,
                                         struct mg_rng *rng)
{
    const double t = ((double)r + 1.0 - mg_rng_uniform(rng)) / (double)B;

    assert(r < B);
    mask_at_level(noisy, weight, clean, length, schedule, t, rng);
}

/* Mask count positions, every subset equally likely: Knuth's selection sampling, no scratch. */
static void mask_count(int *noisy, float *weight, const int *clean, size_t length, size_t count,
                       struct mg_rng *rng)
{
    size_t left = count;

    assert(count >= 1 && count <= length);
    for (size_t i = 0; i < length; i++) {
        const bool hidden = mg_rng_below(rng, (uint32_t)(length - i)) < left;

        noisy[i] = hidden ? MG_MASK : clean[i];
        left -= hidden;
    }
    *weight = (float)(1.0 / (double)count);
}

static void fixed_count_corrupt(int *noisy, float *weight, const int *clean, size_t length,
                                const struct mg_noise *schedule, size_t r, size_t B,
                                struct mg_rng *rng)
{
    (void)schedule;
    (void)r;
    (void)B;
    mask_count(noisy, weight, clean, length, 1 + mg_rng_below(rng, (uint32_t)length), rng);
}

/* Row r takes its count from the r-th of B equal parts of {1, ..., L}. */
static void fixed_count_stratified_corrupt(int *noisy, float *weight, const int *clean,
                                           size_t length, const struct mg_noise *schedule, size_t r,
                                           size_t B, struct mg_rng *rng)
{
    const double place = ((double)r + mg_rng_uniform(rng)) / (double)B; /* in [0, 1] */
    const size_t below = (size_t)(place * (double)length);

    (void)schedule;
    assert(r < B);
    mask_count(noisy, weight, clean, length, below < length ? below + 1 : length, rng);
}

static const struct mg_objective OBJECTIVES[] = {
    {"absorbing", "mask each token at level t, t uniform; weight -alpha'(t)/((1-alpha(t)) L)",
     absorbing_corrupt},
    {"absorbing_stratified", "absorbing, with t spread evenly over the rows of a batch",
     absorbing_stratified_corrupt},
    {"fixed_count", "mask k tokens, k uniform in 1..L; weight 1/k, whatever the schedule",
     fixed_count_corrupt},
    {"fixed_count_stratified", "fixed_count, with k spread evenly over the rows of a batch",
     fixed_count_stratified_corrupt},
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

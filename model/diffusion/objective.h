/*
 * objective.h - training objectives: how a clean row is corrupted, and how its loss is weighted.
 *
 * Each is one row of a table. Loss scale: nats per token, so Bernoulli masking at level t weighs
 * 1/(t L) and a fixed count of k masks 1/k (definitions: Nie et al. 2025, arXiv:2502.09992, eq. 3
 * and its likelihood code; Sahoo et al. 2024, arXiv:2406.07524; Shi et al. 2024, arXiv:2406.04329).
 */
#ifndef MG_DIFFUSION_OBJECTIVE_H
#define MG_DIFFUSION_OBJECTIVE_H

#include <stddef.h>

#include "model/diffusion/noise.h"
#include "model/numeric/philox.h"

struct mg_objective {
    const char *name; /* the word of an experiment file */
    const char *help;
    /*
     * Corrupt one row. noisy (L) out, clean (L) in; *weight out (loss weight of every masked
     * position of the row, nats per token). Row r of a batch of B, for objectives that stratify.
     * At least one position is masked, or *weight is 0.
     */
    void (*corrupt)(int *noisy, float *weight, const int *clean, size_t length,
                    const struct mg_noise *schedule, size_t r, size_t B, struct mg_rng *rng);
};

const struct mg_objective *mg_objectives(size_t *n);
const struct mg_objective *mg_objective_find(const char *name);

#endif

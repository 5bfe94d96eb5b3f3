/*
 * objective.h - training objectives: how a clean row is corrupted, and how its loss is weighted.
 *
 * Each is one row of a table. Loss scale: nats per token, so Bernoulli masking at level t weighs
 * 1/(t L) and a fixed count of k masks 1/k (definitions: Nie et al. 2025, arXiv:2502.09992, eq. 3
 * and its likelihood code; Sahoo et al. 2024, arXiv:2406.07524; Shi et al. 2024, arXiv:2406.04329).
 * Blockwise objectives hide a row from some block on: blocks before it clean, k of its b tokens
 * masked, all later blocks masked. Block diffusion (Arriola et al. 2025, arXiv:2503.09573) trains
 * on the same rows, with a network that does not see what follows the block; one block a row, where
 * the authors take all blocks of a row in one doubled pass. "Any order" with a bidirectional
 * network is fixed_count.
 */
#ifndef MG_DIFFUSION_OBJECTIVE_H
#define MG_DIFFUSION_OBJECTIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/diffusion/noise.h"
#include "model/numeric/philox.h"

/* What a corruption may depend on beside the row. */
struct mg_corruption {
    const struct mg_noise *schedule;
    size_t block;       /* blockwise objectives: tokens of a block, divides L; else 0 */
    size_t row, batch;  /* row of a batch, for objectives that stratify */
    size_t step, steps; /* of the training, from 0, for objectives that change with time */
};

struct mg_objective {
    const char *name; /* the word of an experiment file */
    const char *help;
    bool blockwise; /* needs block */
    bool staged;    /* passes through L / block stages, so needs at least as many steps */
    bool causal;    /* trains a causal network, which reads the clean row; others, bidirectional */
    bool no_suffix; /* trains a network that sees a position's block and those before it */
    /*
     * Corrupt one row. noisy (L) out, clean (L) in; weight (L) out: loss weight of each position
     * in nats per token, 0 where nothing is asked. A weight above 0 stands at masks only; a mask
     * may have weight 0.
     */
    void (*corrupt)(int *noisy, float *weight, const int *clean, size_t length,
                    const struct mg_corruption *how, struct mg_rng *rng);
};

const struct mg_objective *mg_objectives(size_t *n);
const struct mg_objective *mg_objective_find(const char *name);

#endif

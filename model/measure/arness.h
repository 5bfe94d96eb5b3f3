/*
 * arness.h - how autoregressive the order of one draw was, beside chance.
 *
 * Over the revealed positions (prompt excluded), S_t what step t revealed, s = |S_t|, m masks
 * before it:
 *   global_k   mean over t of |S_t in the first min(m, k + s - 1) masks| / s
 *   successor  share of positions whose left neighbour is in S_{t-1} or S_t, first step skipped
 *   adjacent   share of positions with a neighbour that was known before their step
 *   right_known share of positions with any position on their right known before their step:
 *              where bidirectional attention has something to see
 *   tau        (C - D) / (C + D) over pairs in different steps (Kendall)
 * Source: Gong et al. 2025, DiffuCoder, arXiv:2506.20639, appendix A.2, with the rule for several
 * tokens a step stated here. Chance is the exact mean over random orders with the same step sizes,
 * blocks and prompt.
 */
#ifndef MG_MEASURE_ARNESS_H
#define MG_MEASURE_ARNESS_H

#include <stddef.h>

enum mg_arness_quantity {
    MG_ARNESS_GLOBAL_1, /* leftmost, for one position a step */
    MG_ARNESS_GLOBAL_8,
    MG_ARNESS_SUCCESSOR,
    MG_ARNESS_ADJACENT,
    MG_ARNESS_RIGHT_KNOWN,
    MG_ARNESS_TAU,
    MG_ARNESS_COUNT
};

struct mg_arness {
    double value[MG_ARNESS_COUNT];  /* NaN for successor and tau of a draw in one step */
    double chance[MG_ARNESS_COUNT]; /* NaN likewise */
};

/* Word of a quantity: "global_1", "global_8", "successor", "adjacent", "right_known",
 * "tau". */
const char *mg_arness_name(enum mg_arness_quantity quantity);

/*
 * Numbers of one draw: step_of (L) the step from 0 that revealed each position, -1 for the prompt;
 * every step up to the largest reveals at least one position, block (0 for none) by block, the
 * first of which begins at `first`, before which nothing is revealed.
 */
void mg_arness_of(struct mg_arness *arness, const int *step_of, size_t length, size_t block,
                  size_t first);

#endif

/*
 * distance_bounds.h - what theory allows at most for the curves of a Markov chain.
 *
 * A step of the chain contracts total variation by its Dobrushin coefficient delta, and KL by at
 * most as much; a stationary chain contracts the chi-square distance to pi by s2, the second
 * singular value of D^.5 P D^-.5, where a point mass at x starts at 1/pi(x) - 1. Going right to
 * left the steps are those of the reversed chain. Between two revealed tokens the steps are those
 * of the chain conditioned on the farther token (Dobrushin 1956; Fill 1991 for s2).
 */
#ifndef MG_MEASURE_DISTANCE_BOUNDS_H
#define MG_MEASURE_DISTANCE_BOUNDS_H

#include <stddef.h>

#include "model/source/source.h"

/* How a distance measure lays out its sequence: revealed, masked, revealed, masked to the end. */
struct mg_distance_layout {
    size_t left;  /* revealed tokens at positions 0 .. left-1 */
    size_t run;   /* R: masked positions left .. left+run-1, the ones asked for */
    size_t right; /* revealed tokens after the run */
};

/*
 * Upper bounds of the exact curves, each averaged over the same contexts as the curve.
 *   bounds    (MG_DISTANCE_COUNT, R)  out  NAN where no bound applies or a bound of a total
 *                                          variation says nothing (1 or more)
 *   contexts  (C, L)                  in   tokens at the revealed positions; C >= 1
 * Bounded: tv_unconditional, tv_next (by the triangle inequality), sensitivity_tv, and with
 * context on one side information_gain_nats. A source that is no Markov chain has no bounds.
 */
void mg_distance_bounds(double *bounds, const struct mg_source *source,
                        const struct mg_distance_layout *layout, const int *contexts,
                        size_t n_contexts);

#endif

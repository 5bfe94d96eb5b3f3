/*
 * schedule.h - how many positions to reveal at each step of a random order, from the information
 * curve alone.
 *
 * With h_j = E H(X_i | X_S) over random S of j positions, a step that reveals s positions after N
 * costs sum_{r<s} (h_N - h_{N+r}) on average over orders: the left Riemann error of
 * Z_j = h_0 - h_{j-1} (Chen, Cong, Li 2026, arXiv:2511.04647). The law of the random sampler is a
 * mixture of orders, so its own KL is smaller. sum_j Z_j is the total correlation and
 * L Z_L - sum_j Z_j the dual total correlation.
 */
#ifndef MG_MEASURE_SCHEDULE_H
#define MG_MEASURE_SCHEDULE_H

#include <stddef.h>

/* Mean KL over random orders, in nats; sizes (n_steps) in order sum to L; h_nats (L). */
double mg_step_sizes_kl_nats(const double *h_nats, const size_t *sizes, size_t n_steps);

/* sizes (n_steps) out: as even as possible, larger first; n_steps in [1, L]. */
void mg_step_sizes_even(size_t *sizes, size_t n_steps, size_t length);

/*
 * Best sizes for every number of steps, by dynamic programming in O(L^3).
 *   sizes   (L + 1, L)  out  row k: the first k entries are the sizes of k steps; row 0 unused
 *   h_nats  (L)         in
 * Among equals within 1e-12 earlier steps are smaller.
 */
void mg_step_sizes_optimal(size_t *sizes, const double *h_nats, size_t length);

#endif

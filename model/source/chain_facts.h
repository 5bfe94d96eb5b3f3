/*
 * chain_facts.h - what a transition matrix says about how fast, and whether, a chain forgets.
 *
 * A transition matrix P is (n, n) in row-major order, entries >= 0, rows sum to one. Classes and
 * periods depend only on which entries are positive.
 */
#ifndef MG_SOURCE_CHAIN_FACTS_H
#define MG_SOURCE_CHAIN_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In class_of: a state that the chain leaves for good. */
#define MG_CHAIN_TRANSIENT SIZE_MAX

/*
 * Closed communicating classes, numbered by their lowest state. class_of (n) out: the class of each
 * state, or MG_CHAIN_TRANSIENT. Returns their number, at least 1; the stationary law is unique iff
 * it is 1, and the chain irreducible iff also no state is transient.
 */
size_t mg_chain_closed_classes(size_t *class_of, const double *transition, size_t n);

/*
 * Period of the chain: the least common multiple of the periods of its closed classes. 1 iff every
 * eigenvalue of modulus 1 equals 1, so that distant predictions become alike.
 */
size_t mg_chain_period(const double *transition, size_t n);

/*
 * Stationary law pi (n) out, to full relative accuracy. Returns false, pi untouched, when it is not
 * unique; then mg_chain_closed_classes says which states cannot reach one another.
 * Source: Grassmann, Taksar, Heyman 1985, Operations Research 33 (elimination without subtraction).
 */
bool mg_chain_stationary(double *pi, const double *transition, size_t n);

/* |lambda_2|, the second largest modulus; 0 for n = 1. A guide line, not a bound. */
double mg_chain_second_modulus(const double *transition, size_t n);

/*
 * Second singular value s2 of D^.5 P D^-.5, D = diag(pi), over the states with pi > 0 (0 for a
 * single one). TV(P^d(x, .), pi) <= 1/2 sqrt(1/pi(x) - 1) s2^d.
 */
double mg_chain_second_singular(const double *transition, const double *pi, size_t n);

/* Dobrushin coefficient: the largest total variation between two rows, in [0, 1]; O(n^3). */
double mg_chain_dobrushin(const double *transition, size_t n);

#endif

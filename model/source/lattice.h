/*
 * lattice.h - forward and backward passes of a chain with evidence: the engine of markov and hmm.
 *
 * States s_0 ... s_{L-1} follow a chain; position i has evidence weight[i][s] = P(what was seen |
 * s_i = s), or NULL for none. Vectors are scaled at every step, and when an entry becomes too
 * small for a double to hold its product safely the passes are repeated on logarithms, so
 * probabilities of 10^-1000 are as good as others.
 * Source: Rabiner 1989, "A tutorial on hidden Markov models", III.A and V.A.
 */
#ifndef MG_SOURCE_LATTICE_H
#define MG_SOURCE_LATTICE_H

#include <stdbool.h>
#include <stddef.h>

/* Evidence weights below this, where positive, must be announced in mg_lattice.tiny. */
#define MG_LATTICE_TINY 1e-60

/*
 * Entries of a vector that sums to one must stay above this. One step multiplies an entry by a
 * transition and a weight, each at least MG_LATTICE_TINY, so no product of a safe vector is lost
 * (1e-260), nor one of a forward with a backward entry (1e-280): an exact 0 means impossible.
 */
#define MG_LATTICE_SAFE 1e-140

struct mg_lattice {
    size_t states;      /* S */
    size_t length;      /* L */
    double *start;      /* (S) */
    double *transition; /* (S, S) */
    double *transposed; /* (S, S), so that both passes read rows */
    bool tiny;          /* some positive parameter is so small that only logarithms are safe */
};

/* Copies start (S) and transition (S, S), scaled to sum to one; evidence comes with each call. */
void mg_lattice_init(struct mg_lattice *lattice, const double *start, const double *transition,
                     size_t states, size_t length);
void mg_lattice_release(struct mg_lattice *lattice);

/* Scale n_rows rows of n entries >= 0 so that each sums to one. */
void mg_lattice_normalize(double *rows, size_t n_rows, size_t n);

/* Whether some entry is positive but below MG_LATTICE_TINY. */
bool mg_lattice_has_tiny(const double *entries, size_t n);

/*
 * log P(evidence), -INFINITY when impossible; exactly 0 when there is none.
 * weight (L) in: pointers to (S) weights in [0, 1], or NULL where nothing was seen.
 */
double mg_lattice_log_mass(const struct mg_lattice *lattice, const double *const *weight);

/*
 * Law of every state given all evidence: posterior (L, S) out, rows sum to one. Returns false,
 * posterior untouched, when the evidence is impossible.
 */
bool mg_lattice_posterior(double *posterior, const struct mg_lattice *lattice,
                          const double *const *weight);

/* next (S) out = now (S) times matrix (S, S); next may not be now. Zeros in now cost nothing. */
void mg_lattice_step(double *next, const double *now, const double *matrix, size_t states);

#endif

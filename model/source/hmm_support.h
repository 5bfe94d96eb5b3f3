/*
 * hmm_support.h - the sequences a hidden Markov model can emit: counted, and visited once each.
 *
 * Different hidden paths may emit the same tokens, so both work on the set of states the hidden
 * chain can be in after the tokens so far (the subset construction of automata; Rabin and Scott
 * 1959), which depends only on what is positive.
 */
#ifndef MG_SOURCE_HMM_SUPPORT_H
#define MG_SOURCE_HMM_SUPPORT_H

#include "model/source/lattice.h"
#include "model/source/source.h"

/* The parts of a hidden Markov model, borrowed. */
struct mg_hmm_view {
    const struct mg_source *source;
    const struct mg_lattice *lattice;
    const double *emission; /* (S, V) */
    const double *emitted;  /* (V, S) */
};

/* As mg_source_ops.support and .support_size; INFINITY above MG_HMM_SETS_MAX sets. */
enum { MG_HMM_SETS_MAX = 1 << 16 };
void mg_hmm_support(const struct mg_hmm_view *hmm, mg_support_visitor *visit, void *ctx);
double mg_hmm_support_size(const struct mg_hmm_view *hmm);

#endif

/*
 * source.h - a source of token sequences that knows its own truth: the interface.
 *
 * One number carries everything exact: the mass of a context, P(every sequence that agrees with
 * the revealed tokens). Conditionals, joints over chosen positions and entropies are ratios of
 * masses (Bayes), so a source with a mass is an oracle for any mask pattern. A kind of source is
 * one file that fills struct mg_source_ops.
 *
 * Sequences are L token ids in [0, V); a context is the same with MG_MASK where nothing is known.
 * Logarithms are natural; probabilities are doubles.
 */
#ifndef MG_SOURCE_SOURCE_H
#define MG_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/numeric/philox.h"

enum { MG_MASK = -1 };

struct mg_source;

/* Called once for each sequence of the support; return false to stop early. */
typedef bool mg_support_visitor(void *ctx, const int *tokens, double log_prob);

struct mg_source_ops {
    const char *kind; /* "sequences", "markov", ...: the word of an experiment file */

    /* Draw one sequence, tokens (L) out. */
    void (*draw)(const struct mg_source *source, struct mg_rng *rng, int *tokens);

    /*
     * The same from what training never sees, for measures; NULL where the law is known and its
     * own draws are as good.
     */
    void (*draw_held_out)(const struct mg_source *source, struct mg_rng *rng, int *tokens);

    /*
     * log P(context), -INFINITY when it never occurs; context (L) in. 0 for all masks.
     * NULL for a source without an oracle (text): then every exact column is NULL.
     */
    double (*log_mass)(const struct mg_source *source, const int *context);

    /*
     * Exact conditionals: probs (L, V) out; row i is P(x_i = v | context), a point mass where the
     * token is revealed. Returns false, probs untouched, if the context has probability 0.
     * NULL: mg_source_conditionals derives it from log_mass, at L * V calls.
     */
    bool (*conditionals)(const struct mg_source *source, const int *context, double *probs);

    /*
     * Visit every sequence of positive probability once, in lexicographic order.
     * NULL when there is no oracle. See mg_source_support_size before calling it.
     */
    void (*support)(const struct mg_source *source, mg_support_visitor *visit, void *ctx);

    /* Number of sequences of positive probability, as a double (it may be astronomic). */
    double (*support_size)(const struct mg_source *source);

    /* H(X) in closed form, for a kind whose support is too long to enumerate; may be NULL. */
    double (*entropy_nats)(const struct mg_source *source);

    /* Release everything; the source was made by its kind's constructor. */
    void (*free)(struct mg_source *source);
};

struct mg_source {
    const struct mg_source_ops *ops;
    size_t length; /* L */
    size_t vocab;  /* V, without mask and begin-of-sequence */
};

/* True when the source can answer exactly (log_mass is there). */
bool mg_source_has_oracle(const struct mg_source *source);

void mg_source_draw(const struct mg_source *source, struct mg_rng *rng, int *tokens);

/* Draw a sequence to measure on, tokens (L) out: held out where the source holds something out. */
void mg_source_draw_held_out(const struct mg_source *source, struct mg_rng *rng, int *tokens);

/* log P(context); see struct mg_source_ops. The source must have an oracle. */
double mg_source_log_mass(const struct mg_source *source, const int *context);

/* Exact conditionals; see struct mg_source_ops. The source must have an oracle. */
bool mg_source_conditionals(const struct mg_source *source, const int *context, double *probs);

/*
 * Exact joint of n target positions given a context (targets masked in it):
 * joint (V^n) out, first target slowest. Returns false if the context has probability 0.
 * The caller keeps V^n small (the measures refuse above 2^20).
 */
bool mg_source_joint(const struct mg_source *source, const int *context, const size_t *targets,
                     size_t n, double *joint);

/* The longest support that mg_source_entropy_nats enumerates. */
enum { MG_ENTROPY_SUPPORT_MAX = 1 << 22 };

/*
 * Entropy of the whole sequence in nats: the kind's closed form, else by enumeration of the
 * support; NaN where there is neither. The source must have an oracle.
 */
double mg_source_entropy_nats(const struct mg_source *source);

double mg_source_support_size(const struct mg_source *source);
void mg_source_support(const struct mg_source *source, mg_support_visitor *visit, void *ctx);

/* Release; NULL is fine. */
void mg_source_free(struct mg_source *source);

#endif

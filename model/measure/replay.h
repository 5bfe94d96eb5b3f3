/*
 * replay.h - the sequences of a support walking together: layers of contexts that they share.
 *
 * A context (revealed tokens) is a node of a layer with the sequences that agree with it. A move
 * reveals a set of positions in a node and sends its sequences, grouped by their tokens there, to
 * nodes of the next layer. Nothing here knows probabilities of predictors or rules.
 */
#ifndef MG_MEASURE_REPLAY_H
#define MG_MEASURE_REPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "model/source/source.h"

/* The sequences of positive probability that agree with a prompt, in lexicographic order. */
struct mg_replay {
    size_t n;
    size_t length; /* L */
    size_t vocab;  /* V */
    int *tokens;   /* (n, L) */
    double *mu;    /* (n) probability given the prompt */
    size_t tokens_capacity;
    size_t mu_capacity;
    int *prompt; /* (L) tokens, MG_MASK where nothing is given */
};

/* prompt (L) of positive probability, or NULL for all masks; the source has an oracle. */
struct mg_replay *mg_replay_new(const struct mg_source *source, const int *prompt);
void mg_replay_free(struct mg_replay *replay); /* NULL is fine */

struct mg_replay_node {
    size_t first; /* its sequences: layer->members[first .. first + count), ascending */
    size_t count;
    double mass; /* sum of mu over them */
    double data; /* the three weights of law.h; the walk's business */
    double twin;
    double sampler;
    size_t move;  /* the last move that reached it, */
    size_t group; /* and the group it came as */
};

struct mg_replay_layer {
    struct mg_contexts *contexts; /* number of a context = number of its node */
    struct mg_replay_node *nodes;
    size_t nodes_capacity;
    size_t *members;
    size_t n_members;
    size_t members_capacity;
};

void mg_replay_layer_init(struct mg_replay_layer *layer, size_t length);
void mg_replay_layer_release(struct mg_replay_layer *layer);
void mg_replay_layer_clear(struct mg_replay_layer *layer);

/* Put all sequences into the prompt's node, with weights 1. The layer must be empty. */
void mg_replay_start(struct mg_replay_layer *layer, const struct mg_replay *replay);

/* Sequences that a move sends the same way. */
struct mg_replay_group {
    size_t node;     /* in the next layer */
    size_t sequence; /* the first of them */
    double mass;     /* sum of mu */
    size_t count;
    size_t filled;
    bool fresh; /* the move made the node */
};

/*
 * Reveal set (n_set positions, masked in the node) in a node of `now`; nodes of `next` are made,
 * with their sequences and mass and weights 0. groups (node's count) out. target (node's count) is
 * working memory. move numbers the moves of a layer from 1. Returns the number of groups.
 */
size_t mg_replay_move(struct mg_replay_group *groups, size_t *target, struct mg_replay_layer *next,
                      const struct mg_replay_layer *now, size_t node, const size_t *set,
                      size_t n_set, const struct mg_replay *replay, size_t move);

#endif

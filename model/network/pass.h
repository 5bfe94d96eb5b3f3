/*
 * pass.h - one forward and backward pass over a few rows: the wiring of the layers.
 *
 * A pass owns the working memory of one worker: saved activations and gradients of activations.
 * Internal to model/network: the public face is transformer.h.
 */
#ifndef MG_NETWORK_PASS_H
#define MG_NETWORK_PASS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/network/network.h"
#include "model/numeric/arena.h"
#include "model/numeric/pool.h"

/*
 * What one block computed, as backward needs it; M = rows * T. Without training all share one.
 * Only the masked positions are predicted, so after its attention the last block goes on with
 * these `count` positions alone; in the others kept is input and kept_attended is attended.
 */
struct mg_block_state {
    float *input;         /* (M, d) residual stream at the entry */
    float *norm1;         /* (M, d) */
    float *rstd1;         /* (M) */
    float *qkv;           /* (M, 3 d), q and k already turned */
    float *probs;         /* (rows, heads, mg_attention_probs_size); NULL without training */
    float *attended;      /* (M, d) */
    float *kept;          /* (M or count, d) rows of input that go on, from here on all like it */
    float *kept_attended; /* the same rows of attended */
    float *middle;        /* residual stream after attention */
    float *norm2;
    float *rstd2;
    float *gate_up;   /* 2 hidden a row */
    float *activated; /* hidden a row */
};

struct mg_pass {
    size_t capacity; /* rows of tokens it has room for */
    bool train;
    size_t threads;       /* that do parts of a product each, over borrowed weights; 0: our own */
    struct mg_pool *pool; /* of those threads */
    struct mg_block_state *blocks; /* (layers) */
    size_t *ids;                   /* (M) row of the embedding at each position */
    /*
     * Where positions are told apart by rotation alone, what enters the first block's attention
     * depends on the token: norm, q, k, v and their gradients are those of the distinct tokens.
     */
    bool by_token;
    size_t distinct;    /* tokens of the rows at hand */
    size_t *tokens;     /* (distinct) their rows of the embedding */
    size_t *token_of;   /* (M) number of each position's token */
    size_t *number_of;  /* (rows of the embedding) of its token */
    float *token_input; /* (distinct, d) */
    float *token_qkv;   /* (distinct, 3 d) */
    float *d_token;     /* (distinct, d) */
    float *d_token_qkv; /* (distinct, 3 d) */
    size_t *masked;     /* (count) which positions are masked, ascending */
    size_t count;
    size_t *start;      /* (rows + 1) number of the first masked position of each row */
    size_t *target;     /* (count) */
    float *weight;      /* (count) */
    float *output;      /* (count, d) residual stream at the end */
    float *norm;        /* (count, d) */
    float *rstd;        /* (count) */
    float *logits;      /* (R, count, V); after the loss its gradient; borrowed: of MG_HEAD_ROWS */
    float *pooled;      /* (rows, d) this and the next two: see mixture.h, R > 1 */
    float *mix;         /* (rows, R); after the loss its gradient */
    float *share;       /* (count) */
    float *scratch;     /* of attention, for each thread */
    float *room;        /* of mg_pieces_product */
    float *d_stream;    /* (count, d), and (M, d) from the last block's attention on */
    float *d_norm;      /* (M, d) */
    float *d_attended;  /* (M, d) */
    float *d_qkv;       /* (M, 3 d) */
    float *d_gate_up;   /* (M, 2 hidden) */
    float *d_activated; /* (M, hidden) */
};

/* Logits that a pass with borrowed weights holds at a time: a vocabulary may have 150 000 tokens.
 */
enum { MG_HEAD_ROWS = 64 };

/* Channels of q, k and v of one position. */
size_t mg_qkv_width(const struct mg_transformer_config *config);

/* Take the buffers; called twice, see arena.h. capacity, train, threads and pool are set. */
void mg_pass_carve(struct mg_pass *pass, const struct mg_network *network, struct mg_arena *arena);

/*
 * Everything below the head, and mix where there are components, for n <= capacity rows (n, L),
 * MG_MASK where masked; returns the count of positions that asked (n, L) masks: those are
 * predicted.
 */
size_t mg_pass_forward(struct mg_pass *pass, const struct mg_network *network, const int *rows,
                       const int *asked, size_t n);

/*
 * Then pass->logits of positions first, first + 1, ... of them; returns how many: all, with
 * borrowed weights at most MG_HEAD_ROWS.
 */
size_t mg_pass_head(struct mg_pass *pass, const struct mg_network *network, size_t first);

/*
 * Forward, loss and backward; see mg_transformer_loss. The gradients (all tensors) are
 * overwritten; n may be 0.
 */
double mg_pass_loss(struct mg_pass *pass, const struct mg_network *network,
                    struct mg_parameters_view *gradients, const int *noisy, const int *clean,
                    const float *weight, size_t n);

#endif

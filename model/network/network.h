/*
 * network.h - what all passes of a transformer share and only read: weights, packed, and tables.
 *
 * Internal to model/network: the public face is transformer.h.
 */
#ifndef MG_NETWORK_NETWORK_H
#define MG_NETWORK_NETWORK_H

#include "model/network/attention.h"
#include "model/network/parameters.h"
#include "model/network/weights.h"
#include "model/numeric/arena.h"

/* The matrices of a block as mg_matmul_pack makes them; NULL where the weights are borrowed. */
struct mg_block_packed {
    float *qkv;
    float *attn_out;
    float *gate_up;
    float *ff_out;
};

struct mg_network {
    struct mg_transformer_config config;
    size_t row_length; /* T, see mg_row_length */
    size_t stride;     /* from one row of tokens to the next; more than L where shortened */
    struct mg_attention_shape attention;
    size_t mask_row; /* of the embedding */
    size_t bos_row;
    struct mg_weights forward; /* what forward passes read: of the two below, or borrowed */
    struct mg_parameters_view weights;
    struct mg_block_packed *packed; /* (layers) */
    float *packed_heads;            /* (R) the V rows of real tokens of each component */
    float *cosine;                  /* (T, half head size) */
    float *sine;
};

/*
 * Take the buffers; called twice, see arena.h. network->config is set. own: packed matrices too,
 * which borrowed weights do not need.
 */
void mg_network_carve(struct mg_network *network, bool own, struct mg_arena *arena);

/* After the buffers are there: tables, and views into weights that live elsewhere. */
void mg_network_bind(struct mg_network *network, const struct mg_parameters *parameters);

/* The same with the weights of a checkpoint. */
void mg_network_bind_borrowed(struct mg_network *network, const struct mg_weights *weights);

/*
 * The same network, which must live on, for the first `length` >= 1 tokens of its rows; of a
 * network that sees no suffix, at the end of a block (mg_prefix_block): the same answers to the
 * last bit.
 */
void mg_network_shorten(struct mg_network *shorter, const struct mg_network *network,
                        size_t length);

/* The packed head of component r. */
float *mg_packed_head(const struct mg_network *network, size_t r);

/* Pack the weights as they are now; needed after every change of them. */
void mg_network_pack(struct mg_network *network);

#endif

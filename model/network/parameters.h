/*
 * parameters.h - the one list of tensors of a network: names, shapes, memory.
 *
 * Names are LLaDA's (arXiv:2502.09992, published checkpoint), so a trained model on disk reads
 * like a downloaded one. The optimiser, the checkpoint writer, the initialiser and the gradient
 * test all walk this list; none knows a tensor by itself. What a mixture head has more comes last.
 */
#ifndef MG_NETWORK_PARAMETERS_H
#define MG_NETWORK_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>

enum mg_positions {
    MG_POSITIONS_BOS,      /* RoPE, and a begin-of-sequence token before the row (default) */
    MG_POSITIONS_ABSOLUTE, /* RoPE, and a learned position embedding model.transformer.wpe.weight */
    MG_POSITIONS_ROPE      /* RoPE alone: an all-mask row gives the same output everywhere */
};

/*
 * What other families have that ours do not: all 0 in networks of our own. Only checkpoints that
 * are borrowed (mg_transformer_borrow) may set it. Source: the families' published code, see
 * harness/checkpoint_family.c.
 */
struct mg_relative {
    size_t head_size; /* 0: width / heads */
    size_t kv_heads; /* heads of k and v, each serving heads / kv_heads of q; 0: as many as heads */
    size_t mask_row; /* of the embedding; 0: V, and begin-of-sequence V + 1 */
    bool shifted;    /* the output at i - 1 predicts position i (the first: its own) */
    bool rope_bf16;  /* sines and cosines rounded to bfloat16 */
};

struct mg_transformer_config {
    size_t vocab;  /* V, without mask and begin-of-sequence */
    size_t length; /* L, tokens of a row without begin-of-sequence */
    size_t layers; /* at least 1 */
    size_t width;  /* d, divided evenly by heads into an even head size */
    size_t heads;
    size_t hidden; /* SwiGLU's inner width */
    enum mg_positions positions;
    bool causal;       /* attend to the left only (autoregressive baseline) */
    double rope_theta; /* 10000 */
    double norm_eps;   /* 1e-5 */
    size_t components; /* R, products in the head's mixture (mixture.h); 1: LLaDA's head */
    size_t window;     /* a position sees those at most this far, and begin-of-sequence; 0: all */
    size_t block;      /* block diffusion: a position sees its block of so many tokens and those
                          before it; 0: no blocks; not with causal */
    struct mg_relative relative;
};

struct mg_tensor {
    char name[96];
    size_t rank;     /* 1 or 2 */
    size_t shape[2]; /* rows (outputs) and columns (inputs), row-major; shape[1] = 1 for rank 1 */
    size_t count;    /* elements */
    float *data;     /* borrowed from the block that owns the list; NULL in a list of shapes */
};

struct mg_parameters {
    struct mg_tensor *tensors;
    size_t n;
    size_t count; /* elements of all tensors */
    float *block; /* all of them in one aligned block, in list order */
};

/*
 * The list of a configuration: with zeroed data when `allocate`, else shapes only. The order is
 * that of memory: q, k and v of a block are adjacent, and so are gate and up, so each group is
 * one matrix product. Never NULL; free with mg_parameters_free (NULL is fine).
 */
struct mg_parameters *mg_parameters_new(const struct mg_transformer_config *config, bool allocate);
void mg_parameters_free(struct mg_parameters *parameters);

/* The same list with data of its own, zeroed (the moments of an optimiser, a copy). */
struct mg_parameters *mg_parameters_like(const struct mg_parameters *parameters);

/* The tensor called name, or NULL. */
struct mg_tensor *mg_parameters_find(const struct mg_parameters *parameters, const char *name);

/* Rows of embedding and head: V tokens, the mask (row V), begin-of-sequence (row V + 1). */
size_t mg_vocabulary_rows(const struct mg_transformer_config *config);

/*
 * Rows of the network for one sequence: L, and one more with begin-of-sequence beside the tokens. A
 * causal network always starts with it and has no use for the last token: L.
 */
size_t mg_row_length(const struct mg_transformer_config *config);

/*
 * A network that sees no suffix answers behind a clean prefix alone: the next so many positions, 1
 * when causal, else `block`. 0: it answers any context.
 */
size_t mg_prefix_block(const struct mg_transformer_config *config);

/* Does the row begin with a begin-of-sequence token that all positions see? */
bool mg_has_bos(const struct mg_transformer_config *config);
/* Size of a head, and heads of k and v. */
size_t mg_head_size(const struct mg_transformer_config *config);
size_t mg_kv_heads(const struct mg_transformer_config *config);

/* Pointers into one block laid out as the list, for the code that computes. */
struct mg_block_view {
    float *attn_norm; /* (d) */
    float *qkv;       /* (3 d, d): q_proj, k_proj, v_proj */
    float *attn_out;  /* (d, d) */
    float *ff_norm;   /* (d) */
    float *gate_up;   /* (2 hidden, d): ff_proj, up_proj */
    float *ff_out;    /* (d, hidden) */
};

struct mg_parameters_view {
    float *wte;                   /* (V + 2, d) */
    float *wpe;                   /* (L, d), or NULL */
    struct mg_block_view *blocks; /* (layers) */
    float *ln_f;                  /* (d) */
    float *head;                  /* (V + 2, d) */
    float *more_heads;            /* (R - 1, V, d) of the components after the first, or NULL */
    float *mixture;               /* (R, d) weights of the components, or NULL */
};

/* The head of component r < R: (V, d), the rows of real tokens. */
float *mg_head_of(const struct mg_parameters_view *view, const struct mg_transformer_config *config,
                  size_t r);

/* view out, its blocks (layers) the caller's; parameters has data. */
void mg_parameters_view(struct mg_parameters_view *view, const struct mg_parameters *parameters,
                        const struct mg_transformer_config *config);

#endif

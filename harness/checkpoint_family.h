/*
 * checkpoint_family.h - one table of the model families that the network can run.
 *
 * A family is a row: how its config.json says the sizes, which fields have the one value that we
 * run, what its tensors are called, and what its block does besides LLaDA's. Nothing is guessed: a
 * field that is missing, has another value or is not known is refused by name.
 */
#ifndef MG_HARNESS_CHECKPOINT_FAMILY_H
#define MG_HARNESS_CHECKPOINT_FAMILY_H

#include "harness/checkpoint_field.h"
#include "harness/shards.h"
#include "model/network/parameters.h"

/* The tensors of a network; those of a block have its number in their names. */
enum mg_role {
    MG_ROLE_EMBEDDING,
    MG_ROLE_FINAL_NORM,
    MG_ROLE_HEAD,
    MG_ROLE_ATTN_NORM, /* from here on: in each block */
    MG_ROLE_Q,
    MG_ROLE_K,
    MG_ROLE_V,
    MG_ROLE_QKV, /* instead of the three: for each head of k its heads of q, itself, its v */
    MG_ROLE_Q_BIAS,
    MG_ROLE_K_BIAS,
    MG_ROLE_V_BIAS,
    MG_ROLE_Q_NORM,
    MG_ROLE_K_NORM,
    MG_ROLE_ATTN_OUT,
    MG_ROLE_FF_NORM,
    MG_ROLE_GATE,
    MG_ROLE_UP,
    MG_ROLE_DOWN,
    MG_ROLES
};

/* What a config.json says; 0 where a family has no such field. */
struct mg_family_sizes {
    size_t rows, embedding, width, layers, heads, kv_heads, head_size, hidden, mask, length;
};

/* A field of it. */
struct mg_family_size {
    const char *key;
    size_t member, max;
    const char *null_as; /* null, or absent, means what this key says; NULL: not allowed */
};

struct mg_family {
    const char *title;                   /* for people */
    const char *model_type;              /* in config.json; NULL: there is none */
    const struct mg_constant *constants; /* the last without key */
    const struct mg_family_size *sizes;  /* the last without key */
    const char *tied_key;                /* is the head the embedding? NULL: never */
    const char *mask_token;              /* looked up in tokenizer.json; NULL: config.json says */
    const char *blocks;                  /* tensors of block i are called "BLOCKS.i.NAME" */
    const char *const *names;            /* (MG_ROLES), NULL where there is no such tensor */
    bool shifted, rope_bf16;
};

/* What a folder says before its weights are read. */
struct mg_checkpoint_config {
    struct mg_transformer_config network; /* length: 0 unless the model is ours */
    const struct mg_family *family;       /* NULL: a model of ours */
    char **symbols;                       /* ours: (V), how tokens are written; else NULL */
    size_t rows;                          /* of the embedding */
    size_t length_max;                    /* positions it was trained for */
    bool tied;
};

/* The constants that make a config.json LLaDA's; those not optional stand in files of ours too. */
extern const struct mg_constant mg_llada_constants[];

/* The family of a model_type, or NULL; the types, NULL after the last; the one that has none. */
const struct mg_family *mg_family_find(const char *model_type);
const char *mg_family_model_type(size_t i);
extern const struct mg_family mg_family_smdm;

/* Fill config from the root of folder/config.json, a family's. */
enum mg_status mg_family_read(struct mg_checkpoint_config *config, const struct mg_fields *fields,
                              const struct mg_json *root, const char *folder);

/* The same for a file of SMDM's, which comes without config.json: sizes follow from its shapes. */
enum mg_status mg_family_infer(struct mg_checkpoint_config *config, const struct mg_shards *shards,
                               const char *path, struct mg_error *err);

/*
 * Name and shape of a tensor of block i as the config demands; returns its rank, 0 where there is
 * no such tensor. name has room for 96 bytes.
 */
size_t mg_family_tensor(char name[96], size_t shape[2], const struct mg_checkpoint_config *config,
                        enum mg_role role, size_t i);

#endif

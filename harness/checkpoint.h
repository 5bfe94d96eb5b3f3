/*
 * checkpoint.h - a trained network as a folder: model.safetensors and config.json.
 *
 * Tensors have LLaDA's names and config.json LLaDA's fields, so other people's tools can read a
 * model that was trained here; what they do not know stands under "marginalia" in config.json.
 * Source: GSAI-ML/LLaDA-8B-Base, config.json and modeling_llada.py (Nie et al. 2025,
 * arXiv:2502.09992).
 */
#ifndef MG_HARNESS_CHECKPOINT_H
#define MG_HARNESS_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/identity.h"
#include "model/network/transformer.h"
#include "model/numeric/error.h"

/*
 * Write folder dir, with the folders above it; one that is there is replaced whole. The same
 * network and words give the same bytes.
 *   symbols   (V)  in  how tokens are written, UTF-8, each different, none empty
 *   objective      in  the word of the experiment file
 *   key            in  the training's identity
 * MG_ESTORAGE when the disk fails; then dir is as before.
 */
enum mg_status mg_checkpoint_save(const char *dir, struct mg_transformer *transformer,
                                  char *const *symbols, const char *objective, const char *key,
                                  struct mg_error *err);

struct mg_checkpoint; /* a network that was read, with all it needs */

/* How to read one. */
struct mg_checkpoint_use {
    size_t batch;  /* rows that are predicted together, at most */
    size_t length; /* of the rows, for a model of others'; ours knows its own */
    bool read;     /* copy the weights into memory instead of mapping the files */
};

/*
 * Read one, to predict with: a folder of ours, or one of a family of checkpoint_family.c, in one
 * file or in shards with an index, or a file of SMDM's. Every tensor must be there with its exact
 * shape, in F32, F16 or BF16, and no other. Weights of ours are copied, and must be finite; those
 * of others stay in the mapped files as they are. MG_EUSAGE names file and field, MG_EENVIRONMENT
 * says what memory is missing; then *checkpoint is NULL.
 */
enum mg_status mg_checkpoint_load(struct mg_checkpoint **checkpoint, const char *path,
                                  const struct mg_checkpoint_use *use, struct mg_error *err);
void mg_checkpoint_free(struct mg_checkpoint *checkpoint); /* NULL is fine */

struct mg_transformer *mg_checkpoint_transformer(struct mg_checkpoint *checkpoint);

/* What it computes with: "bf16 weights, f32 sums, f64 softmax". */
const char *mg_checkpoint_precision(const struct mg_checkpoint *checkpoint);

/* What its files say that was ignored, in words that name the file; NULL: nothing. */
const char *mg_checkpoint_note(const struct mg_checkpoint *checkpoint);

/*
 * Is it one for sequences of `length` tokens of a source whose V tokens are written words? Tokens
 * of others' models must be written as their ids, or be numbered by a tokenizer. MG_EUSAGE says
 * what differs, naming path.
 */
enum mg_status mg_checkpoint_fits(struct mg_checkpoint *checkpoint, const char *path, size_t length,
                                  size_t vocab, char *const *words, bool by_tokenizer,
                                  struct mg_error *err);

/*
 * SHA-256 over the names and SHA-256s of config.json and all weights (and of tokenizer.json where
 * the mask is looked up there): what a checkpoint's numbers depend on. 1 to 2 GB a second and core,
 * a file on each; it also brings the files into the system's cache, in order.
 */
enum mg_status mg_checkpoint_hash(char sha256[MG_KEY_TEXT], const char *dir, struct mg_error *err);

void mg_symbols_free(char **symbols, size_t n); /* NULL is fine */

#endif

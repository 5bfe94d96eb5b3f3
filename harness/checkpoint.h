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

/*
 * Read one back, to predict with, in batches of up to batch rows. Every tensor must be there
 * with its exact shape, in F32, F16 or BF16, finite, and no other. The transformer is the
 * caller's (mg_transformer_free), symbols (V) too (mg_symbols_free). MG_EUSAGE names file and
 * field; then both are NULL.
 */
enum mg_status mg_checkpoint_load(struct mg_transformer **transformer, char ***symbols,
                                  const char *dir, size_t batch, struct mg_error *err);

/*
 * Is a network one for sequences of `length` tokens of a source whose V tokens are written words?
 * MG_EUSAGE says what differs, naming dir.
 */
enum mg_status mg_checkpoint_fits(const struct mg_transformer *transformer, char *const *symbols,
                                  const char *dir, size_t length, size_t vocab, char *const *words,
                                  struct mg_error *err);

/* SHA-256 over the bytes of both files of a folder: what a checkpoint's numbers depend on. */
enum mg_status mg_checkpoint_hash(char sha256[MG_KEY_TEXT], const char *dir, struct mg_error *err);

void mg_symbols_free(char **symbols, size_t n); /* NULL is fine */

#endif

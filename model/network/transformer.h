/*
 * transformer.h - LLaDA's network: the wiring of the layers, forward and backward.
 *
 * Pre-norm blocks: RMSNorm, half-split RoPE, multi-head attention (bidirectional, or causal for
 * the baseline, which reads begin-of-sequence and then the row, one place to the right), SwiGLU, no
 * biases, untied head, or several, mixed (mixture.h). Vocabulary rows 0..V-1 are tokens, V is the
 * mask and V+1 the begin-of-sequence token; no prediction reads those two rows of the head. Source:
 * Nie et al. 2025, arXiv:2502.09992; Touvron et al. 2023, arXiv:2302.13971 (block); Su et al. 2021,
 * arXiv:2104.09864 (RoPE).
 */
#ifndef MG_NETWORK_TRANSFORMER_H
#define MG_NETWORK_TRANSFORMER_H

#include <stdbool.h>
#include <stddef.h>

#include "model/network/parameters.h"
#include "model/network/weights.h"
#include "model/numeric/error.h"
#include "model/numeric/philox.h"

struct mg_transformer;

/* Parts of a batch with gradients of their own, added in order; so threads never change bits. */
enum { MG_SHARDS = 4 };

/*
 * Allocate a network for rows of config->length tokens with all working memory for batches of up
 * to batch rows (training: gradients and saved activations too, when `train`). The parameters
 * start as drawn from the init stream (init.h). Never NULL.
 */
struct mg_transformer *mg_transformer_new(const struct mg_transformer_config *config, size_t batch,
                                          bool train, struct mg_stream init);

/*
 * The same network over weights that live elsewhere, in a mapped checkpoint: for prediction only,
 * with what config->relative asks for, in batches of as many rows as make sense, at most `batch`.
 * weights and what they point to must outlive it. Never NULL.
 */
struct mg_transformer *mg_transformer_borrow(const struct mg_transformer_config *config,
                                             const struct mg_weights *weights, size_t batch);
void mg_transformer_free(struct mg_transformer *transformer); /* NULL is fine */

/* Bytes that mg_transformer_new and mg_transformer_set_threads (threads >= 1) take. */
size_t mg_transformer_bytes(const struct mg_transformer_config *config, size_t batch, bool train,
                            size_t threads);

/* Bytes of working memory that mg_transformer_borrow takes, on one thread. */
size_t mg_transformer_borrow_bytes(const struct mg_transformer_config *config, size_t batch);

const struct mg_transformer_config *mg_transformer_config(const struct mg_transformer *transformer);

/* Rows that are worked off together: as given to mg_transformer_new, fewer where borrowed. */
size_t mg_transformer_batch(const struct mg_transformer *transformer);

/*
 * Work with several threads, the caller's counted in (of more than MG_SHARDS only a borrowed
 * network makes use): the same bits at any number. Starts threads, so fork before it.
 * MG_EENVIRONMENT, with nothing changed, when the loaded OpenBLAS cannot serve several
 * (mg_matmul_start).
 */
enum mg_status mg_transformer_set_threads(struct mg_transformer *transformer, size_t threads,
                                          struct mg_error *err);

/*
 * The one list of tensors (not of a borrowed network): weights, and gradients when made for
 * training (else NULL data). Weights may be written between calls. Logits work on a packed copy,
 * renewed after a call of mg_transformer_parameters or mg_transformer_loss: whoever kept the list
 * and writes to it after mg_transformer_logits asks for the list again.
 */
struct mg_parameters *mg_transformer_parameters(struct mg_transformer *transformer);
struct mg_parameters *mg_transformer_gradients(struct mg_transformer *transformer);

/*
 * Called for each component r of the i-th asked position, positions in the order row by row, left
 * to right, with its V logits, which stay only for the call; perhaps from several threads at once.
 */
typedef void mg_logits_visitor(void *ctx, size_t i, size_t r, const float *logits);

/*
 * Logits of n rows (n, L) where asked (n, L) is MG_MASK, each shown to visit once; any n; mix as in
 * mg_transformer_logits. Returns how many positions. Never holds more than a few of a borrowed
 * network's: no (n, L, V) is made.
 */
size_t mg_transformer_visit(struct mg_transformer *transformer, float *mix, const int *rows,
                            const int *asked, size_t n, mg_logits_visitor *visit, void *ctx);

/*
 * Logits at the masked positions of n rows; any n (worked off in batches).
 *   logits  (count, R, V)  out  one for each masked position, in the order row by row, left to
 *                               right, and component
 *   mix     (n, R)         out  log weight of each component in each row, up to a constant; may be
 *                               NULL where R = 1
 *   rows    (n, L)         in   token ids or MG_MASK
 * Returns count. A row's logits do not depend on the other rows, to the last bit.
 */
size_t mg_transformer_logits(struct mg_transformer *transformer, float *logits, float *mix,
                             const int *rows, size_t n);

/*
 * Forward and backward of one batch: the weighted cross entropy of the masked positions,
 *   loss = sum over rows r, masked positions i of weight[r][i] * -log p(clean[r][i] | noisy[r]).
 *   noisy (n, L) in, clean (n, L) in; weight (n, L) in, >= 0, read at masks (the caller divides by
 *   the batch); n <= batch. With a mixture of products the masked positions of a row that have a
 *   weight are one outcome and have one weight (mg_mixture_loss). A causal network reads the clean
 * row instead of the noisy one: position i is predicted from the clean prefix, whatever else is
 * masked. Gradients are overwritten. Returns the loss in nats (double sum). May be NaN or infinite:
 * the caller looks.
 */
double mg_transformer_loss(struct mg_transformer *transformer, const int *noisy, const int *clean,
                           const float *weight, size_t n);

#endif

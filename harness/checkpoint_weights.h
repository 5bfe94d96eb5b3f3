/*
 * checkpoint_weights.h - tensors of a checkpoint, checked and put in their places.
 *
 * Inside of checkpoint_load.c and checkpoint.c.
 */
#ifndef MG_HARNESS_CHECKPOINT_WEIGHTS_H
#define MG_HARNESS_CHECKPOINT_WEIGHTS_H

#include "harness/checkpoint_family.h"
#include "harness/shards.h"
#include "model/network/weights.h"

/* Is path a file (SMDM's), not a folder? */
bool mg_checkpoint_is_file(const char *path);

/* Are all tensors of a list there with their shapes, and no others? MG_EUSAGE names the tensor. */
enum mg_status mg_checkpoint_check(const struct mg_parameters *expected,
                                   const struct mg_shards *shards, struct mg_error *err);

struct mg_checkpoint_weights;

/*
 * The weights of a family's model: matrices stay in the files, which must outlive them; norms and
 * biases become floats. precision out: "bf16 weights, f32 sums, f64 softmax". MG_EUSAGE names file
 * and tensor.
 */
enum mg_status mg_checkpoint_weights_new(struct mg_checkpoint_weights **weights, char *precision,
                                         size_t precision_size,
                                         const struct mg_checkpoint_config *config,
                                         const struct mg_shards *shards, struct mg_error *err);
void mg_checkpoint_weights_free(struct mg_checkpoint_weights *weights); /* NULL is fine */
const struct mg_weights *mg_checkpoint_weights_view(const struct mg_checkpoint_weights *weights);

/* Weights and working memory against what is free: MG_EENVIRONMENT names path and the sizes. */
enum mg_status mg_checkpoint_check_memory(const char *path, uint64_t weights_bytes,
                                          uint64_t room_bytes, uint64_t free_bytes,
                                          struct mg_error *err);

#endif

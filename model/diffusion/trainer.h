/*
 * trainer.h - one training: draw, mask, loss, gradient, update; a step at a time.
 *
 * The caller owns the loop (progress, records, checkpoints); a step allocates nothing.
 */
#ifndef MG_DIFFUSION_TRAINER_H
#define MG_DIFFUSION_TRAINER_H

#include "model/diffusion/objective.h"
#include "model/network/adamw.h"
#include "model/network/transformer.h"
#include "model/numeric/error.h"
#include "model/source/source.h"

struct mg_train_config {
    const struct mg_objective *objective;
    const struct mg_noise *schedule;
    size_t block; /* of blockwise objectives, divides the length; else 0 */
    size_t steps;
    size_t batch;
    double lr;                              /* peak learning rate */
    size_t warmup;                          /* steps of linear warm-up */
    double lr_final;                        /* share of lr at the end of the cosine, e.g. 0.05 */
    double beta1, beta2, eps, weight_decay; /* AdamW (Loshchilov, Hutter 2019, arXiv:1711.05101);
                                               decay on matrices, not on norms */
    double clip;                            /* largest global gradient norm, 0 for none */
};

struct mg_step_stats {
    double loss_nats_per_token; /* of this batch, as the objective weights it */
    double grad_norm;           /* before clipping */
    double lr;
};

struct mg_trainer;

/* Borrows all but config; the transformer must have been made for training with this batch. */
struct mg_trainer *mg_trainer_new(const struct mg_train_config *config,
                                  struct mg_transformer *transformer,
                                  const struct mg_source *source, const struct mg_streams *streams);
void mg_trainer_free(struct mg_trainer *trainer);

/* Bytes that mg_trainer_new takes. */
size_t mg_trainer_bytes(const struct mg_train_config *config,
                        const struct mg_transformer_config *network);

/* The optimiser's state, for checkpoints: moments and steps done. Owned by the trainer. */
struct mg_adamw *mg_trainer_adamw(struct mg_trainer *trainer);

/* What a training spends, step by step. */
struct mg_train_spent {
    double tokens; /* rows times their length */
    double asked;  /* positions that the loss asked for */
    double flops;  /* flops.h */
};

/*
 * Spent by all steps before `step`. Counted as steps are taken; what steps before the first one
 * taken here spent (an earlier process took them) is counted by drawing their batches again.
 */
struct mg_train_spent mg_trainer_spent(struct mg_trainer *trainer, size_t step);

/*
 * One step; steps are numbered from 0 and all randomness is addressed by the number. MG_NO when
 * loss or gradient is not finite: the text names step and quantity, parameters are as before.
 */
enum mg_status mg_trainer_step(struct mg_trainer *trainer, size_t step, struct mg_step_stats *stats,
                               struct mg_error *err);

#endif

/*
 * adamw.h - AdamW with clipping by the global gradient norm.
 *
 * Source: Loshchilov, Hutter 2019, arXiv:1711.05101, algorithm 2, with decay scaled by the
 * learning rate as in PyTorch; clipping after Pascanu et al. 2013, arXiv:1211.5063.
 */
#ifndef MG_NETWORK_ADAMW_H
#define MG_NETWORK_ADAMW_H

#include <stdint.h>

#include "model/network/parameters.h"

struct mg_adamw;

struct mg_adamw_config {
    double beta1;
    double beta2;
    double eps;
    double weight_decay; /* on tensors of rank 2 only: norms do not decay */
    double clip;         /* largest global gradient norm, 0 for none */
};

/* Moments of zero for a list of this shape. Never NULL; free(NULL) is fine. */
struct mg_adamw *mg_adamw_new(const struct mg_parameters *parameters);
void mg_adamw_free(struct mg_adamw *adamw);

/*
 * One update of parameters in place with learning rate lr; gradients (the same list) in,
 * unchanged. Returns the global gradient norm before clipping. When the norm is not finite
 * nothing changes, neither parameters nor moments nor the count of steps.
 */
double mg_adamw_step(struct mg_adamw *adamw, struct mg_parameters *parameters,
                     const struct mg_parameters *gradients, double lr,
                     const struct mg_adamw_config *config);

/* The state for checkpoints: both moments as lists with the parameters' names, steps done. */
struct mg_parameters *mg_adamw_first(struct mg_adamw *adamw);
struct mg_parameters *mg_adamw_second(struct mg_adamw *adamw);
uint64_t mg_adamw_steps(const struct mg_adamw *adamw);
void mg_adamw_set_steps(struct mg_adamw *adamw, uint64_t steps);

#endif

/*
 * init.h - initial parameters of a network.
 */
#ifndef MG_NETWORK_INIT_H
#define MG_NETWORK_INIT_H

#include "model/network/parameters.h"
#include "model/numeric/philox.h"

/*
 * Draw all tensors: matrices normal with standard deviation 0.02, the two output projections of
 * a block (attn_out, ff_out) divided by sqrt(2 layers); norms 1. Element e of tensor t is the
 * first normal at (element e, step t) of the stream, so it depends on nothing else.
 * Source: Radford et al. 2019 (GPT-2), section 2.3.
 */
void mg_init_parameters(struct mg_parameters *parameters,
                        const struct mg_transformer_config *config, struct mg_stream init);

#endif

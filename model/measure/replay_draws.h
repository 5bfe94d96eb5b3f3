/*
 * replay_draws.h - sequences drawn from the source, replayed through a sampler step by step.
 *
 * What a law sums over its whole support (law.h) a measure can average over draws: each sequence
 * reveals its own tokens at the positions that the sampler chooses. Under LLaDA's rule the
 * positions are those that win with tokens drawn from the predictions, which are then discarded
 * (the blind twin of law.h).
 */
#ifndef MG_MEASURE_REPLAY_DRAWS_H
#define MG_MEASURE_REPLAY_DRAWS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/diffusion/order.h"
#include "model/diffusion/step_law.h"
#include "model/numeric/error.h"
#include "model/numeric/philox.h"
#include "model/predictor/predictor.h"
#include "model/source/source.h"

/* One step of one draw; everything is borrowed for the call. */
struct mg_reveal {
    size_t draw;
    size_t step;        /* from 0 */
    const int *tokens;  /* (L) the sequence */
    const int *context; /* (L) what is revealed of it before the step */
    const size_t *set;  /* (n_set) positions of the step */
    size_t n_set;
    const struct mg_step_law *answer; /* the predictor's, temperature not applied */
    const double *truth;              /* (L, V) the source's; NULL without an oracle */
    bool by_chance;                   /* the rule left a choice of positions open */
};

typedef void mg_reveal_visitor(void *ctx, const struct mg_reveal *reveal);

/*
 * Replay `draws` sequences of a source (held out, where it holds something out), all masked at the
 * start. Draw d uses element d of the stream alone, first for its tokens, so all samplers see the
 * same sequences. Steps of a draw come in order; draws are interleaved. MG_NO, after some visits,
 * when a prediction is not finite.
 */
enum mg_status mg_draws_replay(struct mg_predictor *predictor, const struct mg_source *source,
                               const struct mg_sampler *sampler, size_t draws,
                               struct mg_stream stream, mg_reveal_visitor *visit, void *ctx,
                               struct mg_error *err);

#endif

/*
 * law_held_out.h - the quality of a sampler on a source without an oracle: what its law says of
 * sequences held out.
 */
#ifndef MG_MEASURE_LAW_HELD_OUT_H
#define MG_MEASURE_LAW_HELD_OUT_H

#include "model/measure/measure.h"

/*
 * Can it be measured? MG_EUSAGE for a corrector or an order that looks at the tokens it draws:
 * replaying a sequence does not give their law.
 */
enum mg_status mg_law_held_out_check(const struct mg_sampler *sampler, struct mg_error *err);

/*
 * One row of `likelihoods`: mean over `draws` >= 2 held-out sequences of -log path(x) per token,
 * path as in law_estimate.h. Above the unknown entropy rate by KL(mu || sampler) (by that and the
 * mixture term, kind path_bound, where the order leaves choices), so differences between samplers
 * are differences of KL. Draw d uses element d of the stream, whatever the sampler. Of a text
 * also per character: the sum over draws of nats by that of characters. MG_NO when a
 * prediction is not finite.
 */
enum mg_status mg_law_held_out(const struct mg_measure_input *input,
                               const struct mg_sampler *sampler, size_t draws,
                               struct mg_error *err);

#endif

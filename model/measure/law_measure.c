/* law_measure.c - the measure `law`: rows of the exact output law and its ledger; see law.h. */
#include "model/measure/kinds.h"

#include <math.h>

#include "model/measure/law.h"

static enum mg_status law_check(const struct mg_measure_spec *spec, const struct mg_source *source,
                                struct mg_error *err)
{
    if (!mg_source_has_oracle(source)) {
        return mg_fail(err, MG_EUSAGE, "law: the source has no oracle, so no exact law to compare");
    }
    if (spec->n_samplers == 0) {
        return mg_fail(err, MG_EUSAGE, "law: no samplers");
    }
    for (size_t i = 0; i < spec->n_samplers; i++) {
        const double support = mg_source_support_size(source);
        const double moves = mg_law_moves(source, &spec->samplers[i], NULL);

        if (!(support <= MG_LAW_SUPPORT_MAX && moves <= MG_LAW_MOVES_MAX)) {
            return mg_fail(err, MG_EUSAGE,
                           "law of %s: %.4g sequences in %.4g moves are too many to enumerate, "
                           "the limits are %.4g and %.4g",
                           spec->samplers[i].name, support, moves, MG_LAW_SUPPORT_MAX,
                           MG_LAW_MOVES_MAX);
        }
    }
    return MG_OK;
}

/* Infinite is an answer (the sampler never produces some x); what infinities cancel to is not. */
static struct mg_cell nats(double value)
{
    return mg_real_if(!isnan(value), value);
}

static void emit_law(struct mg_sink *sink, const char *name, const struct mg_law *law)
{
    MG_EMIT(sink, MG_TABLE_sampler_error, mg_text(name), mg_real(law->nfe), nats(law->kl_nats),
            mg_null(), nats(law->factorization_nats), nats(law->model_nats), nats(law->order_nats),
            nats(law->mixture_nats), nats(law->selection_nats), mg_real(law->coherence),
            mg_text("law"));
    for (size_t t = 0; t < law->n_steps; t++) {
        MG_EMIT(sink, MG_TABLE_ledger, mg_text(name), mg_int((int64_t)t),
                nats(law->steps[t].factorization_nats), nats(law->steps[t].model_nats),
                nats(law->steps[t].order_nats));
    }
}

static enum mg_status law_run(const struct mg_measure_input *input, struct mg_error *err)
{
    enum mg_status status = MG_OK;

    for (size_t i = 0; i < input->spec->n_samplers && status == MG_OK; i++) {
        struct mg_law *law = NULL;

        status = mg_law_walk(&law, input->predictor, input->source, &input->spec->samplers[i], NULL,
                             MG_LAW_MOVES_MAX, err);
        if (status == MG_OK) {
            emit_law(input->sink, input->spec->samplers[i].name, law);
        }
        mg_law_free(law);
    }
    return status;
}

const struct mg_measure mg_measure_law = {
    .kind = "law",
    .help = "exact output law of each sampler: KL from the source, coherence and the error ledger",
    .check = law_check,
    .run = law_run,
};

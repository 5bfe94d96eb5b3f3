/*
 * certificate.c - the measure `certificate`: what confidences promise about a parallel step, beside
 * the truth; see certificate_rows.h.
 *
 * Contexts and sets are those of sequences drawn from the source and replayed through a sampler.
 */
#include <stdlib.h>

#include "model/diffusion/corrector.h"
#include "model/diffusion/sampler.h"
#include "model/measure/certificate_rows.h"
#include "model/measure/kinds.h"
#include "model/measure/replay_draws.h"
#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"

struct judge {
    struct mg_certificate *certificate;
    const double **probs; /* (L) arrays for one step */
    double *top1;
    int *best;
};

static enum mg_status certificate_check(const struct mg_measure_spec *spec,
                                        const struct mg_source *source, struct mg_error *err)
{
    if (!mg_source_has_oracle(source)) {
        return mg_fail(err, MG_EUSAGE, "certificate: the source has no oracle to tell the truth");
    }
    if (spec->n_samplers == 0 || spec->draws == 0) {
        return mg_fail(err, MG_EUSAGE, "certificate: needs samplers and draws");
    }
    for (size_t i = 0; i < spec->n_samplers; i++) {
        if (mg_corrector_form(&spec->samplers[i]) != MG_CORRECTOR_NONE ||
            spec->samplers[i].draft > 0) {
            return mg_fail(err, MG_EUSAGE,
                           "certificate: %s has a corrector or drafts; steps are certified, "
                           "not second thoughts",
                           spec->samplers[i].name);
        }
    }
    return MG_OK;
}

static void judge(void *ctx, const struct mg_reveal *reveal)
{
    struct judge *judge = ctx;
    const size_t vocab = reveal->answer->vocab;

    for (size_t i = 0; i < reveal->n_set; i++) {
        judge->probs[i] = reveal->answer->probs + reveal->set[i] * vocab;
        judge->best[i] = (int)mg_argmax(judge->probs[i], vocab);
        judge->top1[i] = judge->probs[i][judge->best[i]];
    }
    mg_certificate_judge(judge->certificate, &(struct mg_certified){.step = reveal->step,
                                                                    .context = reveal->context,
                                                                    .set = reveal->set,
                                                                    .n = reveal->n_set,
                                                                    .top1 = judge->top1,
                                                                    .best = judge->best,
                                                                    .probs = judge->probs});
}

static enum mg_status certificate_run(const struct mg_measure_input *input, struct mg_error *err)
{
    const size_t length = input->source->length;
    enum mg_status status = MG_OK;
    struct judge ctx = {.certificate = mg_certificate_new(input->source),
                        .probs = mg_allocate(length, sizeof(*ctx.probs)),
                        .top1 = mg_allocate(length, sizeof(*ctx.top1)),
                        .best = mg_allocate(length, sizeof(*ctx.best))};

    for (size_t i = 0; i < input->spec->n_samplers && status == MG_OK; i++) {
        const struct mg_sampler *sampler = &input->spec->samplers[i];
        struct mg_predictor *steered;
        struct mg_predictor *heard = mg_sampler_hear(&steered, input->predictor, sampler, NULL);

        status = mg_draws_replay(heard, input->source, sampler, input->spec->draws,
                                 input->streams->order, judge, &ctx, err);
        mg_predictor_free(steered);
        if (status == MG_OK) {
            mg_certificate_emit(ctx.certificate, input->sink, sampler->name);
        }
    }
    free(ctx.best);
    free(ctx.top1);
    free(ctx.probs);
    mg_certificate_free(ctx.certificate);
    return status;
}

const struct mg_measure mg_measure_certificate = {
    .kind = "certificate",
    .help = "what confidences promise about each parallel step (Frechet, Fast-dLLM) beside the "
            "truth, with violations counted",
    .check = certificate_check,
    .run = certificate_run,
};

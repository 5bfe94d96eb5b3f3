/* law_measure.c - the measure `law`: rows of the output law and its ledger; see law.h. */
#include "model/measure/kinds.h"

#include <math.h>
#include <stdlib.h>

#include "model/diffusion/corrector.h"
#include "model/diffusion/sampler.h"
#include "model/measure/corrected_law.h"
#include "model/measure/draft_law.h"
#include "model/measure/law.h"
#include "model/measure/law_estimate.h"
#include "model/measure/law_held_out.h"
#include "model/measure/space.h"
#include "model/measure/whole_law.h"
#include "model/numeric/statistics.h"

enum { DRAWS_DEFAULT = 1000 };

static size_t draws_of(const struct mg_measure_spec *spec)
{
    return spec->draws > 0 ? spec->draws : DRAWS_DEFAULT;
}

/* Whether the walk fits, as far as can be said before it starts. */
static bool may_walk(const struct mg_source *source, const struct mg_sampler *sampler,
                     const int *context)
{
    return mg_source_support_size(source) <= MG_LAW_SUPPORT_MAX &&
           mg_law_moves(source, sampler, context) <= MG_LAW_MOVES_MAX;
}

/* A law from a context is walked or not known. */
static enum mg_status check_context(const struct mg_source *source,
                                    const struct mg_sampler *sampler, const int *context,
                                    struct mg_error *err)
{
    if (!mg_source_has_oracle(source) || sampler->draft > 0 ||
        mg_corrector_form(sampler) != MG_CORRECTOR_NONE || !may_walk(source, sampler, context)) {
        return mg_fail(err, MG_EUSAGE,
                       "law of %s: from a context it must be small enough to enumerate, without "
                       "drafts or a corrector, of a source with an oracle",
                       sampler->name);
    }
    return MG_OK;
}

static enum mg_status law_check(const struct mg_measure_spec *spec, const struct mg_source *source,
                                struct mg_error *err)
{
    if (spec->n_samplers == 0) {
        return mg_fail(err, MG_EUSAGE, "law: no samplers");
    }
    if (draws_of(spec) < 2) {
        return mg_fail(err, MG_EUSAGE, "law: an error bar needs at least 2 draws");
    }
    for (size_t i = 0; i < spec->n_samplers; i++) {
        const struct mg_sampler *sampler = &spec->samplers[i];

        if (spec->context != NULL) {
            if (check_context(source, sampler, spec->context, err) != MG_OK) {
                return MG_EUSAGE;
            }
        } else if (!mg_source_has_oracle(source)) {
            if (mg_law_held_out_check(sampler, err) != MG_OK) {
                return MG_EUSAGE;
            }
        } else if (sampler->draft > 0) {
            if (mg_draft_law_check(sampler, source->length, source->vocab, err) != MG_OK) {
                return MG_EUSAGE;
            }
        } else if (mg_corrector_form(sampler) != MG_CORRECTOR_NONE) {
            if (mg_corrected_law_check(sampler, source->length, source->vocab, err) != MG_OK) {
                return MG_EUSAGE;
            }
        } else if (sampler->order->looks_at_drawn && !may_walk(source, sampler, NULL)) {
            return mg_fail(err, MG_EUSAGE,
                           "law of %s: %.4g sequences in %.4g moves are too many to enumerate "
                           "(limits %.4g and %.4g), and the KL of order %s, which looks at the "
                           "tokens it draws, has no unbiased estimate; measure its samples",
                           sampler->name, mg_source_support_size(source),
                           mg_law_moves(source, sampler, NULL), MG_LAW_SUPPORT_MAX,
                           MG_LAW_MOVES_MAX, sampler->order->name);
        }
    }
    return MG_OK;
}

/* Infinite is an answer (the sampler never produces some x); what infinities cancel to is not. */
static struct mg_cell nats(double value)
{
    return mg_real_if(!isnan(value), value);
}

/* What the whole law tells, where it is small enough to be known. */
struct whole {
    bool known;
    double nfe; /* mean predictor calls of a draw */
    double kl_nats;
    double reverse_kl_nats;
    double tv;
    double coherence;
};

/* A law without a ledger. */
static void emit_whole(struct mg_sink *sink, const char *name, const struct whole *whole)
{
    MG_EMIT(sink, MG_TABLE_sampler_error, mg_text(name), mg_real(whole->nfe),
            mg_real(whole->kl_nats), mg_null(), mg_null(), mg_null(), mg_null(), mg_null(),
            mg_null(), mg_real(whole->coherence), mg_text("law"), mg_real(whole->reverse_kl_nats),
            mg_real(whole->tv));
}

static void emit_law(struct mg_sink *sink, const char *name, const struct mg_law *law,
                     const struct whole *whole)
{
    MG_EMIT(sink, MG_TABLE_sampler_error, mg_text(name), mg_real(law->nfe), nats(law->kl_nats),
            mg_null(), nats(law->factorization_nats), nats(law->model_nats), nats(law->order_nats),
            nats(law->mixture_nats), nats(law->selection_nats), mg_real(law->coherence),
            mg_text("law"), mg_real_if(whole->known, whole->reverse_kl_nats),
            mg_real_if(whole->known, whole->tv));
    for (size_t t = 0; t < law->n_steps; t++) {
        MG_EMIT(sink, MG_TABLE_ledger, mg_text(name), mg_int((int64_t)t),
                nats(law->steps[t].factorization_nats), nats(law->steps[t].model_nats),
                nats(law->steps[t].order_nats));
    }
}

/* Beyond enumeration: coherence is not known, and mixture is all that order can hold. */
static void emit_estimate(struct mg_sink *sink, const char *name,
                          const struct mg_law_estimate *estimate)
{
    MG_EMIT(sink, MG_TABLE_sampler_error, mg_text(name), mg_real(estimate->nfe),
            mg_real(estimate->kl_nats), nats(estimate->kl_se_nats),
            mg_real(estimate->factorization_nats), mg_real(estimate->model_nats),
            nats(estimate->order_nats), nats(estimate->order_nats), mg_real(0.0), mg_null(),
            mg_text(estimate->kind), mg_null(), mg_null());
    for (size_t t = 0; t < estimate->n_steps; t++) {
        MG_EMIT(sink, MG_TABLE_ledger, mg_text(name), mg_int((int64_t)t),
                mg_real(estimate->steps[t].factorization_nats),
                mg_real(estimate->steps[t].model_nats), nats(estimate->steps[t].order_nats));
    }
}

static enum mg_status estimate_one(const struct mg_measure_input *input,
                                   const struct mg_sampler *sampler, struct mg_error *err)
{
    struct mg_law_estimate *estimate = NULL;
    struct mg_law_estimate *exact = NULL;
    enum mg_status status = MG_OK;

    if (!mg_law_closed(&estimate, input->predictor, input->source, sampler)) {
        status = mg_law_monte_carlo(&estimate, input->predictor, input->source, sampler,
                                    draws_of(input->spec), input->streams->order, err);
        /* With a mixture F is not the source's alone. */
        if (status == MG_OK && mg_predictor_components(input->predictor) == 1 &&
            mg_law_factorization(&exact, input->source, sampler)) {
            mg_law_replace_factorization(estimate, exact);
        }
    }
    if (status == MG_OK) {
        emit_estimate(input->sink, sampler->name, estimate);
    }
    mg_law_estimate_free(exact);
    mg_law_estimate_free(estimate);
    return status;
}

/* Compare nu (V^L), the whole law, with the source's after a context (L) or NULL. */
static void compare(struct whole *whole, const struct mg_source *source, const int *context,
                    const double *nu)
{
    const size_t n = (size_t)round(pow((double)source->vocab, (double)source->length));
    double *mu = mg_whole_source(source, context);

    whole->known = true;
    whole->kl_nats = mg_kl_nats(mu, nu, n);
    whole->reverse_kl_nats = mg_whole_reverse_kl_nats(nu, mu, n);
    whole->tv = mg_tv(mu, nu, n);
    for (size_t x = 0; x < n; x++) {
        whole->coherence += mu[x] > 0.0 ? nu[x] : 0.0;
    }
    free(mu);
}

static enum mg_status look_at_whole(struct whole *whole, const struct mg_measure_input *input,
                                    const struct mg_sampler *sampler, struct mg_error *err)
{
    const struct mg_source *source = input->source;
    enum mg_status status;
    double *nu = NULL;

    *whole = (struct whole){0};
    if (!mg_space_fits(source->length, source->vocab)) {
        return MG_OK;
    }
    status =
        mg_corrector_form(sampler) == MG_CORRECTOR_NONE
            ? mg_whole_law(&nu, &whole->nfe, input->predictor, sampler, input->spec->context, err)
            : mg_corrected_law(&nu, &whole->nfe, input->predictor, sampler, err);
    if (status == MG_OK) {
        compare(whole, source, input->spec->context, nu);
    }
    free(nu);
    return status;
}

/* Drafts have no parallel step to blame: their cost instead, by the sampler's own draws. */
static enum mg_status law_of_drafts(const struct mg_measure_input *input,
                                    const struct mg_sampler *sampler, struct mg_error *err)
{
    const double length = (double)input->source->length;
    struct whole whole = {0};
    struct mg_draft_cost cost;
    double *nu = NULL;
    const enum mg_status status = mg_draft_law(&nu, &cost, input->predictor, sampler, err);

    if (status == MG_OK) {
        whole.nfe = cost.calls;
        compare(&whole, input->source, NULL, nu);
        emit_whole(input->sink, sampler->name, &whole);
        mg_emit_draft_cost(input->sink, sampler->name, length / cost.calls, length / cost.rows);
    }
    free(nu);
    return status;
}

/* A corrector has no ledger: what is revealed may not stay. nfe is the mean over its own draws. */
static enum mg_status law_of_corrected(const struct mg_measure_input *input,
                                       const struct mg_sampler *sampler, struct mg_error *err)
{
    struct whole whole;
    const enum mg_status status = look_at_whole(&whole, input, sampler, err);

    if (status == MG_OK) {
        emit_whole(input->sink, sampler->name, &whole);
    }
    return status;
}

/* The walk where it fits; an adaptive one may turn out not to. */
static enum mg_status law_of_one(const struct mg_measure_input *input,
                                 const struct mg_sampler *sampler, struct mg_error *err)
{
    struct mg_error walk_err = {0};
    struct mg_law *law = NULL;
    struct whole whole;
    enum mg_status status = MG_UNDECIDED;

    if (may_walk(input->source, sampler, input->spec->context)) {
        status = mg_law_walk(&law, input->predictor, input->source, sampler, input->spec->context,
                             MG_LAW_MOVES_MAX, &walk_err);
    }
    if (status == MG_OK) {
        status = look_at_whole(&whole, input, sampler, err);
        if (status == MG_OK) {
            law->nfe *= (double)mg_sampler_calls(sampler);
            emit_law(input->sink, sampler->name, law, &whole);
        }
    } else if (status == MG_UNDECIDED && !sampler->order->looks_at_drawn &&
               input->spec->context == NULL) {
        status = estimate_one(input, sampler, err);
    } else {
        status = mg_fail(err, MG_NO, "%s", walk_err.text);
    }
    mg_law_free(law);
    return status;
}

/* The law of one sampler, whatever way it can be had. */
static enum mg_status law_of(const struct mg_measure_input *input, const struct mg_sampler *sampler,
                             struct mg_error *err)
{
    if (!mg_source_has_oracle(input->source)) {
        return mg_law_held_out(input, sampler, draws_of(input->spec), err);
    }
    if (sampler->draft > 0) {
        return law_of_drafts(input, sampler, err);
    }
    return mg_corrector_form(sampler) == MG_CORRECTOR_NONE ? law_of_one(input, sampler, err)
                                                           : law_of_corrected(input, sampler, err);
}

static enum mg_status law_run(const struct mg_measure_input *input, struct mg_error *err)
{
    enum mg_status status = MG_OK;

    for (size_t i = 0; i < input->spec->n_samplers && status == MG_OK; i++) {
        const struct mg_sampler *sampler = &input->spec->samplers[i];
        struct mg_measure_input heard = *input;
        struct mg_predictor *steered;

        heard.predictor =
            mg_sampler_hear(&steered, input->predictor, sampler, input->spec->context);
        status = law_of(&heard, sampler, err);
        mg_predictor_free(steered);
    }
    return status;
}

const struct mg_measure mg_measure_law = {
    .kind = "law",
    .help =
        "output law of each sampler, exact where it can be enumerated, else by a closed form or "
        "an estimate: KL from the source, coherence and the error ledger; on text, nats per token "
        "of what was held out",
    .check = law_check,
    .prefixes_alone = mg_samplers_ask_prefixes,
    .run = law_run,
};

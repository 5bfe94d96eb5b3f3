/*
 * certificate.c - the measure `certificate`: what confidences promise about a parallel step, beside
 * the truth.
 *
 * A step reveals n positions S at a context c. With p_i the predictor's marginals, c_i their
 * largest probabilities, a_i their arg-max and eps = max (1 - c_i):
 *   frechet_lower  max(0, 1 - sum (1 - c_i)) <= mu(X_S = a_S | c)
 *   frechet_upper  min c_i >= the same
 *   greedy         (n + 1) eps <= 1: a_S is the likeliest value of X_S
 *   tv             TV(mu(X_S|c), prod p_i) <= (3 n - 1) eps / 2, at most 1
 *   kl_nats        KL(mu(X_S|c) || prod p_i) <= (n - 1) (h(eps) + eps log(V - 1))
 * Source: Frechet 1935; Wu et al. 2025, Fast-dLLM, arXiv:2505.22618, theorem 1. All five hold when
 * the p_i are true marginals; with a network a violation measures its calibration.
 *
 * Contexts and sets are those of sequences drawn from the source and replayed through a sampler.
 * greedy counts only steps that it certifies; the last three need the joint, so only steps with
 * V^n <= 512.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/diffusion/corrector.h"
#include "model/diffusion/grow.h"
#include "model/diffusion/sampler.h"
#include "model/measure/kinds.h"
#include "model/measure/replay_draws.h"
#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"

enum { JOINT_MAX = 512 };

static const double ROUNDING = 1e-9;

enum bound { FRECHET_LOWER, FRECHET_UPPER, GREEDY, TV, KL, BOUND_COUNT };

static const char *const BOUND_NAMES[BOUND_COUNT] = {"frechet_lower", "frechet_upper", "greedy",
                                                     "tv", "kl_nats"};

struct score {
    size_t n;
    double value; /* sums over draws */
    double exact;
    size_t violations;
};

struct step {
    struct score bounds[BOUND_COUNT];
};

struct certificate {
    const struct mg_source *source;
    struct step *steps; /* (n_steps) */
    size_t n_steps;
    size_t capacity;
    int *row;       /* (L) context with the arg-max tokens filled in */
    double *joint;  /* (JOINT_MAX) */
    double *chance; /* (JOINT_MAX) the product of the p_i */
};

/* What a step promises. */
struct promise {
    size_t n;
    double doubt;     /* sum of 1 - c_i */
    double worst;     /* eps */
    double log_truth; /* log mu(X_S = a_S | c) */
    size_t likeliest; /* index of a_S in the joint, while that is small */
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

/* One bound met a context: `least` <= `most` is what it says. */
static void score(struct step *step, enum bound bound, double value, double exact, double least,
                  double most)
{
    struct score *to = &step->bounds[bound];

    to->n++;
    to->value += value;
    to->exact += exact;
    to->violations += least <= most + ROUNDING ? 0 : 1;
}

static struct promise promise_of(struct certificate *certificate, const struct mg_reveal *reveal)
{
    const size_t vocab = certificate->source->vocab;
    struct promise promise = {.n = reveal->n_set};

    memcpy(certificate->row, reveal->context, certificate->source->length * sizeof(int));
    promise.log_truth = -mg_source_log_mass(certificate->source, certificate->row);
    for (size_t i = 0; i < reveal->n_set; i++) {
        const double *p = reveal->answer->probs + reveal->set[i] * vocab;
        const size_t best = mg_argmax(p, vocab);

        promise.doubt += 1.0 - p[best];
        promise.worst = fmax(promise.worst, 1.0 - p[best]);
        promise.likeliest = promise.likeliest * vocab + best; /* wraps where it is not used */
        certificate->row[reveal->set[i]] = (int)best;
    }
    promise.log_truth += mg_source_log_mass(certificate->source, certificate->row);
    return promise;
}

/* The joint of the set under the source and the product of the predictor's marginals. */
static size_t fill_joint(struct certificate *certificate, const struct mg_reveal *reveal)
{
    const size_t vocab = certificate->source->vocab;
    size_t outcomes = 1;

    for (size_t i = 0; i < reveal->n_set; i++) {
        if (outcomes > JOINT_MAX / vocab) {
            return 0;
        }
        outcomes *= vocab;
    }
    (void)mg_source_joint(certificate->source, reveal->context, reveal->set, reveal->n_set,
                          certificate->joint);
    for (size_t x = 0; x < outcomes; x++) {
        size_t rest = x;

        certificate->chance[x] = 1.0;
        for (size_t i = reveal->n_set; i-- > 0; rest /= vocab) {
            certificate->chance[x] *= reveal->answer->probs[reveal->set[i] * vocab + rest % vocab];
        }
    }
    return outcomes;
}

/* (n - 1) (h(eps) + eps log(V - 1)), Fano's bound on each entropy but one. */
static double kl_bound(const struct promise *promise, size_t vocab)
{
    const double eps = promise->worst;
    const double two[2] = {eps, 1.0 - eps};
    const double rest = eps > 0.0 ? eps * log((double)vocab - 1.0) : 0.0;

    return (double)(promise->n - 1) * (mg_entropy_nats(two, 2) + rest);
}

static void judge(void *ctx, const struct mg_reveal *reveal)
{
    struct certificate *certificate = ctx;
    const struct promise promise = promise_of(certificate, reveal);
    const double n = (double)promise.n;
    const double truth = exp(promise.log_truth);
    const double lower = fmax(0.0, 1.0 - promise.doubt);
    const double upper = 1.0 - promise.worst;
    const size_t outcomes = fill_joint(certificate, reveal);
    struct step *step;

    while (reveal->step >= certificate->n_steps) {
        certificate->steps = mg_grow(certificate->steps, &certificate->capacity,
                                     certificate->n_steps + 1, sizeof(certificate->steps[0]));
        certificate->steps[certificate->n_steps++] = (struct step){0};
    }
    step = &certificate->steps[reveal->step];
    score(step, FRECHET_LOWER, lower, truth, lower, truth);
    score(step, FRECHET_UPPER, upper, truth, truth, upper);
    if (outcomes > 0) {
        const double far = mg_tv(certificate->joint, certificate->chance, outcomes);
        const double tv = fmin(1.0, (3.0 * n - 1.0) * promise.worst / 2.0);
        const double nats = mg_kl_nats(certificate->joint, certificate->chance, outcomes);
        const double kl = kl_bound(&promise, certificate->source->vocab);
        const double most = certificate->joint[mg_argmax(certificate->joint, outcomes)];
        const double greedy = certificate->joint[promise.likeliest];

        score(step, TV, tv, far, far, tv);
        score(step, KL, kl, nats, nats, kl);
        if ((n + 1.0) * promise.worst <= 1.0) {
            score(step, GREEDY, 1.0, most <= greedy + ROUNDING ? 1.0 : 0.0, most, greedy);
        }
    }
}

static void emit_scores(struct mg_sink *sink, const char *name,
                        const struct certificate *certificate)
{
    for (size_t t = 0; t < certificate->n_steps; t++) {
        for (size_t b = 0; b < BOUND_COUNT; b++) {
            const struct score *from = &certificate->steps[t].bounds[b];
            const double n = (double)from->n;

            if (from->n > 0) {
                MG_EMIT(sink, MG_TABLE_certificates, mg_text(name), mg_int((int64_t)t),
                        mg_text(BOUND_NAMES[b]), mg_int((int64_t)from->n), mg_real(from->value / n),
                        mg_real(from->exact / n), mg_int((int64_t)from->violations));
            }
        }
    }
}

static enum mg_status certificate_run(const struct mg_measure_input *input, struct mg_error *err)
{
    enum mg_status status = MG_OK;
    struct certificate certificate = {
        .source = input->source,
        .row = mg_allocate(input->source->length, sizeof(int)),
        .joint = mg_allocate(JOINT_MAX, sizeof(double)),
        .chance = mg_allocate(JOINT_MAX, sizeof(double)),
    };

    for (size_t i = 0; i < input->spec->n_samplers && status == MG_OK; i++) {
        const struct mg_sampler *sampler = &input->spec->samplers[i];
        struct mg_predictor *steered = mg_sampler_steered_new(input->predictor, sampler, NULL);

        certificate.n_steps = 0;
        status =
            mg_draws_replay(steered == NULL ? input->predictor : steered, input->source, sampler,
                            input->spec->draws, input->streams->order, judge, &certificate, err);
        mg_predictor_free(steered);
        if (status == MG_OK) {
            emit_scores(input->sink, sampler->name, &certificate);
        }
    }
    free(certificate.steps);
    free(certificate.chance);
    free(certificate.joint);
    free(certificate.row);
    return status;
}

const struct mg_measure mg_measure_certificate = {
    .kind = "certificate",
    .help = "what confidences promise about each parallel step (Frechet, Fast-dLLM) beside the "
            "truth, with violations counted",
    .check = certificate_check,
    .run = certificate_run,
};

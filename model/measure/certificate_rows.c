/* certificate_rows.c - see certificate_rows.h. */
#include "model/measure/certificate_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/diffusion/grow.h"
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

struct mg_certificate {
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
    double doubt; /* sum of 1 - c_i */
    double worst; /* eps */
    double lower, upper, tv, kl_nats;
    bool greedy;
};

struct mg_certificate *mg_certificate_new(const struct mg_source *source)
{
    struct mg_certificate *certificate = mg_allocate(1, sizeof(*certificate));

    certificate->source = source;
    certificate->row = mg_allocate(source->length, sizeof(int));
    certificate->joint = mg_allocate(JOINT_MAX, sizeof(double));
    certificate->chance = mg_allocate(JOINT_MAX, sizeof(double));
    return certificate;
}

void mg_certificate_free(struct mg_certificate *certificate)
{
    if (certificate != NULL) {
        free(certificate->steps);
        free(certificate->chance);
        free(certificate->joint);
        free(certificate->row);
        free(certificate);
    }
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

/* The same where nobody knows the truth. */
static void score_blindly(struct step *step, enum bound bound, double value)
{
    score(step, bound, value, (double)NAN, 0.0, 0.0);
}

/* (n - 1) (h(eps) + eps log(V - 1)), Fano's bound on each entropy but one. */
static double kl_bound(double eps, size_t n, size_t vocab)
{
    const double two[2] = {eps, 1.0 - eps};
    const double rest = eps > 0.0 ? eps * log((double)vocab - 1.0) : 0.0;

    return (double)(n - 1) * (mg_entropy_nats(two, 2) + rest);
}

static struct promise promise_of(const struct mg_certified *step, size_t vocab)
{
    const double n = (double)step->n;
    struct promise promise = {0};

    for (size_t i = 0; i < step->n; i++) {
        promise.doubt += 1.0 - step->top1[i];
        promise.worst = fmax(promise.worst, 1.0 - step->top1[i]);
    }
    promise.lower = fmax(0.0, 1.0 - promise.doubt);
    promise.upper = 1.0 - promise.worst;
    promise.tv = fmin(1.0, (3.0 * n - 1.0) * promise.worst / 2.0);
    promise.kl_nats = kl_bound(promise.worst, step->n, vocab);
    promise.greedy = (n + 1.0) * promise.worst <= 1.0;
    return promise;
}

/* mu(X_S = a_S | c) */
static double truth_of(struct mg_certificate *certificate, const struct mg_certified *step)
{
    double log_truth;

    memcpy(certificate->row, step->context, certificate->source->length * sizeof(int));
    log_truth = -mg_source_log_mass(certificate->source, certificate->row);
    for (size_t i = 0; i < step->n; i++) {
        certificate->row[step->set[i]] = step->best[i];
    }
    return exp(log_truth + mg_source_log_mass(certificate->source, certificate->row));
}

/* V^n, or 0 where that is too many. */
static size_t count_outcomes(size_t vocab, size_t n)
{
    size_t outcomes = 1;

    for (size_t i = 0; i < n; i++) {
        if (outcomes > JOINT_MAX / vocab) {
            return 0;
        }
        outcomes *= vocab;
    }
    return outcomes;
}

/* chance (outcomes) out: the product of the predictor's marginals. */
static void fill_product(double *chance, const struct mg_certified *step, size_t outcomes,
                         size_t vocab)
{
    for (size_t x = 0; x < outcomes; x++) {
        size_t rest = x;

        chance[x] = 1.0;
        for (size_t i = step->n; i-- > 0; rest /= vocab) {
            chance[x] *= step->probs[i][rest % vocab];
        }
    }
}

/* The bounds that speak of the joint, of `outcomes` values. */
static void judge_joint(struct mg_certificate *certificate, struct step *to,
                        const struct mg_certified *step, const struct promise *promise,
                        size_t outcomes)
{
    const size_t vocab = certificate->source->vocab;
    const double *joint = certificate->joint;
    size_t likeliest = 0; /* index of a_S in the joint */

    (void)mg_source_joint(certificate->source, step->context, step->set, step->n,
                          certificate->joint);
    for (size_t i = 0; i < step->n; i++) {
        likeliest = likeliest * vocab + (size_t)step->best[i];
    }
    if (step->probs != NULL) {
        double far;
        double nats;

        fill_product(certificate->chance, step, outcomes, vocab);
        far = mg_tv(joint, certificate->chance, outcomes);
        nats = mg_kl_nats(joint, certificate->chance, outcomes);
        score(to, TV, promise->tv, far, far, promise->tv);
        score(to, KL, promise->kl_nats, nats, nats, promise->kl_nats);
    }
    if (promise->greedy) {
        const double most = joint[mg_argmax(joint, outcomes)];
        const double greedy = joint[likeliest];

        score(to, GREEDY, 1.0, most <= greedy + ROUNDING ? 1.0 : 0.0, most, greedy);
    }
}

void mg_certificate_judge(struct mg_certificate *certificate, const struct mg_certified *step)
{
    const size_t vocab = certificate->source->vocab;
    const struct promise promise = promise_of(step, vocab);
    const size_t outcomes = count_outcomes(vocab, step->n);
    struct step *to;

    while (step->step >= certificate->n_steps) {
        certificate->steps = mg_grow(certificate->steps, &certificate->capacity,
                                     certificate->n_steps + 1, sizeof(certificate->steps[0]));
        certificate->steps[certificate->n_steps++] = (struct step){0};
    }
    to = &certificate->steps[step->step];
    if (mg_source_has_oracle(certificate->source)) {
        const double truth = truth_of(certificate, step);

        score(to, FRECHET_LOWER, promise.lower, truth, promise.lower, truth);
        score(to, FRECHET_UPPER, promise.upper, truth, truth, promise.upper);
        if (outcomes > 0) {
            judge_joint(certificate, to, step, &promise, outcomes);
        }
        return;
    }
    score_blindly(to, FRECHET_LOWER, promise.lower);
    score_blindly(to, FRECHET_UPPER, promise.upper);
    score_blindly(to, TV, promise.tv);
    score_blindly(to, KL, promise.kl_nats);
    if (promise.greedy) {
        score_blindly(to, GREEDY, 1.0);
    }
}

void mg_certificate_emit(struct mg_certificate *certificate, struct mg_sink *sink,
                         const char *sampler)
{
    const bool known = mg_source_has_oracle(certificate->source);

    for (size_t t = 0; t < certificate->n_steps; t++) {
        for (size_t b = 0; b < BOUND_COUNT; b++) {
            const struct score *from = &certificate->steps[t].bounds[b];
            const double n = (double)from->n;

            if (from->n > 0) {
                MG_EMIT(sink, MG_TABLE_certificates, mg_text(sampler), mg_int((int64_t)t),
                        mg_text(BOUND_NAMES[b]), mg_int((int64_t)from->n), mg_real(from->value / n),
                        mg_real_if(known, from->exact / n), mg_int((int64_t)from->violations));
            }
        }
    }
    certificate->n_steps = 0;
}

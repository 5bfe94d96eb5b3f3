/* distance_curves.c - see distance_curves.h. */
#include "model/measure/distance_curves.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/statistics.h"

static const double FIT_ABOVE_TV = 0.05;
enum { FIT_POINTS_MIN = 3 };

static const char *const names[MG_DISTANCE_COUNT] = {
#define MG_DISTANCE_NAME(quantity) #quantity,
    MG_DISTANCE_QUANTITIES(MG_DISTANCE_NAME)
#undef MG_DISTANCE_NAME
};

const char *mg_distance_name(enum mg_distance_quantity quantity)
{
    assert(quantity < MG_DISTANCE_COUNT);
    return names[quantity];
}

bool mg_distance_defined(enum mg_distance_quantity quantity, size_t i, size_t run, size_t contexts)
{
    switch (quantity) {
    case MG_DISTANCE_tv_next:
    case MG_DISTANCE_js_next:
    case MG_DISTANCE_same_argmax:
        return i + 1 < run;
    case MG_DISTANCE_sensitivity_tv:
    case MG_DISTANCE_sensitivity_max:
        return contexts >= 2;
    default:
        return true;
    }
}

/* What one call of mg_distance_curves_new reads, and its scratch. */
struct job {
    const double *probs;
    const double *unconditional;
    const size_t *distance;
    size_t contexts;
    size_t run;
    size_t vocab;
    double *value; /* the curves' */
    double *pair;
    double *mean;       /* (V) mean prediction of a run */
    double *pair_max;   /* (R + 1) largest pair TV, by the smaller of the two distances */
    double *forget_max; /* (R + 1) largest TV to u, by distance */
    double *row;        /* (R) TV of one position to the later ones */
    double *by_value;   /* (V, R) predictions of one context */
};

static void add(struct job *job, enum mg_distance_quantity quantity, size_t i, double amount)
{
    job->value[(size_t)quantity * job->run + i] += amount / (double)job->contexts;
}

/* What a position says by itself; q (R, V) are one context's predictions. */
static void take_positions(struct job *job, const double *q)
{
    const size_t vocab = job->vocab;

    for (size_t v = 0; v < vocab; v++) {
        job->mean[v] = 0.0;
    }
    for (size_t i = 0; i < job->run; i++) {
        for (size_t v = 0; v < vocab; v++) {
            job->mean[v] += q[i * vocab + v] / (double)job->run;
        }
    }
    for (size_t i = 0; i < job->run; i++) {
        const double *here = q + i * vocab;
        const double *u = job->unconditional + i * vocab;
        const size_t top = mg_argmax(here, vocab);
        const double forget = mg_tv(here, u, vocab);
        double *farthest = &job->forget_max[job->distance[i]];

        add(job, MG_DISTANCE_js_mean, i, mg_js_nats(here, job->mean, vocab));
        add(job, MG_DISTANCE_tv_unconditional, i, forget);
        add(job, MG_DISTANCE_information_gain_nats, i, mg_kl_nats(here, u, vocab));
        add(job, MG_DISTANCE_entropy_nats, i, mg_entropy_nats(here, vocab));
        add(job, MG_DISTANCE_top1, i, here[top]);
        *farthest = fmax(*farthest, forget);
        if (i + 1 < job->run) {
            const double *next = here + vocab;

            add(job, MG_DISTANCE_tv_next, i, mg_tv(here, next, vocab));
            add(job, MG_DISTANCE_js_next, i, mg_js_nats(here, next, vocab));
            add(job, MG_DISTANCE_same_argmax, i, top == mg_argmax(next, vocab) ? 1.0 : 0.0);
        }
    }
}

/*
 * What two positions say together: each against all later ones at once, value by value, which the
 * compiler turns into vector code (the sum over values keeps its order).
 */
static void take_pairs(struct job *job, const double *q)
{
    const size_t run = job->run;

    for (size_t j = 0; j < run; j++) {
        for (size_t v = 0; v < job->vocab; v++) {
            job->by_value[v * run + j] = q[j * job->vocab + v];
        }
    }
    for (size_t i = 0; i < run; i++) {
        double *tv = job->row;

        memset(tv, 0, run * sizeof(*tv));
        for (size_t v = 0; v < job->vocab; v++) {
            const double here = q[i * job->vocab + v];
            const double *there = job->by_value + v * run;

            for (size_t j = i + 1; j < run; j++) {
                tv[j] += 0.5 * fabs(here - there[j]);
            }
        }
        for (size_t j = i + 1; j < run; j++) {
            const size_t near =
                job->distance[i] < job->distance[j] ? job->distance[i] : job->distance[j];

            job->pair[i * run + j] += tv[j] / (double)job->contexts;
            job->pair_max[near] = tv[j] > job->pair_max[near] ? tv[j] : job->pair_max[near];
        }
    }
}

static void take_context(struct job *job, const double *q)
{
    for (size_t d = 0; d <= job->run; d++) {
        job->pair_max[d] = 0.0;
        job->forget_max[d] = 0.0;
    }
    take_positions(job, q);
    take_pairs(job, q);
    for (size_t d = job->run; d-- > 0;) { /* now: as far or farther */
        job->pair_max[d] = fmax(job->pair_max[d], job->pair_max[d + 1]);
        job->forget_max[d] = fmax(job->forget_max[d], job->forget_max[d + 1]);
    }
    for (size_t i = 0; i < job->run; i++) {
        add(job, MG_DISTANCE_tv_window_max, i, job->pair_max[job->distance[i]]);
        add(job, MG_DISTANCE_tv_unconditional_max, i, job->forget_max[job->distance[i]]);
    }
}

/* All pairs of contexts: they are independent draws, so the mean over pairs is unbiased. */
static void take_sensitivity(struct job *job)
{
    const size_t cells = job->run * job->vocab;
    const double pairs = 0.5 * (double)job->contexts * (double)(job->contexts - 1);
    double *mean = job->value + (size_t)MG_DISTANCE_sensitivity_tv * job->run;
    double *largest = job->value + (size_t)MG_DISTANCE_sensitivity_max * job->run;

    for (size_t c = 0; c < job->contexts; c++) {
        for (size_t other = c + 1; other < job->contexts; other++) {
            for (size_t i = 0; i < job->run; i++) {
                const double tv = mg_tv(job->probs + c * cells + i * job->vocab,
                                        job->probs + other * cells + i * job->vocab, job->vocab);

                mean[i] += tv / pairs;
                largest[i] = fmax(largest[i], tv);
            }
        }
    }
}

struct mg_distance_curves *mg_distance_curves_new(const double *probs, const double *unconditional,
                                                  const size_t *distance, size_t contexts,
                                                  size_t run, size_t vocab)
{
    struct mg_distance_curves *curves = calloc(1, sizeof(*curves));
    double *scratch = calloc(vocab + 2 * (run + 1) + run + vocab * run, sizeof(*scratch));
    struct job job = {.probs = probs,
                      .unconditional = unconditional,
                      .distance = distance,
                      .contexts = contexts,
                      .run = run,
                      .vocab = vocab};

    assert(contexts >= 1);
    assert(run >= 1);
    assert(curves != NULL);
    assert(scratch != NULL);
    curves->run = run;
    curves->value = calloc((size_t)MG_DISTANCE_COUNT * run, sizeof(*curves->value));
    curves->pair = calloc(run * run, sizeof(*curves->pair));
    assert(curves->value != NULL);
    assert(curves->pair != NULL);
    job.value = curves->value;
    job.pair = curves->pair;
    job.mean = scratch;
    job.pair_max = scratch + vocab;
    job.forget_max = job.pair_max + run + 1;
    job.row = job.forget_max + run + 1;
    job.by_value = job.row + run;
    for (size_t c = 0; c < contexts; c++) {
        take_context(&job, probs + c * run * vocab);
    }
    take_sensitivity(&job);
    for (size_t i = 0; i < run; i++) {
        for (size_t j = 0; j < i; j++) {
            curves->pair[i * run + j] = curves->pair[j * run + i];
        }
    }
    free(scratch);
    return curves;
}

void mg_distance_curves_free(struct mg_distance_curves *curves)
{
    if (curves != NULL) {
        free(curves->pair);
        free(curves->value);
        free(curves);
    }
}

bool mg_distance_rate(double *rate, const double *curve, const double *selector,
                      const size_t *distance, size_t run)
{
    double *x = calloc(2 * run, sizeof(*x));
    double *y = x + run;
    size_t n = 0;
    double slope;
    double intercept;
    bool fitted = true;

    assert(x != NULL);
    for (size_t i = 0; i < run; i++) {
        if (selector[i] > FIT_ABOVE_TV) {
            fitted = fitted && curve[i] > 0.0;
            x[n] = (double)distance[i];
            y[n] = log(curve[i]);
            n++;
        }
    }
    fitted = fitted && n >= FIT_POINTS_MIN && mg_fit_line(&slope, &intercept, x, y, n);
    if (fitted) {
        *rate = exp(slope);
    }
    free(x);
    return fitted;
}

/* distance_curves.c - see distance_curves.h. */
#include "model/measure/distance_curves.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/statistics.h"

static const double FIT_ABOVE_TV = 0.05;
enum {
    FIT_POINTS_MIN = 3,
    VALUES = 256 /* of all positions, turned so that positions lie side by side; in the cache */
};

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

/* What the context being taken works with. */
struct job {
    struct mg_distance_curves *curves;
    double *mean;       /* (V) mean prediction of a run */
    double *pair_max;   /* (R + 1) largest pair TV, by the smaller of the two distances */
    double *forget_max; /* (R + 1) largest TV to u, by distance */
    double *tv;         /* (R, R) TV of one position to the later ones */
    double *by_value;   /* (VALUES, R) predictions of some values */
};

static void add(const struct job *job, enum mg_distance_quantity quantity, size_t i, double amount)
{
    struct mg_distance_curves *curves = job->curves;

    curves->value[(size_t)quantity * curves->run + i] += amount / (double)curves->contexts;
}

/* What a position says by itself; q (R, V) are one context's predictions. */
static void take_positions(const struct job *job, const double *q)
{
    const size_t vocab = job->curves->vocab;
    const size_t run = job->curves->run;

    for (size_t v = 0; v < vocab; v++) {
        job->mean[v] = 0.0;
    }
    for (size_t i = 0; i < run; i++) {
        for (size_t v = 0; v < vocab; v++) {
            job->mean[v] += q[i * vocab + v] / (double)run;
        }
    }
    for (size_t i = 0; i < run; i++) {
        const double *here = q + i * vocab;
        const double *u = job->curves->unconditional + i * vocab;
        const size_t top = mg_argmax(here, vocab);
        const double forget = mg_tv(here, u, vocab);
        double *farthest = &job->forget_max[job->curves->distance[i]];

        add(job, MG_DISTANCE_js_mean, i, mg_js_nats(here, job->mean, vocab));
        add(job, MG_DISTANCE_tv_unconditional, i, forget);
        add(job, MG_DISTANCE_information_gain_nats, i, mg_kl_nats(here, u, vocab));
        add(job, MG_DISTANCE_entropy_nats, i, mg_entropy_nats(here, vocab));
        add(job, MG_DISTANCE_top1, i, here[top]);
        *farthest = fmax(*farthest, forget);
        if (i + 1 < run) {
            const double *next = here + vocab;

            add(job, MG_DISTANCE_tv_next, i, mg_tv(here, next, vocab));
            add(job, MG_DISTANCE_js_next, i, mg_js_nats(here, next, vocab));
            add(job, MG_DISTANCE_same_argmax, i, top == mg_argmax(next, vocab) ? 1.0 : 0.0);
        }
    }
}

/*
 * TV of all pairs, over `count` values from v on: each position against all later ones at once,
 * value by value, which the compiler turns into vector code (the sum over values keeps its order).
 */
static void add_values(const struct job *job, const double *q, size_t v, size_t count)
{
    const size_t run = job->curves->run;
    const size_t vocab = job->curves->vocab;

    for (size_t j = 0; j < run; j++) {
        for (size_t k = 0; k < count; k++) {
            job->by_value[k * run + j] = q[j * vocab + v + k];
        }
    }
    for (size_t i = 0; i < run; i++) {
        double *tv = job->tv + i * run;

        for (size_t k = 0; k < count; k++) {
            const double *there = job->by_value + k * run;
            const double here = there[i];

            for (size_t j = i + 1; j < run; j++) {
                tv[j] += 0.5 * fabs(here - there[j]);
            }
        }
    }
}

/* What two positions say together. */
static void take_pairs(const struct job *job, const double *q)
{
    struct mg_distance_curves *curves = job->curves;
    const size_t run = curves->run;
    const size_t *distance = curves->distance;

    memset(job->tv, 0, run * run * sizeof(*job->tv));
    for (size_t v = 0; v < curves->vocab; v += VALUES) {
        add_values(job, q, v, curves->vocab - v < VALUES ? curves->vocab - v : VALUES);
    }
    for (size_t i = 0; i < run; i++) {
        for (size_t j = i + 1; j < run; j++) {
            const size_t near = distance[i] < distance[j] ? distance[i] : distance[j];
            const double tv = job->tv[i * run + j];

            curves->pair[i * run + j] += tv / (double)curves->contexts;
            curves->pair[j * run + i] = curves->pair[i * run + j];
            job->pair_max[near] = tv > job->pair_max[near] ? tv : job->pair_max[near];
        }
    }
}

void mg_distance_curves_take(struct mg_distance_curves *curves, const double *q)
{
    const size_t run = curves->run;
    struct job job = {.curves = curves, .mean = curves->scratch};

    job.pair_max = job.mean + curves->vocab;
    job.forget_max = job.pair_max + run + 1;
    job.tv = job.forget_max + run + 1;
    job.by_value = job.tv + run * run;
    for (size_t d = 0; d <= run; d++) {
        job.pair_max[d] = 0.0;
        job.forget_max[d] = 0.0;
    }
    take_positions(&job, q);
    take_pairs(&job, q);
    for (size_t d = run; d-- > 0;) { /* now: as far or farther */
        job.pair_max[d] = fmax(job.pair_max[d], job.pair_max[d + 1]);
        job.forget_max[d] = fmax(job.forget_max[d], job.forget_max[d + 1]);
    }
    for (size_t i = 0; i < run; i++) {
        add(&job, MG_DISTANCE_tv_window_max, i, job.pair_max[curves->distance[i]]);
        add(&job, MG_DISTANCE_tv_unconditional_max, i, job.forget_max[curves->distance[i]]);
    }
}

/* All pairs of contexts: they are independent draws, so the mean over pairs is unbiased. */
void mg_distance_curves_compare(struct mg_distance_curves *curves, const double *probs,
                                size_t first, size_t width)
{
    const size_t vocab = curves->vocab;
    const size_t cells = width * vocab;
    const double pairs = 0.5 * (double)curves->contexts * (double)(curves->contexts - 1);
    double *mean = curves->value + (size_t)MG_DISTANCE_sensitivity_tv * curves->run + first;
    double *largest = curves->value + (size_t)MG_DISTANCE_sensitivity_max * curves->run + first;

    assert(first + width <= curves->run);
    for (size_t c = 0; c < curves->contexts; c++) {
        for (size_t other = c + 1; other < curves->contexts; other++) {
            for (size_t i = 0; i < width; i++) {
                const double tv =
                    mg_tv(probs + c * cells + i * vocab, probs + other * cells + i * vocab, vocab);

                mean[i] += tv / pairs;
                largest[i] = fmax(largest[i], tv);
            }
        }
    }
}

struct mg_distance_curves *mg_distance_curves_new(const double *unconditional,
                                                  const size_t *distance, size_t contexts,
                                                  size_t run, size_t vocab)
{
    struct mg_distance_curves *curves = calloc(1, sizeof(*curves));

    assert(contexts >= 1);
    assert(run >= 1);
    assert(curves != NULL);
    *curves = (struct mg_distance_curves){
        .unconditional = unconditional,
        .distance = distance,
        .contexts = contexts,
        .run = run,
        .vocab = vocab,
        .value = calloc((size_t)MG_DISTANCE_COUNT * run, sizeof(double)),
        .pair = calloc(run * run, sizeof(double)),
        .scratch = calloc(vocab + 2 * (run + 1) + run * run + VALUES * run, sizeof(double))};
    assert(curves->value != NULL);
    assert(curves->pair != NULL);
    assert(curves->scratch != NULL);
    return curves;
}

void mg_distance_curves_free(struct mg_distance_curves *curves)
{
    if (curves != NULL) {
        free(curves->scratch);
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

/* law_monte_carlo.c - a sampler's error from sequences drawn from the source; see law_estimate.h.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/diffusion/grow.h"
#include "model/measure/law_estimate.h"
#include "model/measure/replay_draws.h"
#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"

struct sums {
    const struct mg_source *source;
    const struct mg_sampler *sampler;
    int *row;           /* (L) a context after a step */
    double *tempered;   /* (R, L, V) the answer's parts at the sampler's temperature */
    double *mean;       /* (L, V) their mean */
    double *log_mass;   /* (draws) of each draw's context under the source */
    double *path_nats;  /* (draws) log mu(x) / path(x), the model part exact in each context */
    double *model_nats; /* (draws) the model part of it */
    double calls;
    bool by_chance;                   /* a draw has met a choice */
    struct mg_law_estimate *estimate; /* steps are sums until the end */
    size_t capacity;                  /* of its steps */
};

static void add_step(void *ctx, const struct mg_reveal *reveal)
{
    struct sums *sums = ctx;
    const size_t vocab = sums->source->vocab;
    struct mg_law_estimate *estimate = sums->estimate;
    double correlation = -sums->log_mass[reveal->draw];
    double model = 0.0;
    double log_product = 0.0;

    mg_step_law_temper(sums->tempered, reveal->answer, reveal->context, sums->sampler->temperature);
    mg_mix_parts(sums->mean, reveal->answer->weights, sums->tempered, reveal->answer->components,
                 sums->source->length * vocab);
    for (size_t i = 0; i < sums->source->length; i++) {
        sums->row[i] = reveal->context[i];
    }
    for (size_t i = 0; i < reveal->n_set; i++) {
        const size_t at = reveal->set[i];
        const double *truth = reveal->truth + at * vocab;

        model += mg_kl_nats(truth, sums->mean + at * vocab, vocab);
        log_product += log(sums->mean[at * vocab + (size_t)reveal->tokens[at]]);
        correlation -= log(truth[reveal->tokens[at]]);
        sums->row[at] = reveal->tokens[at];
    }
    sums->log_mass[reveal->draw] = mg_source_log_mass(sums->source, sums->row);
    correlation += sums->log_mass[reveal->draw];
    if (reveal->answer->components > 1 && isfinite(log_product)) { /* see factorization in law.h */
        correlation -= mg_step_law_log_joint(-log_product, reveal->answer, sums->tempered,
                                             reveal->set, reveal->n_set, reveal->tokens);
    }
    if (reveal->step == estimate->n_steps) {
        estimate->steps = mg_grow(estimate->steps, &sums->capacity, estimate->n_steps + 1,
                                  sizeof(estimate->steps[0]));
        estimate->steps[estimate->n_steps++] = (struct mg_law_step){0};
    }
    estimate->steps[reveal->step].factorization_nats += correlation;
    estimate->steps[reveal->step].model_nats += model;
    sums->path_nats[reveal->draw] += correlation + model;
    sums->model_nats[reveal->draw] += model;
    sums->calls += 1.0;
    sums->by_chance = sums->by_chance || reveal->by_chance;
}

/* Of the mean of values (n); NaN where one is not finite. */
static double standard_error(const double *values, size_t n)
{
    struct mg_moments moments = {0};

    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) {
            return (double)NAN;
        }
        mg_moments_add(&moments, values[i]);
    }
    return mg_moments_sd(&moments) / sqrt((double)n);
}

static void finish(struct sums *sums, size_t draws)
{
    struct mg_law_estimate *estimate = sums->estimate;
    const double n = (double)draws;

    estimate->kind = sums->by_chance ? "path_bound" : "monte_carlo";
    estimate->nfe = sums->calls / n;
    estimate->order_nats = sums->by_chance ? (double)NAN : 0.0;
    for (size_t t = 0; t < estimate->n_steps; t++) {
        struct mg_law_step *step = &estimate->steps[t];

        step->factorization_nats /= n;
        step->model_nats /= n;
        step->order_nats = estimate->order_nats;
        estimate->factorization_nats += step->factorization_nats;
        estimate->model_nats += step->model_nats;
    }
    estimate->kl_nats = estimate->factorization_nats + estimate->model_nats;
    estimate->kl_se_nats = standard_error(sums->path_nats, draws);
    estimate->model_se_nats = standard_error(sums->model_nats, draws);
}

enum mg_status mg_law_monte_carlo(struct mg_law_estimate **estimate, struct mg_predictor *predictor,
                                  const struct mg_source *source, const struct mg_sampler *sampler,
                                  size_t draws, struct mg_stream stream, struct mg_error *err)
{
    const size_t cells = source->length * source->vocab;
    struct sums sums = {.source = source,
                        .sampler = sampler,
                        .row = mg_allocate(source->length, sizeof(int)),
                        .tempered =
                            mg_allocate(mg_predictor_components(predictor) * cells, sizeof(double)),
                        .mean = mg_allocate(cells, sizeof(double)),
                        .log_mass = mg_allocate(draws, sizeof(double)),
                        .path_nats = mg_allocate(draws, sizeof(double)),
                        .model_nats = mg_allocate(draws, sizeof(double)),
                        .estimate = mg_allocate(1, sizeof(struct mg_law_estimate))};
    enum mg_status status;

    assert(draws >= 2);
    assert(!sampler->order->looks_at_drawn);
    status = mg_draws_replay(predictor, source, sampler, draws, stream, add_step, &sums, err);
    if (status == MG_OK) {
        finish(&sums, draws);
        *estimate = sums.estimate;
    } else {
        mg_law_estimate_free(sums.estimate);
        *estimate = NULL;
    }
    free(sums.model_nats);
    free(sums.path_nats);
    free(sums.log_mass);
    free(sums.mean);
    free(sums.tempered);
    free(sums.row);
    return status;
}

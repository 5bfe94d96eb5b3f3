/* law_monte_carlo.c - a sampler's error from sequences drawn from the source; see law_estimate.h.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/diffusion/contexts.h"
#include "model/diffusion/grow.h"
#include "model/diffusion/sampler.h"
#include "model/measure/law_estimate.h"
#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"

enum {
    DRAWS_AT_ONCE = 1024,
    PROBABILITIES_MAX = 1024 * 1024 /* numbers of one prediction: 8 MiB */
};

/* One sequence under way. */
struct draw {
    struct mg_rng rng;
    size_t context;   /* number of its context among those of the batch */
    double log_mass;  /* of its context under the source */
    double path_nats; /* log mu(x) / path(x) so far, model part exact in each context */
    size_t nfe;
};

struct replay {
    struct mg_predictor *predictor;
    const struct mg_source *source;
    const struct mg_sampler *sampler;
    size_t length;
    size_t vocab;
    int *tokens; /* (DRAWS_AT_ONCE, L) drawn from the source */
    int *rows;   /* (DRAWS_AT_ONCE, L) what is revealed of them */
    struct draw *draws;
    struct mg_contexts *contexts;
    size_t rows_max;          /* contexts of one prediction */
    double *probs;            /* (rows_max, L, V) the predictor's */
    double *truth;            /* (rows_max, L, V) the source's; probs when that is the same */
    double *tempered;         /* (V) */
    struct mg_selection pick; /* arrays of L */
    struct mg_law_estimate *estimate;
    size_t capacity;      /* of estimate->steps, whose fields are sums until the end */
    struct mg_moments kl; /* over draws */
    double calls;
    bool by_chance; /* a draw has met a choice */
};

static void replay_init(struct replay *replay, struct mg_predictor *predictor,
                        const struct mg_source *source, const struct mg_sampler *sampler)
{
    const size_t length = source->length;
    const size_t row = length * source->vocab;
    const size_t fits = PROBABILITIES_MAX / row;

    *replay = (struct replay){.predictor = predictor,
                              .source = source,
                              .sampler = sampler,
                              .length = length,
                              .vocab = source->vocab,
                              .contexts = mg_contexts_new(length)};
    replay->rows_max = fits < 1 ? 1 : fits > DRAWS_AT_ONCE ? DRAWS_AT_ONCE : fits;
    replay->tokens = mg_allocate(DRAWS_AT_ONCE * length, sizeof(int));
    replay->rows = mg_allocate(DRAWS_AT_ONCE * length, sizeof(int));
    replay->draws = mg_allocate(DRAWS_AT_ONCE, sizeof(struct draw));
    replay->probs = mg_allocate(replay->rows_max * row, sizeof(double));
    replay->truth = mg_predictor_is_oracle(predictor, source)
                        ? replay->probs
                        : mg_allocate(replay->rows_max * row, sizeof(double));
    replay->tempered = mg_allocate(source->vocab, sizeof(double));
    replay->pick.sure = mg_allocate(length, sizeof(size_t));
    replay->pick.pool = mg_allocate(length, sizeof(size_t));
    replay->estimate = mg_allocate(1, sizeof(*replay->estimate));
}

/* All but the estimate. */
static void replay_release(struct replay *replay)
{
    free(replay->pick.pool);
    free(replay->pick.sure);
    free(replay->tempered);
    if (replay->truth != replay->probs) {
        free(replay->truth);
    }
    free(replay->probs);
    free(replay->draws);
    free(replay->rows);
    free(replay->tokens);
    mg_contexts_free(replay->contexts);
}

/* Let the rule choose; what it leaves to chance is drawn. The positions end up in pick->sure. */
static void choose(struct replay *replay, struct mg_rng *rng, const int *row, const double *probs)
{
    struct mg_selection *pick = &replay->pick;
    const struct mg_order_view view = {.sampler = replay->sampler,
                                       .length = replay->length,
                                       .vocab = replay->vocab,
                                       .context = row,
                                       .probs = probs};

    mg_order_select(pick, &view);
    replay->by_chance = replay->by_chance || pick->n_pool > 0;
    for (size_t i = 0, left = pick->take; i < pick->n_pool && left > 0; i++) {
        if (mg_rng_below(rng, (uint32_t)(pick->n_pool - i)) < left) {
            pick->sure[pick->n_sure++] = pick->pool[i];
            left--;
        }
    }
}

/* One step of one draw. */
static void reveal(struct replay *replay, size_t d, const double *probs, const double *truth,
                   struct mg_law_step *step)
{
    const size_t vocab = replay->vocab;
    const int *tokens = replay->tokens + d * replay->length;
    int *row = replay->rows + d * replay->length;
    struct draw *draw = &replay->draws[d];
    double correlation = -draw->log_mass;
    double model = 0.0;

    choose(replay, &draw->rng, row, probs);
    for (size_t i = 0; i < replay->pick.n_sure; i++) {
        const size_t at = replay->pick.sure[i];

        mg_temper(replay->tempered, probs + at * vocab, vocab, replay->sampler->temperature);
        model += mg_kl_nats(truth + at * vocab, replay->tempered, vocab);
        correlation -= log(truth[at * vocab + (size_t)tokens[at]]);
        row[at] = tokens[at];
    }
    draw->log_mass = mg_source_log_mass(replay->source, row);
    correlation += draw->log_mass;
    draw->path_nats += correlation + model;
    draw->nfe++;
    step->factorization_nats += correlation;
    step->model_nats += model;
}

static bool all_finite(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) {
            return false;
        }
    }
    return true;
}

/* Step `step` of those draws whose contexts are number `from` and up to rows_max after it. */
static enum mg_status take_step(struct replay *replay, const size_t *active, size_t n, size_t from,
                                size_t step, struct mg_error *err)
{
    const size_t cells = replay->length * replay->vocab;
    const size_t count = mg_contexts_count(replay->contexts) - from;
    const size_t some = count < replay->rows_max ? count : replay->rows_max;
    const int *rows = mg_contexts_rows(replay->contexts, from);

    mg_predict(replay->predictor, replay->probs, NULL, rows, some);
    if (!all_finite(replay->probs, some * cells)) {
        return mg_fail(err, MG_NO, "law: the predictor's probabilities are not finite");
    }
    for (size_t k = 0; k < some && replay->truth != replay->probs; k++) {
        const bool possible = mg_source_conditionals(replay->source, rows + k * replay->length,
                                                     replay->truth + k * cells);

        assert(possible);
    }
    for (size_t i = 0; i < n; i++) {
        const size_t context = replay->draws[active[i]].context;

        if (context >= from && context < from + some) {
            reveal(replay, active[i], replay->probs + (context - from) * cells,
                   replay->truth + (context - from) * cells, &replay->estimate->steps[step]);
        }
    }
    return MG_OK;
}

/* Draws that have a mask, with the numbers of their contexts; active (n) out. */
static size_t list_active(struct replay *replay, size_t *active, size_t n)
{
    size_t some = 0;

    mg_contexts_clear(replay->contexts);
    for (size_t d = 0; d < n; d++) {
        const int *row = replay->rows + d * replay->length;
        size_t i = 0;

        while (i < replay->length && row[i] != MG_MASK) {
            i++;
        }
        if (i < replay->length) {
            replay->draws[d].context = mg_contexts_add(replay->contexts, row, NULL);
            active[some++] = d;
        }
    }
    return some;
}

/* Replay n draws, the first of them number `first`. */
static enum mg_status replay_some(struct replay *replay, size_t first, size_t n,
                                  struct mg_stream stream, struct mg_error *err)
{
    struct mg_law_estimate *estimate = replay->estimate;
    size_t *active = mg_allocate(n, sizeof(active[0]));
    enum mg_status status = MG_OK;
    size_t some;

    for (size_t d = 0; d < n; d++) {
        replay->draws[d] = (struct draw){.rng = mg_rng_at(stream, first + d, 0)};
        mg_source_draw(replay->source, &replay->draws[d].rng, replay->tokens + d * replay->length);
        for (size_t i = 0; i < replay->length; i++) {
            replay->rows[d * replay->length + i] = MG_MASK;
        }
    }
    some = list_active(replay, active, n);
    for (size_t step = 0; some > 0 && status == MG_OK; step++) {
        if (step == estimate->n_steps) {
            estimate->steps =
                mg_grow(estimate->steps, &replay->capacity, step + 1, sizeof(estimate->steps[0]));
            estimate->steps[estimate->n_steps++] = (struct mg_law_step){0};
        }
        for (size_t from = 0; from < mg_contexts_count(replay->contexts) && status == MG_OK;
             from += replay->rows_max) {
            status = take_step(replay, active, some, from, step, err);
        }
        some = list_active(replay, active, n);
    }
    for (size_t d = 0; d < n; d++) {
        mg_moments_add(&replay->kl, replay->draws[d].path_nats);
        replay->calls += (double)replay->draws[d].nfe;
    }
    free(active);
    return status;
}

static void sum_up(struct replay *replay)
{
    struct mg_law_estimate *estimate = replay->estimate;
    const double n = (double)replay->kl.n;

    estimate->kind = replay->by_chance ? "path_bound" : "monte_carlo";
    estimate->nfe = replay->calls / n;
    estimate->order_nats = replay->by_chance ? (double)NAN : 0.0;
    for (size_t t = 0; t < estimate->n_steps; t++) {
        struct mg_law_step *step = &estimate->steps[t];

        step->factorization_nats /= n;
        step->model_nats /= n;
        step->order_nats = estimate->order_nats;
        estimate->factorization_nats += step->factorization_nats;
        estimate->model_nats += step->model_nats;
    }
    estimate->kl_nats = estimate->factorization_nats + estimate->model_nats;
    estimate->kl_se_nats =
        isfinite(estimate->kl_nats) ? mg_moments_sd(&replay->kl) / sqrt(n) : (double)NAN;
}

enum mg_status mg_law_monte_carlo(struct mg_law_estimate **estimate, struct mg_predictor *predictor,
                                  const struct mg_source *source, const struct mg_sampler *sampler,
                                  size_t draws, struct mg_stream stream, struct mg_error *err)
{
    struct replay replay;
    enum mg_status status = MG_OK;

    assert(draws >= 2);
    assert(!sampler->order->looks_at_drawn);
    replay_init(&replay, predictor, source, sampler);
    for (size_t first = 0; first < draws && status == MG_OK; first += DRAWS_AT_ONCE) {
        const size_t left = draws - first;

        status =
            replay_some(&replay, first, left < DRAWS_AT_ONCE ? left : DRAWS_AT_ONCE, stream, err);
    }
    if (status == MG_OK) {
        sum_up(&replay);
        *estimate = replay.estimate;
    } else {
        mg_law_estimate_free(replay.estimate);
        *estimate = NULL;
    }
    replay_release(&replay);
    return status;
}

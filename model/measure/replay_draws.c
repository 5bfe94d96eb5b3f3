/* replay_draws.c - see replay_draws.h. */
#include "model/measure/replay_draws.h"

#include <assert.h>
#include <stdlib.h>

#include "model/diffusion/contexts.h"
#include "model/diffusion/sampler.h"
#include "model/numeric/arena.h"

enum {
    DRAWS_AT_ONCE = 1024,
    PROBABILITIES_MAX = 1024 * 1024 /* numbers of one prediction: 8 MiB */
};

struct replay {
    struct mg_predictor *predictor;
    const struct mg_source *source;
    const struct mg_sampler *sampler;
    mg_reveal_visitor *visit;
    void *ctx;
    size_t length;
    size_t vocab;
    size_t first;        /* number of the first draw of the batch */
    int *tokens;         /* (DRAWS_AT_ONCE, L) drawn from the source */
    int *rows;           /* (DRAWS_AT_ONCE, L) what is revealed of them */
    struct mg_rng *rngs; /* (DRAWS_AT_ONCE) */
    size_t *context_of;  /* (DRAWS_AT_ONCE) number of a draw's context */
    size_t *active;      /* (DRAWS_AT_ONCE) draws that have a mask */
    struct mg_contexts *contexts;
    size_t rows_max;             /* contexts of one prediction */
    struct mg_step_laws answers; /* to rows_max contexts */
    double *truth;            /* (rows_max, L, V) the source's; the answers' probs when that is the
                                 same, NULL when unknown */
    double *tempered;         /* (V) */
    double *drawn;            /* (L) LLaDA's rule: probability of the token drawn */
    struct mg_selection pick; /* arrays of L */
};

static void replay_init(struct replay *replay)
{
    const size_t length = replay->source->length;
    const size_t row = length * replay->source->vocab;
    const size_t fits = PROBABILITIES_MAX / row / mg_predictor_components(replay->predictor);

    replay->length = length;
    replay->vocab = replay->source->vocab;
    replay->contexts = mg_contexts_new(length);
    replay->rows_max = fits < 1 ? 1 : fits > DRAWS_AT_ONCE ? DRAWS_AT_ONCE : fits;
    replay->tokens = mg_allocate(DRAWS_AT_ONCE * length, sizeof(int));
    replay->rows = mg_allocate(DRAWS_AT_ONCE * length, sizeof(int));
    replay->rngs = mg_allocate(DRAWS_AT_ONCE, sizeof(struct mg_rng));
    replay->context_of = mg_allocate(DRAWS_AT_ONCE, sizeof(size_t));
    replay->active = mg_allocate(DRAWS_AT_ONCE, sizeof(size_t));
    mg_step_laws_init(&replay->answers, replay->predictor, replay->rows_max);
    if (mg_predictor_is_oracle(replay->predictor, replay->source)) {
        replay->truth = replay->answers.probs;
    } else if (mg_source_has_oracle(replay->source)) {
        replay->truth = mg_allocate(replay->rows_max * row, sizeof(double));
    }
    replay->tempered = mg_allocate(replay->vocab, sizeof(double));
    replay->drawn = mg_allocate(length, sizeof(double));
    replay->pick.sure = mg_allocate(length, sizeof(size_t));
    replay->pick.pool = mg_allocate(length, sizeof(size_t));
}

static void replay_release(struct replay *replay)
{
    free(replay->pick.pool);
    free(replay->pick.sure);
    free(replay->drawn);
    free(replay->tempered);
    if (replay->truth != replay->answers.probs) {
        free(replay->truth);
    }
    mg_step_laws_release(&replay->answers);
    free(replay->active);
    free(replay->context_of);
    free(replay->rngs);
    free(replay->rows);
    free(replay->tokens);
    mg_contexts_free(replay->contexts);
}

/* Let the rule choose; what it leaves open is drawn. The positions end up in pick->sure. */
static bool choose(struct replay *replay, struct mg_rng *rng, const int *row,
                   const struct mg_step_law *answer)
{
    const bool draws_first = replay->sampler->order->looks_at_drawn;
    struct mg_selection *pick = &replay->pick;
    const struct mg_order_view view = {.sampler = replay->sampler,
                                       .length = replay->length,
                                       .vocab = replay->vocab,
                                       .context = row,
                                       .probs = answer->probs,
                                       .drawn = draws_first ? replay->drawn : NULL};
    const double *part = draws_first ? mg_step_law_draw(answer, rng) : NULL;
    bool by_chance;

    for (size_t i = 0; i < replay->length && draws_first; i++) {
        if (row[i] == MG_MASK) {
            mg_temper(replay->tempered, part + i * replay->vocab, replay->vocab,
                      replay->sampler->temperature);
            replay->drawn[i] =
                answer->probs[i * replay->vocab +
                              mg_rng_categorical(rng, replay->tempered, replay->vocab)];
        }
    }
    mg_order_select(pick, &view);
    by_chance = pick->n_pool > 0 || draws_first;
    for (size_t i = 0, left = pick->take; i < pick->n_pool && left > 0; i++) {
        if (mg_rng_below(rng, (uint32_t)(pick->n_pool - i)) < left) {
            pick->sure[pick->n_sure++] = pick->pool[i];
            left--;
        }
    }
    return by_chance;
}

/* One step of one draw of the batch. */
static void reveal(struct replay *replay, size_t d, size_t step, const struct mg_step_law *answer,
                   const double *truth)
{
    int *row = replay->rows + d * replay->length;
    struct mg_reveal reveal = {.draw = replay->first + d,
                               .step = step,
                               .tokens = replay->tokens + d * replay->length,
                               .context = row,
                               .set = replay->pick.sure,
                               .answer = answer,
                               .truth = truth};

    reveal.by_chance = choose(replay, &replay->rngs[d], row, answer);
    reveal.n_set = replay->pick.n_sure;
    replay->visit(replay->ctx, &reveal);
    for (size_t i = 0; i < reveal.n_set; i++) {
        row[reveal.set[i]] = reveal.tokens[reveal.set[i]];
    }
}

/* A step of the draws whose contexts are number `from` and up to rows_max after it. */
static enum mg_status take_step(struct replay *replay, size_t n, size_t from, size_t step,
                                struct mg_error *err)
{
    const size_t cells = replay->length * replay->vocab;
    const size_t count = mg_contexts_count(replay->contexts) - from;
    const size_t some = count < replay->rows_max ? count : replay->rows_max;
    const int *rows = mg_contexts_rows(replay->contexts, from);

    mg_step_laws_ask(&replay->answers, replay->predictor, rows, some);
    if (!mg_step_laws_finite(&replay->answers, some)) {
        return mg_fail(err, MG_NO, "%s: the predictor's probabilities are not finite",
                       replay->sampler->name);
    }
    for (size_t k = 0; k < some && replay->truth != NULL && replay->truth != replay->answers.probs;
         k++) {
        const bool possible = mg_source_conditionals(replay->source, rows + k * replay->length,
                                                     replay->truth + k * cells);

        assert(possible);
    }
    for (size_t i = 0; i < n; i++) {
        const size_t d = replay->active[i];
        const size_t context = replay->context_of[d];

        if (context >= from && context < from + some) {
            const struct mg_step_law answer = mg_step_laws_at(&replay->answers, context - from);

            reveal(replay, d, step, &answer,
                   replay->truth == NULL ? NULL : replay->truth + (context - from) * cells);
        }
    }
    return MG_OK;
}

/* List the draws of the batch that have a mask, and number their contexts. */
static size_t list_active(struct replay *replay, size_t n)
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
            replay->context_of[d] = mg_contexts_add(replay->contexts, row, NULL);
            replay->active[some++] = d;
        }
    }
    return some;
}

/* A batch of n draws from replay->first on. */
static enum mg_status replay_batch(struct replay *replay, size_t n, struct mg_stream stream,
                                   struct mg_error *err)
{
    enum mg_status status = MG_OK;
    size_t some;

    for (size_t d = 0; d < n; d++) {
        replay->rngs[d] = mg_rng_at(stream, replay->first + d, 0);
        mg_source_draw_held_out(replay->source, &replay->rngs[d],
                                replay->tokens + d * replay->length);
        for (size_t i = 0; i < replay->length; i++) {
            replay->rows[d * replay->length + i] = MG_MASK;
        }
    }
    some = list_active(replay, n);
    for (size_t step = 0; some > 0 && status == MG_OK; step++) {
        for (size_t from = 0; from < mg_contexts_count(replay->contexts) && status == MG_OK;
             from += replay->rows_max) {
            status = take_step(replay, some, from, step, err);
        }
        some = list_active(replay, n);
    }
    return status;
}

enum mg_status mg_draws_replay(struct mg_predictor *predictor, const struct mg_source *source,
                               const struct mg_sampler *sampler, size_t draws,
                               struct mg_stream stream, mg_reveal_visitor *visit, void *ctx,
                               struct mg_error *err)
{
    struct replay replay = {
        .predictor = predictor, .source = source, .sampler = sampler, .visit = visit, .ctx = ctx};
    enum mg_status status = MG_OK;

    replay_init(&replay);
    for (; replay.first < draws && status == MG_OK; replay.first += DRAWS_AT_ONCE) {
        const size_t left = draws - replay.first;

        status = replay_batch(&replay, left < DRAWS_AT_ONCE ? left : DRAWS_AT_ONCE, stream, err);
    }
    replay_release(&replay);
    return status;
}

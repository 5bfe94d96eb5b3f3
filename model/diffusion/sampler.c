/* sampler.c - see sampler.h. */
#include "model/diffusion/sampler.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/diffusion/contexts.h"
#include "model/diffusion/corrector.h"
#include "model/diffusion/draft.h"
#include "model/diffusion/step_law.h"
#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"
#include "model/predictor/steered.h"

enum {
    ROWS_MAX = 4096,                    /* rows of one prediction */
    PROBABILITIES_MAX = 4 * 1024 * 1024 /* numbers of one prediction: 32 MiB */
};

/* Working memory of one call, and what each draw carries from step to step. */
struct run {
    struct mg_predictor *predictor;
    const struct mg_sampler *sampler;
    bool *prompt;        /* (n, L) true where the row started with a token */
    struct mg_rng *rngs; /* (n) */
    struct mg_contexts *contexts;
    size_t rows_max;             /* rows of one prediction */
    struct mg_step_laws answers; /* to rows_max contexts */
    size_t *active;              /* (n) draws that have a mask */
    size_t *context_of;          /* (rows_max) number of an active draw's context */
    double *tempered;            /* (V) */
    double *drawn;               /* (L) confidence of the token drawn first (low_confidence) */
    int *token;                  /* (L) that token */
    struct mg_selection pick;    /* arrays of L */
};

void mg_temper(double *q, const double *p, size_t vocab, double temperature)
{
    size_t best;
    double total = 0.0;

    assert(temperature >= 0.0);
    if (temperature == 1.0) {
        memcpy(q, p, vocab * sizeof(q[0]));
        return;
    }
    best = mg_argmax(p, vocab);
    for (size_t v = 0; v < vocab; v++) {
        if (temperature == 0.0) {
            q[v] = v == best ? 1.0 : 0.0;
        } else {
            q[v] = p[v] > 0.0 ? exp(log(p[v] / p[best]) / temperature) : 0.0;
        }
        total += q[v];
    }
    for (size_t v = 0; v < vocab; v++) {
        q[v] /= total;
    }
}

struct mg_predictor *mg_sampler_hear(struct mg_predictor **steered, struct mg_predictor *predictor,
                                     const struct mg_sampler *sampler, const int *prompt)
{
    const struct mg_steering steering = {.guidance = sampler->guidance,
                                         .prompt = prompt,
                                         .forbid = sampler->forbid,
                                         .n_forbid = sampler->n_forbid};

    *steered = sampler->guidance > 0.0 || sampler->n_forbid > 0
                   ? mg_steered_new(predictor, &steering)
                   : NULL;
    return *steered == NULL ? predictor : *steered;
}

size_t mg_sampler_calls(const struct mg_sampler *sampler)
{
    return sampler->guidance > 0.0 ? 2 : 1;
}

static void run_init(struct run *run, struct mg_predictor *predictor,
                     const struct mg_sampler *sampler, const int *tokens, size_t n)
{
    const size_t length = predictor->length;
    const size_t R = mg_predictor_components(predictor);
    const size_t fits = PROBABILITIES_MAX / (R * length * predictor->vocab);
    const size_t limit = fits < 1 ? 1 : fits > ROWS_MAX ? ROWS_MAX : fits;

    *run = (struct run){.predictor = predictor, .sampler = sampler};
    run->rows_max = n < limit ? n : limit;
    run->prompt = mg_allocate(n * length, sizeof(run->prompt[0]));
    for (size_t i = 0; i < n * length; i++) {
        run->prompt[i] = tokens[i] != MG_MASK;
    }
    run->rngs = mg_allocate(n, sizeof(run->rngs[0]));
    run->contexts = mg_contexts_new(length);
    mg_step_laws_init(&run->answers, predictor, run->rows_max);
    run->active = mg_allocate(n, sizeof(run->active[0]));
    run->context_of = mg_allocate(run->rows_max, sizeof(run->context_of[0]));
    run->tempered = mg_allocate(predictor->vocab, sizeof(run->tempered[0]));
    run->drawn = mg_allocate(length, sizeof(run->drawn[0]));
    run->token = mg_allocate(length, sizeof(run->token[0]));
    run->pick.sure = mg_allocate(length, sizeof(run->pick.sure[0]));
    run->pick.pool = mg_allocate(length, sizeof(run->pick.pool[0]));
}

static void run_release(struct run *run)
{
    free(run->pick.pool);
    free(run->pick.sure);
    free(run->token);
    free(run->drawn);
    free(run->tempered);
    free(run->context_of);
    free(run->active);
    mg_step_laws_release(&run->answers);
    mg_contexts_free(run->contexts);
    free(run->rngs);
    free(run->prompt);
}

static int draw_token(struct run *run, const double *p, struct mg_rng *rng)
{
    mg_temper(run->tempered, p, run->predictor->vocab, run->sampler->temperature);
    return (int)mg_rng_categorical(rng, run->tempered, run->predictor->vocab);
}

/* One reverse step of one draw: a component, positions, their tokens. */
static void reveal(int *tokens, int *step_of, struct run *run, const struct mg_step_law *answer,
                   size_t d, size_t step)
{
    const size_t length = run->predictor->length;
    const size_t vocab = run->predictor->vocab;
    const bool draws_first = run->sampler->order->looks_at_drawn;
    struct mg_selection *pick = &run->pick;
    struct mg_rng *rng = &run->rngs[d];
    const double *part = mg_step_law_draw(answer, rng);
    const struct mg_order_view view = {.sampler = run->sampler,
                                       .length = length,
                                       .vocab = vocab,
                                       .context = tokens,
                                       .prompt = run->prompt + d * length,
                                       .probs = answer->probs,
                                       .drawn = draws_first ? run->drawn : NULL};

    for (size_t i = 0; i < length && draws_first; i++) {
        if (tokens[i] == MG_MASK) {
            run->token[i] = draw_token(run, part + i * vocab, rng);
            mg_order_confidence(run->tempered, answer->probs + i * vocab, vocab, run->sampler);
            run->drawn[i] = run->tempered[run->token[i]];
        }
    }
    mg_order_select(pick, &view);
    for (size_t i = 0, left = pick->take; i < pick->n_pool && left > 0; i++) {
        if (mg_rng_below(rng, (uint32_t)(pick->n_pool - i)) < left) {
            pick->sure[pick->n_sure++] = pick->pool[i];
            left--;
        }
    }
    for (size_t i = 0; i < pick->n_sure; i++) {
        const size_t at = pick->sure[i];

        tokens[at] = draws_first ? run->token[at] : draw_token(run, part + at * vocab, rng);
        if (step_of != NULL) {
            step_of[at] = (int)step;
        }
    }
}

/* Predict the distinct contexts of these draws at once and reveal in each. */
static void reveal_all(int *tokens, int *step_of, struct run *run, const size_t *draws, size_t n,
                       size_t step)
{
    const size_t length = run->predictor->length;

    mg_contexts_clear(run->contexts);
    for (size_t i = 0; i < n; i++) {
        run->context_of[i] = mg_contexts_add(run->contexts, tokens + draws[i] * length, NULL);
    }
    mg_step_laws_ask(&run->answers, run->predictor, mg_contexts_rows(run->contexts, 0),
                     mg_contexts_count(run->contexts));
    for (size_t i = 0; i < n; i++) {
        const size_t d = draws[i];
        const struct mg_step_law answer = mg_step_laws_at(&run->answers, run->context_of[i]);

        reveal(tokens + d * length, step_of == NULL ? NULL : step_of + d * length, run, &answer, d,
               step);
    }
}

static bool has_mask(const int *tokens, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (tokens[i] == MG_MASK) {
            return true;
        }
    }
    return false;
}

/* List the draws that still have a mask; each needs another prediction. */
static size_t find_active(struct run *run, size_t *nfe, const int *tokens, size_t n)
{
    size_t active = 0;

    for (size_t d = 0; d < n; d++) {
        if (has_mask(tokens + d * run->predictor->length, run->predictor->length)) {
            run->active[active++] = d;
            if (nfe != NULL) {
                nfe[d]++;
            }
        }
    }
    return active;
}

/* The reverse process by the sampler's order. */
static void sample_by_order(int *tokens, int *step_of, size_t *nfe, struct mg_predictor *predictor,
                            const struct mg_sampler *sampler, size_t n, struct mg_stream stream,
                            size_t first_draw)
{
    struct run run;
    size_t active;

    run_init(&run, predictor, sampler, tokens, n);
    for (size_t i = 0; i < n * predictor->length && step_of != NULL; i++) {
        step_of[i] = -1;
    }
    for (size_t d = 0; d < n; d++) {
        run.rngs[d] = mg_rng_at(stream, first_draw + d, 0);
        if (nfe != NULL) {
            nfe[d] = 0;
        }
    }
    active = find_active(&run, nfe, tokens, n);
    for (size_t step = 0; active > 0; step++) {
        for (size_t from = 0; from < active; from += run.rows_max) {
            const size_t some = active - from < run.rows_max ? active - from : run.rows_max;

            reveal_all(tokens, step_of, &run, run.active + from, some, step);
        }
        active = find_active(&run, nfe, tokens, n);
    }
    run_release(&run);
}

void mg_sample_rows(int *tokens, int *step_of, size_t *nfe, struct mg_predictor *predictor,
                    const struct mg_sampler *sampler, size_t n, struct mg_stream stream,
                    size_t first_draw)
{
    const enum mg_corrector_form form = mg_corrector_form(sampler);
    bool *given;

    if (n == 0) {
        return;
    }
    if (sampler->draft > 0) {
        mg_draft_rows(tokens, step_of, nfe, predictor, sampler, n, stream, first_draw);
        return;
    }
    if (form == MG_CORRECTOR_REMASK || form == MG_CORRECTOR_REMASK_DOUBT) {
        mg_remask_rows(tokens, step_of, nfe, predictor, sampler, n, stream, first_draw);
        return;
    }
    given = mg_allocate(n * predictor->length, sizeof(given[0]));
    for (size_t i = 0; i < n * predictor->length; i++) {
        given[i] = tokens[i] != MG_MASK;
    }
    sample_by_order(tokens, step_of, nfe, predictor, sampler, n, stream, first_draw);
    if (form == MG_CORRECTOR_SWEEP) {
        mg_sweep_rows(tokens, nfe, predictor, sampler, given, n, stream, first_draw);
    }
    free(given);
}

void mg_sample(int *tokens, int *step_of, size_t *nfe, struct mg_predictor *predictor,
               const struct mg_sampler *sampler, const int *prompt, size_t n,
               struct mg_stream stream, size_t first_draw)
{
    for (size_t d = 0; d < n; d++) {
        memcpy(tokens + d * predictor->length, prompt, predictor->length * sizeof(tokens[0]));
    }
    mg_sample_rows(tokens, step_of, nfe, predictor, sampler, n, stream, first_draw);
}

/* correct.c - drawing with second thoughts; see corrector.h. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/diffusion/contexts.h"
#include "model/diffusion/corrector.h"
#include "model/diffusion/sampler.h"
#include "model/diffusion/step_law.h"
#include "model/numeric/arena.h"

enum {
    ROWS_MAX = 1024,
    PROBABILITIES_MAX = 4 * 1024 * 1024 /* numbers of one prediction: 32 MiB */
};

/* Draws that go through the whole process together. */
struct chunk {
    struct mg_predictor *predictor;
    const struct mg_sampler *sampler;
    size_t length;
    size_t vocab;
    size_t rows_max;
    struct mg_contexts *contexts;
    struct mg_step_laws answers; /* to rows_max contexts */
    size_t *context_of;          /* (rows_max) */
    struct mg_rng *rngs;         /* (rows_max) */
    double *tempered;            /* (V) */
    double *certainty;           /* (rows_max, L) probability of each token when it was drawn */
    bool *given;                 /* (rows_max, L) */
    double *share;               /* (L) of the remasking under DOUBT */
};

static void chunk_init(struct chunk *chunk, struct mg_predictor *predictor,
                       const struct mg_sampler *sampler, size_t n)
{
    const size_t length = predictor->length;
    const size_t row = mg_predictor_components(predictor) * length * predictor->vocab;
    const size_t fits = PROBABILITIES_MAX / row;
    const size_t limit = fits < 1 ? 1 : fits > ROWS_MAX ? ROWS_MAX : fits;

    *chunk = (struct chunk){.predictor = predictor,
                            .sampler = sampler,
                            .length = length,
                            .vocab = predictor->vocab,
                            .rows_max = n < limit ? n : limit,
                            .contexts = mg_contexts_new(length)};
    mg_step_laws_init(&chunk->answers, predictor, chunk->rows_max);
    chunk->context_of = mg_allocate(chunk->rows_max, sizeof(size_t));
    chunk->rngs = mg_allocate(chunk->rows_max, sizeof(struct mg_rng));
    chunk->tempered = mg_allocate(predictor->vocab, sizeof(double));
    chunk->certainty = mg_allocate(chunk->rows_max * length, sizeof(double));
    chunk->given = mg_allocate(chunk->rows_max * length, sizeof(bool));
    chunk->share = mg_allocate(length, sizeof(double));
}

static void chunk_release(struct chunk *chunk)
{
    free(chunk->share);
    free(chunk->given);
    free(chunk->certainty);
    free(chunk->tempered);
    free(chunk->rngs);
    free(chunk->context_of);
    mg_step_laws_release(&chunk->answers);
    mg_contexts_free(chunk->contexts);
}

static bool has_mask(const int *row, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (row[i] == MG_MASK) {
            return true;
        }
    }
    return false;
}

/* Predict the distinct contexts of those of n rows that have a mask; nfe (n) counts, may be NULL.
 */
static void predict(struct chunk *chunk, const int *tokens, size_t *nfe, size_t n)
{
    mg_contexts_clear(chunk->contexts);
    for (size_t d = 0; d < n; d++) {
        const int *row = tokens + d * chunk->length;

        if (has_mask(row, chunk->length)) {
            chunk->context_of[d] = mg_contexts_add(chunk->contexts, row, NULL);
            if (nfe != NULL) {
                nfe[d]++;
            }
        }
    }
    if (mg_contexts_count(chunk->contexts) > 0) {
        mg_step_laws_ask(&chunk->answers, chunk->predictor, mg_contexts_rows(chunk->contexts, 0),
                         mg_contexts_count(chunk->contexts));
    }
}

/* A token of draw d from p (V). */
static int draw_token(struct chunk *chunk, size_t d, const double *p)
{
    mg_temper(chunk->tempered, p, chunk->vocab, chunk->sampler->temperature);
    return (int)mg_rng_categorical(&chunk->rngs[d], chunk->tempered, chunk->vocab);
}

/* share (L): how the remasking is divided over the revealed positions of a draw. */
static void fill_shares(struct chunk *chunk, size_t d, const int *row)
{
    const double *certainty = chunk->certainty + d * chunk->length;
    const bool *given = chunk->given + d * chunk->length;
    const bool by_doubt = chunk->sampler->corrector->form == MG_CORRECTOR_REMASK_DOUBT;
    double total = 0.0;

    for (size_t i = 0; i < chunk->length; i++) {
        chunk->share[i] = 0.0;
        if (row[i] != MG_MASK && !given[i]) {
            chunk->share[i] = by_doubt ? exp(-certainty[i]) : 1.0;
            total += chunk->share[i];
        }
    }
    for (size_t i = 0; i < chunk->length && by_doubt && total > 0.0; i++) {
        chunk->share[i] /= total;
    }
}

/* One step of draw d. */
static void remask_row(struct chunk *chunk, size_t d, int *row, int *step_of, size_t step)
{
    const struct mg_remask_rates rates = mg_remask_rates(chunk->sampler, step);
    struct mg_rng *rng = &chunk->rngs[d];
    const struct mg_step_law answer = mg_step_laws_at(&chunk->answers, chunk->context_of[d]);
    const double *part = has_mask(row, chunk->length) ? mg_step_law_draw(&answer, rng) : NULL;

    fill_shares(chunk, d, row);
    for (size_t i = 0; i < chunk->length; i++) {
        if (row[i] != MG_MASK) {
            if (mg_rng_uniform(rng) < rates.remask * chunk->share[i]) {
                row[i] = MG_MASK;
            }
        } else if (mg_rng_uniform(rng) < rates.reveal) {
            row[i] = draw_token(chunk, d, part + i * chunk->vocab);
            chunk->certainty[d * chunk->length + i] =
                answer.probs[i * chunk->vocab + (size_t)row[i]];
            if (step_of != NULL) {
                step_of[i] = (int)step;
            }
        }
    }
}

void mg_remask_rows(int *tokens, int *step_of, size_t *nfe, struct mg_predictor *predictor,
                    const struct mg_sampler *sampler, size_t n, struct mg_stream stream,
                    size_t first_draw)
{
    const size_t length = predictor->length;
    struct chunk chunk;

    assert(sampler->steps >= 1);
    chunk_init(&chunk, predictor, sampler, n);
    for (size_t i = 0; i < n * length && step_of != NULL; i++) {
        step_of[i] = -1;
    }
    for (size_t d = 0; d < n && nfe != NULL; d++) {
        nfe[d] = 0;
    }
    for (size_t from = 0; from < n; from += chunk.rows_max) {
        const size_t some = n - from < chunk.rows_max ? n - from : chunk.rows_max;
        int *rows = tokens + from * length;

        for (size_t d = 0; d < some; d++) {
            chunk.rngs[d] = mg_rng_at(stream, first_draw + from + d, 1);
        }
        for (size_t i = 0; i < some * length; i++) {
            chunk.given[i] = rows[i] != MG_MASK;
        }
        for (size_t step = 0; step < sampler->steps; step++) {
            predict(&chunk, rows, nfe == NULL ? NULL : nfe + from, some);
            for (size_t d = 0; d < some; d++) {
                remask_row(&chunk, d, rows + d * length,
                           step_of == NULL ? NULL : step_of + (from + d) * length, step);
            }
        }
    }
    chunk_release(&chunk);
}

void mg_sweep_rows(int *tokens, size_t *nfe, struct mg_predictor *predictor,
                   const struct mg_sampler *sampler, const bool *given, size_t n,
                   struct mg_stream stream, size_t first_draw)
{
    const size_t length = predictor->length;
    struct chunk chunk;

    chunk_init(&chunk, predictor, sampler, n);
    for (size_t from = 0; from < n; from += chunk.rows_max) {
        const size_t some = n - from < chunk.rows_max ? n - from : chunk.rows_max;
        int *rows = tokens + from * length;

        for (size_t d = 0; d < some; d++) {
            chunk.rngs[d] = mg_rng_at(stream, first_draw + from + d, 1);
        }
        for (size_t move = 0; move < sampler->sweeps * length; move++) {
            const size_t at = move % length;

            for (size_t d = 0; d < some; d++) {
                if (!given[(from + d) * length + at]) {
                    rows[d * length + at] = MG_MASK;
                }
            }
            predict(&chunk, rows, nfe == NULL ? NULL : nfe + from, some);
            for (size_t d = 0; d < some; d++) {
                if (rows[d * length + at] == MG_MASK) {
                    const struct mg_step_law answer =
                        mg_step_laws_at(&chunk.answers, chunk.context_of[d]);

                    rows[d * length + at] = draw_token(
                        &chunk, d, mg_step_law_draw(&answer, &chunk.rngs[d]) + at * chunk.vocab);
                }
            }
        }
    }
    chunk_release(&chunk);
}

/* draft.c - see draft.h. */
#include "model/diffusion/draft.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/diffusion/contexts.h"
#include "model/diffusion/sampler.h"
#include "model/numeric/arena.h"

enum {
    ROWS_MAX = 4096,                    /* rows of one prediction */
    PROBABILITIES_MAX = 4 * 1024 * 1024 /* numbers of one prediction: 32 MiB */
};

size_t mg_draft_order(size_t *sigma, bool *by_chance, const struct mg_sampler *sampler,
                      const int *row, size_t length, struct mg_rng *rng)
{
    int *context = mg_allocate(length, sizeof(context[0]));
    bool *given = mg_allocate(length, sizeof(given[0]));
    struct mg_selection pick = {.sure = mg_allocate(length, sizeof(size_t)),
                                .pool = mg_allocate(length, sizeof(size_t))};
    const struct mg_order_view view = {
        .sampler = sampler, .length = length, .context = context, .prompt = given};
    bool chance = false;
    size_t masked = 0;
    size_t n = 0;

    assert(!sampler->order->looks_at_probs && !sampler->order->looks_at_drawn);
    for (size_t i = 0; i < length; i++) {
        given[i] = row[i] != MG_MASK;
        context[i] = given[i] ? 0 : MG_MASK;
        masked += !given[i];
    }
    while (n < masked) {
        mg_order_select(&pick, &view);
        assert(pick.take <= 1);
        if (pick.n_pool > 0) {
            const uint32_t at = rng == NULL ? 0 : mg_rng_below(rng, (uint32_t)pick.n_pool);

            chance = true;
            pick.sure[pick.n_sure++] = pick.pool[at];
        }
        for (size_t i = 0; i < pick.n_sure; i++) {
            context[pick.sure[i]] = 0;
            sigma[n++] = pick.sure[i];
        }
    }
    if (by_chance != NULL) {
        *by_chance = chance;
    }
    free(pick.pool);
    free(pick.sure);
    free(given);
    free(context);
    return n;
}

size_t mg_draft_evaluated(const int *step_of, size_t length, size_t draft)
{
    int last = -1;
    size_t left = 0;
    size_t rows = 0;

    for (size_t i = 0; i < length; i++) {
        last = step_of[i] > last ? step_of[i] : last;
        left += step_of[i] >= 0;
    }
    for (int round = 0; round <= last; round++) {
        rows += left < draft ? left : draft;
        for (size_t i = 0; i < length; i++) {
            left -= step_of[i] == round;
        }
    }
    return rows;
}

/* A draw under way. */
struct draw {
    struct mg_rng rng;
    size_t *sigma; /* (L) */
    size_t n;      /* of sigma: masks at the start */
    size_t done;   /* revealed so far */
    size_t k;      /* drafted in this round */
    int *row;      /* (L) its tokens */
    double *q;     /* (draft, V) what each draft was drawn from */
    int *y;        /* (draft) the drafts */
};

/* Draws that decode together. */
struct chunk {
    struct mg_predictor *predictor;
    const struct mg_sampler *sampler;
    size_t capacity; /* draws */
    struct draw *draws;
    struct mg_contexts *contexts;
    double *probs;      /* (capacity * draft, L, V) */
    size_t *context_of; /* (capacity, draft) number of the context that answers for a draft */
    double *p;          /* (V) */
    int *row;           /* (L) */
};

static void chunk_init(struct chunk *chunk, struct mg_predictor *predictor,
                       const struct mg_sampler *sampler, size_t n)
{
    const size_t length = predictor->length;
    const size_t vocab = predictor->vocab;
    const size_t draft = sampler->draft;
    const size_t fits = PROBABILITIES_MAX / (length * vocab * draft);
    const size_t limit = fits < 1 ? 1 : fits > ROWS_MAX / draft ? ROWS_MAX / draft + 1 : fits;

    *chunk = (struct chunk){.predictor = predictor, .sampler = sampler};
    chunk->capacity = n < limit ? n : limit;
    chunk->draws = mg_allocate(chunk->capacity, sizeof(chunk->draws[0]));
    for (size_t d = 0; d < chunk->capacity; d++) {
        chunk->draws[d].sigma = mg_allocate(length, sizeof(size_t));
        chunk->draws[d].q = mg_allocate(draft * vocab, sizeof(double));
        chunk->draws[d].y = mg_allocate(draft, sizeof(int));
    }
    chunk->contexts = mg_contexts_new(length);
    chunk->probs = mg_allocate(chunk->capacity * draft * length * vocab, sizeof(double));
    chunk->context_of = mg_allocate(chunk->capacity * draft, sizeof(size_t));
    chunk->p = mg_allocate(vocab, sizeof(double));
    chunk->row = mg_allocate(length, sizeof(int));
}

static void chunk_release(struct chunk *chunk)
{
    free(chunk->row);
    free(chunk->p);
    free(chunk->context_of);
    free(chunk->probs);
    mg_contexts_free(chunk->contexts);
    for (size_t d = 0; d < chunk->capacity; d++) {
        free(chunk->draws[d].y);
        free(chunk->draws[d].q);
        free(chunk->draws[d].sigma);
    }
    free(chunk->draws);
}

/* q (V) out: what the predictor answered for draft j of draw d, at the sampler's temperature. */
static void answer(double *q, const struct chunk *chunk, size_t d, size_t j)
{
    const struct draw *draw = &chunk->draws[d];
    const size_t context = chunk->context_of[d * chunk->sampler->draft + j];
    const size_t cell = context * chunk->predictor->length + draw->sigma[draw->done + j];

    mg_temper(q, chunk->probs + cell * chunk->predictor->vocab, chunk->predictor->vocab,
              chunk->sampler->temperature);
}

static void predict(struct chunk *chunk)
{
    if (mg_contexts_count(chunk->contexts) > 0) {
        mg_predict(chunk->predictor, chunk->probs, NULL, mg_contexts_rows(chunk->contexts, 0),
                   mg_contexts_count(chunk->contexts));
    }
}

/* The first call of a round: q, and a draft of each of the next positions. */
static void draft_all(struct chunk *chunk, size_t n)
{
    const size_t draft = chunk->sampler->draft;
    const size_t vocab = chunk->predictor->vocab;

    mg_contexts_clear(chunk->contexts);
    for (size_t d = 0; d < n; d++) {
        struct draw *draw = &chunk->draws[d];
        const size_t left = draw->n - draw->done;
        size_t number;

        draw->k = left < draft ? left : draft;
        number = draw->k > 0 ? mg_contexts_add(chunk->contexts, draw->row, NULL) : 0;
        for (size_t j = 0; j < draw->k; j++) {
            chunk->context_of[d * draft + j] = number;
        }
    }
    predict(chunk);
    for (size_t d = 0; d < n; d++) {
        struct draw *draw = &chunk->draws[d];

        for (size_t j = 0; j < draw->k; j++) {
            answer(draw->q + j * vocab, chunk, d, j);
            draw->y[j] = (int)mg_rng_categorical(&draw->rng, draw->q + j * vocab, vocab);
        }
    }
}

/* The second: what each draft should have been drawn from, given the drafts before it. */
static void look_again(struct chunk *chunk, size_t n)
{
    mg_contexts_clear(chunk->contexts);
    for (size_t d = 0; d < n; d++) {
        struct draw *draw = &chunk->draws[d];

        memcpy(chunk->row, draw->row, chunk->predictor->length * sizeof(chunk->row[0]));
        for (size_t j = 1; j < draw->k; j++) {
            chunk->row[draw->sigma[draw->done + j - 1]] = draw->y[j - 1];
            chunk->context_of[d * chunk->sampler->draft + j] =
                mg_contexts_add(chunk->contexts, chunk->row, NULL);
        }
    }
    predict(chunk);
}

/* Accept y, drawn from q (V), as a draw from p (V), which is overwritten; or draw another. */
static int accept(bool *accepted, double *p, const double *q, int y, size_t vocab,
                  struct mg_rng *rng)
{
    double total = 0.0;

    *accepted = mg_rng_uniform(rng) * q[y] < p[y];
    if (*accepted) {
        return y;
    }
    for (size_t v = 0; v < vocab; v++) {
        p[v] = p[v] > q[v] ? p[v] - q[v] : 0.0;
        total += p[v];
    }
    /* Laws that differ by rounding alone may leave nothing. */
    return total > 0.0 ? (int)mg_rng_categorical(rng, p, vocab) : y;
}

/* Accept the drafts of a draw up to the first rejection; how many tokens that reveals. */
static size_t settle(struct chunk *chunk, size_t d)
{
    struct draw *draw = &chunk->draws[d];
    const size_t vocab = chunk->predictor->vocab;
    const size_t *at = draw->sigma + draw->done;
    bool accepted = true;
    size_t j = 0;

    for (; j < draw->k && accepted; j++) {
        draw->row[at[j]] = draw->y[j];
        if (j > 0) {
            answer(chunk->p, chunk, d, j);
            draw->row[at[j]] =
                accept(&accepted, chunk->p, draw->q + j * vocab, draw->y[j], vocab, &draw->rng);
        }
    }
    return j;
}

/* One round of n draws; how many of them still have a mask. */
static size_t round_of(struct chunk *chunk, int *step_of, size_t *nfe, size_t n, int round)
{
    size_t active = 0;

    draft_all(chunk, n);
    look_again(chunk, n);
    for (size_t d = 0; d < n; d++) {
        struct draw *draw = &chunk->draws[d];
        const size_t revealed = settle(chunk, d);

        for (size_t j = 0; j < revealed && step_of != NULL; j++) {
            step_of[d * chunk->predictor->length + draw->sigma[draw->done + j]] = round;
        }
        if (nfe != NULL) {
            nfe[d] += draw->k > 1 ? 2 : draw->k;
        }
        draw->done += revealed;
        active += draw->done < draw->n;
    }
    return active;
}

void mg_draft_rows(int *tokens, int *step_of, size_t *nfe, struct mg_predictor *predictor,
                   const struct mg_sampler *sampler, size_t n, struct mg_stream stream,
                   size_t first_draw)
{
    const size_t length = predictor->length;
    struct chunk chunk;

    assert(sampler->draft >= 1);
    chunk_init(&chunk, predictor, sampler, n);
    for (size_t i = 0; i < n * length && step_of != NULL; i++) {
        step_of[i] = -1;
    }
    for (size_t d = 0; d < n && nfe != NULL; d++) {
        nfe[d] = 0;
    }
    for (size_t from = 0; from < n; from += chunk.capacity) {
        const size_t some = n - from < chunk.capacity ? n - from : chunk.capacity;
        size_t active = some;

        for (size_t d = 0; d < some; d++) {
            struct draw *draw = &chunk.draws[d];

            draw->rng = mg_rng_at(stream, first_draw + from + d, 0);
            draw->row = tokens + (from + d) * length;
            draw->n = mg_draft_order(draw->sigma, NULL, sampler, draw->row, length, &draw->rng);
            draw->done = 0;
        }
        for (int round = 0; active > 0; round++) {
            active = round_of(&chunk, step_of == NULL ? NULL : step_of + from * length,
                              nfe == NULL ? NULL : nfe + from, some, round);
        }
    }
    chunk_release(&chunk);
}

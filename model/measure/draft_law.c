/* draft_law.c - see draft_law.h. */
#include "model/measure/draft_law.h"

#include <math.h>
#include <stdlib.h>

#include "model/diffusion/draft.h"
#include "model/diffusion/sampler.h"
#include "model/measure/contest.h"
#include "model/measure/space.h"
#include "model/numeric/arena.h"
#include "model/source/source.h"

enum { ROWS_AT_ONCE = 1024 };

static const double MOVES_MAX = 134217728.0; /* 2^27 */

struct rounds {
    const struct mg_sampler *sampler;
    struct mg_space space;
    size_t *masks;    /* (count) of each context */
    double *tempered; /* (count, L, V) read at masked positions */
    double *weight;   /* (count) probability that a round begins there, or decoding ends */
    size_t *sigma;    /* (L) the order, where it leaves nothing to chance */
    bool by_chance;
    size_t from; /* the context where the round at hand began */
    size_t k;    /* drafts of that round */
};

/* The order of an empty row, in a list of all masks; whether it is one of several. */
static bool list_order(size_t *sigma, const struct mg_sampler *sampler, size_t length)
{
    int *row = mg_allocate(length, sizeof(row[0]));
    bool by_chance;

    for (size_t i = 0; i < length; i++) {
        row[i] = MG_MASK;
    }
    (void)mg_draft_order(sigma, &by_chance, sampler, row, length, NULL);
    free(row);
    return by_chance;
}

/* Tokens tried in all rounds: from every context, every draft of up to k positions. */
static double count_moves(size_t length, size_t vocab, size_t draft, bool by_chance)
{
    const double V = (double)vocab;
    double moves = 0.0;

    for (size_t m = 1; m <= length; m++) {
        double contexts = pow(V, (double)(length - m));
        double tried = 1.0;

        contexts *= by_chance ? mg_choose(length, m) : 1.0;
        for (size_t j = 0; j < draft && j < m; j++) {
            tried *= V * (by_chance ? (double)(m - j) : 1.0);
            moves += contexts * tried;
        }
    }
    return moves;
}

enum mg_status mg_draft_law_check(const struct mg_sampler *sampler, size_t length, size_t vocab,
                                  struct mg_error *err)
{
    const bool fits = mg_space_fits(length, vocab);
    size_t *sigma = mg_allocate(length, sizeof(sigma[0]));
    const double moves =
        count_moves(length, vocab, sampler->draft, list_order(sigma, sampler, length));

    free(sigma);
    if (!fits || !(moves <= MOVES_MAX)) {
        return mg_fail(err, MG_EUSAGE,
                       "law of %s: drafts on %.4g contexts in %.4g moves are too many to enumerate "
                       "(limits 1e5 and %.4g); measure its samples, or the law of the same order "
                       "one position a step, which is the same",
                       sampler->name, mg_space_size(length, vocab), moves, MOVES_MAX);
    }
    return MG_OK;
}

static void try_next(struct rounds *rounds, size_t number, size_t j, double weight);

/* Draft j of a round stands at this position: each token accepted, or replaced by another. */
static void try_position(struct rounds *rounds, size_t number, size_t j, size_t position,
                         double weight)
{
    const struct mg_space *space = &rounds->space;
    const size_t length = space->length;
    const size_t vocab = space->vocab;
    const double *q = rounds->tempered + (rounds->from * length + position) * vocab;
    const double *p = rounds->tempered + (number * length + position) * vocab;
    double rejected = 0.0;
    double missing = 0.0;

    for (size_t v = 0; v < vocab; v++) {
        const double accepted = q[v] > 0.0 ? q[v] * fmin(1.0, p[v] / q[v]) : 0.0;

        rejected += q[v] - accepted;
        missing += fmax(p[v] - q[v], 0.0);
        if (accepted > 0.0) {
            try_next(rounds, number - (vocab - v) * space->place[position], j + 1,
                     weight * accepted);
        }
    }
    for (size_t v = 0; v < vocab && missing > 0.0; v++) {
        rounds->weight[number - (vocab - v) * space->place[position]] +=
            weight * rejected * fmax(p[v] - q[v], 0.0) / missing;
    }
}

/* Draft j of a round, in a context where j tokens of the round have been accepted. */
static void try_next(struct rounds *rounds, size_t number, size_t j, double weight)
{
    const struct mg_space *space = &rounds->space;
    const size_t masks = rounds->masks[number];

    if (j == rounds->k) {
        rounds->weight[number] += weight;
    } else if (!rounds->by_chance) {
        try_position(rounds, number, j, rounds->sigma[space->length - masks], weight);
    } else {
        int *row = mg_allocate(space->length, sizeof(row[0]));
        struct mg_selection pick = {.sure = mg_allocate(space->length, sizeof(size_t)),
                                    .pool = mg_allocate(space->length, sizeof(size_t))};
        const struct mg_order_view view = {
            .sampler = rounds->sampler, .length = space->length, .context = row};

        (void)mg_space_row(row, space, number);
        mg_order_select(&pick, &view);
        for (size_t i = 0; i < pick.n_pool; i++) {
            try_position(rounds, number, j, pick.pool[i], weight / (double)pick.n_pool);
        }
        for (size_t i = 0; i < pick.n_sure; i++) {
            try_position(rounds, number, j, pick.sure[i], weight);
        }
        free(pick.pool);
        free(pick.sure);
        free(row);
    }
}

/* Temper the predictions of n rows that are finite. */
static enum mg_status temper_rows(double *tempered, const int *rows, const double *probs, size_t n,
                                  const struct mg_predictor *predictor, double temperature,
                                  struct mg_error *err)
{
    const size_t vocab = predictor->vocab;

    for (size_t i = 0; i < n * predictor->length * vocab; i++) {
        if (!isfinite(probs[i])) {
            return mg_fail(err, MG_NO, "law: the predictor's probabilities are not finite");
        }
    }
    for (size_t k = 0; k < n * predictor->length; k++) {
        if (rows[k] == MG_MASK) {
            mg_temper(tempered + k * vocab, probs + k * vocab, vocab, temperature);
        }
    }
    return MG_OK;
}

/* What tokens are drawn from in every context, and how many masks it has. */
static enum mg_status predict_all(struct rounds *rounds, struct mg_predictor *predictor,
                                  struct mg_error *err)
{
    const struct mg_space *space = &rounds->space;
    const size_t cells = space->length * space->vocab;
    int *rows = mg_allocate(ROWS_AT_ONCE * space->length, sizeof(rows[0]));
    double *probs = mg_allocate(ROWS_AT_ONCE * cells, sizeof(probs[0]));
    enum mg_status status = MG_OK;

    for (size_t from = 0; from < space->count && status == MG_OK; from += ROWS_AT_ONCE) {
        const size_t left = space->count - from;
        const size_t n = left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;

        for (size_t k = 0; k < n; k++) {
            rounds->masks[from + k] = mg_space_row(rows + k * space->length, space, from + k);
        }
        mg_predict(predictor, probs, NULL, rows, n);
        status = temper_rows(rounds->tempered + from * cells, rows, probs, n, predictor,
                             rounds->sampler->temperature, err);
    }
    free(probs);
    free(rows);
    return status;
}

/* All rounds; a round only reveals, so contexts come in order of falling numbers of masks. */
static void play(struct rounds *rounds, struct mg_draft_cost *cost)
{
    const struct mg_space *space = &rounds->space;

    *cost = (struct mg_draft_cost){0};
    rounds->weight[space->count - 1] = 1.0;
    for (size_t masks = space->length; masks > 0; masks--) {
        rounds->k = masks < rounds->sampler->draft ? masks : rounds->sampler->draft;
        for (size_t c = 0; c < space->count; c++) {
            if (rounds->masks[c] == masks && rounds->weight[c] > 0.0) {
                rounds->from = c;
                cost->calls += rounds->weight[c] * (rounds->k > 1 ? 2.0 : 1.0);
                cost->rows += rounds->weight[c] * (double)rounds->k;
                try_next(rounds, c, 0, rounds->weight[c]);
            }
        }
    }
}

enum mg_status mg_draft_law(double **nu, struct mg_draft_cost *cost, struct mg_predictor *predictor,
                            const struct mg_sampler *sampler, struct mg_error *err)
{
    const size_t length = predictor->length;
    struct rounds rounds = {.sampler = sampler, .sigma = mg_allocate(length, sizeof(size_t))};
    enum mg_status status;

    mg_space_init(&rounds.space, length, predictor->vocab);
    rounds.masks = mg_allocate(rounds.space.count, sizeof(size_t));
    rounds.tempered = mg_allocate(rounds.space.count * length * predictor->vocab, sizeof(double));
    rounds.weight = mg_allocate(rounds.space.count, sizeof(double));
    rounds.by_chance = list_order(rounds.sigma, sampler, length);
    status = predict_all(&rounds, predictor, err);
    *nu = NULL;
    if (status == MG_OK) {
        play(&rounds, cost);
        *nu = mg_space_complete(&rounds.space, rounds.weight);
    }
    free(rounds.weight);
    free(rounds.tempered);
    free(rounds.masks);
    mg_space_release(&rounds.space);
    free(rounds.sigma);
    return status;
}

/* whole_law.c - see whole_law.h. */
#include "model/measure/whole_law.h"

#include <math.h>
#include <stdlib.h>

#include "model/diffusion/step_law.h"
#include "model/measure/choice.h"
#include "model/measure/space.h"
#include "model/numeric/arena.h"

enum { ROWS_AT_ONCE = 1024 };

static const double ROUNDING = 1e-12; /* of the mass that is on impossible sequences */

struct whole {
    struct mg_predictor *predictor;
    const struct mg_sampler *sampler;
    struct mg_space space;
    double nfe;
    bool *given;    /* (L) positions of the prompt */
    size_t masked;  /* others */
    double *weight; /* ((V+1)^L) of each context */
    size_t *batch;  /* (ROWS_AT_ONCE) numbers of the contexts at hand */
    int *rows;      /* (ROWS_AT_ONCE, L) */
    struct mg_step_laws answers;
    double *tempered;   /* (R, L, V) */
    const double *part; /* (L, V) of them, the one that tokens are drawn from */
    struct mg_choice *choice;
    size_t *set; /* (L) */
    int *tokens; /* (L) */
};

static void whole_init(struct whole *whole, struct mg_predictor *predictor,
                       const struct mg_sampler *sampler, const int *prompt)
{
    const size_t length = predictor->length;
    const size_t vocab = predictor->vocab;
    size_t start;

    *whole = (struct whole){.predictor = predictor, .sampler = sampler};
    mg_space_init(&whole->space, length, vocab);
    whole->weight = mg_allocate(whole->space.count, sizeof(double));
    whole->given = mg_allocate(length, sizeof(bool));
    start = whole->space.count - 1;
    for (size_t i = 0; i < length; i++) {
        whole->given[i] = prompt != NULL && prompt[i] != MG_MASK;
        whole->masked += !whole->given[i];
        if (whole->given[i]) {
            start -= (vocab - (size_t)prompt[i]) * whole->space.place[i];
        }
    }
    whole->weight[start] = 1.0;
    whole->batch = mg_allocate(ROWS_AT_ONCE, sizeof(size_t));
    whole->rows = mg_allocate(ROWS_AT_ONCE * length, sizeof(int));
    mg_step_laws_init(&whole->answers, predictor, ROWS_AT_ONCE);
    whole->tempered = mg_allocate(whole->answers.components * length * vocab, sizeof(double));
    whole->choice = mg_choice_new(sampler, whole->given, length, vocab);
    whole->set = mg_allocate(length, sizeof(size_t));
    whole->tokens = mg_allocate(length, sizeof(int));
}

static void whole_release(struct whole *whole)
{
    free(whole->tokens);
    free(whole->set);
    mg_choice_free(whole->choice);
    free(whole->tempered);
    mg_step_laws_release(&whole->answers);
    free(whole->rows);
    free(whole->batch);
    free(whole->weight);
    free(whole->given);
    mg_space_release(&whole->space);
}

/* Pass on `weight` to every way of filling the set from its member `at` on; drawn: chance so far.
 */
static void fill_set(struct whole *whole, size_t n_set, size_t at, size_t number, double weight,
                     double drawn)
{
    size_t position;

    if (at == n_set) {
        whole->weight[number] += weight * drawn * mg_choice_given(whole->choice, whole->tokens);
        return;
    }
    position = whole->set[at];
    for (size_t v = 0; v < whole->space.vocab; v++) {
        const double q = whole->part[position * whole->space.vocab + v];

        if (q > 0.0) {
            whole->tokens[position] = (int)v;
            fill_set(whole, n_set, at + 1,
                     number - (whole->space.vocab - v) * whole->space.place[position], weight,
                     drawn * q);
        }
    }
}

/* All moves out of one context. */
static void leave(struct whole *whole, size_t number, const int *row,
                  const struct mg_step_law *answer)
{
    size_t n_set;
    double r;

    mg_step_law_temper(whole->tempered, answer, row, whole->sampler->temperature);
    whole->nfe += whole->weight[number];
    for (size_t k = 0; k < answer->components; k++) {
        whole->part = whole->tempered + k * whole->space.length * whole->space.vocab;
        mg_choice_begin(whole->choice, row, answer->probs, whole->part);
        while (mg_choice_next(whole->set, &n_set, &r, whole->choice)) {
            fill_set(whole, n_set, 0, number, whole->weight[number] * answer->weights[k], 1.0);
        }
    }
}

/* Predict and leave the n contexts of the batch. */
static enum mg_status leave_batch(struct whole *whole, size_t n, struct mg_error *err)
{
    if (n == 0) {
        return MG_OK;
    }
    mg_step_laws_ask(&whole->answers, whole->predictor, whole->rows, n);
    if (!mg_step_laws_finite(&whole->answers, n)) {
        return mg_fail(err, MG_NO, "law: the predictor's probabilities are not finite");
    }
    for (size_t k = 0; k < n; k++) {
        const struct mg_step_law answer = mg_step_laws_at(&whole->answers, k);

        leave(whole, whole->batch[k], whole->rows + k * whole->space.length, &answer);
    }
    return MG_OK;
}

/* Everything that has `masks` masks. */
static enum mg_status leave_level(struct whole *whole, size_t masks, struct mg_error *err)
{
    enum mg_status status = MG_OK;
    size_t n = 0;

    for (size_t c = 0; c < whole->space.count && status == MG_OK; c++) {
        int *row = whole->rows + n * whole->space.length;

        if (whole->weight[c] > 0.0 && mg_space_row(row, &whole->space, c) == masks) {
            whole->batch[n++] = c;
        }
        if (n == ROWS_AT_ONCE) {
            status = leave_batch(whole, n, err);
            n = 0;
        }
    }
    return status == MG_OK ? leave_batch(whole, n, err) : status;
}

enum mg_status mg_whole_law(double **nu, double *nfe, struct mg_predictor *predictor,
                            const struct mg_sampler *sampler, const int *prompt,
                            struct mg_error *err)
{
    struct whole whole;
    enum mg_status status = MG_OK;

    whole_init(&whole, predictor, sampler, prompt);
    for (size_t masks = whole.masked; masks > 0 && status == MG_OK; masks--) {
        status = leave_level(&whole, masks, err);
    }
    *nu = status == MG_OK ? mg_space_complete(&whole.space, whole.weight) : NULL;
    *nfe = whole.nfe;
    whole_release(&whole);
    return status;
}

struct listing {
    double *mu; /* (V^L) */
    const int *prompt;
    double log_mass; /* of the prompt */
    size_t length;
    size_t vocab;
};

static bool list(void *ctx, const int *tokens, double log_prob)
{
    struct listing *listing = ctx;
    size_t number = 0;

    for (size_t i = 0; i < listing->length; i++) {
        if (listing->prompt != NULL && listing->prompt[i] != MG_MASK &&
            listing->prompt[i] != tokens[i]) {
            return true;
        }
        number = number * listing->vocab + (size_t)tokens[i];
    }
    listing->mu[number] = exp(log_prob - listing->log_mass);
    return true;
}

double *mg_whole_source(const struct mg_source *source, const int *prompt)
{
    const double n = pow((double)source->vocab, (double)source->length);
    struct listing listing = {.mu = mg_allocate((size_t)round(n), sizeof(double)),
                              .prompt = prompt,
                              .log_mass = prompt == NULL ? 0.0 : mg_source_log_mass(source, prompt),
                              .length = source->length,
                              .vocab = source->vocab};

    mg_source_support(source, list, &listing);
    return listing.mu;
}

double mg_whole_reverse_kl_nats(const double *nu, const double *mu, size_t n)
{
    double impossible = 0.0;
    double kl = 0.0;

    for (size_t x = 0; x < n; x++) {
        if (mu[x] > 0.0) {
            kl += nu[x] > 0.0 ? nu[x] * log(nu[x] / mu[x]) : 0.0;
        } else {
            impossible += nu[x];
        }
    }
    return impossible > ROUNDING ? (double)INFINITY : kl;
}

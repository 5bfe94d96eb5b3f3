/* whole_law.c - see whole_law.h. */
#include "model/measure/whole_law.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/diffusion/sampler.h"
#include "model/measure/choice.h"
#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"

enum { ROWS_AT_ONCE = 1024 };

static const double ROUNDING = 1e-12; /* of the mass that is on impossible sequences */

/*
 * Contexts are numbers in base V + 1 with the mask as the digit V, position 0 first, so that a
 * reveal is a subtraction.
 */
struct whole {
    struct mg_predictor *predictor;
    const struct mg_sampler *sampler;
    size_t length;
    size_t vocab;
    size_t *place;    /* (L) value of a position's digit */
    double *weight;   /* ((V+1)^L) of each context */
    size_t *batch;    /* (ROWS_AT_ONCE) numbers of the contexts at hand */
    int *rows;        /* (ROWS_AT_ONCE, L) */
    double *probs;    /* (ROWS_AT_ONCE, L, V) */
    double *tempered; /* (L, V) */
    struct mg_choice *choice;
    size_t *set; /* (L) */
    int *tokens; /* (L) */
};

double mg_whole_contexts(size_t length, size_t vocab)
{
    return pow((double)vocab + 1.0, (double)length);
}

static void whole_init(struct whole *whole, struct mg_predictor *predictor,
                       const struct mg_sampler *sampler)
{
    const size_t length = predictor->length;
    const size_t vocab = predictor->vocab;
    size_t value = 1;

    *whole = (struct whole){
        .predictor = predictor, .sampler = sampler, .length = length, .vocab = vocab};
    whole->place = mg_allocate(length, sizeof(size_t));
    for (size_t i = length; i-- > 0; value *= vocab + 1) {
        whole->place[i] = value;
    }
    whole->weight = mg_allocate(value, sizeof(double));
    whole->weight[value - 1] = 1.0;
    whole->batch = mg_allocate(ROWS_AT_ONCE, sizeof(size_t));
    whole->rows = mg_allocate(ROWS_AT_ONCE * length, sizeof(int));
    whole->probs = mg_allocate(ROWS_AT_ONCE * length * vocab, sizeof(double));
    whole->tempered = mg_allocate(length * vocab, sizeof(double));
    whole->choice = mg_choice_new(sampler, NULL, length, vocab);
    whole->set = mg_allocate(length, sizeof(size_t));
    whole->tokens = mg_allocate(length, sizeof(int));
}

static void whole_release(struct whole *whole)
{
    free(whole->tokens);
    free(whole->set);
    mg_choice_free(whole->choice);
    free(whole->tempered);
    free(whole->probs);
    free(whole->rows);
    free(whole->batch);
    free(whole->weight);
    free(whole->place);
}

/* row (L) out; returns its number of masks. */
static size_t context_of(int *row, const struct whole *whole, size_t number)
{
    size_t masks = 0;

    for (size_t i = 0; i < whole->length; i++) {
        const size_t digit = number / whole->place[i] % (whole->vocab + 1);

        row[i] = digit == whole->vocab ? MG_MASK : (int)digit;
        masks += digit == whole->vocab;
    }
    return masks;
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
    for (size_t v = 0; v < whole->vocab; v++) {
        const double q = whole->tempered[position * whole->vocab + v];

        if (q > 0.0) {
            whole->tokens[position] = (int)v;
            fill_set(whole, n_set, at + 1, number - (whole->vocab - v) * whole->place[position],
                     weight, drawn * q);
        }
    }
}

/* All moves out of one context. */
static void leave(struct whole *whole, size_t number, const int *row, const double *probs)
{
    const size_t vocab = whole->vocab;
    size_t n_set;
    double r;

    for (size_t i = 0; i < whole->length; i++) {
        if (row[i] == MG_MASK) {
            mg_temper(whole->tempered + i * vocab, probs + i * vocab, vocab,
                      whole->sampler->temperature);
        }
    }
    mg_choice_begin(whole->choice, row, probs, whole->tempered);
    while (mg_choice_next(whole->set, &n_set, &r, whole->choice)) {
        fill_set(whole, n_set, 0, number, whole->weight[number], 1.0);
    }
}

/* Predict and leave the n contexts of the batch. */
static enum mg_status leave_batch(struct whole *whole, size_t n, struct mg_error *err)
{
    const size_t cells = whole->length * whole->vocab;

    if (n == 0) {
        return MG_OK;
    }
    mg_predict(whole->predictor, whole->probs, NULL, whole->rows, n);
    for (size_t k = 0; k < n * cells; k++) {
        if (!isfinite(whole->probs[k])) {
            return mg_fail(err, MG_NO, "law: the predictor's probabilities are not finite");
        }
    }
    for (size_t k = 0; k < n; k++) {
        leave(whole, whole->batch[k], whole->rows + k * whole->length, whole->probs + k * cells);
    }
    return MG_OK;
}

/* Everything that has `masks` masks. */
static enum mg_status leave_level(struct whole *whole, size_t contexts, size_t masks,
                                  struct mg_error *err)
{
    enum mg_status status = MG_OK;
    size_t n = 0;

    for (size_t c = 0; c < contexts && status == MG_OK; c++) {
        int *row = whole->rows + n * whole->length;

        if (whole->weight[c] > 0.0 && context_of(row, whole, c) == masks) {
            whole->batch[n++] = c;
        }
        if (n == ROWS_AT_ONCE) {
            status = leave_batch(whole, n, err);
            n = 0;
        }
    }
    return status == MG_OK ? leave_batch(whole, n, err) : status;
}

/* The complete contexts, in order: numbers without the digit V. */
static double *complete_new(const struct whole *whole, size_t contexts)
{
    double *nu = NULL;
    size_t n = 1;
    size_t at = 0;

    for (size_t i = 0; i < whole->length; i++) {
        n *= whole->vocab;
    }
    nu = mg_allocate(n, sizeof(nu[0]));
    for (size_t c = 0; c < contexts; c++) {
        if (context_of(whole->rows, whole, c) == 0) {
            nu[at++] = whole->weight[c];
        }
    }
    assert(at == n);
    return nu;
}

enum mg_status mg_whole_law(double **nu, struct mg_predictor *predictor,
                            const struct mg_sampler *sampler, struct mg_error *err)
{
    const double contexts = mg_whole_contexts(predictor->length, predictor->vocab);
    struct whole whole;
    enum mg_status status = MG_OK;

    assert(contexts <= MG_WHOLE_CONTEXTS_MAX);
    whole_init(&whole, predictor, sampler);
    for (size_t masks = predictor->length; masks > 0 && status == MG_OK; masks--) {
        status = leave_level(&whole, (size_t)contexts, masks, err);
    }
    *nu = status == MG_OK ? complete_new(&whole, (size_t)contexts) : NULL;
    whole_release(&whole);
    return status;
}

struct listing {
    double *mu; /* (V^L) */
    size_t length;
    size_t vocab;
};

static bool list(void *ctx, const int *tokens, double log_prob)
{
    struct listing *listing = ctx;
    size_t number = 0;

    for (size_t i = 0; i < listing->length; i++) {
        number = number * listing->vocab + (size_t)tokens[i];
    }
    listing->mu[number] = exp(log_prob);
    return true;
}

void mg_whole_compare(double *reverse_kl_nats, double *tv, const double *nu,
                      const struct mg_source *source)
{
    const size_t n = (size_t)round(pow((double)source->vocab, (double)source->length));
    struct listing listing = {
        .mu = mg_allocate(n, sizeof(double)), .length = source->length, .vocab = source->vocab};
    double impossible = 0.0;
    double kl = 0.0;

    mg_source_support(source, list, &listing);
    for (size_t x = 0; x < n; x++) {
        if (listing.mu[x] > 0.0) {
            kl += nu[x] > 0.0 ? nu[x] * log(nu[x] / listing.mu[x]) : 0.0;
        } else {
            impossible += nu[x];
        }
    }
    *reverse_kl_nats = impossible > ROUNDING ? (double)INFINITY : kl;
    *tv = mg_tv(listing.mu, nu, n);
    free(listing.mu);
}

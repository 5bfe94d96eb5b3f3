/* nelbo_estimate.c - see nelbo_estimate.h. */
#include "model/measure/nelbo_estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/measure/batch.h"
#include "model/numeric/arena.h"

/* Every position with probability t, weight 1/t (LLaDA's training loss, arXiv:2502.09992 eq. 3).
   The second moment diverges as the logarithm of the smallest t: single masks at small t. */
static double corrupt_bernoulli(int *row, size_t length, size_t j, size_t *first,
                                struct mg_rng *rng)
{
    const double level = 1.0 - mg_rng_uniform(rng); /* in (0, 1] */

    (void)j;
    (void)first;
    for (size_t i = 0; i < length; i++) {
        if (mg_rng_uniform(rng) < level) {
            row[i] = MG_MASK;
        }
    }
    return 1.0 / level;
}

/* Mask `count` positions, all sets alike: selection sampling, Knuth 3.4.2 S. Weight L/count. */
static double mask_some(int *row, size_t length, size_t count, struct mg_rng *rng)
{
    size_t wanted = count;

    for (size_t i = 0; i < length; i++) {
        if (mg_rng_below(rng, (uint32_t)(length - i)) < wanted) {
            row[i] = MG_MASK;
            wanted--;
        }
    }
    return (double)length / (double)count;
}

/* k uniform on 1..L, k positions masked, weight L/k. */
static double corrupt_fixed(int *row, size_t length, size_t j, size_t *first, struct mg_rng *rng)
{
    (void)j;
    (void)first;
    return mask_some(row, length, 1 + mg_rng_below(rng, (uint32_t)length), rng);
}

size_t mg_nelbo_llada_masks(size_t k, size_t j, size_t length)
{
    const double even = (double)k + (double)j * (double)length / (double)MG_LLADA_ROWS;

    return ((size_t)nearbyint(even) - 1) % length + 1; /* the mode of rounding is half to even */
}

/* LLaDA's get_log_likelihood.py: k for all rows, of which each masks another number. */
static double corrupt_llada(int *row, size_t length, size_t j, size_t *first, struct mg_rng *rng)
{
    if (j == 0) {
        *first = 1 + mg_rng_below(rng, (uint32_t)length);
    }
    return mask_some(row, length, mg_nelbo_llada_masks(*first, j, length), rng);
}

static const struct mg_nelbo_estimator ESTIMATORS[] = {
    {"nelbo_mc_bernoulli_nats", "nelbo_mc_bernoulli_sd_nats", 1, mg_likelihood_nelbo_nats,
     corrupt_bernoulli},
    {"nelbo_mc_fixed_nats", "nelbo_mc_fixed_sd_nats", 1, mg_likelihood_nelbo_nats, corrupt_fixed},
    {"nelbo_mc_llada_nats", "nelbo_mc_llada_sd_nats", MG_LLADA_ROWS, mg_likelihood_llada_nats,
     corrupt_llada},
};

const struct mg_nelbo_estimator *mg_nelbo_estimators(size_t *n)
{
    *n = sizeof(ESTIMATORS) / sizeof(ESTIMATORS[0]);
    return ESTIMATORS;
}

static double weighted_loss_nats(const int *clean, const int *noisy, const double *probs,
                                 double weight, size_t length, size_t vocab)
{
    double loss = 0.0;

    for (size_t i = 0; i < length; i++) {
        if (noisy[i] == MG_MASK) {
            loss -= log(probs[i * vocab + (size_t)clean[i]]);
        }
    }
    return weight * loss;
}

/* Rows on their way to an estimate. */
struct draws {
    const struct mg_nelbo_estimator *estimator;
    const struct mg_measure_input *input;
    uint32_t form;
    int *sequence; /* (L) of the rows at hand */
    size_t first;
    double sum_nats; /* weighted losses of its rows so far */
    int *clean;      /* (batch, L) */
    int *noisy;      /* (batch, L) */
    double *weight;  /* (batch) */
    double *probs;   /* (batch, L, V) */
};

/* Row r of a batch, d of all. */
static void make_row(struct draws *draws, size_t r, size_t d)
{
    const struct mg_measure_spec *spec = draws->input->spec;
    const size_t length = draws->input->source->length;
    const size_t j = d % draws->estimator->rows;
    struct mg_rng rng = mg_rng_at(draws->input->streams->order, d, draws->form);

    if (j == 0) {
        mg_source_draw_held_out(draws->input->source, &rng, draws->sequence);
    }
    memcpy(draws->clean + r * length, draws->sequence, length * sizeof(*draws->clean));
    memcpy(draws->noisy + r * length, draws->sequence, length * sizeof(*draws->noisy));
    draws->weight[r] =
        draws->estimator->corrupt(draws->noisy + r * length + spec->left,
                                  length - spec->left - spec->right, j, &draws->first, &rng);
}

/* Add the losses of a batch that begins at row `begin` of all. */
static void add_batch(struct mg_moments *moments, struct draws *draws, size_t begin, size_t rows)
{
    const size_t length = draws->input->source->length;
    const size_t vocab = draws->input->source->vocab;
    const size_t group = draws->estimator->rows;

    mg_predict_distinct(draws->input->predictor, draws->probs, NULL, draws->noisy, rows);
    for (size_t r = 0; r < rows; r++) {
        draws->sum_nats +=
            weighted_loss_nats(draws->clean + r * length, draws->noisy + r * length,
                               draws->probs + r * length * vocab, draws->weight[r], length, vocab);
        if ((begin + r + 1) % group == 0) {
            mg_moments_add(moments, draws->sum_nats / (double)group);
            draws->sum_nats = 0.0;
        }
    }
}

void mg_nelbo_estimate(struct mg_moments *moments, const struct mg_nelbo_estimator *estimator,
                       const struct mg_measure_input *input, size_t rows)
{
    const size_t length = input->source->length;
    const size_t vocab = input->source->vocab;
    const size_t batch = mg_batch_rows(length, vocab);
    const size_t groups = rows / estimator->rows;
    const size_t all = (groups > 0 ? groups : 1) * estimator->rows;
    struct draws draws = {.estimator = estimator,
                          .input = input,
                          .form = (uint32_t)(estimator - ESTIMATORS),
                          .sequence = mg_allocate(length, sizeof(int)),
                          .clean = mg_allocate(batch * length, sizeof(int)),
                          .noisy = mg_allocate(batch * length, sizeof(int)),
                          .weight = mg_allocate(batch, sizeof(double)),
                          .probs = mg_allocate(batch * length * vocab, sizeof(double))};

    for (size_t begin = 0; begin < all; begin += batch) {
        const size_t some = all - begin < batch ? all - begin : batch;

        for (size_t r = 0; r < some; r++) {
            make_row(&draws, r, begin + r);
        }
        add_batch(moments, &draws, begin, some);
    }
    free(draws.probs);
    free(draws.weight);
    free(draws.noisy);
    free(draws.clean);
    free(draws.sequence);
}

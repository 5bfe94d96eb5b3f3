/*
 * marginal_error.c - how far a predictor's marginals are from the exact ones, over all contexts.
 *
 * Of a small source every context counts: the mean is over the 2^L - 1 non-empty sets of masked
 * positions alike, over sequences as the source draws them, and over the masked positions of each.
 *   tv_mean        mean TV(model marginal, exact marginal)
 *   tv_max         the largest of them
 *   kl_mean_nats   mean KL(exact || model)
 * Of one too large to list, contexts are drawn as training draws them: k masks, k from 1 to L
 * alike (stratified over the draws), every set of k positions alike:
 *   tv_random_masks, kl_random_masks_nats   the means over these
 * A probe on one rare context says little about a network; this is the number beside it.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/diffusion/objective.h"
#include "model/measure/batch.h"
#include "model/measure/kinds.h"
#include "model/measure/support.h"
#include "model/numeric/statistics.h"

struct comparison {
    const struct mg_source *source;
    struct mg_predictor *predictor;
    const struct mg_support *support;
    size_t batch;  /* contexts predicted together */
    size_t *first; /* (n) first sequence of each group */
    double *mass;  /* (n) its probability */
    int *rows;     /* (batch, L) */
    double *probs; /* (batch, L, V) */
    double *exact; /* (L, V) */
    double tv_sum, kl_sum_nats, tv_max;
    size_t sets; /* sets of masked positions seen */
};

/* Add one context of the given probability: its mean over the masked positions. */
static void take_context(struct comparison *c, const int *row, const double *probs, double mass)
{
    const size_t length = c->source->length;
    const size_t vocab = c->source->vocab;
    double tv = 0.0;
    double kl_nats = 0.0;
    size_t masked = 0;
    const bool possible = mg_source_conditionals(c->source, row, c->exact);

    assert(possible);
    (void)possible;
    for (size_t i = 0; i < length; i++) {
        if (row[i] == MG_MASK) {
            const double *truth = c->exact + i * vocab;
            const double distance = mg_tv(probs + i * vocab, truth, vocab);

            tv += distance;
            kl_nats += mg_kl_nats(truth, probs + i * vocab, vocab);
            c->tv_max = distance > c->tv_max ? distance : c->tv_max;
            masked++;
        }
    }
    c->tv_sum += mass * tv / (double)masked;
    c->kl_sum_nats += mass * kl_nats / (double)masked;
}

static void take_set(void *ctx, size_t revealed, const size_t *group_of, size_t n_groups)
{
    struct comparison *c = ctx;
    const size_t length = c->support->length;
    size_t seen = 0;

    if (revealed + 1 == (size_t)1 << length) {
        return; /* nothing is masked */
    }
    for (size_t s = 0; s < c->support->n; s++) {
        if (group_of[s] == seen) { /* groups are numbered by their first sequence */
            c->first[seen] = s;
            c->mass[seen++] = 0.0;
        }
        c->mass[group_of[s]] += c->support->prob[s];
    }
    for (size_t begin = 0; begin < n_groups; begin += c->batch) {
        const size_t left = n_groups - begin;
        const size_t n = left < c->batch ? left : c->batch;

        for (size_t g = 0; g < n; g++) {
            const int *tokens = c->support->tokens + c->first[begin + g] * length;

            for (size_t i = 0; i < length; i++) {
                c->rows[g * length + i] = (revealed >> i & 1) ? tokens[i] : MG_MASK;
            }
        }
        mg_predict(c->predictor, c->probs, NULL, c->rows, n);
        for (size_t g = 0; g < n; g++) {
            take_context(c, c->rows + g * length, c->probs + g * length * c->support->vocab,
                         c->mass[begin + g]);
        }
    }
    c->sets++;
}

static enum mg_status marginal_error_check(const struct mg_measure_spec *spec,
                                           const struct mg_source *source, struct mg_error *err)
{
    (void)spec;
    if (!mg_source_has_oracle(source)) {
        return mg_fail(err, MG_EUSAGE, "marginal_error: the source has no oracle to compare with");
    }
    return MG_OK;
}

static void emit(struct mg_sink *sink, const char *quantity, double value)
{
    MG_EMIT(sink, MG_TABLE_information, mg_text(quantity), mg_real(value), mg_real(0.0));
}

static void compare_all(struct comparison *c, struct mg_sink *sink)
{
    struct mg_support *support = mg_support_list(c->source);

    c->first = calloc(support->n, sizeof(*c->first));
    c->mass = calloc(support->n, sizeof(*c->mass));
    assert(c->first != NULL && c->mass != NULL);
    c->support = support;
    mg_support_walk(support, take_set, c);
    emit(sink, "tv_mean", c->tv_sum / (double)c->sets);
    emit(sink, "tv_max", c->tv_max);
    emit(sink, "kl_mean_nats", c->kl_sum_nats / (double)c->sets);
    free(c->first);
    free(c->mass);
    mg_support_free(support);
}

/* Draw d is element d of the mask stream: the sequence, then its masks. */
static void compare_drawn(struct comparison *c, const struct mg_measure_input *input)
{
    const struct mg_objective *spread = mg_objective_find("fixed_count_stratified");
    const size_t draws = input->spec->draws;
    const size_t length = c->source->length;
    int *clean = calloc(length, sizeof(*clean));
    float *weight = calloc(length, sizeof(*weight)); /* of a loss: not asked for here */

    assert(clean != NULL && weight != NULL);
    for (size_t begin = 0; begin < draws; begin += c->batch) {
        const size_t n = draws - begin < c->batch ? draws - begin : c->batch;

        for (size_t r = 0; r < n; r++) {
            const struct mg_corruption how = {.row = begin + r, .batch = draws, .steps = 1};
            struct mg_rng rng = mg_rng_at(input->streams->mask, begin + r, 0);
            mg_source_draw(c->source, &rng, clean);
            spread->corrupt(c->rows + r * length, weight, clean, length, &how, &rng);
        }
        mg_predict(c->predictor, c->probs, NULL, c->rows, n);
        for (size_t r = 0; r < n; r++) {
            take_context(c, c->rows + r * length, c->probs + r * length * c->source->vocab,
                         1.0 / (double)draws);
        }
    }
    emit(input->sink, "tv_random_masks", c->tv_sum);
    emit(input->sink, "kl_random_masks_nats", c->kl_sum_nats);
    free(weight);
    free(clean);
}

static enum mg_status marginal_error_run(const struct mg_measure_input *input, struct mg_error *err)
{
    const size_t length = input->source->length;
    const size_t vocab = input->source->vocab;
    const size_t batch = mg_batch_rows(length, vocab);
    struct mg_error large = {0};
    struct comparison c = {
        .source = input->source,
        .predictor = input->predictor,
        .batch = batch,
        .rows = calloc(batch * length, sizeof(*c.rows)),
        .probs = calloc(batch * length * vocab, sizeof(*c.probs)),
        .exact = calloc(length * vocab, sizeof(*c.exact)),
    };

    assert(c.rows != NULL && c.probs != NULL && c.exact != NULL);
    if (mg_support_check(input->source, "marginal_error", &large) == MG_OK) {
        compare_all(&c, input->sink);
    } else {
        compare_drawn(&c, input);
    }
    free(c.exact);
    free(c.probs);
    free(c.rows);
    return isnan(c.tv_sum) ? mg_fail(err, MG_NO, "marginal_error: a prediction is not a number")
                           : MG_OK;
}

const struct mg_measure mg_measure_marginal_error = {
    .kind = "marginal_error",
    .help = "distance of the marginals from the exact ones, mean over contexts (drawn where there "
            "are too many)",
    .check = marginal_error_check,
    .run = marginal_error_run,
};

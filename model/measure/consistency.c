/*
 * consistency.c - the measure of agreement: are a predictor's conditionals those of one law?
 *
 * Circulation of two masked positions: log p(x_i|c) p(x_j|c,x_i) - log p(x_j|c) p(x_i|c,x_j), 0
 * when both orders of revealing them give the same probability; any two orders of a sequence differ
 * by a sum of these over adjacent swaps (arXiv:2605.09303). Rectangle: with p(a|b) the prediction
 * at i when x_j = b, the log odds ratio of (a, a') against (b, b') read from the predictions at i
 * equals the one read from those at j exactly when some joint of the pair has these conditionals.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/measure/batch.h"
#include "model/measure/kinds.h"
#include "model/measure/likelihood.h"
#include "model/measure/measure.h"
#include "model/numeric/statistics.h"

enum { DRAWS_DEFAULT = 256, QUERIES = 5 };

/* One draw: a context with two masked positions singled out, and two values for each. */
struct probe {
    size_t i, j;
    int a, b;   /* values of the sequence drawn */
    int a2, b2; /* values of another sequence drawn */
};

/* Rows asked for one probe: nothing more, a at i, b at j, a2 at i, b2 at j. */
static void fill_rows(int *rows, const int *context, const struct probe *probe, size_t length)
{
    for (size_t k = 0; k < QUERIES; k++) {
        memcpy(rows + k * length, context, length * sizeof(*rows));
    }
    rows[1 * length + probe->i] = probe->a;
    rows[2 * length + probe->j] = probe->b;
    rows[3 * length + probe->i] = probe->a2;
    rows[4 * length + probe->j] = probe->b2;
}

/* Two sequences, a uniform number of masks (at least two) and a uniform choice of them. */
static void draw_probe(int *rows, struct probe *probe, const struct mg_source *source,
                       struct mg_rng *rng)
{
    const size_t length = source->length;
    const size_t masks = 2 + mg_rng_below(rng, (uint32_t)(length - 1));
    int *tokens = calloc(2 * length, sizeof(*tokens));
    size_t *order = calloc(length, sizeof(*order));

    assert(tokens != NULL);
    assert(order != NULL);
    mg_source_draw_held_out(source, rng, tokens);
    mg_source_draw_held_out(source, rng, tokens + length);
    for (size_t k = 0; k < length; k++) {
        order[k] = k;
    }
    mg_rng_shuffle(rng, order, length);
    probe->i = order[0];
    probe->j = order[1];
    probe->a = tokens[probe->i];
    probe->b = tokens[probe->j];
    probe->a2 = tokens[length + probe->i];
    probe->b2 = tokens[length + probe->j];
    for (size_t k = 0; k < masks; k++) {
        tokens[order[k]] = MG_MASK;
    }
    fill_rows(rows, tokens, probe, length);
    free(order);
    free(tokens);
}

struct sums {
    struct mg_moments circulation; /* of its absolute value, in nats */
    struct mg_moments rectangle;
    double circulation_max;
    double rectangle_max;
};

static void take(struct mg_moments *moments, double *largest, double value)
{
    mg_moments_add(moments, fabs(value));
    *largest = fmax(*largest, fabs(value));
}

/* probs (QUERIES, L, V), possible (QUERIES): the answers to one probe. */
static void take_probe(struct sums *sums, const struct probe *probe, const double *probs,
                       const bool *possible, size_t length, size_t vocab)
{
    const double *at_i[QUERIES];
    const double *at_j[QUERIES];
    double odds;

    for (size_t k = 0; k < QUERIES; k++) {
        at_i[k] = probs + (k * length + probe->i) * vocab;
        at_j[k] = probs + (k * length + probe->j) * vocab;
    }
    take(&sums->circulation, &sums->circulation_max,
         log(at_i[0][probe->a]) + log(at_j[1][probe->b]) - log(at_j[0][probe->b]) -
             log(at_i[2][probe->a]));
    odds = log(at_i[2][probe->a]) + log(at_i[4][probe->a2]) - log(at_i[2][probe->a2]) -
           log(at_i[4][probe->a]);
    odds -= log(at_j[1][probe->b]) + log(at_j[3][probe->b2]) - log(at_j[1][probe->b2]) -
            log(at_j[3][probe->b]);
    if (probe->a != probe->a2 && probe->b != probe->b2 && possible[3] && possible[4] &&
        isfinite(odds)) { /* a corner of probability 0 has no odds */
        take(&sums->rectangle, &sums->rectangle_max, odds);
    }
}

static void take_draws(struct sums *sums, struct mg_predictor *predictor,
                       const struct mg_measure_input *input, size_t draws)
{
    const struct mg_source *source = input->source;
    const size_t length = source->length;
    const size_t vocab = source->vocab;
    int *rows = calloc(QUERIES * length, sizeof(*rows));
    double *probs = calloc(QUERIES * length * vocab, sizeof(*probs));

    assert(rows != NULL);
    assert(probs != NULL);
    for (uint64_t draw = 0; draw < draws; draw++) {
        struct mg_rng rng = mg_rng_at(input->streams->order, draw, 0);
        struct probe probe;
        bool possible[QUERIES];

        draw_probe(rows, &probe, source, &rng);
        mg_predict_distinct(predictor, probs, possible, rows, QUERIES);
        take_probe(sums, &probe, probs, possible, length, vocab);
    }
    free(probs);
    free(rows);
}

static enum mg_status consistency_check(const struct mg_measure_spec *spec,
                                        const struct mg_source *source, struct mg_error *err)
{
    (void)spec;
    if (source->length < 2) {
        return mg_fail(err, MG_EUSAGE, "consistency needs two positions, the source has length %zu",
                       source->length);
    }
    return MG_OK;
}

static void emit(struct mg_sink *sink, const char *quantity, bool known, double value,
                 bool exact_known, double exact)
{
    MG_EMIT(sink, MG_TABLE_information, mg_text(quantity), mg_real_if(known, value),
            mg_real_if(exact_known, exact));
}

/* NELBO less random-order NLL, where all mask patterns can be asked for. */
static void emit_gap(const struct mg_measure_input *input)
{
    struct mg_error ignored = {0};
    struct mg_likelihood likelihood;

    if (mg_source_has_oracle(input->source) &&
        mg_support_check(input->source, "consistency", &ignored) == MG_OK) {
        mg_likelihood_enumerate(&likelihood, input->predictor, input->source);
        emit(input->sink, "jensen_gap_nats", true,
             mg_likelihood_nelbo_nats(&likelihood) - likelihood.nll_random_order_nats, true, 0.0);
    }
}

static enum mg_status consistency_run(const struct mg_measure_input *input, struct mg_error *err)
{
    const size_t draws = input->spec->draws > 0 ? input->spec->draws : DRAWS_DEFAULT;
    const bool oracle = mg_source_has_oracle(input->source);
    struct sums model = {0};
    struct sums exact = {0};

    take_draws(&model, input->predictor, input, draws);
    if (oracle) {
        struct mg_predictor *truth = mg_oracle_new(input->source);

        take_draws(&exact, truth, input, draws);
        mg_predictor_free(truth);
    }
    emit(input->sink, "circulation_mean_nats", true, model.circulation.mean, oracle,
         exact.circulation.mean);
    emit(input->sink, "circulation_max_nats", true, model.circulation_max, oracle,
         exact.circulation_max);
    emit(input->sink, "rectangle_mean_nats", model.rectangle.n > 0, model.rectangle.mean,
         exact.rectangle.n > 0, exact.rectangle.mean);
    emit(input->sink, "rectangle_max_nats", model.rectangle.n > 0, model.rectangle_max,
         exact.rectangle.n > 0, exact.rectangle_max);
    emit_gap(input);
    return !isnan(model.circulation.mean)
               ? MG_OK
               : mg_fail(err, MG_NO, "consistency: a prediction is not a number");
}

const struct mg_measure mg_measure_consistency = {
    .kind = "consistency",
    .help = "whether a predictor's conditionals belong to one law: circulation, rectangle test",
    .check = consistency_check,
    .run = consistency_run,
};

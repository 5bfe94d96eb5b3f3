/*
 * bidirectional.c - the measure `bidirectional`: how much a prediction gains from the text on its
 * right, beside what there is to gain.
 *
 * `left` tokens, a run of masks, `right` tokens, drawn from the source; each masked position i is
 * predicted with and without the tokens on the right, p(.|l,r) and p(.|l). Means over contexts:
 *   right_gain_nats           E KL(p(.|l,r) || p(.|l)), exact: the source's, I(X_i; X_r | X_l)
 *   right_gain_held_out_nats  E log p(x_i|l,r) / p(x_i|l) at the token that stands there; exact:
 * the same information Rows of `distance_curves` for each position, of `information` for the mean
 * over the run, and right_gain_share, the first over its exact value. A model's own gain counts
 * noise as use: an answer that moves with the right for no reason gains too. It is to be read over
 * the exact one; where no law is known the held-out gain says what of it helps.
 */
#include "model/measure/kinds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/measure/batch.h"
#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"

struct run {
    size_t left;
    size_t n;      /* masked positions */
    size_t length; /* L */
    size_t vocab;  /* V */
};

/* Sums over contexts, each (n). */
struct gains {
    double *model_nats;
    double *exact_nats;
    double *held_out_nats;
};

static struct run run_of(const struct mg_measure_spec *spec, const struct mg_source *source)
{
    const size_t rest = source->length - spec->left - spec->right;

    return (struct run){spec->left, spec->run > 0 ? spec->run : rest, source->length,
                        source->vocab};
}

static enum mg_status bidirectional_check(const struct mg_measure_spec *spec,
                                          const struct mg_source *source, struct mg_error *err)
{
    const size_t length = source->length;

    if (spec->left_tokens != NULL || spec->right_tokens != NULL) {
        return mg_fail(err, MG_EUSAGE,
                       "bidirectional: contexts are drawn from the source, so "
                       "left and right are numbers of tokens");
    }
    if (spec->right == 0) {
        return mg_fail(err, MG_EUSAGE, "bidirectional: right is 0, so there is nothing to gain");
    }
    if (spec->left > length || spec->right > length - spec->left ||
        spec->left + spec->right + (spec->run > 0 ? spec->run : 1) > length) {
        return mg_fail(err, MG_EUSAGE,
                       "bidirectional: left %zu, run %zu and right %zu do not fit into length %zu",
                       spec->left, spec->run > 0 ? spec->run : 1, spec->right, length);
    }
    return MG_OK;
}

/* rows (2, L) out: what is known of whole (L) with the right side, and without. */
static void write_pair(int *rows, const int *whole, const struct run *run, size_t right)
{
    const size_t end = run->left + run->n;

    for (size_t i = 0; i < run->length; i++) {
        const bool on_right = i >= end && i < end + right;

        rows[i] = i < run->left || on_right ? whole[i] : MG_MASK;
        rows[run->length + i] = i < run->left ? whole[i] : MG_MASK;
    }
}

/* Add one context: probs and exact (2, L, V), exact NULL without an oracle. */
static void add_context(struct gains *gains, const struct run *run, const int *whole,
                        const double *probs, const double *exact)
{
    for (size_t i = 0; i < run->n; i++) {
        const size_t at = (run->left + i) * run->vocab;
        const size_t without = at + run->length * run->vocab;
        const size_t token = (size_t)whole[run->left + i];

        gains->model_nats[i] += mg_kl_nats(probs + at, probs + without, run->vocab);
        gains->held_out_nats[i] += log(probs[at + token] / probs[without + token]);
        if (exact != NULL) {
            gains->exact_nats[i] += mg_kl_nats(exact + at, exact + without, run->vocab);
        }
    }
}

/* All contexts: context c uses element c of the order stream. */
static void take_contexts(struct gains *gains, const struct mg_measure_input *input,
                          const struct run *run, size_t n)
{
    const struct mg_source *source = input->source;
    const size_t length = run->length;
    const size_t cells = 2 * length * run->vocab;
    const size_t batch = (mg_batch_rows(length, run->vocab) + 1) / 2;
    int *whole = mg_allocate(batch * length, sizeof(*whole));
    int *rows = mg_allocate(batch * 2 * length, sizeof(*rows));
    double *probs = mg_allocate(batch * cells, sizeof(*probs));
    double *exact = mg_source_has_oracle(source) ? mg_allocate(cells, sizeof(*exact)) : NULL;

    for (size_t from = 0; from < n; from += batch) {
        const size_t some = n - from < batch ? n - from : batch;

        for (size_t c = 0; c < some; c++) {
            struct mg_rng rng = mg_rng_at(input->streams->order, from + c, 0);

            mg_source_draw_held_out(source, &rng, whole + c * length);
            write_pair(rows + c * 2 * length, whole + c * length, run, input->spec->right);
        }
        mg_predict_distinct(input->predictor, probs, NULL, rows, 2 * some);
        for (size_t c = 0; c < some; c++) {
            const int *pair = rows + c * 2 * length;

            if (exact != NULL) { /* drawn from the source, so both are possible */
                (void)mg_source_conditionals(source, pair, exact);
                (void)mg_source_conditionals(source, pair + length, exact + cells / 2);
            }
            add_context(gains, run, whole + c * length, probs + c * cells, exact);
        }
    }
    free(exact);
    free(probs);
    free(rows);
    free(whole);
}

/* Rows of one quantity: every position, and the mean over the run, which is returned. */
static double emit_gain(const struct mg_measure_input *input, const struct run *run,
                        const char *quantity, const double *model, const double *exact, double n)
{
    double model_nats = 0.0;
    double exact_nats = 0.0;

    for (size_t i = 0; i < run->n; i++) {
        MG_EMIT(input->sink, MG_TABLE_distance_curves, mg_text("right"),
                mg_int((int64_t)(run->left + i)), mg_int((int64_t)(run->n - i)), mg_text(quantity),
                mg_real(model[i] / n), exact == NULL ? mg_null() : mg_real(exact[i] / n),
                mg_null());
        model_nats += model[i] / n / (double)run->n;
        exact_nats += exact == NULL ? 0.0 : exact[i] / n / (double)run->n;
    }
    MG_EMIT(input->sink, MG_TABLE_information, mg_text(quantity), mg_real(model_nats),
            mg_real_if(exact != NULL, exact_nats));
    return exact == NULL ? (double)NAN : model_nats / exact_nats;
}

static enum mg_status bidirectional_run(const struct mg_measure_input *input, struct mg_error *err)
{
    const struct run run = run_of(input->spec, input->source);
    const size_t contexts = input->spec->contexts > 0 ? input->spec->contexts : 1;
    const double n = (double)contexts;
    struct gains gains = {.model_nats = mg_allocate(run.n, sizeof(double)),
                          .exact_nats = mg_allocate(run.n, sizeof(double)),
                          .held_out_nats = mg_allocate(run.n, sizeof(double))};
    const double *exact_nats = mg_source_has_oracle(input->source) ? gains.exact_nats : NULL;
    bool finite = true;
    double share;

    take_contexts(&gains, input, &run, contexts);
    share = emit_gain(input, &run, "right_gain_nats", gains.model_nats, exact_nats, n);
    (void)emit_gain(input, &run, "right_gain_held_out_nats", gains.held_out_nats, exact_nats, n);
    MG_EMIT(input->sink, MG_TABLE_information, mg_text("right_gain_share"),
            mg_real_if(isfinite(share), share), mg_real_if(exact_nats != NULL, 1.0));
    for (size_t i = 0; i < run.n; i++) {
        finite = finite && !isnan(gains.model_nats[i]);
    }
    free(gains.held_out_nats);
    free(gains.exact_nats);
    free(gains.model_nats);
    return finite ? MG_OK : mg_fail(err, MG_NO, "bidirectional: a prediction is not a number");
}

const struct mg_measure mg_measure_bidirectional = {
    .kind = "bidirectional",
    .help = "what predictions gain from the text on their right, over what there is to gain",
    .check = bidirectional_check,
    .run = bidirectional_run,
};

/* likelihood.c - see likelihood.h; the measure adds the estimates of nelbo_estimate.h. */
#include "model/measure/likelihood.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/measure/batch.h"
#include "model/measure/kinds.h"
#include "model/measure/measure.h"
#include "model/measure/nelbo_estimate.h"
#include "model/measure/set_entropy.h"
#include "model/numeric/statistics.h"
#include "model/source/text.h"

enum { DRAWS_DEFAULT = 1024 }; /* of each Monte Carlo form; LLaDA's evaluation uses 128 */

struct enumeration {
    const struct mg_support *support;
    struct mg_predictor *predictor;
    struct mg_likelihood *likelihood;
    double *order;  /* (n, 2^L) f(S) of likelihood.h: mean over orders of the path probability */
    size_t *start;  /* (n + 1) where each group begins in member */
    size_t *member; /* (n) sequences by group */
    size_t batch;   /* contexts predicted together */
    int *rows;      /* (batch, L) */
    double *probs;  /* (batch, L, V) */
};

/* Add what sequence s says at one set of revealed positions, given its predictions (L, V). */
static void take_sequence(struct enumeration *walk, size_t s, size_t revealed, const double *probs)
{
    const size_t length = walk->support->length;
    const size_t vocab = walk->support->vocab;
    const size_t n_revealed = (size_t)__builtin_popcountll(revealed);
    const int *tokens = walk->support->tokens + s * length;
    double *order = walk->order + (s << length);
    double cross = 0.0;

    for (size_t i = 0; i < length; i++) {
        if ((revealed >> i & 1) == 0) {
            const double p = probs[i * vocab + (size_t)tokens[i]];

            cross -= log(p);
            order[revealed | (size_t)1 << i] += p * order[revealed] / (double)(n_revealed + 1);
        }
    }
    walk->likelihood->cross_nats[length - n_revealed] += walk->support->prob[s] * cross;
}

/* Predict the contexts of groups begin .. end-1, each from its first sequence. */
static void predict_groups(struct enumeration *walk, size_t revealed, size_t begin, size_t end)
{
    const size_t length = walk->support->length;

    for (size_t g = begin; g < end; g++) {
        const int *tokens = walk->support->tokens + walk->member[walk->start[g]] * length;

        for (size_t i = 0; i < length; i++) {
            walk->rows[(g - begin) * length + i] = (revealed >> i & 1) ? tokens[i] : MG_MASK;
        }
    }
    mg_predict(walk->predictor, walk->probs, NULL, walk->rows, end - begin);
}

/* Counting sort of the sequences by group. */
static void list_members(struct enumeration *walk, const size_t *group_of, size_t n_groups)
{
    const size_t n = walk->support->n;

    memset(walk->start, 0, (n_groups + 1) * sizeof(*walk->start));
    for (size_t s = 0; s < n; s++) {
        walk->start[group_of[s] + 1]++;
    }
    for (size_t g = 0; g < n_groups; g++) {
        walk->start[g + 1] += walk->start[g];
    }
    for (size_t s = n; s-- > 0;) { /* fill from the end: start moves back as groups fill */
        walk->member[--walk->start[group_of[s] + 1]] = s;
    }
    memmove(walk->start, walk->start + 1, n_groups * sizeof(*walk->start));
    walk->start[n_groups] = n;
}

static void take_subset(void *ctx, size_t revealed, const size_t *group_of, size_t n_groups)
{
    struct enumeration *walk = ctx;
    const size_t cells = walk->support->length * walk->support->vocab;

    if (revealed + 1 == (size_t)1 << walk->support->length) {
        return; /* nothing is masked */
    }
    list_members(walk, group_of, n_groups);
    for (size_t begin = 0; begin < n_groups; begin += walk->batch) {
        const size_t left = n_groups - begin;
        const size_t end = begin + (left < walk->batch ? left : walk->batch);

        predict_groups(walk, revealed, begin, end);
        for (size_t g = begin; g < end; g++) {
            for (size_t k = walk->start[g]; k < walk->start[g + 1]; k++) {
                take_sequence(walk, walk->member[k], revealed, walk->probs + (g - begin) * cells);
            }
        }
    }
}

void mg_likelihood_enumerate(struct mg_likelihood *likelihood, struct mg_predictor *predictor,
                             const struct mg_source *source)
{
    const size_t length = source->length;
    const size_t sets = (size_t)1 << length;
    const size_t batch = mg_batch_rows(length, source->vocab);
    struct mg_support *support = mg_support_list(source);
    struct enumeration walk = {
        .support = support,
        .predictor = predictor,
        .likelihood = likelihood,
        .order = calloc(support->n * sets, sizeof(double)),
        .start = calloc(support->n + 1, sizeof(size_t)),
        .member = calloc(support->n, sizeof(size_t)),
        .batch = batch,
        .rows = calloc(batch * length, sizeof(int)),
        .probs = calloc(batch * length * source->vocab, sizeof(double)),
    };

    assert(walk.order != NULL && walk.start != NULL && walk.member != NULL);
    assert(walk.rows != NULL && walk.probs != NULL);
    memset(likelihood, 0, sizeof(*likelihood));
    likelihood->length = length;
    for (size_t s = 0; s < support->n; s++) {
        walk.order[s * sets] = 1.0;
    }
    mg_support_walk(support, take_subset, &walk);
    for (size_t s = 0; s < support->n; s++) {
        likelihood->nll_random_order_nats -=
            support->prob[s] * log(walk.order[s * sets + sets - 1]);
    }
    free(walk.probs);
    free(walk.rows);
    free(walk.member);
    free(walk.start);
    free(walk.order);
    mg_support_free(support);
}

double mg_likelihood_nelbo_nats(const struct mg_likelihood *likelihood)
{
    const size_t length = likelihood->length;
    double choose = 1.0; /* C(L, m) */
    double sum = 0.0;

    for (size_t m = 1; m <= length; m++) {
        choose = choose * (double)(length - m + 1) / (double)m;
        sum += likelihood->cross_nats[m] / ((double)m * choose);
    }
    return sum;
}

double mg_likelihood_nelbo_steps_nats(const struct mg_likelihood *likelihood, size_t steps)
{
    const size_t length = likelihood->length;
    double sum = 0.0;

    assert(steps >= 1);
    for (size_t m = 1; m <= length; m++) {
        double weight = 0.0;

        for (size_t j = 1; j <= steps; j++) {
            const double level = (double)j / (double)steps;

            weight += pow(level, (double)m) * pow(1.0 - level, (double)(length - m)) / (double)j;
        }
        if (weight > 0.0) { /* 0 times an infinite term is no term */
            sum += weight * likelihood->cross_nats[m];
        }
    }
    return sum;
}

double mg_likelihood_llada_nats(const struct mg_likelihood *likelihood)
{
    const size_t length = likelihood->length;
    double mean_nats[MG_SUBSETS_LENGTH_MAX + 1]; /* weighted loss of a row, by its masks */
    double choose = 1.0;                         /* C(L, m) */
    double sum = 0.0;

    for (size_t m = 1; m <= length; m++) {
        choose = choose * (double)(length - m + 1) / (double)m;
        mean_nats[m] = (double)length / (double)m * likelihood->cross_nats[m] / choose;
    }
    for (size_t k = 1; k <= length; k++) {
        for (size_t j = 0; j < MG_LLADA_ROWS; j++) {
            sum += mean_nats[mg_nelbo_llada_masks(k, j, length)];
        }
    }
    return sum / (double)(length * MG_LLADA_ROWS);
}

double mg_nelbo_exact_nats(struct mg_predictor *predictor, const struct mg_source *source)
{
    struct mg_likelihood likelihood;

    mg_likelihood_enumerate(&likelihood, predictor, source);
    return mg_likelihood_nelbo_nats(&likelihood);
}

static void emit(struct mg_sink *sink, const char *quantity, struct mg_cell value,
                 struct mg_cell exact)
{
    MG_EMIT(sink, MG_TABLE_information, mg_text(quantity), value, exact);
}

/* NELBO in a few equal steps, so that the discrete form can be seen to fall to the continuous. */
static const struct {
    size_t steps;
    const char *quantity;
} discrete[] = {
    {1, "nelbo_steps_1_nats"},       {2, "nelbo_steps_2_nats"},   {4, "nelbo_steps_4_nats"},
    {16, "nelbo_steps_16_nats"},     {64, "nelbo_steps_64_nats"}, {256, "nelbo_steps_256_nats"},
    {1024, "nelbo_steps_1024_nats"},
};

/* The oracle's sums, without asking it: cross_nats[m] = m C(L, m) h_{L-m}. */
static void fill_truth(struct mg_likelihood *truth, const struct mg_source *source)
{
    struct mg_set_entropy *entropy = mg_set_entropy_new(source);
    double h_nats[MG_SUBSETS_LENGTH_MAX];
    double choose = 1.0;

    mg_information_curve(h_nats, entropy);
    memset(truth, 0, sizeof(*truth));
    truth->length = source->length;
    for (size_t m = 1; m <= source->length; m++) {
        choose = choose * (double)(source->length - m + 1) / (double)m;
        truth->cross_nats[m] = (double)m * choose * h_nats[source->length - m];
    }
    mg_set_entropy_free(entropy);
}

/* Rows that need enumeration; returns false when a number is NaN. */
static bool run_exact(const struct mg_measure_input *input, const struct mg_likelihood *truth)
{
    const double entropy = mg_source_entropy_nats(input->source);
    struct mg_likelihood model;
    double nelbo;

    mg_likelihood_enumerate(&model, input->predictor, input->source);
    nelbo = mg_likelihood_nelbo_nats(&model);
    emit(input->sink, "nelbo_nats", mg_real(nelbo), mg_real(entropy));
    emit(input->sink, "nll_random_order_nats", mg_real(model.nll_random_order_nats),
         mg_real(entropy));
    emit(input->sink, "jensen_gap_nats", mg_real(nelbo - model.nll_random_order_nats),
         mg_real(0.0));
    emit(input->sink, "entropy_nats", mg_null(), mg_real(entropy));
    emit(input->sink, "nelbo_llada_nats", mg_real(mg_likelihood_llada_nats(&model)),
         mg_real(mg_likelihood_llada_nats(truth)));
    for (size_t i = 0; i < sizeof(discrete) / sizeof(*discrete); i++) {
        emit(input->sink, discrete[i].quantity,
             mg_real(mg_likelihood_nelbo_steps_nats(&model, discrete[i].steps)),
             mg_real(mg_likelihood_nelbo_steps_nats(truth, discrete[i].steps)));
    }
    return !isnan(nelbo) && !isnan(model.nll_random_order_nats);
}

/* What turns nats per token of a text into nats per character: mean over the part held out. */
static void emit_length(const struct mg_measure_input *input)
{
    const struct mg_text *text = mg_source_text(input->source);
    double characters = 0.0;

    if (text == NULL) {
        return;
    }
    for (size_t i = text->n_train; i < text->n; i++) {
        const int token = (int)text->tokens[i];

        characters += mg_text_characters(text, &token, 1);
    }
    emit(input->sink, "characters_per_token", mg_null(),
         mg_real(characters / (double)(text->n - text->n_train)));
}

static enum mg_status likelihood_check(const struct mg_measure_spec *spec,
                                       const struct mg_source *source, struct mg_error *err)
{
    if (spec->left_tokens != NULL || spec->right_tokens != NULL ||
        spec->left + spec->right >= source->length) {
        return mg_fail(
            err, MG_EUSAGE,
            "likelihood: left and right are numbers of tokens of each sequence, and leave "
            "some of its %zu to be masked",
            source->length);
    }
    return mg_source_has_oracle(source) && spec->left + spec->right == 0
               ? mg_support_check(source, "likelihood", err)
               : MG_OK;
}

/* Of sequences given their ends only the estimates are known. */
static enum mg_status likelihood_run(const struct mg_measure_input *input, struct mg_error *err)
{
    const bool oracle =
        mg_source_has_oracle(input->source) && input->spec->left + input->spec->right == 0;
    const size_t draws = input->spec->draws > 0 ? input->spec->draws : DRAWS_DEFAULT;
    size_t n;
    const struct mg_nelbo_estimator *estimators = mg_nelbo_estimators(&n);
    struct mg_likelihood truth;
    bool defined = true;

    if (oracle) {
        fill_truth(&truth, input->source);
        defined = run_exact(input, &truth);
    }
    for (size_t i = 0; i < n; i++) {
        struct mg_moments moments = {0};

        mg_nelbo_estimate(&moments, &estimators[i], input, draws);
        emit(input->sink, estimators[i].quantity, mg_real(moments.mean),
             oracle ? mg_real(estimators[i].mean_nats(&truth)) : mg_null());
        emit(input->sink, estimators[i].quantity_sd,
             mg_real_if(moments.n > 1, mg_moments_sd(&moments)), mg_null());
        defined = defined && !isnan(moments.mean);
    }
    emit_length(input);
    return defined ? MG_OK : mg_fail(err, MG_NO, "likelihood: a prediction is not a number");
}

const struct mg_measure mg_measure_likelihood = {
    .kind = "likelihood",
    .help =
        "exact NELBO, exact random-order likelihood and Monte Carlo estimates, LLaDA's among them",
    .check = likelihood_check,
    .run = likelihood_run,
};

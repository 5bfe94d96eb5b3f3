/*
 * joint.c - the measure `joint`: marginals of masked targets against every form of their joint.
 *
 * For a context c and targets t_1..t_n, with q the predictor and mu the source:
 *   p_model(v at t)  q_t(v | c), one prediction for all targets
 *   p_product(y)     prod_i q_{t_i}(y_i | c): what one parallel step samples; of a mixture head the
 *                    mean of its components' products (step_law.h)
 *   p_chain(y)       prod_i q_{t_i}(y_i | c, y_1..y_{i-1}): the joint the predictor implies when it
 *                    is asked for one target after the other, in the given order
 *   p_exact(y)       mu(y | c)
 * Claims C1 and C2 of arXiv:2510.03289 are about the gap between the last three.
 */
#include "model/measure/kinds.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/diffusion/step_law.h"
#include "model/measure/chain.h"
#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"

enum { OUTCOMES_MAX = 1 << 20 };

/* The four laws over outcomes, and what they are made of. */
struct joint {
    const struct mg_measure_input *input;
    int *context; /* (L) */
    size_t n;     /* targets */
    size_t vocab;
    size_t outcomes;  /* V^n, first target slowest */
    double *marginal; /* (n, V) predictor's */
    double *truth;    /* (n, V) source's; NULL without an oracle */
    double *chain;    /* (outcomes) */
    double *product;
    double *exact;         /* NULL without an oracle */
    double *exact_product; /* product of truth; NULL without an oracle */
    double spread;         /* chain_order_spread */
};

static double outcome_count(size_t vocab, size_t n)
{
    return pow((double)vocab, (double)n);
}

static int *context_new(const struct mg_measure_spec *spec, size_t length)
{
    int *context = mg_allocate(length, sizeof(context[0]));

    for (size_t i = 0; i < length; i++) {
        context[i] = spec->context == NULL ? MG_MASK : spec->context[i];
    }
    return context;
}

static enum mg_status joint_check(const struct mg_measure_spec *spec,
                                  const struct mg_source *source, struct mg_error *err)
{
    enum mg_status status = MG_OK;
    int *context = context_new(spec, source->length);

    if (spec->n_targets == 0) {
        status = mg_fail(err, MG_EUSAGE, "joint: no targets");
    }
    for (size_t i = 0; i < spec->n_targets && status == MG_OK; i++) {
        const size_t at = spec->targets[i];

        if (at >= source->length || context[at] != MG_MASK) {
            status = mg_fail(err, MG_EUSAGE, "joint: target %zu is not a masked position", at);
        }
        for (size_t j = 0; j < i && status == MG_OK; j++) {
            if (spec->targets[j] == at) {
                status = mg_fail(err, MG_EUSAGE, "joint: target %zu is given twice", at);
            }
        }
    }
    if (status == MG_OK && outcome_count(source->vocab, spec->n_targets) > OUTCOMES_MAX) {
        status = mg_fail(err, MG_EUSAGE,
                         "joint: %zu targets of %zu tokens have %.4g outcomes, above the limit %d",
                         spec->n_targets, source->vocab,
                         outcome_count(source->vocab, spec->n_targets), (int)OUTCOMES_MAX);
    }
    if (status == MG_OK && mg_source_has_oracle(source) &&
        !isfinite(mg_source_log_mass(source, context))) {
        status = mg_fail(err, MG_EUSAGE, "joint: the context has probability zero in the source");
    }
    free(context);
    return status;
}

/* Rows of the targets out of (L, V) probabilities; (n, V), release with free(). */
static double *target_rows_new(const struct joint *joint, const double *probs)
{
    double *rows = mg_allocate(joint->n * joint->vocab, sizeof(rows[0]));

    for (size_t i = 0; i < joint->n; i++) {
        memcpy(rows + i * joint->vocab, probs + joint->input->spec->targets[i] * joint->vocab,
               joint->vocab * sizeof(rows[0]));
    }
    return rows;
}

/* Product law of (n, V) marginals; (outcomes), release with free(). */
static double *product_new(const struct joint *joint, const double *marginal)
{
    double *law = mg_allocate(joint->outcomes, sizeof(law[0]));

    for (size_t o = 0; o < joint->outcomes; o++) {
        law[o] = 1.0;
        for (size_t i = joint->n, rest = o; i > 0; i--, rest /= joint->vocab) {
            law[o] *= marginal[(i - 1) * joint->vocab + rest % joint->vocab];
        }
    }
    return law;
}

/* What one step samples: (outcomes), the mean of the answer's products; release with free(). */
static double *step_law_new(const struct joint *joint, const struct mg_step_law *answer)
{
    double *law = mg_allocate(joint->outcomes, sizeof(law[0]));

    for (size_t r = 0; r < answer->components; r++) {
        double *rows = target_rows_new(joint, answer->parts + r * answer->length * answer->vocab);
        double *product = product_new(joint, rows);

        for (size_t o = 0; o < joint->outcomes; o++) {
            law[o] += answer->weights[r] * product[o];
        }
        free(product);
        free(rows);
    }
    return law;
}

/* Marginals (n, V) of a law over outcomes; release with free(). */
static double *marginals_new(const struct joint *joint, const double *law)
{
    double *marginal = mg_allocate(joint->n * joint->vocab, sizeof(marginal[0]));

    for (size_t o = 0; o < joint->outcomes; o++) {
        for (size_t i = joint->n, rest = o; i > 0; i--, rest /= joint->vocab) {
            marginal[(i - 1) * joint->vocab + rest % joint->vocab] += law[o];
        }
    }
    return marginal;
}

static void joint_init(struct joint *joint, const struct mg_measure_input *input)
{
    const struct mg_source *source = input->source;
    const struct mg_measure_spec *spec = input->spec;
    const size_t all = source->length * source->vocab;
    double *probs = mg_allocate(all, sizeof(probs[0]));
    struct mg_step_laws answers;
    struct mg_step_law answer;

    *joint = (struct joint){.input = input, .n = spec->n_targets, .vocab = source->vocab};
    joint->context = context_new(spec, source->length);
    joint->outcomes = (size_t)outcome_count(source->vocab, spec->n_targets);
    mg_step_laws_init(&answers, input->predictor, 1);
    mg_step_laws_ask(&answers, input->predictor, joint->context, 1);
    answer = mg_step_laws_at(&answers, 0);
    joint->marginal = target_rows_new(joint, answer.probs);
    joint->product = step_law_new(joint, &answer);
    mg_step_laws_release(&answers);
    joint->chain = mg_allocate(joint->outcomes, sizeof(double));
    mg_chain_joint(joint->chain, input->predictor, joint->context, spec->targets, joint->n, NULL);
    joint->spread = mg_chain_spread(joint->chain, input->predictor, joint->context, spec->targets,
                                    joint->n, input->streams->order);
    if (mg_source_has_oracle(source)) {
        bool possible = mg_source_conditionals(source, joint->context, probs);

        assert(possible);
        joint->truth = target_rows_new(joint, probs);
        joint->exact_product = product_new(joint, joint->truth);
        joint->exact = mg_allocate(joint->outcomes, sizeof(double));
        possible = mg_source_joint(source, joint->context, spec->targets, joint->n, joint->exact);
        assert(possible);
        (void)possible;
    }
    free(probs);
}

static void joint_release(struct joint *joint)
{
    free(joint->exact);
    free(joint->exact_product);
    free(joint->truth);
    free(joint->chain);
    free(joint->product);
    free(joint->marginal);
    free(joint->context);
}

/* KL(law || product of the law's own marginals): 0 for one target. */
static double total_correlation_nats(const struct joint *joint, const double *law)
{
    double *marginal = marginals_new(joint, law);
    double *product = product_new(joint, marginal);
    const double nats = joint->n == 1 ? 0.0 : mg_kl_nats(law, product, joint->outcomes);

    free(product);
    free(marginal);
    return nats;
}

/* Mass that a law puts on outcomes the source never produces in this context. */
static double impossible_mass(const struct joint *joint, const double *law)
{
    double sum = 0.0;

    for (size_t o = 0; o < joint->outcomes; o++) {
        sum += joint->exact[o] > 0.0 ? 0.0 : law[o];
    }
    return sum;
}

static void emit_marginals(const struct joint *joint)
{
    for (size_t i = 0; i < joint->n; i++) {
        for (size_t v = 0; v < joint->vocab; v++) {
            const size_t cell = i * joint->vocab + v;
            const int token = (int)v;
            const double exact = joint->truth == NULL ? 0.0 : joint->truth[cell];

            MG_EMIT(joint->input->sink, MG_TABLE_marginals,
                    mg_int((int64_t)joint->input->spec->targets[i]), mg_tokens(&token, 1),
                    mg_real(joint->marginal[cell]), mg_real_if(joint->truth != NULL, exact));
        }
    }
}

static void emit_outcomes(const struct joint *joint)
{
    int *tokens = mg_allocate(joint->n, sizeof(tokens[0]));

    for (size_t o = 0; o < joint->outcomes; o++) {
        const double exact = joint->exact == NULL ? 0.0 : joint->exact[o];

        if (joint->chain[o] > 0.0 || joint->product[o] > 0.0 || exact > 0.0) {
            for (size_t i = joint->n, rest = o; i > 0; i--, rest /= joint->vocab) {
                tokens[i - 1] = (int)(rest % joint->vocab);
            }
            MG_EMIT(joint->input->sink, MG_TABLE_joints, mg_tokens(tokens, joint->n),
                    mg_real(joint->chain[o]), mg_real(joint->product[o]),
                    mg_real_if(joint->exact != NULL, exact));
        }
    }
    free(tokens);
}

static void emit_quantity(const struct joint *joint, const char *quantity, struct mg_cell value,
                          double exact)
{
    MG_EMIT(joint->input->sink, MG_TABLE_information, mg_text(quantity), value,
            mg_real_if(joint->exact != NULL, exact));
}

/*
 * Quantities: value | exact, with q_chain, q_prod the predictor's laws, mu and mu_prod the
 * source's. total_correlation_nats   KL(q_chain || its marginals' product) | the same of mu
 *   mutual_information_nats  the same, for two targets
 *   tv_joint_product         TV(q_chain, q_prod) | TV(mu, mu_prod)
 *   kl_exact_product_nats    KL(mu || q_prod) | KL(mu || mu_prod)
 *   impossible_mass          q_prod | mu_prod of the outcomes where mu = 0
 *   tv_model_exact           TV(q_chain, mu) | 0
 *   chain_order_spread       largest TV between q_chain and the chain joint in another order | 0
 */
static void emit_information(const struct joint *joint)
{
    const size_t n = joint->outcomes;
    const bool known = joint->exact != NULL;
    const double correlation = total_correlation_nats(joint, joint->chain);
    const double exact_correlation = known ? total_correlation_nats(joint, joint->exact) : 0.0;

    emit_quantity(joint, "total_correlation_nats", mg_real(correlation), exact_correlation);
    if (joint->n == 2) {
        emit_quantity(joint, "mutual_information_nats", mg_real(correlation), exact_correlation);
    }
    emit_quantity(joint, "tv_joint_product", mg_real(mg_tv(joint->chain, joint->product, n)),
                  known ? mg_tv(joint->exact, joint->exact_product, n) : 0.0);
    if (known) {
        emit_quantity(joint, "kl_exact_product_nats",
                      mg_real(mg_kl_nats(joint->exact, joint->product, n)),
                      mg_kl_nats(joint->exact, joint->exact_product, n));
        emit_quantity(joint, "impossible_mass", mg_real(impossible_mass(joint, joint->product)),
                      impossible_mass(joint, joint->exact_product));
        emit_quantity(joint, "tv_model_exact", mg_real(mg_tv(joint->chain, joint->exact, n)), 0.0);
    }
    emit_quantity(joint, "chain_order_spread", mg_real(joint->spread), 0.0);
}

static enum mg_status joint_run(const struct mg_measure_input *input, struct mg_error *err)
{
    enum mg_status status = MG_OK;
    struct joint joint;

    joint_init(&joint, input);
    for (size_t o = 0; o < joint.outcomes && status == MG_OK; o++) {
        if (!isfinite(joint.product[o]) || !isfinite(joint.chain[o])) {
            status = mg_fail(err, MG_NO, "joint: the predictor's probabilities are not finite");
        }
    }
    if (status == MG_OK) {
        emit_marginals(&joint);
        emit_outcomes(&joint);
        emit_information(&joint);
    }
    joint_release(&joint);
    return status;
}

const struct mg_measure mg_measure_joint = {
    .kind = "joint",
    .help = "marginals of masked targets, their product, the predictor's chain-rule joint and the "
            "exact joint",
    .check = joint_check,
    .prefixes_alone = mg_targets_follow_prefix,
    .run = joint_run,
};

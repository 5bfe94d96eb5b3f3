/* law.c - the walk behind the exact output law; see law.h. */
#include "model/measure/law.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/diffusion/contexts.h"
#include "model/diffusion/grow.h"
#include "model/diffusion/step_law.h"
#include "model/measure/choice.h"
#include "model/measure/replay.h"
#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"

static const size_t NO_NODE = SIZE_MAX; /* of a sequence that a move completes */

enum { PROBABILITIES_MAX = 4 * 1024 * 1024 /* numbers of one prediction: 32 MiB */ };

struct walk {
    struct mg_predictor *predictor;
    const struct mg_sampler *sampler;
    struct mg_replay *replay;
    size_t length;
    size_t vocab;
    bool *prompt; /* (L) */
    struct mg_replay_layer now;
    struct mg_replay_layer next;
    double *done_twin;    /* (n) weight that has arrived at the complete sequence */
    double *done_sampler; /* (n) */
    double *after;        /* (n) nu^(t) */
    size_t move;          /* of this layer, from 1 */
    double moves;         /* sequences moved so far */
    double moves_max;
    struct mg_law *law;
    struct mg_law_step *step;
    /* Of the node at hand: */
    const struct mg_replay_node *node;
    const int *context;
    size_t masked;
    const struct mg_step_law *answer;
    double *tempered;   /* (R, L, V) the answer's parts at the sampler's temperature */
    double *part;       /* (L, V) of them, the one that tokens are drawn from */
    double *mean;       /* (L, V) q_i: their mean */
    double *marginal;   /* (L, V) mu_i(.|c) */
    double *model_nats; /* (L) KL(mu_i || q_i) */
    struct mg_choice *choice;
    size_t *set;                    /* (L) positions revealed by a move */
    size_t *target;                 /* (n) */
    struct mg_replay_group *groups; /* (n) */
};

static void walk_init(struct walk *walk, struct mg_predictor *predictor,
                      const struct mg_source *source, const struct mg_sampler *sampler,
                      const int *prompt)
{
    const size_t length = source->length;
    const size_t cells = length * source->vocab;
    const size_t R = mg_predictor_components(predictor);

    *walk = (struct walk){.predictor = predictor,
                          .sampler = sampler,
                          .replay = mg_replay_new(source, prompt),
                          .length = length,
                          .vocab = source->vocab};
    walk->prompt = mg_allocate(length, sizeof(bool));
    for (size_t i = 0; i < length; i++) {
        walk->prompt[i] = walk->replay->prompt[i] != MG_MASK;
    }
    mg_replay_layer_init(&walk->now, length);
    mg_replay_layer_init(&walk->next, length);
    walk->done_twin = mg_allocate(walk->replay->n, sizeof(double));
    walk->done_sampler = mg_allocate(walk->replay->n, sizeof(double));
    walk->after = mg_allocate(walk->replay->n, sizeof(double));
    walk->tempered = mg_allocate(R * cells, sizeof(double));
    walk->mean = mg_allocate(cells, sizeof(double));
    walk->marginal = mg_allocate(cells, sizeof(double));
    walk->model_nats = mg_allocate(length, sizeof(double));
    walk->choice = mg_choice_new(sampler, walk->prompt, length, source->vocab);
    walk->set = mg_allocate(length, sizeof(size_t));
    walk->target = mg_allocate(walk->replay->n, sizeof(size_t));
    walk->groups = mg_allocate(walk->replay->n, sizeof(struct mg_replay_group));
}

static void walk_release(struct walk *walk)
{
    free(walk->groups);
    free(walk->target);
    free(walk->set);
    mg_choice_free(walk->choice);
    free(walk->model_nats);
    free(walk->marginal);
    free(walk->mean);
    free(walk->tempered);
    free(walk->after);
    free(walk->done_sampler);
    free(walk->done_twin);
    mg_replay_layer_release(&walk->next);
    mg_replay_layer_release(&walk->now);
    free(walk->prompt);
    mg_replay_free(walk->replay);
}

/* mu_i(.|c) from the node's sequences, q_i and KL(mu_i || q_i) of every masked position. */
static void weigh_positions(struct walk *walk)
{
    const size_t vocab = walk->vocab;
    const size_t *members = walk->now.members + walk->node->first;

    mg_step_law_temper(walk->tempered, walk->answer, walk->context, walk->sampler->temperature);
    mg_mix_parts(walk->mean, walk->answer->weights, walk->tempered, walk->answer->components,
                 walk->length * vocab);
    walk->masked = 0;
    memset(walk->marginal, 0, walk->length * vocab * sizeof(double));
    for (size_t k = 0; k < walk->node->count; k++) {
        const int *tokens = walk->replay->tokens + members[k] * walk->length;

        for (size_t i = 0; i < walk->length; i++) {
            walk->marginal[i * vocab + (size_t)tokens[i]] += walk->replay->mu[members[k]];
        }
    }
    for (size_t i = 0; i < walk->length; i++) {
        double *marginal = walk->marginal + i * vocab;

        if (walk->context[i] == MG_MASK) {
            walk->masked++;
            for (size_t v = 0; v < vocab; v++) {
                marginal[v] /= walk->node->mass;
            }
            walk->model_nats[i] = mg_kl_nats(marginal, walk->mean + i * vocab, vocab);
        }
    }
}

/* Groups of a move that reveals all: each sequence arrives alone. */
static size_t complete_groups(struct walk *walk)
{
    const size_t *members = walk->now.members + walk->node->first;

    for (size_t k = 0; k < walk->node->count; k++) {
        walk->groups[k] = (struct mg_replay_group){
            .node = NO_NODE, .sequence = members[k], .mass = walk->replay->mu[members[k]]};
    }
    return walk->node->count;
}

/* Pass the node's weights on to where a group goes. */
static void pass_on(struct walk *walk, const struct mg_replay_group *group, double weight, double r,
                    double drawn)
{
    const struct mg_replay_node *from = walk->node;
    const size_t x = group->sequence;
    const int *tokens = walk->replay->tokens + x * walk->length;
    const double twin = from->twin * weight * r * drawn;
    const double sampler =
        drawn > 0.0 ? from->sampler * weight * drawn * mg_choice_given(walk->choice, tokens) : 0.0;

    if (group->node == NO_NODE) {
        walk->done_twin[x] += twin;
        walk->done_sampler[x] += sampler;
    } else {
        struct mg_replay_node *to = &walk->next.nodes[group->node];

        to->data += from->data * weight * r * group->mass / from->mass;
        to->twin += twin;
        to->sampler += sampler;
    }
}

/* log of the joint of the set over the product of its marginals: 0 for one product. */
static double made_up_nats(const struct walk *walk, size_t n_set, const int *tokens)
{
    double log_product = 0.0;

    if (walk->answer->components == 1) {
        return 0.0;
    }
    for (size_t i = 0; i < n_set; i++) {
        log_product += log(walk->mean[walk->set[i] * walk->vocab + (size_t)tokens[walk->set[i]]]);
    }
    if (!isfinite(log_product)) {
        return 0.0; /* impossible for the joint too: the model's part is infinite */
    }
    return mg_step_law_log_joint(0.0, walk->answer, walk->tempered, walk->set, n_set, tokens) -
           log_product;
}

/* Reveal the set of n_set positions, which the rule picks with probability r in a component. */
static void take_set(struct walk *walk, size_t n_set, double weight, double r)
{
    const struct mg_replay_node *from = walk->node;
    const size_t n = n_set == walk->masked
                         ? complete_groups(walk)
                         : mg_replay_move(walk->groups, walk->target, &walk->next, &walk->now,
                                          (size_t)(from - walk->now.nodes), walk->set, n_set,
                                          walk->replay, ++walk->move);
    double correlation = 0.0;
    double model = 0.0;

    walk->moves += (double)from->count;
    for (size_t g = 0; g < n; g++) {
        const int *tokens = walk->replay->tokens + walk->groups[g].sequence * walk->length;
        const double share = walk->groups[g].mass / from->mass;
        double truth = 1.0;
        double drawn = 1.0;

        for (size_t i = 0; i < n_set; i++) {
            const size_t cell = walk->set[i] * walk->vocab + (size_t)tokens[walk->set[i]];

            truth *= walk->marginal[cell];
            drawn *= walk->part[cell];
        }
        correlation += share * (log(share / truth) - made_up_nats(walk, n_set, tokens));
        pass_on(walk, &walk->groups[g], weight, r, drawn);
    }
    for (size_t i = 0; i < n_set; i++) {
        model += walk->model_nats[walk->set[i]];
    }
    walk->step->factorization_nats += from->data * weight * r * correlation;
    walk->step->model_nats += from->data * weight * r * model;
}

/* Every component, and every set the rule may reveal in this node, with its probability. */
static void take_all_sets(struct walk *walk)
{
    size_t n_set;
    double r;

    for (size_t k = 0; k < walk->answer->components; k++) {
        walk->part = walk->tempered + k * walk->length * walk->vocab;
        mg_choice_begin(walk->choice, walk->context, walk->answer->probs, walk->part);
        while (walk->moves <= walk->moves_max &&
               mg_choice_next(walk->set, &n_set, &r, walk->choice)) {
            take_set(walk, n_set, walk->answer->weights[k], r);
        }
    }
}

/* One step of the sampler in every node of the layer. */
static enum mg_status take_step(struct walk *walk, struct mg_error *err)
{
    const size_t row = mg_predictor_components(walk->predictor) * walk->length * walk->vocab;
    const size_t count = mg_contexts_count(walk->now.contexts);
    const size_t fits = PROBABILITIES_MAX / row;
    const size_t batch = fits < 1 ? 1 : fits < count ? fits : count;
    struct mg_step_laws answers;
    enum mg_status status = MG_OK;

    mg_step_laws_init(&answers, walk->predictor, batch);
    walk->move = 0;
    for (size_t from = 0; from < count && status == MG_OK; from += batch) {
        const size_t some = count - from < batch ? count - from : batch;

        mg_step_laws_ask(&answers, walk->predictor, mg_contexts_rows(walk->now.contexts, from),
                         some);
        if (!mg_step_laws_finite(&answers, some)) {
            status = mg_fail(err, MG_NO, "law: the predictor's probabilities are not finite");
        }
        for (size_t k = 0; k < some && status == MG_OK; k++) {
            const struct mg_step_law answer = mg_step_laws_at(&answers, k);

            walk->answer = &answer;
            walk->node = &walk->now.nodes[from + k];
            walk->context = mg_contexts_rows(walk->now.contexts, from + k);
            walk->law->nfe += walk->node->data;
            weigh_positions(walk);
            take_all_sets(walk);
            if (walk->moves > walk->moves_max) {
                status = mg_fail(err, MG_UNDECIDED,
                                 "law of %s: more than %.4g moves of %zu sequences, too large to "
                                 "enumerate",
                                 walk->sampler->name, walk->moves_max, walk->replay->n);
            }
        }
    }
    mg_step_laws_release(&answers);
    return status;
}

/* KL(mu || nu^(t)): sequences under way go on as the source does. */
static double divergence_after_step(struct walk *walk)
{
    const size_t count = mg_contexts_count(walk->next.contexts);

    memcpy(walk->after, walk->done_sampler, walk->replay->n * sizeof(double));
    for (size_t c = 0; c < count; c++) {
        const struct mg_replay_node *node = &walk->next.nodes[c];

        for (size_t k = 0; k < node->count; k++) {
            const size_t x = walk->next.members[node->first + k];

            walk->after[x] += node->sampler * walk->replay->mu[x] / node->mass;
        }
    }
    return mg_kl_nats(walk->replay->mu, walk->after, walk->replay->n);
}

/* All steps, each with its ledger row. */
static enum mg_status walk_all(struct walk *walk, struct mg_error *err)
{
    enum mg_status status = MG_OK;
    struct mg_law *law = walk->law;
    double before = 0.0; /* D_{t-1} */
    size_t capacity = 0;

    mg_replay_start(&walk->now, walk->replay);
    while (mg_contexts_count(walk->now.contexts) > 0 && status == MG_OK) {
        const struct mg_replay_layer layer = walk->now;
        double after;

        law->steps = mg_grow(law->steps, &capacity, law->n_steps + 1, sizeof(law->steps[0]));
        walk->step = &law->steps[law->n_steps++];
        *walk->step = (struct mg_law_step){0};
        status = take_step(walk, err);
        after = divergence_after_step(walk);
        walk->step->order_nats =
            after - before - walk->step->factorization_nats - walk->step->model_nats;
        before = after;
        law->factorization_nats += walk->step->factorization_nats;
        law->model_nats += walk->step->model_nats;
        walk->now = walk->next;
        walk->next = layer;
        mg_replay_layer_clear(&walk->next);
    }
    return status;
}

static void sum_up(struct walk *walk)
{
    const struct mg_replay *replay = walk->replay;
    const double twin_nats = mg_kl_nats(replay->mu, walk->done_twin, replay->n);
    struct mg_law *law = walk->law;

    /* A sum of probabilities: two calls of every sequence come out as 1.9999999999999991. */
    if (fabs(law->nfe - round(law->nfe)) < 1e-9) {
        law->nfe = round(law->nfe);
    }
    law->n = replay->n;
    law->mu = mg_allocate(law->n, sizeof(double));
    law->nu = mg_allocate(law->n, sizeof(double));
    for (size_t x = 0; x < law->n; x++) {
        law->mu[x] = replay->mu[x];
        law->nu[x] = walk->done_sampler[x];
        law->coherence += law->nu[x];
    }
    law->kl_nats = mg_kl_nats(law->mu, law->nu, law->n);
    law->mixture_nats = twin_nats - law->factorization_nats - law->model_nats;
    law->selection_nats = law->kl_nats - twin_nats;
    law->order_nats = law->mixture_nats + law->selection_nats;
}

enum mg_status mg_law_walk(struct mg_law **law, struct mg_predictor *predictor,
                           const struct mg_source *source, const struct mg_sampler *sampler,
                           const int *prompt, double moves_max, struct mg_error *err)
{
    struct walk walk;
    enum mg_status status;

    assert(predictor->length == source->length);
    assert(predictor->vocab == source->vocab);
    walk_init(&walk, predictor, source, sampler, prompt);
    walk.moves_max = moves_max;
    walk.law = mg_allocate(1, sizeof(*walk.law));
    status = walk_all(&walk, err);
    if (status == MG_OK) {
        sum_up(&walk);
        *law = walk.law;
    } else {
        mg_law_free(walk.law);
        *law = NULL;
    }
    walk_release(&walk);
    return status;
}

void mg_law_free(struct mg_law *law)
{
    if (law != NULL) {
        free(law->steps);
        free(law->nu);
        free(law->mu);
        free(law);
    }
}

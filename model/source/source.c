/* source.c - what every source can answer once it has a mass; see source.h. */
#include "model/source/source.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/source/array.h"

bool mg_source_has_oracle(const struct mg_source *source)
{
    assert(source != NULL);
    return source->ops->log_mass != NULL;
}

void mg_source_draw(const struct mg_source *source, struct mg_rng *rng, int *tokens)
{
    assert(source != NULL);
    source->ops->draw(source, rng, tokens);
}

void mg_source_draw_held_out(const struct mg_source *source, struct mg_rng *rng, int *tokens)
{
    assert(source != NULL);
    if (source->ops->draw_held_out != NULL) {
        source->ops->draw_held_out(source, rng, tokens);
    } else {
        source->ops->draw(source, rng, tokens);
    }
}

double mg_source_log_mass(const struct mg_source *source, const int *context)
{
    assert(mg_source_has_oracle(source));
    return source->ops->log_mass(source, context);
}

/* Bayes: P(x_i = v | c) = P(c and x_i = v) / P(c), one mass for each value. */
static bool conditionals_from_mass(const struct mg_source *source, const int *context,
                                   double *probs)
{
    const size_t L = source->length;
    const size_t V = source->vocab;
    const double log_total = source->ops->log_mass(source, context);
    int *trial;

    if (isinf(log_total)) {
        return false;
    }
    trial = mg_array_copy(context, L, sizeof(*trial));
    for (size_t i = 0; i < L; i++) {
        for (size_t v = 0; v < V; v++) {
            if (context[i] == MG_MASK) {
                trial[i] = (int)v;
                probs[i * V + v] = exp(source->ops->log_mass(source, trial) - log_total);
            } else {
                probs[i * V + v] = context[i] == (int)v ? 1.0 : 0.0;
            }
        }
        trial[i] = context[i];
    }
    free(trial);
    return true;
}

bool mg_source_conditionals(const struct mg_source *source, const int *context, double *probs)
{
    assert(mg_source_has_oracle(source));
    if (source->ops->conditionals != NULL) {
        return source->ops->conditionals(source, context, probs);
    }
    return conditionals_from_mass(source, context, probs);
}

struct joint_walk {
    const struct mg_source *source;
    int *context; /* with the targets chosen so far filled in */
    const size_t *targets;
    double *probs; /* (n, L, V): conditionals of each level */
};

/*
 * Fill the outcomes below one choice of the first `level` targets: joint (outcomes) out, mass the
 * probability of the choice. Impossible branches are not asked, so a short support costs little.
 * Returns false if the context has probability 0.
 */
static bool walk_joint(const struct joint_walk *walk, size_t level, double mass, double *joint,
                       size_t outcomes)
{
    const size_t V = walk->source->vocab;
    const size_t target = walk->targets[level];
    double *probs = walk->probs + level * walk->source->length * V;
    const double *row = probs + target * V;
    const size_t below = outcomes / V;

    if (!mg_source_conditionals(walk->source, walk->context, probs)) {
        return false;
    }
    for (size_t v = 0; v < V; v++) {
        if (below == 1) {
            joint[v] = mass * row[v];
        } else if (row[v] > 0.0) {
            walk->context[target] = (int)v;
            (void)walk_joint(walk, level + 1, mass * row[v], joint + v * below, below);
        }
    }
    walk->context[target] = MG_MASK;
    return true;
}

bool mg_source_joint(const struct mg_source *source, const int *context, const size_t *targets,
                     size_t n, double *joint)
{
    struct joint_walk walk = {.source = source, .targets = targets};
    size_t outcomes = 1;
    bool possible;

    assert(n > 0);
    for (size_t j = 0; j < n; j++) {
        assert(targets[j] < source->length);
        assert(context[targets[j]] == MG_MASK);
        assert(outcomes <= SIZE_MAX / source->vocab);
        outcomes *= source->vocab;
    }
    walk.context = mg_array_copy(context, source->length, sizeof(*walk.context));
    walk.probs = mg_array_new(n * source->length * source->vocab, sizeof(*walk.probs));
    memset(joint, 0, outcomes * sizeof(*joint));
    possible = walk_joint(&walk, 0, 1.0, joint, outcomes);
    free(walk.probs);
    free(walk.context);
    return possible;
}

double mg_source_support_size(const struct mg_source *source)
{
    assert(mg_source_has_oracle(source));
    return source->ops->support_size(source);
}

void mg_source_support(const struct mg_source *source, mg_support_visitor *visit, void *ctx)
{
    assert(mg_source_has_oracle(source));
    source->ops->support(source, visit, ctx);
}

static bool add_entropy(void *ctx, const int *tokens, double log_prob)
{
    double *entropy_nats = ctx;

    (void)tokens;
    *entropy_nats -= exp(log_prob) * log_prob;
    return true;
}

double mg_source_entropy_nats(const struct mg_source *source)
{
    double entropy_nats = 0.0;

    assert(mg_source_has_oracle(source));
    if (source->ops->entropy_nats != NULL) {
        return source->ops->entropy_nats(source);
    }
    if (!(mg_source_support_size(source) <= MG_ENTROPY_SUPPORT_MAX)) {
        return (double)NAN;
    }
    mg_source_support(source, add_entropy, &entropy_nats);
    return entropy_nats;
}

void mg_source_free(struct mg_source *source)
{
    if (source != NULL) {
        source->ops->free(source);
    }
}

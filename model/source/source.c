/* source.c - what every source can answer once it has a mass; see source.h. */
#include "model/source/source.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool mg_source_has_oracle(const struct mg_source *source)
{
    return source->ops->log_mass != NULL;
}

void mg_source_draw(const struct mg_source *source, struct mg_rng *rng, int *tokens)
{
    source->ops->draw(source, rng, tokens);
}

double mg_source_log_mass(const struct mg_source *source, const int *context)
{
    assert(mg_source_has_oracle(source));
    return source->ops->log_mass(source, context);
}

/* A private copy of a context, to try tokens in. */
static int *context_copy(const int *context, size_t length)
{
    int *copy = malloc(length * sizeof(*copy));

    assert(copy != NULL);
    memcpy(copy, context, length * sizeof(*copy));
    return copy;
}

/* P(x_i = v | context) as a ratio of masses, for every masked i. */
static bool conditionals_from_mass(const struct mg_source *source, const int *context,
                                   double *probs)
{
    const double total = mg_source_log_mass(source, context);
    int *trial;

    if (total == -INFINITY) {
        return false;
    }
    trial = context_copy(context, source->length);
    for (size_t i = 0; i < source->length; i++) {
        for (size_t v = 0; v < source->vocab; v++) {
            if (context[i] != MG_MASK) {
                probs[i * source->vocab + v] = (size_t)context[i] == v ? 1.0 : 0.0;
                continue;
            }
            trial[i] = (int)v;
            probs[i * source->vocab + v] = exp(mg_source_log_mass(source, trial) - total);
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

bool mg_source_joint(const struct mg_source *source, const int *context, const size_t *targets,
                     size_t n, double *joint)
{
    const double total = mg_source_log_mass(source, context);
    size_t outcomes = 1;
    int *trial;

    if (total == -INFINITY) {
        return false;
    }
    for (size_t j = 0; j < n; j++) {
        assert(context[targets[j]] == MG_MASK);
        outcomes *= source->vocab;
    }
    trial = context_copy(context, source->length);
    for (size_t outcome = 0; outcome < outcomes; outcome++) {
        size_t rest = outcome;
        for (size_t j = n; j-- > 0;) {
            trial[targets[j]] = (int)(rest % source->vocab);
            rest /= source->vocab;
        }
        joint[outcome] = exp(mg_source_log_mass(source, trial) - total);
    }
    free(trial);
    return true;
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

    mg_source_support(source, add_entropy, &entropy_nats);
    return entropy_nats;
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

void mg_source_free(struct mg_source *source)
{
    if (source != NULL) {
        source->ops->free(source);
    }
}

/* replay.c - see replay.h. */
#include "model/measure/replay.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/diffusion/contexts.h"
#include "model/diffusion/grow.h"
#include "model/numeric/arena.h"

static bool agrees(const int *prompt, const int *tokens, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (prompt[i] != MG_MASK && prompt[i] != tokens[i]) {
            return false;
        }
    }
    return true;
}

static bool list_sequence(void *ctx, const int *tokens, double log_prob)
{
    struct mg_replay *replay = ctx;
    const size_t bytes = replay->length * sizeof(tokens[0]);

    if (agrees(replay->prompt, tokens, replay->length)) {
        replay->tokens = mg_grow(replay->tokens, &replay->tokens_capacity, replay->n + 1, bytes);
        replay->mu =
            mg_grow(replay->mu, &replay->mu_capacity, replay->n + 1, sizeof(replay->mu[0]));
        memcpy(replay->tokens + replay->n * replay->length, tokens, bytes);
        replay->mu[replay->n++] = exp(log_prob);
    }
    return true;
}

struct mg_replay *mg_replay_new(const struct mg_source *source, const int *prompt)
{
    struct mg_replay *replay = mg_allocate(1, sizeof(*replay));
    double total = 0.0;

    replay->length = source->length;
    replay->vocab = source->vocab;
    replay->prompt = mg_allocate(source->length, sizeof(replay->prompt[0]));
    for (size_t i = 0; i < source->length; i++) {
        replay->prompt[i] = prompt == NULL ? MG_MASK : prompt[i];
    }
    mg_source_support(source, list_sequence, replay);
    assert(replay->n > 0);
    for (size_t x = 0; x < replay->n; x++) {
        total += replay->mu[x];
    }
    for (size_t x = 0; x < replay->n; x++) {
        replay->mu[x] /= total;
    }
    return replay;
}

void mg_replay_free(struct mg_replay *replay)
{
    if (replay != NULL) {
        free(replay->prompt);
        free(replay->mu);
        free(replay->tokens);
        free(replay);
    }
}

void mg_replay_layer_init(struct mg_replay_layer *layer, size_t length)
{
    *layer = (struct mg_replay_layer){.contexts = mg_contexts_new(length)};
}

void mg_replay_layer_release(struct mg_replay_layer *layer)
{
    free(layer->members);
    free(layer->nodes);
    mg_contexts_free(layer->contexts);
}

void mg_replay_layer_clear(struct mg_replay_layer *layer)
{
    mg_contexts_clear(layer->contexts);
    layer->n_members = 0;
}

static size_t add_node(struct mg_replay_layer *layer, const int *row, bool *fresh)
{
    const size_t node = mg_contexts_add(layer->contexts, row, fresh);

    if (*fresh) {
        layer->nodes =
            mg_grow(layer->nodes, &layer->nodes_capacity, node + 1, sizeof(layer->nodes[0]));
        layer->nodes[node] = (struct mg_replay_node){0};
    }
    return node;
}

/* Room for the sequences of a new node. */
static void add_members(struct mg_replay_layer *layer, struct mg_replay_node *node, size_t count)
{
    node->first = layer->n_members;
    node->count = count;
    layer->n_members += count;
    layer->members = mg_grow(layer->members, &layer->members_capacity, layer->n_members,
                             sizeof(layer->members[0]));
}

void mg_replay_start(struct mg_replay_layer *layer, const struct mg_replay *replay)
{
    struct mg_replay_node *node;
    bool fresh;

    assert(mg_contexts_count(layer->contexts) == 0);
    (void)add_node(layer, replay->prompt, &fresh);
    node = &layer->nodes[0];
    add_members(layer, node, replay->n);
    for (size_t x = 0; x < replay->n; x++) {
        layer->members[x] = x;
        node->mass += replay->mu[x];
    }
    node->data = 1.0;
    node->twin = 1.0;
    node->sampler = 1.0;
}

size_t mg_replay_move(struct mg_replay_group *groups, size_t *target, struct mg_replay_layer *next,
                      const struct mg_replay_layer *now, size_t node, const size_t *set,
                      size_t n_set, const struct mg_replay *replay, size_t move)
{
    const size_t length = replay->length;
    const struct mg_replay_node *from = &now->nodes[node];
    const size_t *members = now->members + from->first;
    int *row = mg_allocate(length, sizeof(row[0]));
    size_t n = 0;

    memcpy(row, mg_contexts_rows(now->contexts, node), length * sizeof(row[0]));
    for (size_t k = 0; k < from->count; k++) {
        const int *tokens = replay->tokens + members[k] * length;
        struct mg_replay_node *to;
        size_t reached;
        bool fresh;

        for (size_t i = 0; i < n_set; i++) {
            row[set[i]] = tokens[set[i]];
        }
        reached = add_node(next, row, &fresh);
        to = &next->nodes[reached];
        if (to->move != move) {
            to->move = move;
            to->group = n;
            groups[n++] =
                (struct mg_replay_group){.node = reached, .sequence = members[k], .fresh = fresh};
        }
        target[k] = to->group;
        groups[to->group].mass += replay->mu[members[k]];
        groups[to->group].count++;
    }
    for (size_t g = 0; g < n; g++) {
        if (groups[g].fresh) {
            add_members(next, &next->nodes[groups[g].node], groups[g].count);
            next->nodes[groups[g].node].mass = groups[g].mass;
        }
    }
    for (size_t k = 0; k < from->count; k++) {
        struct mg_replay_group *group = &groups[target[k]];

        if (group->fresh) {
            next->members[next->nodes[group->node].first + group->filled++] = members[k];
        }
    }
    free(row);
    return n;
}

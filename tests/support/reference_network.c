/* reference_network.c - see reference_network.h. */
#include "tests/support/reference_network.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/tape.h"

/* What the formulas read; parameters are the first nodes of the tape, in list order. */
struct context {
    struct tape tape;
    const struct mg_transformer_config *config;
    const struct mg_parameters *list;
    size_t T;
};

static uint32_t *nodes_new(size_t count)
{
    uint32_t *nodes = (uint32_t *)calloc(count, sizeof(*nodes));

    assert(nodes != NULL);
    return nodes;
}

/* Number of the first element of a block's tensor (or of an outer one, block < 0). */
static uint32_t offset_of(const struct context *c, int block, const char *leaf)
{
    char name[96];
    size_t offset = 0;

    if (block < 0) {
        (void)snprintf(name, sizeof(name), "model.transformer.%s.weight", leaf);
    } else {
        (void)snprintf(name, sizeof(name), "model.transformer.blocks.%d.%s.weight", block, leaf);
    }
    for (size_t i = 0; i < c->list->n; i++) {
        if (strcmp(c->list->tensors[i].name, name) == 0) {
            return (uint32_t)offset;
        }
        offset += c->list->tensors[i].count;
    }
    abort(); /* no tensor of that name: the list is wrong */
}

/* y (T, outputs) = x (T, inputs) W^T, as new nodes. */
static uint32_t *linear(struct context *c, const uint32_t *x, uint32_t weight, size_t outputs,
                        size_t inputs)
{
    uint32_t *y = nodes_new(c->T * outputs);

    for (size_t t = 0; t < c->T; t++) {
        for (size_t o = 0; o < outputs; o++) {
            uint32_t sum = tape_constant(&c->tape, 0.0);

            for (size_t i = 0; i < inputs; i++) {
                sum = tape_plus(
                    &c->tape, sum,
                    tape_times(&c->tape, x[t * inputs + i], weight + (uint32_t)(o * inputs + i)));
            }
            y[t * outputs + o] = sum;
        }
    }
    return y;
}

static uint32_t *normalised(struct context *c, const uint32_t *x, uint32_t weight)
{
    const size_t d = c->config->width;
    uint32_t *y = nodes_new(c->T * d);

    for (size_t t = 0; t < c->T; t++) {
        uint32_t sum = tape_constant(&c->tape, c->config->norm_eps);
        uint32_t inverse;

        for (size_t i = 0; i < d; i++) {
            sum = tape_plus(
                &c->tape, sum,
                tape_scaled(&c->tape, tape_power(&c->tape, x[t * d + i], 2.0), 1.0 / (double)d));
        }
        inverse = tape_power(&c->tape, sum, -0.5);
        for (size_t i = 0; i < d; i++) {
            y[t * d + i] = tape_times(&c->tape, tape_times(&c->tape, x[t * d + i], inverse),
                                      weight + (uint32_t)i);
        }
    }
    return y;
}

/* Turn pairs (i, i + half) of every head by t * theta^(-2 i / head size), in place. */
static void turn(struct context *c, uint32_t *x)
{
    const size_t d = c->config->width;
    const size_t size = d / c->config->heads;
    const size_t half = size / 2;

    for (size_t t = 0; t < c->T; t++) {
        for (size_t h = 0; h < c->config->heads; h++) {
            for (size_t i = 0; i < half; i++) {
                const double angle =
                    (double)t * pow(c->config->rope_theta, -2.0 * (double)i / (double)size);
                uint32_t *a = &x[t * d + h * size + i];
                uint32_t *b = a + half;
                const uint32_t old = *a;

                *a = tape_plus(&c->tape, tape_scaled(&c->tape, old, cos(angle)),
                               tape_scaled(&c->tape, *b, -sin(angle)));
                *b = tape_plus(&c->tape, tape_scaled(&c->tape, *b, cos(angle)),
                               tape_scaled(&c->tape, old, sin(angle)));
            }
        }
    }
}

/* Does position i see position j? Begin-of-sequence, under a window, sees itself alone. */
static bool sees(const struct context *c, size_t i, size_t j)
{
    const bool bos = c->config->causal || c->config->positions == MG_POSITIONS_BOS;
    const size_t apart = i > j ? i - j : j - i;

    if (c->config->causal && j > i) {
        return false;
    }
    if (c->config->block > 0) {
        const size_t first = c->T - c->config->length; /* begin-of-sequence is block 0 of its own */
        const size_t block_i = i < first ? 0 : 1 + (i - first) / c->config->block;
        const size_t block_j = j < first ? 0 : 1 + (j - first) / c->config->block;

        if (block_j > block_i) {
            return false;
        }
    }
    if (c->config->window == 0 || i == j) {
        return true;
    }
    return bos && i == 0 ? false : bos && j == 0 ? true : apart <= c->config->window;
}

/* out[i] += softmax-weighted v of one head for query position i. */
static void attend(struct context *c, uint32_t *out, const uint32_t *q, const uint32_t *k,
                   const uint32_t *v, size_t i, size_t first, size_t size)
{
    const size_t d = c->config->width;
    uint32_t *share = nodes_new(c->T);
    uint32_t total = tape_constant(&c->tape, 0.0);

    for (size_t j = 0; j < c->T; j++) {
        uint32_t score = tape_constant(&c->tape, 0.0);

        for (size_t a = first; a < first + size; a++) {
            score = tape_plus(&c->tape, score, tape_times(&c->tape, q[i * d + a], k[j * d + a]));
        }
        if (!sees(c, i, j)) {
            continue;
        }
        share[j] = tape_exp(&c->tape, tape_scaled(&c->tape, score, 1.0 / sqrt((double)size)));
        total = tape_plus(&c->tape, total, share[j]);
    }
    total = tape_power(&c->tape, total, -1.0);
    for (size_t a = first; a < first + size; a++) {
        out[i * d + a] = tape_constant(&c->tape, 0.0);
        for (size_t j = 0; j < c->T; j++) {
            if (sees(c, i, j)) {
                out[i * d + a] = tape_plus(
                    &c->tape, out[i * d + a],
                    tape_times(&c->tape, tape_times(&c->tape, share[j], total), v[j * d + a]));
            }
        }
    }
    free(share);
}

static void add_into(struct context *c, uint32_t *h, uint32_t *more)
{
    for (size_t i = 0; i < c->T * c->config->width; i++) {
        h[i] = tape_plus(&c->tape, h[i], more[i]);
    }
    free(more);
}

static void attention_sublayer(struct context *c, uint32_t *h, int block)
{
    const size_t d = c->config->width;
    const size_t size = d / c->config->heads;
    uint32_t *x = normalised(c, h, offset_of(c, block, "attn_norm"));
    uint32_t *q = linear(c, x, offset_of(c, block, "q_proj"), d, d);
    uint32_t *k = linear(c, x, offset_of(c, block, "k_proj"), d, d);
    uint32_t *v = linear(c, x, offset_of(c, block, "v_proj"), d, d);
    uint32_t *out = nodes_new(c->T * d);

    turn(c, q);
    turn(c, k);
    for (size_t head = 0; head < c->config->heads; head++) {
        for (size_t i = 0; i < c->T; i++) {
            attend(c, out, q, k, v, i, head * size, size);
        }
    }
    add_into(c, h, linear(c, out, offset_of(c, block, "attn_out"), d, d));
    free(out);
    free(v);
    free(k);
    free(q);
    free(x);
}

static void feed_forward_sublayer(struct context *c, uint32_t *h, int block)
{
    const size_t d = c->config->width;
    const size_t hidden = c->config->hidden;
    uint32_t *x = normalised(c, h, offset_of(c, block, "ff_norm"));
    uint32_t *gate = linear(c, x, offset_of(c, block, "ff_proj"), hidden, d);
    uint32_t *up = linear(c, x, offset_of(c, block, "up_proj"), hidden, d);

    for (size_t i = 0; i < c->T * hidden; i++) {
        const uint32_t bottom = tape_plus(&c->tape, tape_constant(&c->tape, 1.0),
                                          tape_exp(&c->tape, tape_scaled(&c->tape, gate[i], -1.0)));
        const uint32_t silu = tape_times(&c->tape, gate[i], tape_power(&c->tape, bottom, -1.0));

        up[i] = tape_times(&c->tape, silu, up[i]);
    }
    add_into(c, h, linear(c, up, offset_of(c, block, "ff_out"), d, hidden));
    free(up);
    free(gate);
    free(x);
}

/* Normalised last states (T, d) of one row as nodes. */
static uint32_t *row_states(struct context *c, const int *row)
{
    const struct mg_transformer_config *config = c->config;
    const size_t d = config->width;
    const size_t first = c->T - config->length;
    const size_t moved = config->causal ? 1 : first; /* causal: position i reads token i - 1 */
    const uint32_t wte = offset_of(c, -1, "wte");
    uint32_t *h = nodes_new(c->T * d);
    uint32_t *x;

    for (size_t t = 0; t < c->T; t++) {
        const int token = t < moved ? (int)config->vocab + 1 : row[t - moved];
        const size_t id = token < 0 ? config->vocab : (size_t)token;

        for (size_t i = 0; i < d; i++) {
            h[t * d + i] = wte + (uint32_t)(id * d + i);
            if (config->positions == MG_POSITIONS_ABSOLUTE) {
                h[t * d + i] = tape_plus(&c->tape, h[t * d + i],
                                         offset_of(c, -1, "wpe") + (uint32_t)(t * d + i));
            }
        }
    }
    for (size_t block = 0; block < config->layers; block++) {
        attention_sublayer(c, h, (int)block);
        feed_forward_sublayer(c, h, (int)block);
    }
    x = normalised(c, h, offset_of(c, -1, "ln_f"));
    free(h);
    return x;
}

/* Logits (L, V) of component r; rows V and V + 1 of the first head are not read. */
static uint32_t *head_logits(struct context *c, const uint32_t *states, size_t r)
{
    const size_t V = c->config->vocab;
    const size_t d = c->config->width;
    const uint32_t head = r == 0
                              ? offset_of(c, -1, "ff_out")
                              : offset_of(c, -1, "ff_out_components") + (uint32_t)((r - 1) * V * d);
    uint32_t *all = linear(c, states, head, V, d);

    memmove(all, all + (c->T - c->config->length) * V, c->config->length * V * sizeof(*all));
    return all;
}

/* mix (R) out: W times the mean state of the masked positions of the row. */
static void row_mix(struct context *c, uint32_t *mix, const uint32_t *states, const int *row)
{
    const size_t d = c->config->width;
    const size_t first = c->T - c->config->length;
    const uint32_t W = offset_of(c, -1, "mixture");
    double masked = 0.0;

    for (size_t i = 0; i < c->config->length; i++) {
        masked += row[i] < 0;
    }
    for (size_t r = 0; r < c->config->components; r++) {
        mix[r] = tape_constant(&c->tape, 0.0);
        for (size_t i = 0; i < c->config->length; i++) {
            for (size_t a = 0; a < d && row[i] < 0; a++) {
                mix[r] = tape_plus(&c->tape, mix[r],
                                   tape_scaled(&c->tape,
                                               tape_times(&c->tape, states[(first + i) * d + a],
                                                          W + (uint32_t)(r * d + a)),
                                               1.0 / masked));
            }
        }
    }
}

/* log softmax of x (n) at `which`. */
static uint32_t log_share(struct tape *tape, const uint32_t *x, size_t n, size_t which)
{
    uint32_t sum = tape_constant(tape, 0.0);

    for (size_t v = 0; v < n; v++) {
        sum = tape_plus(tape, sum, tape_exp(tape, x[v]));
    }
    return tape_plus(tape, x[which], tape_scaled(tape, tape_log(tape, sum), -1.0));
}

/* -log of the mixture of products at the masked tokens of a row that have a weight, times it. */
static uint32_t mixture_loss(struct context *c, const uint32_t *states, const int *noisy,
                             const int *clean, const float *weight)
{
    const size_t R = c->config->components;
    const size_t V = c->config->vocab;
    uint32_t *mix = nodes_new(R);
    uint32_t sum = tape_constant(&c->tape, 0.0);
    double each = 0.0;

    row_mix(c, mix, states, noisy);
    for (size_t r = 0; r < R; r++) {
        uint32_t *logits = head_logits(c, states, r);
        uint32_t score = log_share(&c->tape, mix, R, r);

        for (size_t i = 0; i < c->config->length; i++) {
            if (noisy[i] < 0 && weight[i] > 0.0f) {
                each = (double)weight[i];
                score = tape_plus(&c->tape, score,
                                  log_share(&c->tape, logits + i * V, V, (size_t)clean[i]));
            }
        }
        sum = tape_plus(&c->tape, sum, tape_exp(&c->tape, score));
        free(logits);
    }
    free(mix);
    return tape_scaled(&c->tape, tape_log(&c->tape, sum), -each);
}

/* The weighted cross entropies of a row's masked tokens. */
static uint32_t product_loss(struct context *c, const uint32_t *states, const int *noisy,
                             const int *clean, const float *weight)
{
    const size_t V = c->config->vocab;
    uint32_t *logits = head_logits(c, states, 0);
    uint32_t loss = tape_constant(&c->tape, 0.0);

    for (size_t i = 0; i < c->config->length; i++) {
        if (noisy[i] < 0) {
            loss = tape_plus(&c->tape, loss,
                             tape_scaled(&c->tape,
                                         log_share(&c->tape, logits + i * V, V, (size_t)clean[i]),
                                         -(double)weight[i]));
        }
    }
    free(logits);
    return loss;
}

static struct context begin(const struct mg_transformer_config *config,
                            const struct mg_parameters *list)
{
    return (struct context){.config = config,
                            .list = list,
                            .T = config->length +
                                 (config->positions == MG_POSITIONS_BOS && !config->causal)};
}

static void restart(struct context *c, const double *value)
{
    c->tape.n = 0;
    for (size_t i = 0; i < c->list->count; i++) {
        (void)tape_constant(&c->tape, value[i]);
    }
}

double reference_loss(double *gradient, const struct mg_transformer_config *config,
                      const struct mg_parameters *list, const double *value, const int *noisy,
                      const int *clean, const float *weight, size_t n)
{
    struct context c = begin(config, list);
    const size_t L = config->length;
    double loss_nats = 0.0;

    if (gradient != NULL) {
        memset(gradient, 0, list->count * sizeof(*gradient));
    }
    for (size_t r = 0; r < n; r++) {
        uint32_t *states;
        uint32_t loss;

        restart(&c, value);
        states = row_states(&c, (config->causal ? clean : noisy) + r * L);
        loss = (config->components > 1 ? mixture_loss : product_loss)(
            &c, states, noisy + r * L, clean + r * L, weight + r * L);
        loss_nats += tape_value(&c.tape, loss);
        (void)tape_scaled(&c.tape, loss, 1.0); /* the last node */
        if (gradient != NULL) {
            tape_differentiate(gradient, &c.tape, list->count);
        }
        free(states);
    }
    free(c.tape.nodes);
    return loss_nats;
}

void reference_logits(double *logits, double *mix, const struct mg_transformer_config *config,
                      const struct mg_parameters *list, const double *value, const int *row)
{
    struct context c = begin(config, list);
    const size_t cells = config->length * config->vocab;
    uint32_t *states;

    restart(&c, value);
    states = row_states(&c, row);
    for (size_t r = 0; r < config->components; r++) {
        uint32_t *nodes = head_logits(&c, states, r);

        for (size_t i = 0; i < cells; i++) {
            logits[r * cells + i] = tape_value(&c.tape, nodes[i]);
        }
        free(nodes);
    }
    if (mix != NULL) {
        uint32_t *nodes = nodes_new(config->components);

        row_mix(&c, nodes, states, row);
        for (size_t r = 0; r < config->components; r++) {
            mix[r] = tape_value(&c.tape, nodes[r]);
        }
        free(nodes);
    }
    free(states);
    free(c.tape.nodes);
}

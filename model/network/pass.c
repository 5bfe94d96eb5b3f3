/* pass.c - see pass.h. */
#include "model/network/pass.h"

#include <assert.h>
#include <string.h>

#include "model/network/cross_entropy.h"
#include "model/network/embedding.h"
#include "model/network/mixture.h"
#include "model/network/rmsnorm.h"
#include "model/network/rope.h"
#include "model/network/swiglu.h"
#include "model/numeric/matmul.h"
#include "model/numeric/vecmath.h"
#include "model/source/source.h"

/*
 * Embedding rows of n rows of tokens, and which positions are predicted: those that `asked` masks,
 * and where there are weights only those with one, unless all are pooled (mixture.h). A causal
 * network reads its rows one place to the right, behind begin-of-sequence, so that position i has
 * seen what stands before it.
 */
static void read_rows(struct mg_pass *pass, const struct mg_network *network, const int *tokens,
                      const int *asked, const float *weight, size_t n)
{
    const size_t L = network->config.length;
    const size_t T = network->row_length;
    const size_t first = T - L;
    const size_t moved = network->config.causal ? 1 : first;
    const bool all = weight == NULL || network->config.components > 1;

    pass->count = 0;
    for (size_t m = 0; m < n * T; m++) {
        const size_t r = m / T;
        const size_t t = m % T;
        const int token = t < moved ? 0 : tokens[r * L + t - moved];
        const size_t at = r * L + t - first; /* read where t >= first */

        if (t == 0) {
            pass->start[r] = pass->count;
        }

        assert(token == MG_MASK || (token >= 0 && (size_t)token < network->config.vocab));
        pass->ids[m] = t < moved          ? network->bos_row
                       : token == MG_MASK ? network->mask_row
                                          : (size_t)token;
        if (t >= first && asked[at] == MG_MASK && (all || weight[at] > 0.0f)) {
            pass->masked[pass->count++] = m - (network->config.relative.shifted && t > 0);
        }
    }
    pass->start[n] = pass->count;
}

/* The distinct tokens of M positions, in the order they come. */
static void list_tokens(struct mg_pass *pass, size_t M)
{
    pass->distinct = 0;
    for (size_t m = 0; m < M; m++) {
        const size_t id = pass->ids[m];
        size_t number = pass->number_of[id];

        /* number_of may hold anything: an entry counts if the list confirms it. */
        if (number >= pass->distinct || pass->tokens[number] != id) {
            number = pass->distinct++;
            pass->tokens[number] = id;
            pass->number_of[id] = number;
        }
        pass->token_of[m] = number;
    }
}

/* y (M, N) = x W^T + add, see weights.h. */
static void multiply(float *y, const float *add, const float *x, const struct mg_matrix *matrix,
                     size_t M, const struct mg_pass *pass)
{
    if (matrix->packed != NULL) {
        mg_matmul_forward(y, add, x, matrix->packed, M, matrix->N, matrix->K);
    } else {
        mg_pieces_product(y, add, x, matrix->pieces, matrix->n_pieces, M, matrix->N, matrix->K,
                          pass->room, pass->pool);
    }
}

/* What some families do to q, k and v (M, ...) before they turn: add a bias, normalise each head.
 */
static void prepare_heads(float *qkv, const struct mg_network *network,
                          const struct mg_block_weights *weights, size_t M)
{
    const struct mg_attention_shape *shape = &network->attention;
    const size_t wide = mg_qkv_width(&network->config);
    const double eps = network->config.norm_eps;

    for (size_t m = 0; m < M && weights->qkv_bias != NULL; m++) {
        mg_add(qkv + m * wide, weights->qkv_bias, wide);
    }
    for (size_t m = 0; m < M && weights->q_norm != NULL; m++) {
        float *q = qkv + m * wide;
        float *k = q + shape->heads * shape->size;

        mg_rmsnorm_forward(q, NULL, q, weights->q_norm, eps, shape->heads, shape->size);
        mg_rmsnorm_forward(k, NULL, k, weights->k_norm, eps, shape->kv_heads, shape->size);
    }
}

struct heads_job {
    const struct mg_block_state *block;
    const struct mg_attention_shape *shape;
    float *scratch;
};

static void head_task(void *ctx, size_t index, size_t worker)
{
    const struct heads_job *job = (const struct heads_job *)ctx;
    const size_t heads = job->shape->heads;

    mg_attention_head(job->block->attended, NULL, job->block->qkv,
                      job->scratch + worker * mg_attention_scratch_size(job->shape), job->shape,
                      index / heads, index % heads);
}

/* out (count, d): the rows of all that are listed in which (count). */
static void gather_rows(float *out, const float *all, const size_t *which, size_t count, size_t d)
{
    for (size_t i = 0; i < count; i++) {
        memcpy(out + i * d, all + which[i] * d, d * sizeof(*out));
    }
}

/* From block->input to block->attended, at all positions. */
static void attend(struct mg_block_state *block, const struct mg_network *network, size_t layer,
                   const struct mg_pass *pass, size_t n)
{
    const struct mg_attention_shape *shape = &network->attention;
    const struct mg_block_weights *weights = &network->forward.blocks[layer];
    const size_t M = n * network->row_length;
    const bool by_token = layer == 0 && pass->by_token;
    const size_t rows = by_token ? pass->distinct : M;
    float *qkv = by_token ? pass->token_qkv : block->qkv;
    struct heads_job job = {block, shape, pass->scratch};

    mg_rmsnorm_forward(block->norm1, block->rstd1, by_token ? pass->token_input : block->input,
                       weights->attn_norm, network->config.norm_eps, rows, network->config.width);
    multiply(qkv, NULL, block->norm1, &weights->qkv, rows, pass);
    prepare_heads(qkv, network, weights, rows);
    if (by_token) {
        gather_rows(block->qkv, qkv, pass->token_of, M, mg_qkv_width(&network->config));
    }
    /* q and k lie side by side, so they turn as the heads of one. */
    mg_rope_turn(block->qkv, mg_qkv_width(&network->config), network->cosine, network->sine, 1.0f,
                 M, shape->length, shape->heads + shape->kv_heads, shape->size / 2);
    if (pass->threads > 0) {
        mg_pool_run(pass->pool, head_task, &job, n * shape->heads);
    } else {
        mg_attention_forward(block->attended, block->probs, block->qkv, pass->scratch, shape, n);
    }
}

/* From block->kept and kept_attended to output, for M rows. */
static void feed_forward(float *output, struct mg_block_state *block,
                         const struct mg_network *network, size_t layer, const struct mg_pass *pass,
                         size_t M)
{
    const struct mg_transformer_config *config = &network->config;
    const struct mg_block_weights *weights = &network->forward.blocks[layer];

    multiply(block->middle, block->kept, block->kept_attended, &weights->attn_out, M, pass);
    mg_rmsnorm_forward(block->norm2, block->rstd2, block->middle, weights->ff_norm,
                       config->norm_eps, M, config->width);
    multiply(block->gate_up, NULL, block->norm2, &weights->gate_up, M, pass);
    mg_swiglu_forward(block->activated, block->gate_up, M, config->hidden);
    multiply(output, block->middle, block->activated, &weights->ff_out, M, pass);
}

/* The reverse for an ascending list, in place: row i of x goes to row which[i] of M, the others
 * become 0. */
static void spread_rows(float *x, const size_t *which, size_t count, size_t M, size_t d)
{
    size_t i = count;

    for (size_t m = M; m-- > 0;) { /* from the end: which[i] >= i, so no row is lost */
        if (i > 0 && which[i - 1] == m) {
            i--;
            memmove(x + m * d, x + i * d, d * sizeof(*x));
        } else {
            memset(x + m * d, 0, d * sizeof(*x));
        }
    }
}

/* From the ids of n rows to pass->norm. */
static void forward(struct mg_pass *pass, const struct mg_network *network, size_t n)
{
    const struct mg_transformer_config *config = &network->config;
    const size_t d = config->width;
    const size_t M = n * network->row_length;
    struct mg_block_state *last = &pass->blocks[config->layers - 1];

    mg_embedding_forward(pass->blocks[0].input, &network->forward.wte, network->forward.wpe,
                         pass->ids, M, network->row_length, d);
    if (pass->by_token) {
        list_tokens(pass, M);
        mg_embedding_forward(pass->token_input, &network->forward.wte, NULL, pass->tokens,
                             pass->distinct, network->row_length, d);
    }
    for (size_t i = 0; i + 1 < config->layers; i++) {
        attend(&pass->blocks[i], network, i, pass, n);
        feed_forward(pass->blocks[i + 1].input, &pass->blocks[i], network, i, pass, M);
    }
    attend(last, network, config->layers - 1, pass, n);
    gather_rows(last->kept, last->input, pass->masked, pass->count, d);
    gather_rows(last->kept_attended, last->attended, pass->masked, pass->count,
                config->heads * mg_head_size(config));
    feed_forward(pass->output, last, network, config->layers - 1, pass, pass->count);
    mg_rmsnorm_forward(pass->norm, pass->rstd, pass->output, network->forward.ln_f,
                       config->norm_eps, pass->count, d);
    if (config->components > 1) {
        mg_mixture_forward(pass->mix, pass->pooled, pass->norm, pass->start,
                           network->weights.mixture, n, config->components, d);
    }
}

size_t mg_pass_forward(struct mg_pass *pass, const struct mg_network *network, const int *rows,
                       const int *asked, size_t n)
{
    assert(n <= pass->capacity);
    read_rows(pass, network, rows, asked, NULL, n);
    forward(pass, network, n);
    return pass->count;
}

size_t mg_pass_head(struct mg_pass *pass, const struct mg_network *network, size_t first)
{
    const size_t left = pass->count - first;
    const size_t count = pass->threads > 0 && left > MG_HEAD_ROWS ? MG_HEAD_ROWS : left;

    struct mg_matrix head = network->forward.head;

    for (size_t r = 0; r < network->config.components; r++) {
        if (head.packed != NULL) {
            head.packed = mg_packed_head(network, r);
        }
        multiply(pass->logits + r * count * head.N, NULL,
                 pass->norm + first * network->config.width, &head, count, pass);
    }
    return count;
}

/* What the components after the first, and their weights, add to the gradients and to d_norm. */
static void components_backward(struct mg_pass *pass, const struct mg_network *network,
                                struct mg_parameters_view *gradients, size_t n)
{
    const struct mg_transformer_config *config = &network->config;
    const size_t d = config->width;
    const size_t V = config->vocab;

    for (size_t r = 1; r < config->components; r++) {
        const float *d_logits = pass->logits + r * pass->count * V;

        mg_matmul_backward_weight(mg_head_of(gradients, config, r), d_logits, pass->norm,
                                  pass->count, V, d);
        mg_matmul_backward_input(pass->d_attended, d_logits,
                                 mg_head_of(&network->weights, config, r), pass->count, V, d);
        mg_add(pass->d_norm, pass->d_attended, pass->count * d);
    }
    mg_mixture_backward(gradients->mixture, pass->d_norm, pass->mix, pass->pooled, pass->start,
                        network->weights.mixture, n, config->components, d);
}

/* From the gradient of the logits to d_stream at the masked positions. */
static void head_backward(struct mg_pass *pass, const struct mg_network *network,
                          struct mg_parameters_view *gradients, size_t n)
{
    const size_t d = network->config.width;
    const size_t V = network->config.vocab;

    mg_matmul_backward_weight(gradients->head, pass->logits, pass->norm, pass->count, V, d);
    memset(gradients->head + V * d, 0, 2 * d * sizeof(float)); /* mask, begin-of-sequence */
    mg_matmul_backward_input(pass->d_norm, pass->logits, network->weights.head, pass->count, V, d);
    if (network->config.components > 1) {
        components_backward(pass, network, gradients, n);
    }
    memset(gradients->ln_f, 0, d * sizeof(float));
    memset(pass->d_stream, 0, pass->count * d * sizeof(float));
    mg_rmsnorm_backward(pass->d_stream, gradients->ln_f, pass->d_norm, pass->output, pass->rstd,
                        network->weights.ln_f, pass->count, d);
}

/* d_stream at the end of the block becomes that at `kept`; d_attended out; M rows. */
static void feed_forward_backward(struct mg_pass *pass, const struct mg_network *network,
                                  struct mg_block_view *d_weights, size_t layer, size_t M)
{
    const struct mg_block_view *weights = &network->weights.blocks[layer];
    const struct mg_block_state *block = &pass->blocks[layer];
    const size_t d = network->config.width;
    const size_t hidden = network->config.hidden;

    mg_matmul_backward_weight(d_weights->ff_out, pass->d_stream, block->activated, M, d, hidden);
    mg_matmul_backward_input(pass->d_activated, pass->d_stream, weights->ff_out, M, d, hidden);
    mg_swiglu_backward(pass->d_gate_up, pass->d_activated, block->gate_up, M, hidden);
    mg_matmul_backward_weight(d_weights->gate_up, pass->d_gate_up, block->norm2, M, 2 * hidden, d);
    mg_matmul_backward_input(pass->d_norm, pass->d_gate_up, weights->gate_up, M, 2 * hidden, d);
    memset(d_weights->ff_norm, 0, d * sizeof(float));
    mg_rmsnorm_backward(pass->d_stream, d_weights->ff_norm, pass->d_norm, block->middle,
                        block->rstd2, weights->ff_norm, M, d);
    mg_matmul_backward_weight(d_weights->attn_out, pass->d_stream, block->kept_attended, M, d, d);
    mg_matmul_backward_input(pass->d_attended, pass->d_stream, weights->attn_out, M, d, d);
}

/* d_stream at `input` gets what comes through the attention from d_attended. */
static void attend_backward(struct mg_pass *pass, const struct mg_network *network,
                            struct mg_block_view *d_weights, size_t layer, size_t n)
{
    const struct mg_block_view *weights = &network->weights.blocks[layer];
    const struct mg_block_state *block = &pass->blocks[layer];
    const struct mg_attention_shape *shape = &network->attention;
    const size_t d = network->config.width;
    const size_t M = n * network->row_length;
    const bool by_token = layer == 0 && pass->by_token;
    const size_t rows = by_token ? pass->distinct : M;
    float *d_qkv = by_token ? pass->d_token_qkv : pass->d_qkv;

    mg_attention_backward(pass->d_qkv, pass->d_attended, block->qkv, block->probs, pass->scratch,
                          shape, n);
    mg_rope_turn(pass->d_qkv, 3 * d, network->cosine, network->sine, -1.0f, M, shape->length,
                 2 * shape->heads, shape->size / 2);
    if (by_token) {
        memset(d_qkv, 0, rows * 3 * d * sizeof(float));
        mg_embedding_backward(d_qkv, NULL, pass->d_qkv, pass->token_of, M, shape->length, 3 * d);
        memset(pass->d_token, 0, rows * d * sizeof(float));
    }
    mg_matmul_backward_weight(d_weights->qkv, d_qkv, block->norm1, rows, 3 * d, d);
    mg_matmul_backward_input(pass->d_norm, d_qkv, weights->qkv, rows, 3 * d, d);
    memset(d_weights->attn_norm, 0, d * sizeof(float));
    mg_rmsnorm_backward(by_token ? pass->d_token : pass->d_stream, d_weights->attn_norm,
                        pass->d_norm, by_token ? pass->token_input : block->input, block->rstd1,
                        weights->attn_norm, rows, d);
}

static void backward(struct mg_pass *pass, const struct mg_network *network,
                     struct mg_parameters_view *gradients, size_t n)
{
    const struct mg_transformer_config *config = &network->config;
    const size_t d = config->width;
    const size_t T = network->row_length;
    const size_t M = n * T;

    head_backward(pass, network, gradients, n);
    for (size_t i = config->layers; i-- > 0;) {
        const bool last = i + 1 == config->layers;

        feed_forward_backward(pass, network, &gradients->blocks[i], i, last ? pass->count : M);
        if (last) {
            spread_rows(pass->d_stream, pass->masked, pass->count, M, d);
            spread_rows(pass->d_attended, pass->masked, pass->count, M, d);
        }
        attend_backward(pass, network, &gradients->blocks[i], i, n);
    }
    memset(gradients->wte, 0, mg_vocabulary_rows(config) * d * sizeof(float));
    if (gradients->wpe != NULL) {
        memset(gradients->wpe, 0, config->length * d * sizeof(float));
    }
    mg_embedding_backward(gradients->wte, gradients->wpe, pass->d_stream, pass->ids, M, T, d);
    if (pass->by_token) {
        mg_embedding_backward(gradients->wte, NULL, pass->d_token, pass->tokens, pass->distinct, T,
                              d);
    }
}

double mg_pass_loss(struct mg_pass *pass, const struct mg_network *network,
                    struct mg_parameters_view *gradients, const int *noisy, const int *clean,
                    const float *weight, size_t n)
{
    const struct mg_transformer_config *config = &network->config;
    const size_t T = network->row_length;
    const size_t first = T - config->length; /* 1 with begin-of-sequence beside the row */
    double loss_nats;

    assert(pass->train && n <= pass->capacity);
    read_rows(pass, network, config->causal ? clean : noisy, noisy, weight, n);
    forward(pass, network, n);
    (void)mg_pass_head(pass, network, 0);
    for (size_t i = 0; i < pass->count; i++) {
        const size_t at = pass->masked[i] / T * config->length + pass->masked[i] % T - first;

        assert(clean[at] >= 0 && (size_t)clean[at] < config->vocab);
        pass->target[i] = (size_t)clean[at];
        pass->weight[i] = weight[at];
    }
    loss_nats = config->components > 1 ? mg_mixture_loss(pass->logits, pass->mix, pass->share,
                                                         pass->target, pass->weight, pass->start, n,
                                                         config->components, config->vocab)
                                       : mg_cross_entropy(pass->logits, pass->target, pass->weight,
                                                          pass->count, config->vocab);
    backward(pass, network, gradients, n);
    return loss_nats;
}

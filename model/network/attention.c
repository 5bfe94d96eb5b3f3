/* attention.c - see attention.h. */
#include "model/network/attention.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "model/numeric/tile.h"
#include "model/numeric/vecmath.h"

/*
 * Scratch of one head; T and the head size are padded to whole vectors. The padding of the right
 * factors stays zero, so the scores may be computed there too, in whole vectors.
 */
struct head_scratch {
    float *scores;    /* (T, T padded): probabilities that are not kept, or d_scores */
    float *turned;    /* (size, T padded): k or v transposed */
    float *padded[3]; /* (T, size padded): right factors of a size that is not a multiple of 8 */
};

static size_t padded(size_t n)
{
    return (n + 7) / 8 * 8;
}

size_t mg_attention_probs_size(const struct mg_attention_shape *shape)
{
    return shape->length * padded(shape->length);
}

size_t mg_attention_scratch_size(const struct mg_attention_shape *shape)
{
    const size_t T = shape->length;

    return mg_attention_probs_size(shape) + shape->size * padded(T) + 3 * T * padded(shape->size);
}

static struct head_scratch divide(float *scratch, const struct mg_attention_shape *shape)
{
    const size_t T = shape->length;
    const size_t wide = T * padded(shape->size);
    struct head_scratch head;

    head.scores = scratch;
    head.turned = head.scores + mg_attention_probs_size(shape);
    head.padded[0] = head.turned + shape->size * padded(T);
    head.padded[1] = head.padded[0] + wide;
    head.padded[2] = head.padded[1] + wide;
    return head;
}

/* turned (size, T padded) = x^T, x (T, size) with stride. */
MG_VECTOR
static void transpose(float *turned, const float *x, size_t stride, size_t T, size_t size)
{
    const size_t wide = padded(T);

    for (size_t t = 0; t < T; t++) {
        for (size_t c = 0; c < size; c++) {
            turned[c * wide + t] = x[t * stride + c];
        }
    }
}

/* x (T, size) as a right factor: in place when its rows are whole vectors, else a padded copy. */
static struct mg_right right_factor(const float *x, size_t stride, float *copy, size_t T,
                                    size_t size)
{
    const size_t wide = padded(size);

    if (size == wide) {
        return (struct mg_right){x, 16, stride};
    }
    for (size_t t = 0; t < T; t++) {
        memcpy(copy + t * wide, x + t * stride, size * sizeof(*copy));
    }
    return (struct mg_right){copy, 16, wide};
}

/* The last position that i sees. */
static size_t last_seen(const struct mg_attention_shape *shape, size_t i, size_t window)
{
    const size_t first = shape->bos ? 1 : 0;
    size_t last = shape->length - 1;

    if (shape->causal || (shape->block > 0 && i < first)) {
        return i;
    }
    if (shape->block > 0) {
        last = first + ((i - first) / shape->block + 1) * shape->block - 1;
    }
    return shape->window > 0 && i + window < last ? i + window : last;
}

/* Take what position i does not see, padding included, out of a row of scores. */
static void hide(float *row, const struct mg_attention_shape *shape, size_t i)
{
    const size_t window = shape->bos && i == 0 ? 0 : shape->window;
    const size_t from = shape->window > 0 && i > window ? i - window : 0;

    for (size_t j = shape->bos ? 1 : 0; j < from; j++) {
        row[j] = -INFINITY;
    }
    for (size_t j = last_seen(shape, i, window) + 1; j < padded(shape->length); j++) {
        row[j] = -INFINITY;
    }
}

/* scores (T, T padded) in/out: dot products become probabilities; the padding becomes 0. */
MG_VECTOR
static void softmax_rows(float *scores, float scale, const struct mg_attention_shape *shape)
{
    const size_t T = shape->length;
    const size_t wide = padded(T);

    for (size_t i = 0; i < T; i++) {
        float *row = scores + i * wide;
        float largest;

        hide(row, shape, i);
        largest = mg_largest(row, wide);
#pragma omp simd
        for (size_t j = 0; j < wide; j++) {
            row[j] = (row[j] - largest) * scale;
        }
    }
    mg_exp(scores, scores, T * wide); /* all rows at once: short ones would wait for each exp */
    for (size_t i = 0; i < T; i++) {
        float *row = scores + i * wide;
        struct mg_lanes total = {0};
        struct mg_lanes part;
        float inverse;

        for (size_t j = 0; j < wide; j += 8) {
            mg_lanes_load(&part, row + j, 8);
            total.v += part.v;
        }
        inverse = 1.0f / mg_lanes_sum(&total);
#pragma omp simd
        for (size_t j = 0; j < wide; j++) {
            row[j] *= inverse;
        }
    }
}

/* probs (T, T padded) of one head; q and k (T, size) with stride. */
static void probabilities(float *probs, struct head_scratch *head, const float *q, const float *k,
                          size_t stride, const struct mg_attention_shape *shape)
{
    const size_t T = shape->length;
    const size_t wide = padded(T);
    const float scale = 1.0f / sqrtf((float)shape->size);

    transpose(head->turned, k, stride, T, shape->size);
    mg_tile_kernel()->product(probs, wide, NULL, (struct mg_left){q, stride, 1},
                              (struct mg_right){head->turned, 16, wide}, T, wide, shape->size);
    softmax_rows(probs, scale, shape);
}

/* d_scores in: gradient of the probabilities; out: gradient of the dot products. */
MG_VECTOR
static void softmax_backward(float *d_scores, const float *probs, float scale, size_t T)
{
    const size_t wide = padded(T);

    for (size_t i = 0; i < T; i++) {
        const float *p = probs + i * wide;
        float *d = d_scores + i * wide;
        struct mg_lanes total = {0};
        struct mg_lanes a;
        struct mg_lanes b;
        float mean;

        for (size_t j = 0; j < wide; j += 8) {
            mg_lanes_load(&a, p + j, 8);
            mg_lanes_load(&b, d + j, 8);
            total.v += a.v * b.v;
        }
        mean = mg_lanes_sum(&total);
#pragma omp simd
        for (size_t j = 0; j < wide; j++) {
            d[j] = p[j] * (d[j] - mean) * scale;
        }
    }
}

static void head_backward(float *d_q, const float *d_out, const float *q, const float *probs,
                          struct head_scratch *head, const struct mg_attention_shape *shape)
{
    const struct mg_tile_kernel *kernel = mg_tile_kernel();
    const size_t T = shape->length;
    const size_t wide = padded(T);
    const size_t size = shape->size;
    const size_t d = shape->heads * size;
    const size_t stride = 3 * d;
    const float *k = q + d;
    const float *v = k + d;
    const struct mg_left d_scores = {head->scores, wide, 1};
    const struct mg_left d_scores_turned = {head->scores, 1, wide};
    const struct mg_left probs_turned = {probs, 1, wide};

    transpose(head->turned, v, stride, T, size);
    kernel->product(head->scores, wide, NULL, (struct mg_left){d_out, d, 1},
                    (struct mg_right){head->turned, 16, wide}, T, wide, size);
    softmax_backward(head->scores, probs, 1.0f / sqrtf((float)size), T);
    kernel->product(d_q, stride, NULL, d_scores, right_factor(k, stride, head->padded[0], T, size),
                    T, size, T);
    kernel->product(d_q + d, stride, NULL, d_scores_turned,
                    right_factor(q, stride, head->padded[1], T, size), T, size, T);
    kernel->product(d_q + 2 * d, stride, NULL, probs_turned,
                    right_factor(d_out, d, head->padded[2], T, size), T, size, T);
}

void mg_attention_head(float *out, float *probs, const float *qkv, float *scratch,
                       const struct mg_attention_shape *shape, size_t row, size_t head)
{
    const size_t T = shape->length;
    const size_t size = shape->size;
    const size_t d = shape->heads * size;
    const size_t G = shape->kv_heads > 0 ? shape->kv_heads : shape->heads;
    const size_t stride = d + 2 * G * size;
    const float *q = qkv + row * T * stride;
    const float *k = q + d + head * G / shape->heads * size;
    struct head_scratch parts = divide(scratch, shape);
    float *kept = probs == NULL
                      ? parts.scores
                      : probs + (row * shape->heads + head) * mg_attention_probs_size(shape);

    probabilities(kept, &parts, q + head * size, k, stride, shape);
    mg_tile_kernel()->product(
        out + row * T * d + head * size, d, NULL, (struct mg_left){kept, padded(T), 1},
        right_factor(k + G * size, stride, parts.padded[0], T, size), T, size, T);
}

void mg_attention_forward(float *out, float *probs, const float *qkv, float *scratch,
                          const struct mg_attention_shape *shape, size_t R)
{
    for (size_t r = 0; r < R; r++) {
        for (size_t h = 0; h < shape->heads; h++) {
            mg_attention_head(out, probs, qkv, scratch, shape, r, h);
        }
    }
}

void mg_attention_backward(float *d_qkv, const float *d_out, const float *qkv, const float *probs,
                           float *scratch, const struct mg_attention_shape *shape, size_t R)
{
    const size_t T = shape->length;
    const size_t d = shape->heads * shape->size;
    struct head_scratch head = divide(scratch, shape);

    assert(shape->kv_heads == 0 || shape->kv_heads == shape->heads);
    for (size_t r = 0; r < R; r++) {
        for (size_t h = 0; h < shape->heads; h++) {
            const size_t at = r * T * 3 * d + h * shape->size;

            head_backward(d_qkv + at, d_out + r * T * d + h * shape->size, qkv + at,
                          probs + (r * shape->heads + h) * mg_attention_probs_size(shape), &head,
                          shape);
        }
    }
}

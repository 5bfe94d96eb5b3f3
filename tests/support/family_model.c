/* family_model.c - see family_model.h: drawing and the formula; family_files.c writes. */
#include "tests/support/family_model.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/family_parts.h"

static const struct family_case cases[] = {
    {"LLaDA, grouped, two shards",
     "llada",
     "BF16",
     2,
     32,
     2,
     4,
     2,
     8,
     48,
     61,
     61,
     57,
     1e-5,
     5e5,
     false,
     false,
     false,
     false,
     false},
    {"LLaDA, one file",
     "llada",
     "F32",
     1,
     24,
     1,
     2,
     2,
     12,
     50,
     31,
     31,
     29,
     1e-5,
     5e5,
     false,
     false,
     false,
     false,
     false},
    {"Qwen3", "a2d-qwen3", "BF16", 1,    24,  2,     4,    2,    10,    40,
     53,      53,          50,     1e-6, 1e6, false, true, true, false, false},
    {"Qwen3, head apart",
     "a2d-qwen3",
     "F16",
     3,
     24,
     2,
     6,
     3,
     6,
     40,
     53,
     53,
     50,
     1e-6,
     1e6,
     false,
     true,
     false,
     false,
     false},
    {"Qwen2.5", "a2d-qwen2", "BF16", 1,    28,  2,    7,     1,    4,     36,
     47,        47,          40,     1e-6, 1e6, true, false, true, false, false},
    {"Dream", "Dream", "BF16", 2,    32,  2,    4,     1,     8,    40,
     47,      47,      44,     1e-6, 1e6, true, false, false, true, false},
    {"SMDM", NULL, "F32", 1,    128, 2,     2,     2,     64,    96,
     42,     41,   41,    1e-5, 1e4, false, false, false, false, true},
    {"SMDM, grouped", NULL,  "BF16", 1,     256, 1, 4, 2, 64, 64, 42, 41, 41, 1e-5, 1e4,
     false,           false, false,  false, true},
};

static const char *const fault_names[FAULTS] = {
    "none",
    "gate and up swapped",
    "interleaved RoPE",
    "sign of RoPE",
    "causal mask",
    "kv head h mod G",
    "norm weight plus one",
    "GELU for SiLU",
    "another theta",
    "another eps",
    "no shift",
    "no bias",
    "no norm of q and k",
    "norm of q and k after RoPE",
    "RoPE not rounded",
    "the embedding as head",
    "embedding times sqrt(d)",
};

const struct family_case *family_cases(size_t *n)
{
    *n = sizeof(cases) / sizeof(cases[0]);
    return cases;
}

const char *family_fault_name(enum family_fault fault)
{
    return fault_names[fault];
}

bool family_fault_applies(const struct family_case *family, enum family_fault fault)
{
    switch (fault) {
    case FAULT_KV_MODULO:
        return family->kv_heads > 1 && family->kv_heads < family->heads;
    case FAULT_NO_SHIFT:
        return family->shifted;
    case FAULT_NO_BIAS:
        return family->bias;
    case FAULT_NO_QK_NORM:
    case FAULT_QK_NORM_AFTER_ROPE:
        return family->qk_norm;
    case FAULT_ROPE_EXACT:
        return family->rope_bf16;
    case FAULT_HEAD_IS_EMBEDDING:
        return !family->tied;
    default:
        return fault != FAULT_NONE;
    }
}

/* ---- drawing ---- */

/* An integer in [-127, 127] of a small generator: Knuth's multiplier, upper bits. */
static int draw(unsigned long long *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (int)(*state >> 40) % 128 * ((*state >> 35 & 1) != 0 ? 1 : -1);
}

static double *add_tensor(struct family_model *model, size_t rows, size_t columns, double unit,
                          double centre)
{
    struct made_tensor *tensor = &model->tensors[model->n++];
    const size_t count = rows * (columns > 0 ? columns : 1);

    assert(model->n <= TENSORS_MAX);
    tensor->rows = rows;
    tensor->columns = columns;
    tensor->value = calloc(count, sizeof(double));
    assert(tensor->value != NULL);
    for (size_t i = 0; i < count; i++) {
        tensor->value[i] = centre + unit * draw(&model->state);
    }
    return tensor->value;
}

static double *matrix(struct family_model *model, size_t rows, size_t columns)
{
    return add_tensor(model, rows, columns, model->family.d < 100 ? 1.0 / 256 : 1.0 / 1024, 0.0);
}

/* Half of it, so that the sum with 1 fits the 8 bits of a bfloat16. */
static double *norm(struct family_model *model, size_t size)
{
    double *value = add_tensor(model, size, 0, 1.0 / 128, 0.0);

    for (size_t i = 0; i < size; i++) {
        value[i] = 1.0 + floor(value[i] * 64) / 128;
    }
    return value;
}

struct family_model *family_model_new(const struct family_case *family, unsigned seed)
{
    struct family_model *model = calloc(1, sizeof(*model));
    const size_t d = family->d;
    const size_t q = family->heads * family->size;
    const size_t kv = family->kv_heads * family->size;

    assert(model != NULL && family->layers <= LAYERS_MAX);
    model->family = *family;
    model->state = seed;
    model->wte = matrix(model, family->rows, d);
    for (size_t i = 0; i < family->layers; i++) {
        struct made_block *block = &model->blocks[i];

        block->attn_norm = norm(model, d);
        block->q = matrix(model, q, d);
        block->k = matrix(model, kv, d);
        block->v = matrix(model, kv, d);
        block->q_bias = matrix(model, q, 0);
        block->k_bias = matrix(model, kv, 0);
        block->v_bias = matrix(model, kv, 0);
        block->q_norm = norm(model, family->size);
        block->k_norm = norm(model, family->size);
        block->out = matrix(model, d, q);
        block->ff_norm = norm(model, d);
        block->gate = matrix(model, family->hidden, d);
        block->up = matrix(model, family->hidden, d);
        block->down = matrix(model, d, family->hidden);
    }
    model->ln_f = norm(model, d);
    model->head = family->tied ? model->wte : matrix(model, family->vocab, d);
    return model;
}

void family_model_free(struct family_model *model)
{
    for (size_t i = 0; i < model->n; i++) {
        free(model->tensors[i].value);
    }
    free(model);
}

/* ---- the formula ---- */

struct run {
    const struct family_model *model;
    enum family_fault fault;
    size_t L, first;
};

static void normalise(double *y, const double *x, const double *weight, size_t n,
                      const struct run *run)
{
    const double eps = run->model->family.eps;
    const double used = run->fault != FAULT_EPS ? eps : eps > 5e-6 ? 1e-6 : 1e-5;
    double sum = 0.0;

    for (size_t i = 0; i < n; i++) {
        sum += x[i] * x[i];
    }
    for (size_t i = 0; i < n; i++) {
        y[i] = x[i] / sqrt(sum / (double)n + used) *
               (weight[i] + (run->fault == FAULT_NORM_PLUS_ONE ? 1.0 : 0.0));
    }
}

/* y (rows) = W x + bias. */
static void apply(double *y, const double *W, const double *x, const double *bias, size_t rows,
                  size_t columns)
{
    for (size_t i = 0; i < rows; i++) {
        y[i] = bias != NULL ? bias[i] : 0.0;
        for (size_t j = 0; j < columns; j++) {
            y[i] += W[i * columns + j] * x[j];
        }
    }
}

/* The nearest number with 8 significant bits. */
static double eight_bits(double x)
{
    int exponent;
    const double fraction = frexp(x, &exponent);

    return ldexp(nearbyint(ldexp(fraction, 8)), exponent - 8);
}

static void rotate(double *x, size_t position, const struct run *run)
{
    const struct family_case *family = &run->model->family;
    const size_t half = family->size / 2;
    const double theta = run->fault != FAULT_THETA ? family->theta
                         : family->theta > 2e4     ? 1e4
                                                   : 5e5;

    for (size_t i = 0; i < half; i++) {
        const double angle =
            (double)(position + run->first) * pow(theta, -2.0 * (double)i / (double)family->size);
        const bool interleaved = run->fault == FAULT_ROPE_INTERLEAVED;
        const size_t at = interleaved ? 2 * i : i;
        const size_t other = interleaved ? 2 * i + 1 : i + half;
        const double a = x[at];
        const double b = x[other];
        double c = cos(angle);
        double s = sin(angle);

        if (family->rope_bf16 && run->fault != FAULT_ROPE_EXACT) {
            c = eight_bits(c);
            s = eight_bits(s);
        }
        s = run->fault == FAULT_ROPE_SIGN ? -s : s;
        x[at] = a * c - b * s;
        x[other] = b * c + a * s;
    }
}

/* One head of q or k: its norm, where there is one, and its turn. */
static void finish_head(double *x, const double *weight, size_t position, const struct run *run)
{
    const struct family_case *family = &run->model->family;
    const bool normed = family->qk_norm && run->fault != FAULT_NO_QK_NORM;
    const bool late = run->fault == FAULT_QK_NORM_AFTER_ROPE;
    double y[FAMILY_SIZE_MAX];

    for (int pass = 0; pass < 2; pass++) {
        if (pass == (late ? 1 : 0) && normed) {
            normalise(y, x, weight, family->size, run);
            memcpy(x, y, family->size * sizeof(*x));
        } else if (pass == (late ? 0 : 1)) {
            rotate(x, position, run);
        }
    }
}

/* h (L, d) in/out: through the attention of a block. */
static void attend(double *h, const struct made_block *block, const struct run *run)
{
    const struct family_case *family = &run->model->family;
    const size_t d = family->d;
    const size_t size = family->size;
    const size_t H = family->heads;
    const size_t G = family->kv_heads;
    const bool biased = family->bias && run->fault != FAULT_NO_BIAS;
    double *q = calloc(run->L * H * size, sizeof(*q));
    double *k = calloc(run->L * G * size, sizeof(*k));
    double *v = calloc(run->L * G * size, sizeof(*v));
    double *n = calloc(d > H * size ? d : H * size, sizeof(*n));
    double *p = calloc(run->L, sizeof(*p));
    double *moved = calloc(run->L * d, sizeof(*moved));

    assert(q != NULL && k != NULL && v != NULL && n != NULL && p != NULL && moved != NULL);
    for (size_t t = 0; t < run->L; t++) {
        normalise(n, h + t * d, block->attn_norm, d, run);
        apply(q + t * H * size, block->q, n, biased ? block->q_bias : NULL, H * size, d);
        apply(k + t * G * size, block->k, n, biased ? block->k_bias : NULL, G * size, d);
        apply(v + t * G * size, block->v, n, biased ? block->v_bias : NULL, G * size, d);
        for (size_t i = 0; i < H; i++) {
            finish_head(q + (t * H + i) * size, block->q_norm, t, run);
        }
        for (size_t i = 0; i < G; i++) {
            finish_head(k + (t * G + i) * size, block->k_norm, t, run);
        }
    }
    for (size_t t = 0; t < run->L; t++) {
        memset(n, 0, H * size * sizeof(*n));
        for (size_t i = 0; i < H; i++) {
            const size_t g = run->fault == FAULT_KV_MODULO ? i % G : i / (H / G);
            const size_t seen = run->fault == FAULT_CAUSAL ? t + 1 : run->L;
            double total = 0.0;

            for (size_t s = 0; s < seen; s++) {
                double dot = 0.0;
                for (size_t c = 0; c < size; c++) {
                    dot += q[(t * H + i) * size + c] * k[(s * G + g) * size + c];
                }
                p[s] = exp(dot / sqrt((double)size));
                total += p[s];
            }
            for (size_t s = 0; s < seen; s++) {
                for (size_t c = 0; c < size; c++) {
                    n[i * size + c] += p[s] / total * v[(s * G + g) * size + c];
                }
            }
        }
        apply(moved + t * d, block->out, n, NULL, d, H * size);
    }
    for (size_t i = 0; i < run->L * d; i++) {
        h[i] += moved[i];
    }
    free(moved);
    free(p);
    free(n);
    free(v);
    free(k);
    free(q);
}

/* h (d) in/out: one position through the feed-forward part. */
static void feed(double *h, const struct made_block *block, const struct run *run)
{
    const struct family_case *family = &run->model->family;
    const bool swapped = run->fault == FAULT_GATE_UP_SWAPPED;
    double n[FAMILY_WIDTH_MAX];
    double gate[FAMILY_WIDTH_MAX];
    double up[FAMILY_WIDTH_MAX];
    double y[FAMILY_WIDTH_MAX];

    normalise(n, h, block->ff_norm, family->d, run);
    apply(gate, swapped ? block->up : block->gate, n, NULL, family->hidden, family->d);
    apply(up, swapped ? block->gate : block->up, n, NULL, family->hidden, family->d);
    for (size_t i = 0; i < family->hidden; i++) {
        const double x = gate[i];
        const double gelu = 0.5 * x * (1.0 + erf(x / sqrt(2.0)));

        gate[i] = (run->fault == FAULT_GELU ? gelu : x / (1.0 + exp(-x))) * up[i];
    }
    apply(y, block->down, gate, NULL, family->d, family->hidden);
    for (size_t i = 0; i < family->d; i++) {
        h[i] += y[i];
    }
}

void family_model_logits(double *logits, const struct family_model *model, const int *row, size_t L,
                         enum family_fault fault, size_t first)
{
    const struct family_case *family = &model->family;
    const struct run run = {model, fault, L, first};
    const size_t d = family->d;
    const bool shifted = family->shifted && fault != FAULT_NO_SHIFT;
    double *h = calloc(L * d, sizeof(*h));
    double n[FAMILY_WIDTH_MAX];

    assert(h != NULL && d <= FAMILY_WIDTH_MAX && family->hidden <= FAMILY_WIDTH_MAX);
    for (size_t t = 0; t < L; t++) {
        const size_t id = row[t] < 0 ? family->mask : (size_t)row[t];

        for (size_t i = 0; i < d; i++) {
            h[t * d + i] =
                model->wte[id * d + i] * (fault == FAULT_EMBEDDING_SCALED ? sqrt((double)d) : 1.0);
        }
    }
    for (size_t layer = 0; layer < family->layers; layer++) {
        attend(h, &model->blocks[layer], &run);
        for (size_t t = 0; t < L; t++) {
            feed(h + t * d, &model->blocks[layer], &run);
        }
    }
    for (size_t t = 0; t < L; t++) {
        const size_t at = shifted && t > 0 ? t - 1 : t;

        normalise(n, h + at * d, model->ln_f, d, &run);
        apply(logits + t * family->vocab,
              fault == FAULT_HEAD_IS_EMBEDDING ? model->wte : model->head, n, NULL, family->vocab,
              d);
    }
    free(h);
}

/* steered.c - see steered.h. */
#include "model/predictor/steered.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"

enum { PROBABILITIES_MAX = 1024 * 1024 /* of rows asked for without the prompt at once: 8 MiB */ };

struct steered {
    struct mg_predictor base;
    struct mg_predictor *inner; /* borrowed */
    double guidance;
    bool *given;     /* (L) tokens of the prompt */
    bool *forbidden; /* (V) */
    size_t n_forbid;
    size_t capacity; /* rows asked for at once */
    bool *possible;  /* (capacity) */
    int *unprompted; /* (capacity, L) rows with the prompt masked */
    double *weights; /* (capacity, R) and */
    double *parts;   /* (capacity, R, L, V): inner's answer to them */
    double *scores;  /* (max(V, R)) */
};

static double largest_of(const double *scores, size_t n)
{
    double largest = -HUGE_VAL;

    for (size_t v = 0; v < n; v++) {
        largest = fmax(largest, scores[v]);
    }
    return largest;
}

/* p (n) in and out: p^(1+s) / u^s, normalised. */
static void guide(double *p, const double *u, double s, double *scores, size_t n)
{
    double largest;
    double total = 0.0;

    for (size_t v = 0; v < n; v++) {
        scores[v] = p[v] > 0.0 ? (1.0 + s) * log(p[v]) - s * log(u[v]) : -HUGE_VAL;
    }
    largest = largest_of(scores, n);
    if (isinf(largest)) { /* somewhere only u has no probability */
        for (size_t v = 0; v < n; v++) {
            scores[v] = p[v] > 0.0 && !(u[v] > 0.0) ? (1.0 + s) * log(p[v]) : -HUGE_VAL;
        }
        largest = largest_of(scores, n);
    }
    for (size_t v = 0; v < n; v++) {
        p[v] = exp(scores[v] - largest);
        total += p[v];
    }
    for (size_t v = 0; v < n; v++) {
        p[v] /= total;
    }
}

/* p (V) in and out: without the forbidden tokens. */
static void forbid(double *p, const struct steered *steered)
{
    const size_t vocab = steered->base.vocab;
    double total = 0.0;

    for (size_t v = 0; v < vocab; v++) {
        p[v] = steered->forbidden[v] ? 0.0 : p[v];
        total += p[v];
    }
    for (size_t v = 0; v < vocab; v++) {
        if (total > 0.0) {
            p[v] /= total;
        } else {
            p[v] = steered->forbidden[v] ? 0.0 : 1.0 / (double)(vocab - steered->n_forbid);
        }
    }
}

/* Inner's answer to n rows: possible (n) out, all true where inner is a mixture. */
static void ask(struct mg_predictor *inner, double *weights, double *parts, bool *possible,
                const int *rows, size_t n)
{
    if (mg_predictor_components(inner) > 1) {
        mg_predict_parts(inner, weights, parts, rows, n);
        memset(possible, true, n * sizeof(*possible));
        return;
    }
    mg_predict(inner, parts, possible, rows, n);
    for (size_t k = 0; k < n; k++) {
        weights[k] = 1.0;
    }
}

/* Guide the answers to n <= capacity rows by those without the prompt. */
static void guide_rows(struct steered *steered, double *weights, double *parts,
                       const bool *possible, const int *rows, size_t n)
{
    const size_t L = steered->base.length;
    const size_t V = steered->base.vocab;
    const size_t R = mg_predictor_components(steered->inner);

    for (size_t i = 0; i < n * L; i++) {
        steered->unprompted[i] = steered->given[i % L] ? MG_MASK : rows[i];
    }
    mg_predict_parts(steered->inner, steered->weights, steered->parts, steered->unprompted, n);
    for (size_t k = 0; k < n; k++) {
        if (!possible[k]) {
            continue;
        }
        if (R > 1) {
            guide(weights + k * R, steered->weights + k * R, steered->guidance, steered->scores, R);
        }
        for (size_t r = 0; r < R; r++) {
            for (size_t i = 0; i < L; i++) {
                const size_t at = ((k * R + r) * L + i) * V;

                if (rows[k * L + i] == MG_MASK) {
                    guide(parts + at, steered->parts + at, steered->guidance, steered->scores, V);
                }
            }
        }
    }
}

/* weights (n, R), parts (n, R, L, V) and possible (n), may be NULL, out. */
static void answer(struct steered *steered, double *weights, double *parts, bool *possible,
                   const int *rows, size_t n)
{
    const size_t L = steered->base.length;
    const size_t V = steered->base.vocab;
    const size_t R = mg_predictor_components(steered->inner);

    for (size_t from = 0; from < n; from += steered->capacity) {
        const size_t some = n - from < steered->capacity ? n - from : steered->capacity;
        double *part = parts + from * R * L * V;
        const int *row = rows + from * L;

        ask(steered->inner, weights + from * R, part, steered->possible, row, some);
        if (steered->guidance > 0.0) {
            guide_rows(steered, weights + from * R, part, steered->possible, row, some);
        }
        for (size_t i = 0; i < some * R * L && steered->n_forbid > 0; i++) {
            if (row[i / (R * L) * L + i % L] == MG_MASK) {
                forbid(part + i * V, steered);
            }
        }
        if (possible != NULL) {
            memcpy(possible + from, steered->possible, some * sizeof(*possible));
        }
    }
}

static void predict_parts(struct mg_predictor *base, double *weights, double *parts,
                          const int *rows, size_t n)
{
    answer((struct steered *)base, weights, parts, NULL, rows, n);
}

static void predict(struct mg_predictor *base, double *probs, bool *possible, const int *rows,
                    size_t n)
{
    struct steered *steered = (struct steered *)base;
    const size_t R = mg_predictor_components(steered->inner);
    const size_t cells = base->length * base->vocab;
    double *weights = mg_allocate(n * R, sizeof(*weights));
    double *parts = R == 1 ? probs : mg_allocate(n * R * cells, sizeof(*parts));

    answer(steered, weights, parts, possible, rows, n);
    if (R > 1) {
        for (size_t k = 0; k < n; k++) {
            mg_mix_parts(probs + k * cells, weights + k * R, parts + k * R * cells, R, cells);
        }
        free(parts);
    }
    free(weights);
}

static void release(struct mg_predictor *base)
{
    struct steered *steered = (struct steered *)base;

    free(steered->scores);
    free(steered->parts);
    free(steered->weights);
    free(steered->unprompted);
    free(steered->possible);
    free(steered->forbidden);
    free(steered->given);
    free(steered);
}

static const struct mg_predictor_ops OPS = {
    .kind = "steered", .predict = predict, .predict_parts = predict_parts, .free = release};

struct mg_predictor *mg_steered_new(struct mg_predictor *inner, const struct mg_steering *steering)
{
    struct steered *steered = mg_allocate(1, sizeof(*steered));
    const size_t L = inner->length;
    const size_t V = inner->vocab;
    const size_t R = mg_predictor_components(inner);
    const size_t fits = PROBABILITIES_MAX / (R * L * V);

    assert(steering->guidance >= 0.0 && steering->n_forbid < V);
    *steered = (struct steered){.base = {&OPS, L, V, R},
                                .inner = inner,
                                .guidance = steering->guidance,
                                .n_forbid = steering->n_forbid,
                                .capacity = fits < 1 ? 1 : fits};
    steered->given = mg_allocate(L, sizeof(bool));
    for (size_t i = 0; i < L && steering->guidance > 0.0; i++) {
        steered->given[i] = steering->prompt[i] != MG_MASK;
    }
    steered->forbidden = mg_allocate(V, sizeof(bool));
    for (size_t i = 0; i < steering->n_forbid; i++) {
        steered->forbidden[steering->forbid[i]] = true;
    }
    steered->possible = mg_allocate(steered->capacity, sizeof(bool));
    steered->unprompted = mg_allocate(steered->capacity * L, sizeof(int));
    if (steering->guidance > 0.0) {
        steered->weights = mg_allocate(steered->capacity * R, sizeof(double));
        steered->parts = mg_allocate(steered->capacity * R * L * V, sizeof(double));
    }
    steered->scores = mg_allocate(V > R ? V : R, sizeof(double));
    return &steered->base;
}

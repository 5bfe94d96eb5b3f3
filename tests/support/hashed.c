/* hashed.c - see hashed.h. */
#include "tests/support/hashed.h"

#include <math.h>
#include <stdint.h>

enum { L = HASHED_L, V = HASHED_V };

double hashed_logit(const int *row, size_t i, size_t v)
{
    uint32_t hash = 2166136261u;

    for (size_t j = 0; j < L; j++) {
        hash = (hash ^ (uint32_t)(row[j] + 2)) * 16777619u;
    }
    hash = (hash ^ (uint32_t)(i * V + v)) * 16777619u;
    hash ^= hash >> 15;
    hash *= 2246822519u;
    hash ^= hash >> 13;
    return (double)(hash % 4001u) / 1000.0 - 2.0;
}

void hashed_softmax(double *p, const double *l, size_t n)
{
    double total = 0.0;

    for (size_t v = 0; v < n; v++) {
        p[v] = exp(l[v]);
        total += p[v];
    }
    for (size_t v = 0; v < n; v++) {
        p[v] /= total;
    }
}

static void predict(struct mg_predictor *predictor, double *probs, bool *possible, const int *rows,
                    size_t n)
{
    (void)predictor;
    for (size_t k = 0; k < n; k++) {
        for (size_t i = 0; i < L; i++) {
            double *p = probs + (k * L + i) * V;
            double l[V];

            for (size_t v = 0; v < V; v++) {
                l[v] = hashed_logit(rows + k * L, i, v);
                p[v] = rows[k * L + i] == (int)v ? 1.0 : 0.0;
            }
            if (rows[k * L + i] == MG_MASK) {
                hashed_softmax(p, l, V);
            }
        }
        if (possible != NULL) {
            possible[k] = true;
        }
    }
}

static const struct mg_predictor_ops OPS = {.kind = "hashed", .predict = predict};
struct mg_predictor hashed_network = {.ops = &OPS, .length = L, .vocab = V};

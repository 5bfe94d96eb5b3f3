/* bent.c - see bent.h. */
#include "tests/support/bent.h"

#include <math.h>

#include "model/source/sequences.h"

struct mg_source *bent_chain_new(void)
{
    static const double start[2] = {0.75, 0.25};
    static const double step[2][2] = {{0.9, 0.1}, {0.3, 0.7}};
    int tokens[32 * 5];
    double weight[32];

    for (int s = 0; s < 32; s++) {
        for (int i = 0; i < 5; i++) {
            tokens[s * 5 + i] = s >> (4 - i) & 1;
        }
        weight[s] = start[tokens[s * 5]];
        for (int i = 1; i < 5; i++) {
            weight[s] *= step[tokens[s * 5 + i - 1]][tokens[s * 5 + i]];
        }
    }
    return mg_sequences_new(tokens, weight, 32, 5, 2);
}

static void bent_predict(struct mg_predictor *predictor, double *probs, bool *possible,
                         const int *rows, size_t n)
{
    struct bent *bent = (struct bent *)(void *)predictor;
    const size_t length = predictor->length;
    const size_t vocab = predictor->vocab;

    mg_predict(bent->oracle, probs, possible, rows, n);
    for (size_t r = 0; r < n; r++) {
        int revealed = 0;

        for (size_t i = 0; i < length; i++) {
            revealed += rows[r * length + i] != MG_MASK;
        }
        for (size_t i = 0; i < length; i++) {
            double *p = probs + (r * length + i) * vocab;
            double total = 0.0;

            for (size_t v = 0; v < vocab; v++) {
                p[v] = pow(p[v], 1.0 / (1.0 + 0.3 * revealed));
                total += p[v];
            }
            for (size_t v = 0; v < vocab; v++) {
                p[v] /= total;
            }
        }
    }
}

const struct mg_predictor_ops bent_ops = {.kind = "bent", .predict = bent_predict};

/* held_out.c - see held_out.h. */
#include "model/measure/held_out.h"

#include <math.h>
#include <stdlib.h>

#include "model/diffusion/objective.h"
#include "model/measure/batch.h"
#include "model/numeric/arena.h"

struct mg_held_out {
    size_t rows, length, vocab;
    int *clean;    /* (rows, L) */
    int *noisy;    /* (rows, L) */
    float *weight; /* (rows, L), 0 where nothing is masked */
};

/* Everything from `position` on is masked, and it alone counts. */
static void corrupt_prefix(int *noisy, float *weight, const int *clean, size_t length,
                           size_t position)
{
    for (size_t i = 0; i < length; i++) {
        noisy[i] = i < position ? clean[i] : MG_MASK;
        weight[i] = i == position ? 1.0f : 0.0f;
    }
}

struct mg_held_out *mg_held_out_new(const struct mg_source *source, bool causal, size_t rows,
                                    struct mg_stream stream)
{
    const struct mg_objective *spread = mg_objective_find("fixed_count_stratified");
    const size_t length = source->length;
    struct mg_held_out *held_out = mg_allocate(1, sizeof(*held_out));

    held_out->rows = rows;
    held_out->length = length;
    held_out->vocab = source->vocab;
    held_out->clean = mg_allocate(rows * length, sizeof(*held_out->clean));
    held_out->noisy = mg_allocate(rows * length, sizeof(*held_out->noisy));
    held_out->weight = mg_allocate(rows * length, sizeof(*held_out->weight));
    for (size_t r = 0; r < rows; r++) {
        const struct mg_corruption how = {.row = r, .batch = rows, .steps = 1};
        struct mg_rng rng = mg_rng_at(stream, r, 0);
        int *clean = held_out->clean + r * length;
        int *noisy = held_out->noisy + r * length;
        float *weight = held_out->weight + r * length;

        mg_source_draw_held_out(source, &rng, clean);
        if (causal) {
            corrupt_prefix(noisy, weight, clean, length, r % length);
        } else {
            spread->corrupt(noisy, weight, clean, length, &how, &rng);
        }
    }
    return held_out;
}

void mg_held_out_free(struct mg_held_out *held_out)
{
    if (held_out != NULL) {
        free(held_out->weight);
        free(held_out->noisy);
        free(held_out->clean);
        free(held_out);
    }
}

/* The weighted loss of n rows from `first` on, given what was predicted there. */
static double loss_nats(const struct mg_held_out *held_out, const double *probs, size_t first,
                        size_t n)
{
    const size_t begin = first * held_out->length;
    double sum = 0.0;

    for (size_t i = 0; i < n * held_out->length; i++) {
        const float weight = held_out->weight[begin + i];
        if (weight > 0.0f) {
            const size_t token = (size_t)held_out->clean[begin + i];
            sum -= (double)weight * log(probs[i * held_out->vocab + token]);
        }
    }
    return sum;
}

double mg_held_out_nats_per_token(const struct mg_held_out *held_out,
                                  struct mg_predictor *predictor)
{
    const size_t batch = mg_batch_rows(held_out->length, held_out->vocab);
    double *probs = mg_allocate(batch * held_out->length * held_out->vocab, sizeof(*probs));
    double sum = 0.0;

    for (size_t first = 0; first < held_out->rows; first += batch) {
        const size_t left = held_out->rows - first;
        const size_t n = left < batch ? left : batch;
        mg_predict(predictor, probs, NULL, held_out->noisy + first * held_out->length, n);
        sum += loss_nats(held_out, probs, first, n);
    }
    free(probs);
    return sum / (double)held_out->rows;
}

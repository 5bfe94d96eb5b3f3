/* step_law.c - see step_law.h. */
#include "model/diffusion/step_law.h"

#include <math.h>
#include <stdlib.h>

#include "model/diffusion/sampler.h"
#include "model/numeric/arena.h"

void mg_step_laws_init(struct mg_step_laws *answers, const struct mg_predictor *predictor,
                       size_t capacity)
{
    const size_t R = mg_predictor_components(predictor);
    const size_t cells = predictor->length * predictor->vocab;

    *answers = (struct mg_step_laws){
        .components = R, .length = predictor->length, .vocab = predictor->vocab};
    answers->probs = mg_allocate(capacity * cells, sizeof(double));
    answers->weights = mg_allocate(capacity * R, sizeof(double));
    answers->parts = R == 1 ? answers->probs : mg_allocate(capacity * R * cells, sizeof(double));
}

void mg_step_laws_release(struct mg_step_laws *answers)
{
    if (answers->parts != answers->probs) {
        free(answers->parts);
    }
    free(answers->weights);
    free(answers->probs);
}

void mg_step_laws_ask(struct mg_step_laws *answers, struct mg_predictor *predictor, const int *rows,
                      size_t n)
{
    const size_t R = answers->components;
    const size_t cells = answers->length * answers->vocab;

    mg_predict_parts(predictor, answers->weights, answers->parts, rows, n);
    for (size_t k = 0; k < n && R > 1; k++) {
        mg_mix_parts(answers->probs + k * cells, answers->weights + k * R,
                     answers->parts + k * R * cells, R, cells);
    }
}

struct mg_step_law mg_step_laws_at(const struct mg_step_laws *answers, size_t k)
{
    const size_t R = answers->components;
    const size_t cells = answers->length * answers->vocab;

    return (struct mg_step_law){.components = R,
                                .length = answers->length,
                                .vocab = answers->vocab,
                                .probs = answers->probs + k * cells,
                                .weights = answers->weights + k * R,
                                .parts = answers->parts + k * R * cells};
}

bool mg_step_laws_finite(const struct mg_step_laws *answers, size_t n)
{
    for (size_t i = 0; i < n * answers->length * answers->vocab; i++) {
        if (!isfinite(answers->probs[i])) { /* the mean of parts that are not is not either */
            return false;
        }
    }
    return true;
}

void mg_step_law_temper(double *tempered, const struct mg_step_law *answer, const int *context,
                        double temperature)
{
    for (size_t r = 0; r < answer->components; r++) {
        for (size_t i = 0; i < answer->length; i++) {
            const size_t at = (r * answer->length + i) * answer->vocab;

            if (context[i] == MG_MASK) {
                mg_temper(tempered + at, answer->parts + at, answer->vocab, temperature);
            }
        }
    }
}

const double *mg_step_law_draw(const struct mg_step_law *answer, struct mg_rng *rng)
{
    const size_t R = answer->components;
    const size_t r = R == 1 ? 0 : mg_rng_categorical(rng, answer->weights, R);

    return answer->parts + r * answer->length * answer->vocab;
}

double mg_step_law_log_joint(double before, const struct mg_step_law *answer,
                             const double *tempered, const size_t *set, size_t n_set,
                             const int *tokens)
{
    double largest = -HUGE_VAL;
    double total = 0.0; /* times exp(largest) */

    for (size_t r = 0; r < answer->components; r++) {
        const double *part = tempered + r * answer->length * answer->vocab;
        double score = before + log(answer->weights[r]);

        for (size_t i = 0; i < n_set; i++) {
            score += log(part[set[i] * answer->vocab + (size_t)tokens[set[i]]]);
        }
        if (score > largest) {
            total = total * exp(largest - score) + 1.0;
            largest = score;
        } else if (score > -HUGE_VAL) {
            total += exp(score - largest);
        }
    }
    return largest + log(total);
}

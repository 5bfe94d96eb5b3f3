/* adamw.c - see adamw.h. */
#include "model/network/adamw.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/numeric/arena.h"
#include "model/numeric/vecmath.h"

struct mg_adamw {
    struct mg_parameters *first;
    struct mg_parameters *second;
    uint64_t steps;
};

/* What one element's update needs, in single precision. */
struct update {
    float scale; /* of the gradient: clipping */
    float beta1;
    float beta2;
    float share1; /* 1 - beta1, taken in double: 1 - 0.999f is off by 5e-5 */
    float share2;
    float rate;        /* lr / (1 - beta1^t) */
    float correction2; /* 1 / sqrt(1 - beta2^t) */
    float eps;
    float keep; /* 1 - lr * decay */
};

struct mg_adamw *mg_adamw_new(const struct mg_parameters *parameters)
{
    struct mg_adamw *adamw = (struct mg_adamw *)mg_allocate(1, sizeof(*adamw));

    adamw->first = mg_parameters_like(parameters);
    adamw->second = mg_parameters_like(parameters);
    return adamw;
}

void mg_adamw_free(struct mg_adamw *adamw)
{
    if (adamw == NULL) {
        return;
    }
    mg_parameters_free(adamw->first);
    mg_parameters_free(adamw->second);
    free(adamw);
}

MG_VECTOR
static void update_tensor(float *weight, float *first, float *second, const float *gradient,
                          const struct update *update, size_t n)
{
    const struct update u = *update;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float g = gradient[i] * u.scale;
        const float m = u.beta1 * first[i] + u.share1 * g;
        const float v = u.beta2 * second[i] + u.share2 * g * g;

        first[i] = m;
        second[i] = v;
        weight[i] = weight[i] * u.keep - u.rate * m / (sqrtf(v) * u.correction2 + u.eps);
    }
}

double mg_adamw_step(struct mg_adamw *adamw, struct mg_parameters *parameters,
                     const struct mg_parameters *gradients, double lr,
                     const struct mg_adamw_config *config)
{
    const double norm = sqrt(mg_sum_of_squares(gradients->block, gradients->count));
    struct update update;

    assert(parameters->count == gradients->count && parameters->count == adamw->first->count);
    if (!isfinite(norm)) {
        return norm;
    }
    adamw->steps++;
    update.scale = config->clip > 0.0 && norm > config->clip ? (float)(config->clip / norm) : 1.0f;
    update.beta1 = (float)config->beta1;
    update.beta2 = (float)config->beta2;
    update.share1 = (float)(1.0 - config->beta1);
    update.share2 = (float)(1.0 - config->beta2);
    update.rate = (float)(lr / (1.0 - pow(config->beta1, (double)adamw->steps)));
    update.correction2 = (float)(1.0 / sqrt(1.0 - pow(config->beta2, (double)adamw->steps)));
    update.eps = (float)config->eps;
    for (size_t i = 0; i < parameters->n; i++) {
        const struct mg_tensor *tensor = &parameters->tensors[i];

        update.keep = tensor->rank == 2 ? (float)(1.0 - lr * config->weight_decay) : 1.0f;
        update_tensor(tensor->data, adamw->first->tensors[i].data, adamw->second->tensors[i].data,
                      gradients->tensors[i].data, &update, tensor->count);
    }
    return norm;
}

struct mg_parameters *mg_adamw_first(struct mg_adamw *adamw)
{
    return adamw->first;
}

struct mg_parameters *mg_adamw_second(struct mg_adamw *adamw)
{
    return adamw->second;
}

uint64_t mg_adamw_steps(const struct mg_adamw *adamw)
{
    return adamw->steps;
}

void mg_adamw_set_steps(struct mg_adamw *adamw, uint64_t steps)
{
    adamw->steps = steps;
}

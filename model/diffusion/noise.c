/* noise.c - see noise.h. */
#include "model/diffusion/noise.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const double HALF_PI = 1.5707963267948966192313216916398;

/* alpha = 1 - t: LLaDA's and MDLM's log-linear schedule. */
static double linear_alpha(double t)
{
    return 1.0 - t;
}

static double linear_weight(double t)
{
    return 1.0 / t;
}

/* alpha = 1 - cos(pi/2 (1 - t)) (Shi et al. 2024, arXiv:2406.04329, table of schedules). */
static double cosine_alpha(double t)
{
    return t >= 1.0 ? 0.0 : 1.0 - sin(HALF_PI * t);
}

static double cosine_weight(double t)
{
    return t >= 1.0 ? 0.0 : HALF_PI / tan(HALF_PI * t);
}

/*
 * Geometric noise exp(-b(t)), b(t) = B0 (B1/B0)^t (Shi et al. 2024, same table), runs from
 * exp(-B0) to exp(-B1) only. It is stretched linearly to 1 and 0, so the NELBO needs no end terms:
 * alpha(t) = (g(t) - g(1)) / (g(0) - g(1)) with g = exp(-b).
 */
static const double GEOMETRIC_START = 1e-5;
static const double GEOMETRIC_END = 20.0;

/* b(t) - b(0), without cancellation near t = 0 */
static double geometric_growth(double t)
{
    return GEOMETRIC_START * expm1(t * log(GEOMETRIC_END / GEOMETRIC_START));
}

static double geometric_alpha(double t)
{
    return 1.0 - expm1(-geometric_growth(t)) / expm1(-geometric_growth(1.0));
}

/* -g'(t) / (g(0) - g(t)) = b'(t) / (exp(b(t) - b(0)) - 1): the stretch cancels. */
static double geometric_weight(double t)
{
    const double rate = log(GEOMETRIC_END / GEOMETRIC_START);

    return rate * (GEOMETRIC_START + geometric_growth(t)) / expm1(geometric_growth(t));
}

static const struct mg_noise NOISES[] = {
    {"linear", "alpha = 1 - t, weight 1/t; exact end points", linear_alpha, linear_weight},
    {"cosine", "alpha = 1 - cos(pi/2 (1 - t)); exact end points", cosine_alpha, cosine_weight},
    {"geometric",
     "alpha = exp(-b), b from 1e-5 to 20 in equal ratios; stretched to exact end points",
     geometric_alpha, geometric_weight},
};

enum { NOISE_COUNT = sizeof(NOISES) / sizeof(NOISES[0]) };

const struct mg_noise *mg_noises(size_t *n)
{
    assert(n != NULL);
    *n = NOISE_COUNT;
    return NOISES;
}

const struct mg_noise *mg_noise_find(const char *name)
{
    assert(name != NULL);
    for (size_t i = 0; i < NOISE_COUNT; i++) {
        if (strcmp(NOISES[i].name, name) == 0) {
            return &NOISES[i];
        }
    }
    return NULL;
}

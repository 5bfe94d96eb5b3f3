/*
 * noise.h - noise schedules of absorbing diffusion: the keep probability alpha(t), t in [0, 1].
 *
 * alpha(0) = 1 (nothing masked), alpha(1) = 0 (all masked), decreasing; the NELBO weight of a
 * masked position is -alpha'(t) / (1 - alpha(t)) (Shi et al. 2024, arXiv:2406.04329; the discrete
 * form is eq. 10 of arXiv:2510.03289). A schedule that misses an end point says so.
 */
#ifndef MG_DIFFUSION_NOISE_H
#define MG_DIFFUSION_NOISE_H

#include <stddef.h>

struct mg_noise {
    const char *name; /* "linear", "cosine", "geometric": the word of an experiment file */
    const char *help;
    double (*alpha)(double t);  /* keep probability */
    double (*weight)(double t); /* -alpha'(t) / (1 - alpha(t)), for t in (0, 1] */
};

const struct mg_noise *mg_noises(size_t *n);
const struct mg_noise *mg_noise_find(const char *name);

#endif

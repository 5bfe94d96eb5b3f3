/*
 * philox.h - counter-based random numbers: a draw is a pure function of where it is used.
 *
 * A stream is a 64-bit key made (outside model/) from seed, replicate and purpose. A cursor adds
 * the element and the step; the draws of one cursor are numbered from 0. So adding an element, a
 * step, a sweep point or a worker changes no other draw, and nothing needs saving to resume.
 *
 * Source: Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3";
 * Philox4x32-10 of the Random123 library.
 */
#ifndef MG_NUMERIC_PHILOX_H
#define MG_NUMERIC_PHILOX_H

#include <stddef.h>
#include <stdint.h>

struct mg_stream {
    uint32_t key[2];
};

/* The streams of one run; each purpose has its own, so a new use of one shifts no other. */
struct mg_streams {
    struct mg_stream init;   /* initial parameters: element = index in the tensor, step = tensor */
    struct mg_stream data;   /* sequences drawn from the source: element = row, step = step */
    struct mg_stream mask;   /* forward process: element = row, step = training step */
    struct mg_stream sample; /* reverse process: element = draw, step = 0 */
    struct mg_stream order;  /* orders and contexts chosen by a measure: element = which */
};

/* A position in a stream; advanced by every draw. Copying it copies the future draws. */
struct mg_rng {
    struct mg_stream stream;
    uint64_t element;
    uint32_t step;
    uint32_t block;    /* Philox blocks used so far */
    uint32_t words[4]; /* current block */
    uint32_t used;     /* words of it already given out, 0 to 4 */
};

struct mg_rng mg_rng_at(struct mg_stream stream, uint64_t element, uint32_t step);

/* Uniform on [0, 1) with 53 random bits. */
double mg_rng_uniform(struct mg_rng *rng);

/* Uniform on {0, ..., n-1} without bias (Lemire 2019, rejection); n in [1, 2^32). */
uint32_t mg_rng_below(struct mg_rng *rng, uint32_t n);

/* Standard normal (Box-Muller on two uniforms; one value a call, two uniforms used). */
double mg_rng_normal(struct mg_rng *rng);

/*
 * Index drawn with probability weight[i] / sum(weight); weights >= 0, finite, not all 0; n >= 1.
 * One uniform is used. An index of weight 0 is never returned.
 */
size_t mg_rng_categorical(struct mg_rng *rng, const double *weight, size_t n);

/* Shuffle n items in place, uniformly over permutations (Fisher-Yates). */
void mg_rng_shuffle(struct mg_rng *rng, size_t *items, size_t n);

#endif

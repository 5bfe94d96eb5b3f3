/* distance_bounds.c - see distance_bounds.h. */
#include "model/measure/distance_bounds.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/measure/distance_curves.h"
#include "model/numeric/statistics.h"
#include "model/source/chain_facts.h"
#include "model/source/markov.h"

static const double STATIONARY_WITHIN = 1e-12;
static const double UNBOUNDED = (double)INFINITY;

enum { CONDITIONED_VOCAB_MAX = 32 }; /* conditioned steps cost V^3 for each of V far tokens */

/* What the bounds know of the chain and the contexts. Indices of kernels are of the run. */
struct job {
    const struct mg_distance_layout *layout;
    const struct mg_chain *chain;
    size_t vocab;
    const int *contexts; /* (C, L) */
    size_t n_contexts;
    size_t length;
    double *u;       /* (L, V) unconditional marginals */
    bool stationary; /* u is the same everywhere */
    double s2;
    double *from_left;   /* (R) product of contractions from the left context to i */
    double *from_right;  /* (R) and from the right one, of the reversed chain */
    double *given_right; /* (V, R) from the left, steps conditioned on the right token */
    double *given_left;  /* (V, R) from the right, steps conditioned on the left token */
    bool *done;          /* (2, V) which rows of the two are filled */
    bool *meets;         /* (V, V) whether right token (row) and left token can occur together */
    double *to_u;        /* (C, R) bound of TV(mu_i, u_i) of each context; may be INFINITY */
    double *kernel;      /* (V, V) scratch */
    double *weight;      /* (2, V) scratch */
};

/* Nearest token on a side; the side must have one. */
static size_t left_token(const struct job *job, size_t c)
{
    return (size_t)job->contexts[c * job->length + job->layout->left - 1];
}

static size_t right_token(const struct job *job, size_t c)
{
    return (size_t)job->contexts[c * job->length + job->layout->left + job->layout->run];
}

/*
 * Dobrushin coefficient of a kernel given as unnormalised rows (scratch, normalised here): the
 * largest TV between two of its rows. A row of zeros is a state that does not occur.
 */
static double contraction(double *kernel, size_t vocab)
{
    double largest = 0.0;

    for (size_t x = 0; x < vocab; x++) {
        double *row = kernel + x * vocab;
        double total = 0.0;

        for (size_t y = 0; y < vocab; y++) {
            total += row[y];
        }
        for (size_t y = 0; y < vocab && total > 0.0; y++) {
            row[y] /= total;
        }
        for (size_t other = 0; other < x && total > 0.0; other++) {
            const double *before = kernel + other * vocab;
            double mass = 0.0;

            for (size_t y = 0; y < vocab; y++) {
                mass += before[y];
            }
            if (mass > 0.0) {
                largest = fmax(largest, mg_tv(row, before, vocab));
            }
        }
    }
    return fmin(largest, 1.0);
}

/* Contraction of the step x -> y with weight P(x, y) after(y). */
static double forward_step(struct job *job, const double *after)
{
    const double *transition = job->chain->transition;

    for (size_t x = 0; x < job->vocab; x++) {
        for (size_t y = 0; y < job->vocab; y++) {
            job->kernel[x * job->vocab + y] = transition[x * job->vocab + y] * after[y];
        }
    }
    return contraction(job->kernel, job->vocab);
}

/* Contraction of the reversed step x -> y with weight before(y) P(y, x). */
static double backward_step(struct job *job, const double *before)
{
    const double *transition = job->chain->transition;

    for (size_t x = 0; x < job->vocab; x++) {
        for (size_t y = 0; y < job->vocab; y++) {
            job->kernel[x * job->vocab + y] = before[y] * transition[y * job->vocab + x];
        }
    }
    return contraction(job->kernel, job->vocab);
}

static void fill_one_sided(struct job *job)
{
    const size_t run = job->layout->run;
    const double *u = job->u + job->layout->left * job->vocab;
    double delta;
    double product = 1.0;

    for (size_t y = 0; y < job->vocab; y++) {
        job->weight[y] = 1.0;
    }
    delta = forward_step(job, job->weight);
    for (size_t i = 0; i < run; i++) {
        product *= delta;
        job->from_left[i] = product;
    }
    product = 1.0;
    for (size_t i = run; i-- > 0;) {
        if (i + 1 == run || !job->stationary) {
            delta = backward_step(job, u + i * job->vocab);
        }
        product *= delta;
        job->from_right[i] = product;
    }
}

/* to (V) out: from (V) one step through P (forward) or against it, scaled to sum to one. */
static void propagate(double *to, const double *from, const struct job *job, bool forward)
{
    double total = 0.0;

    memset(to, 0, job->vocab * sizeof(*to));
    for (size_t x = 0; x < job->vocab; x++) {
        for (size_t y = 0; y < job->vocab; y++) {
            const double p = job->chain->transition[x * job->vocab + y];

            to[forward ? y : x] += p * from[forward ? x : y];
        }
    }
    for (size_t x = 0; x < job->vocab; x++) {
        total += to[x];
    }
    for (size_t x = 0; x < job->vocab; x++) {
        to[x] /= total;
    }
}

/*
 * given_right of one token: the step into position i is weighed by P(right token | X_i), which is
 * propagated from the right. The products run from the left, so the factors are stored first.
 */
static void fill_given_right(struct job *job, size_t token)
{
    const size_t run = job->layout->run;
    double *row = job->given_right + token * run;
    double *now = job->weight;
    double *next = job->weight + job->vocab;

    memset(now, 0, job->vocab * sizeof(*now));
    now[token] = 1.0;
    for (size_t i = run; i-- > 0;) {
        double *swap = now;

        propagate(next, now, job, false);
        now = next;
        next = swap;
        row[i] = forward_step(job, now);
    }
    propagate(next, now, job, false);
    for (size_t x = 0; x < job->vocab; x++) {
        job->meets[token * job->vocab + x] = next[x] > 0.0;
    }
    for (size_t i = 1; i < run; i++) {
        row[i] *= row[i - 1];
    }
}

/* given_left of one token: the reversed step into i is weighed by P(X_i | left token). */
static void fill_given_left(struct job *job, size_t token)
{
    const size_t run = job->layout->run;
    double *row = job->given_left + token * run;
    double *now = job->weight;
    double *next = job->weight + job->vocab;

    memset(now, 0, job->vocab * sizeof(*now));
    now[token] = 1.0;
    for (size_t i = 0; i < run; i++) {
        double *swap = now;

        propagate(next, now, job, true);
        now = next;
        next = swap;
        row[i] = backward_step(job, now);
    }
    for (size_t i = run - 1; i-- > 0;) {
        row[i] *= row[i + 1];
    }
}

static void fill_two_sided(struct job *job)
{
    for (size_t c = 0; c < job->n_contexts; c++) {
        const size_t right = right_token(job, c);
        const size_t left = left_token(job, c);

        if (!job->done[right]) {
            fill_given_right(job, right);
            job->done[right] = true;
        }
        if (!job->done[job->vocab + left]) {
            fill_given_left(job, left);
            job->done[job->vocab + left] = true;
        }
    }
}

/* Root of the chi-square distance of a point mass to pi. */
static double point_distance(const struct job *job, size_t token)
{
    return sqrt(fmax(1.0 / job->u[token] - 1.0, 0.0));
}

/* Bound of TV(mu_i, u_i) in context c. */
static double bound_to_u(const struct job *job, size_t c, size_t i)
{
    const size_t left = job->layout->left;
    const size_t run = job->layout->run;
    const bool two_sided = left > 0 && job->layout->right > 0;
    const double to_left = pow(job->s2, (double)(i + 1));
    const double to_right = pow(job->s2, (double)(run - i));
    double spectral;

    if (two_sided) {
        const double a = job->stationary ? point_distance(job, left_token(job, c)) : UNBOUNDED;
        const double b = job->stationary ? point_distance(job, right_token(job, c)) : UNBOUNDED;
        const double both = a * b * pow(job->s2, (double)(run + 1));

        return both < 1.0 ? 0.5 * (a * to_left + b * to_right + 2.0 * both) / (1.0 - both)
                          : UNBOUNDED;
    }
    if (left > 0) {
        const size_t token = left_token(job, c);
        const double start = 1.0 - job->u[(left - 1) * job->vocab + token];

        spectral = job->stationary ? 0.5 * point_distance(job, token) * to_left : UNBOUNDED;
        return fmin(job->from_left[i] * start, spectral);
    }
    spectral =
        job->stationary ? 0.5 * point_distance(job, right_token(job, c)) * to_right : UNBOUNDED;
    return fmin(job->from_right[i] * (1.0 - job->u[run * job->vocab + right_token(job, c)]),
                spectral);
}

static double mean_over_contexts(const struct job *job, size_t i)
{
    double sum = 0.0;

    for (size_t c = 0; c < job->n_contexts; c++) {
        sum += job->to_u[c * job->layout->run + i];
    }
    return sum / (double)job->n_contexts;
}

/*
 * Bound of TV between the predictions at i in two contexts: change one side, then the other. The
 * context half way must be possible: a chain of period 2 cannot meet an end of the other phase.
 */
static double bound_pair(const struct job *job, size_t c, size_t other, size_t i)
{
    const size_t run = job->layout->run;
    const bool left = job->layout->left > 0;
    const bool right = job->layout->right > 0;
    const double through_u = job->to_u[c * run + i] + job->to_u[other * run + i];
    double here = UNBOUNDED;
    double there = UNBOUNDED;

    if (left && right) {
        const size_t a = left_token(job, c);
        const size_t b = right_token(job, c);
        const size_t a2 = left_token(job, other);
        const size_t b2 = right_token(job, other);

        if (job->vocab <= CONDITIONED_VOCAB_MAX && job->meets[b * job->vocab + a2]) {
            here = (a == a2 ? 0.0 : job->given_right[b * run + i]) +
                   (b == b2 ? 0.0 : job->given_left[a2 * run + i]);
        }
        if (job->vocab <= CONDITIONED_VOCAB_MAX && job->meets[b2 * job->vocab + a]) {
            there = (a == a2 ? 0.0 : job->given_right[b2 * run + i]) +
                    (b == b2 ? 0.0 : job->given_left[a * run + i]);
        }
    } else if (left) {
        here = left_token(job, c) == left_token(job, other) ? 0.0 : job->from_left[i];
    } else {
        here = right_token(job, c) == right_token(job, other) ? 0.0 : job->from_right[i];
    }
    return fmin(fmin(here, there), through_u);
}

static double mean_over_pairs(const struct job *job, size_t i)
{
    const double pairs = 0.5 * (double)job->n_contexts * (double)(job->n_contexts - 1);
    double sum = 0.0;

    for (size_t c = 0; c < job->n_contexts; c++) {
        for (size_t other = c + 1; other < job->n_contexts; other++) {
            sum += bound_pair(job, c, other, i);
        }
    }
    return sum / pairs; /* not a number for one context */
}

/* KL(mu_i || u_i) starts at -log u(x) at the revealed token and contracts at least like TV. */
static double gain_bound(const struct job *job, size_t i)
{
    const bool left = job->layout->left > 0;
    const size_t at = left ? job->layout->left - 1 : job->layout->run;
    const double *u = job->u + at * job->vocab;
    double sum = 0.0;

    for (size_t c = 0; c < job->n_contexts; c++) {
        sum -= log(u[left ? left_token(job, c) : right_token(job, c)]);
    }
    return sum / (double)job->n_contexts * (left ? job->from_left[i] : job->from_right[i]);
}

static double says_something(double bound)
{
    return bound < 1.0 ? bound : (double)NAN;
}

static void write_bounds(double *bounds, struct job *job)
{
    const size_t run = job->layout->run;
    const double *u = job->u + job->layout->left * job->vocab;
    const bool one_sided = job->layout->left == 0 || job->layout->right == 0;

    for (size_t c = 0; c < job->n_contexts; c++) {
        for (size_t i = 0; i < run; i++) {
            job->to_u[c * run + i] = bound_to_u(job, c, i);
        }
    }
    for (size_t i = 0; i < run; i++) {
        const double here = mean_over_contexts(job, i);

        bounds[MG_DISTANCE_tv_unconditional * run + i] = says_something(here);
        bounds[MG_DISTANCE_sensitivity_tv * run + i] = says_something(mean_over_pairs(job, i));
        if (i + 1 < run) {
            bounds[MG_DISTANCE_tv_next * run + i] =
                says_something(here + mean_over_contexts(job, i + 1) +
                               mg_tv(u + i * job->vocab, u + (i + 1) * job->vocab, job->vocab));
        }
        if (one_sided) {
            bounds[MG_DISTANCE_information_gain_nats * run + i] = gain_bound(job, i);
        }
    }
}

/* Marginals of the source, and whether they are the same everywhere. */
static void fill_marginals(struct job *job, const struct mg_source *source)
{
    int *row = calloc(job->length, sizeof(*row));

    assert(row != NULL);
    for (size_t i = 0; i < job->length; i++) {
        row[i] = MG_MASK;
    }
    (void)mg_source_conditionals(source, row, job->u);
    job->stationary = true;
    for (size_t i = 1; i < job->length; i++) {
        job->stationary = job->stationary &&
                          mg_tv(job->u, job->u + i * job->vocab, job->vocab) < STATIONARY_WITHIN;
    }
    free(row);
}

void mg_distance_bounds(double *bounds, const struct mg_source *source,
                        const struct mg_distance_layout *layout, const int *contexts,
                        size_t n_contexts)
{
    const struct mg_chain *chain = mg_source_chain(source);
    const size_t vocab = source->vocab;
    const size_t run = layout->run;
    const size_t rows = 2 * run + 2 * vocab * run + n_contexts * run; /* arrays of R numbers */
    struct job job = {
        .layout = layout,
        .chain = chain,
        .vocab = vocab,
        .contexts = contexts,
        .n_contexts = n_contexts,
        .length = source->length,
    };
    double *block;

    for (size_t i = 0; i < (size_t)MG_DISTANCE_COUNT * run; i++) {
        bounds[i] = (double)NAN;
    }
    if (chain == NULL || (layout->left == 0 && layout->right == 0)) {
        return;
    }
    block = calloc(rows + source->length * vocab + vocab * vocab + 2 * vocab, sizeof(*block));
    job.done = calloc(2 * vocab + vocab * vocab, sizeof(*job.done));
    assert(block != NULL);
    assert(job.done != NULL);
    job.meets = job.done + 2 * vocab;
    job.from_left = block;
    job.from_right = job.from_left + run;
    job.given_right = job.from_right + run;
    job.given_left = job.given_right + vocab * run;
    job.to_u = job.given_left + vocab * run;
    job.u = job.to_u + n_contexts * run;
    job.kernel = job.u + source->length * vocab;
    job.weight = job.kernel + vocab * vocab;
    fill_marginals(&job, source);
    job.s2 = job.stationary ? mg_chain_second_singular(chain->transition, job.u, vocab) : 1.0;
    fill_one_sided(&job);
    if (layout->left > 0 && layout->right > 0 && vocab <= CONDITIONED_VOCAB_MAX) {
        fill_two_sided(&job);
    }
    write_bounds(bounds, &job);
    free(job.done);
    free(block);
}

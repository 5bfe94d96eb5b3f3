/* lattice.c - see lattice.h. */
#include "model/source/lattice.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/source/array.h"
#include "model/source/lattice_log.h"

enum pass { POSSIBLE, IMPOSSIBLE, UNSAFE };

void mg_lattice_normalize(double *rows, size_t n_rows, size_t n)
{
    for (size_t r = 0; r < n_rows; r++) {
        double sum = 0.0;
        for (size_t i = 0; i < n; i++) {
            assert(rows[r * n + i] >= 0.0);
            sum += rows[r * n + i];
        }
        assert(sum > 0.0 && isfinite(sum));
        for (size_t i = 0; i < n; i++) {
            rows[r * n + i] /= sum;
        }
    }
}

bool mg_lattice_has_tiny(const double *entries, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (entries[i] > 0.0 && entries[i] < MG_LATTICE_TINY) {
            return true;
        }
    }
    return false;
}

void mg_lattice_init(struct mg_lattice *lattice, const double *start, const double *transition,
                     size_t states, size_t length)
{
    const size_t S = states;

    assert(states > 0 && length > 0);
    *lattice = (struct mg_lattice){.states = S, .length = length};
    lattice->start = mg_array_copy(start, S, sizeof(*start));
    lattice->transition = mg_array_copy(transition, S * S, sizeof(*transition));
    lattice->transposed = mg_array_new(S * S, sizeof(*transition));
    mg_lattice_normalize(lattice->start, 1, S);
    mg_lattice_normalize(lattice->transition, S, S);
    for (size_t s = 0; s < S; s++) {
        for (size_t t = 0; t < S; t++) {
            lattice->transposed[t * S + s] = lattice->transition[s * S + t];
        }
    }
    lattice->tiny =
        mg_lattice_has_tiny(lattice->start, S) || mg_lattice_has_tiny(lattice->transition, S * S);
}

void mg_lattice_release(struct mg_lattice *lattice)
{
    free(lattice->start);
    free(lattice->transition);
    free(lattice->transposed);
}

void mg_lattice_step(double *restrict next, const double *restrict now,
                     const double *restrict matrix, size_t states)
{
    memset(next, 0, states * sizeof(*next));
    for (size_t s = 0; s < states; s++) {
        const double mass = now[s];
        const double *restrict row = matrix + s * states;
        if (mass == 0.0) {
            continue;
        }
        for (size_t t = 0; t < states; t++) {
            next[t] += mass * row[t];
        }
    }
}

static void multiply(double *row, const double *weight, size_t states)
{
    for (size_t s = 0; weight != NULL && s < states; s++) {
        row[s] *= weight[s];
    }
}

/* Scale a vector to sum to one; sum out. UNSAFE when an entry could be lost in the next step. */
static enum pass rescale(double *row, double *sum, size_t states)
{
    double smallest = HUGE_VAL;

    *sum = 0.0;
    for (size_t s = 0; s < states; s++) {
        *sum += row[s];
        smallest = row[s] > 0.0 && row[s] < smallest ? row[s] : smallest;
    }
    if (*sum == 0.0) {
        return IMPOSSIBLE;
    }
    for (size_t s = 0; s < states; s++) {
        row[s] /= *sum;
    }
    return smallest < MG_LATTICE_SAFE * *sum ? UNSAFE : POSSIBLE;
}

/* Number of positions up to the last evidence; after it there is nothing to multiply. */
static size_t seen_length(const double *const *weight, size_t length)
{
    while (length > 0 && weight[length - 1] == NULL) {
        length--;
    }
    return length;
}

/* alpha (count, S) out: law of s_i given the evidence up to i; log P of that evidence out. */
static enum pass forward(double *alpha, double *log_mass, const struct mg_lattice *lattice,
                         const double *const *weight, size_t count)
{
    const size_t S = lattice->states;

    *log_mass = 0.0;
    for (size_t i = 0; i < count; i++) {
        double *row = alpha + i * S;
        double sum;
        enum pass pass;

        if (i == 0) {
            memcpy(row, lattice->start, S * sizeof(*row));
        } else {
            mg_lattice_step(row, row - S, lattice->transition, S);
        }
        multiply(row, weight[i], S);
        pass = rescale(row, &sum, S);
        if (pass != POSSIBLE) {
            return pass;
        }
        if (weight[i] != NULL) { /* elsewhere the sum is 1 but for rounding */
            *log_mass += log(sum);
        }
    }
    return POSSIBLE;
}

/*
 * Turn alpha (seen, S) into posteriors, from the last evidence leftwards. scratch (2, S): weighted
 * message, message P(evidence to the right | s_i) up to scale.
 */
static enum pass backward(double *alpha, double *scratch, const struct mg_lattice *lattice,
                          const double *const *weight, size_t seen)
{
    const size_t S = lattice->states;
    double *weighted = scratch;
    double *message = scratch + S;
    double sum;

    for (size_t s = 0; s < S; s++) {
        message[s] = 1.0;
    }
    for (size_t i = seen; i-- > 1;) {
        double *row = alpha + (i - 1) * S;
        enum pass pass;

        memcpy(weighted, message, S * sizeof(*weighted));
        multiply(weighted, weight[i], S);
        mg_lattice_step(message, weighted, lattice->transposed, S);
        pass = rescale(message, &sum, S);
        if (pass != POSSIBLE) {
            return pass;
        }
        multiply(row, message, S);
        mg_lattice_normalize(row, 1, S);
    }
    return POSSIBLE;
}

double mg_lattice_log_mass(const struct mg_lattice *lattice, const double *const *weight)
{
    const size_t seen = seen_length(weight, lattice->length);
    enum pass pass = UNSAFE;
    double log_mass = 0.0;

    if (!lattice->tiny) {
        double *alpha = mg_array_new(seen * lattice->states, sizeof(*alpha));
        pass = forward(alpha, &log_mass, lattice, weight, seen);
        free(alpha);
    }
    if (pass == UNSAFE) {
        return mg_lattice_log_mass_by_logs(lattice, weight);
    }
    return pass == POSSIBLE ? log_mass : -HUGE_VAL;
}

bool mg_lattice_posterior(double *posterior, const struct mg_lattice *lattice,
                          const double *const *weight)
{
    const size_t S = lattice->states;
    const size_t L = lattice->length;
    enum pass pass = UNSAFE;

    if (!lattice->tiny) {
        double *alpha = mg_array_new((L + 2) * S, sizeof(*alpha));
        double log_mass;

        pass = forward(alpha, &log_mass, lattice, weight, L);
        if (pass == POSSIBLE) {
            pass = backward(alpha, alpha + L * S, lattice, weight, seen_length(weight, L));
        }
        if (pass == POSSIBLE) {
            memcpy(posterior, alpha, L * S * sizeof(*posterior));
        }
        free(alpha);
    }
    if (pass == UNSAFE) {
        return mg_lattice_posterior_by_logs(posterior, lattice, weight);
    }
    return pass == POSSIBLE;
}

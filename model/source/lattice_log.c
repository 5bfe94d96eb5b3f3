/* lattice_log.c - see lattice_log.h. */
#include "model/source/lattice_log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/source/array.h"

/* log sum exp of n logarithms, -INFINITY for none. */
static double log_sum(const double *terms, size_t n)
{
    double largest = -HUGE_VAL;
    double sum = 0.0;

    for (size_t i = 0; i < n; i++) {
        largest = terms[i] > largest ? terms[i] : largest;
    }
    if (isinf(largest)) {
        return largest;
    }
    for (size_t i = 0; i < n; i++) {
        sum += exp(terms[i] - largest);
    }
    return largest + log(sum);
}

/* Logarithms of n entries; the caller frees. */
static double *logs_of(const double *entries, size_t n)
{
    double *logs = mg_array_new(n, sizeof(*logs));

    for (size_t i = 0; i < n; i++) {
        logs[i] = log(entries[i]);
    }
    return logs;
}

/* next[t] = log sum_s exp(now[s] + rows[t][s]); scratch (S). */
static void step(double *next, const double *now, const double *rows, double *scratch,
                 size_t states)
{
    for (size_t t = 0; t < states; t++) {
        for (size_t s = 0; s < states; s++) {
            scratch[s] = now[s] + rows[t * states + s];
        }
        next[t] = log_sum(scratch, states);
    }
}

static void add_log_weight(double *row, const double *weight, size_t states)
{
    for (size_t s = 0; weight != NULL && s < states; s++) {
        row[s] += log(weight[s]);
    }
}

/* alpha (L, S) out: log P(evidence up to i, s_i = s). */
static double *forward(const struct mg_lattice *lattice, const double *const *weight)
{
    const size_t S = lattice->states;
    double *into = logs_of(lattice->transposed, S * S); /* row t: from every s into t */
    double *alpha = mg_array_new((lattice->length + 1) * S, sizeof(*alpha));
    double *scratch = alpha + lattice->length * S;

    for (size_t i = 0; i < lattice->length; i++) {
        double *row = alpha + i * S;
        for (size_t s = 0; i == 0 && s < S; s++) {
            row[s] = log(lattice->start[s]);
        }
        if (i > 0) {
            step(row, row - S, into, scratch, S);
        }
        add_log_weight(row, weight[i], S);
    }
    free(into);
    return alpha;
}

double mg_lattice_log_mass_by_logs(const struct mg_lattice *lattice, const double *const *weight)
{
    double *alpha = forward(lattice, weight);
    const double log_mass =
        log_sum(alpha + (lattice->length - 1) * lattice->states, lattice->states);

    free(alpha);
    return log_mass;
}

bool mg_lattice_posterior_by_logs(double *posterior, const struct mg_lattice *lattice,
                                  const double *const *weight)
{
    const size_t S = lattice->states;
    const size_t L = lattice->length;
    double *alpha = forward(lattice, weight);
    double *out_of = logs_of(lattice->transition, S * S);
    double *message = mg_array_new(3 * S, sizeof(*message)); /* beta of i, weighted, scratch */
    double *weighted = message + S;
    const bool possible = !isinf(log_sum(alpha + (L - 1) * S, S));

    for (size_t i = L; possible && i-- > 0;) {
        double *row = alpha + i * S;
        double log_total;

        if (i + 1 < L) {
            memcpy(weighted, message, S * sizeof(*weighted));
            add_log_weight(weighted, weight[i + 1], S);
            step(message, weighted, out_of, weighted + S, S);
        }
        for (size_t s = 0; s < S; s++) {
            row[s] += message[s];
        }
        log_total = log_sum(row, S);
        for (size_t s = 0; s < S; s++) {
            posterior[i * S + s] = exp(row[s] - log_total);
        }
        mg_lattice_normalize(posterior + i * S, 1, S);
    }
    free(message);
    free(out_of);
    free(alpha);
    return possible;
}

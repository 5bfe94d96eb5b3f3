/* chains.c - see chains.h. */
#include "tests/support/chains.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/source/chain_facts.h"
#include "model/source/markov.h"
#include "model/source/sequences.h"

/* Chain of V states from its stationary law. */
static struct mg_source *stationary(const double *transition, size_t length, size_t vocab)
{
    double pi[8];
    const bool unique = mg_chain_stationary(pi, transition, vocab);

    assert(unique);
    return mg_markov_new(transition, pi, length, vocab);
}

struct mg_source *test_chain_flip(double p, size_t length)
{
    const double transition[4] = {1.0 - p, p, p, 1.0 - p};

    return stationary(transition, length, 2);
}

struct mg_source *test_chain_two(size_t length)
{
    static const double transition[4] = {.85, .15, .35, .65};
    static const double start[2] = {.62, .38};

    return mg_markov_new(transition, start, length, 2);
}

struct mg_source *test_chain_lazy(size_t length)
{
    double transition[64];

    for (size_t x = 0; x < 8; x++) {
        for (size_t y = 0; y < 8; y++) {
            transition[x * 8 + y] = (x == y ? .85 : 0.0) + .15 * (double)(8 - y) / 36.0;
        }
    }
    return stationary(transition, length, 8);
}

/* A row that depends on y - x modulo 8 alone. */
static struct mg_source *circulant(const double *by_shift, size_t length)
{
    double transition[64];

    for (size_t x = 0; x < 8; x++) {
        for (size_t y = 0; y < 8; y++) {
            transition[x * 8 + y] = by_shift[(y + 8 - x) % 8];
        }
    }
    return stationary(transition, length, 8);
}

struct mg_source *test_chain_cycle(size_t length)
{
    static const double by_shift[8] = {.01875, .86875, .01875, .01875,
                                       .01875, .01875, .01875, .01875};

    return circulant(by_shift, length);
}

struct mg_source *test_chain_period2(size_t length)
{
    static const double by_shift[8] = {0, .8875, 0, .0375, 0, .0375, 0, .0375};

    return circulant(by_shift, length);
}

/* zipf: every row has probabilities proportional to rank^-1.5, ranks as drawn for the reference. */
struct mg_source *test_chain_zipf(size_t length)
{
    static const int rank[8][8] = {{2, 7, 1, 4, 6, 0, 5, 3}, {5, 4, 0, 1, 2, 7, 6, 3},
                                   {6, 7, 5, 0, 1, 4, 2, 3}, {1, 4, 7, 3, 6, 0, 2, 5},
                                   {5, 7, 0, 4, 6, 3, 2, 1}, {2, 4, 0, 3, 5, 7, 1, 6},
                                   {5, 4, 7, 0, 2, 3, 1, 6}, {2, 0, 1, 7, 3, 5, 4, 6}};
    double transition[64];

    for (size_t x = 0; x < 8; x++) {
        double total = 0.0;

        for (size_t y = 0; y < 8; y++) {
            transition[x * 8 + y] = pow(rank[x][y] + 1, -1.5);
            total += transition[x * 8 + y];
        }
        for (size_t y = 0; y < 8; y++) {
            transition[x * 8 + y] /= total;
        }
    }
    return stationary(transition, length, 8);
}

struct mg_source *test_chain_listed(double start0, double stay0, double stay1, int length)
{
    const int n = 1 << length;
    int *tokens = calloc((size_t)(n * length), sizeof(*tokens));
    double *weight = calloc((size_t)n, sizeof(*weight));
    struct mg_source *source;

    assert(tokens != NULL);
    assert(weight != NULL);
    for (int s = 0; s < n; s++) {
        int *row = tokens + s * length;

        for (int i = 0; i < length; i++) {
            row[i] = s >> (length - 1 - i) & 1;
        }
        weight[s] = row[0] == 0 ? start0 : 1.0 - start0;
        for (int i = 1; i < length; i++) {
            const double stay = row[i - 1] == 0 ? stay0 : stay1;

            weight[s] *= row[i] == row[i - 1] ? stay : 1.0 - stay;
        }
    }
    source = mg_sequences_new(tokens, weight, (size_t)n, (size_t)length, 2);
    free(weight);
    free(tokens);
    return source;
}

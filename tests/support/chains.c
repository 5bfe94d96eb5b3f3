/* chains.c - see chains.h. */
#include "tests/support/chains.h"

#include <assert.h>
#include <math.h>

#include "model/source/chain_facts.h"
#include "model/source/markov.h"

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

/*
 * network_fixture.h - a small network with a batch, and its parameters in double, for tests.
 */
#ifndef MG_TESTS_NETWORK_FIXTURE_H
#define MG_TESTS_NETWORK_FIXTURE_H

#include <stdbool.h>

#include "model/network/transformer.h"

enum { MOST_ROWS = 1024, MOST_TOKENS = MOST_ROWS * 8 };

struct fixture {
    struct mg_transformer_config config;
    struct mg_transformer *net;
    struct mg_parameters *list; /* of net */
    double *value;              /* the parameters in double */
    int noisy[MOST_TOKENS];     /* (n, L), half masked */
    int clean[MOST_TOKENS];
    float weight[MOST_TOKENS]; /* (n, L), a fifth of them 0; with components alike in a row */
    size_t n;
};

/* V 7, L 5, two layers, width 12 in two heads, hidden 9: no size is a whole vector. */
struct mg_transformer_config configured(enum mg_positions positions, bool causal);

/*
 * A network for training with this batch, its parameters moved from the initial ones by normal
 * noise of this deviation, and n <= MOST_ROWS rows with L <= 8.
 */
struct fixture *fixture_new(struct mg_transformer_config config, size_t batch, size_t n,
                            double deviation);
void fixture_free(struct fixture *f);

/* mg_transformer_loss of the fixture's rows. */
double fixture_loss(struct fixture *f);

#endif

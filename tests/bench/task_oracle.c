/* task_oracle.c - exact marginals of a long chain, by forward-backward. */
#include <math.h>
#include <stdlib.h>

#include "model/numeric/arena.h"
#include "model/source/markov.h"
#include "tests/bench/bench.h"

enum { V = 64, L = 512, REVEALED_EVERY = 16 };

/* Rows proportional to uniform numbers: every transition is possible. */
static struct mg_source *make_chain(struct mg_rng *rng)
{
    double *transition = (double *)mg_allocate(V * V, sizeof(double));
    double start[V];
    struct mg_source *source;

    for (size_t i = 0; i < V; i++) {
        double sum = 0;

        start[i] = 1.0 / V;
        for (size_t j = 0; j < V; j++) {
            transition[i * V + j] = 1.0 + mg_rng_below(rng, 1000);
            sum += transition[i * V + j];
        }
        for (size_t j = 0; j < V; j++) {
            transition[i * V + j] /= sum;
        }
    }
    source = mg_markov_new(transition, start, L, V);
    free(transition);
    return source;
}

double bench_oracle_ms(const struct bench_options *options)
{
    const struct mg_stream stream = {{1, 2}};
    struct mg_rng rng = mg_rng_at(stream, 0, 0);
    struct mg_source *source = make_chain(&rng);
    double *probs = (double *)mg_allocate((size_t)L * V, sizeof(double));
    int context[L];
    double begin_s;
    bool possible;

    (void)options;
    for (size_t i = 0; i < L; i++) {
        context[i] = i % REVEALED_EVERY == 0 ? (int)mg_rng_below(&rng, V) : MG_MASK;
    }
    begin_s = bench_now_s();
    possible = mg_source_conditionals(source, context, probs);
    begin_s = bench_now_s() - begin_s;
    free(probs);
    mg_source_free(source);
    return possible ? 1e3 * begin_s : (double)NAN;
}

/*
 * oracle.c - the perfect predictor: the exact conditionals of a source.
 *
 * A row that never occurs has no conditionals; a draw that has gone there is finished uniformly
 * and reported as not possible.
 */
#include <assert.h>
#include <stdlib.h>

#include "model/predictor/predictor.h"
#include "model/predictor/uniform.h"

struct oracle {
    struct mg_predictor predictor;
    const struct mg_source *source;
};

static void oracle_predict(struct mg_predictor *predictor, double *probs, bool *possible,
                           const int *rows, size_t n)
{
    const struct mg_source *source = ((const struct oracle *)predictor)->source;
    const size_t length = predictor->length;
    const size_t vocab = predictor->vocab;

    for (size_t r = 0; r < n; r++) {
        const int *row = rows + r * length;
        double *answer = probs + r * length * vocab;
        const bool known = mg_source_conditionals(source, row, answer);

        if (!known) {
            mg_uniform_row(answer, row, length, vocab);
        }
        if (possible != NULL) {
            possible[r] = known;
        }
    }
}

static void oracle_free(struct mg_predictor *predictor)
{
    free(predictor);
}

static const struct mg_predictor_ops ORACLE = {
    .kind = "oracle", .predict = oracle_predict, .free = oracle_free};

struct mg_predictor *mg_oracle_new(const struct mg_source *source)
{
    struct oracle *oracle = malloc(sizeof(*oracle));

    assert(mg_source_has_oracle(source));
    assert(oracle != NULL);
    *oracle = (struct oracle){
        .predictor = {.ops = &ORACLE, .length = source->length, .vocab = source->vocab},
        .source = source};
    return &oracle->predictor;
}

bool mg_predictor_is_oracle(const struct mg_predictor *predictor, const struct mg_source *source)
{
    return predictor->ops == &ORACLE && ((const struct oracle *)predictor)->source == source;
}

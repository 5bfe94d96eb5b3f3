/*
 * oracle.c - the perfect predictor: the exact conditionals of a source.
 *
 * A row that never occurs has no conditionals; a draw that has gone there is finished uniformly
 * and reported as not possible.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "model/predictor/predictor.h"
#include "model/predictor/uniform.h"

struct oracle {
    struct mg_predictor predictor;
    const struct mg_source *source;
    size_t window;  /* tokens seen on each side, 0 for all */
    int *seen;      /* (L) */
    double *answer; /* (L, V) */
};

/* Replace the conditionals of a possible row by those given its windows. */
static void look_through_window(struct oracle *oracle, double *probs, const int *row)
{
    const size_t length = oracle->predictor.length;
    const size_t vocab = oracle->predictor.vocab;

    for (size_t i = 0; i < length; i++) {
        for (size_t j = 0; j < length; j++) {
            oracle->seen[j] = (i > j ? i - j : j - i) <= oracle->window ? row[j] : MG_MASK;
        }
        if (row[i] == MG_MASK) {
            const bool known = mg_source_conditionals(oracle->source, oracle->seen, oracle->answer);

            assert(known); /* fewer tokens of a row that is possible */
            (void)known;
            memcpy(probs + i * vocab, oracle->answer + i * vocab, vocab * sizeof(*probs));
        }
    }
}

static void oracle_predict(struct mg_predictor *predictor, double *probs, bool *possible,
                           const int *rows, size_t n)
{
    struct oracle *oracle = (struct oracle *)predictor;
    const struct mg_source *source = oracle->source;
    const size_t length = predictor->length;
    const size_t vocab = predictor->vocab;

    for (size_t r = 0; r < n; r++) {
        const int *row = rows + r * length;
        double *answer = probs + r * length * vocab;
        const bool known = mg_source_conditionals(source, row, answer);

        if (!known) {
            mg_uniform_row(answer, row, length, vocab);
        } else if (oracle->window > 0) {
            look_through_window(oracle, answer, row);
        }
        if (possible != NULL) {
            possible[r] = known;
        }
    }
}

static void oracle_free(struct mg_predictor *predictor)
{
    free(((struct oracle *)predictor)->answer);
    free(((struct oracle *)predictor)->seen);
    free(predictor);
}

static const struct mg_predictor_ops ORACLE = {
    .kind = "oracle", .predict = oracle_predict, .free = oracle_free};

struct mg_predictor *mg_oracle_window_new(const struct mg_source *source, size_t window)
{
    struct oracle *oracle = mg_allocate(1, sizeof(*oracle));

    assert(mg_source_has_oracle(source));
    *oracle = (struct oracle){
        .predictor = {.ops = &ORACLE, .length = source->length, .vocab = source->vocab},
        .source = source,
        .window = window,
        .seen = mg_allocate(source->length, sizeof(int)),
        .answer = mg_allocate(source->length * source->vocab, sizeof(double))};
    return &oracle->predictor;
}

struct mg_predictor *mg_oracle_new(const struct mg_source *source)
{
    return mg_oracle_window_new(source, 0);
}

bool mg_predictor_is_oracle(const struct mg_predictor *predictor, const struct mg_source *source)
{
    const struct oracle *oracle = (const struct oracle *)predictor;

    return predictor->ops == &ORACLE && oracle->source == source && oracle->window == 0;
}

/* distance_contexts.c - see distance_contexts.h. */
#include "model/measure/distance_contexts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

size_t mg_distance_literals(int *row, const struct mg_measure_spec *spec,
                            const struct mg_distance_layout *layout, size_t length)
{
    size_t given = 0;

    for (size_t i = 0; i < length; i++) {
        row[i] = MG_MASK;
    }
    if (spec->left_tokens != NULL) {
        memcpy(row, spec->left_tokens, layout->left * sizeof(*row));
        given += layout->left;
    }
    if (spec->right_tokens != NULL) {
        memcpy(row + layout->left + layout->run, spec->right_tokens, layout->right * sizeof(*row));
        given += layout->right;
    }
    return given;
}

static bool is_context(const struct mg_distance_layout *layout, size_t i)
{
    const size_t end = layout->left + layout->run;

    return i < layout->left || (i >= end && i < end + layout->right);
}

/*
 * Fill the context positions of row that are still masked, from the law given the others. Without
 * literals (or without an oracle that could condition on them) a whole sequence is drawn.
 */
static void draw_context(int *row, const struct mg_source *source,
                         const struct mg_distance_layout *layout, bool literal, struct mg_rng *rng)
{
    const size_t cells = source->length * source->vocab;
    int *whole = calloc(source->length, sizeof(*whole));
    double *probs = calloc(cells, sizeof(*probs));
    bool possible = true;

    assert(whole != NULL);
    assert(probs != NULL);
    literal = literal && mg_source_has_oracle(source);
    if (!literal) {
        mg_source_draw_held_out(source, rng, whole);
    }
    for (size_t i = 0; i < source->length; i++) {
        if (row[i] == MG_MASK && is_context(layout, i)) {
            if (literal) {
                possible = mg_source_conditionals(source, row, probs);
                whole[i] = (int)mg_rng_categorical(rng, probs + i * source->vocab, source->vocab);
            }
            assert(possible);
            row[i] = whole[i];
        }
    }
    free(probs);
    free(whole);
}

bool mg_distance_contexts(int **contexts, size_t *n, const struct mg_measure_input *input,
                          const struct mg_distance_layout *layout)
{
    const struct mg_source *source = input->source;
    const size_t length = source->length;
    int *row = calloc(length, sizeof(*row));
    size_t literals;
    bool fixed;

    assert(row != NULL);
    literals = mg_distance_literals(row, input->spec, layout, length);
    fixed = literals == layout->left + layout->right;
    *n = fixed || input->spec->contexts == 0 ? 1 : input->spec->contexts;
    *contexts = calloc(*n * length, sizeof(**contexts));
    assert(*contexts != NULL);
    for (size_t c = 0; c < *n; c++) {
        struct mg_rng rng = mg_rng_at(input->streams->order, c, 0);
        int *context = *contexts + c * length;

        memcpy(context, row, length * sizeof(*row));
        if (!fixed) {
            draw_context(context, source, layout, literals > 0, &rng);
        }
    }
    free(row);
    return literals == 0 && !fixed;
}

/* unconditional.c - see unconditional.h. */
#include "model/measure/unconditional.h"

#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "model/source/text.h"

enum { DRAWS = 4096 };

static void count_draws(double *unigram, const struct mg_source *source, struct mg_stream stream)
{
    int *row = mg_allocate(source->length, sizeof(*row));
    const double share = 1.0 / ((double)DRAWS * (double)source->length);

    for (uint64_t draw = 0; draw < DRAWS; draw++) {
        struct mg_rng rng = mg_rng_at(stream, draw, 1);

        mg_source_draw_held_out(source, &rng, row);
        for (size_t i = 0; i < source->length; i++) {
            unigram[row[i]] += share;
        }
    }
    free(row);
}

void mg_unconditional(double *u, const struct mg_source *source,
                      const struct mg_distance_layout *layout, struct mg_stream stream)
{
    const struct mg_text *text = mg_source_text(source);
    const size_t vocab = source->vocab;
    int *row = mg_allocate(source->length, sizeof(*row));
    double *probs = mg_allocate(source->length * vocab, sizeof(*probs));

    if (mg_source_has_oracle(source)) {
        for (size_t i = 0; i < source->length; i++) {
            row[i] = MG_MASK;
        }
        (void)mg_source_conditionals(source, row, probs);
        memcpy(u, probs + layout->left * vocab, layout->run * vocab * sizeof(*u));
    } else {
        if (text == NULL) {
            count_draws(probs, source, stream);
        }
        for (size_t i = 0; i < layout->run; i++) {
            memcpy(u + i * vocab, text != NULL ? text->unigram : probs, vocab * sizeof(*u));
        }
    }
    free(probs);
    free(row);
}

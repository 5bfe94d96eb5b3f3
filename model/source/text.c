/* text.c - see text.h. */
#include "model/source/text.h"

#include <assert.h>
#include <stdlib.h>

#include "model/source/array.h"

struct text {
    struct mg_source source;
    struct mg_text view;
    double *unigram;
};

static const struct text *self(const struct mg_source *source)
{
    return (const struct text *)source;
}

/* A window of the n tokens from `first` on. */
static void draw_window(const struct mg_source *source, struct mg_rng *rng, int *tokens,
                        size_t first, size_t n)
{
    const uint32_t starts = (uint32_t)(n - source->length + 1);
    const uint32_t *from = self(source)->view.tokens + first + mg_rng_below(rng, starts);

    for (size_t i = 0; i < source->length; i++) {
        tokens[i] = (int)from[i];
    }
}

static void text_draw(const struct mg_source *source, struct mg_rng *rng, int *tokens)
{
    draw_window(source, rng, tokens, 0, self(source)->view.n_train);
}

static void text_draw_held_out(const struct mg_source *source, struct mg_rng *rng, int *tokens)
{
    const struct mg_text *view = &self(source)->view;

    draw_window(source, rng, tokens, view->n_train, view->n - view->n_train);
}

static void text_free(struct mg_source *source)
{
    struct text *text = (struct text *)source;

    free(text->unigram);
    free(text);
}

static const struct mg_source_ops TEXT = {
    .kind = "text",
    .draw = text_draw,
    .draw_held_out = text_draw_held_out,
    .free = text_free,
};

struct mg_source *mg_text_new(const uint32_t *tokens, size_t n, size_t n_train, size_t length,
                              size_t vocab, const uint32_t *characters)
{
    struct text *text = mg_array_new(1, sizeof(*text));

    assert(n_train <= n && n <= UINT32_MAX);
    assert(length >= 1 && length <= n_train && length <= n - n_train);
    text->source = (struct mg_source){.ops = &TEXT, .length = length, .vocab = vocab};
    text->unigram = mg_array_new(vocab, sizeof(*text->unigram));
    for (size_t i = 0; i < n_train; i++) {
        assert(tokens[i] < vocab);
        text->unigram[tokens[i]] += 1.0;
    }
    for (size_t v = 0; v < vocab; v++) {
        text->unigram[v] /= (double)n_train;
    }
    text->view = (struct mg_text){.tokens = tokens,
                                  .n = n,
                                  .n_train = n_train,
                                  .unigram = text->unigram,
                                  .characters = characters};
    return &text->source;
}

void mg_text_spell(struct mg_source *source, const char *const *spelling)
{
    assert(source->ops == &TEXT);
    ((struct text *)source)->view.spelling = spelling;
}

const struct mg_text *mg_source_text(const struct mg_source *source)
{
    return source->ops == &TEXT ? &self(source)->view : NULL;
}

double mg_text_characters(const struct mg_text *text, const int *tokens, size_t n)
{
    double characters = 0.0;

    for (size_t i = 0; i < n; i++) {
        characters += text->characters == NULL ? 1.0 : (double)text->characters[tokens[i]];
    }
    return characters;
}

/* lexicon.c - see lexicon.h. */
#include "model/measure/lexicon.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "model/numeric/statistics.h"
#include "model/source/text.h"

struct mg_lexicon {
    const struct mg_text *text;
    size_t vocab;
    uint64_t *known; /* (n_known) hashes of the words of the training part, ascending */
    size_t n_known;
    double held_out_rate;
    size_t words;      /* counted */
    size_t right;      /* of those, known */
    double *frequency; /* (V) tokens counted, not normalised */
};

/* A word being read, one byte at a time. */
struct reader {
    uint64_t hash;
    size_t size;  /* bytes */
    bool whole;   /* a space stands before it */
    bool written; /* it has a token that was not given */
};

/* FNV-1a, 64 bits: two of 1e5 words share one with probability 3e-10. */
static const uint64_t HASH_START = 14695981039346656037U;
static const uint64_t HASH_PRIME = 1099511628211U;

/*
 * Read the bytes of one token; at each space after a whole word, `found` (capacity: bytes of the
 * token) gets its hash. Returns how many.
 */
static size_t read_token(uint64_t *found, struct reader *reader, const char *spelling, bool given)
{
    const size_t space = strlen(MG_TEXT_SPACE);
    size_t n = 0;

    while (*spelling != '\0') {
        if (strncmp(spelling, MG_TEXT_SPACE, space) == 0) {
            if (reader->whole && reader->size > 0 && reader->written) {
                found[n++] = reader->hash;
            }
            *reader = (struct reader){.hash = HASH_START, .whole = true};
            spelling += space;
        } else {
            reader->hash = (reader->hash ^ (unsigned char)*spelling++) * HASH_PRIME;
            reader->size++;
            reader->written = reader->written || !given;
        }
    }
    return n;
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static size_t longest_spelling(const struct mg_text *text, size_t vocab)
{
    size_t longest = 0;

    for (size_t v = 0; v < vocab; v++) {
        const size_t size = strlen(text->spelling[v]);

        longest = size > longest ? size : longest;
    }
    return longest;
}

/* The different words of the training part. */
static void list_known(struct mg_lexicon *lexicon)
{
    const struct mg_text *text = lexicon->text;
    const size_t longest = longest_spelling(text, lexicon->vocab);
    struct reader reader = {.hash = HASH_START, .whole = true};
    size_t room = 1024;
    size_t n = 0;
    uint64_t *hashes = mg_allocate(room, sizeof(*hashes));

    for (size_t t = 0; t < text->n_train; t++) {
        if (n + longest > room) {
            room = 2 * (n + longest);
            hashes = realloc(hashes, room * sizeof(*hashes));
            assert(hashes != NULL);
        }
        n += read_token(hashes + n, &reader, text->spelling[text->tokens[t]], false);
    }
    qsort(hashes, n, sizeof(*hashes), compare);
    for (size_t i = 0; i < n; i++) {
        if (lexicon->n_known == 0 || hashes[i] != hashes[lexicon->n_known - 1]) {
            hashes[lexicon->n_known++] = hashes[i];
        }
    }
    lexicon->known = hashes;
}

static double rate_of(const struct mg_lexicon *lexicon)
{
    return (double)lexicon->right / (double)lexicon->words;
}

struct mg_lexicon *mg_lexicon_new(const struct mg_source *source)
{
    const struct mg_text *text = mg_source_text(source);
    struct mg_lexicon *lexicon;
    size_t n;
    int *row;

    if (text == NULL || text->spelling == NULL) {
        return NULL;
    }
    lexicon = mg_allocate(1, sizeof(*lexicon));
    *lexicon = (struct mg_lexicon){.text = text, .vocab = source->vocab};
    lexicon->frequency = mg_allocate(source->vocab, sizeof(*lexicon->frequency));
    list_known(lexicon);
    n = text->n - text->n_train;
    row = mg_allocate(n, sizeof(*row));
    for (size_t i = 0; i < n; i++) {
        row[i] = (int)text->tokens[text->n_train + i];
    }
    mg_lexicon_add(lexicon, row, NULL, n);
    lexicon->held_out_rate = rate_of(lexicon);
    mg_lexicon_clear(lexicon);
    free(row);
    return lexicon;
}

void mg_lexicon_free(struct mg_lexicon *lexicon)
{
    if (lexicon != NULL) {
        free(lexicon->frequency);
        free(lexicon->known);
        free(lexicon);
    }
}

void mg_lexicon_clear(struct mg_lexicon *lexicon)
{
    lexicon->words = 0;
    lexicon->right = 0;
    memset(lexicon->frequency, 0, lexicon->vocab * sizeof(*lexicon->frequency));
}

void mg_lexicon_add(struct mg_lexicon *lexicon, const int *row, const bool *given, size_t n)
{
    uint64_t *found =
        mg_allocate(longest_spelling(lexicon->text, lexicon->vocab) + 1, sizeof(*found));
    struct reader reader = {.hash = HASH_START};

    for (size_t i = 0; i < n; i++) {
        const bool is_given = given != NULL && given[i];
        const size_t ended = read_token(found, &reader, lexicon->text->spelling[row[i]], is_given);

        for (size_t w = 0; w < ended; w++) {
            lexicon->right += bsearch(&found[w], lexicon->known, lexicon->n_known, sizeof(*found),
                                      compare) != NULL;
            lexicon->words++;
        }
        lexicon->frequency[row[i]] += is_given ? 0.0 : 1.0;
    }
    free(found);
}

void mg_lexicon_emit(const struct mg_lexicon *lexicon, struct mg_sink *sink, const char *sampler)
{
    double *shares = mg_allocate(lexicon->vocab, sizeof(*shares));
    double total = 0.0;
    char quantity[128];

    for (size_t v = 0; v < lexicon->vocab; v++) {
        total += lexicon->frequency[v];
    }
    for (size_t v = 0; v < lexicon->vocab; v++) {
        shares[v] = lexicon->frequency[v] / total;
    }
    (void)snprintf(quantity, sizeof(quantity), "%s.word_rate", sampler);
    MG_EMIT(sink, MG_TABLE_information, mg_text(quantity),
            mg_real_if(lexicon->words > 0, rate_of(lexicon)),
            mg_real_if(isfinite(lexicon->held_out_rate), lexicon->held_out_rate));
    (void)snprintf(quantity, sizeof(quantity), "%s.token_entropy_nats", sampler);
    MG_EMIT(sink, MG_TABLE_information, mg_text(quantity),
            mg_real_if(total > 0.0, mg_entropy_nats(shares, lexicon->vocab)),
            mg_real(mg_entropy_nats(lexicon->text->unigram, lexicon->vocab)));
    free(shares);
}

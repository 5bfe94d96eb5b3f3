/* bpe_learn.c - see bpe_learn.h. */
#include "harness/bpe_learn.h"

#include <stdlib.h>
#include <string.h>

#include "harness/names.h"
#include "model/numeric/arena.h"

/* Tokens of the piece that begins at `at`. */
static size_t piece_at(const uint32_t *tokens, size_t n, size_t at, uint32_t space)
{
    size_t end = at + 1;

    while (end < n && tokens[end] != space) {
        end++;
    }
    return end - at;
}

size_t mg_bpe_apply(const struct mg_bpe *bpe, uint32_t *tokens, size_t n, uint32_t space)
{
    struct mg_bpe_work work = {0};
    size_t kept = 0;
    size_t size;

    for (size_t at = 0; at < n; at += size) {
        size_t left;

        size = piece_at(tokens, n, at, space);
        left = mg_bpe_merge(bpe, tokens + at, size, &work);
        memmove(tokens + kept, tokens + at, left * sizeof(*tokens));
        kept += left;
    }
    mg_bpe_work_free(&work);
    return kept;
}

struct word {
    size_t begin, size; /* in the flat row of tokens; shrinks as they merge */
    uint64_t count;
};

struct pair {
    uint32_t left, right;
    uint64_t count; /* 0: an empty slot, or a pair that is gone */
    bool used;
};

struct learner {
    uint32_t *tokens; /* distinct pieces, one behind the other */
    struct word *words;
    size_t n_words;
    struct pair *pairs;
    size_t capacity, n_pairs; /* a power of two; slots used */
};

/* The distinct pieces of a text and how often each is there. */
static void list_words(struct learner *learner, const uint32_t *tokens, size_t n, uint32_t space)
{
    struct mg_names *numbers = mg_names_new();
    size_t capacity = 0;
    size_t used = 0;
    size_t size;

    learner->tokens = mg_allocate(n + 1, sizeof(*tokens));
    for (size_t at = 0; at < n; at += size) {
        const char *bytes = (const char *)(tokens + at);
        uint32_t number;

        size = piece_at(tokens, n, at, space);
        number = mg_names_find(numbers, bytes, size * sizeof(*tokens));
        if (number == MG_NO_NAME) {
            if (learner->n_words == capacity) {
                capacity = capacity == 0 ? 1024 : 2 * capacity;
                learner->words = realloc(learner->words, capacity * sizeof(*learner->words));
                if (learner->words == NULL) {
                    abort();
                }
            }
            number = (uint32_t)learner->n_words++;
            mg_names_add(numbers, bytes, size * sizeof(*tokens), number);
            memcpy(learner->tokens + used, tokens + at, size * sizeof(*tokens));
            learner->words[number] = (struct word){.begin = used, .size = size};
            used += size;
        }
        learner->words[number].count++;
    }
    mg_names_free(numbers);
}

static struct pair *slot_of(const struct learner *learner, uint32_t left, uint32_t right)
{
    const uint64_t hash = ((uint64_t)left << 32 | right) * 0x9E3779B97F4A7C15ULL; /* Knuth 6.4 */
    size_t at = (size_t)(hash ^ hash >> 32) & (learner->capacity - 1);

    while (learner->pairs[at].used &&
           (learner->pairs[at].left != left || learner->pairs[at].right != right)) {
        at = (at + 1) & (learner->capacity - 1);
    }
    return &learner->pairs[at];
}

static void grow(struct learner *learner)
{
    struct pair *old = learner->pairs;
    const size_t n = learner->capacity;

    learner->capacity = n == 0 ? 1024 : 2 * n;
    learner->pairs = mg_allocate(learner->capacity, sizeof(*old));
    learner->n_pairs = 0;
    for (size_t i = 0; i < n; i++) {
        if (old[i].count > 0) {
            *slot_of(learner, old[i].left, old[i].right) = old[i];
            learner->n_pairs++;
        }
    }
    free(old);
}

/* Count the pairs of a word, or take them back. */
static void count_word(struct learner *learner, const struct word *word, bool back)
{
    const uint32_t *tokens = learner->tokens + word->begin;

    for (size_t i = 0; i + 1 < word->size; i++) {
        struct pair *pair;

        if (2 * (learner->n_pairs + 1) > learner->capacity) {
            grow(learner);
        }
        pair = slot_of(learner, tokens[i], tokens[i + 1]);
        if (!pair->used) {
            *pair = (struct pair){.left = tokens[i], .right = tokens[i + 1], .used = true};
            learner->n_pairs++;
        }
        pair->count = back ? pair->count - word->count : pair->count + word->count;
    }
}

/* The pair to merge; its count is 0 if there is none. */
static struct pair best_pair(const struct learner *learner)
{
    struct pair best = {0};

    for (size_t i = 0; i < learner->capacity; i++) {
        const struct pair *pair = &learner->pairs[i];
        const bool first =
            pair->left < best.left || (pair->left == best.left && pair->right < best.right);

        if (pair->count > best.count || (pair->count == best.count && best.count > 0 && first)) {
            best = *pair;
        }
    }
    return best;
}

/* Put id where the pair is, from the left, in every word. */
static void merge_words(struct learner *learner, const struct pair *pair, uint32_t id)
{
    for (size_t w = 0; w < learner->n_words; w++) {
        struct word *word = &learner->words[w];
        uint32_t *tokens = learner->tokens + word->begin;
        bool found = false;
        size_t kept = 0;

        for (size_t i = 0; !found && i + 1 < word->size; i++) {
            found = tokens[i] == pair->left && tokens[i + 1] == pair->right;
        }
        if (!found) {
            continue;
        }
        count_word(learner, word, true);
        for (size_t i = 0; i < word->size; i++) {
            const bool here =
                i + 1 < word->size && tokens[i] == pair->left && tokens[i + 1] == pair->right;

            tokens[kept++] = here ? id : tokens[i];
            i += here ? 1 : 0;
        }
        word->size = kept;
        count_word(learner, word, false);
    }
}

/* The id of a merge: that of its symbol, new or not. */
static uint32_t id_of(struct mg_vocabulary *vocabulary, struct mg_names *names, const char *symbol)
{
    const uint32_t id = mg_names_find(names, symbol, strlen(symbol));

    if (id != MG_NO_NAME) {
        return id;
    }
    vocabulary->symbols[vocabulary->n] = symbol;
    mg_names_add(names, symbol, strlen(symbol), (uint32_t)vocabulary->n);
    return (uint32_t)vocabulary->n++;
}

bool mg_bpe_learn(struct mg_vocabulary *vocabulary, const uint32_t *tokens, size_t n,
                  uint32_t space, struct mg_heap *heap)
{
    struct learner learner = {0};
    struct mg_names *names = mg_names_new();
    struct mg_hash *hash = mg_hash_new();

    for (size_t id = 0; id < vocabulary->n; id++) {
        mg_names_add(names, vocabulary->symbols[id], strlen(vocabulary->symbols[id]), (uint32_t)id);
    }
    list_words(&learner, tokens, n, space);
    grow(&learner);
    for (size_t w = 0; w < learner.n_words; w++) {
        count_word(&learner, &learner.words[w], false);
    }
    while (vocabulary->n < vocabulary->wanted) {
        const struct pair best = best_pair(&learner);
        const char *left = vocabulary->symbols[best.left];
        const char *right = vocabulary->symbols[best.right];
        uint32_t id;

        if (best.count < 2) {
            break;
        }
        mg_hash_bytes(hash, left, strlen(left));
        mg_hash_bytes(hash, " ", 1);
        mg_hash_bytes(hash, right, strlen(right));
        mg_hash_bytes(hash, "\n", 1);
        id = id_of(vocabulary, names, mg_heap_format(heap, "%s%s", left, right));
        (void)mg_bpe_add(vocabulary->bpe, best.left, best.right, id); /* first rank of a pair that
            came back: a later merge made one of its tokens in a second way */
        merge_words(&learner, &best, id);
    }
    mg_hash_finish(vocabulary->sha256, hash);
    mg_names_free(names);
    free(learner.pairs);
    free(learner.words);
    free(learner.tokens);
    return vocabulary->n == vocabulary->wanted;
}

/* coding.c - see coding.h. */
#include "harness/coding.h"

#include <stdlib.h>
#include <string.h>

#include "harness/bpe_learn.h"
#include "harness/chat.h"
#include "harness/utf8.h"
#include "model/numeric/arena.h"

static const struct {
    const char *word, *help;
} TOKENS[] = {
    {"characters", "one a character"},
    {"bpe", "byte-pair encoding learnt from the part to train on, up to vocab tokens"},
    {"tokenizer", "those of a tokenizer.json, which sees the corpus as it stands"},
};

const char *mg_tokens_word(size_t i)
{
    return i < sizeof(TOKENS) / sizeof(TOKENS[0]) ? TOKENS[i].word : NULL;
}

const char *mg_tokens_help(size_t i)
{
    return TOKENS[i].help;
}

static void free_bpe(void *bpe)
{
    mg_bpe_free(bpe);
}

/* Characters of every symbol. */
static const uint32_t *lengths_of(const struct mg_vocabulary *vocabulary, struct mg_heap *heap)
{
    uint32_t *lengths = mg_heap_array(heap, vocabulary->n, sizeof(*lengths));

    for (size_t id = 0; id < vocabulary->n; id++) {
        for (const char *p = vocabulary->symbols[id]; *p != '\0'; p += mg_utf8_bytes(p, 4)) {
            lengths[id]++;
        }
    }
    return lengths;
}

bool mg_coding_learn(struct mg_coding *coding, char sha256[MG_KEY_TEXT], struct mg_corpus *corpus,
                     size_t vocab, struct mg_heap *heap)
{
    const uint32_t space =
        (uint32_t)mg_alphabet_find(&coding->characters, MG_CORPUS_SPACE, strlen(MG_CORPUS_SPACE));
    const size_t held_out = corpus->n - corpus->n_train;
    const size_t room = vocab > corpus->vocab ? vocab : corpus->vocab;
    struct mg_bpe *bpe = mg_bpe_new();
    struct mg_vocabulary vocabulary = {.symbols = mg_heap_array(heap, room, sizeof(char *)),
                                       .n = corpus->vocab,
                                       .wanted = vocab,
                                       .bpe = bpe};
    bool enough;
    size_t n_train;

    mg_heap_own(heap, bpe, free_bpe);
    memcpy(vocabulary.symbols, corpus->symbols, corpus->vocab * sizeof(char *));
    enough = mg_bpe_learn(&vocabulary, corpus->tokens, corpus->n_train, space, heap);
    n_train = mg_bpe_apply(bpe, corpus->tokens, corpus->n_train, space);
    memmove(corpus->tokens + n_train, corpus->tokens + corpus->n_train,
            held_out * sizeof(*corpus->tokens));
    corpus->n_train = n_train;
    corpus->n = n_train + mg_bpe_apply(bpe, corpus->tokens + n_train, held_out, space);
    corpus->symbols = vocabulary.symbols;
    corpus->vocab = vocabulary.n;
    corpus->characters = lengths_of(&vocabulary, heap);
    coding->bpe = bpe;
    memcpy(sha256, vocabulary.sha256, MG_KEY_TEXT);
    return enough;
}

/* The ids as a context has them; frees what it reads from. */
static int *signed_ids(uint32_t *ids, size_t n, struct mg_heap *heap)
{
    int *tokens = mg_heap_array(heap, n, sizeof(*tokens));

    for (size_t i = 0; i < n; i++) {
        tokens[i] = (int)ids[i];
    }
    free(ids);
    return tokens;
}

/* Merge the characters of a prompt. */
static int *merged(const struct mg_coding *coding, const int *tokens, size_t *n,
                   struct mg_heap *heap)
{
    const int space =
        mg_alphabet_find(&coding->characters, MG_CORPUS_SPACE, strlen(MG_CORPUS_SPACE));
    uint32_t *ids = mg_allocate(*n + 1, sizeof(*ids));

    for (size_t i = 0; i < *n; i++) {
        ids[i] = (uint32_t)tokens[i];
    }
    *n = mg_bpe_apply(coding->bpe, ids, *n, (uint32_t)space);
    return signed_ids(ids, *n, heap);
}

bool mg_coding_prompt(int **tokens, size_t *n, const char **problem, const struct mg_coding *coding,
                      const char *text, struct mg_heap *heap)
{
    struct mg_error err = {0};
    uint32_t *ids;

    if (coding->tokenizer != NULL) {
        if (mg_tokenizer_encode(&ids, n, coding->tokenizer, text, strlen(text), &err) != MG_OK) {
            *problem = mg_heap_text(heap, err.text);
            return false;
        }
        *tokens = signed_ids(ids, *n, heap);
        return true;
    }
    if (!mg_corpus_prompt(tokens, n, problem, &coding->characters, text, heap)) {
        return false;
    }
    if (coding->bpe != NULL) {
        *tokens = merged(coding, *tokens, n, heap);
    }
    return true;
}

bool mg_coding_chat(int **tokens, size_t *n, const char **problem, const struct mg_coding *coding,
                    const char *question, struct mg_heap *heap)
{
    const char *text;

    if (coding->tokenizer == NULL) {
        *problem = "a chat needs \"tokens\": \"tokenizer\"";
        return false;
    }
    text = mg_chat_text(coding->tokenizer, question, problem, heap);
    return text != NULL && mg_coding_prompt(tokens, n, problem, coding, text, heap);
}

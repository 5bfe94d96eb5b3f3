/*
 * coding.h - how the text of a source becomes tokens: characters, merges learnt, or a tokenizer.
 */
#ifndef MG_HARNESS_CODING_H
#define MG_HARNESS_CODING_H

#include "harness/bpe.h"
#include "harness/corpus.h"

/* The word of an experiment file and a sentence about it; NULL after the last. */
const char *mg_tokens_word(size_t i);
const char *mg_tokens_help(size_t i);

/* Tokens are characters where there is neither bpe nor tokenizer. What is pointed to is a heap's.
 */
struct mg_coding {
    struct mg_alphabet characters; /* of the corpus; none with a tokenizer */
    const struct mg_bpe *bpe;
    const struct mg_tokenizer *tokenizer;
};

/*
 * Learn merges from the part to train on until there are `vocab` tokens, and merge both parts.
 * sha256 out: of the merges. False when the corpus has no pair of tokens left that is there twice;
 * corpus->vocab is then what there is.
 */
bool mg_coding_learn(struct mg_coding *coding, char sha256[MG_KEY_TEXT], struct mg_corpus *corpus,
                     size_t vocab, struct mg_heap *heap);

/*
 * Token ids of a prompt, in the heap: characters by mg_corpus_prompt, then merged. False, with the
 * sentence in *problem (the heap's), for what the source cannot write.
 */
bool mg_coding_prompt(int **tokens, size_t *n, const char **problem, const struct mg_coding *coding,
                      const char *text, struct mg_heap *heap);

/* The same of a question, in the chat form of the tokenizer's model (chat.h). */
bool mg_coding_chat(int **tokens, size_t *n, const char **problem, const struct mg_coding *coding,
                    const char *question, struct mg_heap *heap);

#endif

/*
 * chat.h - a question as the chat form of a model writes it.
 *
 * No Jinja: the forms that are known are rows of a table, told apart by the tokens they need. What
 * another form wants can be written as text, marks and all: a tokenizer finds its tokens there.
 */
#ifndef MG_HARNESS_CHAT_H
#define MG_HARNESS_CHAT_H

#include "harness/heap.h"
#include "harness/tokenizer.h"

/*
 * The prompt up to where the answer begins, in the heap; NULL, with a sentence in *problem (the
 * heap's), where the tokenizer has the tokens of no form.
 */
const char *mg_chat_text(const struct mg_tokenizer *tokenizer, const char *question,
                         const char **problem, struct mg_heap *heap);

#endif

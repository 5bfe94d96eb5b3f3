/* chat.c - see chat.h. */
#include "harness/chat.h"

#include <stdbool.h>
#include <string.h>

/*
 * Sources: LLaDA-8B-Instruct's tokenizer_config.json (begin of text, then headers, the message
 * trimmed); Qwen3's, as dLLM asks for it (enable_thinking false: the answer begins behind an empty
 * thought). ChatML alone is no row: its models differ in the system message that they put first.
 */
static const struct {
    const char *name;
    const char *needs[4];
    const char *before;
    const char *after;
    bool trims;
} FORMS[] = {
    {"LLaDA Instruct",
     {"<|startoftext|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"},
     "<|startoftext|><|start_header_id|>user<|end_header_id|>\n\n",
     "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
     true},
    {"Qwen3",
     {"<|im_start|>", "<|im_end|>", "<think>", "</think>"},
     "<|im_start|>user\n",
     "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
     false},
};

enum { FORM_COUNT = sizeof(FORMS) / sizeof(FORMS[0]) };

const char *mg_chat_text(const struct mg_tokenizer *tokenizer, const char *question,
                         const char **problem, struct mg_heap *heap)
{
    static const char spaces[] = " \t\n\r\f\v";

    for (size_t f = 0; f < FORM_COUNT; f++) {
        const char *begin = question + (FORMS[f].trims ? strspn(question, spaces) : 0);
        size_t size = strlen(begin);
        bool has_all = true;

        for (size_t i = 0; i < 4; i++) {
            has_all = has_all && mg_tokenizer_find(tokenizer, FORMS[f].needs[i]) >= 0;
        }
        while (FORMS[f].trims && size > 0 && strchr(spaces, begin[size - 1]) != NULL) {
            size--;
        }
        if (has_all) {
            return mg_heap_format(heap, "%s%.*s%s", FORMS[f].before, (int)size, begin,
                                  FORMS[f].after);
        }
    }
    *problem = mg_heap_format(heap,
                              "the tokenizer has the marks of no chat form that is known (%s, %s): "
                              "write the prompt as \"text\", with its marks",
                              FORMS[0].name, FORMS[1].name);
    return NULL;
}

/* test_chat.c - harness/chat.c, and chats as contexts of coding.c. */
#include "harness/chat.h"

#include <stdlib.h>
#include <string.h>

#include "harness/coding.h"
#include "harness/file.h"
#include "tests/support/test.h"

/* A tokenizer of the fixture's merges whose first four added tokens are called otherwise. */
static struct mg_tokenizer *tokenizer_with(const char *const names[4])
{
    static const char *const OLD[4] = {"\"<|mdm_mask|>\"", "\"<|a|>\"", "\"<|a|b|>\"", "\"<|a|b\""};
    struct mg_tokenizer *tokenizer = NULL;
    struct mg_error err = {0};
    char *text = NULL;
    size_t size;

    assert_int_equal(mg_file_read(&text, &size, "tests/tokenizers/llada.json", 1 << 20, &err),
                     MG_OK);
    for (size_t i = 0; i < 4 && names != NULL; i++) {
        char *at = strstr(text, OLD[i]);
        char *longer = calloc(size + 64, 1);

        assert_non_null(at);
        assert_non_null(longer);
        (void)snprintf(longer, size + 64, "%.*s\"%s\"%s", (int)(at - text), text, names[i],
                       at + strlen(OLD[i]));
        free(text);
        text = longer;
        size = strlen(text);
    }
    assert_int_equal(mg_tokenizer_parse(&tokenizer, text, size, "fixture", &err), MG_OK);
    free(text);
    return tokenizer;
}

static const char *const LLADA[4] = {"<|startoftext|>", "<|start_header_id|>", "<|end_header_id|>",
                                     "<|eot_id|>"};
static const char *const QWEN[4] = {"<|im_start|>", "<|im_end|>", "<think>", "</think>"};

/* As the templates of the two models render one message of a user. */
static void forms_are_those_of_the_models(void **state)
{
    struct mg_heap *heap = mg_heap_new();
    struct mg_tokenizer *llada = tokenizer_with(LLADA);
    struct mg_tokenizer *qwen = tokenizer_with(QWEN);
    const char *problem = NULL;

    (void)state;
    assert_string_equal(mg_chat_text(llada, " What is\n2 + 2? \n", &problem, heap),
                        "<|startoftext|><|start_header_id|>user<|end_header_id|>\n\n"
                        "What is\n2 + 2?<|eot_id|>"
                        "<|start_header_id|>assistant<|end_header_id|>\n\n");
    assert_string_equal(mg_chat_text(qwen, "Hello ", &problem, heap),
                        "<|im_start|>user\nHello <|im_end|>\n<|im_start|>assistant\n"
                        "<think>\n\n</think>\n\n");
    assert_null(problem);
    mg_tokenizer_free(qwen);
    mg_tokenizer_free(llada);
    mg_heap_free(heap);
}

static void a_chat_becomes_tokens_with_its_marks_whole(void **state)
{
    struct mg_heap *heap = mg_heap_new();
    const struct mg_coding coding = {.tokenizer = tokenizer_with(LLADA)};
    const char *problem = NULL;
    int *tokens = NULL;
    size_t n = 0;

    (void)state;
    assert_true(mg_coding_chat(&tokens, &n, &problem, &coding, "Hi", heap));
    assert_true(n > 8);
    assert_int_equal(tokens[0], 905); /* <|startoftext|>, once: encoding adds none */
    assert_int_equal(tokens[1], 906);
    for (size_t i = 1; i < n; i++) {
        assert_int_not_equal(tokens[i], 905);
    }
    mg_tokenizer_free((struct mg_tokenizer *)(uintptr_t)coding.tokenizer);
    mg_heap_free(heap);
}

static void unknown_forms_are_refused(void **state)
{
    struct mg_heap *heap = mg_heap_new();
    struct mg_coding coding = {.tokenizer = tokenizer_with(NULL)};
    const char *problem = NULL;
    int *tokens = NULL;
    size_t n = 0;

    (void)state;
    assert_false(mg_coding_chat(&tokens, &n, &problem, &coding, "Hi", heap));
    assert_non_null(strstr(problem, "LLaDA Instruct, Qwen3"));
    mg_tokenizer_free((struct mg_tokenizer *)(uintptr_t)coding.tokenizer);
    coding.tokenizer = NULL;
    assert_false(mg_coding_chat(&tokens, &n, &problem, &coding, "Hi", heap));
    assert_non_null(strstr(problem, "tokenizer"));
    mg_heap_free(heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_those_of_the_models),
        cmocka_unit_test(a_chat_becomes_tokens_with_its_marks_whole),
        cmocka_unit_test(unknown_forms_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

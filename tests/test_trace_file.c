/* test_trace_file.c - harness/trace_file.c: every fault of a trace is named, with its line. */
#include <stdlib.h>
#include <string.h>

#include "harness/buffer.h"
#include "harness/trace_file.h"
#include "tests/support/test.h"

#define HEAD                                                                                       \
    "{\"marginalia_trace\":1,\"made_by\":\"x\",\"sampler\":\"s\",\"length\":2,\"vocab\":3,"        \
    "\"top\":2}\n"
#define LINE(step, position, top, rest)                                                            \
    "{\"sample\":0,\"step\":" step ",\"position\":" position ",\"top\":" top rest "}\n"
#define P     "[[0,0.5],[1,0.3]]"
#define FIRST LINE("0", "0", P, "") LINE("0", "1", P, ",\"revealed\":1")
#define LAST  LINE("1", "0", P, ",\"revealed\":2")

static char *complaints_of(const char *text)
{
    struct mg_heap *heap = mg_heap_new();
    struct mg_findings *findings = mg_findings_new(heap);
    struct mg_problems problems = {0};
    struct mg_trace_file *file = mg_trace_parse(heap, text, strlen(text), "t", findings);
    struct mg_buffer all = {0};

    mg_findings_report(findings, &problems);
    mg_buffer_puts(&all, "");
    for (size_t i = 0; i < problems.n; i++) {
        mg_buffer_printf(&all, "%s\n", problems.lines[i]);
    }
    assert_true((file == NULL) == (problems.errors > 0));
    mg_problems_free(&problems);
    mg_heap_free(heap);
    return all.text;
}

static const struct {
    const char *text, *says;
} FAULTS[] = {
    {HEAD FIRST LAST, NULL},
    {"", "t:1: error: column 1: no JSON"},
    {FIRST, "t:1: error: no header: the first line must have \"marginalia_trace\": 1"},
    {"[]\n" FIRST, "t:1: error: must be an object, is an array"},
    {HEAD, "t:1: error: there is no line after the header"},
    {HEAD "nonsense\n" LAST, "t:2: error: column 1: no JSON"},
    {HEAD FIRST "\n" LAST, "t:4: error: column 1: no JSON"},
    {HEAD "3\n", "t:2: error: must be an object, is a number"},
    {HEAD FIRST LINE("1", "0", P, ",\"token\":2"),
     "t:4: error: unknown key \"token\"\n    allowed: sample, step, position, top, revealed"},
    {HEAD FIRST LINE("1", "0", P, ",\"revealed\":3"),
     "t:4: error: \"revealed\": must be an integer in [0, 2], is 3"},
    {HEAD FIRST LINE("1", "2", P, ",\"revealed\":2"),
     "t:4: error: \"position\": must be an integer in [0, 1], is 2"},
    {HEAD FIRST LINE("-1", "0", P, ",\"revealed\":2"),
     "t:4: error: \"step\": must be an integer in [0, 1], is -1"},
    {HEAD FIRST LINE("1", "0.5", P, ",\"revealed\":2"),
     "\"position\": must be an integer in [0, 1], is 0.5"},
    {HEAD FIRST LINE("1", "\"0\"", P, ",\"revealed\":2"),
     "\"position\": must be an integer in [0, 1], is a string"},
    {HEAD "{\"step\":0,\"position\":0,\"top\":" P "}\n",
     "t:2: error: \"sample\": must be an integer in [0, 16777215], is missing"},
    {HEAD LINE("0", "0", "[[0,1.5],[1,0.3]]", ""),
     "t:2: error: \"top\", entry 0: the probability 1.5 is not in [0, 1]"},
    {HEAD LINE("0", "0", "[[0,0.5],[1,-0.25]]", ""), "the probability -0.25 is not in [0, 1]"},
    {HEAD LINE("0", "0", "[[0,0.9],[1,0.3]]", ""),
     "t:2: error: \"top\": probabilities sum to 1.2, more than 1 within 0.0001"},
    {HEAD LINE("0", "0", "[[0,0.3],[1,0.2]]", ""),
     "\"top\": leaves 0.5 to 1 others that have 0.2 each at most: these are not the 2"},
    {HEAD LINE("0", "0", "[[0,0.3],[1,0.6]]", ""), "entry 1: the probability 0.599999"},
    {HEAD LINE("0", "0", "[[0,0.5],[0,0.3]]", ""), "\"top\": token 0 is listed twice"},
    {HEAD LINE("0", "0", "[[0,0.5],[3,0.3]]", ""),
     "\"top\", entry 1, token: must be an integer in [0, 2], is 3"},
    {HEAD LINE("0", "0", "[[0,0.5]]", ""),
     "\"top\": must be a list of 2 [token, probability], as the header says"},
    {HEAD LINE("0", "0", "[0,1]", ""), "\"top\", entry 0: must be [token, probability]"},
    {HEAD LINE("0", "0", "[[0,NaN],[1,0]]", ""), "t:2: error: column 45: no JSON"},
    {HEAD LINE("0", "0", "[[0,1e999],[1,0]]", ""), "t:2: error: column 45: no JSON"},
    {HEAD FIRST FIRST LAST, "t:4: error: sample 0, step 0, position 0: is told on line 2 already"},
    {HEAD FIRST LINE("1", "0", P, ",\"revealed\":2") LINE("1", "1", P, ",\"revealed\":2"),
     "t:5: error: sample 0, step 1, position 1: is revealed in step 0 already"},
    {HEAD LINE("1", "0", P, ",\"revealed\":2"),
     "t:2: error: sample 0: step 1 follows, but step 0 is missing"},
    {HEAD FIRST, "t:3: error: sample 0: ends with 1 masked position, the first is 0"},
    {HEAD LINE("0", "0", P, "") LINE("0", "1", P, ""),
     "t:2: error: sample 0, step 0: reveals nothing"},
    {HEAD "{\"sample\":1,\"step\":0,\"position\":0,\"top\":" P ",\"revealed\":0}\n"
          "{\"sample\":1,\"step\":0,\"position\":1,\"top\":" P ",\"revealed\":0}\n",
     "t:2: error: sample 1 follows, but sample 0 is missing"},
    {HEAD "{\"sample\":9,\"step\":0,\"position\":0,\"top\":" P ",\"revealed\":0}\n",
     "t:2: error: sample 9: there are 1 lines; samples count from 0 and none is missing"},
    {"{\"marginalia_trace\":2,\"sampler\":\"a b\",\"length\":0,\"vocab\":1}\n",
     "t:1: error: \"marginalia_trace\": must be an integer in [1, 1], is 2\n"
     "t:1: error: \"made_by\": must be a text, is missing\n"
     "t:1: error: \"sampler\": must be 1 to 64 letters, digits, \"_\" and \"-\"\n"
     "t:1: error: \"vocab\": must be an integer in [2, 1048576], is 1\n"
     "t:1: error: \"length\": must be an integer in [1, 65536], is 0\n"},
    {"{\"marginalia_trace\":1,\"made_by\":\"x\",\"sampler\":\"s\",\"length\":2,\"symbols\":"
     "[\"a\",\"b\",\"a\"],\"top\":2,\"prompts\":[[0,1]]}\n",
     "\"symbols\": \"a\" is there twice"},
    {"{\"marginalia_trace\":1,\"made_by\":\"x\",\"sampler\":\"s\",\"length\":2,\"vocab\":3,"
     "\"top\":2,\"prompts\":[[0,1],[0,3],[0]]}\n",
     "prompt 2: must be a list of 2 token ids, -1 where masked"},
    {"{\"marginalia_trace\":1,\"made_by\":\"x\",\"sampler\":\"s\",\"length\":2,\"vocab\":3,"
     "\"top\":2,\"prompts\":[[0,1],[0,3]]}\n",
     "prompt 0: has no mask (-1) to reveal\n"
     "t:1: error: prompt 1, position 1: must be an integer in [-1, 2], is 3"},
    {"{\"marginalia_trace\":1,\"made_by\":\"x\",\"sampler\":\"s\",\"length\":2,\"vocab\":3,"
     "\"top\":2,\"prompts\":[[0,-1]]}\n" FIRST,
     "t:2: error: sample 0, step 0, position 0: is a token of the prompt, no mask"},
    {"{\"marginalia_trace\":1,\"made_by\":\"x\",\"sampler\":\"s\",\"length\":2,\"vocab\":3,"
     "\"top\":2,\"block\":1}\n" FIRST LAST,
     "t:3: error: sample 0, step 0, position 1: is revealed before position 0, which is in an "
     "earlier block of 1"},
    {"{\"marginalia_trace\":1,\"made_by\":\"x\",\"sampler\":\"s\",\"length\":4,\"vocab\":3,"
     "\"block\":2,\"top\":2,\"prompts\":[[1,-1,-1,-1]]}\n" LINE("0", "2", P, ",\"revealed\":0")
         LINE("1", "1", P, ",\"revealed\":0") LINE("2", "3", P, ",\"revealed\":0"),
     NULL}, /* blocks of positions 1, 2 and of 3 */
    {"{\"marginalia_trace\":1,\"made_by\":\"x\",\"sampler\":\"s\",\"length\":3,\"vocab\":3,"
     "\"top\":2}\n" FIRST LAST LINE("1", "2", P, ",\"revealed\":0"),
     "t:2: error: sample 0, step 0: tells 2 of 3 masked positions; all of them, or only those "
     "that it reveals"},
    {"{\"marginalia_trace\":1,\"made_by\":\"x\",\"sampler\":\"s\",\"length\":2,\"vocab\":2,"
     "\"top\":2}\n" LINE("0", "0", P, ""),
     "t:2: error: \"top\": probabilities sum to 0.8, all tokens must have 1 within 0.0001"},
};

static void faults_are_named_with_line_and_what_is_allowed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(FAULTS) / sizeof(FAULTS[0]); i++) {
        char *all = complaints_of(FAULTS[i].text);

        if (FAULTS[i].says == NULL ? all[0] != '\0' : strstr(all, FAULTS[i].says) == NULL) {
            print_error("%sexpected %s\nfound %s\n", FAULTS[i].text, FAULTS[i].says, all);
            fail();
        }
        free(all);
    }
}

static void all_faults_are_found_in_one_pass(void **state)
{
    char *all = complaints_of(HEAD "nonsense\n" LINE("0", "5", P, "") LINE(
        "0", "0", "[[0,2],[1,0]]", "") LINE("0", "1", P, "") LINE("0", "1", P, ""));

    (void)state;
    assert_non_null(strstr(all, "t:2: error: column 1: no JSON"));
    assert_non_null(strstr(all, "t:3: error: \"position\""));
    assert_non_null(strstr(all, "t:4: error: \"top\", entry 0: the probability 2"));
    assert_non_null(strstr(all, "t:6: error: sample 0, step 0, position 1: is told on line 5"));
    assert_null(strstr(all, "missing")); /* what a faulty line may have told is not missed */
    free(all);
}

static void faults_without_end_are_told_a_hundred_times(void **state)
{
    struct mg_buffer text = {0};
    char *all;
    size_t lines = 0;

    (void)state;
    mg_buffer_puts(&text, HEAD);
    for (size_t i = 0; i < 5000; i++) {
        mg_buffer_puts(&text, "nonsense\n");
    }
    all = complaints_of(text.text);
    for (const char *at = all; (at = strchr(at, '\n')) != NULL; at++) {
        lines++;
    }
    assert_int_equal(lines, 101);
    assert_non_null(strstr(all, "t:102: error: more than 100 faults: the others are not told"));
    free(all);
    mg_buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_named_with_line_and_what_is_allowed),
        cmocka_unit_test(all_faults_are_found_in_one_pass),
        cmocka_unit_test(faults_without_end_are_told_a_hundred_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

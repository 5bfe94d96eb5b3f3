/* test_suggest.c - the nearest valid word. */
#include "harness/suggest.h"

#include <string.h>

#include "tests/support/test.h"

/* Distances worked out by hand; "ca" and "abc" tell the restricted distance (3) from the full. */
static void distance_counts_edits_and_swaps(void **state)
{
    static const struct {
        const char *a, *b;
        size_t distance;
    } cases[] = {
        {"", "", 0},           {"", "abc", 3},        {"steps", "steps", 0},
        {"stpes", "steps", 1}, {"width", "widht", 1}, {"kitten", "sitting", 3},
        {"ca", "abc", 3},      {"Lr", "lR", 0},       {"batch_size", "batch", 5},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(mg_suggest_distance(cases[i].a, cases[i].b), cases[i].distance);
        assert_int_equal(mg_suggest_distance(cases[i].b, cases[i].a), cases[i].distance);
    }
}

static void nearest_word_is_found(void **state)
{
    static const char *const words[] = {"batch", "lr", "steps", "warmup", "weight_decay"};

    (void)state;
    assert_string_equal(mg_suggest("stpes", words, 5), "steps");
    assert_string_equal(mg_suggest("wieght-decay", words, 5), "weight_decay");
    assert_string_equal(mg_suggest("l", words, 5) == NULL ? "none" : "some", "none");
    assert_string_equal(mg_suggest("lrr", words, 5), "lr");
}

static void far_words_are_not_suggested(void **state)
{
    static const char *const words[] = {"zip", "batch"};

    (void)state;
    assert_null(mg_suggest("zzz", words, 2)); /* two edits of three letters */
    assert_null(mg_suggest("", words, 2));
    assert_null(mg_suggest("objective", words, 2));
    assert_null(mg_suggest("zip", words, 0));
}

static void overlong_words_are_far_from_everything(void **state)
{
    char word[200];
    const char *const words[] = {"batch"};

    (void)state;
    memset(word, 'a', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    assert_int_equal(mg_suggest_distance(word, "batch"), sizeof(word) - 1);
    assert_null(mg_suggest(word, words, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_counts_edits_and_swaps),
        cmocka_unit_test(nearest_word_is_found),
        cmocka_unit_test(far_words_are_not_suggested),
        cmocka_unit_test(overlong_words_are_far_from_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

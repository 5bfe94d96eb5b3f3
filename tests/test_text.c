/* test_text.c - windows of a text: where they come from, and what is not known. */
#include "model/source/text.h"

#include "tests/support/test.h"

enum { N = 50, N_TRAIN = 30, L = 7, V = 50 };

/* Every token is its own place, so a window tells where it begins. */
static struct mg_source *places(uint32_t tokens[N])
{
    for (size_t i = 0; i < N; i++) {
        tokens[i] = (uint32_t)i;
    }
    return mg_text_new(tokens, N, N_TRAIN, L, V, NULL);
}

static void windows_begin_anywhere_in_their_part_and_never_leave_it(void **state)
{
    uint32_t tokens[N];
    struct mg_source *text = places(tokens);
    size_t seen[2][N] = {{0}};
    int row[L];

    (void)state;
    for (uint64_t d = 0; d < 4000; d++) {
        struct mg_rng rng = mg_rng_at((struct mg_stream){{1, 2}}, d, 0);

        for (size_t part = 0; part < 2; part++) {
            (part == 0 ? mg_source_draw : mg_source_draw_held_out)(text, &rng, row);
            for (size_t i = 1; i < L; i++) {
                assert_int_equal(row[i], row[0] + (int)i);
            }
            seen[part][row[0]]++;
        }
    }
    for (size_t i = 0; i < N; i++) {
        assert_true((seen[0][i] > 0) == (i + L <= N_TRAIN));
        assert_true((seen[1][i] > 0) == (i >= N_TRAIN && i + L <= N));
        assert_true(seen[0][i] == 0 || (seen[0][i] > 100 && seen[0][i] < 250)); /* 167 each */
    }
    mg_source_free(text);
}

static void the_unigram_law_counts_the_training_part_alone(void **state)
{
    static const uint32_t tokens[] = {0, 1, 1, 2, 1, 0, 1, 1, 2, 2, 2, 2};
    struct mg_source *text = mg_text_new(tokens, 12, 8, 3, 4, NULL);
    const struct mg_text *view = mg_source_text(text);

    (void)state;
    assert_close(view->unigram[0], 2.0 / 8.0, 1e-15);
    assert_close(view->unigram[1], 5.0 / 8.0, 1e-15);
    assert_close(view->unigram[2], 1.0 / 8.0, 1e-15);
    assert_close(view->unigram[3], 0.0, 0.0);
    mg_source_free(text);
}

static void a_text_has_no_oracle(void **state)
{
    uint32_t tokens[N];
    struct mg_source *text = places(tokens);

    (void)state;
    assert_false(mg_source_has_oracle(text));
    mg_source_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_begin_anywhere_in_their_part_and_never_leave_it),
        cmocka_unit_test(the_unigram_law_counts_the_training_part_alone),
        cmocka_unit_test(a_text_has_no_oracle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_bpe.c - merges used and learnt, against the algorithm written down naively. */
#include "harness/bpe.h"

#include <stdlib.h>
#include <string.h>

#include "harness/bpe_learn.h"
#include "model/numeric/philox.h"
#include "tests/support/test.h"

enum { SYMBOLS = 5, MERGES = 40, PIECE = 60, IDS_MAX = SYMBOLS + MERGES };

struct rule {
    uint32_t left, right, id;
};

/* Merge the leftmost pair of the lowest rank until there is none. */
static size_t merge_naively(const struct rule *rules, size_t n_rules, uint32_t *ids, size_t n)
{
    for (;;) {
        size_t best = n_rules;
        size_t where = 0;

        for (size_t i = 0; i + 1 < n; i++) {
            for (size_t r = 0; r < best; r++) {
                if (rules[r].left == ids[i] && rules[r].right == ids[i + 1]) {
                    best = r;
                    where = i;
                }
            }
        }
        if (best == n_rules) {
            return n;
        }
        ids[where] = rules[best].id;
        memmove(ids + where + 1, ids + where + 2, (n - where - 2) * sizeof(*ids));
        n--;
    }
}

static void merges_are_those_of_the_naive_loop(void **state)
{
    struct mg_bpe_work work = {0};

    (void)state;
    for (uint64_t t = 0; t < 300; t++) {
        struct mg_rng rng = mg_rng_at((struct mg_stream){{1, 2}}, t, 0);
        struct mg_bpe *bpe = mg_bpe_new();
        struct rule rules[MERGES];
        size_t n_rules = 0;
        uint32_t known = SYMBOLS;

        while (n_rules < MERGES) {
            const struct rule rule = {mg_rng_below(&rng, known), mg_rng_below(&rng, known), known};

            if (mg_bpe_add(bpe, rule.left, rule.right, rule.id)) {
                rules[n_rules++] = rule;
                known++;
            }
        }
        for (size_t p = 0; p < 20; p++) {
            const size_t n = mg_rng_below(&rng, PIECE + 1);
            uint32_t ours[PIECE + 2];
            uint32_t naive[PIECE + 2];
            size_t left;

            for (size_t i = 0; i < n; i++) {
                ours[i] = naive[i] = mg_rng_below(&rng, SYMBOLS);
            }
            left = mg_bpe_merge(bpe, ours, n, &work);
            assert_int_equal(left, merge_naively(rules, n_rules, naive, n));
            assert_memory_equal(ours, naive, left * sizeof(*ours));
        }
        mg_bpe_free(bpe);
    }
    mg_bpe_work_free(&work);
}

/* A million tokens of one piece: n log n steps take a moment, n squared ones would take an hour. */
static void a_long_piece_is_no_burden(void **state)
{
    enum { LONG = 1000000 };
    uint32_t *ids = calloc(LONG, sizeof(*ids));
    struct mg_bpe_work work = {0};
    struct mg_bpe *bpe = mg_bpe_new();

    (void)state;
    assert_non_null(ids);
    for (uint32_t id = 0; id < 19; id++) {
        assert_true(mg_bpe_add(bpe, id, id, id + 1));
    }
    assert_false(mg_bpe_add(bpe, 3, 3, 9));
    assert_int_equal(mg_bpe_merge(bpe, ids, LONG, &work), 7); /* the bits of 1000000 */
    assert_int_equal(ids[0], 19);
    mg_bpe_work_free(&work);
    mg_bpe_free(bpe);
    free(ids);
}

/* ---- learning ---- */

enum { TEXT = 400, WANTED = 24, SYMBOL_MAX = 64 };

/* The learner as strings: count all again for every merge. Returns the symbols there are. */
static size_t learn_naively(char symbols[][SYMBOL_MAX], size_t n_symbols, const uint32_t *text,
                            size_t n, uint32_t space)
{
    static uint32_t tokens[TEXT];

    memcpy(tokens, text, n * sizeof(*tokens));
    while (n_symbols < WANTED) {
        size_t best = 0;
        uint32_t pair[2] = {0, 0};
        char joined[2 * SYMBOL_MAX];
        size_t id = 0;
        size_t kept = 0;

        for (uint32_t left = 0; left < n_symbols; left++) {
            for (uint32_t right = 0; right < n_symbols; right++) {
                size_t count = 0;

                for (size_t i = 0; i + 1 < n; i++) { /* a space begins a piece */
                    count += tokens[i] == left && tokens[i + 1] == right &&
                             symbols[right][0] != symbols[space][0];
                }
                if (count > best) {
                    best = count;
                    pair[0] = left;
                    pair[1] = right;
                }
            }
        }
        if (best < 2) {
            break;
        }
        strcpy(joined, symbols[pair[0]]);
        strcat(joined, symbols[pair[1]]);
        while (id < n_symbols && strcmp(symbols[id], joined) != 0) {
            id++;
        }
        assert_true(strlen(joined) < SYMBOL_MAX);
        strcpy(symbols[id], joined);
        n_symbols = id == n_symbols ? n_symbols + 1 : n_symbols;
        for (size_t i = 0; i < n; i++) {
            const bool here = i + 1 < n && tokens[i] == pair[0] && tokens[i + 1] == pair[1];

            tokens[kept++] = here ? (uint32_t)id : tokens[i];
            i += here ? 1 : 0;
        }
        n = kept;
    }
    return n_symbols;
}

static void what_is_learnt_is_what_the_naive_loop_learns(void **state)
{
    static const char *const letters[] = {"a", "b", "c", "-"};
    size_t full = 0;

    (void)state;
    for (uint64_t t = 0; t < 60; t++) {
        struct mg_rng rng = mg_rng_at((struct mg_stream){{3, 4}}, t, 0);
        struct mg_heap *heap = mg_heap_new();
        const size_t n = 30 + mg_rng_below(&rng, TEXT - 30);
        struct mg_vocabulary ours = {.symbols = mg_heap_array(heap, WANTED, sizeof(char *)),
                                     .n = 4,
                                     .wanted = WANTED,
                                     .bpe = mg_bpe_new()};
        char naive[WANTED][SYMBOL_MAX];
        uint32_t text[TEXT];
        bool enough;

        for (size_t i = 0; i < n; i++) {
            text[i] = mg_rng_below(&rng, 4);
        }
        for (size_t id = 0; id < 4; id++) {
            ours.symbols[id] = letters[id];
            strcpy(naive[id], letters[id]);
        }
        enough = mg_bpe_learn(&ours, text, n, 3, heap);
        assert_int_equal(ours.n, learn_naively(naive, 4, text, n, 3));
        assert_int_equal(enough, ours.n == WANTED);
        full += enough;
        for (size_t id = 0; id < ours.n; id++) {
            assert_string_equal(ours.symbols[id], naive[id]);
        }
        mg_bpe_free(ours.bpe);
        mg_heap_free(heap);
    }
    assert_true(full > 20);
}

/* Every token stands for its symbol, so the text is the same however it is cut. */
static void merging_a_text_keeps_its_characters(void **state)
{
    static const char *const letters[] = {"x", "y", "-"};
    struct mg_heap *heap = mg_heap_new();
    struct mg_vocabulary words = {
        .symbols = mg_heap_array(heap, 12, sizeof(char *)), .n = 3, .wanted = 12};
    struct mg_rng rng = mg_rng_at((struct mg_stream){{5, 6}}, 0, 0);
    uint32_t text[TEXT];
    char before[TEXT + 1] = "";
    char after[TEXT + 1] = "";
    size_t left;

    (void)state;
    words.bpe = mg_bpe_new();
    memcpy(words.symbols, letters, sizeof(letters));
    for (size_t i = 0; i < TEXT; i++) {
        text[i] = mg_rng_below(&rng, 3);
        strcat(before, letters[text[i]]);
    }
    assert_true(mg_bpe_learn(&words, text, TEXT, 2, heap));
    left = mg_bpe_apply(words.bpe, text, TEXT, 2);
    assert_true(left < TEXT * 2 / 3);
    for (size_t i = 0; i < left; i++) {
        const char *dash = strchr(words.symbols[text[i]], '-');

        assert_true(dash == NULL || dash == words.symbols[text[i]]); /* only at its beginning */
        strcat(after, words.symbols[text[i]]);
    }
    assert_string_equal(after, before);
    mg_bpe_free(words.bpe);
    mg_heap_free(heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merges_are_those_of_the_naive_loop),
        cmocka_unit_test(a_long_piece_is_no_burden),
        cmocka_unit_test(what_is_learnt_is_what_the_naive_loop_learns),
        cmocka_unit_test(merging_a_text_keeps_its_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

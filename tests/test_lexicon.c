/* test_lexicon.c - model/measure/lexicon.c. */
#include "model/measure/lexicon.h"

#include <string.h>

#include "model/source/text.h"
#include "tests/support/chains.h"
#include "tests/support/measured.h"
#include "tests/support/test.h"

enum { A, B, C, SPACE, AB, _C, V };

/* Single letters, and tokens of several characters, one of them with a space. */
static const char *const SPELLING[V] = {
    "a", "b", "c", MG_TEXT_SPACE, "ab", MG_TEXT_SPACE "c",
};

/* "ab c ab ca " to train on; " ab cc c" held out: ab is known, cc is not, c is cut. */
static const uint32_t TOKENS[] = {A,     B,     SPACE, C, SPACE, A, B, SPACE, C, A,
                                  SPACE, SPACE, A,     B, SPACE, C, C, SPACE, C};
enum { N = sizeof(TOKENS) / sizeof(TOKENS[0]), N_TRAIN = 11 };

struct numbers {
    struct mg_sink sink;
    double rate, rate_exact, entropy, entropy_exact; /* NAN for NULL */
};

static void collect(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                    size_t n)
{
    struct numbers *numbers = (struct numbers *)(void *)sink;

    assert_int_equal(table, MG_TABLE_information);
    assert_int_equal(n, 3);
    if (strcmp(cells[0].text, "l2r.word_rate") == 0) {
        numbers->rate = measured_number(&cells[1]);
        numbers->rate_exact = measured_number(&cells[2]);
    } else {
        assert_string_equal(cells[0].text, "l2r.token_entropy_nats");
        numbers->entropy = measured_number(&cells[1]);
        numbers->entropy_exact = measured_number(&cells[2]);
    }
}

static struct numbers numbers_of(const struct mg_lexicon *lexicon)
{
    struct numbers numbers = {.sink = {.row = collect}, .rate = -1.0, .entropy = -1.0};

    mg_lexicon_emit(lexicon, &numbers.sink, "l2r");
    return numbers;
}

static struct mg_lexicon *lexicon_new(struct mg_source **text)
{
    *text = mg_text_new(TOKENS, N, N_TRAIN, 4, V, NULL);
    mg_text_spell(*text, SPELLING);
    return mg_lexicon_new(*text);
}

static void words_stand_between_spaces(void **state)
{
    static const int ROW[] = {B, SPACE, A, B, SPACE, B, C, SPACE, SPACE, C, SPACE, C, A};
    struct mg_source *text;
    struct mg_lexicon *lexicon = lexicon_new(&text);

    (void)state;
    mg_lexicon_add(lexicon, ROW, NULL, 13); /* b| ab bc c |ca: two of three */
    assert_close(numbers_of(lexicon).rate, 2.0 / 3.0, 1e-15);
    assert_close(numbers_of(lexicon).rate_exact, 0.5, 0.0);
    mg_lexicon_clear(lexicon);
    assert_true(isnan(numbers_of(lexicon).rate));
    mg_lexicon_free(lexicon);
    mg_source_free(text);
}

static void tokens_of_several_letters_make_the_same_words(void **state)
{
    static const int ROW[] = {SPACE, AB, _C, _C, B, SPACE, A, B, C}; /* ab c cb |abc */
    struct mg_source *text;
    struct mg_lexicon *lexicon = lexicon_new(&text);

    (void)state;
    mg_lexicon_add(lexicon, ROW, NULL, 9);
    assert_close(numbers_of(lexicon).rate, 2.0 / 3.0, 1e-15);
    mg_lexicon_free(lexicon);
    mg_source_free(text);
}

static void what_was_given_does_not_count(void **state)
{
    static const int ROW[] = {SPACE, B, B, SPACE, C, B, SPACE, A, B, SPACE};
    static const bool GIVEN[] = {true, true, true, true, true, false, false, false, false, false};
    struct mg_source *text;
    struct mg_lexicon *lexicon = lexicon_new(&text);

    (void)state;
    mg_lexicon_add(lexicon, ROW, GIVEN, 10); /* bb given; cb was finished, wrongly; ab */
    assert_close(numbers_of(lexicon).rate, 0.5, 1e-15);
    /* drawn: b _ a b _, so shares 2/5, 2/5, 1/5 */
    assert_close(numbers_of(lexicon).entropy, -0.8 * log(0.4) - 0.2 * log(0.2), 1e-15);
    /* training part: a 3, b 2, c 2, space 4 of 11 */
    assert_close(numbers_of(lexicon).entropy_exact,
                 log(11.0) - (3 * log(3.0) + 4 * log(2.0) + 4 * log(4.0)) / 11.0, 1e-14);
    mg_lexicon_free(lexicon);
    mg_source_free(text);
}

static void only_spelled_texts_have_words(void **state)
{
    struct mg_source *text = mg_text_new(TOKENS, N, N_TRAIN, 4, V, NULL);
    struct mg_source *chain = test_chain_flip(0.1, 4);

    (void)state;
    assert_null(mg_lexicon_new(text));
    assert_null(mg_lexicon_new(chain));
    mg_source_free(chain);
    mg_source_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_stand_between_spaces),
        cmocka_unit_test(tokens_of_several_letters_make_the_same_words),
        cmocka_unit_test(what_was_given_does_not_count),
        cmocka_unit_test(only_spelled_texts_have_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

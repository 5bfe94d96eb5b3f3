#include "model/diffusion/order.h"

#include "model/source/source.h"
#include "tests/support/laws.h"
#include "tests/support/test.h"

enum { L = 8, V = 3 };
enum { M = MG_MASK };

/* Largest probabilities by position; the rest of the mass is split .75 : .25. */
static const double TOP[L] = {0.5, 0.9, 0.7, 0.9, 0.6, 0.95, 0.7, 0.9};

struct step {
    struct mg_selection selection;
    size_t sure[L];
    size_t pool[L];
};

static void fill(double *probs, const double *top)
{
    for (size_t i = 0; i < L; i++) {
        probs[i * V + i % V] = top[i];
        probs[i * V + (i + 1) % V] = 0.75 * (1.0 - top[i]);
        probs[i * V + (i + 2) % V] = 0.25 * (1.0 - top[i]);
    }
}

static void decide(struct step *step, const struct mg_sampler *sampler, const int *context,
                   const double *top)
{
    double probs[L * V];
    const struct mg_order_view view = {.sampler = sampler,
                                       .length = L,
                                       .vocab = V,
                                       .context = context,
                                       .probs = probs,
                                       .drawn = top};

    fill(probs, top);
    step->selection = (struct mg_selection){.sure = step->sure, .pool = step->pool};
    mg_order_select(&step->selection, &view);
}

/* Expects the sure positions as digits, then after '|' the pool, then after ':' how many of it. */
static void expect(const struct mg_sampler *sampler, const int *context, const double *top,
                   const char *expected)
{
    struct step step;
    char text[4 * L];
    size_t n = 0;

    decide(&step, sampler, context, top);
    for (size_t i = 0; i < step.selection.n_sure; i++) {
        text[n++] = (char)('0' + step.sure[i]);
    }
    if (step.selection.n_pool > 0) {
        text[n++] = '|';
        for (size_t i = 0; i < step.selection.n_pool; i++) {
            text[n++] = (char)('0' + step.pool[i]);
        }
        text[n++] = ':';
        text[n++] = (char)('0' + step.selection.take);
    }
    text[n] = '\0';
    assert_string_equal(text, expected);
}

static const int OPEN[L] = {M, M, M, M, M, M, M, M};
static const int HOLES[L] = {M, 0, M, M, 0, M, 0, M};

static void positional_orders_take_what_their_name_says(void **state)
{
    struct mg_sampler sampler = test_sampler_of("left_to_right");

    (void)state;
    sampler.per_step = 3;
    expect(&sampler, OPEN, TOP, "012");
    expect(&sampler, HOLES, TOP, "023");
    sampler.order = mg_order_find("right_to_left");
    expect(&sampler, HOLES, TOP, "357");
    sampler.order = mg_order_find("random");
    expect(&sampler, HOLES, TOP, "|02357:3");
    sampler.per_step = 9;
    expect(&sampler, HOLES, TOP, "02357");
}

static void rank_rules_break_ties_as_told(void **state)
{
    struct mg_sampler sampler = test_sampler_of("confidence");

    (void)state;
    sampler.per_step = 3;
    expect(&sampler, OPEN, TOP, "135");
    sampler.per_step = 2;
    expect(&sampler, OPEN, TOP, "15");
    sampler.ties = MG_TIES_UNIFORM;
    expect(&sampler, OPEN, TOP, "5|137:1");
    sampler.per_step = 3;
    expect(&sampler, OPEN, TOP, "5|137:2");
    sampler.per_step = 4;
    expect(&sampler, OPEN, TOP, "1357");
    sampler.order = mg_order_find("low_confidence");
    sampler.per_step = 5;
    expect(&sampler, OPEN, TOP, "1357|26:1");
}

static void differences_below_twelve_decimals_are_ties(void **state)
{
    double top[L] = {0.4, 0.8, 0.4, 0.8 + 2e-13, 0.4, 0.4, 0.4, 0.8 - 2e-13};
    struct mg_sampler sampler = test_sampler_of("confidence");

    (void)state;
    sampler.per_step = 1;
    expect(&sampler, OPEN, top, "1");
    sampler.ties = MG_TIES_UNIFORM;
    expect(&sampler, OPEN, top, "|137:1");
    top[3] = 0.8 + 2e-12;
    expect(&sampler, OPEN, top, "3");
}

/*
 * Position 0: (.5, .5, 0) margin 0, entropy .693; position 1: (.5, .25, .25) margin .25, entropy
 * 1.040; position 2: (.4, .3, .3) margin .1, entropy 1.089. Three rules, three choices.
 */
static void margin_and_entropy_rank_by_their_own_score(void **state)
{
    static const double PROBS[3 * V] = {0.5, 0.5, 0, 0.5, 0.25, 0.25, 0.4, 0.3, 0.3};
    static const int MASKS[3] = {M, M, M};
    static const char *const NAMES[] = {"confidence", "margin", "entropy"};
    static const size_t FIRST[] = {0, 1, 0};
    static const size_t SECOND[] = {1, 2, 1};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct mg_sampler sampler = test_sampler_of(NAMES[i]);
        struct step step = {.selection = {.sure = step.sure, .pool = step.pool}};
        const struct mg_order_view view = {
            .sampler = &sampler, .length = 3, .vocab = V, .context = MASKS, .probs = PROBS};

        sampler.per_step = 1;
        mg_order_select(&step.selection, &view);
        assert_int_equal(step.selection.n_sure, 1);
        assert_int_equal(step.sure[0], FIRST[i]);
        sampler.per_step = 2;
        mg_order_select(&step.selection, &view);
        assert_int_equal(step.selection.n_sure, 2);
        assert_int_equal(step.sure[0], FIRST[i] < SECOND[i] ? FIRST[i] : SECOND[i]);
        assert_int_equal(step.sure[1], FIRST[i] < SECOND[i] ? SECOND[i] : FIRST[i]);
    }
}

static void step_sizes_are_even_and_larger_first(void **state)
{
    static const size_t EIGHT_IN_THREE[] = {3, 3, 2};
    static const size_t FIVE_IN_TWO[] = {3, 2};
    struct mg_sampler sampler = {.steps = 3};
    size_t masked = 8;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(mg_order_step_size(&sampler, masked, 8), EIGHT_IN_THREE[i]);
        masked -= EIGHT_IN_THREE[i];
    }
    assert_int_equal(masked, 0);
    sampler.steps = 2;
    assert_int_equal(mg_order_step_size(&sampler, 5, 5), FIVE_IN_TWO[0]);
    assert_int_equal(mg_order_step_size(&sampler, 2, 5), FIVE_IN_TWO[1]);
    sampler.steps = 20;
    assert_int_equal(mg_order_step_size(&sampler, 8, 8), 1);
    sampler.steps = 0;
    sampler.per_step = 3;
    assert_int_equal(mg_order_step_size(&sampler, 2, 8), 2);
}

static void strided_takes_residues_in_bit_reversed_order(void **state)
{
    static const int AFTER_1[L] = {0, M, M, M, 0, M, M, M};
    static const int AFTER_2[L] = {0, M, 0, M, 0, M, 0, M};
    static const int THREE_1[L] = {0, M, M, 0, M, M, 0, M};
    struct mg_sampler sampler = test_sampler_of("strided");

    (void)state;
    sampler.steps = 4;
    expect(&sampler, OPEN, TOP, "04");
    expect(&sampler, AFTER_1, TOP, "26");
    expect(&sampler, AFTER_2, TOP, "15");
    sampler.steps = 3; /* bit-reversed 0, 2, 1 */
    expect(&sampler, OPEN, TOP, "036");
    expect(&sampler, THREE_1, TOP, "25");
}

static void bisect_takes_the_middle_of_every_gap(void **state)
{
    static const int AFTER[L] = {M, M, M, M, 0, M, M, M};

    (void)state;
    {
        const struct mg_sampler sampler = test_sampler_of("bisect");

        expect(&sampler, OPEN, TOP, "4");
        expect(&sampler, AFTER, TOP, "26");
        expect(&sampler, HOLES, TOP, "0357");
    }
}

static void fixed_follows_its_partition(void **state)
{
    static size_t group_of[L] = {0, 2, 1, 3, 3, 2, 0, 1};
    static const int AFTER[L] = {0, M, M, M, M, M, 0, M};
    struct mg_sampler sampler = test_sampler_of("fixed");

    (void)state;
    sampler.group_of = group_of;
    expect(&sampler, OPEN, TOP, "06");
    expect(&sampler, AFTER, TOP, "27");
    sampler.order = mg_order_find("optimal");
    expect(&sampler, AFTER, TOP, "27");
}

static void threshold_takes_all_that_reach_tau_or_the_best(void **state)
{
    struct mg_sampler sampler = test_sampler_of("threshold");

    (void)state;
    sampler.tau = 0.9;
    expect(&sampler, OPEN, TOP, "1357");
    sampler.tau = 0.9 + 1e-13; /* met within 1e-12 */
    expect(&sampler, OPEN, TOP, "1357");
    sampler.tau = 0.9 + 1e-11;
    expect(&sampler, OPEN, TOP, "5");
    sampler.tau = 0.99;
    expect(&sampler, OPEN, TOP, "5");
    expect(&sampler, HOLES, TOP, "5");
}

/* Rising entropies of TOP at HOLES: .95, .9, .9, .7, .5; by hand from the formula. */
static double entropy_of(double top)
{
    const double a = 0.75 * (1.0 - top);
    const double b = 0.25 * (1.0 - top);

    return -top * log(top) - a * log(a) - b * log(b);
}

static void entropy_budget_leaves_out_the_largest(void **state)
{
    const double two = entropy_of(0.95);
    const double three = two + entropy_of(0.9);
    struct mg_sampler sampler = test_sampler_of("entropy_budget");

    (void)state;
    sampler.gamma = 0.0;
    expect(&sampler, HOLES, TOP, "5");
    sampler.gamma = two;
    expect(&sampler, HOLES, TOP, "35");
    sampler.ties = MG_TIES_UNIFORM;
    expect(&sampler, HOLES, TOP, "5|37:1");
    sampler.gamma = three - 1e-9;
    expect(&sampler, HOLES, TOP, "5|37:1");
    sampler.gamma = three;
    expect(&sampler, HOLES, TOP, "357");
    sampler.gamma = 100.0;
    expect(&sampler, HOLES, TOP, "02357");
}

/* c = .95 .9 .9 .7 .5: (n+1)(1-c) = .1 .3 .4 1.5 3; sums of 1-c = .05 .15 .25 .55 1.05. */
static void certificates_bound_how_many_are_taken(void **state)
{
    struct mg_sampler sampler = test_sampler_of("factor");

    (void)state;
    sampler.gamma = 0.05;
    expect(&sampler, HOLES, TOP, "5");
    sampler.gamma = 0.35;
    expect(&sampler, HOLES, TOP, "35");
    sampler.gamma = 0.41;
    expect(&sampler, HOLES, TOP, "357");
    sampler.gamma = 4.0;
    expect(&sampler, HOLES, TOP, "02357");
    sampler = test_sampler_of("frechet");
    sampler.tau = 0.99;
    expect(&sampler, HOLES, TOP, "5");
    sampler.tau = 0.75;
    expect(&sampler, HOLES, TOP, "357");
    sampler.tau = 0.4;
    expect(&sampler, HOLES, TOP, "2357");
}

static void blocks_confine_every_order_from_the_left(void **state)
{
    static const int SECOND[L] = {0, 1, 0, 1, M, M, M, M};
    struct mg_sampler sampler = test_sampler_of("confidence");

    (void)state;
    sampler.block = 4;
    sampler.per_step = 2;
    expect(&sampler, OPEN, TOP, "13");
    expect(&sampler, SECOND, TOP, "57");
    sampler.per_step = 0;
    sampler.steps = 3; /* two in the first block, one in the second */
    expect(&sampler, OPEN, TOP, "13");
    expect(&sampler, SECOND, TOP, "4567");
    sampler.order = mg_order_find("strided");
    sampler.steps = 4;
    expect(&sampler, SECOND, TOP, "46");
    sampler.order = mg_order_find("bisect");
    expect(&sampler, SECOND, TOP, "6");
    sampler.order = mg_order_find("threshold");
    sampler.tau = 0.9;
    expect(&sampler, OPEN, TOP, "13");
}

static void candidates_are_the_masks_of_the_first_open_block(void **state)
{
    struct mg_sampler sampler = test_sampler_of("low_confidence");
    const struct mg_order_view view = {
        .sampler = &sampler, .length = L, .vocab = V, .context = HOLES};
    size_t at[L];
    size_t count;

    (void)state;
    sampler.per_step = 2;
    assert_int_equal(mg_order_candidates(at, &count, &view), 5);
    assert_int_equal(count, 2);
    sampler.block = 2;
    assert_int_equal(mg_order_candidates(at, &count, &view), 1);
    assert_int_equal(at[0], 0);
    assert_int_equal(count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(positional_orders_take_what_their_name_says),
        cmocka_unit_test(rank_rules_break_ties_as_told),
        cmocka_unit_test(differences_below_twelve_decimals_are_ties),
        cmocka_unit_test(margin_and_entropy_rank_by_their_own_score),
        cmocka_unit_test(step_sizes_are_even_and_larger_first),
        cmocka_unit_test(strided_takes_residues_in_bit_reversed_order),
        cmocka_unit_test(bisect_takes_the_middle_of_every_gap),
        cmocka_unit_test(fixed_follows_its_partition),
        cmocka_unit_test(threshold_takes_all_that_reach_tau_or_the_best),
        cmocka_unit_test(entropy_budget_leaves_out_the_largest),
        cmocka_unit_test(certificates_bound_how_many_are_taken),
        cmocka_unit_test(blocks_confine_every_order_from_the_left),
        cmocka_unit_test(candidates_are_the_masks_of_the_first_open_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_draft.c - drafts are drawn from the law of one position at a time, at the cost counted. */
#include "model/diffusion/draft.h"

#include <stdlib.h>

#include "model/diffusion/sampler.h"
#include "model/measure/draft_law.h"
#include "tests/support/drafts.h"
#include "tests/support/test.h"

enum { L = DRAFT_L, V = DRAFT_V, ALL = DRAFT_ALL, DRAWS = 40000 };

/* Shares within five standard deviations; calls and rows by the same draws. */
static void draws_follow_the_enumerated_law_and_cost(void **state)
{
    static int tokens[DRAWS * L];
    static int step_of[DRAWS * L];
    static size_t nfe[DRAWS];
    const int prompt[L] = {MG_MASK, MG_MASK, MG_MASK, MG_MASK};

    (void)state;
    for (size_t o = 0; o < DRAFT_ORDERS; o++) {
        const size_t draft = 2 + o % 3;
        const struct mg_sampler sampler = draft_sampler(draft_orders[o].name, draft);
        struct mg_draft_cost cost;
        struct mg_error err = {0};
        double share[ALL] = {0};
        double calls = 0.0;
        double rows = 0.0;
        double *nu;

        assert_int_equal(mg_draft_law(&nu, &cost, &draft_noise, &sampler, &err), MG_OK);
        mg_sample(tokens, step_of, nfe, &draft_noise, &sampler, prompt, DRAWS,
                  (struct mg_stream){{3, 4}}, 0);
        for (size_t d = 0; d < DRAWS; d++) {
            share[draft_index(tokens + d * L)] += 1.0 / DRAWS;
            calls += (double)nfe[d] / DRAWS;
            rows += (double)mg_draft_evaluated(step_of + d * L, L, draft) / DRAWS;
        }
        for (size_t x = 0; x < ALL; x++) {
            assert_close(share[x], nu[x], 5.0 * sqrt(nu[x] / DRAWS));
        }
        assert_close(calls, cost.calls, 0.03); /* standard error below .005 */
        assert_close(rows, cost.rows, 0.05);
        free(nu);
    }
}

static void a_draw_depends_on_its_number_alone_and_keeps_its_prompt(void **state)
{
    const int prompt[L] = {MG_MASK, 1, MG_MASK, MG_MASK};
    const struct mg_sampler sampler = draft_sampler("random", 3);
    int together[100 * L];

    (void)state;
    mg_sample(together, NULL, NULL, &draft_noise, &sampler, prompt, 100, (struct mg_stream){{3, 4}},
              0);
    for (size_t d = 0; d < 100; d++) {
        int alone[L];
        int step_of[L];
        size_t nfe;

        mg_sample(alone, step_of, &nfe, &draft_noise, &sampler, prompt, 1,
                  (struct mg_stream){{3, 4}}, d);
        assert_memory_equal(alone, together + d * L, sizeof(alone));
        assert_int_equal(alone[1], 1);
        assert_int_equal(step_of[1], -1);
    }
}

static void the_order_is_that_of_the_steps(void **state)
{
    const int row[9] = {-1, -1, -1, -1, 0, -1, -1, -1, -1};
    static const size_t BISECT[] = {2, 7, 1, 3, 6, 8, 0, 5}; /* around the token at 4 */
    static const size_t BLOCKS[] = {2, 1, 0, 5, 3, 8, 7, 6};
    size_t sigma[9];
    bool by_chance;
    struct mg_sampler sampler = {.order = mg_order_find("bisect"), .draft = 2};

    (void)state;
    assert_int_equal(MG_MASK, -1);
    assert_int_equal(mg_draft_order(sigma, &by_chance, &sampler, row, 9, NULL), 8);
    assert_memory_equal(sigma, BISECT, sizeof(BISECT));
    assert_false(by_chance);
    sampler = (struct mg_sampler){
        .order = mg_order_find("right_to_left"), .per_step = 1, .block = 3, .draft = 2};
    assert_int_equal(mg_draft_order(sigma, &by_chance, &sampler, row, 9, NULL), 8);
    assert_memory_equal(sigma, BLOCKS, sizeof(BLOCKS));
    sampler = draft_sampler("random", 2);
    (void)mg_draft_order(sigma, &by_chance, &sampler, row, 9, NULL);
    assert_true(by_chance);
}

/* Rounds of 3, 2 and 1 positions with drafts of 4: 4 + 3 + 1 rows. */
static void rows_evaluated_follow_from_the_rounds(void **state)
{
    static const int STEP_OF[] = {0, 1, -1, 0, 2, 1, 0};

    (void)state;
    assert_int_equal(mg_draft_evaluated(STEP_OF, 7, 4), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_follow_the_enumerated_law_and_cost),
        cmocka_unit_test(a_draw_depends_on_its_number_alone_and_keeps_its_prompt),
        cmocka_unit_test(the_order_is_that_of_the_steps),
        cmocka_unit_test(rows_evaluated_follow_from_the_rounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_prefix.c - what may be asked of a causal network, and what is refused. */
#include <string.h>

#include "model/diffusion/corrector.h"
#include "model/measure/measure.h"
#include "tests/support/chains.h"
#include "tests/support/test.h"

enum { L = 6, M = MG_MASK };

static enum mg_status ask_block(const char *measure, const struct mg_measure_spec *spec,
                                size_t block)
{
    struct mg_source *source = test_chain_two(L);
    struct mg_error err = {0};
    const enum mg_status status =
        mg_measure_check_prefixes(mg_measure_find(measure), spec, source, block, &err);

    assert_true(status == MG_OK || strstr(err.text, block == 1 ? "causal" : "block of 3") != NULL);
    mg_source_free(source);
    return status;
}

static enum mg_status ask(const char *measure, const struct mg_measure_spec *spec)
{
    return ask_block(measure, spec, 1);
}

static enum mg_status ask_sampler(struct mg_sampler sampler, int *context)
{
    const struct mg_measure_spec spec = {.context = context, .samplers = &sampler, .n_samplers = 1};

    sampler.temperature = 1.0;
    return ask("samples", &spec);
}

static void orders_that_reveal_from_the_left_one_by_one_pass(void **state)
{
    static size_t in_order[] = {0, 1, 2, 3, 4, 5};
    static int prefix[] = {0, 1, M, M, M, M};
    const struct mg_order *l2r = mg_order_find("left_to_right");

    (void)state;
    assert_int_equal(ask_sampler((struct mg_sampler){.order = l2r, .per_step = 1}, NULL), MG_OK);
    assert_int_equal(ask_sampler((struct mg_sampler){.order = l2r, .per_step = 1}, prefix), MG_OK);
    assert_int_equal(ask_sampler((struct mg_sampler){.order = l2r, .steps = L}, NULL), MG_OK);
    assert_int_equal(
        ask_sampler((struct mg_sampler){.order = l2r, .per_step = 1, .block = 3}, NULL), MG_OK);
    assert_int_equal(
        ask_sampler((struct mg_sampler){.order = mg_order_find("fixed"), .group_of = in_order},
                    NULL),
        MG_OK);
    /* Blocks of one leave a random order no choice. */
    assert_int_equal(
        ask_sampler(
            (struct mg_sampler){.order = mg_order_find("random"), .per_step = 1, .block = 1}, NULL),
        MG_OK);
}

static void other_orders_and_contexts_are_refused(void **state)
{
    static size_t swapped[] = {0, 2, 1, 3, 4, 5};
    static int hole[] = {0, M, 1, M, M, M};
    const struct mg_order *l2r = mg_order_find("left_to_right");
    const struct mg_sampler refused[] = {
        {.order = l2r, .per_step = 2},
        {.order = l2r, .steps = L - 1},
        {.order = l2r, .per_step = 1, .corrector = mg_corrector_find("gibbs"), .sweeps = 1},
        {.order = mg_order_find("right_to_left"), .per_step = 1},
        {.order = mg_order_find("random"), .per_step = 1},
        {.order = mg_order_find("random"), .per_step = 1, .block = 2},
        {.order = mg_order_find("confidence"), .per_step = 1},
        {.order = mg_order_find("low_confidence"), .per_step = 1},
        {.order = mg_order_find("strided"), .steps = L},
        {.order = mg_order_find("bisect")},
        {.order = mg_order_find("fixed"), .group_of = swapped},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(ask_sampler(refused[i], NULL), MG_EUSAGE);
    }
    assert_int_equal(ask_sampler((struct mg_sampler){.order = l2r, .per_step = 1}, hole),
                     MG_EUSAGE);
}

static void a_joint_may_ask_for_the_first_mask_alone(void **state)
{
    static int prefix[] = {0, 1, M, M, M, M};
    static int hole[] = {0, M, 1, M, M, M};
    size_t targets[] = {2, 3};
    struct mg_measure_spec spec = {.context = prefix, .targets = targets, .n_targets = 1};

    (void)state;
    assert_int_equal(ask("joint", &spec), MG_OK);
    spec.n_targets = 2;
    assert_int_equal(ask("joint", &spec), MG_EUSAGE);
    spec.n_targets = 1;
    targets[0] = 3;
    assert_int_equal(ask("joint", &spec), MG_EUSAGE);
    targets[0] = 1;
    spec.context = hole;
    assert_int_equal(ask("joint", &spec), MG_EUSAGE);
}

static void measures_of_all_contexts_are_refused_and_those_of_none_pass(void **state)
{
    static const char *const REFUSED[] = {"distance", "likelihood", "consistency",
                                          "marginal_error"};
    const struct mg_measure_spec spec = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
        assert_int_equal(ask(REFUSED[i], &spec), MG_EUSAGE);
    }
    assert_int_equal(ask("schedule", &spec), MG_OK);
}

/* Block diffusion in blocks of 3: what stays in the first block with a mask, any order inside. */
static void blocks_may_be_asked_for_from_the_left(void **state)
{
    static size_t by_block[] = {1, 0, 0, 3, 2, 2};
    static size_t across[] = {0, 0, 1, 1, 2, 2};
    static int prefix[] = {0, 1, 1, M, 0, M};
    static int hole[] = {0, M, 1, M, M, M};
    static int behind[] = {0, M, 1, 1, M, M};
    const struct mg_sampler fine[] = {
        {.order = mg_order_find("left_to_right"), .per_step = 3},
        {.order = mg_order_find("random"), .per_step = 2, .block = 3},
        {.order = mg_order_find("confidence"), .per_step = 1, .block = 3},
        {.order = mg_order_find("low_confidence"), .per_step = 1, .block = 1},
        {.order = mg_order_find("fixed"), .group_of = by_block},
    };
    const struct mg_sampler refused[] = {
        {.order = mg_order_find("left_to_right"), .per_step = 2},
        {.order = mg_order_find("random"), .per_step = 1, .block = 2},
        {.order = mg_order_find("confidence"), .per_step = 1},
        {.order = mg_order_find("confidence"), .per_step = 1, .block = 6},
        {.order = mg_order_find("fixed"), .group_of = across},
    };
    size_t targets[] = {4, 5};
    struct mg_measure_spec spec = {.n_samplers = 1};
    struct mg_sampler sampler;

    (void)state;
    spec.samplers = &sampler;
    for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
        sampler = fine[i];
        assert_int_equal(ask_block("law", &spec, 3), MG_OK);
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        sampler = refused[i];
        assert_int_equal(ask_block("law", &spec, 3), MG_EUSAGE);
    }
    sampler = fine[1];
    spec.context = hole;
    assert_int_equal(ask_block("samples", &spec, 3), MG_OK);
    spec.context = behind;
    assert_int_equal(ask_block("samples", &spec, 3), MG_EUSAGE);
    spec = (struct mg_measure_spec){.context = prefix, .targets = targets + 1, .n_targets = 1};
    assert_int_equal(ask_block("joint", &spec, 3), MG_OK);
    spec.context = hole;
    assert_int_equal(ask_block("joint", &spec, 3), MG_EUSAGE);
    assert_int_equal(ask_block("distance", &spec, 3), MG_EUSAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_that_reveal_from_the_left_one_by_one_pass),
        cmocka_unit_test(other_orders_and_contexts_are_refused),
        cmocka_unit_test(a_joint_may_ask_for_the_first_mask_alone),
        cmocka_unit_test(blocks_may_be_asked_for_from_the_left),
        cmocka_unit_test(measures_of_all_contexts_are_refused_and_those_of_none_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

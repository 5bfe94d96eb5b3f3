/* test_rate.c - the learning-rate schedule at points worked out by hand. */
#include "model/network/rate.h"

#include "tests/support/test.h"

static void warm_up_is_linear_and_reaches_lr(void **state)
{
    (void)state;
    assert_close(mg_rate(0, 100, 10, 0.5, 0.1), 0.05, 1e-15);
    assert_close(mg_rate(4, 100, 10, 0.5, 0.1), 0.25, 1e-15);
    assert_close(mg_rate(9, 100, 10, 0.5, 0.1), 0.5, 1e-15);
    assert_close(mg_rate(10, 100, 10, 0.5, 0.1), 0.5, 1e-15);
}

/* A cosine from 2 to 0.2 over steps 0 .. 100: 2 (0.1 + 0.9 (1 + cos(pi s / 100)) / 2). */
static void the_cosine_ends_at_the_final_share(void **state)
{
    (void)state;
    assert_close(mg_rate(0, 101, 0, 2.0, 0.1), 2.0, 1e-15);
    assert_close(mg_rate(50, 101, 0, 2.0, 0.1), 1.1, 1e-14);
    assert_close(mg_rate(25, 101, 0, 2.0, 0.1), 1.1 + 0.9 * sqrt(0.5), 1e-14);
    assert_close(mg_rate(100, 101, 0, 2.0, 0.1), 0.2, 1e-15);
}

static void share_one_keeps_lr(void **state)
{
    (void)state;
    assert_close(mg_rate(70, 101, 0, 2.0, 1.0), 2.0, 1e-15);
}

static void short_trainings_have_a_rate(void **state)
{
    (void)state;
    assert_close(mg_rate(0, 1, 0, 3.0, 0.1), 3.0, 1e-15);
    assert_close(mg_rate(4, 5, 10, 1.0, 0.1), 0.5, 1e-15); /* still warming up */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warm_up_is_linear_and_reaches_lr),
        cmocka_unit_test(the_cosine_ends_at_the_final_share),
        cmocka_unit_test(share_one_keeps_lr),
        cmocka_unit_test(short_trainings_have_a_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

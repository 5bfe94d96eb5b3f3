#include "model/diffusion/noise.h"

#include "tests/support/test.h"

static void every_schedule_runs_from_all_kept_to_all_masked(void **state)
{
    size_t n;
    const struct mg_noise *noise = mg_noises(&n);

    (void)state;
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        double before = 1.0;

        assert_close(noise[i].alpha(0.0), 1.0, 0.0);
        assert_close(noise[i].alpha(1.0), 0.0, 1e-16);
        for (size_t j = 1; j <= 100; j++) {
            const double now = noise[i].alpha((double)j / 100.0);

            assert_true(now < before);
            before = now;
        }
    }
}

/* Central difference of log(1 - alpha): its error is of order step^2, measured under 1e-7. */
static void weight_is_the_slope_of_the_log_masked_share(void **state)
{
    static const double AT[] = {0.05, 0.2, 0.5, 0.7, 0.95};
    const double step = 1e-5;
    size_t n;
    const struct mg_noise *noise = mg_noises(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < sizeof(AT) / sizeof(AT[0]); j++) {
            const double up = log(1.0 - noise[i].alpha(AT[j] + step));
            const double down = log(1.0 - noise[i].alpha(AT[j] - step));
            const double slope = (up - down) / (2.0 * step);

            assert_close(noise[i].weight(AT[j]) / slope, 1.0, 1e-5);
        }
    }
}

/*
 * With u = 1 - alpha(t) the weight is du/u, so integral of weight * u dt = 1 for every schedule:
 * the continuous NELBO does not depend on it (Kingma et al. 2021, arXiv:2107.00630).
 */
static void expected_weight_of_a_position_is_one(void **state)
{
    const size_t points = 200000;
    size_t n;
    const struct mg_noise *noise = mg_noises(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;

        for (size_t j = 0; j < points; j++) {
            const double t = ((double)j + 0.5) / (double)points;

            sum += noise[i].weight(t) * (1.0 - noise[i].alpha(t));
        }
        assert_close(sum / (double)points, 1.0, 1e-6);
    }
}

static void schedules_have_their_published_form(void **state)
{
    (void)state;
    assert_close(mg_noise_find("linear")->alpha(0.3), 0.7, 1e-15);
    assert_close(mg_noise_find("linear")->weight(0.25), 4.0, 0.0);
    assert_close(mg_noise_find("cosine")->alpha(1.0 / 3.0), 0.5, 1e-15);
    assert_close(mg_noise_find("geometric")->alpha(0.9),
                 (exp(-1e-5 * pow(2e6, 0.9)) - exp(-20.0)) / (exp(-1e-5) - exp(-20.0)), 1e-12);
    assert_null(mg_noise_find("Linear"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_schedule_runs_from_all_kept_to_all_masked),
        cmocka_unit_test(weight_is_the_slope_of_the_log_masked_share),
        cmocka_unit_test(expected_weight_of_a_position_is_one),
        cmocka_unit_test(schedules_have_their_published_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "model/diffusion/objective.h"

#include "model/source/source.h"
#include "tests/support/test.h"

enum { L = 6, DRAWS = 120000 };

static const int CLEAN[L] = {3, 1, 4, 1, 5, 2};

/* Sum over draws of weight * masked per set of masks; the sets as 6-bit numbers. */
struct tally {
    double weight[1 << L]; /* mean of the row's weight where this set was masked */
    double share[1 << L];
};

static void tally_draws(struct tally *tally, const char *objective, const char *schedule, size_t B)
{
    const struct mg_objective *row = mg_objective_find(objective);
    const struct mg_noise *noise = mg_noise_find(schedule);
    const struct mg_stream stream = {{11, 12}};

    *tally = (struct tally){0};
    for (size_t d = 0; d < DRAWS; d++) {
        struct mg_rng rng = mg_rng_at(stream, d, 0);
        int noisy[L];
        float weight;
        size_t set = 0;

        row->corrupt(noisy, &weight, CLEAN, L, noise, d % B, B, &rng);
        for (size_t i = 0; i < L; i++) {
            assert_true(noisy[i] == MG_MASK || noisy[i] == CLEAN[i]);
            set |= (size_t)(noisy[i] == MG_MASK) << i;
        }
        assert_true((set != 0 && weight > 0.0f) || (set == 0 && weight == 0.0f));
        tally->weight[set] += (double)weight / DRAWS;
        tally->share[set] += 1.0 / DRAWS;
    }
}

/*
 * A set of m masks weighs 1/(m C(L, m)) in the NELBO of a sequence, 1/L of it per token: Bernoulli
 * integral of t^(m-1) (1-t)^(L-m) / L; fixed count P(set)/k = 1/(L C(L, k) k).
 */
static void every_objective_weighs_masks_as_the_nelbo(void **state)
{
    static const double CHOOSE[L + 1] = {1, 6, 15, 20, 15, 6, 1};
    static const char *const SCHEDULES[] = {"linear", "cosine"};
    static const size_t BATCH[] = {1, 8};
    size_t n;
    const struct mg_objective *rows = mg_objectives(&n);
    struct tally tally;

    (void)state;
    for (size_t o = 0; o < n; o++) {
        for (size_t s = 0; s < 2; s++) {
            tally_draws(&tally, rows[o].name, SCHEDULES[s], BATCH[s]);
            for (size_t set = 1; set < 1 << L; set++) {
                const size_t m = (size_t)__builtin_popcountll(set);

                /* Largest deviation measured .0019, for single masks (heavy weights at small t). */
                assert_close(tally.weight[set], 1.0 / (L * (double)m * CHOOSE[m]), 0.004);
            }
        }
    }
}

static void fixed_count_masks_every_subset_equally_often(void **state)
{
    static const double CHOOSE[L + 1] = {1, 6, 15, 20, 15, 6, 1};
    struct tally tally;

    (void)state;
    tally_draws(&tally, "fixed_count", "linear", 1);
    assert_close(tally.share[0], 0.0, 0.0);
    for (size_t set = 1; set < 1 << L; set++) {
        const double expected = 1.0 / (L * CHOOSE[__builtin_popcountll(set)]);

        /* Five standard deviations of a binomial share of 120000. */
        assert_close(tally.share[set], expected, 5.0 * sqrt(expected / DRAWS));
    }
}

static void linear_weight_is_one_over_t_and_length(void **state)
{
    const struct mg_objective *row = mg_objective_find("absorbing");
    const struct mg_stream stream = {{1, 2}};

    (void)state;
    for (size_t d = 0; d < 100; d++) {
        struct mg_rng rng = mg_rng_at(stream, d, 7);
        struct mg_rng again = rng;
        const double t = 1.0 - mg_rng_uniform(&again);
        int noisy[L];
        float weight;

        row->corrupt(noisy, &weight, CLEAN, L, mg_noise_find("linear"), 0, 1, &rng);
        if (weight != 0.0f) {
            assert_close((double)weight * t * L, 1.0, 1e-6);
        }
    }
}

static void stratified_rows_stay_in_their_part(void **state)
{
    const struct mg_objective *row = mg_objective_find("fixed_count_stratified");
    const struct mg_stream stream = {{5, 2}};

    (void)state;
    for (size_t d = 0; d < 600; d++) {
        struct mg_rng rng = mg_rng_at(stream, d, 0);
        int noisy[L];
        float weight;
        size_t masked = 0;

        row->corrupt(noisy, &weight, CLEAN, L, mg_noise_find("linear"), d % L, L, &rng);
        for (size_t i = 0; i < L; i++) {
            masked += noisy[i] == MG_MASK;
        }
        assert_int_equal(masked, d % L + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_objective_weighs_masks_as_the_nelbo),
        cmocka_unit_test(fixed_count_masks_every_subset_equally_often),
        cmocka_unit_test(linear_weight_is_one_over_t_and_length),
        cmocka_unit_test(stratified_rows_stay_in_their_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

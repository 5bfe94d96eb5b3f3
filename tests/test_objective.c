/*
 * test_objective.c - which patterns of masks each objective draws, what they weigh, and what the
 * loss that follows from them asks a predictor to be.
 */
#include "model/diffusion/objective.h"

#include "model/source/source.h"
#include "tests/support/chains.h"
#include "tests/support/test.h"

enum { L = 6, SETS = 1 << L, DRAWS = 60000 };

static const int CLEAN[L] = {3, 1, 4, 1, 5, 2};
static const double CHOOSE[L + 1][L + 1] = {{1},
                                            {1, 1},
                                            {1, 2, 1},
                                            {1, 3, 3, 1},
                                            {1, 4, 6, 4, 1},
                                            {1, 5, 10, 10, 5, 1},
                                            {1, 6, 15, 20, 15, 6, 1}};

/* By set of masks, as a 6-bit number: how often it comes, and the mean weight of each position. */
struct patterns {
    double share[SETS];
    double weight[SETS][L]; /* 0 where the set does not come */
};

static void tally_draws(struct patterns *tally, const char *objective, struct mg_corruption how)
{
    const struct mg_objective *row = mg_objective_find(objective);
    const struct mg_stream stream = {{11, 12}};
    const size_t B = how.batch;

    *tally = (struct patterns){0};
    for (size_t d = 0; d < DRAWS; d++) {
        struct mg_rng rng = mg_rng_at(stream, d, 0);
        int noisy[L];
        float weight[L];
        size_t set = 0;

        how.row = d % B;
        row->corrupt(noisy, weight, CLEAN, L, &how, &rng);
        for (size_t i = 0; i < L; i++) {
            assert_true(noisy[i] == MG_MASK || noisy[i] == CLEAN[i]);
            assert_true(noisy[i] == MG_MASK ? weight[i] >= 0.0f : weight[i] == 0.0f);
            set |= (size_t)(noisy[i] == MG_MASK) << i;
        }
        for (size_t i = 0; i < L; i++) {
            tally->weight[set][i] += (double)weight[i] / DRAWS;
        }
        tally->share[set] += 1.0 / DRAWS;
    }
}

static size_t masks_in(size_t set, size_t from, size_t to)
{
    size_t n = 0;

    for (size_t i = from; i < to; i++) {
        n += set >> i & 1;
    }
    return n;
}

/*
 * A set of m masks weighs 1/(m C(L, m)) in the NELBO of a sequence, 1/L of it per token: Bernoulli
 * integral of t^(m-1) (1-t)^(L-m) / L; fixed count P(set)/k = 1/(L C(L, k) k).
 */
static void define_nelbo(struct patterns *patterns)
{
    *patterns = (struct patterns){0};
    for (size_t set = 1; set < SETS; set++) {
        const size_t m = masks_in(set, 0, L);

        patterns->share[set] = 1.0 / (L * CHOOSE[L][m]); /* of fixed_count */
        for (size_t i = 0; i < L; i++) {
            patterns->weight[set][i] =
                (set >> i & 1) != 0 ? 1.0 / (L * (double)m * CHOOSE[L][m]) : 0.0;
        }
    }
}

/*
 * definitions.md, section 8, R1 and a stage of R2: block j uniform in {stage, ..., nb}, k uniform
 * in 1..b masked in it, later blocks all masked, weight 1/k on the block; or, with `all`, one over
 * the masks of the row on all of them. The first mask tells the block.
 */
static void define_blockwise(struct patterns *patterns, size_t block, size_t stage, bool all)
{
    const size_t open = L / block - stage + 1;

    *patterns = (struct patterns){0};
    for (size_t j = stage - 1; j < L / block; j++) {
        const size_t end = (j + 1) * block;

        for (size_t set = 1; set < SETS; set++) {
            const size_t k = masks_in(set, j * block, end);
            const size_t later = masks_in(set, end, L);

            if (masks_in(set, 0, j * block) > 0 || k == 0 || later < L - end) {
                continue;
            }
            patterns->share[set] = 1.0 / ((double)(open * block) * CHOOSE[block][k]);
            for (size_t i = 0; i < L; i++) {
                const bool asked = (set >> i & 1) != 0 && (all || i < end);

                patterns->weight[set][i] =
                    asked ? patterns->share[set] / (double)(all ? k + later : k) : 0.0;
            }
        }
    }
}

/* What the causal network computes in one pass: position i with all from i on hidden. */
static void define_autoregressive(struct patterns *patterns)
{
    *patterns = (struct patterns){0};
    for (size_t i = 0; i < L; i++) {
        const size_t set = ((size_t)SETS - 1) >> i << i;

        patterns->share[set] = 1.0;
        patterns->weight[set][i] = 1.0 / L;
    }
}

/* Shares within five standard deviations of a binomial, weights as shares times one number. */
static void assert_patterns(const struct patterns *tally, const struct patterns *expected)
{
    for (size_t set = 0; set < SETS; set++) {
        const double share = expected->share[set];

        assert_close(tally->share[set], share, 5.0 * sqrt(share / DRAWS));
        for (size_t i = 0; i < L && share > 0.0; i++) {
            assert_close(tally->weight[set][i] / tally->share[set],
                         expected->weight[set][i] / share, 1e-6);
        }
    }
}

static void every_random_masking_weighs_masks_as_the_nelbo(void **state)
{
    static const char *const NAMES[] = {"absorbing", "absorbing_stratified", "fixed_count",
                                        "fixed_count_stratified"};
    static const char *const SCHEDULES[] = {"linear", "cosine"};
    static const size_t BATCH[] = {1, 8};
    static struct patterns tally;
    static struct patterns expected;

    (void)state;
    define_nelbo(&expected);
    for (size_t o = 0; o < 4; o++) {
        for (size_t s = 0; s < 2; s++) {
            const struct mg_corruption how = {.schedule = mg_noise_find(SCHEDULES[s]),
                                              .batch = BATCH[s]};

            tally_draws(&tally, NAMES[o], how);
            for (size_t set = 1; set < SETS; set++) {
                for (size_t i = 0; i < L; i++) {
                    /* Largest deviation measured .0026, single masks (heavy at small t). */
                    assert_close(tally.weight[set][i], expected.weight[set][i], 0.004);
                }
            }
        }
    }
}

/*
 * E over t of 6 t (1 - t) t^(m-1) (1 - t)^(L-m) / L, a Beta integral: the NELBO's weight of m masks
 * times 6 m (L - m + 1) / ((L + 1) (L + 2)), which is 1 in the mean over fixed counts.
 */
static void the_bell_weighs_the_middle_counts_of_masks_more(void **state)
{
    static struct patterns tally;
    static struct patterns expected;

    (void)state;
    define_nelbo(&expected);
    tally_draws(&tally, "absorbing_bell",
                (struct mg_corruption){.schedule = mg_noise_find("linear"), .batch = 1});
    for (size_t set = 1; set < SETS; set++) {
        const double m = (double)masks_in(set, 0, L);
        const double bell = 6.0 * m * (L - m + 1.0) / ((L + 1.0) * (L + 2.0));

        for (size_t i = 0; i < L; i++) {
            /* Largest deviation measured .0006. */
            assert_close(tally.weight[set][i], bell * expected.weight[set][i], 0.002);
        }
    }
}

static void fixed_count_masks_every_subset_equally_often(void **state)
{
    static struct patterns tally;
    static struct patterns expected;

    (void)state;
    tally_draws(&tally, "fixed_count", (struct mg_corruption){.batch = 1});
    define_nelbo(&expected);
    assert_patterns(&tally, &expected);
}

static void linear_weight_is_one_over_t_and_length(void **state)
{
    const struct mg_objective *row = mg_objective_find("absorbing");
    const struct mg_corruption how = {.schedule = mg_noise_find("linear"), .batch = 1};
    const struct mg_stream stream = {{1, 2}};

    (void)state;
    for (size_t d = 0; d < 100; d++) {
        struct mg_rng rng = mg_rng_at(stream, d, 7);
        struct mg_rng again = rng;
        const double t = 1.0 - mg_rng_uniform(&again);
        int noisy[L];
        float weight[L];

        row->corrupt(noisy, weight, CLEAN, L, &how, &rng);
        for (size_t i = 0; i < L; i++) {
            assert_close((double)weight[i] * t * L, noisy[i] == MG_MASK ? 1.0 : 0.0, 1e-6);
        }
    }
}

static void stratified_rows_stay_in_their_part(void **state)
{
    const struct mg_objective *row = mg_objective_find("fixed_count_stratified");
    const struct mg_stream stream = {{5, 2}};

    (void)state;
    for (size_t d = 0; d < 600; d++) {
        const struct mg_corruption how = {.row = d % L, .batch = L};
        struct mg_rng rng = mg_rng_at(stream, d, 0);
        int noisy[L];
        float weight[L];
        size_t masked = 0;

        row->corrupt(noisy, weight, CLEAN, L, &how, &rng);
        for (size_t i = 0; i < L; i++) {
            masked += noisy[i] == MG_MASK;
        }
        assert_int_equal(masked, d % L + 1);
    }
}

static void blockwise_hides_part_of_a_block_and_all_after_it(void **state)
{
    static const size_t BLOCKS[] = {1, 2, 3, 6};
    static struct patterns tally;
    static struct patterns expected;

    (void)state;
    for (size_t b = 0; b < 4; b++) {
        const struct mg_corruption how = {.block = BLOCKS[b], .batch = 1};

        tally_draws(&tally, "blockwise", how);
        define_blockwise(&expected, BLOCKS[b], 1, false);
        assert_patterns(&tally, &expected);
        tally_draws(&tally, "blockwise_all", how);
        define_blockwise(&expected, BLOCKS[b], 1, true);
        assert_patterns(&tally, &expected);
    }
    define_nelbo(&expected); /* one block of all: fixed_count, and so is the last tally */
    assert_patterns(&tally, &expected);
}

/* Seven steps of three stages: 0 1 2, 3 4, 5 6. */
static void the_curriculum_opens_blocks_from_the_last(void **state)
{
    static const size_t STAGE[] = {3, 3, 3, 2, 2, 1, 1};
    static struct patterns tally;
    static struct patterns expected;

    (void)state;
    for (size_t step = 0; step < 7; step++) {
        const struct mg_corruption how = {.block = 2, .batch = 1, .step = step, .steps = 7};

        tally_draws(&tally, "blockwise_curriculum", how);
        define_blockwise(&expected, 2, STAGE[step], false);
        assert_patterns(&tally, &expected);
    }
}

static void autoregressive_asks_for_every_position_alike(void **state)
{
    const struct mg_objective *row = mg_objective_find("autoregressive");
    const struct mg_corruption how = {.batch = 1};
    struct mg_rng rng = mg_rng_at((struct mg_stream){{1, 1}}, 0, 0);
    int noisy[L];
    float weight[L];

    (void)state;
    row->corrupt(noisy, weight, CLEAN, L, &how, &rng);
    for (size_t i = 0; i < L; i++) {
        assert_int_equal(noisy[i], MG_MASK);
        assert_close(weight[i], 1.0 / L, 1e-8);
    }
}

/* ------ the perfect predictor ------ */

/* P(x_i = 1 | the tokens of x that the set leaves) of the two-state chain, and the chain's law. */
struct truth {
    double prob[SETS][1 << L][L];
    double mass[1 << L];
};

static void fill_truth(struct truth *truth)
{
    struct mg_source *source = test_chain_two(L);

    for (size_t x = 0; x < 1 << L; x++) {
        for (size_t set = 0; set < SETS; set++) {
            int context[L];
            double probs[L * 2];

            for (size_t i = 0; i < L; i++) {
                context[i] = (set >> i & 1) != 0 ? MG_MASK : (int)(x >> i & 1);
            }
            assert_true(mg_source_conditionals(source, context, probs));
            for (size_t i = 0; i < L; i++) {
                truth->prob[set][x][i] = probs[2 * i + 1];
            }
            truth->mass[x] = set == 0 ? exp(mg_source_log_mass(source, context)) : truth->mass[x];
        }
    }
    mg_source_free(source);
}

/*
 * Expected loss over sequences and patterns of a predictor whose log odds are off the truth by
 * `off` times a normal number of each context and position, the same number at every call.
 */
static double expected_loss_nats(const struct truth *truth, const struct patterns *patterns,
                                 double off, uint32_t seed)
{
    const struct mg_stream stream = {{seed, 9}};
    double loss_nats = 0.0;

    for (size_t set = 1; set < SETS; set++) {
        for (size_t x = 0; x < 1 << L && patterns->share[set] > 0.0; x++) {
            struct mg_rng rng = mg_rng_at(stream, (set << L) + (x & ~set), 0);

            for (size_t i = 0; i < L; i++) {
                const double p = truth->prob[set][x][i];
                const double odds = p / (1.0 - p) * exp(off * mg_rng_normal(&rng));

                if (patterns->weight[set][i] > 0.0) {
                    loss_nats += truth->mass[x] * patterns->weight[set][i] *
                                 log((x >> i & 1) != 0 ? 1.0 + 1.0 / odds : 1.0 + odds);
                }
            }
        }
    }
    return loss_nats;
}

/* No predictor does better, and the slope along any direction is 0. */
static void assert_truth_is_the_minimum(const struct truth *truth, const struct patterns *patterns)
{
    const double least = expected_loss_nats(truth, patterns, 0.0, 1);

    for (uint32_t seed = 1; seed <= 3; seed++) {
        for (double off = 0.01; off < 2.0; off *= 10.0) {
            assert_true(expected_loss_nats(truth, patterns, off, seed) > least + 1e-7);
            assert_true(expected_loss_nats(truth, patterns, -off, seed) > least + 1e-7);
        }
        assert_close((expected_loss_nats(truth, patterns, 1e-4, seed) -
                      expected_loss_nats(truth, patterns, -1e-4, seed)) /
                         2e-4,
                     0.0, 1e-9);
    }
}

static void every_perfect_predictor_is_the_fixed_point_of_its_loss(void **state)
{
    static struct truth truth;
    static struct patterns patterns;
    double entropy_nats = 0.0;

    (void)state;
    fill_truth(&truth);
    for (size_t x = 0; x < 1 << L; x++) {
        entropy_nats -= truth.mass[x] * log(truth.mass[x]);
    }
    define_nelbo(&patterns); /* absorbing, fixed_count: NELBO of the oracle = entropy, a token */
    assert_truth_is_the_minimum(&truth, &patterns);
    assert_close(expected_loss_nats(&truth, &patterns, 0.0, 1), entropy_nats / L, 1e-12);
    define_autoregressive(&patterns); /* the chain rule: entropy as well */
    assert_truth_is_the_minimum(&truth, &patterns);
    assert_close(expected_loss_nats(&truth, &patterns, 0.0, 1), entropy_nats / L, 1e-12);
    for (size_t block = 1; block <= 3; block++) {
        for (int all = 0; all < 2; all++) {
            define_blockwise(&patterns, block, 1, all == 1);
            assert_truth_is_the_minimum(&truth, &patterns);
        }
        for (size_t stage = 1; stage <= L / block; stage++) {
            define_blockwise(&patterns, block, stage, false);
            assert_truth_is_the_minimum(&truth, &patterns);
        }
        /* Blocks from the left, each by its fixed counts: the entropy once more. */
        define_blockwise(&patterns, block, 1, false);
        assert_close(expected_loss_nats(&truth, &patterns, 0.0, 1), entropy_nats / L, 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_random_masking_weighs_masks_as_the_nelbo),
        cmocka_unit_test(the_bell_weighs_the_middle_counts_of_masks_more),
        cmocka_unit_test(fixed_count_masks_every_subset_equally_often),
        cmocka_unit_test(linear_weight_is_one_over_t_and_length),
        cmocka_unit_test(stratified_rows_stay_in_their_part),
        cmocka_unit_test(blockwise_hides_part_of_a_block_and_all_after_it),
        cmocka_unit_test(the_curriculum_opens_blocks_from_the_last),
        cmocka_unit_test(autoregressive_asks_for_every_position_alike),
        cmocka_unit_test(every_perfect_predictor_is_the_fixed_point_of_its_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

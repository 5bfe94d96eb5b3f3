/* test_schedule.c - model/measure/schedule.c, partition.c. */
#include "model/measure/schedule.h"

#include <string.h>

#include "model/measure/kinds.h"
#include "model/measure/measure.h"
#include "model/measure/partition.h"
#include "model/measure/set_entropy.h"
#include "model/source/sequences.h"
#include "tests/support/chains.h"
#include "tests/support/test.h"

static struct mg_source *flip6_new(void)
{
    return test_chain_listed(0.5, 0.9, 0.9, 6);
}

static struct mg_source *stationary8_new(void)
{
    return test_chain_listed(0.75, 0.9, 0.7, 8);
}

static void curve_of(double *h_nats, const struct mg_source *source)
{
    struct mg_set_entropy *entropy = mg_set_entropy_new(source);

    mg_information_curve(h_nats, entropy);
    mg_set_entropy_free(entropy);
}

static double even_random_nats_per_token(const struct mg_source *source, size_t nfe)
{
    double h_nats[32];
    size_t sizes[32];

    assert_int_equal(source->length, 32);
    curve_of(h_nats, source);
    mg_step_sizes_even(sizes, nfe, 32);
    return mg_step_sizes_kl_nats(h_nats, sizes, nfe) / 32.0;
}

/*
 * definitions.md 3: exact mean over orders, L = 32; science.md 3: contiguous and strided. The
 * documented .0310 at 16 calls is .030947 (a sum over triples of positions agrees).
 */
static void long_chains_cost_what_is_documented(void **state)
{
    static const size_t nfe[5] = {1, 2, 4, 8, 16};
    static const double random_nats[5] = {1.3904, .5993, .2495, .0980, .0309};
    static const double contiguous_nats[5] = {1.3904, 1.2170, .9162, .5468, .2242};
    static const double strided_nats[5] = {1.3904, .4934, .1282, .0174, .0005};
    struct mg_source *cycle = test_chain_cycle(32);
    struct mg_source *zipf = test_chain_zipf(32);
    struct mg_set_entropy *entropy = mg_set_entropy_new(cycle);

    (void)state;
    for (size_t k = 0; k < 5; k++) {
        size_t contiguous[32];
        size_t strided[32]; /* offsets in bit-reversed order: halve the gap, then fill */

        for (size_t i = 0; i < 32; i++) {
            size_t reversed = 0;

            for (size_t bit = 1, top = nfe[k] / 2; bit < nfe[k]; bit *= 2, top /= 2) {
                reversed += (i % nfe[k] & bit) != 0 ? top : 0;
            }
            contiguous[i] = i / (32 / nfe[k]);
            strided[i] = reversed;
        }
        assert_close(even_random_nats_per_token(cycle, nfe[k]), random_nats[k], 5e-5);
        assert_close(mg_partition_kl_nats(entropy, contiguous, nfe[k]) / 32.0, contiguous_nats[k],
                     5e-5);
        assert_close(mg_partition_kl_nats(entropy, strided, nfe[k]) / 32.0, strided_nats[k], 5e-5);
    }
    assert_close(even_random_nats_per_token(zipf, 8), .0385, 5e-5);
    mg_set_entropy_free(entropy);
    mg_source_free(zipf);
    mg_source_free(cycle);
}

/* field.md 4: mean KL over random orders on the flip chain; its digits are sums of rounded Z. */
static void flip_chain_sizes_cost_what_is_documented(void **state)
{
    struct mg_source *source = flip6_new();
    double h_nats[6];

    (void)state;
    curve_of(h_nats, source);
    assert_close(mg_step_sizes_kl_nats(h_nats, (const size_t[]){3, 3}, 2), .6703, 1e-4);
    assert_close(mg_step_sizes_kl_nats(h_nats, (const size_t[]){2, 2, 2}, 3), .3199, 1e-4);
    assert_close(mg_step_sizes_kl_nats(h_nats, (const size_t[]){1, 5}, 2), .7179, 1e-4);
    mg_source_free(source);
}

/* field.md 4: best sizes for 2 to 5 steps; digits as above. */
static void flip_chain_best_sizes_are_the_documented_ones(void **state)
{
    static const double least[7] = {0, 1.8403, .5343, .2213, .0954, .0319, 0};
    struct mg_source *source = flip6_new();
    double h_nats[6];
    size_t sizes[7 * 6];

    (void)state;
    curve_of(h_nats, source);
    mg_step_sizes_optimal(sizes, h_nats, 6);
    for (size_t steps = 1; steps <= 6; steps++) {
        assert_close(mg_step_sizes_kl_nats(h_nats, sizes + steps * 6, steps), least[steps], 1e-4);
    }
    assert_memory_equal(sizes + 2 * 6, ((const size_t[]){2, 4}), 2 * sizeof(size_t));
    assert_memory_equal(sizes + 3 * 6, ((const size_t[]){1, 2, 3}), 3 * sizeof(size_t));
    assert_memory_equal(sizes + 4 * 6, ((const size_t[]){1, 1, 2, 2}), 4 * sizeof(size_t));
    mg_source_free(source);
}

/* All 2^9 ways to write 10 as a sum, on a curve with a cliff (not convex, no chain has it). */
static void best_sizes_are_the_best_of_all(void **state)
{
    static const double h_nats[10] = {2.0, 1.9, 1.9, 1.85, 0.7, 0.69, 0.4, 0.39, 0.1, 0.02};
    size_t sizes[11 * 10];
    double best[11];

    (void)state;
    mg_step_sizes_optimal(sizes, h_nats, 10);
    for (size_t steps = 1; steps <= 10; steps++) {
        best[steps] = (double)INFINITY;
    }
    for (size_t cuts = 0; cuts < 512; cuts++) {
        size_t parts[10] = {1};
        size_t n = 1;

        for (size_t i = 0; i < 9; i++) {
            n += cuts >> i & 1;
            parts[n - 1] = (cuts >> i & 1) != 0 ? 1 : parts[n - 1] + 1;
        }
        best[n] = fmin(best[n], mg_step_sizes_kl_nats(h_nats, parts, n));
    }
    for (size_t steps = 1; steps <= 10; steps++) {
        assert_close(mg_step_sizes_kl_nats(h_nats, sizes + steps * 10, steps), best[steps], 1e-12);
    }
}

static void even_sizes_put_the_larger_first(void **state)
{
    size_t sizes[3];

    (void)state;
    mg_step_sizes_even(sizes, 3, 8);
    assert_memory_equal(sizes, ((const size_t[]){3, 3, 2}), sizeof(sizes));
}

/* definitions.md 3 and paper.md: L = 8, two per step, and four free steps. */
static void stationary_chain_partitions_cost_what_is_documented(void **state)
{
    static const size_t contiguous[8] = {0, 0, 1, 1, 2, 2, 3, 3};
    static const size_t stride4[8] = {0, 1, 2, 3, 0, 1, 2, 3};
    struct mg_source *source = stationary8_new();
    struct mg_set_entropy *entropy = mg_set_entropy_new(source);
    double h_nats[8];
    size_t groups[8];

    (void)state;
    mg_information_curve(h_nats, entropy);
    assert_close(mg_step_sizes_kl_nats(h_nats, (const size_t[]){2, 2, 2, 2}, 4), .1442, 5e-5);
    assert_close(mg_partition_kl_nats(entropy, contiguous, 4), .4847, 5e-5);
    assert_close(mg_partition_kl_nats(entropy, stride4, 4), .0080, 5e-5);
    assert_close(mg_partition_optimal(groups, source, 2, 0), .0011, 5e-5);
    assert_close(mg_partition_kl_nats(entropy, groups, 4),
                 mg_partition_optimal(groups, source, 2, 0), 1e-12);
    assert_close(mg_partition_optimal(groups, source, 0, 4), 0.0, 1e-12);
    mg_set_entropy_free(entropy);
    mg_source_free(source);
}

/* Every ordered partition of five positions, by counting in base `steps`. */
static double best_by_enumeration(const struct mg_set_entropy *entropy, size_t steps,
                                  size_t per_step)
{
    double best = (double)INFINITY;
    size_t n = 1;

    for (size_t i = 0; i < 5; i++) {
        n *= steps;
    }
    for (size_t code = 0; code < n; code++) {
        size_t group_of[5];
        size_t size[5] = {0};
        size_t rest = code;
        bool fits = true;

        for (size_t i = 0; i < 5; i++) {
            group_of[i] = rest % steps;
            size[group_of[i]]++;
            rest /= steps;
        }
        for (size_t step = 0; step < steps; step++) {
            fits = fits && size[step] > 0;
            fits = fits && (per_step == 0 || size[step] == per_step ||
                            (step + 1 == steps && size[step] < per_step));
        }
        if (fits) {
            best = fmin(best, mg_partition_kl_nats(entropy, group_of, steps));
        }
    }
    return best;
}

static void search_finds_the_best_of_all_partitions(void **state)
{
    struct mg_source *source = test_chain_listed(0.62, 0.85, 0.65, 5);
    struct mg_set_entropy *entropy = mg_set_entropy_new(source);
    size_t groups[5];

    (void)state;
    for (size_t steps = 1; steps <= 5; steps++) {
        assert_close(mg_partition_optimal(groups, source, 0, steps),
                     best_by_enumeration(entropy, steps, 0), 1e-11);
    }
    assert_close(mg_partition_optimal(groups, source, 2, 0), best_by_enumeration(entropy, 3, 2),
                 1e-11);
    assert_close(mg_partition_optimal(groups, source, 3, 0), best_by_enumeration(entropy, 2, 3),
                 1e-11);
    mg_set_entropy_free(entropy);
    mg_source_free(source);
}

/* ABAB / BABA, n = 6 (field.md 4): one step TC = 5 ln 2; first one, then the rest, is exact. */
static void two_strings_need_one_position_first(void **state)
{
    static const int tokens[12] = {0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0};
    static const double weight[2] = {1, 1};
    struct mg_source *source = mg_sequences_new(tokens, weight, 2, 6, 2);
    double h_nats[6];
    size_t groups[6];

    (void)state;
    curve_of(h_nats, source);
    assert_close(mg_step_sizes_kl_nats(h_nats, (const size_t[]){6}, 1), 5.0 * log(2.0), 1e-12);
    assert_close(mg_step_sizes_kl_nats(h_nats, (const size_t[]){3, 3}, 2), 1.3863, 5e-5);
    assert_close(mg_step_sizes_kl_nats(h_nats, (const size_t[]){2, 2, 2}, 3), .6931, 5e-5);
    assert_close(mg_partition_optimal(groups, source, 0, 2), 0.0, 1e-12);
    assert_memory_equal(groups, ((const size_t[]){0, 1, 1, 1, 1, 1}), sizeof(groups));
    mg_source_free(source);
}

static void partition_refuses_long_sequences(void **state)
{
    const int tokens[17] = {0};
    const double weight = 1.0;
    struct mg_source *source = mg_sequences_new(tokens, &weight, 1, 17, 2);
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_partition_check(source, &err), MG_EUSAGE);
    assert_non_null(strstr(err.text, "not 17"));
    mg_source_free(source);
}

/* Counts rows by table and keeps the plans of four steps. */
struct collector {
    struct mg_sink sink;
    size_t n[MG_TABLE_COUNT];
    char rule[8][24];
    char plan[8][40];
    double kl_nats[8];
    double regret_nats[8];
    size_t kept;
};

static void collect(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                    size_t n)
{
    struct collector *rows = (struct collector *)(void *)sink;

    assert_int_equal(n, mg_table_width(table));
    rows->n[table]++;
    if (table == MG_TABLE_plans && cells[1].integer == 4) {
        snprintf(rows->rule[rows->kept], sizeof(rows->rule[0]), "%s", cells[0].text);
        snprintf(rows->plan[rows->kept], sizeof(rows->plan[0]), "%s", cells[2].text);
        rows->kl_nats[rows->kept] = cells[3].real;
        rows->regret_nats[rows->kept] = cells[4].real;
        rows->kept++;
    }
}

static void measure_writes_curve_and_plans_with_regret(void **state)
{
    struct mg_source *source = stationary8_new();
    const struct mg_measure_spec spec = {0};
    struct collector rows = {.sink = {collect}};
    const struct mg_measure_input input = {&spec, source, NULL, NULL, &rows.sink};
    struct mg_error err = {0};

    (void)state;
    assert_int_equal(mg_measure_schedule.check(&spec, source, &err), MG_OK);
    assert_int_equal(mg_measure_schedule.run(&input, &err), MG_OK);
    assert_int_equal(rows.n[MG_TABLE_schedules], 9);
    assert_int_equal(rows.n[MG_TABLE_information], 3);
    assert_int_equal(rows.n[MG_TABLE_plans], 32);
    assert_int_equal(rows.kept, 4);
    assert_string_equal(rows.plan[0], "2 2 2 2");
    assert_close(rows.kl_nats[0], .1442, 5e-5);
    assert_close(rows.regret_nats[0], rows.kl_nats[0] - rows.kl_nats[1], 1e-15);
    assert_string_equal(rows.plan[2], "0 1|2 3|4 5|6 7");
    assert_close(rows.regret_nats[2], .4847, 5e-5);
    assert_close(rows.kl_nats[3], 0.0, 1e-12);
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_chains_cost_what_is_documented),
        cmocka_unit_test(flip_chain_sizes_cost_what_is_documented),
        cmocka_unit_test(flip_chain_best_sizes_are_the_documented_ones),
        cmocka_unit_test(best_sizes_are_the_best_of_all),
        cmocka_unit_test(even_sizes_put_the_larger_first),
        cmocka_unit_test(stationary_chain_partitions_cost_what_is_documented),
        cmocka_unit_test(search_finds_the_best_of_all_partitions),
        cmocka_unit_test(two_strings_need_one_position_first),
        cmocka_unit_test(partition_refuses_long_sequences),
        cmocka_unit_test(measure_writes_curve_and_plans_with_regret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

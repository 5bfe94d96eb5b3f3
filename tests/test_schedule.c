/* test_schedule.c - model/measure/schedule.c, partition.c, set_entropy.c. */
#include "model/measure/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "model/measure/kinds.h"
#include "model/measure/measure.h"
#include "model/measure/partition.h"
#include "model/measure/set_entropy.h"
#include "model/source/sequences.h"
#include "tests/support/chains.h"
#include "tests/support/test.h"

/* A two-state chain as the list of its 2^L sequences: knows nothing of chains. */
static struct mg_source *listed_chain(double start0, double stay0, double stay1, int length)
{
    const int n = 1 << length;
    int *tokens = calloc((size_t)(n * length), sizeof(*tokens));
    double *weight = calloc((size_t)n, sizeof(*weight));
    struct mg_source *source;

    assert_non_null(tokens);
    assert_non_null(weight);
    for (int s = 0; s < n; s++) {
        int *row = tokens + s * length;

        for (int i = 0; i < length; i++) {
            row[i] = s >> (length - 1 - i) & 1;
        }
        weight[s] = row[0] == 0 ? start0 : 1.0 - start0;
        for (int i = 1; i < length; i++) {
            const double stay = row[i - 1] == 0 ? stay0 : stay1;

            weight[s] *= row[i] == row[i - 1] ? stay : 1.0 - stay;
        }
    }
    source = mg_sequences_new(tokens, weight, (size_t)n, (size_t)length, 2);
    free(weight);
    free(tokens);
    return source;
}

static struct mg_source *flip6_new(void)
{
    return listed_chain(0.5, 0.9, 0.9, 6);
}

static struct mg_source *stationary8_new(void)
{
    return listed_chain(0.75, 0.9, 0.7, 8);
}

static void curve_of(double *h_nats, const struct mg_source *source)
{
    struct mg_set_entropy *entropy = mg_set_entropy_new(source);

    mg_information_curve(h_nats, entropy);
    mg_set_entropy_free(entropy);
}

/* field.md 4, flip chain p = .1, n = 6: Z and both total correlations. */
static void flip_chain_has_the_documented_information_curve(void **state)
{
    static const double z[6] = {0, .2245, .3265, .3900, .4337, .4656};
    struct mg_source *source = flip6_new();
    double h_nats[6];
    double sum = 0.0;

    (void)state;
    curve_of(h_nats, source);
    for (size_t j = 0; j < 6; j++) {
        assert_close(h_nats[0] - h_nats[j], z[j], 5e-5);
        sum += h_nats[0] - h_nats[j];
    }
    assert_close(sum, 1.8403, 5e-5);
    assert_close(6.0 * (h_nats[0] - h_nats[5]) - sum, .9533, 5e-5);
    mg_source_free(source);
}

/* The closed form of a chain against the same law as a list, which knows nothing of chains. */
static void chain_entropies_are_those_of_its_listed_law(void **state)
{
    struct mg_source *chain = test_chain_two(7);
    struct mg_source *listed = listed_chain(0.62, 0.85, 0.65, 7);
    struct mg_set_entropy *closed = mg_set_entropy_new(chain);
    struct mg_set_entropy *counted = mg_set_entropy_new(listed);
    double closed_table[128];
    double counted_table[128];
    double closed_curve[7];
    double counted_curve[7];

    (void)state;
    mg_set_entropy_table(closed_table, closed);
    mg_set_entropy_table(counted_table, counted);
    mg_information_curve(closed_curve, closed);
    mg_information_curve(counted_curve, counted);
    for (size_t set = 0; set < 128; set++) {
        bool in_set[7];

        for (size_t i = 0; i < 7; i++) {
            in_set[i] = (set >> i & 1) != 0;
        }
        assert_close(closed_table[set], counted_table[set], 1e-12);
        assert_close(mg_set_entropy_nats(closed, in_set), counted_table[set], 1e-12);
    }
    for (size_t j = 0; j < 7; j++) {
        assert_close(closed_curve[j], counted_curve[j], 1e-12);
    }
    mg_set_entropy_free(counted);
    mg_set_entropy_free(closed);
    mg_source_free(listed);
    mg_source_free(chain);
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

/* sum Z = TC = sum H(X_i) - H and L Z_L - sum Z = DTC = H - sum H(X_i | rest), by brute force. */
static void curve_sums_to_total_and_dual_total_correlation(void **state)
{
    static const double weight[5] = {3, 1, 4, 1, 5};
    static const int tokens[15] = {0, 0, 0, 0, 1, 2, 1, 1, 0, 2, 0, 1, 2, 2, 2};
    struct mg_source *source = mg_sequences_new(tokens, weight, 5, 3, 3);
    double h_nats[3];
    double alone = 0.0;
    double rest = 0.0;
    double whole = 0.0;
    double sum = 0.0;

    (void)state;
    curve_of(h_nats, source);
    for (size_t s = 0; s < 5; s++) {
        const double p = weight[s] / 14.0;

        whole -= p * log(p);
        for (size_t i = 0; i < 3; i++) {
            double same_token = 0.0;
            double same_rest = 0.0;

            for (size_t o = 0; o < 5; o++) {
                bool others = true;

                for (size_t k = 0; k < 3; k++) {
                    others = others && (k == i || tokens[s * 3 + k] == tokens[o * 3 + k]);
                }
                same_token += tokens[s * 3 + i] == tokens[o * 3 + i] ? weight[o] / 14.0 : 0.0;
                same_rest += others ? weight[o] / 14.0 : 0.0;
            }
            alone -= p * log(same_token);
            rest -= p * log(p / same_rest);
        }
    }
    for (size_t j = 0; j < 3; j++) {
        sum += h_nats[0] - h_nats[j];
    }
    assert_close(sum, alone - whole, 1e-12);
    assert_close(3.0 * (h_nats[0] - h_nats[2]) - sum, whole - rest, 1e-12);
    assert_close(h_nats[0] + h_nats[1] + h_nats[2], whole, 1e-12);
    mg_source_free(source);
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
    struct mg_source *source = listed_chain(0.62, 0.85, 0.65, 5);
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
        cmocka_unit_test(flip_chain_has_the_documented_information_curve),
        cmocka_unit_test(chain_entropies_are_those_of_its_listed_law),
        cmocka_unit_test(long_chains_cost_what_is_documented),
        cmocka_unit_test(curve_sums_to_total_and_dual_total_correlation),
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

/* test_cluster_share.c - shares of a plan: disjoint, complete, even, and the same whoever asks. */
#include "harness/cluster_share.h"

#include <stdlib.h>
#include <string.h>

#include "model/numeric/arena.h"
#include "tests/support/experiment.h"
#include "tests/support/test.h"

/* 3 trainings a replicate, each with two runs: draws are no part of a training. */
static const char TEXT[] =
    "{\"marginalia\": 1, \"name\": \"s\", \"source\": {\"kind\": \"sequences\", \"rows\":"
    " [{\"tokens\": \"A B\", \"count\": 1}, {\"tokens\": \"B A\", \"count\": 1}]},"
    " \"predictor\": {\"kind\": \"transformer\", \"layers\": 1, \"width\": 8, \"heads\": 1,"
    " \"hidden\": 8}, \"train\": {\"steps\": 1},"
    " \"measure\": [{\"kind\": \"samples\", \"name\": \"free\", \"draws\": 1, \"samplers\":"
    " [{\"name\": \"one\", \"order\": \"random\", \"steps\": 1}]}],"
    " \"sweep\": {\"matrix\": {\"train.steps\": [%s], \"measure.free.draws\": [5, 6]}},"
    " \"replicates\": %d}";

struct bench {
    char *folder;
    struct mg_spec *spec;
    struct mg_plan plan;
    bool *all;
};

static void open_bench(struct bench *bench, const char *steps, int replicates)
{
    struct mg_error err = {0};
    char text[2048];

    snprintf(text, sizeof(text), TEXT, steps, replicates);
    bench->folder = mg_test_folder();
    bench->spec = mg_test_spec(bench->folder, "s.json", text);
    assert_int_equal(mg_plan_make(&bench->plan, &bench->spec, 1, NULL, &err), MG_OK);
    bench->all = mg_allocate(bench->plan.n_runs, sizeof(*bench->all));
    memset(bench->all, true, bench->plan.n_runs);
}

static void close_bench(struct bench *bench)
{
    free(bench->all);
    mg_plan_free(&bench->plan);
    mg_spec_free(bench->spec);
    mg_test_folder_remove(bench->folder);
}

static void shares_are_a_partition_and_split_no_training(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench, "10, 20, 400", 7);
    for (size_t n = 1; n <= 25; n++) {
        size_t *task_of = mg_share_deal(&bench.plan, bench.all, n);
        size_t *owners = mg_allocate(bench.plan.n_results, sizeof(*owners));
        size_t shared = 0;
        for (size_t task = 1; task <= n; task++) {
            bool mine[64];
            memcpy(mine, bench.all, bench.plan.n_runs);
            mg_share_select(mine, &bench.plan, (struct mg_share){task, n});
            for (size_t r = 0; r < bench.plan.n_runs; r++) {
                assert_int_equal(mine[r], task_of[r] == task);
                shared += mine[r];
            }
        }
        assert_int_equal(shared, bench.plan.n_runs);
        for (size_t r = 0; r < bench.plan.n_runs; r++) {
            size_t *owner = &owners[bench.plan.runs[r].results[0]];
            assert_true(*owner == 0 || *owner == task_of[r]);
            *owner = task_of[r];
        }
        free(owners);
        free(task_of);
    }
    close_bench(&bench);
}

/* Runs of each task among those of a plan; n tasks. */
static void count_runs(size_t *runs, const struct bench *bench, size_t n)
{
    size_t *task_of = mg_share_deal(&bench->plan, bench->all, n);

    memset(runs, 0, n * sizeof(*runs));
    for (size_t r = 0; r < bench->plan.n_runs; r++) {
        runs[task_of[r] - 1]++;
    }
    free(task_of);
}

static void equal_trainings_are_dealt_evenly(void **state)
{
    struct bench bench;

    (void)state;
    open_bench(&bench, "10", 11);
    for (size_t n = 1; n <= 11; n++) {
        size_t runs[11];
        count_runs(runs, &bench, n);
        for (size_t task = 0; task < n; task++) { /* two runs a training */
            assert_in_range(runs[task], 2 * (11 / n), 2 * ((11 + n - 1) / n));
        }
    }
    close_bench(&bench);
}

static void a_training_longer_than_all_others_has_a_task_to_itself(void **state)
{
    struct bench bench;
    size_t runs[3];

    (void)state;
    /* One of 2e6 steps, about 600 weights and 128 tokens each: 90 s; eight of 0.1 s. */
    open_bench(&bench, "2000000, 1, 2, 3, 4, 5, 6, 7, 8", 1);
    count_runs(runs, &bench, 3);
    assert_int_equal(runs[0], 2);
    assert_int_equal(runs[1], 8);
    assert_int_equal(runs[2], 8);
    assert_int_equal(mg_share_tasks(&bench.plan, bench.all), 1); /* minutes each */
    close_bench(&bench);
    open_bench(&bench, "2000000", 100);
    assert_in_range(mg_share_tasks(&bench.plan, bench.all), 30, 100);
    close_bench(&bench);
}

static void a_cut_plan_has_the_same_keys_at_the_same_places(void **state)
{
    struct bench bench;
    struct bench cut;
    size_t at = 0;

    (void)state;
    open_bench(&bench, "10, 20, 400", 7);
    open_bench(&cut, "10, 20, 400", 7);
    mg_share_select(cut.all, &cut.plan, (struct mg_share){2, 4});
    mg_plan_cut(&cut.plan, cut.all);
    for (size_t r = 0; r < bench.plan.n_runs; r++) {
        const struct mg_plan_run *whole = &bench.plan.runs[r];
        const struct mg_plan_run *part = &cut.plan.runs[at];
        if (!cut.all[r]) {
            continue;
        }
        assert_true(at++ < cut.plan.n_runs);
        assert_int_equal(part->ordinal, whole->ordinal);
        assert_int_equal(part->replicate, whole->replicate);
        for (size_t i = 0; i < 2; i++) {
            assert_string_equal(cut.plan.results[part->results[i]].key,
                                bench.plan.results[whole->results[i]].key);
        }
    }
    assert_int_equal(at, cut.plan.n_runs);
    assert_int_equal(cut.plan.n_results, cut.plan.n_runs + cut.plan.n_runs / 2);
    close_bench(&cut);
    close_bench(&bench);
}

static void a_share_is_written_i_of_n(void **state)
{
    static const char *const wrong[] = {"",    "3",     "0/3",  "4/3",    "3/",
                                        "/3",  "a/3",   "1/3x", "-1/3",   "1/10001",
                                        "1 3", "1/3/5", "1//3", "0x1/0x3"};
    struct mg_share share;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct mg_error err = {0};
        assert_int_equal(mg_share_parse(&share, wrong[i], &err), MG_EUSAGE);
    }
    assert_int_equal(mg_share_parse(&share, "3/10000", NULL), MG_OK);
    assert_int_equal(share.task, 3);
    assert_int_equal(share.n, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_a_partition_and_split_no_training),
        cmocka_unit_test(equal_trainings_are_dealt_evenly),
        cmocka_unit_test(a_training_longer_than_all_others_has_a_task_to_itself),
        cmocka_unit_test(a_cut_plan_has_the_same_keys_at_the_same_places),
        cmocka_unit_test(a_share_is_written_i_of_n),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_options.c - the one table of keys, its look-ups, and what `describe` makes of it. */
#include "harness/options.h"

#include <stdlib.h>
#include <string.h>

#include "harness/describe.h"
#include "harness/json.h"
#include "model/source/tasks.h"
#include "tests/support/test.h"

static struct mg_json_file *parsed(const char *text)
{
    struct mg_json_file *file = NULL;
    struct mg_error err = {0};

    assert_int_equal(mg_json_parse(&file, text, strlen(text), "test", &err), MG_OK);
    return file;
}

static void count_report(void *ctx, const struct mg_json *at, const char *problem)
{
    (void)at;
    assert_non_null(problem);
    ++*(size_t *)ctx;
}

/* Faults found in a value for a key. */
static size_t faults(const char *path, const char *text)
{
    struct mg_json_file *file = parsed(text);
    size_t n = 0;
    const bool fine = mg_option_check(mg_option_find(path), mg_json_root(file), count_report, &n);

    assert_int_equal(fine, n == 0);
    mg_json_free(file);
    return n;
}

/* A default is identity: it must pass its own check and be written canonically. */
static void every_default_is_valid_and_canonical(void **state)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct mg_json_file *file;
        char *canonical;

        if (table[i].fallback == NULL) {
            continue;
        }
        assert_int_equal(faults(table[i].path, table[i].fallback), 0);
        file = parsed(table[i].fallback);
        canonical = mg_json_canonical(mg_json_root(file));
        assert_string_equal(canonical, table[i].fallback);
        free(canonical);
        mg_json_free(file);
    }
}

static void every_row_is_found_by_its_path_and_described(void **state)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct mg_error err = {0};
        char *text;

        assert_ptr_equal(mg_option_find(table[i].path), &table[i]);
        assert_non_null(table[i].help);
        assert_non_null(table[i].example);
        assert_int_equal(mg_describe(&text, table[i].path, &err), MG_OK);
        assert_non_null(strstr(text, table[i].help));
        free(text);
    }
}

/* A row resolves its chooser before itself, so the chooser must stand above it. */
static void choosers_stand_above_what_they_choose(void **state)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        char path[128];
        const char *key = mg_option_key(&table[i]);

        if (table[i].chooser == NULL) {
            continue;
        }
        snprintf(path, sizeof(path), "%.*s%s",
                 strchr(table[i].chooser, '.') != NULL ? 0 : (int)(key - table[i].path),
                 table[i].path, table[i].chooser);
        assert_non_null(mg_option_find(path));
        assert_true(mg_option_find(path) < &table[i]);
    }
}

static void sizes_of_tasks_are_keys_of_the_source(void **state)
{
    (void)state;
    for (int key = 0; key < MG_TASK_KEY_COUNT; key++) {
        const enum mg_task_key size = (enum mg_task_key)key;
        char path[64];
        const struct mg_option *option;

        snprintf(path, sizeof(path), "source.%s", mg_task_key_word(size));
        option = mg_option_find(path);
        assert_non_null(option);
        assert_int_equal(option->task_key, key + 1);
    }
}

static void paths_match_component_by_component(void **state)
{
    (void)state;
    assert_string_equal(mg_option_find("measure.cd.context")->path, "measure.*.context");
    assert_string_equal(mg_option_find("measure.law.samplers.l2r-2.tau")->path,
                        "measure.*.samplers.*.tau");
    assert_null(mg_option_find("measure.cd"));
    assert_null(mg_option_find("measure..context"));
    assert_null(mg_option_find("train.l"));
    assert_null(mg_option_find("train.lr.x"));
    assert_null(mg_option_find(""));
}

static void aliases_reach_what_edits_cannot(void **state)
{
    (void)state;
    assert_string_equal(mg_option_suggest("train", "learning_rate"), "lr");
    assert_string_equal(mg_option_suggest("train", "Learning-Rate"), "lr");
    assert_string_equal(mg_option_suggest("train", "batch-size"), "batch");
    assert_string_equal(mg_option_suggest("predictor", "d_model"), "width");
    assert_string_equal(mg_option_suggest("measure.x.samplers.y", "treshold"), "tau");
    assert_string_equal(mg_option_suggest("", "data"), "source");
    assert_null(mg_option_suggest("train", "colour"));
}

static void ranges_include_and_exclude_their_ends(void **state)
{
    (void)state;
    assert_int_equal(faults("train.lr", "0"), 1);
    assert_int_equal(faults("train.lr", "10"), 0);
    assert_int_equal(faults("train.beta1", "0"), 0);
    assert_int_equal(faults("train.beta1", "1"), 1);
    assert_int_equal(faults("train.steps", "1.0"), 1);
    assert_int_equal(faults("train.steps", "1"), 0);
    assert_int_equal(faults("measure.x.targets", "[0, -1, 2.5, \"3\"]"), 3);
    assert_int_equal(faults("claims.x.accept", "[null, 3]"), 0);
    assert_int_equal(faults("claims.x.accept", "[4, 3]"), 1);
}

static void seeds_are_64_bits(void **state)
{
    uint64_t seed;

    (void)state;
    assert_true(mg_seed_parse(&seed, "18446744073709551615") && seed == UINT64_MAX);
    assert_true(mg_seed_parse(&seed, "0xFFFFffffFFFFffff") && seed == UINT64_MAX);
    assert_true(mg_seed_parse(&seed, "007") && seed == 7);
    assert_false(mg_seed_parse(&seed, "18446744073709551616"));
    assert_false(mg_seed_parse(&seed, "0x10000000000000000"));
    assert_false(mg_seed_parse(&seed, "-1"));
    assert_false(mg_seed_parse(&seed, "0x"));
    assert_false(mg_seed_parse(&seed, "1 "));
}

static void describe_finds_bare_keys_and_suggests(void **state)
{
    struct mg_error err = {0};
    char *text;

    (void)state;
    assert_int_equal(mg_describe(&text, "per_step", &err), MG_OK);
    assert_non_null(strstr(text, "measure.*.samplers.*.per_step"));
    free(text);
    assert_int_equal(mg_describe(&text, "measure.samplers.order", &err), MG_OK);
    assert_non_null(strstr(text, "left_to_right"));
    free(text);
    assert_int_equal(mg_describe(&text, "learning_rate", &err), MG_EUSAGE);
    assert_null(text);
    assert_non_null(strstr(err.text, "train.lr"));
}

/* "kind": "markov" needs transition and start; the keys of other kinds are not among them. */
static void describe_tells_a_choice_with_its_keys(void **state)
{
    static const struct {
        const char *word, *of, *has, *has_not;
    } rows[] = {
        {"markov", "source.kind", "\n  transition ", "emission"},
        {"parity", "source.task", "\n  vocab ", "dimension"},
        {"joint", "measure.*.kind", "\n  targets ", "samplers"},
        {"fixed", "measure.*.samplers.*.order", "\n  partition ", "per_step"},
        {"command", "predictor.kind", "\n  argv ", "width"},
        {"gibbs", "measure.*.samplers.*.corrector", "\n  sweeps ", "eta"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mg_error err = {0};
        char *text;

        assert_int_equal(mg_describe(&text, rows[i].word, &err), MG_OK);
        assert_non_null(strstr(text, rows[i].of));
        assert_non_null(strstr(text, rows[i].has));
        assert_null(strstr(text, rows[i].has_not));
        free(text);
    }
}

static void every_kind_says_what_it_is(void **state)
{
    static const char *const paths[] = {"source.kind", "predictor.kind", "measure.x.kind"};

    (void)state;
    for (size_t p = 0; p < 3; p++) {
        const struct mg_option *option = mg_option_find(paths[p]);
        for (size_t w = 0; option->word(w) != NULL; w++) {
            assert_true(strlen(option->word_help(w)) > 10);
        }
    }
}

static void schema_is_json_with_every_key(void **state)
{
    char *text = mg_describe_schema();
    struct mg_json_file *file = parsed(text);
    const struct mg_json *properties = mg_json_get(mg_json_root(file), "properties");
    const struct mg_json *train = mg_json_get(mg_json_get(properties, "train"), "properties");
    size_t n;
    const struct mg_option *table = mg_options(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        char quoted[80];

        snprintf(quoted, sizeof(quoted), "\"%s\": {", mg_option_key(&table[i]));
        assert_non_null(strstr(text, quoted));
    }
    assert_close(mg_json_number(mg_json_get(mg_json_get(train, "lr"), "exclusiveMinimum")), 0.0,
                 0.0);
    mg_json_free(file);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_default_is_valid_and_canonical),
        cmocka_unit_test(every_row_is_found_by_its_path_and_described),
        cmocka_unit_test(choosers_stand_above_what_they_choose),
        cmocka_unit_test(sizes_of_tasks_are_keys_of_the_source),
        cmocka_unit_test(paths_match_component_by_component),
        cmocka_unit_test(aliases_reach_what_edits_cannot),
        cmocka_unit_test(ranges_include_and_exclude_their_ends),
        cmocka_unit_test(seeds_are_64_bits),
        cmocka_unit_test(describe_finds_bare_keys_and_suggests),
        cmocka_unit_test(describe_tells_a_choice_with_its_keys),
        cmocka_unit_test(every_kind_says_what_it_is),
        cmocka_unit_test(schema_is_json_with_every_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_spec.c - experiment files: what a good one becomes. */
#include "harness/spec.h"

#include <stdlib.h>
#include <string.h>

#include "harness/checkpoint.h"
#include "harness/file.h"
#include "harness/identity.h"
#include "tests/support/experiment.h"
#include "tests/support/test.h"

static const char TOY[] =
    "{\"marginalia\": 1, \"name\": \"toy\",\n"
    " \"source\": {\"kind\": \"sequences\", \"rows\": [{\"tokens\": \"A B C D E\", \"count\": "
    "30},\n"
    "   {\"tokens\": \"A B C D F\", \"count\": 25}, {\"tokens\": \"G B C D F\", \"count\": 14},\n"
    "   {\"tokens\": \"E F C D H\", \"count\": 31}]},\n"
    " \"predictor\": {\"kind\": \"transformer\"}, \"train\": {\"steps\": 7},\n"
    " \"measure\": [{\"kind\": \"joint\", \"name\": \"cd\", \"context\": \"_ _ C D _\",\n"
    "   \"targets\": [1, 0]}]%s}";

static int make_folder(void **state)
{
    *state = mg_test_folder();
    return 0;
}

static int remove_folder(void **state)
{
    mg_test_folder_remove(*state);
    return 0;
}

static void write_file(void **state, const char *name, const char *text)
{
    char *path = mg_format("%s/%s", (const char *)*state, name);
    struct mg_error err = {0};

    assert_int_equal(mg_file_write(path, text, strlen(text), &err), MG_OK);
    free(path);
}

/* The toy with more members at its end. */
static struct mg_spec *loaded_toy(void **state, const char *more)
{
    char text[4096];

    snprintf(text, sizeof(text), TOY, more);
    return mg_test_spec(*state, "good.json", text);
}

static const char *param(const struct mg_point *point, const char *path)
{
    for (size_t i = 0; i < point->n_params; i++) {
        if (strcmp(point->params[i].path, path) == 0) {
            return point->params[i].value;
        }
    }
    return NULL;
}

static void defaults_are_those_of_the_design(void **state)
{
    struct mg_spec *spec = loaded_toy(state, "");
    const struct mg_point *point = &spec->points[0];

    assert_string_equal(spec->title, "toy");
    assert_string_equal(spec->seed, "1");
    assert_int_equal(spec->replicates, 1);
    assert_int_equal(spec->n_points, 1);
    assert_string_equal(point->assignment, "{}");
    assert_int_equal(point->network.layers, 2);
    assert_int_equal(point->network.width, 32);
    assert_int_equal(point->network.heads, 2);
    assert_int_equal(point->network.hidden, 64);
    assert_int_equal(point->network.positions, MG_POSITIONS_BOS);
    assert_int_equal(point->network.vocab, 8);
    assert_int_equal(point->network.length, 5);
    assert_false(point->network.causal);
    assert_string_equal(point->train.objective->name, "absorbing");
    assert_string_equal(point->train.schedule->name, "linear");
    assert_int_equal(point->train.steps, 7);
    assert_int_equal(point->train.warmup, 50);
    assert_close(point->train.lr_final, 0.05, 0.0);
    assert_close(point->train.beta2, 0.98, 0.0);
    assert_close(point->train.weight_decay, 0.01, 0.0);
    assert_close(point->train.clip, 1.0, 0.0);
    mg_spec_free(spec);
}

/* P(A B | _ _ C D _) = 55 of 100 by counting rows; alphabet A..H in byte order. */
static void rows_become_the_law_they_list(void **state)
{
    struct mg_spec *spec = loaded_toy(state, "");
    const struct mg_point *point = &spec->points[0];
    const int context[] = {0, 1, MG_MASK, MG_MASK, MG_MASK};

    assert_string_equal(point->symbols[0], "A");
    assert_string_equal(point->symbols[7], "H");
    assert_close(exp(mg_source_log_mass(point->source, context)), 0.55, 1e-12);
    assert_int_equal(point->measures[0].spec.context[2], 2);
    assert_int_equal(point->measures[0].spec.context[0], MG_MASK);
    assert_int_equal(point->measures[0].spec.n_targets, 2);
    assert_int_equal(point->measures[0].spec.targets[0], 1);
    mg_spec_free(spec);
}

/* The same thing said in other words has the same identity. */
static void identity_is_content(void **state)
{
    struct mg_spec *spec = loaded_toy(state, "");
    char *training = strdup(spec->points[0].training);
    char *canonical = strdup(spec->points[0].measures[0].canonical);

    mg_spec_free(spec);
    write_file(state, "rows.tsv", "30\tA B C D E\n25.0\tA B C D F\n14\tG B C D F\n31\tE F C D H");
    spec = mg_test_spec(
        *state, "good.json",
        "{\"name\": \"other\", \"marginalia\": 1, \"title\": \"t\", \"seed\": \"0x01\",\n"
        " \"source\": {\"rows_file\": \"rows.tsv\", \"kind\": \"sequences\", \"alphabet\":\n"
        "   [\"A\", \"B\", \"C\", \"D\", \"E\", \"F\", \"G\", \"H\"], \"$comment\": 1},\n"
        " \"predictor\": {\"width\": 32, \"kind\": \"transformer\", \"heads\": 2},\n"
        " \"train\": {\"steps\": 7, \"lr\": 3e-3, \"clip\": 1.0},\n"
        " \"measure\": [{\"targets\": [1, 0], \"name\": \"else\", \"kind\": \"joint\",\n"
        "   \"context\": \"_ _ C D _\"}],\n"
        " \"claims\": [{\"name\": \"c\", \"query\": \"SELECT 0, 1\", \"accept\": [null, 2]}],\n"
        " \"replicates\": 3, \"figures\": [\"joint\"]}");
    assert_string_equal(spec->points[0].training, training);
    assert_string_equal(spec->points[0].measures[0].canonical, canonical);
    assert_string_equal(spec->points[0].measures[0].name, "else");
    assert_null(param(&spec->points[0], "source.rows"));
    assert_string_equal(param(&spec->points[0], "source.rows_file"), "\"rows.tsv\"");
    assert_int_equal(spec->points[0].replicates, 3);
    assert_string_equal(spec->claims[0].about, "c");
    assert_false(spec->claims[0].has_lo);
    assert_true(spec->claims[0].has_hi);
    free(canonical);
    free(training);
    mg_spec_free(spec);
}

/* Written out by hand from the file: sorted keys, nothing that does not apply. */
static void training_is_canonical_json(void **state)
{
    struct mg_spec *spec = mg_test_spec(
        *state, "good.json",
        "{\"marginalia\": 1, \"name\": \"chain\", \"seed\": \"18446744073709551615\",\n"
        " \"source\": {\"kind\": \"markov\", \"length\": 3, \"start\": \"stationary\",\n"
        "   \"transition\": [[0.90, 0.1], [3e-1, 0.7]]},\n"
        " \"predictor\": {\"kind\": \"oracle\"},\n"
        " \"measure\": [{\"kind\": \"samples\", \"name\": \"s\", \"samplers\": [\n"
        "   {\"name\": \"b\", \"order\": \"bisect\", \"temperature\": 0.5}]}]}");

    assert_string_equal(
        spec->points[0].training,
        "{\"predictor\":{\"kind\":\"oracle\",\"window\":0},\"seed\":\"18446744073709551615\","
        "\"source\":{\"alphabet\":[\"0\",\"1\"],\"kind\":\"markov\",\"length\":3,"
        "\"start\":\"stationary\",\"transition\":[[0.9,0.1],[0.3,0.7]]}}");
    assert_string_equal(spec->points[0].measures[0].canonical,
                        "{\"context\":\"_ _ _\",\"draws\":1000,\"kind\":\"samples\",\"samplers\":"
                        "[{\"block_from\":\"row\",\"corrector\":\"none\",\"guidance\":0,"
                        "\"name\":\"b\",\"noise\":\"inverse\",\"order\":\"bisect\","
                        "\"temperature\":0.5,\"ties\":\"lowest\"}]}");
    assert_null(spec->points[0].measures[0].spec.context);
    assert_string_equal(param(&spec->points[0], "measure.s.samplers.b.temperature"), "0.5");
    assert_string_equal(param(&spec->points[0], "source.length"), "3");
    assert_null(param(&spec->points[0], "train.steps"));
    assert_int_equal(spec->points[0].replicates, 1);
    mg_spec_free(spec);
}

/* Stationary law of (.9, .1), (.3, .7) is (.75, .25). */
static void stationary_start_is_the_stationary_law(void **state)
{
    struct mg_spec *spec = mg_test_spec(
        *state, "good.json",
        "{\"marginalia\": 1, \"name\": \"chain\",\n"
        " \"source\": {\"kind\": \"hmm\", \"length\": 2, \"start\": \"stationary\",\n"
        "   \"transition\": [[0.9, 0.1], [0.3, 0.7]], \"emission\": [[1, 0, 0], [0, 0, 1]],\n"
        "   \"alphabet\": [\"x\", \"y\", \"z\"]},\n"
        " \"predictor\": {\"kind\": \"uniform\"},\n"
        " \"measure\": [{\"kind\": \"joint\", \"name\": \"z\", \"context\": \"z _\"}]}");
    const int z[] = {2, MG_MASK};

    assert_close(exp(mg_source_log_mass(spec->points[0].source, z)), 0.25, 1e-12);
    assert_string_equal(param(&spec->points[0], "measure.z.targets"), "[1]");
    mg_spec_free(spec);
}

static void samplers_are_bound(void **state)
{
    struct mg_spec *spec = mg_test_spec(
        *state, "good.json",
        "{\"marginalia\": 1, \"name\": \"s\", \"predictor\": {\"kind\": \"oracle\"},\n"
        " \"source\": {\"kind\": \"task\", \"task\": \"parity\", \"length\": 4},\n"
        " \"measure\": [{\"kind\": \"samples\", \"name\": \"s\", \"context\": \"1 _ _ _\",\n"
        "  \"draws\": 10, \"samplers\": [\n"
        "  {\"name\": \"f\", \"order\": \"fixed\", \"partition\": [[3], [1, 2]], \"block\": 4},\n"
        "  {\"name\": \"t\", \"order\": \"threshold\", \"tau\": 0.9, \"ties\": \"uniform\"},\n"
        "  {\"name\": \"g\", \"order\": \"entropy_budget\", \"gamma\": 0.1},\n"
        "  {\"name\": \"n\", \"order\": \"strided\", \"steps\": 2},\n"
        "  {\"name\": \"o\", \"order\": \"optimal\", \"steps\": 2},\n"
        "  {\"name\": \"k\", \"order\": \"confidence\", \"per_step\": 3, \"temperature\": 0}]}]}");
    const struct mg_measure_spec *entry = &spec->points[0].measures[0].spec;

    assert_int_equal(entry->n_samplers, 6);
    assert_int_equal(entry->draws, 10);
    assert_int_equal(entry->samplers[0].group_of[3], 0);
    assert_int_equal(entry->samplers[0].group_of[1], 1);
    assert_int_equal(entry->samplers[0].block, 4);
    assert_close(entry->samplers[1].tau, 0.9, 0.0);
    assert_int_equal(entry->samplers[1].ties, MG_TIES_UNIFORM);
    assert_close(entry->samplers[2].gamma, 0.1, 0.0);
    assert_int_equal(entry->samplers[3].steps, 2);
    assert_int_equal(entry->samplers[4].group_of[3], 1); /* all but one, then the determined one */
    assert_int_equal(entry->samplers[5].per_step, 3);
    assert_close(entry->samplers[5].temperature, 0.0, 0.0);
    assert_string_equal(entry->samplers[5].name, "k");
    mg_spec_free(spec);
}

static void distance_takes_numbers_and_literals(void **state)
{
    struct mg_spec *spec =
        mg_test_spec(*state, "good.json",
                     "{\"marginalia\": 1, \"name\": \"d\", \"predictor\": {\"kind\": \"oracle\"},\n"
                     " \"source\": {\"kind\": \"task\", \"task\": \"abab\", \"length\": 9},\n"
                     " \"measure\": [{\"kind\": \"distance\", \"name\": \"d\", \"left\": \"A B\",\n"
                     "   \"right\": 3}]}");
    const struct mg_measure_spec *entry = &spec->points[0].measures[0].spec;

    assert_int_equal(entry->left, 2);
    assert_int_equal(entry->left_tokens[1], 1);
    assert_int_equal(entry->right, 3);
    assert_null(entry->right_tokens);
    assert_int_equal(entry->run, 4);
    assert_int_equal(entry->contexts, 256);
    mg_spec_free(spec);
}

/* RFC 7396 in the order base, middle, file: null deletes, objects merge, lists replace. */
static void extends_merges_depth_first(void **state)
{
    char base[4096];
    struct mg_spec *spec;

    snprintf(base, sizeof(base), TOY,
             ", \"sweep\": {\"matrix\": {\"train.lr\": [0.1, 0.2]}}, \"figures\": [\"a\"],\n"
             "\"claims\": [{\"name\": \"c\", \"query\": \"SELECT 1\", \"accept\": [0, 1]}],\n"
             "\"notes\": \"of the base\", \"question\": \"why?\"");
    write_file(state, "base.json", base);
    write_file(state, "middle.json",
               "{\"extends\": [\"base.json\"], \"train\": {\"lr\": 0.5, \"batch\": 8},\n"
               " \"notes\": null}");
    spec = mg_test_spec(*state, "good.json",
                        "{\"extends\": \"middle.json\", \"name\": \"mine\",\n"
                        " \"train\": {\"batch\": null, \"steps\": 9}, \"measure\":\n"
                        " [{\"kind\": \"likelihood\", \"name\": \"l\", \"draws\": 4}]}");
    assert_string_equal(spec->name, "mine");
    assert_string_equal(spec->question, "why?");
    assert_null(spec->notes);
    assert_int_equal(spec->n_points, 1);
    assert_int_equal(spec->n_claims, 0);
    assert_int_equal(spec->n_figures, 0);
    assert_close(spec->points[0].train.lr, 0.5, 0.0);
    assert_int_equal(spec->points[0].train.batch, 64);
    assert_int_equal(spec->points[0].train.steps, 9);
    assert_int_equal(spec->points[0].n_measures, 1);
    assert_string_equal(spec->points[0].measures[0].name, "l");
    mg_spec_free(spec);
}

static struct mg_spec *loaded_checkpoint(void **state, const char *path)
{
    char text[512];

    snprintf(text, sizeof(text),
             "{\"marginalia\": 1, \"name\": \"c\", \"source\": {\"kind\": \"task\", \"task\":"
             " \"abab\", \"length\": 4}, \"predictor\": {\"kind\": \"checkpoint\", \"path\":"
             " \"%s\"}, \"measure\": [{\"kind\": \"likelihood\", \"name\": \"l\"}]}",
             path);
    return mg_test_spec(*state, "good.json", text);
}

static void save_network(void **state, const char *path, uint64_t seed)
{
    static char a[] = "A";
    static char b[] = "B";
    char *const symbols[] = {a, b};
    const struct mg_transformer_config config = {.vocab = 2,
                                                 .length = 4,
                                                 .layers = 1,
                                                 .width = 4,
                                                 .heads = 1,
                                                 .hidden = 4,
                                                 .rope_theta = 1e4,
                                                 .norm_eps = 1e-5,
                                                 .components = 1};
    struct mg_transformer *network =
        mg_transformer_new(&config, 1, false, mg_stream_make(seed, 0, "test"));
    char *dir = mg_format("%s/%s", (const char *)*state, path);
    struct mg_error err = {0};

    assert_int_equal(mg_checkpoint_save(dir, network, symbols, "absorbing", "key", &err), MG_OK);
    mg_transformer_free(network);
    free(dir);
}

static void a_checkpoint_is_beside_the_file_and_counts_by_its_content(void **state)
{
    char expected[512];
    struct mg_spec *one;
    struct mg_spec *copy;
    struct mg_spec *other;

    save_network(state, "models/one", 1);
    save_network(state, "models/copy", 1);
    save_network(state, "models/other", 2);
    one = loaded_checkpoint(state, "models/one");
    copy = loaded_checkpoint(state, "models/copy");
    other = loaded_checkpoint(state, "models/other");
    snprintf(expected, sizeof(expected), "%s/models/one", (const char *)*state);
    assert_string_equal(one->points[0].checkpoint_path, expected);
    assert_int_equal(one->points[0].predictor, MG_PREDICTOR_CHECKPOINT);
    assert_string_equal(one->points[0].training, copy->points[0].training);
    assert_string_not_equal(one->points[0].training, other->points[0].training);
    mg_spec_free(one);
    mg_spec_free(copy);
    mg_spec_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_design),
        cmocka_unit_test(rows_become_the_law_they_list),
        cmocka_unit_test(identity_is_content),
        cmocka_unit_test(training_is_canonical_json),
        cmocka_unit_test(stationary_start_is_the_stationary_law),
        cmocka_unit_test(samplers_are_bound),
        cmocka_unit_test(distance_takes_numbers_and_literals),
        cmocka_unit_test(extends_merges_depth_first),
        cmocka_unit_test(a_checkpoint_is_beside_the_file_and_counts_by_its_content),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

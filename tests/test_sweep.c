/* test_sweep.c - the points a sweep makes, counted by hand. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/spec.h"
#include "tests/support/test.h"

static const char FILE_TEXT[] =
    "{\"marginalia\": 1, \"name\": \"sweep\", \"replicates\": 5,\n"
    " \"source\": {\"kind\": \"markov\", \"transition\": [[0.9, 0.1], [0.3, 0.7]],\n"
    "   \"start\": \"stationary\", \"length\": 6},\n"
    " \"predictor\": {\"kind\": \"transformer\"}, \"train\": {\"steps\": 10},\n"
    " \"measure\": [{\"kind\": \"distance\", \"name\": \"d\", \"left\": 1},\n"
    "   {\"kind\": \"samples\", \"name\": \"s\", \"draws\": 5,\n"
    "    \"samplers\": [{\"name\": \"a\", \"order\": \"random\", \"per_step\": 1}]}],\n"
    " \"sweep\": {%s}}";

/* Load FILE_TEXT with this sweep; NULL when it is refused, with the first complaint in said. */
static struct mg_spec *swept(const char *sweep, char said[512])
{
    char path[] = "/tmp/marginalia-sweep-XXXXXX";
    struct mg_problems problems = {0};
    struct mg_spec *spec = NULL;
    const int descriptor = mkstemp(path);
    FILE *file;

    assert_true(descriptor >= 0);
    file = fdopen(descriptor, "w");
    assert_non_null(file);
    assert_true(fprintf(file, FILE_TEXT, sweep) > 0);
    assert_int_equal(fclose(file), 0);
    said[0] = '\0';
    if (mg_spec_load(&spec, path, &problems) != MG_OK) {
        const char *what = strstr(problems.lines[0], ": error: ");

        snprintf(said, 512, "%s", what == NULL ? problems.lines[0] : what + 9);
    }
    mg_problems_free(&problems);
    unlink(path);
    return spec;
}

/* The assignments of all points, one a line. */
static char *assignments(const char *sweep)
{
    char said[512];
    struct mg_spec *spec = swept(sweep, said);
    char *text = calloc(1, 1 << 16);
    size_t used = 0;

    assert_non_null(text);
    if (spec == NULL) {
        print_error("%s\n", said);
        fail();
        return text;
    }
    for (size_t i = 0; i < spec->n_points; i++) {
        used += (size_t)snprintf(text + used, (1 << 16) - used, "%s\n", spec->points[i].assignment);
    }
    mg_spec_free(spec);
    return text;
}

static void assert_points(const char *sweep, const char *expected)
{
    char *text = assignments(sweep);

    assert_string_equal(text, expected);
    free(text);
}

static void assert_refused(const char *sweep, const char *part)
{
    char said[512];

    assert_null(swept(sweep, said));
    if (strstr(said, part) == NULL) {
        print_error("said: %s\nexpected in it: %s\n", said, part);
        fail();
    }
}

static void no_sweep_is_one_point(void **state)
{
    (void)state;
    assert_points("", "{}\n");
}

static void matrix_combines_the_first_axis_slowest(void **state)
{
    (void)state;
    assert_points("\"matrix\": {\"train.lr\": [0.1, 0.2], \"predictor.width\": [16, 32]}",
                  "{\"predictor.width\":16,\"train.lr\":0.1}\n"
                  "{\"predictor.width\":32,\"train.lr\":0.1}\n"
                  "{\"predictor.width\":16,\"train.lr\":0.2}\n"
                  "{\"predictor.width\":32,\"train.lr\":0.2}\n");
}

static void generators_include_both_ends(void **state)
{
    (void)state;
    assert_points("\"matrix\": {\"train.lr\": {\"range\": [0.1, 0.4, 0.1]}}",
                  "{\"train.lr\":0.1}\n{\"train.lr\":0.2}\n{\"train.lr\":0.3}\n"
                  "{\"train.lr\":0.4}\n");
    assert_points("\"matrix\": {\"train.steps\": {\"range\": [5, 1, -2]}}",
                  "{\"train.steps\":5}\n{\"train.steps\":3}\n{\"train.steps\":1}\n");
    assert_points("\"matrix\": {\"source.length\": {\"log2\": [2, 4]}}",
                  "{\"source.length\":4}\n{\"source.length\":8}\n{\"source.length\":16}\n");
    assert_points("\"matrix\": {\"train.lr\": {\"geom\": [0.001, 0.1, 3]}}",
                  "{\"train.lr\":0.001}\n{\"train.lr\":0.01}\n{\"train.lr\":0.1}\n");
    assert_points("\"matrix\": {\"train.steps\": {\"geom\": [4, 20, 3]}}",
                  "{\"train.steps\":4}\n{\"train.steps\":9}\n{\"train.steps\":20}\n");
}

static void zip_advances_together(void **state)
{
    (void)state;
    assert_points("\"zip\": [{\"predictor.width\": [16, 32], \"predictor.hidden\": [32, 64]}],\n"
                  "\"matrix\": {\"train.lr\": [0.1, 0.2]}",
                  "{\"predictor.hidden\":32,\"predictor.width\":16,\"train.lr\":0.1}\n"
                  "{\"predictor.hidden\":64,\"predictor.width\":32,\"train.lr\":0.1}\n"
                  "{\"predictor.hidden\":32,\"predictor.width\":16,\"train.lr\":0.2}\n"
                  "{\"predictor.hidden\":64,\"predictor.width\":32,\"train.lr\":0.2}\n");
}

static void exclude_compares_keys_and_values(void **state)
{
    (void)state;
    assert_points("\"matrix\": {\"source.length\": [4, 8], \"measure.d.left\": [1, 4, 5]},\n"
                  "\"exclude\": [{\"$ge\": [\"measure.d.left\", \"source.length\"]}]",
                  "{\"measure.d.left\":1,\"source.length\":4}\n"
                  "{\"measure.d.left\":1,\"source.length\":8}\n"
                  "{\"measure.d.left\":4,\"source.length\":8}\n"
                  "{\"measure.d.left\":5,\"source.length\":8}\n");
    assert_points(
        "\"matrix\": {\"train.steps\": [1, 2, 3, 4, 5]},\n"
        "\"exclude\": [{\"train.steps\": {\"$gt\": 1, \"$le\": 3}}, {\"train.steps\": 5}]",
        "{\"train.steps\":1}\n{\"train.steps\":4}\n");
    assert_points("\"matrix\": {\"train.steps\": [1, 2]},\n" /* a default and a value of the file */
                  "\"exclude\": [{\"train.lr\": {\"$lt\": 0.01}, \"source.kind\": \"markov\",\n"
                  "  \"train.steps\": {\"$ne\": 2}}]",
                  "{\"train.steps\":2}\n");
}

static void include_adds_to_the_values_of_the_file(void **state)
{
    char said[512];
    struct mg_spec *spec = swept("\"matrix\": {\"predictor.width\": [16, 64]},\n"
                                 "\"include\": [{\"train.lr\": 0.5}], \"expect_points\": 3",
                                 said);

    (void)state;
    assert_non_null(spec);
    assert_string_equal(spec->points[2].assignment, "{\"train.lr\":0.5}");
    assert_int_equal(spec->points[2].network.width, 32);
    assert_close(spec->points[2].train.lr, 0.5, 0.0);
    mg_spec_free(spec);
}

/* 4 lengths x 5 distances x 3 zipped, less 9, and 1: the example of the harness notes. */
static void the_documented_example_has_52_points(void **state)
{
    char said[512];
    struct mg_spec *spec =
        swept("\"matrix\": {\"source.length\": {\"log2\": [3, 6]},\n"
              "            \"measure.d.left\": [1, 2, 4, 8, 16]},\n"
              "\"zip\": [{\"measure.s.samplers.a.per_step\": [1, 4, 8],\n"
              "          \"measure.s.samplers.a.temperature\": [1.0, 1, 0.8]}],\n"
              "\"exclude\": [{\"$ge\": [\"measure.d.left\", \"source.length\"]}],\n"
              "\"include\": [{\"source.length\": 128, \"measure.d.left\": 64}],\n"
              "\"expect_points\": 52",
              said);

    (void)state;
    assert_string_equal(said, "");
    assert_non_null(spec);
    assert_int_equal(spec->n_points, 52);
    assert_int_equal(spec->points[51].source->length, 128);
    assert_int_equal(spec->points[51].measures[1].spec.samplers[0].per_step, 1);
    mg_spec_free(spec);
}

static void objects_and_keys_inside_them_vary(void **state)
{
    char said[512];
    struct mg_spec *spec = swept(
        "\"matrix\": {\"source.length\": [4, 6], \"source\": [\n"
        "  {\"kind\": \"task\", \"task\": \"abab\"},\n"
        "  {\"kind\": \"markov\", \"transition\": [[0.5, 0.5], [0.5, 0.5]], \"start\": [1, 0]}]}",
        said);

    (void)state;
    assert_string_equal(said, "");
    assert_int_equal(spec->n_points, 4);
    assert_string_equal(spec->points[0].source_kind, "task");
    assert_string_equal(spec->points[0].symbols[1], "B");
    assert_int_equal(spec->points[0].source->length, 4);
    assert_string_equal(spec->points[3].source_kind, "markov");
    assert_int_equal(spec->points[3].source->length, 6);
    mg_spec_free(spec);
}

/* Short values as they are, objects by their name; what is too long by its place in its list. */
static void labels_tell_points_apart(void **state)
{
    static const char *const expected[] = {
        "transition=#1 lr=0.1",   "transition=#2 lr=0.1",   "transition=[[0.5,0.5],[1,0]] lr=0.1",
        "transition=included #1", "transition=included #2",
    };
    char said[512];
    struct mg_spec *spec = swept(
        "\"matrix\": {\"train.lr\": [0.1], \"source.transition\": [\n"
        "  [[0.125, 0.875], [0.25, 0.75]], [[0.125, 0.875], [0.5, 0.5]], [[0.5, 0.5], [1, 0]]]},\n"
        "\"include\": [{\"source.transition\": [[0.125, 0.875], [0.75, 0.25]]},\n"
        "  {\"source.transition\": [[0.125, 0.875], [0.625, 0.375]]}]",
        said);

    (void)state;
    assert_string_equal(said, "");
    assert_int_equal(spec->n_points, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(spec->points[i].label, expected[i]);
    }
    mg_spec_free(spec);
}

/* The oracle has no lr: its two combinations are one point; it runs once, not five times. */
static void keys_that_do_not_apply_make_no_points(void **state)
{
    char said[512];
    struct mg_spec *spec = swept("\"matrix\": {\"predictor.kind\": [\"oracle\", \"transformer\"],\n"
                                 "  \"train.lr\": [0.1, 0.2]}, \"expect_points\": 3",
                                 said);

    (void)state;
    assert_string_equal(said, "");
    assert_string_equal(spec->points[0].assignment, "{\"predictor.kind\":\"oracle\"}");
    assert_int_equal(spec->points[0].replicates, 1);
    assert_null(strstr(spec->points[0].training, "lr"));
    assert_int_equal(spec->points[2].replicates, 5);
    mg_spec_free(spec);
}

/* Whatever does not change the training leaves its identity alone. */
static void sweeping_measures_keeps_the_training(void **state)
{
    char said[512];
    struct mg_spec *spec = swept("\"matrix\": {\"measure.d.contexts\": [1, 2],\n"
                                 "  \"measure.s.samplers.a.per_step\": [1, 2]}",
                                 said);

    (void)state;
    assert_int_equal(spec->n_points, 4);
    for (size_t i = 1; i < 4; i++) {
        assert_string_equal(spec->points[i].training, spec->points[0].training);
    }
    assert_string_equal(spec->points[0].measures[0].canonical,
                        spec->points[1].measures[0].canonical);
    assert_string_not_equal(spec->points[0].measures[1].canonical,
                            spec->points[1].measures[1].canonical);
    mg_spec_free(spec);
}

static void adding_values_leaves_old_points_as_they_were(void **state)
{
    char said[512];
    struct mg_spec *few = swept("\"matrix\": {\"train.lr\": [0.1, 0.2]}", said);
    struct mg_spec *more = swept("\"matrix\": {\"train.lr\": [0.3, 0.1, 0.2]},\n"
                                 "\"include\": [{\"train.steps\": 3}]",
                                 said);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(few->points[i].training, more->points[i + 1].training);
        assert_string_equal(few->points[i].assignment, more->points[i + 1].assignment);
        assert_string_equal(few->points[i].measures[1].canonical,
                            more->points[i + 1].measures[1].canonical);
    }
    mg_spec_free(few);
    mg_spec_free(more);
}

static void mistakes_are_refused(void **state)
{
    (void)state;
    assert_refused("\"matrix\": {\"train.lr\": {\"range\": [0, 1, 0.3]}}", "does not land on b");
    assert_refused("\"matrix\": {\"train.lr\": [0.1, 0.2]}, \"expect_points\": 3",
                   "has 2 points, not 3");
    assert_refused("\"matrix\": {\"train.lr\": [0.1]}, \"exclude\": [{\"train.lr\": 0.2}]",
                   "matches no point");
    assert_refused("\"matrix\": {\"train.lr\": [0.1]}, \"include\": [{\"train.lr\": 1e-1}]",
                   "points 0 and 1 are the same");
    assert_refused("\"matrix\": {\"train.lr\": [0.003]}, \"include\": [{\"predictor.width\": 32}]",
                   "points 0 and 1 are the same"); /* both are the defaults */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_sweep_is_one_point),
        cmocka_unit_test(matrix_combines_the_first_axis_slowest),
        cmocka_unit_test(generators_include_both_ends),
        cmocka_unit_test(zip_advances_together),
        cmocka_unit_test(exclude_compares_keys_and_values),
        cmocka_unit_test(include_adds_to_the_values_of_the_file),
        cmocka_unit_test(the_documented_example_has_52_points),
        cmocka_unit_test(objects_and_keys_inside_them_vary),
        cmocka_unit_test(labels_tell_points_apart),
        cmocka_unit_test(keys_that_do_not_apply_make_no_points),
        cmocka_unit_test(sweeping_measures_keeps_the_training),
        cmocka_unit_test(adding_values_leaves_old_points_as_they_were),
        cmocka_unit_test(mistakes_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_distinct.c - what measures ask of a predictor: no context twice in one call. */
#include <stdlib.h>
#include <string.h>

#include "harness/identity.h"
#include "model/diffusion/contexts.h"
#include "model/measure/batch.h"
#include "model/measure/measure.h"
#include "model/predictor/predictor.h"
#include "tests/support/experiment.h"
#include "tests/support/test.h"

/* Six tokens of four words; every kind of measure that asks many contexts. */
static const char TEXT[] =
    "{\"marginalia\": 1, \"name\": \"d\", \"source\": {\"kind\": \"markov\", \"length\": 6,"
    " \"transition\": [[0.7, 0.1, 0.1, 0.1], [0.1, 0.7, 0.1, 0.1], [0.1, 0.1, 0.7, 0.1],"
    " [0.1, 0.1, 0.1, 0.7]], \"start\": \"stationary\"}, \"predictor\": {\"kind\": \"oracle\"},"
    " \"measure\": ["
    "{\"kind\": \"joint\", \"name\": \"joint\", \"context\": \"_ 0 _ 1 _ _\", \"targets\": [0, 4]},"
    "{\"kind\": \"distance\", \"name\": \"distance\", \"left\": 2, \"contexts\": 64},"
    "{\"kind\": \"likelihood\", \"name\": \"likelihood\"},"
    "{\"kind\": \"schedule\", \"name\": \"schedule\"},"
    "{\"kind\": \"consistency\", \"name\": \"consistency\"},"
    "{\"kind\": \"marginal_error\", \"name\": \"marginal_error\"},"
    "{\"kind\": \"bidirectional\", \"name\": \"bidirectional\", \"left\": 1, \"right\": 1},"
    "{\"kind\": \"order\", \"name\": \"order\", \"samplers\":"
    " [{\"name\": \"o\", \"order\": \"confidence\", \"per_step\": 1}]},"
    "{\"kind\": \"samples\", \"name\": \"samples\", \"draws\": 300, \"samplers\":"
    " [{\"name\": \"s\", \"order\": \"random\", \"per_step\": 1}]},"
    "{\"kind\": \"law\", \"name\": \"law\", \"samplers\":"
    " [{\"name\": \"l\", \"order\": \"left_to_right\", \"per_step\": 2}]}]}";

/* Passes on what it is asked, and counts it. */
struct counting {
    struct mg_predictor base;
    struct mg_predictor *inner;
    size_t calls, rows;
    size_t again_in_call; /* rows that the same call had already */
    size_t again;         /* rows that any call before had, or the same */
    struct mg_contexts *call, *all;
};

static void count(struct mg_predictor *base, double *probs, bool *possible, const int *rows,
                  size_t n)
{
    struct counting *counting = (struct counting *)base;

    counting->calls++;
    counting->rows += n;
    mg_contexts_clear(counting->call);
    for (size_t k = 0; k < n; k++) {
        bool fresh;

        (void)mg_contexts_add(counting->call, rows + k * base->length, &fresh);
        counting->again_in_call += !fresh;
        (void)mg_contexts_add(counting->all, rows + k * base->length, &fresh);
        counting->again += !fresh;
    }
    mg_predict(counting->inner, probs, possible, rows, n);
}

static const struct mg_predictor_ops OPS = {"counting", count, NULL, NULL, NULL};

static void drop_row(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                     size_t n)
{
    (void)sink;
    (void)table;
    (void)cells;
    (void)n;
}

static void measure(struct counting *counting, const struct mg_point *point,
                    const struct mg_measure_entry *entry)
{
    const struct mg_streams streams = mg_streams_for_measures(1, 0);
    struct mg_sink sink = {drop_row};
    struct mg_error err = {0};
    const struct mg_measure_input input = {.spec = &entry->spec,
                                           .source = point->source,
                                           .predictor = &counting->base,
                                           .streams = &streams,
                                           .sink = &sink};

    *counting = (struct counting){.base = {&OPS, point->source->length, point->source->vocab, 1},
                                  .inner = mg_oracle_new(point->source),
                                  .call = mg_contexts_new(point->source->length),
                                  .all = mg_contexts_new(point->source->length)};
    assert_int_equal(entry->measure->run(&input, &err), MG_OK);
    mg_contexts_free(counting->all);
    mg_contexts_free(counting->call);
    mg_predictor_free(counting->inner);
}

/* In a call none is asked for twice; a sampler and a walk ask for none twice in all. */
static void no_context_is_asked_twice(void **state)
{
    static const char *const once[] = {"distance", "marginal_error", "samples"};
    char *folder = mg_test_folder();
    struct mg_spec *spec = mg_test_spec(folder, "d.json", TEXT);
    const struct mg_point *point = &spec->points[0];

    (void)state;
    for (size_t i = 0; i < point->n_measures; i++) {
        struct counting counting;

        measure(&counting, point, &point->measures[i]);
        print_message("%s: %zu calls, %zu rows, %zu of them again\n", point->measures[i].name,
                      counting.calls, counting.rows, counting.again);
        assert_int_equal(counting.again_in_call, 0);
        for (size_t k = 0; k < sizeof(once) / sizeof(once[0]); k++) {
            if (strcmp(point->measures[i].name, once[k]) == 0) {
                assert_int_equal(counting.again, 0);
                assert_true(counting.rows > 0);
            }
        }
    }
    mg_spec_free(spec);
    mg_test_folder_remove(folder);
}

/* 64 contexts of two revealed tokens of four words each are 16 at most. */
static void drawn_contexts_that_are_alike_are_one(void **state)
{
    char *folder = mg_test_folder();
    struct mg_spec *spec = mg_test_spec(folder, "d.json", TEXT);
    struct counting counting;

    (void)state;
    assert_string_equal(spec->points[0].measures[1].name, "distance");
    measure(&counting, &spec->points[0], &spec->points[0].measures[1]);
    assert_in_range(counting.rows, 4, 16);
    mg_spec_free(spec);
    mg_test_folder_remove(folder);
}

static void equal_rows_get_equal_answers_in_place(void **state)
{
    enum { L = 6, V = 4, N = 7 };
    static const int rows[N * L] = {0, MG_MASK, MG_MASK, 1, MG_MASK, MG_MASK, /* */
                                    0, MG_MASK, MG_MASK, 1, MG_MASK, MG_MASK, /* the first */
                                    2, MG_MASK, MG_MASK, 1, MG_MASK, MG_MASK, /* */
                                    0, MG_MASK, MG_MASK, 1, MG_MASK, MG_MASK, /* the first */
                                    3, 3,       3,       3, 3,       MG_MASK, /* */
                                    2, MG_MASK, MG_MASK, 1, MG_MASK, MG_MASK, /* the third */
                                    3, MG_MASK, MG_MASK, 3, 3,       MG_MASK};
    char *folder = mg_test_folder();
    struct mg_spec *spec = mg_test_spec(folder, "d.json", TEXT);
    struct mg_predictor *oracle = mg_oracle_new(spec->points[0].source);
    double some[N * L * V];
    double all[N * L * V];
    bool possible[N];

    (void)state;
    memset(possible, false, sizeof(possible));
    mg_predict(oracle, all, NULL, rows, N);
    mg_predict_distinct(oracle, some, possible, rows, N);
    assert_memory_equal(some, all, sizeof(all));
    for (size_t k = 0; k < N; k++) {
        assert_true(possible[k]);
    }
    mg_predictor_free(oracle);
    mg_spec_free(spec);
    mg_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_context_is_asked_twice),
        cmocka_unit_test(drawn_contexts_that_are_alike_are_one),
        cmocka_unit_test(equal_rows_get_equal_answers_in_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_resume.c - a training that was stopped ends as one that was not. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "harness/record.h"
#include "harness/resume.h"
#include "harness/run.h"
#include "harness/worker_wire.h"
#include "tests/support/experiment.h"
#include "tests/support/test.h"

static const char tiny[] =
    "{\"marginalia\": 1, \"name\": \"tiny\", \"source\": {\"kind\": \"sequences\", \"rows\": "
    "[{\"tokens\": \"A B C\", \"count\": 3}, {\"tokens\": \"B A C\", \"count\": 1}]},"
    "\"predictor\": {\"kind\": \"transformer\", \"layers\": 1, \"width\": 8, \"heads\": 2,"
    " \"hidden\": 8}, \"train\": {\"steps\": 90, \"batch\": 8, \"lr\": 0.003},"
    "\"measure\": [{\"kind\": \"joint\", \"name\": \"pair\", \"context\": \"_ _ C\","
    " \"targets\": [0, 1]}]}";

struct bench {
    char *folder, *path;
    struct mg_spec *spec;
    const struct mg_point *point;
};

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof(*bench));

    assert_non_null(bench);
    bench->folder = mg_test_folder();
    bench->path = mg_resume_path(bench->folder, "key");
    bench->spec = mg_test_spec(bench->folder, "tiny.json", tiny);
    bench->point = &bench->spec->points[0];
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;

    mg_spec_free(bench->spec);
    mg_test_folder_remove(bench->folder);
    free(bench->path);
    free(bench);
    return 0;
}

/* A training that is asked to stop before step `stop_at`, and counts the steps it does. */
struct session {
    struct mg_resume *resume;
    size_t stop_at, steps;
    size_t latest; /* a state past it is of no use */
};

static void count_step(void *ctx, const struct mg_training_state *state)
{
    struct session *session = ctx;

    (void)state;
    session->steps++;
}

static bool is_time(void *ctx)
{
    const struct session *session = ctx;

    return session->steps == session->stop_at;
}

static size_t restore(void *ctx, struct mg_transformer *transformer, struct mg_adamw *adamw)
{
    const struct session *session = ctx;

    return mg_resume_restore(session->resume, transformer, adamw, session->latest);
}

static enum mg_status keep(void *ctx, struct mg_transformer *transformer, struct mg_adamw *adamw,
                           size_t next, bool last, struct mg_error *err)
{
    return mg_resume_keep(((struct session *)ctx)->resume, transformer, adamw, next, last, err);
}

static enum mg_status drop_row(void *ctx, int64_t row, enum mg_table table,
                               const struct mg_value *values, size_t n, struct mg_error *err)
{
    (void)ctx;
    (void)row;
    (void)table;
    (void)values;
    (void)n;
    (void)err;
    return MG_OK;
}

/* Train until `stop_at` more steps are done; digest of the rows, sum of the weights' bits. */
static enum mg_status train(char digest[MG_KEY_TEXT], uint64_t *bits, size_t *steps,
                            const struct bench *bench, const char *key, size_t stop_at,
                            size_t latest)
{
    struct session session = {.stop_at = stop_at, .latest = latest};
    const struct mg_run_options options = {1, count_step, is_time, restore, keep, &session, false};
    struct mg_recorder *recorder = mg_recorder_new(bench->point->symbols, drop_row, NULL);
    struct mg_subject subject;
    struct mg_error err = {0};
    int64_t n_rows = 0;
    enum mg_status status;

    session.resume = mg_resume_new(bench->path, key, 1e6, mg_recorder_sink(recorder));
    status =
        mg_run_train(&subject, bench->point, 1, 0, mg_resume_sink(session.resume), &options, &err);
    *bits = 0;
    if (status == MG_OK) {
        const struct mg_parameters *list = mg_transformer_parameters(subject.transformer);
        for (size_t i = 0; i < list->n; i++) {
            for (size_t j = 0; j < list->tensors[i].count; j++) {
                uint32_t word;
                memcpy(&word, &list->tensors[i].data[j], sizeof(word));
                *bits = *bits * 1000003 + word;
            }
        }
        mg_subject_free(&subject);
    }
    assert_int_equal(mg_recorder_finish(digest, &n_rows, recorder, &err), MG_OK);
    mg_resume_free(session.resume);
    *steps = session.steps;
    return status;
}

static void a_training_stopped_twice_ends_as_one_that_was_not(void **state)
{
    const struct bench *bench = *state;
    char whole[MG_KEY_TEXT], parts[MG_KEY_TEXT];
    uint64_t whole_bits, bits;
    size_t steps;

    assert_int_equal(train(whole, &whole_bits, &steps, bench, "key", 1000, SIZE_MAX), MG_OK);
    assert_int_equal(steps, 90);
    assert_int_equal(mg_resume_peek(bench->path, "key"), 0);
    assert_int_equal(train(parts, &bits, &steps, bench, "key", 37, SIZE_MAX), MG_INTERRUPTED);
    assert_int_equal(mg_resume_peek(bench->path, "key"), 37);
    assert_int_equal(train(parts, &bits, &steps, bench, "key", 1, SIZE_MAX), MG_INTERRUPTED);
    assert_int_equal(mg_resume_peek(bench->path, "key"), 38);
    assert_int_equal(train(parts, &bits, &steps, bench, "key", 1000, SIZE_MAX), MG_OK);
    assert_int_equal(steps, 90 - 38);
    assert_string_equal(parts, whole);
    assert_true(bits == whole_bits);
}

static void a_state_past_what_is_to_be_measured_is_not_used(void **state)
{
    const struct bench *bench = *state;
    char whole[MG_KEY_TEXT], parts[MG_KEY_TEXT];
    uint64_t whole_bits, bits;
    size_t steps;

    assert_int_equal(train(whole, &whole_bits, &steps, bench, "other", 1000, SIZE_MAX), MG_OK);
    assert_int_equal(train(parts, &bits, &steps, bench, "key", 37, SIZE_MAX), MG_INTERRUPTED);
    assert_int_equal(train(parts, &bits, &steps, bench, "key", 1, 37), MG_INTERRUPTED);
    assert_int_equal(mg_resume_peek(bench->path, "key"), 38);
    assert_int_equal(train(parts, &bits, &steps, bench, "key", 1000, 37), MG_OK);
    assert_int_equal(steps, 90);
    assert_string_equal(parts, whole);
    assert_true(bits == whole_bits);
}

static void a_state_of_another_training_or_a_broken_one_is_not_used(void **state)
{
    const struct bench *bench = *state;
    char digest[MG_KEY_TEXT];
    struct mg_error err = {0};
    uint64_t bits;
    size_t steps;
    char *bytes = NULL;
    size_t size = 0;

    assert_int_equal(train(digest, &bits, &steps, bench, "key", 20, SIZE_MAX), MG_INTERRUPTED);
    assert_int_equal(mg_resume_peek(bench->path, "other"), 0);
    assert_int_equal(train(digest, &bits, &steps, bench, "other", 1000, SIZE_MAX), MG_OK);
    assert_int_equal(steps, 90);
    assert_int_equal(mg_file_read(&bytes, &size, bench->path, 1 << 20, &err), MG_OK);
    assert_int_equal(mg_file_write(bench->path, bytes, size / 2, &err), MG_OK);
    free(bytes);
    assert_int_equal(train(digest, &bits, &steps, bench, "key", 1000, SIZE_MAX), MG_OK);
    assert_int_equal(steps, 90);
}

static void rows_cross_the_wire_with_every_bit(void **state)
{
    const struct mg_value sent[] = {
        {.type = MG_VALUE_TEXT, .text = ""},
        {.type = MG_VALUE_TEXT, .text = "A B\nC"},
        {.type = MG_VALUE_INTEGER, .integer = INT64_MIN},
        {.type = MG_VALUE_REAL, .real = (double)INFINITY},
        {.type = MG_VALUE_REAL, .real = 0.1},
        {.type = MG_VALUE_NULL},
    };
    struct mg_buffer message = {0};
    struct mg_value values[MG_COLUMNS_MAX];
    struct mg_wire wire;
    size_t n;

    (void)state;
    mg_wire_put_integer(&message, -7);
    mg_wire_put_row(&message, MG_TABLE_plans, sent, 6);
    mg_wire_put_real(&message, (double)NAN);
    mg_wire_put_text(&message, "end");
    wire = (struct mg_wire){message.text, message.text + message.size};
    assert_int_equal(mg_wire_integer(&wire), -7);
    assert_int_equal(mg_wire_row(&wire, values, &n), MG_TABLE_plans);
    assert_int_equal(n, 6);
    assert_string_equal(values[0].text, "");
    assert_string_equal(values[1].text, "A B\nC");
    assert_true(values[2].integer == INT64_MIN);
    assert_true(isinf(values[3].real));
    assert_true(values[4].type == MG_VALUE_REAL && !(values[4].real < 0.1) &&
                !(values[4].real > 0.1));
    assert_int_equal(values[5].type, MG_VALUE_NULL);
    assert_true(isnan(mg_wire_real(&wire)));
    assert_string_equal(mg_wire_text(&wire), "end");
    assert_ptr_equal(wire.at, wire.end);
    mg_buffer_free(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_training_stopped_twice_ends_as_one_that_was_not, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_state_past_what_is_to_be_measured_is_not_used, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_state_of_another_training_or_a_broken_one_is_not_used,
                                        set_up, tear_down),
        cmocka_unit_test(rows_cross_the_wire_with_every_bit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

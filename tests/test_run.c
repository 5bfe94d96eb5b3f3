/* test_run.c - one computation: what training records, and that nothing but the seed matters. */
#include <stdlib.h>
#include <string.h>

#include "harness/checkpoint.h"
#include "harness/file.h"
#include "harness/record.h"
#include "harness/run.h"
#include "tests/support/experiment.h"
#include "tests/support/test.h"

static const char tiny[] =
    "{\"marginalia\": 1, \"name\": \"tiny\", \"source\": {\"kind\": \"sequences\", \"rows\": "
    "[{\"tokens\": \"A B C\", \"count\": 3}, {\"tokens\": \"B A C\", \"count\": 1}]},"
    "\"predictor\": {\"kind\": \"transformer\", \"layers\": 1, \"width\": 8, \"heads\": 2,"
    " \"hidden\": 8}, \"train\": {\"steps\": 250, \"batch\": 8, \"lr\": 0.003},"
    "\"measure\": [{\"kind\": \"joint\", \"name\": \"pair\", \"context\": \"_ _ C\","
    " \"targets\": [0, 1]}], \"replicates\": 2}";

struct bench {
    char *folder;
    struct mg_spec *spec;
    const struct mg_point *point;
};

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof(*bench));

    assert_non_null(bench);
    bench->folder = mg_test_folder();
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
    free(bench);
    return 0;
}

/* Rows of metrics, counted by name; steps of `loss` kept. */
struct tally {
    size_t losses, norms, nelbos, estimates;
    int64_t first, second, last;
    double last_nelbo, last_estimate;
    double tokens;
};

static enum mg_status count_row(void *ctx, int64_t row, enum mg_table table,
                                const struct mg_value *values, size_t n, struct mg_error *err)
{
    struct tally *tally = ctx;

    (void)row;
    (void)err;
    if (table != MG_TABLE_metrics) {
        return MG_OK;
    }
    assert_int_equal(n, 3);
    if (strcmp(values[0].text, "loss") == 0) {
        tally->first = tally->losses == 0 ? values[1].integer : tally->first;
        tally->second = tally->losses == 1 ? values[1].integer : tally->second;
        tally->last = values[1].integer;
        tally->losses++;
    } else if (strcmp(values[0].text, "nelbo_nats_per_token") == 0) {
        tally->last_nelbo = values[2].real;
        tally->nelbos++;
    } else if (strcmp(values[0].text, "nelbo_held_out") == 0) {
        tally->last_estimate = values[2].real;
        tally->estimates++;
    } else if (strcmp(values[0].text, "train_tokens") == 0) {
        tally->tokens = values[2].real;
        assert_int_equal(values[1].integer, 249);
    } else {
        tally->norms += strcmp(values[0].text, "grad_norm") == 0;
    }
    return MG_OK;
}

static enum mg_status train(struct mg_subject *subject, char digest[MG_KEY_TEXT],
                            struct tally *tally, const struct bench *bench, uint64_t seed,
                            uint64_t replicate, const struct mg_run_options *options)
{
    struct mg_recorder *recorder;
    struct mg_error err = {0};
    int64_t n_rows = 0;
    enum mg_status status;

    *tally = (struct tally){0};
    recorder = mg_recorder_new(bench->point->symbols, count_row, tally);
    status = mg_run_train(subject, bench->point, seed, replicate, mg_recorder_sink(recorder),
                          options, &err);
    assert_int_equal(mg_recorder_finish(digest, &n_rows, recorder, &err), MG_OK);
    return status;
}

static void measure(char digest[MG_KEY_TEXT], const struct mg_subject *subject,
                    const struct bench *bench)
{
    struct tally tally = {0};
    struct mg_recorder *recorder = mg_recorder_new(bench->point->symbols, count_row, &tally);
    struct mg_error err = {0};
    int64_t n_rows = 0;

    assert_int_equal(mg_run_measure(subject, bench->point, &bench->point->measures[0], 1, 0,
                                    mg_recorder_sink(recorder), &err),
                     MG_OK);
    assert_int_equal(mg_recorder_finish(digest, &n_rows, recorder, &err), MG_OK);
    assert_true(n_rows > 0);
}

/*
 * 250 steps: every 2, so 125 steps 0, 2, ..., 248, and the last, 249. The estimate on 128 rows
 * costs 128/24 steps of 8 rows, so one in 267 steps is a fiftieth: the first and the last.
 */
static void training_records_every_hundredth_and_the_last_step(void **state)
{
    const struct mg_run_options options = {.threads = 1};
    struct mg_subject subject;
    struct tally tally;
    char digest[MG_KEY_TEXT];

    assert_int_equal(train(&subject, digest, &tally, *state, 1, 0, &options), MG_OK);
    assert_int_equal(tally.losses, 126);
    assert_int_equal(tally.norms, 126);
    assert_close(tally.tokens, 250.0 * 8 * 3, 0.0);
    assert_int_equal(tally.first, 0);
    assert_int_equal(tally.second, 2);
    assert_int_equal(tally.last, 249);
    assert_int_equal(tally.nelbos, 26);
    /* Never below the entropy of (3/4, 1/4) over three tokens. */
    assert_true(tally.last_nelbo > 0.562335 / 3.0);
    assert_int_equal(tally.estimates, 2);
    assert_close(tally.last_estimate, tally.last_nelbo, 0.05); /* .004 measured */
    mg_subject_free(&subject);
}

static void same_seed_same_digest_whatever_the_threads(void **state)
{
    const struct mg_run_options one = {.threads = 1};
    const struct mg_run_options two = {.threads = 2};
    struct mg_subject subject;
    struct tally tally;
    char digests[4][MG_KEY_TEXT];

    assert_int_equal(train(&subject, digests[0], &tally, *state, 1, 0, &one), MG_OK);
    mg_subject_free(&subject);
    assert_int_equal(train(&subject, digests[1], &tally, *state, 1, 0, &two), MG_OK);
    mg_subject_free(&subject);
    assert_int_equal(train(&subject, digests[2], &tally, *state, 2, 0, &one), MG_OK);
    mg_subject_free(&subject);
    assert_int_equal(train(&subject, digests[3], &tally, *state, 1, 1, &one), MG_OK);
    mg_subject_free(&subject);
    assert_string_equal(digests[0], digests[1]);
    assert_string_not_equal(digests[0], digests[2]);
    assert_string_not_equal(digests[0], digests[3]);
}

static void a_saved_network_measures_as_the_trained_one(void **state)
{
    const struct bench *bench = *state;
    const struct mg_run_options options = {.threads = 1};
    char *dir = mg_format("%s/models/key", bench->folder);
    struct mg_subject trained;
    struct mg_subject loaded;
    struct mg_error err = {0};
    struct tally tally;
    char digests[3][MG_KEY_TEXT];

    assert_int_equal(train(&trained, digests[0], &tally, bench, 1, 0, &options), MG_OK);
    assert_int_equal(mg_checkpoint_save(dir, trained.transformer, bench->point->symbols,
                                        bench->point->train.objective->name, "key", &err),
                     MG_OK);
    assert_int_equal(mg_run_open(&loaded, bench->point, dir, &options, &err), MG_OK);
    measure(digests[1], &trained, bench);
    measure(digests[2], &loaded, bench);
    assert_string_equal(digests[1], digests[2]);
    mg_subject_free(&trained);
    mg_subject_free(&loaded);
    free(dir);
}

static bool stop_at_once(void *ctx)
{
    size_t *asked = ctx;

    return ++*asked > 10;
}

/* 2^80 sequences: the law is a closed form for the oracle of the source, else an estimate. */
static const char twice[] =
    "{\"marginalia\": 1, \"name\": \"twice\", \"source\": {\"kind\": \"markov\", \"transition\":"
    " [[0.9, 0.1], [0.3, 0.7]], \"start\": \"stationary\", \"length\": 80}, \"predictor\":"
    " {\"kind\": \"oracle\"}, \"measure\": [{\"kind\": \"law\", \"name\": \"law\", \"samplers\":"
    " [{\"name\": \"l2r\", \"order\": \"left_to_right\", \"steps\": 8}]}]}";

static void an_oracle_measures_the_same_whichever_equal_source_it_was_opened_for(void **state)
{
    struct bench *bench = *state;
    const struct mg_run_options options = {.threads = 1};
    struct mg_spec *first = mg_test_spec(bench->folder, "first.json", twice);
    struct mg_spec *second = mg_test_spec(bench->folder, "second.json", twice);
    struct mg_subject subject;
    struct mg_error err = {0};
    char digests[2][MG_KEY_TEXT];

    assert_int_equal(mg_run_open(&subject, &first->points[0], NULL, &options, &err), MG_OK);
    bench->point = &first->points[0];
    measure(digests[0], &subject, bench);
    bench->point = &second->points[0];
    measure(digests[1], &subject, bench);
    assert_string_equal(digests[0], digests[1]);
    mg_subject_free(&subject);
    mg_spec_free(second);
    mg_spec_free(first);
}

static void training_stops_between_steps_when_asked(void **state)
{
    size_t asked = 0;
    const struct mg_run_options options = {.stop = stop_at_once, .ctx = &asked};
    struct mg_subject subject;
    struct tally tally;
    char digest[MG_KEY_TEXT];

    assert_int_equal(train(&subject, digest, &tally, *state, 1, 0, &options), MG_INTERRUPTED);
    assert_null(subject.predictor);
    assert_int_equal(tally.losses, 5);
}

static void a_missing_model_is_a_clear_error(void **state)
{
    const struct bench *bench = *state;
    const struct mg_run_options options = {.threads = 1};
    struct mg_subject subject;
    struct mg_error err = {0};

    assert_int_equal(mg_run_open(&subject, bench->point, "nowhere/at/all", &options, &err),
                     MG_EUSAGE);
    assert_null(subject.predictor);
    assert_non_null(strstr(err.text, "nowhere/at/all"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(training_records_every_hundredth_and_the_last_step, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(same_seed_same_digest_whatever_the_threads, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_saved_network_measures_as_the_trained_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            an_oracle_measures_the_same_whichever_equal_source_it_was_opened_for, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(training_stops_between_steps_when_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_model_is_a_clear_error, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* task_recording.c - rows a second from a measure into the database, as the driver does it. */
#include <math.h>
#include <unistd.h>

#include "harness/provenance.h"
#include "harness/record.h"
#include "harness/store.h"
#include "tests/bench/bench.h"

enum { ROWS = 300000, V = 8, L = 8 };

struct destination {
    struct mg_store *store;
    int64_t result_id;
};

static enum mg_status store_row(void *ctx, int64_t row, enum mg_table table,
                                const struct mg_value *values, size_t n, struct mg_error *err)
{
    const struct destination *to = (const struct destination *)ctx;

    return mg_store_add_row(to->store, to->result_id, row, table, values, n, err);
}

/* Half of the rows are numbers, half are sequences: what most measures write. */
static void emit(struct mg_sink *sink)
{
    int tokens[L] = {0};

    for (int i = 0; i < ROWS / 2; i++) {
        tokens[i % L] = i % V;
        MG_EMIT(sink, MG_TABLE_marginals, mg_int(i), mg_tokens(tokens, 1), mg_real(0.1 * i),
                mg_real(1.0 / (i + 1)));
        MG_EMIT(sink, MG_TABLE_samples, mg_text("confidence-2"), mg_int(4), mg_int(i),
                mg_tokens(tokens, L), mg_int(1));
    }
}

static enum mg_status record(struct mg_store *store, struct mg_error *err)
{
    static struct mg_provenance provenance; /* too large for the stack */
    struct mg_result result = {.status = MG_RESULT_DONE, .wall_s = 1};
    struct destination to = {store, 0};
    struct mg_recorder *recorder;
    char letters[V][2];
    char *symbols[V];
    int64_t environment_id = 0;
    int64_t n_rows = 0;

    mg_provenance_collect(&provenance);
    if (mg_store_add_environment(&environment_id, store, &provenance, err) != MG_OK ||
        mg_store_add_result(&to.result_id, store, "bench", "samples", err) != MG_OK ||
        mg_store_begin(store, err) != MG_OK) {
        return err->status;
    }
    for (size_t v = 0; v < V; v++) {
        letters[v][0] = (char)('A' + v);
        letters[v][1] = '\0';
        symbols[v] = letters[v];
    }
    recorder = mg_recorder_new(symbols, store_row, &to);
    emit(mg_recorder_sink(recorder));
    result.id = to.result_id;
    if (mg_recorder_finish(result.digest, &n_rows, recorder, err) != MG_OK ||
        mg_store_finish_result(store, &result, n_rows, environment_id, err) != MG_OK) {
        return err->status;
    }
    return mg_store_commit(store, err);
}

double bench_recording_rows(const struct bench_options *options)
{
    struct mg_store *store = NULL;
    struct mg_error err = {0};
    char path[4096];
    double begin_s;

    (void)snprintf(path, sizeof(path), "%s/recording.db", options->scratch);
    (void)unlink(path);
    if (mg_store_open(&store, path, MG_STORE_WRITE, &err) != MG_OK) {
        (void)fprintf(stderr, "bench: recording: %s\n", err.text);
        return (double)NAN;
    }
    begin_s = bench_now_s();
    (void)record(store, &err);
    begin_s = bench_now_s() - begin_s;
    mg_store_close(store);
    if (err.status != MG_OK) {
        (void)fprintf(stderr, "bench: recording: %s\n", err.text);
        return (double)NAN;
    }
    return ROWS / begin_s;
}

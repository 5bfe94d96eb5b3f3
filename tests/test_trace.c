/*
 * Decodings that were made here, written as a trace and read again, get the rows of the measures
 * that made them.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/buffer.h"
#include "harness/trace_file.h"
#include "model/diffusion/sampler.h"
#include "model/measure/kinds.h"
#include "model/measure/replay_draws.h"
#include "model/source/unknown.h"
#include "tests/support/chains.h"
#include "tests/support/test.h"

enum { L = 7, V = 8, DRAWS = 6, ROWS_MAX = 4096, CELLS = 8 };

static const struct mg_streams STREAMS = {.sample = {{7, 2}}, .order = {{3, 5}}};

/* ---- rows ---- */

struct row {
    enum mg_table table;
    char text[96]; /* its words and whole numbers */
    double real[CELLS];
    size_t n;
};

struct kept {
    struct mg_sink sink;
    struct row rows[ROWS_MAX];
    size_t n;
};

static void keep(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells, size_t n)
{
    struct kept *kept = (struct kept *)(void *)sink;
    struct row *row = &kept->rows[kept->n++];

    assert_true(kept->n < ROWS_MAX);
    *row = (struct row){.table = table};
    for (size_t i = 0; i < n; i++) {
        const size_t used = strlen(row->text);

        if (cells[i].type == MG_CELL_REAL) {
            row->real[row->n++] = cells[i].real;
        }
        if (cells[i].type == MG_CELL_TEXT) {
            snprintf(row->text + used, sizeof(row->text) - used, "%s ", cells[i].text);
        }
        if (cells[i].type == MG_CELL_INT) {
            snprintf(row->text + used, sizeof(row->text) - used, "%d ", (int)cells[i].integer);
        }
    }
}

static struct kept *kept_new(void)
{
    struct kept *kept = calloc(1, sizeof(*kept));

    assert_non_null(kept);
    kept->sink.row = keep;
    return kept;
}

static void run(struct kept *kept, const struct mg_measure *measure, struct mg_measure_spec spec,
                const struct mg_source *source, struct mg_predictor *predictor)
{
    const struct mg_measure_input input = {&spec, source, predictor, &STREAMS, &kept->sink};
    struct mg_error err = {0};

    assert_int_equal(measure->check(&spec, source, &err), MG_OK);
    assert_int_equal(measure->run(&input, &err), MG_OK);
}

/* Every row of `expected` is among those of `found`, with the same numbers. */
static void assert_rows_in(const struct kept *found, const struct kept *expected)
{
    assert_true(expected->n > 0);
    for (size_t i = 0; i < expected->n; i++) {
        const struct row *row = &expected->rows[i];
        size_t k = 0;

        while (k < found->n && (found->rows[k].table != row->table ||
                                strcmp(found->rows[k].text, row->text) != 0)) {
            k++;
        }
        if (k == found->n) {
            print_error("no row of %s: %s\n", mg_table_name(row->table), row->text);
            fail();
        }
        assert_int_equal(found->rows[k].n, row->n);
        for (size_t c = 0; c < row->n; c++) {
            assert_close(found->rows[k].real[c], row->real[c], 1e-12);
        }
    }
}

/* ---- writing ---- */

static void write_header(struct mg_buffer *text, size_t top, const int *prompts, size_t n)
{
    mg_buffer_printf(text,
                     "{\"marginalia_trace\":1,\"made_by\":\"a test\",\"sampler\":\"s\","
                     "\"length\":%d,\"vocab\":%d,\"top\":%zu,\"prompts\":[",
                     L, V, top);
    for (size_t i = 0; i < n * L; i++) {
        mg_buffer_printf(text, "%s%d%s", i % L > 0 ? "," : (i > 0 ? ",[" : "["), prompts[i],
                         i % L == L - 1 ? "]" : "");
    }
    mg_buffer_puts(text, "]}\n");
}

/* One line; of probs (V) the `top` likeliest. */
static void write_line(struct mg_buffer *text, const int place[3], const double *probs, size_t top,
                       int revealed)
{
    bool listed[V] = {false};

    mg_buffer_printf(text, "{\"sample\":%d,\"step\":%d,\"position\":%d,\"top\":[", place[0],
                     place[1], place[2]);
    for (size_t k = 0; k < top; k++) {
        size_t best = V;

        for (size_t v = 0; v < V; v++) {
            if (!listed[v] && (best == V || probs[v] > probs[best])) {
                best = v;
            }
        }
        listed[best] = true;
        mg_buffer_printf(text, "%s[%zu,%.17g]", k > 0 ? "," : "", best, probs[best]);
    }
    mg_buffer_puts(text, "]");
    if (revealed != MG_MASK) {
        mg_buffer_printf(text, ",\"revealed\":%d", revealed);
    }
    mg_buffer_puts(text, "}\n");
}

/* What a predictor says of each masked position of each step of a decoding that took place. */
static void write_decoding(struct mg_buffer *text, struct mg_predictor *predictor, int sample,
                           const int *tokens, const int *step_of, size_t top)
{
    double probs[L * V];
    int row[L];
    int steps = 0;

    for (size_t i = 0; i < L; i++) {
        steps = step_of[i] >= steps ? step_of[i] + 1 : steps;
    }
    for (int step = 0; step < steps; step++) {
        for (size_t i = 0; i < L; i++) {
            row[i] = step_of[i] < step ? tokens[i] : MG_MASK;
        }
        mg_predict(predictor, probs, NULL, row, 1);
        for (size_t i = L; i-- > 0;) { /* in whatever order */
            if (row[i] == MG_MASK) {
                write_line(text, (int[]){sample, step, (int)i}, probs + i * V, top,
                           step_of[i] == step ? tokens[i] : MG_MASK);
            }
        }
    }
}

static struct mg_trace_file *read_trace(struct mg_heap *heap, const struct mg_buffer *text)
{
    struct mg_findings *findings = mg_findings_new(heap);
    struct mg_problems problems = {0};
    struct mg_trace_file *file = mg_trace_parse(heap, text->text, text->size, "t", findings);

    mg_findings_report(findings, &problems);
    for (size_t i = 0; i < problems.n; i++) {
        print_error("%s\n", problems.lines[i]);
    }
    mg_problems_free(&problems);
    assert_non_null(file);
    return file;
}

/* ---- round trips ---- */

/* Decodings of `order`, whose prompts are the contexts of `distance`: one token at each end. */
static void write_orders(struct mg_buffer *text, const struct mg_source *source,
                         struct mg_predictor *predictor, const struct mg_sampler *sampler,
                         size_t top)
{
    int prompts[DRAWS * L];
    int tokens[DRAWS * L];
    int step_of[DRAWS * L];

    for (size_t d = 0; d < DRAWS; d++) {
        struct mg_rng rng = mg_rng_at(STREAMS.order, d, 0);

        mg_source_draw(source, &rng, prompts + d * L);
        for (size_t i = 1; i + 1 < L; i++) {
            prompts[d * L + i] = MG_MASK;
        }
    }
    memcpy(tokens, prompts, sizeof(tokens));
    mg_sample_rows(tokens, step_of, NULL, predictor, sampler, DRAWS, STREAMS.sample, 0);
    write_header(text, top, prompts, DRAWS);
    for (size_t d = 0; d < DRAWS; d++) {
        write_decoding(text, predictor, (int)d, tokens + d * L, step_of + d * L, top);
    }
}

/* A trace, measured, has the rows that are expected. */
static void assert_measured(const struct mg_buffer *text, const struct kept *expected,
                            const struct mg_source *source)
{
    struct mg_heap *heap = mg_heap_new();
    struct mg_trace_file *file = read_trace(heap, text);
    struct kept *found = kept_new();

    run(found, &mg_measure_trace, (struct mg_measure_spec){.trace = &file->trace}, source, NULL);
    assert_rows_in(found, expected);
    free(found);
    mg_heap_free(heap);
}

static void decodings_get_the_rows_of_order_and_distance(void **state)
{
    struct mg_source *source = test_chain_zipf(L);
    struct mg_source *other = test_chain_lazy(L);
    struct mg_predictor *models[2] = {mg_oracle_new(source), mg_oracle_new(other)};
    struct mg_sampler sampler = {
        .name = "s", .order = mg_order_find("low_confidence"), .temperature = 1.0, .per_step = 2};
    const struct mg_measure_spec ask = {
        .samplers = &sampler, .n_samplers = 1, .draws = DRAWS, .left = 1, .right = 1};
    const struct mg_measure_spec curves = {.left = 1, .right = 1, .run = L - 2, .contexts = DRAWS};

    (void)state;
    for (size_t m = 0; m < 2; m++) { /* the truth, and a model that errs */
        struct mg_buffer text = {0};
        struct kept *expected = kept_new();

        run(expected, &mg_measure_order, ask, source, models[m]);
        run(expected, &mg_measure_distance, curves, source, models[m]);
        write_orders(&text, source, models[m], &sampler, V);
        assert_measured(&text, expected, source);
        free(expected);
        mg_buffer_free(&text);
        mg_predictor_free(models[m]);
    }
    mg_source_free(other);
    mg_source_free(source);
}

/* A line for each revealed position, as certificates need no others. */
static void write_reveal(void *ctx, const struct mg_reveal *reveal)
{
    for (size_t i = 0; i < reveal->n_set; i++) {
        const size_t position = reveal->set[i];

        write_line(ctx, (int[]){(int)reveal->draw, (int)reveal->step, (int)position},
                   reveal->answer->probs + position * V, V, reveal->tokens[position]);
    }
}

static void replayed_sequences_get_the_rows_of_certificate(void **state)
{
    struct mg_source *source = test_chain_zipf(L);
    struct mg_source *other = test_chain_cycle(L);
    struct mg_predictor *models[2] = {mg_oracle_new(source), mg_oracle_new(other)};
    struct mg_sampler sampler = {
        .name = "s", .order = mg_order_find("threshold"), .temperature = 1.0, .tau = .35};
    const struct mg_measure_spec ask = {.samplers = &sampler, .n_samplers = 1, .draws = DRAWS};

    (void)state;
    for (size_t m = 0; m < 2; m++) {
        struct mg_buffer text = {0};
        struct kept *expected = kept_new();
        struct mg_error err = {0};
        int masks[L];

        memset(masks, -1, sizeof(masks));
        run(expected, &mg_measure_certificate, ask, source, models[m]);
        write_header(&text, V, masks, 1);
        assert_int_equal(mg_draws_replay(models[m], source, &sampler, DRAWS, STREAMS.order,
                                         write_reveal, &text, &err),
                         MG_OK);
        assert_measured(&text, expected, source);
        free(expected);
        mg_buffer_free(&text);
        mg_predictor_free(models[m]);
    }
    mg_source_free(other);
    mg_source_free(source);
}

/* ---- what is not listed ---- */

static const struct row *find(const struct kept *kept, const char *text)
{
    for (size_t i = 0; i < kept->n; i++) {
        if (strcmp(kept->rows[i].text, text) == 0) {
            return &kept->rows[i];
        }
    }
    print_error("no row %s\n", text);
    fail();
    return NULL;
}

/* The same decodings with all tokens and with three of eight, on a source that nobody knows. */
static void truncated_lists_enclose_the_whole_ones(void **state)
{
    static const char *const NAMES[] = {"entropy_nats", "tv_next", "js_next", "tv_window_max"};
    struct mg_source *source = test_chain_lazy(L);
    struct mg_source *unknown = mg_unknown_new(L, V);
    struct mg_predictor *oracle = mg_oracle_new(source);
    struct mg_sampler sampler = {
        .name = "s", .order = mg_order_find("confidence"), .temperature = 1.0, .per_step = 2};
    struct kept *kept[2] = {kept_new(), kept_new()};
    struct kept *native = kept_new();
    struct mg_heap *heap = mg_heap_new();
    size_t apart = 0;

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct mg_buffer text = {0};
        struct mg_trace_file *file;

        write_orders(&text, source, oracle, &sampler, k == 0 ? V : 3);
        file = read_trace(heap, &text);
        run(kept[k], &mg_measure_trace, (struct mg_measure_spec){.trace = &file->trace}, unknown,
            NULL);
        mg_buffer_free(&text);
    }
    run(native, &mg_measure_distance,
        (struct mg_measure_spec){.left = 1, .right = 1, .run = L - 2, .contexts = DRAWS}, source,
        oracle);
    for (int i = 1; i + 1 < L; i++) {
        const int distance = i < L - 1 - i ? i : L - 1 - i;

        for (size_t q = 0; q < 4; q++) {
            char name[64];
            double value;
            double least;
            double most;

            if ((q == 1 || q == 2) && i + 2 == L) {
                continue;
            }
            snprintf(name, sizeof(name), "both %d %d %s ", i, distance, NAMES[q]);
            value = find(kept[0], name)->real[0];
            assert_close(value, find(native, name)->real[0], 1e-12);
            snprintf(name, sizeof(name), "both %d %d %s_least ", i, distance, NAMES[q]);
            least = find(kept[1], name)->real[0];
            snprintf(name, sizeof(name), "both %d %d %s_most ", i, distance, NAMES[q]);
            most = find(kept[1], name)->real[0];
            assert_true(least <= value + 1e-12);
            assert_true(most >= value - 1e-12);
            apart += most - least > .01;
        }
    }
    assert_true(apart > 4);
    assert_rows_in(kept[1], &(struct kept){.rows = {*find(kept[0], "both 2 2 top1 ")}, .n = 1});
    free(native);
    free(kept[0]);
    free(kept[1]);
    mg_heap_free(heap);
    mg_predictor_free(oracle);
    mg_source_free(unknown);
    mg_source_free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodings_get_the_rows_of_order_and_distance),
        cmocka_unit_test(replayed_sequences_get_the_rows_of_certificate),
        cmocka_unit_test(truncated_lists_enclose_the_whole_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* show.c - one run; see show.h. */
#include "harness/show.h"

#include <stdlib.h>

#include "harness/answer.h"
#include "harness/file.h"

/* A part of the answer: a query with one %lld, the run. */
struct part {
    const char *name;
    const char *sql;
    bool across; /* one row, shown as a line a column; else the first two columns, a line a row */
};

static const struct part parts[] = {
    {"run",
     "SELECT runs.*, (SELECT assignment FROM run r WHERE r.run_id = runs.run_id) AS point"
     " FROM runs WHERE run_id = %lld",
     true},
    {"configuration", "SELECT path, value FROM params WHERE run_id = %lld ORDER BY path", false},
    {"result",
     "SELECT name, status || ' ' || kind || ' ' || n_rows || ' rows, '"
     " || printf('%%.3f', coalesce(wall_s, 0)) || ' s, digest ' || coalesce(digest, '-')"
     " || coalesce(': ' || error, '') FROM results WHERE run_id = %lld",
     false},
    {"environment",
     "SELECT DISTINCT host, os, cpu, n_cpu, compiler, cflags, kernel, blas, blas_core,"
     " blas_threads, libraries, git_commit, git_dirty, core_hash"
     " FROM provenance WHERE run_id = %lld",
     true},
};

static enum mg_status show_cell(struct mg_output *output, const struct part *part, const char *name,
                                const struct mg_cell_text *cell, struct mg_error *err)
{
    const struct mg_value row[] = {
        mg_cell_text("part", part->name),
        mg_cell_text("name", name),
        mg_cell_text("value", cell->type == MG_VALUE_NULL ? NULL : cell->text),
    };

    return mg_output_row(output, row, 3, err);
}

static enum mg_status show_part(struct mg_output *output, const struct part *part,
                                struct mg_store *store, long long run_id, struct mg_error *err)
{
    struct mg_answer answer = {0};
/* The formats are the literals above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    char *sql = mg_format(part->sql, run_id);
#pragma GCC diagnostic pop
    enum mg_status status = mg_answer_ask(&answer, store, NULL, sql, err);

    if (status == MG_OK && answer.n_rows == 0 && part == parts) {
        status = mg_fail(err, MG_EUSAGE, "there is no run %lld", run_id);
    }
    for (size_t row = 0; status == MG_OK && row < answer.n_rows; row++) {
        for (size_t c = 0; part->across && status == MG_OK && c < answer.n_columns; c++) {
            status =
                show_cell(output, part, answer.columns[c], mg_answer_cell(&answer, row, c), err);
        }
        if (!part->across) {
            status = show_cell(output, part, mg_answer_cell(&answer, row, 0)->text,
                               mg_answer_cell(&answer, row, 1), err);
        }
    }
    mg_answer_free(&answer);
    free(sql);
    return status;
}

enum mg_status mg_show_run(struct mg_store *store, long long run_id, FILE *stream,
                           enum mg_output_format format, struct mg_error *err)
{
    struct mg_output *output = mg_output_new(stream, format);
    enum mg_status status = MG_OK;

    for (size_t i = 0; status == MG_OK && i < sizeof(parts) / sizeof(parts[0]); i++) {
        status = show_part(output, &parts[i], store, run_id, err);
    }
    if (mg_output_end(output, err) != MG_OK && status == MG_OK) {
        status = err->status;
    }
    return status;
}

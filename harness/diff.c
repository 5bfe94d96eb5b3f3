/* diff.c - what differs between two runs; see diff.h. */
#include "harness/diff.h"

#include <stdlib.h>

#include "harness/file.h"

/*
 * One line a value, (part, name, value), of the run %1$lld; the order of parts is that of the
 * answer. Times are no outcome. Values that are equal as numbers are equal here.
 */
static const char side[] =
    "SELECT 1 AS rank, 'run' AS part, j.key AS name, j.value FROM runs, json_each(json_object("
    "'experiment', experiment, 'replicate', replicate, 'seed', seed, 'source', source,"
    " 'predictor', predictor, 'objective', objective, 'seq_len', seq_len, 'status', status)) j"
    " WHERE run_id = %lld"
    " UNION ALL SELECT 2, 'configuration', path, value FROM params WHERE run_id = %lld"
    " UNION ALL SELECT 3, 'code', j.key, j.value FROM (SELECT * FROM provenance WHERE run_id ="
    " %lld AND name = 'train'), json_each(json_object('core_hash', core_hash, 'git_commit',"
    " git_commit, 'git_dirty', git_dirty, 'compiler', compiler, 'cflags', cflags)) j"
    " UNION ALL SELECT 4, 'environment', j.key, j.value FROM (SELECT * FROM provenance WHERE"
    " run_id = %lld AND name = 'train'), json_each(json_object('host', host, 'os', os, 'cpu', cpu,"
    " 'n_cpu', n_cpu, 'kernel', kernel, 'blas', blas, 'blas_core', blas_core, 'blas_threads',"
    " blas_threads, 'libraries', libraries)) j"
    " UNION ALL SELECT 5, 'outcome', name || ' digest', digest FROM results WHERE run_id = %lld"
    " UNION ALL SELECT 5, 'outcome', name || ' error', error FROM results WHERE run_id = %lld"
    " AND error IS NOT NULL"
    " UNION ALL SELECT 5, 'outcome', 'last ' || name, value FROM (SELECT name, value,"
    " max(step) FROM metrics WHERE run_id = %lld GROUP BY name)"
    " UNION ALL SELECT 5, 'outcome', probe || ' ' || quantity, value FROM information"
    " WHERE run_id = %lld"
    " UNION ALL SELECT 5, 'outcome', sampler || ' coherence', rate FROM coherence"
    " WHERE run_id = %lld"
    " UNION ALL SELECT 5, 'outcome', sampler || ' kl_nats', kl_nats FROM sampler_error"
    " WHERE run_id = %lld";

static char *side_of(long long run)
{
/* The format is the literal above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    return mg_format(side, run, run, run, run, run, run, run, run, run, run);
#pragma GCC diagnostic pop
}

struct printing {
    struct mg_output *output;
    size_t n;
};

static enum mg_status print_header(void *ctx, const struct mg_value *values, size_t n,
                                   struct mg_error *err)
{
    const struct printing *printing = ctx;

    return mg_output_header(printing->output, values, n, err);
}

static enum mg_status print_line(void *ctx, const struct mg_value *values, size_t n,
                                 struct mg_error *err)
{
    struct printing *printing = ctx;

    printing->n++;
    return mg_output_row(printing->output, values, n, err);
}

static enum mg_status take_one(void *ctx, const struct mg_value *values, size_t n,
                               struct mg_error *err)
{
    (void)n;
    (void)err;
    *(int64_t *)ctx = values[0].integer;
    return MG_OK;
}

static enum mg_status check_run(struct mg_store *store, long long run, struct mg_error *err)
{
    char *sql = mg_format("SELECT count(*) FROM runs WHERE run_id = %lld", run);
    int64_t found = 0;
    enum mg_status status = mg_store_query(store, NULL, sql, NULL, take_one, &found, err);

    free(sql);
    return status == MG_OK && found == 0 ? mg_fail(err, MG_EUSAGE, "there is no run %lld", run)
                                         : status;
}

enum mg_status mg_diff_runs(struct mg_store *store, long long a, long long b, FILE *stream,
                            enum mg_output_format format, struct mg_error *err)
{
    struct printing printing = {mg_output_new(stream, format), 0};
    char *left = side_of(a);
    char *right = side_of(b);
    /* Lines of one name (a sampler of two measures) are told apart by their turn. */
    char *sql = mg_format("WITH l(rank, part, name, value) AS (%s), r(rank, part, name, value) AS"
                          " (%s), a AS (SELECT rank, part, name || iif(k > 1, ' #' || k, '') AS"
                          " name, value FROM (SELECT *, row_number() OVER (PARTITION BY part, name"
                          " ORDER BY value) AS k FROM l)), b AS (SELECT rank, part, name ||"
                          " iif(k > 1, ' #' || k, '') AS name, value FROM (SELECT *, row_number()"
                          " OVER (PARTITION BY part, name ORDER BY value) AS k FROM r))"
                          " SELECT part, name, a, b FROM ("
                          "SELECT a.rank, a.part, a.name, a.value AS a, b.value AS b FROM a"
                          " LEFT JOIN b USING (part, name) WHERE a.value IS NOT b.value"
                          " UNION ALL SELECT b.rank, b.part, b.name, NULL, b.value FROM b WHERE"
                          " NOT EXISTS (SELECT 1 FROM a WHERE a.part = b.part AND a.name = b.name)"
                          ") ORDER BY rank, name",
                          left, right);
    enum mg_status status = check_run(store, a, err);

    if (status == MG_OK) {
        status = check_run(store, b, err);
    }
    if (status == MG_OK) {
        status = mg_store_query(store, NULL, sql, print_header, print_line, &printing, err);
    }
    if (mg_output_end(printing.output, err) != MG_OK && status == MG_OK) {
        status = err->status;
    }
    free(sql);
    free(right);
    free(left);
    return status == MG_OK && printing.n > 0 ? MG_NO : status;
}

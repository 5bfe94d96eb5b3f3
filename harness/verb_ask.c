/* verb_ask.c - status, sql, export, show and diff: what the database holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/answer.h"
#include "harness/cli.h"
#include "harness/cluster_scratch.h"
#include "harness/cluster_shard.h"
#include "harness/curve.h"
#include "harness/diff.h"
#include "harness/file.h"
#include "harness/show.h"
#include "harness/suggest.h"
#include "model/numeric/arena.h"

/* Ask one question and print the answer. */
static enum mg_status print_query(struct mg_store *store, const char *sql,
                                  enum mg_output_format format, struct mg_error *err)
{
    struct mg_output *output = mg_output_new(stdout, format);
    enum mg_status status =
        mg_store_query(store, NULL, sql, mg_output_header, mg_output_row, output, err);

    if (mg_output_end(output, err) != MG_OK && status == MG_OK) {
        status = err->status;
    }
    return status;
}

static enum mg_status no_arguments(const struct mg_cli *cli, struct mg_error *err)
{
    return cli->n == 0 ? MG_OK : mg_fail(err, MG_EUSAGE, "nothing is expected after this verb");
}

/* What the shards beside the database say of runs that are not done in it. */
static enum mg_status note_shards(struct mg_store *store, const char *db, struct mg_error *err)
{
    size_t n;
    struct mg_shard *shards = mg_shards_list(&n, db);
    enum mg_status status = mg_store_note_states(store, NULL, NULL, err);

    for (size_t i = 0; status == MG_OK && i < n; i++) {
        const bool lost = shards[i].silent_s > MG_SCRATCH_LOST_S;
        status = mg_store_note_states(store, shards[i].path, lost ? "lost" : "running", err);
    }
    mg_shards_free(shards, n);
    return status;
}

enum mg_status mg_verb_status(const struct mg_cli *cli, struct mg_error *err)
{
    static const char counts[] =
        "WITH counts AS (SELECT experiment_id, count(*) AS runs, sum(state = 'done') AS done,"
        "  sum(state = 'failed') AS failed, sum(state = 'running') AS running,"
        "  sum(state = 'lost') AS lost, sum(state = 'pending') AS missing, sum(wall_s) AS wall_s"
        "  FROM (SELECT r.experiment_id, r.wall_s, ifnull(s.state, r.status) AS state FROM run r"
        "   LEFT JOIN temp.states s ON s.run_id = r.run_id) GROUP BY experiment_id)"
        " SELECT e.name AS experiment, runs, done, failed, running, lost, missing, wall_s,"
        " (SELECT count(*) FROM claim c WHERE c.experiment_id = e.experiment_id) AS claims,"
        " (SELECT count(*) FROM claim c WHERE c.experiment_id = e.experiment_id"
        "  AND c.verdict = 'reproduced') AS reproduced"
        " FROM counts JOIN experiment e USING (experiment_id) ORDER BY e.name";
    struct mg_store *store = NULL;
    enum mg_status status = no_arguments(cli, err);

    if (status == MG_OK) {
        status = mg_store_open(&store, cli->db, MG_STORE_READ, err);
    }
    if (status == MG_OK) {
        status = note_shards(store, cli->db, err);
    }
    if (status == MG_OK) {
        status = print_query(store, counts, mg_cli_format(cli, MG_OUTPUT_TEXT), err);
    }
    mg_store_close(store);
    return status;
}

enum mg_status mg_verb_sql(const struct mg_cli *cli, struct mg_error *err)
{
    struct mg_store *store = NULL;
    enum mg_status status;

    if (cli->n != 1) {
        return mg_fail(err, MG_EUSAGE, "one query is needed, in quotes: sql \"SELECT ...\"");
    }
    status = mg_store_open(&store, cli->db, MG_STORE_READ, err);
    if (status == MG_OK) {
        status = print_query(store, cli->arguments[0], mg_cli_format(cli, MG_OUTPUT_CSV), err);
    }
    mg_store_close(store);
    return status;
}

/* ---- export ---- */

/* Is there a view of this name? If not, say which is near. */
static enum mg_status find_view(struct mg_store *store, const char *name, struct mg_error *err)
{
    struct mg_answer views = {0};
    const char **names;
    const char *near;
    enum mg_status status =
        mg_answer_ask(&views, store, NULL,
                      "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name", err);

    if (status != MG_OK) {
        return status;
    }
    names = mg_allocate(views.n_rows + 1, sizeof(*names));
    status = MG_EUSAGE;
    for (size_t i = 0; i < views.n_rows; i++) {
        names[i] = mg_answer_cell(&views, i, 0)->text;
        status = strcmp(names[i], name) == 0 ? MG_OK : status;
    }
    if (status != MG_OK) {
        near = mg_suggest(name, names, views.n_rows);
        status = mg_fail(err, MG_EUSAGE, "there is no view \"%s\"%s%s%s", name,
                         near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                         near != NULL ? "\"?" : "");
    }
    free(names);
    mg_answer_free(&views);
    return status;
}

enum mg_status mg_verb_export(const struct mg_cli *cli, struct mg_error *err)
{
    struct mg_store *store = NULL;
    char *sql = NULL;
    enum mg_status status;

    if (cli->n != (cli->snapshot == NULL ? 1U : 0U)) {
        return mg_fail(err, MG_EUSAGE, "either the name of one view, or --snapshot PATH");
    }
    status = mg_store_open(&store, cli->db, MG_STORE_READ, err);
    if (status == MG_OK && cli->snapshot != NULL) {
        status = mg_store_snapshot(store, cli->snapshot, err);
    } else if (status == MG_OK) {
        status = find_view(store, cli->arguments[0], err);
        if (status == MG_OK) {
            sql = mg_format("SELECT * FROM \"%s\"", cli->arguments[0]);
            status = print_query(store, sql, mg_cli_format(cli, MG_OUTPUT_CSV), err);
        }
    }
    free(sql);
    mg_store_close(store);
    return status;
}

/* ---- show ---- */

enum mg_status mg_verb_show(const struct mg_cli *cli, struct mg_error *err)
{
    struct mg_store *store = NULL;
    char *end = NULL;
    long long run_id = 0;
    enum mg_status status;

    if (cli->n == 1) {
        run_id = strtoll(cli->arguments[0], &end, 10);
    }
    if (cli->n != 1 || end == cli->arguments[0] || *end != '\0') {
        return mg_fail(
            err, MG_EUSAGE,
            "the number of one run is needed: sql \"SELECT run_id, experiment FROM runs\""
            " lists them");
    }
    status = mg_store_open(&store, cli->db, MG_STORE_READ, err);
    if (status == MG_OK) {
        status = mg_show_run(store, run_id, stdout, mg_cli_format(cli, MG_OUTPUT_TEXT), err);
    }
    if (status == MG_OK && cli->plot) {
        status = mg_curve_draw(store, run_id, stdout, err);
    }
    mg_store_close(store);
    return status;
}

/* ---- diff ---- */

enum mg_status mg_verb_diff(const struct mg_cli *cli, struct mg_error *err)
{
    struct mg_store *store = NULL;
    long long runs[2] = {0, 0};
    bool fine = cli->n == 2;
    enum mg_status status;

    for (size_t i = 0; fine && i < 2; i++) {
        char *end = NULL;
        runs[i] = strtoll(cli->arguments[i], &end, 10);
        fine = end != cli->arguments[i] && *end == '\0';
    }
    if (!fine) {
        return mg_fail(
            err, MG_EUSAGE,
            "the numbers of two runs are needed: sql \"SELECT run_id, experiment FROM runs\""
            " lists them");
    }
    status = mg_store_open(&store, cli->db, MG_STORE_READ, err);
    if (status == MG_OK) {
        status =
            mg_diff_runs(store, runs[0], runs[1], stdout, mg_cli_format(cli, MG_OUTPUT_TEXT), err);
    }
    mg_store_close(store);
    return status;
}

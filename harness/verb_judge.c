/* verb_judge.c - verify, plot and report: from stored rows to verdicts, figures and a page. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/claim.h"
#include "harness/cli.h"
#include "harness/file.h"
#include "harness/plot.h"
#include "harness/report.h"

/*
 * Load the files and bring what the database says of them up to date (claims, figures, runs that
 * are still to do). Another driver may hold the database: then what is stored counts.
 */
static enum mg_status load_and_register(struct mg_files *files, const struct mg_cli *cli,
                                        struct mg_error *err)
{
    struct mg_store *store = NULL;
    struct mg_plan plan = {0};
    struct mg_error busy = {0};
    enum mg_status status = mg_files_load(files, cli, false, err);

    if (status != MG_OK || files->n == 0 || access(cli->db, F_OK) != 0) {
        return status;
    }
    status = mg_cli_open(&store, cli, &busy);
    if (status == MG_EBUSY) {
        return MG_OK;
    }
    if (status != MG_OK) {
        return mg_fail(err, status, "%s", busy.text);
    }
    status = mg_plan_make(&plan, files->specs, files->n, store, err);
    if (status == MG_OK) {
        status = mg_plan_register(&plan, store, err);
    }
    mg_plan_free(&plan);
    mg_store_close(store);
    return status;
}

/* "[0.47, 0.63]", with an open end as "..". */
static const char *interval_text(char text[80], double lo, double hi)
{
    char a[32] = "..";
    char b[32] = "..";

    if (isfinite(lo)) {
        snprintf(a, sizeof(a), "%.10g", lo);
    }
    if (isfinite(hi)) {
        snprintf(b, sizeof(b), "%.10g", hi);
    }
    snprintf(text, 80, "[%s, %s]", a, b);
    return text;
}

static enum mg_status print_verdicts(const struct mg_verdicts *verdicts, const struct mg_cli *cli,
                                     struct mg_error *err)
{
    struct mg_output *output = mg_output_new(stdout, mg_cli_format(cli, MG_OUTPUT_TEXT));
    enum mg_status status = MG_OK;

    for (size_t i = 0; status == MG_OK && i < verdicts->n; i++) {
        const struct mg_verdict *v = &verdicts->items[i];
        char accept[80];
        char ci[80];
        const bool has_ci = !isnan(v->ci_lo);
        const struct mg_value row[] = {
            mg_cell_text("experiment", v->experiment),
            mg_cell_text("about", v->about),
            mg_cell_text("claim", v->name),
            mg_cell_text("verdict", mg_verdict_name(v->word)),
            mg_cell_real("estimate", v->estimate),
            mg_cell_text("interval_90", has_ci ? interval_text(ci, v->ci_lo, v->ci_hi) : NULL),
            mg_cell_text("accept", interval_text(accept, v->accept_lo, v->accept_hi)),
            mg_cell_integer("n", (int64_t)v->n),
            mg_cell_text("reason", v->reason[0] != '\0' ? v->reason : NULL),
        };
        status = mg_output_row(output, row, sizeof(row) / sizeof(row[0]), err);
    }
    return mg_output_end(output, err) != MG_OK && status == MG_OK ? err->status : status;
}

enum mg_status mg_verb_verify(const struct mg_cli *cli, struct mg_error *err)
{
    struct mg_verdicts verdicts = {0};
    struct mg_store *store = NULL;
    struct mg_plan plan = {0};
    struct mg_files files;
    enum mg_status judged = MG_OK;
    enum mg_status status = mg_files_load(&files, cli, false, err);

    if (status == MG_OK && files.n == 0 && access(cli->db, F_OK) != 0) {
        status = mg_fail(err, MG_ESTORAGE, "there is no database %s yet; `run` makes it", cli->db);
    }
    if (status == MG_OK) {
        status = mg_cli_open(&store, cli, err);
    }
    if (status == MG_OK && files.n > 0) {
        status = mg_plan_make(&plan, files.specs, files.n, store, err);
        if (status == MG_OK) {
            status = mg_plan_register(&plan, store, err);
        }
    }
    if (status == MG_OK) {
        judged = mg_claims_verify(&verdicts, store, files.names, files.n, err);
        status = err->status; /* a verdict is an answer, not an error */
    }
    if (status == MG_OK) {
        status = print_verdicts(&verdicts, cli, err);
        fprintf(stderr,
                "%zu claims: %zu reproduced, %zu not reproduced, %zu inconclusive, %zu not run\n",
                verdicts.n, verdicts.counts[MG_VERDICT_REPRODUCED],
                verdicts.counts[MG_VERDICT_NOT_REPRODUCED],
                verdicts.counts[MG_VERDICT_INCONCLUSIVE], verdicts.counts[MG_VERDICT_NOT_RUN]);
    }
    mg_verdicts_free(&verdicts);
    mg_plan_free(&plan);
    mg_store_close(store);
    mg_files_free(&files);
    return status == MG_OK ? judged : status;
}

/* ---- figures and report ---- */

static void print_drawing(void *ctx, const char *experiment, const struct mg_drawing *drawing)
{
    static const char *const words[] = {[MG_PLOT_DRAWN] = "drawn",
                                        [MG_PLOT_UNCHANGED] = "unchanged",
                                        [MG_PLOT_EMPTY] = "empty",
                                        [MG_PLOT_FAULTY] = "faulty"};
    struct mg_output *output = ctx;
    struct mg_error ignored = {0};
    const struct mg_value row[] = {
        mg_cell_text("experiment", experiment),
        mg_cell_text("figure", drawing->figure.name),
        mg_cell_text("state", words[drawing->state]),
        mg_cell_text("path", drawing->base),
        mg_cell_text("reason", drawing->reason[0] != '\0' ? drawing->reason : NULL),
    };

    (void)mg_output_row(output, row, sizeof(row) / sizeof(row[0]), &ignored);
}

/* What plot and report have in common: the files, the store, and where figures are. */
struct drawing_work {
    struct mg_files files;
    struct mg_store *store;
    char *plots, *out;
    const char *folders[1];
    struct mg_plot_options options;
};

static enum mg_status open_work(struct drawing_work *work, const struct mg_cli *cli,
                                const char *out, struct mg_error *err)
{
    enum mg_status status = load_and_register(&work->files, cli, err);

    work->plots = mg_cli_plots();
    work->folders[0] = work->plots;
    work->out = out != NULL ? mg_format("%s", out) : mg_cli_beside(cli, "figures");
    work->options = (struct mg_plot_options){
        .out = work->out, .search = {work->folders, work->plots != NULL ? 1 : 0}};
    if (status == MG_OK && mg_store_is_older(cli->db)) {
        struct mg_error unwritable = {0}; /* then figures that ask newer views say so */
        (void)mg_store_open(&work->store, cli->db, MG_STORE_WRITE, &unwritable);
        mg_store_close(work->store);
    }
    return status == MG_OK ? mg_store_open(&work->store, cli->db, MG_STORE_READ, err) : status;
}

static void close_work(struct drawing_work *work)
{
    mg_store_close(work->store);
    mg_files_free(&work->files);
    free(work->plots);
    free(work->out);
}

enum mg_status mg_verb_plot(const struct mg_cli *cli, struct mg_error *err)
{
    struct drawing_work work = {0};
    enum mg_status status = open_work(&work, cli, cli->out, err);

    if (status == MG_OK) {
        struct mg_output *output = mg_output_new(stdout, mg_cli_format(cli, MG_OUTPUT_TEXT));
        status = mg_plot_all(work.store, &work.options, work.files.names, work.files.n,
                             print_drawing, output, err);
        if (mg_output_end(output, err) != MG_OK && status == MG_OK) {
            status = err->status;
        }
    }
    close_work(&work);
    return status;
}

enum mg_status mg_verb_report(const struct mg_cli *cli, struct mg_error *err)
{
    struct drawing_work work = {0};
    char *page = cli->out != NULL ? mg_format("%s", cli->out) : mg_cli_beside(cli, "report.html");
    enum mg_status status = open_work(&work, cli, NULL, err);

    if (status == MG_OK) {
        const struct mg_report_options options = {.path = page, .plot = work.options};
        status = mg_report_write(work.store, &options, work.files.names, work.files.n, err);
    }
    if (status == MG_OK) {
        printf("%s\n", page);
    }
    close_work(&work);
    free(page);
    return status;
}

/*
 * report.c - the page from its parts: head, answers, topics, experiments, tail.
 */
#include "harness/report.h"

#include <assert.h>
#include <stdlib.h>

#include "harness/catalog.h"
#include "harness/file.h"
#include "harness/report_part.h"

static enum mg_status put_together(struct mg_report *report, const char *const *names, size_t n,
                                   struct mg_error *err)
{
    enum mg_status status;

    status = mg_catalog_experiments(&report->experiments, report->store, names, n, err);
    if (status != MG_OK) {
        return status;
    }
    status = mg_claims_judge(&report->verdicts, report->store, names, n, &report->fault);
    if (status == MG_ESTORAGE) {
        return mg_fail(err, status, "%s", report->fault.text);
    }
    status = mg_report_load_topics(report, err);
    if (status == MG_OK) {
        status = mg_report_place_figures(report, err);
    }
    if (status == MG_OK) {
        status = mg_report_head(report, err);
    }
    if (status == MG_OK) {
        mg_report_answers(report);
        status = mg_report_topics(report, err);
    }
    for (size_t row = 0; status == MG_OK && row < report->experiments.n_rows; row++) {
        status = mg_report_experiment(report, row, err);
    }
    return status == MG_OK ? mg_report_tail(report, err) : status;
}

enum mg_status mg_report_write(struct mg_store *store, const struct mg_report_options *options,
                               const char *const *names, size_t n, struct mg_error *err)
{
    struct mg_report report = {.store = store, .options = options};
    enum mg_status status;

    assert(store != NULL && options != NULL && options->path != NULL);
    status = put_together(&report, names, n, err);
    if (status == MG_OK) {
        status = mg_folder_make_for(options->path, err);
    }
    if (status == MG_OK) {
        status = mg_file_write(options->path, report.page.text, report.page.size, err);
    }
    if (status == MG_OK && report.fault.text[0] != '\0') {
        status =
            mg_fail(err, MG_EUSAGE, "%s is written, but: %s", options->path, report.fault.text);
    }
    mg_buffer_free(&report.page);
    free(report.figures);
    mg_answer_free(&report.figure_rows);
    mg_answer_free(&report.topics);
    mg_answer_free(&report.experiments);
    mg_verdicts_free(&report.verdicts);
    return status;
}

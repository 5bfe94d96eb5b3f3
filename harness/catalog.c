/*
 * catalog.c - which experiments the database holds, with their claims and figures.
 */
#include "harness/catalog.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Runs that are still to do, in words; to be followed by WHERE and HAVING. */
#define WAITING                                                                                    \
    "SELECT printf('%d of %d runs are not done', sum(r.status <> 'done'), count(*)) FROM runs r"

static bool is_named(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Keep the rows whose first column is one of the names. */
static void keep_named(struct mg_answer *answer, const char *const *names, size_t n)
{
    size_t kept = 0;

    for (size_t row = 0; row < answer->n_rows; row++) {
        struct mg_cell_text *from = &answer->cells[row * answer->n_columns];
        if (is_named(from->text, names, n)) {
            memmove(&answer->cells[kept * answer->n_columns], from,
                    answer->n_columns * sizeof(*from));
            kept++;
            continue;
        }
        for (size_t i = 0; i < answer->n_columns; i++) {
            free(from[i].text);
        }
    }
    answer->n_rows = kept;
}

static enum mg_status refuse_unknown(const struct mg_answer *all, const char *const *names,
                                     size_t n, struct mg_error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct mg_buffer known = {0};
        enum mg_status status = MG_OK;
        size_t row = 0;

        while (row < all->n_rows && strcmp(mg_answer_cell(all, row, 0)->text, names[i]) != 0) {
            mg_buffer_printf(&known, "%s%s", row > 0 ? ", " : "",
                             mg_answer_cell(all, row, 0)->text);
            row++;
        }
        if (row == all->n_rows) {
            status =
                mg_fail(err, MG_EUSAGE, "the database holds no experiment \"%s\"; it holds: %.600s",
                        names[i], all->n_rows > 0 ? known.text : "none (run one first)");
        }
        mg_buffer_free(&known);
        if (status != MG_OK) {
            return status;
        }
    }
    return MG_OK;
}

enum mg_status mg_catalog_experiments(struct mg_answer *answer, struct mg_store *store,
                                      const char *const *names, size_t n, struct mg_error *err)
{
    enum mg_status status = mg_answer_ask(answer, store, NULL,
                                          "SELECT name, title, question, notes, path, sha256, "
                                          "not_run "
                                          "FROM experiments ORDER BY name",
                                          err);

    if (status == MG_OK && n > 0) {
        status = refuse_unknown(answer, names, n, err);
        if (status != MG_OK) {
            mg_answer_free(answer);
            return status;
        }
        keep_named(answer, names, n);
    }
    return status;
}

enum mg_status mg_catalog_claims(struct mg_answer *answer, struct mg_store *store,
                                 const char *experiment, struct mg_error *err)
{
    enum mg_status status =
        mg_answer_ask(answer, store, NULL,
                      "SELECT experiment, about, name, source, query, exact, accept_lo, "
                      "accept_hi, coalesce(not_run, (" WAITING " WHERE r.experiment = c.experiment"
                      " HAVING sum(r.status <> 'done') > 0)) AS not_run "
                      "FROM claim_specs c ORDER BY experiment, ordinal",
                      err);

    if (status == MG_OK) {
        keep_named(answer, &experiment, 1);
    }
    return status;
}

enum mg_status mg_catalog_waiting(struct mg_answer *answer, struct mg_store *store,
                                  const char *experiment, struct mg_error *err)
{
    return mg_answer_ask(answer, store, experiment, WAITING " HAVING sum(r.status <> 'done') > 0",
                         err);
}

enum mg_status mg_catalog_figures(struct mg_answer *answer, struct mg_store *store,
                                  const char *experiment, struct mg_error *err)
{
    enum mg_status status = mg_answer_ask(
        answer, store, NULL,
        "SELECT experiment, figure FROM figure_specs ORDER BY experiment, ordinal", err);

    if (status == MG_OK) {
        keep_named(answer, &experiment, 1);
    }
    return status;
}

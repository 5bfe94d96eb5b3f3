/* rehearse.c - what claims and figures will ask, asked of an empty database. */
#include "harness/rehearse.h"

#include <stdio.h>
#include <string.h>

#include "harness/claim.h"
#include "harness/json.h"
#include "harness/store.h"

struct rehearsal {
    struct mg_problems *problems;
    const struct mg_spec *spec;
    struct mg_json_file *file; /* the experiment file again, for places */
    struct mg_store *empty;
    size_t errors;
};

/* "FILE:line:column: error: /LIST/i...: what", the place looked up in the file's text. */
static void complain(struct rehearsal *rehearsal, const char *list, size_t i, const char *key,
                     const char *label, const char *what)
{
    const struct mg_json *entries = mg_json_get(mg_json_root(rehearsal->file), list);
    const struct mg_json *at =
        entries != NULL && i < mg_json_count(entries) ? mg_json_at(entries, i) : NULL;

    at = at != NULL && key != NULL ? mg_json_get(at, key) : at;
    mg_problems_add(rehearsal->problems, true, "%s:%zu:%zu: error: /%s/%zu%s%s%s: %s",
                    rehearsal->spec->path, at != NULL ? mg_json_line(at) : 1,
                    at != NULL ? mg_json_column(at) : 1, list, i, key != NULL ? "/" : "",
                    key != NULL ? key : "", label, what);
    rehearsal->errors++;
}

static enum mg_status count_columns(void *ctx, const struct mg_value *values, size_t n,
                                    struct mg_error *err)
{
    size_t *n_columns = ctx;

    (void)values;
    (void)err;
    *n_columns = n;
    return MG_OK;
}

static void try_claim(struct rehearsal *rehearsal, size_t i)
{
    const struct mg_claim_spec *claim = &rehearsal->spec->claims[i];
    struct mg_error fault = {0};
    size_t n_columns = 0;
    char label[80];

    if (mg_store_query(rehearsal->empty, rehearsal->spec->name, claim->query, count_columns, NULL,
                       &n_columns, &fault) != MG_OK ||
        mg_claim_check_columns(n_columns, claim->exact, &fault) != MG_OK) {
        (void)snprintf(label, sizeof(label), " (%s)", claim->name);
        complain(rehearsal, "claims", i, "query", label, fault.text);
    }
}

static void try_figure(struct rehearsal *rehearsal, size_t i, struct mg_figure_search search)
{
    const struct mg_spec *spec = rehearsal->spec;
    struct mg_figure figure;
    struct mg_error fault = {0};

    if (mg_figure_load(&figure, spec->figures[i], spec->path, search, &fault) != MG_OK ||
        mg_figure_ask(&figure, rehearsal->empty, spec->name, &fault) != MG_OK) {
        complain(rehearsal, "figures", i, NULL, "", fault.text);
    }
    mg_figure_free(&figure);
}

size_t mg_rehearse(struct mg_problems *problems, const struct mg_spec *spec,
                   struct mg_figure_search search)
{
    struct rehearsal rehearsal = {.problems = problems, .spec = spec};
    struct mg_error broken = {0};

    if (mg_json_parse(&rehearsal.file, spec->text, strlen(spec->text), spec->path, &broken) ==
            MG_OK &&
        mg_store_open(&rehearsal.empty, NULL, MG_STORE_EMPTY, &broken) == MG_OK) {
        (void)mg_store_put_wide(rehearsal.empty, spec, &broken); /* a query may ask it, too */
        for (size_t i = 0; i < spec->n_claims; i++) {
            try_claim(&rehearsal, i);
        }
        for (size_t i = 0; i < spec->n_figures && search.n > 0; i++) {
            try_figure(&rehearsal, i, search);
        }
    }
    mg_store_close(rehearsal.empty);
    mg_json_free(rehearsal.file);
    return rehearsal.errors;
}

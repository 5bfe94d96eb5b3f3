/* verb_keep.c - gc: what the database is to keep. */
#include <stdlib.h>
#include <unistd.h>

#include "harness/cli.h"
#include "harness/gc.h"

static enum mg_status print_gc(const struct mg_gc *gc, const struct mg_cli *cli,
                               struct mg_error *err)
{
    struct mg_output *output = mg_output_new(stdout, mg_cli_format(cli, MG_OUTPUT_TEXT));
    const struct mg_value row[] = {
        mg_cell_text("action", cli->dry ? "would remove" : "removed"),
        mg_cell_integer("results", gc->results),
        mg_cell_integer("models", gc->models),
        mg_cell_integer("leftovers", gc->leftover),
        mg_cell_integer("file_bytes", gc->bytes),
    };
    enum mg_status status = mg_output_row(output, row, sizeof(row) / sizeof(row[0]), err);

    if (mg_output_end(output, err) != MG_OK && status == MG_OK) {
        status = err->status;
    }
    return status;
}

enum mg_status mg_verb_gc(const struct mg_cli *cli, struct mg_error *err)
{
    struct mg_store *store = NULL;
    struct mg_gc gc = {0};
    char *models;
    char *folder;
    enum mg_status status;

    if (cli->n > 0) {
        return mg_fail(err, MG_EUSAGE, "nothing is expected after this verb");
    }
    if (access(cli->db, F_OK) != 0) {
        return mg_fail(err, MG_ESTORAGE, "there is no database %s", cli->db);
    }
    models = mg_cli_beside(cli, "models");
    folder = mg_cli_beside(cli, ".");
    status = mg_store_open(&store, cli->db, MG_STORE_WRITE, err);
    if (status == MG_OK) {
        status = mg_gc(&gc, store, folder, models, cli->dry, err);
    }
    mg_store_close(store);
    if (status == MG_OK) {
        status = print_gc(&gc, cli, err);
    }
    free(folder);
    free(models);
    return status;
}

/* verb_help.c - describe and doctor: the program and its surroundings. */
#include <stdio.h>
#include <stdlib.h>

#include "harness/cli.h"
#include "harness/describe.h"
#include "harness/doctor.h"

enum mg_status mg_verb_doctor(const struct mg_cli *cli, struct mg_error *err)
{
    return mg_doctor(cli->db, cli->threads, cli->arguments, cli->n, stdout,
                     mg_cli_format(cli, MG_OUTPUT_TEXT), err);
}

enum mg_status mg_verb_describe(const struct mg_cli *cli, struct mg_error *err)
{
    char *text = NULL;
    enum mg_status status = MG_OK;

    if (cli->n > 1) {
        return mg_fail(err, MG_EUSAGE, "one key at a time");
    }
    if (cli->schema) {
        text = mg_describe_schema();
    } else {
        status = mg_describe(&text, cli->n == 1 ? cli->arguments[0] : NULL, err);
    }
    if (status == MG_OK) {
        fputs(text, stdout);
    }
    free(text);
    return status;
}

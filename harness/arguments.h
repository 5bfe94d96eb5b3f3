/*
 * arguments.h - the options of a command line: read, explained, and refused where they mean
 * nothing.
 */
#ifndef MG_HARNESS_ARGUMENTS_H
#define MG_HARNESS_ARGUMENTS_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/cli.h"
#include "model/numeric/error.h"

enum { MG_ARGUMENTS_MAX = 64 };

struct mg_arguments {
    bool help, version;           /* asked for */
    bool given[MG_ARGUMENTS_MAX]; /* by row of the table */
};

/*
 * What the options say, into *cli, whose sets and only have room for an option each argument; and
 * what stands between them, from the verb on. *arguments starts as {0}. argv is put in order.
 * MG_EUSAGE names the nearest option to one that there is not, or the value that is missing or
 * malformed.
 */
enum mg_status mg_arguments_read(struct mg_arguments *arguments, struct mg_cli *cli, int argc,
                                 char **argv, struct mg_error *err);

/* MG_EUSAGE where an option was given that means nothing to the verb. */
enum mg_status mg_arguments_check(const struct mg_arguments *arguments, const char *verb,
                                  struct mg_error *err);

/* The options that mean something to the verb, all of them for NULL: one a line. */
void mg_arguments_help(FILE *stream, const char *verb);

#endif

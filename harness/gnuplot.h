/*
 * gnuplot.h - run gnuplot on a script, without a shell, and believe no silent failure.
 */
#ifndef MG_HARNESS_GNUPLOT_H
#define MG_HARNESS_GNUPLOT_H

#include <stddef.h>

#include "model/numeric/error.h"

/*
 * Run `gnuplot -d ARGUMENTS` in a folder with LC_ALL=C.UTF-8 and no input, for at most 60 s of wall
 * time. Anything on standard error is a failure, and so is an exit status other than 0:
 * MG_EUSAGE with the first lines gnuplot said. MG_EENVIRONMENT if there is no gnuplot.
 */
enum mg_status mg_gnuplot_run(const char *folder, const char *const *arguments, size_t n,
                              struct mg_error *err);

#endif

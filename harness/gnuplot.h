/*
 * gnuplot.h - run gnuplot on a script, without a shell, and believe no silent failure.
 */
#ifndef MG_HARNESS_GNUPLOT_H
#define MG_HARNESS_GNUPLOT_H

#include <stddef.h>
#include <sys/types.h>

#include "model/numeric/error.h"

/* A gnuplot at work. */
struct mg_gnuplot {
    int said; /* what it writes on standard error comes out here */
    pid_t child;
};

/*
 * Start `gnuplot -d ARGUMENTS` in a folder with LC_ALL=C.UTF-8 and no input, for at most 60 s of
 * wall time. Several may run at once; each start that is MG_OK needs its finish.
 * MG_EENVIRONMENT: no process.
 */
enum mg_status mg_gnuplot_start(struct mg_gnuplot *gnuplot, const char *folder,
                                const char *const *arguments, size_t n, struct mg_error *err);

/*
 * Wait for its end. Anything on standard error is a failure, and so is an exit status other than
 * 0: MG_EUSAGE with the first lines gnuplot said. MG_EENVIRONMENT if there is no gnuplot.
 */
enum mg_status mg_gnuplot_finish(struct mg_gnuplot *gnuplot, struct mg_error *err);

#endif

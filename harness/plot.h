/*
 * plot.h - draw the figures of experiments: SVG for pages, PNG at twice the size, PDF for papers.
 *
 * Beside the pictures stays NAME.gp, which holds its data and needs gnuplot alone:
 * `gnuplot -e "format='pdf'" NAME.gp`. A picture is drawn again only when that script changes.
 */
#ifndef MG_HARNESS_PLOT_H
#define MG_HARNESS_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/figure.h"
#include "harness/gnuplot.h"
#include "harness/store.h"
#include "model/numeric/error.h"

struct mg_plot_options {
    const char *out;                /* folder; each experiment gets one of its name in it */
    struct mg_figure_search search; /* style.gp is taken from the first folder that has it */
};

enum mg_plot_state {
    MG_PLOT_DRAWN,
    MG_PLOT_UNCHANGED, /* the pictures on disk are those of these numbers */
    MG_PLOT_EMPTY,     /* no rows: nothing was drawn, and earlier pictures are gone */
    MG_PLOT_FAULTY     /* the figure's own files are wrong; says how in reason */
};

/* One figure of one experiment, with its rows. */
struct mg_drawing {
    struct mg_figure figure;
    enum mg_plot_state state;
    char *base;                /* path of the pictures without ".svg", ".png", ".pdf", ".gp" */
    char *script;              /* the standalone script, NULL unless drawn or unchanged */
    struct mg_gnuplot gnuplot; /* of plot.c, while it draws */
    bool at_work;
    char reason[1024];
};

/*
 * Draw one figure. A faulty or empty figure is a state, not a failure. MG_EENVIRONMENT without
 * gnuplot, MG_ESTORAGE where out cannot be written. Free the drawing in any case.
 */
enum mg_status mg_plot_draw(struct mg_drawing *drawing, struct mg_store *store,
                            const struct mg_plot_options *options, const char *experiment,
                            const char *experiment_path, const char *entry, struct mg_error *err);
void mg_drawing_free(struct mg_drawing *drawing);

/*
 * Draw all figures of the named experiments (n = 0: all in the database), as many at a time as
 * there are processors; tell is called after each, in their order. MG_OK also with empty figures;
 * MG_EUSAGE, after drawing the rest, where one is faulty or an experiment is unknown; else as
 * mg_plot_draw.
 */
typedef void mg_plot_listener(void *ctx, const char *experiment, const struct mg_drawing *drawing);
enum mg_status mg_plot_all(struct mg_store *store, const struct mg_plot_options *options,
                           const char *const *names, size_t n, mg_plot_listener *tell, void *ctx,
                           struct mg_error *err);

/*
 * The folder of figures that belongs to a program: plots/ above build/ or build/MODE/, else
 * share/marginalia/plots beside bin/. malloc'd; NULL if none has a style.gp.
 */
char *mg_plot_folder(const char *program);

#endif

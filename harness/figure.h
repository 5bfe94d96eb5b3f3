/*
 * figure.h - a figure: NAME.sql says which numbers, NAME.gp says how they are drawn.
 *
 * NAME.sql, read line by line:
 *   -- title: TEXT       heading of the figure
 *   -- caption: TEXT     how to read it; several such lines are joined
 *   -- block: NAME       the statement that follows fills the data block $NAME
 * What stands before the first block (a WITH clause, comments) is put before every statement.
 * The block `caption` is no data: its one row's columns `finding` (a sentence with numbers in it)
 * and `alt` (what one would say to somebody who cannot see the figure) go to the report.
 *
 * In a block, rows are cut into gnuplot indices wherever the columns `panel` or `series`, which
 * come first, change. NAME.gp sees, for a block b (counting from 1 where gnuplot arrays do):
 *   $b               the rows; columns in the order of the query; NULL is NaN
 *   b_rows           number of rows
 *   b_n              number of indices (0 without rows); index k - 1 belongs to
 *   b_panel[k], b_series[k], b_id[k]   its words, and which of the distinct series it is
 *   b_kinds, b_kind[id], b_chars   the distinct series, and how long the longest is
 *   b_panels, b_panel_name[p], b_from[p], b_to[p]   panels, each with its range of k
 * and everything style.gp defines. It must end with the output complete (unset multiplot).
 */
#ifndef MG_HARNESS_FIGURE_H
#define MG_HARNESS_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/answer.h"
#include "harness/buffer.h"
#include "harness/store.h"

struct mg_block {
    char *name;
    char *sql;
    struct mg_answer rows;
};

struct mg_figure {
    char *name;     /* last part of the entry, [A-Za-z0-9_-]+: names the output files */
    char *sql_path; /* where the two were found */
    char *gp_path;
    char *sql, *gp;          /* their text */
    char *title;             /* the name where the file gives none */
    char *caption;           /* "" where the file gives none */
    char *finding, *alt;     /* of the block `caption`, "" until asked */
    struct mg_block *blocks; /* data blocks, in file order; at least one */
    size_t n_blocks;
    char *caption_sql; /* or NULL */
};

/* Where figures are looked for, after the folder of the experiment file. */
struct mg_figure_search {
    const char *const *folders;
    size_t n;
};

/*
 * Find and read the entry of an experiment file: beside that file (path, with or without
 * extension), else NAME in the folders. MG_EUSAGE names every place that was looked at, or what
 * is malformed. *figure is the caller's (mg_figure_free) also after a failure.
 */
enum mg_status mg_figure_load(struct mg_figure *figure, const char *entry,
                              const char *experiment_path, struct mg_figure_search search,
                              struct mg_error *err);

/* Fill the blocks, finding and alt with one experiment's rows. */
enum mg_status mg_figure_ask(struct mg_figure *figure, struct mg_store *store,
                             const char *experiment, struct mg_error *err);

/* True if there is nothing to draw: the first block has no rows. */
bool mg_figure_empty(const struct mg_figure *figure);

void mg_figure_free(struct mg_figure *figure);

#endif

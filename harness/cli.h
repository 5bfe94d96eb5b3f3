/*
 * cli.h - a command line, read; and the verbs that carry it out.
 *
 * A verb prints its answer on standard output and returns a status, which is the exit code; main
 * alone prints errors and ends the process.
 */
#ifndef MG_HARNESS_CLI_H
#define MG_HARNESS_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/cluster_share.h"
#include "harness/output.h"
#include "harness/plan.h"
#include "harness/spec.h"
#include "harness/store.h"
#include "model/numeric/error.h"

#define MG_DB_DEFAULT "results/marginalia.db"

struct mg_cli {
    const char *db;
    const char *out;      /* NULL: the verb's default */
    const char *snapshot; /* export: NULL unless asked for */
    bool json, csv;
    bool progress_json;      /* run: progress as JSON lines */
    bool plot;               /* show: draw the loss */
    bool schema;             /* describe: as a JSON Schema */
    bool failed;             /* run: retry what failed */
    bool dry;                /* gc: count only */
    size_t jobs;             /* worker processes; 0: one a core */
    size_t threads;          /* of one computation */
    bool read;               /* run: copy checkpoints into memory instead of mapping them */
    bool allow_commands;     /* run, submit: programs of the files may be started */
    double keep_s;           /* run: a training's state is written this often */
    double budget_s;         /* run: stop after this long, 0: no limit */
    size_t runs_max;         /* run: begin at most so many computations, 0: no limit */
    struct mg_share share;   /* run, plan: of one task; n = 0: all of it */
    size_t tasks;            /* submit: how many, 0: as it sees fit */
    bool slurm;              /* submit: to Slurm */
    const char *sbatch_args; /* submit: for each sbatch, separated by blanks; NULL: none */
    bool any_core;           /* merge: results of another core, too */
    const char **sets;       /* check, plan, run: "key=value" over what the files say */
    size_t n_sets;
    const char **only; /* plan, run: "key=value" of the runs that are meant */
    size_t n_only;
    const char *const *arguments; /* what stands after the verb */
    size_t n;
    bool (*stop)(void); /* a signal asked to finish */
};

typedef enum mg_status mg_verb(const struct mg_cli *cli, struct mg_error *err);

/* verb_run.c: files, and what they need */
mg_verb mg_verb_check;
mg_verb mg_verb_run;

/* verb_plan.c: what a run would do, and take */
mg_verb mg_verb_plan;

/* verb_keep.c: what the database is to keep */
mg_verb mg_verb_gc;

/* verb_cluster.c: sweeps that run on several machines */
mg_verb mg_verb_merge;
mg_verb mg_verb_submit;

/* verb_ask.c: what the database holds */
mg_verb mg_verb_status;
mg_verb mg_verb_sql;
mg_verb mg_verb_export;
mg_verb mg_verb_show;
mg_verb mg_verb_diff;

/* verb_judge.c: verdicts, figures, report */
mg_verb mg_verb_verify;
mg_verb mg_verb_plot;
mg_verb mg_verb_report;

/* verb_help.c: the program itself */
mg_verb mg_verb_describe;
mg_verb mg_verb_doctor;

/* Experiment files of a command line, checked; free with mg_files_free. */
struct mg_files {
    struct mg_spec **specs;
    size_t n;
    const char **names; /* (n) of the experiments; borrowed from the specs */
};

/* cli.c: what the verbs share */

/*
 * Load the files of the arguments, and try their claims and figures on an empty database.
 * Complaints of all files go to standard error; any error is MG_EUSAGE and leaves nothing loaded.
 * No file where one is needed is MG_EUSAGE.
 */
enum mg_status mg_files_load(struct mg_files *files, const struct mg_cli *cli, bool needed,
                             struct mg_error *err);
void mg_files_free(struct mg_files *files);

/* Open the database to write, its folder made when missing. */
enum mg_status mg_cli_open(struct mg_store **store, const struct mg_cli *cli, struct mg_error *err);

/*
 * An experiment file is data; the programs it starts are for the user to allow. MG_EUSAGE where a
 * wanted run (runs of the plan) starts one and --allow-commands was not given.
 */
enum mg_status mg_cli_check_commands(const struct mg_cli *cli, const struct mg_plan *plan,
                                     const bool *wanted, struct mg_error *err);

/* (runs) those that --only and --task ask for, malloc'd. */
enum mg_status mg_cli_select_runs(bool **wanted, const struct mg_cli *cli,
                                  const struct mg_plan *plan, struct mg_error *err);

/* Worker processes: -j, else one a core; more than trainings would have nothing to do. */
size_t mg_cli_workers(const struct mg_cli *cli, const struct mg_plan *plan);

/* plots/ that belongs to this program, malloc'd; NULL if there is none. */
char *mg_cli_plots(void);

/* "FOLDER OF THE DATABASE/name", malloc'd. */
char *mg_cli_beside(const struct mg_cli *cli, const char *name);

/* The table format the command line asks for; fallback without --json or --csv. */
enum mg_output_format mg_cli_format(const struct mg_cli *cli, enum mg_output_format fallback);

#endif

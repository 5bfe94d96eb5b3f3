/*
 * cluster_slurm.h - hand a sweep to Slurm: an array of tasks, and a merge when they have ended.
 *
 * Two scripts are written to a folder beside the database and given to sbatch; they can be read,
 * changed and submitted again by hand. What the tasks say goes there, too.
 */
#ifndef MG_HARNESS_CLUSTER_SLURM_H
#define MG_HARNESS_CLUSTER_SLURM_H

#include <stdbool.h>
#include <stddef.h>

#include "model/numeric/error.h"

struct mg_slurm_job {
    const char *db;
    const char *arguments;   /* of `run`, quoted for a shell: files and options */
    const size_t *tasks;     /* (n_tasks) those to submit, from 1, ascending */
    size_t n_tasks, n;       /* of so many */
    const char *sbatch_args; /* for sbatch, as a shell would have them; NULL: none */
};

/*
 * Write the scripts and, unless dry, submit them: *tasks_id and *merge_id are Slurm's numbers
 * (malloc'd, NULL when dry), *folder is where the scripts stand (malloc'd). MG_ESTORAGE;
 * MG_EENVIRONMENT where sbatch is absent or refuses.
 */
enum mg_status mg_slurm_submit(char **tasks_id, char **merge_id, char **folder,
                               const struct mg_slurm_job *job, bool dry, struct mg_error *err);

#endif

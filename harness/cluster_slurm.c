/* cluster_slurm.c - hand a sweep to Slurm; see cluster_slurm.h. */
#include "harness/cluster_slurm.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/buffer.h"
#include "harness/cluster_shard.h"
#include "harness/file.h"
#include "harness/shell.h"

/* "1-4,7": ascending numbers, as --array has them. */
static void put_array(struct mg_buffer *text, const size_t *tasks, size_t n)
{
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && tasks[end] == tasks[end - 1] + 1; end++) {
        }
        mg_buffer_printf(text, "%s%zu", i > 0 ? "," : "", tasks[i]);
        if (end > i + 1) {
            mg_buffer_printf(text, "-%zu", tasks[end - 1]);
        }
    }
}

/* What both scripts begin with: where things are. Names end up in quotes of the shell. */
static enum mg_status put_places(struct mg_buffer *text, const char *db, struct mg_error *err)
{
    char program[PATH_MAX];
    char folder[PATH_MAX];
    const ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

    if (n < 0 || getcwd(folder, sizeof(folder)) == NULL) {
        return mg_fail(err, MG_EENVIRONMENT, "where am I? %s", strerror(errno));
    }
    program[n] = '\0';
    mg_buffer_puts(text, "cd ");
    mg_shell_quote(text, folder);
    mg_buffer_puts(text, " || exit\nprogram=");
    mg_shell_quote(text, program);
    mg_buffer_puts(text, "\nstem=");
    {
        char *stem = mg_shard_stem(db);
        mg_shell_quote(text, stem);
        free(stem);
    }
    mg_buffer_puts(text, "\n");
    return MG_OK;
}

static char *tasks_script(const struct mg_slurm_job *job, const char *places, const char *folder)
{
    struct mg_buffer text = {0};

    mg_buffer_puts(&text, "#!/bin/sh\n#SBATCH --job-name=marginalia --array=");
    put_array(&text, job->tasks, job->n_tasks);
    mg_buffer_printf(&text,
                     " --requeue --open-mode=append\n"
                     "#SBATCH --output=\"%s/task-%%a.log\"\n"
                     "# Written by `marginalia submit`.\n%s"
                     "task=$SLURM_ARRAY_TASK_ID\n"
                     "echo \"task $task on $SLURMD_NODENAME, begun ${SLURM_RESTART_COUNT:-0}"
                     " times before\"\n"
                     "exec \"$program\" run %s --task \"$task/%zu\" \\\n"
                     "    --db \"$stem.shard-$task-of-%zu.db\" -j \"${SLURM_CPUS_PER_TASK:-1}\"\n",
                     folder, places, job->arguments, job->n, job->n);
    return mg_buffer_take(&text);
}

static char *merge_script(const struct mg_slurm_job *job, const char *places, const char *folder)
{
    struct mg_buffer text = {0};

    mg_buffer_printf(&text,
                     "#!/bin/sh\n#SBATCH --job-name=marginalia-merge --open-mode=append\n"
                     "#SBATCH --output=\"%s/merge.log\"\n"
                     "# Written by `marginalia submit`.\n%s"
                     "exec \"$program\" merge ",
                     folder, places);
    mg_shell_quote(&text, job->db);
    mg_buffer_printf(&text, " \"$stem\".shard-*-of-%zu.db\n", job->n);
    return mg_buffer_take(&text);
}

/* Give a script to sbatch; *id is what it answers. */
static enum mg_status submit(char **id, const char *script, const char *more,
                             const struct mg_slurm_job *job, struct mg_error *err)
{
    struct mg_buffer command = {0};
    char answer[64] = "";
    FILE *pipe;
    int state;

    mg_buffer_printf(&command, "sbatch --parsable %s %s ", more,
                     job->sbatch_args != NULL ? job->sbatch_args : "");
    mg_shell_quote(&command, script);
    pipe = popen(command.text, "r");
    if (pipe == NULL || fgets(answer, sizeof(answer), pipe) == NULL) {
        answer[0] = '\0';
    }
    state = pipe != NULL ? pclose(pipe) : -1;
    if (state != 0 || answer[0] == '\0') {
        const enum mg_status status =
            mg_fail(err, MG_EENVIRONMENT, "sbatch did not take the job (%s); the command was: %s",
                    WIFEXITED(state) && WEXITSTATUS(state) == 127 ? "there is no sbatch here"
                                                                  : "it says why above",
                    command.text);
        mg_buffer_free(&command);
        return status;
    }
    mg_buffer_free(&command);
    *id = mg_format("%.*s", (int)strcspn(answer, ";\n"), answer);
    return MG_OK;
}

enum mg_status mg_slurm_submit(char **tasks_id, char **merge_id, char **folder,
                               const struct mg_slurm_job *job, bool dry, struct mg_error *err)
{
    char *stem = mg_shard_stem(job->db);
    char *scripts[2] = {NULL, NULL};
    char *paths[2];
    struct mg_buffer places = {0};
    enum mg_status status;

    *tasks_id = *merge_id = NULL;
    *folder = mg_format("%s.slurm", stem);
    paths[0] = mg_format("%s/tasks.sh", *folder);
    paths[1] = mg_format("%s/merge.sh", *folder);
    status = mg_folder_make(*folder, err);
    if (status == MG_OK) {
        status = put_places(&places, job->db, err);
    }
    if (status == MG_OK) {
        scripts[0] = tasks_script(job, places.text, *folder);
        scripts[1] = merge_script(job, places.text, *folder);
    }
    for (size_t i = 0; status == MG_OK && i < 2; i++) {
        status = mg_file_write(paths[i], scripts[i], strlen(scripts[i]), err);
    }
    if (status == MG_OK && !dry) {
        status = submit(tasks_id, paths[0], "", job, err);
    }
    if (status == MG_OK && !dry) { /* afterany: what there is, is merged, if a task failed or not */
        char *after = mg_format("--dependency=afterany:%s", *tasks_id);
        status = submit(merge_id, paths[1], after, job, err);
        free(after);
    }
    for (size_t i = 0; i < 2; i++) {
        free(scripts[i]);
        free(paths[i]);
    }
    mg_buffer_free(&places);
    free(stem);
    return status;
}

/* resume.c - a long training's state on disk; see resume.h. */
#include "harness/resume.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/buffer.h"
#include "harness/file.h"
#include "harness/progress.h"
#include "harness/safetensors.h"
#include "model/numeric/arena.h"

enum { LISTS = 3, WRITING_SHARE = 20 };

static const char *const prefixes[LISTS] = {"", "adamw.first.", "adamw.second."};

struct mg_resume {
    struct mg_sink sink; /* first: the sink is the state */
    const char *path, *key;
    double every_s, due_s;
    struct mg_sink *rows;
    struct mg_buffer sent; /* "NAME STEP VALUE\n" a row */
    size_t first;          /* the step it went on from */
};

char *mg_resume_path(const char *models_dir, const char *key)
{
    return mg_format("%s/%s.resume", models_dir, key);
}

static void remember_row(struct mg_sink *sink, enum mg_table table, const struct mg_cell *cells,
                         size_t n)
{
    struct mg_resume *resume = (struct mg_resume *)(void *)sink;

    assert(table == MG_TABLE_metrics && n == 3);
    mg_buffer_printf(&resume->sent, "%s %lld %a\n", cells[0].text, (long long)cells[1].integer,
                     cells[2].real);
    resume->rows->row(resume->rows, table, cells, n);
}

struct mg_resume *mg_resume_new(const char *path, const char *key, double every_s,
                                struct mg_sink *rows)
{
    struct mg_resume *resume = mg_allocate(1, sizeof(*resume));

    resume->sink.row = remember_row;
    resume->path = path;
    resume->key = key;
    resume->every_s = every_s;
    resume->due_s = mg_clock_s() + every_s;
    resume->rows = rows;
    return resume;
}

void mg_resume_free(struct mg_resume *resume)
{
    if (resume != NULL) {
        mg_buffer_free(&resume->sent);
        free(resume);
    }
}

struct mg_sink *mg_resume_sink(struct mg_resume *resume)
{
    return &resume->sink;
}

/* ---- reading ---- */

/* The next step that a file of this key tells, else 0. */
static size_t next_step(const struct mg_safetensors *file, const char *key)
{
    const char *owner = mg_safetensors_note(file, "key");
    const char *next = mg_safetensors_note(file, "next_step");

    return owner != NULL && next != NULL && strcmp(owner, key) == 0
               ? (size_t)strtoull(next, NULL, 10)
               : 0;
}

size_t mg_resume_peek(const char *path, const char *key)
{
    struct mg_safetensors *file = NULL;
    struct mg_error ignored = {0};
    size_t next = 0;

    if (access(path, R_OK) == 0 && mg_safetensors_open(&file, path, false, &ignored) == MG_OK) {
        next = next_step(file, key);
    }
    mg_safetensors_close(file);
    return next;
}

/* Visit every tensor of the three lists: compare it with the file, or read it. */
static bool each_tensor(const struct mg_safetensors *file, struct mg_parameters *const *lists,
                        bool read)
{
    for (size_t l = 0; l < LISTS; l++) {
        for (size_t i = 0; i < lists[l]->n; i++) {
            const struct mg_tensor *tensor = &lists[l]->tensors[i];
            char *name = mg_format("%s%s", prefixes[l], tensor->name);
            const struct mg_safetensor *found = mg_safetensors_find(file, name);
            free(name);
            if (found == NULL || found->count != tensor->count || !mg_safetensors_is_float(found)) {
                return false;
            }
            if (read) {
                mg_safetensors_floats(tensor->data, file, found);
            }
        }
    }
    return true;
}

static void send_rows(struct mg_sink *sink, const char *rows)
{
    char name[64];
    long long step;
    int used = 0;

    while (sscanf(rows, "%63s %lld%n", name, &step, &used) == 2) {
        char *end = NULL;
        const double value = strtod(rows + used, &end);
        MG_EMIT(sink, MG_TABLE_metrics, mg_text(name), mg_int(step), mg_real(value));
        rows = end;
    }
}

size_t mg_resume_restore(struct mg_resume *resume, struct mg_transformer *transformer,
                         struct mg_adamw *adamw, size_t latest)
{
    struct mg_parameters *const lists[LISTS] = {mg_transformer_parameters(transformer),
                                                mg_adamw_first(adamw), mg_adamw_second(adamw)};
    struct mg_safetensors *file = NULL;
    struct mg_error ignored = {0};
    const char *rows = NULL;
    size_t next = 0;

    if (access(resume->path, R_OK) != 0 ||
        mg_safetensors_open(&file, resume->path, false, &ignored) != MG_OK) {
        return 0;
    }
    rows = mg_safetensors_note(file, "rows");
    if (rows != NULL && each_tensor(file, lists, false)) {
        next = next_step(file, resume->key);
        next = next <= latest ? next : 0;
    }
    if (next > 0) {
        (void)each_tensor(file, lists, true);
        mg_adamw_set_steps(adamw, next);
        send_rows(&resume->sink, rows);
    }
    resume->first = next;
    mg_safetensors_close(file);
    return next;
}

/* ---- writing ---- */

static enum mg_status write_state(const struct mg_resume *resume,
                                  struct mg_parameters *const *lists, size_t next,
                                  struct mg_error *err)
{
    const size_t n = lists[0]->n;
    struct mg_tensor *tensors = mg_allocate(LISTS * n, sizeof(*tensors));
    char step[32];
    const struct mg_safetensors_note notes[] = {
        {"key", resume->key},
        {"next_step", step},
        {"rows", resume->sent.text != NULL ? resume->sent.text : ""},
    };
    enum mg_status status;

    snprintf(step, sizeof(step), "%zu", next);
    for (size_t l = 0; l < LISTS; l++) {
        for (size_t i = 0; i < n; i++) {
            struct mg_tensor *tensor = &tensors[l * n + i];
            *tensor = lists[l]->tensors[i];
            snprintf(tensor->name, sizeof(tensor->name), "%s%s", prefixes[l],
                     lists[l]->tensors[i].name);
        }
    }
    status = mg_safetensors_write_noted(resume->path, tensors, LISTS * n, notes,
                                        sizeof(notes) / sizeof(notes[0]), err);
    free(tensors);
    return status;
}

/* The folder above the file, for the first training of a database. */
static enum mg_status make_folder(const char *path, struct mg_error *err)
{
    const char *slash = strrchr(path, '/');
    char *folder = mg_format("%.*s", slash != NULL ? (int)(slash - path) : 0, path);
    const enum mg_status status = *folder != '\0' ? mg_folder_make(folder, err) : MG_OK;

    free(folder);
    return status;
}

enum mg_status mg_resume_keep(struct mg_resume *resume, struct mg_transformer *transformer,
                              struct mg_adamw *adamw, size_t next, bool now, struct mg_error *err)
{
    struct mg_parameters *const lists[LISTS] = {mg_transformer_parameters(transformer),
                                                mg_adamw_first(adamw), mg_adamw_second(adamw)};
    const double begin_s = mg_clock_s();
    double pause_s;
    enum mg_status status;

    if ((!now && begin_s < resume->due_s) || next <= resume->first) {
        return MG_OK;
    }
    status = make_folder(resume->path, err);
    if (status == MG_OK) {
        status = write_state(resume, lists, next, err);
    }
    pause_s = WRITING_SHARE * (mg_clock_s() - begin_s);
    resume->due_s = mg_clock_s() + (pause_s > resume->every_s ? pause_s : resume->every_s);
    return status;
}

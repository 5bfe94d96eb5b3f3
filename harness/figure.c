/*
 * figure.c - a figure's two files: found, read, cut into blocks, filled with rows.
 */
#include "harness/figure.h"

#include <assert.h>
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "harness/path.h"
#include "harness/suggest.h"
#include "model/numeric/arena.h"

enum { FILE_MAX = 1 << 20 };

/* Text of a line "-- KEY: TEXT" from its first non-blank on, or NULL if it is no such line. */
static const char *directive(const char *line, const char *key)
{
    const size_t length = strlen(key);

    if (strncmp(line, "-- ", 3) != 0 || strncmp(line + 3, key, length) != 0 ||
        line[3 + length] != ':') {
        return NULL;
    }
    return line + 4 + length + strspn(line + 4 + length, " ");
}

/* Copy of [text, end) without blanks at its end. */
static char *copy_trimmed(const char *text, const char *end)
{
    struct mg_buffer copy = {0};

    while (end > text && isspace((unsigned char)end[-1])) {
        end--;
    }
    mg_buffer_add(&copy, text, (size_t)(end - text));
    return mg_buffer_take(&copy);
}

static bool is_word(const char *text, const char *extra)
{
    size_t length = 0;

    while (isalnum((unsigned char)text[length]) || text[length] == '_' ||
           (text[length] != '\0' && strchr(extra, text[length]) != NULL)) {
        length++;
    }
    return length > 0 && length <= 64 && text[length] == '\0';
}

/* Append " TEXT" or "TEXT" to a heap string. */
static void append(char **text, const char *more)
{
    struct mg_buffer joined = {0};

    mg_buffer_printf(&joined, "%s%s%s", *text, (*text)[0] != '\0' ? " " : "", more);
    free(*text);
    *text = mg_buffer_take(&joined);
}

/* A block begins: its statement so far is the prelude. */
static enum mg_status begin_block(struct mg_figure *figure, char *name, struct mg_error *err)
{
    if (!is_word(name, "") || isdigit((unsigned char)name[0])) {
        const enum mg_status status =
            mg_fail(err, MG_EUSAGE, "%s: block name \"%.64s\" is not a word of letters, digits, _",
                    figure->sql_path, name);
        free(name);
        return status;
    }
    for (size_t i = 0; i < figure->n_blocks; i++) {
        if (strcmp(figure->blocks[i].name, name) == 0) {
            const enum mg_status status =
                mg_fail(err, MG_EUSAGE, "%s: two blocks are called %s", figure->sql_path, name);
            free(name);
            return status;
        }
    }
    figure->blocks = realloc(figure->blocks, (figure->n_blocks + 1) * sizeof(*figure->blocks));
    if (figure->blocks == NULL) {
        abort();
    }
    figure->blocks[figure->n_blocks++] = (struct mg_block){.name = name};
    return MG_OK;
}

/* The block `caption` is words, not data. */
static void set_caption_apart(struct mg_figure *figure)
{
    for (size_t i = 0; i < figure->n_blocks; i++) {
        if (strcmp(figure->blocks[i].name, "caption") == 0) {
            figure->caption_sql = figure->blocks[i].sql;
            free(figure->blocks[i].name);
            memmove(&figure->blocks[i], &figure->blocks[i + 1],
                    (figure->n_blocks - i - 1) * sizeof(*figure->blocks));
            figure->n_blocks--;
            return;
        }
    }
}

static enum mg_status cut_blocks(struct mg_figure *figure, struct mg_error *err)
{
    enum mg_status status = MG_OK;
    struct mg_buffer prelude = {0};
    struct mg_buffer body = {0};
    const char *line = figure->sql;

    while (status == MG_OK && *line != '\0') {
        const char *end = line + strcspn(line, "\n");
        const char *next = *end == '\n' ? end + 1 : end;
        const char *name = directive(line, "block");
        const char *title = directive(line, "title");
        const char *caption = directive(line, "caption");

        if (name != NULL) {
            if (figure->n_blocks > 0) {
                figure->blocks[figure->n_blocks - 1].sql = mg_buffer_take(&body);
            }
            status = begin_block(figure, copy_trimmed(name, end), err);
            mg_buffer_free(&body);
            mg_buffer_add(&body, prelude.text != NULL ? prelude.text : "", prelude.size);
        } else if (title != NULL) {
            free(figure->title);
            figure->title = copy_trimmed(title, end);
        } else if (caption != NULL) {
            char *more = copy_trimmed(caption, end);
            append(&figure->caption, more);
            free(more);
        } else {
            mg_buffer_add(figure->n_blocks > 0 ? &body : &prelude, line, (size_t)(next - line));
        }
        line = next;
    }
    if (status == MG_OK && figure->n_blocks > 0) {
        figure->blocks[figure->n_blocks - 1].sql = mg_buffer_take(&body);
        set_caption_apart(figure);
    }
    if (status == MG_OK && figure->n_blocks == 0) {
        status = mg_fail(err, MG_EUSAGE, "%s: no line \"-- block: NAME\", so nothing to draw",
                         figure->sql_path);
    }
    mg_buffer_free(&prelude);
    mg_buffer_free(&body);
    return status;
}

/* Does FOLDER/STEM.sql exist with its script? Then keep both paths. */
static bool found_in(struct mg_figure *figure, const char *folder, const char *stem)
{
    char *path = mg_path_join(folder, stem);
    struct mg_buffer sql = {0};
    struct mg_buffer gp = {0};
    bool both;

    mg_buffer_printf(&sql, "%s.sql", path);
    mg_buffer_printf(&gp, "%s.gp", path);
    both = mg_path_is_file(sql.text) && mg_path_is_file(gp.text);
    if (both) {
        figure->sql_path = mg_buffer_take(&sql);
        figure->gp_path = mg_buffer_take(&gp);
    }
    mg_buffer_free(&sql);
    mg_buffer_free(&gp);
    free(path);
    return both;
}

static int is_sql(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);

    return length > 4 && strcmp(entry->d_name + length - 4, ".sql") == 0;
}

/* The figure of a folder whose name is nearest, malloc'd; NULL if none is near. */
static char *suggest_figure(const char *folder, const char *name)
{
    struct dirent **entries = NULL;
    const int n = scandir(folder, &entries, is_sql, alphasort);
    const char **names = mg_allocate(n > 0 ? (size_t)n : 1, sizeof(*names));
    const char *nearest;
    char *copy = NULL;

    for (int i = 0; i < n; i++) {
        entries[i]->d_name[strlen(entries[i]->d_name) - 4] = '\0';
        names[i] = entries[i]->d_name;
    }
    nearest = mg_suggest(name, names, n > 0 ? (size_t)n : 0);
    if (nearest != NULL) {
        copy = copy_trimmed(nearest, nearest + strlen(nearest));
    }
    for (int i = 0; i < n; i++) {
        free(entries[i]);
    }
    free(entries);
    free(names);
    return copy;
}

static enum mg_status find_files(struct mg_figure *figure, const char *stem,
                                 const char *experiment_path, struct mg_figure_search search,
                                 struct mg_error *err)
{
    enum mg_status status = MG_OK;
    char *beside = mg_path_parent(experiment_path);
    struct mg_buffer places = {0};
    char *near = NULL;
    bool found = found_in(figure, beside, stem);

    mg_buffer_puts(&places, beside);
    for (size_t i = 0; !found && i < search.n; i++) {
        found = found_in(figure, search.folders[i], figure->name);
        mg_buffer_printf(&places, ", %s", search.folders[i]);
        near = near != NULL ? near : suggest_figure(search.folders[i], figure->name);
    }
    if (!found) {
        status = mg_fail(err, MG_EUSAGE, "there is no figure %s%s%s%s (no %s.sql with %s.gp in %s)",
                         stem, near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                         near != NULL ? "\"?" : "", figure->name, figure->name, places.text);
    }
    free(near);
    mg_buffer_free(&places);
    free(beside);
    return status;
}

enum mg_status mg_figure_load(struct mg_figure *figure, const char *entry,
                              const char *experiment_path, struct mg_figure_search search,
                              struct mg_error *err)
{
    enum mg_status status;
    const char *slash = strrchr(entry, '/');
    const char *dot = strrchr(entry, '.');
    char *stem;
    size_t size;

    assert(figure != NULL && entry != NULL);
    *figure = (struct mg_figure){0};
    if (dot == NULL || (strcmp(dot, ".sql") != 0 && strcmp(dot, ".gp") != 0)) {
        dot = entry + strlen(entry);
    }
    stem = copy_trimmed(entry, dot);
    figure->name = copy_trimmed(slash != NULL ? slash + 1 : entry, dot);
    figure->title = copy_trimmed(figure->name, figure->name + strlen(figure->name));
    figure->caption = copy_trimmed("", "");
    figure->finding = copy_trimmed("", "");
    figure->alt = copy_trimmed("", "");
    if (!is_word(figure->name, "-")) {
        status = mg_fail(err, MG_EUSAGE,
                         "figure \"%.80s\": a name is 1 to 64 letters, digits, _ and -", entry);
        goto done;
    }
    status = find_files(figure, stem, experiment_path, search, err);
    if (status == MG_OK) {
        status = mg_file_read(&figure->sql, &size, figure->sql_path, FILE_MAX, err);
    }
    if (status == MG_OK) {
        status = mg_file_read(&figure->gp, &size, figure->gp_path, FILE_MAX, err);
    }
    if (status == MG_OK) {
        status = cut_blocks(figure, err);
    }

done:
    free(stem);
    return status;
}

static enum mg_status ask_block(struct mg_answer *rows, const struct mg_figure *figure,
                                const char *name, const char *sql, struct mg_store *store,
                                const char *experiment, struct mg_error *err)
{
    struct mg_error inner = {0};
    enum mg_status status;

    mg_answer_free(rows);
    status = mg_answer_ask(rows, store, experiment, sql, &inner);
    if (status != MG_OK) {
        status = mg_fail(err, status, "%s, block %s: %s", figure->sql_path, name, inner.text);
    }
    return status;
}

enum mg_status mg_figure_ask(struct mg_figure *figure, struct mg_store *store,
                             const char *experiment, struct mg_error *err)
{
    enum mg_status status = MG_OK;
    struct mg_answer words = {0};

    for (size_t i = 0; status == MG_OK && i < figure->n_blocks; i++) {
        struct mg_block *block = &figure->blocks[i];
        status = ask_block(&block->rows, figure, block->name, block->sql, store, experiment, err);
    }
    if (status == MG_OK && figure->caption_sql != NULL && !mg_figure_empty(figure)) {
        status = ask_block(&words, figure, "caption", figure->caption_sql, store, experiment, err);
        if (status == MG_OK && words.n_rows > 0) {
            append(&figure->finding, mg_answer_text(&words, 0, "finding"));
            append(&figure->alt, mg_answer_text(&words, 0, "alt"));
        }
    }
    mg_answer_free(&words);
    return status;
}

bool mg_figure_empty(const struct mg_figure *figure)
{
    return figure->n_blocks == 0 || figure->blocks[0].rows.n_rows == 0;
}

void mg_figure_free(struct mg_figure *figure)
{
    for (size_t i = 0; i < figure->n_blocks; i++) {
        mg_answer_free(&figure->blocks[i].rows);
        free(figure->blocks[i].name);
        free(figure->blocks[i].sql);
    }
    free(figure->blocks);
    free(figure->caption_sql);
    free(figure->name);
    free(figure->sql_path);
    free(figure->gp_path);
    free(figure->sql);
    free(figure->gp);
    free(figure->title);
    free(figure->caption);
    free(figure->finding);
    free(figure->alt);
    *figure = (struct mg_figure){0};
}

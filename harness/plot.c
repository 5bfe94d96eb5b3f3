/*
 * plot.c - draw the figures of experiments.
 */
#include "harness/plot.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/catalog.h"
#include "harness/cores.h"
#include "harness/datablock.h"
#include "harness/file.h"
#include "harness/path.h"

enum { FILE_MAX = 64 << 20, AT_ONCE_MAX = 16 };

/* How a picture's name and a whole picture's bytes end. */
static const struct {
    const char *extension, *last;
} pictures[] = {{".svg", "</svg>"}, {".png", "IEND\xae\x42\x60\x82"}, {".pdf", "%%EOF"}};
enum { PICTURES = sizeof(pictures) / sizeof(pictures[0]) };

static enum mg_status read_style(char **style, const struct mg_figure_search *search,
                                 struct mg_error *err)
{
    size_t size;

    for (size_t i = 0; i < search->n; i++) {
        char *path = mg_path_join(search->folders[i], "style.gp");
        const bool there = mg_path_is_file(path);
        const enum mg_status status =
            there ? mg_file_read(style, &size, path, FILE_MAX, err) : MG_EUSAGE;
        free(path);
        if (there) {
            return status;
        }
    }
    return mg_fail(err, MG_EENVIRONMENT, "no style.gp in any of the %zu folders of figures",
                   search->n);
}

/* Data, style and script in one file that needs nothing else. */
static char *make_script(const struct mg_figure *figure, const char *style, const char *experiment)
{
    struct mg_buffer script = {0};

    mg_buffer_printf(&script,
                     "# %s of experiment %s, written by marginalia with its data.\n"
                     "# gnuplot -e \"format='svg'\" %s.gp   (or dark, png, pdf)\n"
                     "if (!exists('format')) format = 'svg'\n"
                     "figure_name = '%s'\n\n",
                     figure->name, experiment, figure->name, figure->name);
    for (size_t i = 0; i < figure->n_blocks; i++) {
        mg_datablock_add(&script, figure->blocks[i].name, &figure->blocks[i].rows);
        mg_buffer_puts(&script, "\n");
    }
    mg_buffer_printf(&script, "%s\n%s\nunset output\n", style, figure->gp);
    return mg_buffer_take(&script);
}

/* True if the script on disk is this one and all its pictures stand beside it. */
static bool is_current(const struct mg_drawing *drawing, const char *script_path)
{
    struct mg_error ignored = {0};
    char *text = NULL;
    size_t size;
    bool current = mg_file_read(&text, &size, script_path, FILE_MAX, &ignored) == MG_OK &&
                   size == strlen(drawing->script) && strcmp(text, drawing->script) == 0;

    for (size_t i = 0; current && i < PICTURES; i++) {
        char *path = mg_format("%s%s", drawing->base, pictures[i].extension);
        current = mg_path_is_file(path);
        free(path);
    }
    free(text);
    return current;
}

static void remove_pictures(const struct mg_drawing *drawing)
{
    static const char *const scripts[] = {".gp", ".gp.part"};

    for (size_t i = 0; i < PICTURES + 2; i++) {
        char *path = mg_format("%s%s", drawing->base,
                               i < PICTURES ? pictures[i].extension : scripts[i - PICTURES]);
        unlink(path);
        free(path);
    }
}

/* cairo writes the hour into a PDF; the same numbers shall give the same bytes. */
static enum mg_status clear_date(const char *path, struct mg_error *err)
{
    static const char key[] = "/CreationDate (D:";
    char *bytes = NULL;
    size_t size = 0;
    enum mg_status status = mg_file_read(&bytes, &size, path, FILE_MAX, err);

    if (status != MG_OK) {
        return status;
    }
    for (size_t i = 0; i + sizeof(key) + 14 < size; i++) {
        if (memcmp(bytes + i, key, sizeof(key) - 1) == 0) {
            memcpy(bytes + i + sizeof(key) - 1, "19700101000000", 14);
        }
    }
    status = mg_file_write(path, bytes, size, err);
    free(bytes);
    return status;
}

/* gnuplot ends with 0 on a full disk, so each picture is looked at: does it end as it should? */
static enum mg_status check_whole(const struct mg_drawing *drawing, struct mg_error *err)
{
    enum mg_status status = MG_OK;

    for (size_t i = 0; i < PICTURES && status == MG_OK; i++) {
        const size_t tail = strlen(pictures[i].last);
        char *path = mg_format("%s%s", drawing->base, pictures[i].extension);
        char *bytes = NULL;
        size_t size = 0;
        status = mg_file_read(&bytes, &size, path, FILE_MAX, err);
        while (size > 0 && bytes[size - 1] == '\n') {
            size--;
        }
        if (status == MG_OK &&
            (size < tail || memcmp(bytes + size - tail, pictures[i].last, tail) != 0)) {
            status = mg_fail(err, MG_ESTORAGE, "%s: not all of it was written", path);
        }
        free(bytes);
        free(path);
    }
    return status;
}

/* Begin to draw in all formats. */
static enum mg_status begin_render(struct mg_drawing *drawing, const char *folder,
                                   struct mg_error *err)
{
    static const char *const formats[] = {"format='svg'", "format='png'", "format='pdf'"};
    const char *arguments[3 * PICTURES];
    char *part = mg_format("%s.gp.part", drawing->base);
    char *name = mg_format("%s.gp.part", drawing->figure.name);
    enum mg_status status;

    for (size_t i = 0; i < PICTURES; i++) {
        arguments[3 * i] = "-e";
        arguments[3 * i + 1] = formats[i];
        arguments[3 * i + 2] = name;
    }
    remove_pictures(drawing);
    status = mg_file_write(part, drawing->script, strlen(drawing->script), err);
    if (status == MG_OK) {
        status = mg_gnuplot_start(&drawing->gnuplot, folder, arguments, 3 * PICTURES, err);
        drawing->at_work = status == MG_OK;
    }
    free(part);
    free(name);
    return status;
}

/* Its end: the script is put in place last, so a half-drawn figure is drawn again. */
static enum mg_status end_render(struct mg_drawing *drawing, struct mg_error *err)
{
    char *script_path = mg_format("%s.gp", drawing->base);
    char *part = mg_format("%s.gp.part", drawing->base);
    char *pdf = mg_format("%s.pdf", drawing->base);
    enum mg_status status = mg_gnuplot_finish(&drawing->gnuplot, err);

    drawing->at_work = false;
    if (status == MG_OK) {
        status = check_whole(drawing, err);
    }
    if (status == MG_OK) {
        status = clear_date(pdf, err);
    }
    if (status == MG_OK && rename(part, script_path) != 0) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", script_path, strerror(errno));
    }
    if (status != MG_OK) {
        remove_pictures(drawing);
    }
    free(script_path);
    free(part);
    free(pdf);
    return status;
}

/* A fault of the figure itself becomes a state; the rest of the world's faults go up. */
static enum mg_status as_state(struct mg_drawing *drawing, enum mg_status status,
                               const struct mg_error *inner, struct mg_error *err)
{
    if (status == MG_EUSAGE) {
        drawing->state = MG_PLOT_FAULTY;
        snprintf(drawing->reason, sizeof(drawing->reason), "%s", inner->text);
        return MG_OK;
    }
    return status == MG_OK ? MG_OK : mg_fail(err, status, "%s", inner->text);
}

static enum mg_status draw(struct mg_drawing *drawing, const struct mg_plot_options *options,
                           const char *experiment, struct mg_error *err)
{
    char *folder = mg_path_join(options->out, experiment);
    char *script_path = NULL;
    char *style = NULL;
    enum mg_status status;

    drawing->base = mg_path_join(folder, drawing->figure.name);
    script_path = mg_format("%s.gp", drawing->base);
    if (mg_figure_empty(&drawing->figure)) {
        drawing->state = MG_PLOT_EMPTY;
        remove_pictures(drawing);
        status = MG_OK;
        goto done;
    }
    status = read_style(&style, &options->search, err);
    if (status == MG_OK) {
        status = mg_folder_make(folder, err);
    }
    if (status == MG_OK) {
        drawing->script = make_script(&drawing->figure, style, experiment);
        drawing->state = MG_PLOT_UNCHANGED;
        if (!is_current(drawing, script_path)) {
            drawing->state = MG_PLOT_DRAWN;
            status = begin_render(drawing, folder, err);
        }
    }

done:
    free(style);
    free(script_path);
    free(folder);
    return status;
}

/* Why there is nothing to draw. */
static enum mg_status explain_empty(struct mg_drawing *drawing, struct mg_store *store,
                                    const char *experiment, struct mg_error *err)
{
    struct mg_answer waiting = {0};
    const enum mg_status status = mg_catalog_waiting(&waiting, store, experiment, err);
    const bool some = status == MG_OK && waiting.n_rows > 0;

    snprintf(drawing->reason, sizeof(drawing->reason),
             "nothing to draw: block %s has no rows in this experiment%s%s",
             drawing->figure.blocks[0].name, some ? "; " : "",
             some ? mg_answer_cell(&waiting, 0, 0)->text : "");
    mg_answer_free(&waiting);
    return status;
}

/* Everything up to the start of gnuplot, where it is needed. */
static enum mg_status begin(struct mg_drawing *drawing, struct mg_store *store,
                            const struct mg_plot_options *options, const char *experiment,
                            const char *experiment_path, const char *entry, struct mg_error *err)
{
    struct mg_error inner = {0};
    enum mg_status status;

    *drawing = (struct mg_drawing){0};
    status = mg_figure_load(&drawing->figure, entry, experiment_path, options->search, &inner);
    if (status == MG_OK) {
        status = mg_figure_ask(&drawing->figure, store, experiment, &inner);
    }
    if (status == MG_OK && mg_figure_empty(&drawing->figure)) {
        status = explain_empty(drawing, store, experiment, &inner);
    }
    if (status == MG_OK) {
        status = draw(drawing, options, experiment, &inner);
    }
    return as_state(drawing, status, &inner, err);
}

static enum mg_status end(struct mg_drawing *drawing, struct mg_error *err)
{
    struct mg_error inner = {0};

    return drawing->at_work ? as_state(drawing, end_render(drawing, &inner), &inner, err) : MG_OK;
}

enum mg_status mg_plot_draw(struct mg_drawing *drawing, struct mg_store *store,
                            const struct mg_plot_options *options, const char *experiment,
                            const char *experiment_path, const char *entry, struct mg_error *err)
{
    enum mg_status status;

    assert(drawing != NULL && options != NULL && options->out != NULL);
    status = begin(drawing, store, options, experiment, experiment_path, entry, err);
    return status == MG_OK ? end(drawing, err) : status;
}

void mg_drawing_free(struct mg_drawing *drawing)
{
    mg_figure_free(&drawing->figure);
    free(drawing->base);
    free(drawing->script);
    *drawing = (struct mg_drawing){0};
}

/* Figures being drawn, the one begun first at `first`. */
struct desk {
    struct mg_drawing drawings[AT_ONCE_MAX];
    char *experiments[AT_ONCE_MAX];
    size_t first, n, places;
    size_t faulty;
    mg_plot_listener *tell;
    void *ctx;
};

/* Wait for the oldest and tell of it. */
static enum mg_status clear_one(struct desk *desk, struct mg_error *err)
{
    struct mg_drawing *drawing = &desk->drawings[desk->first];
    const enum mg_status status = end(drawing, err);

    if (status == MG_OK) {
        desk->faulty += drawing->state == MG_PLOT_FAULTY;
        if (desk->tell != NULL) {
            desk->tell(desk->ctx, desk->experiments[desk->first], drawing);
        }
    }
    mg_drawing_free(drawing);
    free(desk->experiments[desk->first]);
    desk->first = (desk->first + 1) % desk->places;
    desk->n--;
    return status;
}

/* The figures of one experiment. */
static enum mg_status draw_experiment(struct desk *desk, struct mg_store *store,
                                      const struct mg_plot_options *options, const char *experiment,
                                      const char *path, struct mg_error *err)
{
    struct mg_answer figures = {0};
    enum mg_status status = mg_catalog_figures(&figures, store, experiment, err);

    for (size_t i = 0; status == MG_OK && i < figures.n_rows; i++) {
        status = desk->n == desk->places ? clear_one(desk, err) : MG_OK;
        if (status == MG_OK) {
            const size_t at = (desk->first + desk->n++) % desk->places;
            desk->experiments[at] = mg_format("%s", experiment);
            status = begin(&desk->drawings[at], store, options, experiment, path,
                           mg_answer_text(&figures, i, "figure"), err);
        }
    }
    mg_answer_free(&figures);
    return status;
}

enum mg_status mg_plot_all(struct mg_store *store, const struct mg_plot_options *options,
                           const char *const *names, size_t n, mg_plot_listener *tell, void *ctx,
                           struct mg_error *err)
{
    const size_t cores = mg_cores_count();
    struct desk desk = {.tell = tell, .ctx = ctx};
    struct mg_answer experiments = {0};
    struct mg_error late = {0};
    enum mg_status status = mg_catalog_experiments(&experiments, store, names, n, err);

    desk.places = cores < AT_ONCE_MAX ? cores : (size_t)AT_ONCE_MAX;
    for (size_t i = 0; status == MG_OK && i < experiments.n_rows; i++) {
        status = draw_experiment(&desk, store, options, mg_answer_text(&experiments, i, "name"),
                                 mg_answer_text(&experiments, i, "path"), err);
    }
    while (desk.n > 0) {
        if (clear_one(&desk, &late) != MG_OK && status == MG_OK) {
            status = mg_fail(err, late.status, "%s", late.text);
        }
    }
    mg_answer_free(&experiments);
    if (status == MG_OK && desk.faulty > 0) {
        status = mg_fail(err, MG_EUSAGE, "%zu figure%s could not be drawn", desk.faulty,
                         desk.faulty == 1 ? "" : "s");
    }
    return status;
}

char *mg_plot_folder(const char *program)
{
    static const char *const places[] = {"../plots", "../../plots", "../share/marginalia/plots"};
    char *parent = mg_path_parent(program);
    char *folder = NULL;

    for (size_t i = 0; folder == NULL && i < sizeof(places) / sizeof(places[0]); i++) {
        char *style;
        folder = mg_path_join(parent, places[i]);
        style = mg_path_join(folder, "style.gp");
        if (!mg_path_is_file(style)) {
            free(folder);
            folder = NULL;
        }
        free(style);
    }
    free(parent);
    return folder;
}

/* inherit.c - one experiment file and those it extends, as settings. */
#include "harness/inherit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/file.h"
#include "harness/override.h"

enum { SPEC_BYTES_MAX = 1 << 20, FILES_MAX = 64 };

/* The files being read, innermost first. */
struct chain {
    const struct chain *outer;
    const char *path;
    char *real; /* without links and dots, to find cycles */
};

const char *mg_path_beside(struct mg_heap *heap, const char *file, const char *path)
{
    const char *slash = strrchr(file, '/');

    if (path[0] == '/' || slash == NULL ||
        strncmp(file, MG_OVERRIDE_PLACE, strlen(MG_OVERRIDE_PLACE)) == 0) {
        return mg_heap_text(heap, path);
    }
    return mg_heap_format(heap, "%.*s%s", (int)(slash - file + 1), file, path);
}

static bool read_file(struct mg_reading *reading, struct mg_settings *settings,
                      const struct chain *outer, const char *path, struct mg_place asked,
                      const struct mg_json **root, const char **text);

/* Read one base file, asked for at a place of the file that extends it. */
static bool read_base(struct mg_reading *reading, struct mg_settings *settings,
                      const struct chain *here, const struct mg_json *asked)
{
    static const char *const own[] = {"extends", "sweep", "claims", "topics", "figures"};
    const struct mg_place place = {.file = here->path, .json = asked};
    const char *path = mg_path_beside(reading->heap, here->path, mg_json_string(asked));
    const struct mg_json *root;
    const char *text;
    const bool fine = read_file(reading, settings, here, path, place, &root, &text);

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        mg_settings_remove(settings, own[i]);
    }
    return fine;
}

static bool read_bases(struct mg_reading *reading, struct mg_settings *settings,
                       const struct chain *here, const struct mg_json *extends)
{
    bool fine = true;

    if (mg_json_type(extends) == MG_JSON_STRING) {
        return read_base(reading, settings, here, extends);
    }
    /* Anything but a list of strings is reported with the other shapes. */
    for (size_t i = 0; mg_json_type(extends) == MG_JSON_ARRAY && i < mg_json_count(extends); i++) {
        if (mg_json_type(mg_json_at(extends, i)) == MG_JSON_STRING) {
            fine = read_base(reading, settings, here, mg_json_at(extends, i)) && fine;
        }
    }
    return fine;
}

/* A fault of a file as a whole, in a sentence that names it: at the place that asked for it. */
static bool whole_file(struct mg_reading *reading, struct mg_place asked, const char *problem)
{
    if (asked.json == NULL) {
        mg_findings_add_raw(reading->findings, problem);
    } else {
        mg_findings_add(reading->findings, asked, "%s", problem);
    }
    return false;
}

/* Parse one file into the reading; NULL after a complaint. */
static const struct mg_json *parse(struct mg_reading *reading, const char *path, const char *text,
                                   size_t size)
{
    struct mg_json_file *file = NULL;
    struct mg_error err = {0};
    const struct mg_json *root;

    if (mg_json_parse(&file, text, size, path, &err) != MG_OK) {
        mg_findings_add_raw(reading->findings, err.text);
        return NULL;
    }
    mg_reading_keep(reading, file);
    root = mg_json_root(file);
    if (mg_json_type(root) != MG_JSON_OBJECT) {
        mg_findings_add(reading->findings, (struct mg_place){path, root},
                        "an experiment file must be an object, not %s",
                        mg_json_type_name(mg_json_type(root)));
        return NULL;
    }
    return root;
}

static bool read_file(struct mg_reading *reading, struct mg_settings *settings,
                      const struct chain *outer, const char *path, struct mg_place asked,
                      const struct mg_json **root, const char **text)
{
    struct chain here = {.outer = outer, .path = mg_heap_text(reading->heap, path)};
    struct mg_error err = {0};
    const struct mg_json *extends;
    bool fine = true;
    char *data;
    size_t size;

    *root = NULL;
    *text = NULL;
    if (mg_file_read(&data, &size, path, SPEC_BYTES_MAX, &err) != MG_OK) {
        return whole_file(reading, asked, err.text);
    }
    *text = mg_heap_adopt(reading->heap, data);
    here.real = realpath(path, NULL);
    if (here.real == NULL) {
        return whole_file(reading, asked,
                          mg_heap_format(reading->heap, "%s: %s", path, strerror(errno)));
    }
    mg_heap_adopt(reading->heap, here.real);
    for (const struct chain *link = outer; link != NULL; link = link->outer) {
        if (strcmp(link->real, here.real) == 0) {
            return whole_file(
                reading, asked,
                mg_heap_format(reading->heap, "%s extends itself, in a circle", path));
        }
    }
    if (reading->n_inherited++ == FILES_MAX) {
        return whole_file(reading, asked, "extends lead to more than 64 files");
    }
    *root = parse(reading, here.path, *text, size);
    if (*root == NULL) {
        return false;
    }
    extends = mg_json_get(*root, "extends");
    if (extends != NULL) {
        fine = read_bases(reading, settings, &here, extends);
    }
    mg_settings_read(reading, settings, "", *root, (struct mg_place){here.path, *root},
                     extends != NULL);
    return fine;
}

bool mg_inherit(struct mg_reading *reading, struct mg_settings *settings, const char *path,
                const struct mg_json **root, const char **text)
{
    return read_file(reading, settings, NULL, path, (struct mg_place){NULL, NULL}, root, text);
}

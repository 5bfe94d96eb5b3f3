/* override.c - keys that the command line sets; see override.h. */
#include "harness/override.h"

#include <stdlib.h>
#include <string.h>

/* The value as JSON; what is not JSON is a text. */
static const struct mg_json *parse_value(struct mg_reading *reading, const char *name,
                                         const char *text)
{
    struct mg_json_file *file = NULL;
    struct mg_error not_json = {0};

    if (mg_json_parse(&file, text, strlen(text), name, &not_json) != MG_OK) {
        char *quoted = mg_json_quote(text);
        struct mg_error err = {0};
        const enum mg_status status = mg_json_parse(&file, quoted, strlen(quoted), name, &err);
        free(quoted);
        if (status != MG_OK) {
            mg_findings_add_line(reading->findings, name, 0, "%s", err.text);
            return NULL;
        }
    }
    mg_reading_keep(reading, file);
    return mg_json_root(file);
}

/* Does the sweep of the file vary this key? */
static bool is_swept(const struct mg_settings *settings, const char *path)
{
    const struct mg_setting *matrix = mg_settings_get(settings, "sweep.matrix");
    const struct mg_setting *zip = mg_settings_get(settings, "sweep.zip");
    bool found = matrix != NULL && mg_json_type(matrix->value) == MG_JSON_OBJECT &&
                 mg_json_get(matrix->value, path) != NULL;

    for (size_t i = 0;
         zip != NULL && mg_json_type(zip->value) == MG_JSON_ARRAY && i < mg_json_count(zip->value);
         i++) {
        const struct mg_json *group = mg_json_at(zip->value, i);
        found =
            found || (mg_json_type(group) == MG_JSON_OBJECT && mg_json_get(group, path) != NULL);
    }
    return found;
}

/* May the command line set it? Complains if not. */
static const struct mg_option *find_option(struct mg_reading *reading,
                                           const struct mg_settings *settings, const char *path,
                                           const char *name)
{
    const struct mg_option *option = mg_option_find(path);
    const char *dot = strrchr(path, '.');
    const char *parent =
        dot != NULL ? mg_heap_format(reading->heap, "%.*s", (int)(dot - path), path) : "";

    if (option == NULL || (dot != NULL && strchr(option->path, '*') != NULL &&
                           mg_settings_get(settings, parent) == NULL)) {
        const char *near = mg_option_suggest(parent, dot != NULL ? dot + 1 : path);
        mg_findings_add_line(reading->findings, name, 0, "unknown key%s%s%s",
                             near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                             near != NULL ? "\"?" : "");
        return NULL;
    }
    if (!mg_option_sweeps(option) && strcmp(path, "seed") != 0 && strcmp(path, "replicates") != 0) {
        mg_findings_add_line(reading->findings, name, 0,
                             "only source, predictor, train, measure, seed and replicates can be "
                             "set here");
        return NULL;
    }
    if (is_swept(settings, path)) {
        mg_findings_add_line(reading->findings, name, 0,
                             "the file sweeps this key; --only selects among its values");
        return NULL;
    }
    return option;
}

void mg_override(struct mg_reading *reading, struct mg_settings *settings, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    const char *name = mg_heap_format(reading->heap, MG_OVERRIDE_PLACE "%s", assignment);
    const char *path;
    const struct mg_json *value;

    if (equals == NULL || equals == assignment) {
        mg_findings_add_line(reading->findings, name, 0, "KEY=VALUE is needed");
        return;
    }
    path = mg_heap_format(reading->heap, "%.*s", (int)(equals - assignment), assignment);
    value = parse_value(reading, name, equals + 1);
    if (value != NULL && find_option(reading, settings, path, name) != NULL) {
        const struct mg_place place = {.file = name, .json = value};
        mg_settings_read(reading, settings, path, value, place, false);
    }
}

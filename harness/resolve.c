/* resolve.c - one point's settings with defaults in and what does not apply out. */
#include "harness/resolve.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MAX_BYTES = 512 };

static void resolve_object(struct mg_resolved *resolved, const char *prefix);

static int by_path(const void *a, const void *b)
{
    return strcmp((*(struct mg_setting *const *)a)->path, (*(struct mg_setting *const *)b)->path);
}

static void sort(struct mg_settings *settings)
{
    if (settings->n > 0) { /* an empty list may have no array */
        qsort(settings->items, settings->n, sizeof(*settings->items), by_path);
    }
}

struct mg_setting *mg_resolved_get(const struct mg_resolved *resolved, const char *format, ...)
{
    char path[PATH_MAX_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(path, sizeof(path), format, args);
    va_end(args);
    return mg_settings_get(&resolved->settings, path);
}

void mg_resolved_put(struct mg_resolved *resolved, const char *path, const char *json)
{
    struct mg_setting *setting = mg_heap_array(resolved->reading->heap, 1, sizeof(*setting));

    *setting = (struct mg_setting){.path = mg_heap_text(resolved->reading->heap, path),
                                   .option = mg_option_find(path),
                                   .value = mg_reading_value(resolved->reading, json),
                                   .place = mg_resolved_place(resolved, path),
                                   .valid = true,
                                   .used = true};
    assert(setting->option != NULL);
    mg_settings_set(resolved->reading, &resolved->settings, setting);
    sort(&resolved->settings);
}

struct mg_place mg_resolved_place(const struct mg_resolved *resolved, const char *path)
{
    char outer[PATH_MAX_BYTES];

    snprintf(outer, sizeof(outer), "%s", path);
    for (;;) {
        const struct mg_setting *setting = mg_settings_get(resolved->given, outer);
        char *dot = strrchr(outer, '.');

        if (setting != NULL) {
            return setting->place;
        }
        if (dot == NULL) {
            return resolved->root;
        }
        *dot = '\0';
    }
}

/* Nothing below prefix can be judged: its chooser is missing or faulty. */
static void mark_used(const struct mg_settings *settings, const char *prefix)
{
    const size_t n = strlen(prefix);

    for (size_t i = 0; i < settings->n; i++) {
        const char *path = settings->items[i]->path;

        if (strncmp(path, prefix, n) == 0 && (path[n] == '.' || path[n] == '\0')) {
            settings->items[i]->used = true;
        }
    }
}

static bool is_task(const struct mg_resolved *resolved)
{
    const struct mg_setting *kind = mg_resolved_get(resolved, "source.kind");

    return kind != NULL && strcmp(mg_json_string(kind->value), "task") == 0;
}

/* Does the row apply at prefix? *unknown is set when its chooser has no usable value. */
static bool applies(const struct mg_resolved *resolved, const struct mg_option *option,
                    const char *prefix, bool *unknown)
{
    const bool absolute = option->chooser != NULL && strchr(option->chooser, '.') != NULL;
    const struct mg_setting *chosen;

    if (option->chooser == NULL) {
        return true;
    }
    if (option->task_key != 0 && is_task(resolved)) {
        chosen = mg_resolved_get(resolved, "source.task");
        *unknown = chosen == NULL;
        return chosen != NULL && mg_option_applies_to_task(option, mg_json_string(chosen->value));
    }
    chosen = absolute ? mg_resolved_get(resolved, "%s", option->chooser)
                      : mg_resolved_get(resolved, "%s.%s", prefix, option->chooser);
    if (chosen != NULL) {
        return mg_option_applies(option, mg_json_string(chosen->value));
    }
    if (absolute) {
        const struct mg_setting *given = mg_settings_get(resolved->given, option->chooser);

        *unknown = given == NULL || !given->valid;
    } else {
        char path[PATH_MAX_BYTES];
        const struct mg_option *chooser;
        bool outer = false;

        snprintf(path, sizeof(path), "%s.%s", prefix, option->chooser);
        chooser = mg_option_find(path);
        /* A chooser that does not apply itself takes its keys with it; else it is missing. */
        *unknown = applies(resolved, chooser, prefix, &outer) || outer;
    }
    return false;
}

static void missing(struct mg_resolved *resolved, const struct mg_option *option,
                    const char *prefix)
{
    const struct mg_place place = mg_resolved_place(resolved, prefix);
    char words[512];

    if (option->word != NULL) {
        mg_findings_missing(resolved->reading->findings, place, mg_option_key(option),
                            "missing\n    allowed here: %s",
                            mg_option_words(option, words, sizeof(words)));
    } else {
        mg_findings_missing(resolved->reading->findings, place, mg_option_key(option),
                            "missing: %s", option->help);
    }
    resolved->complete = false;
}

/* A key with a value of its own. */
static void resolve_leaf(struct mg_resolved *resolved, const struct mg_option *option,
                         const char *path, const char *prefix)
{
    struct mg_setting *setting = mg_settings_get(resolved->given, path);

    if (setting != NULL) {
        setting->used = true;
        resolved->complete = resolved->complete && setting->valid;
        if (setting->valid) {
            mg_settings_set(resolved->reading, &resolved->settings, setting);
        }
    } else if (option->fallback != NULL) {
        struct mg_setting *filled = mg_heap_array(resolved->reading->heap, 1, sizeof(*filled));

        *filled = (struct mg_setting){.path = mg_heap_text(resolved->reading->heap, path),
                                      .option = option,
                                      .value = mg_reading_default(resolved->reading, option),
                                      .place = mg_resolved_place(resolved, prefix),
                                      .valid = true,
                                      .used = true,
                                      .canonical = option->fallback};
        mg_settings_set(resolved->reading, &resolved->settings, filled);
    } else if (option->required && !(option->task_key != 0 && is_task(resolved))) {
        missing(resolved, option, prefix);
    }
}

/* An object or a list: itself, then its keys or entries. */
static void resolve_whole(struct mg_resolved *resolved, const struct mg_option *option,
                          const char *path, const char *prefix)
{
    struct mg_setting *setting = mg_settings_get(resolved->given, path);
    char name[65];
    char entry[PATH_MAX_BYTES + 66];

    if (setting == NULL) {
        missing(resolved, option, prefix);
        return;
    }
    setting->used = true;
    if (!setting->valid) {
        resolved->complete = false;
        mark_used(resolved->given, path);
        return;
    }
    if (option->type == MG_OPTION_OBJECT) {
        resolve_object(resolved, path);
        return;
    }
    mg_settings_set(resolved->reading, &resolved->settings, setting);
    for (size_t i = 0; mg_settings_name(resolved->given, path, i, name) != NULL; i++) {
        snprintf(entry, sizeof(entry), "%s.%s", path, name);
        setting = mg_settings_get(resolved->given, entry);
        if (setting != NULL) {
            setting->used = true;
        }
        resolve_object(resolved, entry);
    }
}

static void resolve_row(struct mg_resolved *resolved, const struct mg_option *option,
                        const char *prefix)
{
    char path[PATH_MAX_BYTES];
    bool unknown = false;

    snprintf(path, sizeof(path), "%s%s%s", prefix, prefix[0] == '\0' ? "" : ".",
             mg_option_key(option));
    if (!applies(resolved, option, prefix, &unknown)) {
        if (unknown) {
            mark_used(resolved->given, path);
        }
    } else if (option->type == MG_OPTION_OBJECT || option->type == MG_OPTION_LIST) {
        resolve_whole(resolved, option, path, prefix);
    } else {
        resolve_leaf(resolved, option, path, prefix);
    }
}

static void resolve_object(struct mg_resolved *resolved, const char *prefix)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);

    for (size_t i = 0; i < n; i++) {
        if (mg_option_is_in(&table[i], prefix) &&
            (prefix[0] != '\0' || mg_option_sweeps(&table[i]))) {
            resolve_row(resolved, &table[i], prefix);
        }
    }
}

void mg_resolve(struct mg_reading *reading, struct mg_resolved *resolved,
                const struct mg_settings *given, struct mg_place root)
{
    *resolved =
        (struct mg_resolved){.reading = reading, .given = given, .root = root, .complete = true};
    resolve_object(resolved, "");
    sort(&resolved->settings);
}

void mg_report_unused(struct mg_reading *reading, const struct mg_settings *settings)
{
    for (size_t i = 0; i < settings->n; i++) {
        const struct mg_setting *setting = settings->items[i];
        bool inside = false;
        char words[512];

        if (setting->used || setting->option->chooser == NULL) {
            continue;
        }
        for (size_t k = 0; k < i; k++) { /* an unused object stands before its keys */
            const size_t n = strlen(settings->items[k]->path);

            inside = inside || (!settings->items[k]->used &&
                                strncmp(settings->items[k]->path, setting->path, n) == 0 &&
                                setting->path[n] == '.');
        }
        if (!inside) {
            mg_findings_add(reading->findings, setting->place,
                            "does not apply here and is used by no point; it needs %s: %s",
                            setting->option->chooser,
                            mg_option_kinds(setting->option, words, sizeof(words)));
        }
    }
}

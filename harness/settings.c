/* settings.c - an experiment file as flat settings: dotted path and value, each with its place. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/settings.h"

void mg_reading_init(struct mg_reading *reading)
{
    size_t n;

    *reading = (struct mg_reading){.heap = mg_heap_new()};
    reading->findings = mg_findings_new(reading->heap);
    mg_options(&n);
    reading->defaults = mg_heap_array(reading->heap, n, sizeof(*reading->defaults));
}

void mg_reading_free(struct mg_reading *reading)
{
    for (size_t i = 0; i < reading->n_files; i++) {
        mg_json_free(reading->files[i]);
    }
    free(reading->files);
    mg_heap_free(reading->heap);
}

void mg_reading_keep(struct mg_reading *reading, struct mg_json_file *file)
{
    if (reading->n_files == reading->capacity) {
        reading->capacity = reading->capacity == 0 ? 16 : 2 * reading->capacity;
        reading->files = realloc(reading->files, reading->capacity * sizeof(struct mg_json_file *));
        assert(reading->files != NULL);
    }
    reading->files[reading->n_files++] = file;
}

const struct mg_json *mg_reading_value(struct mg_reading *reading, const char *text)
{
    struct mg_json_file *file = NULL;
    struct mg_error err = {0};
    const enum mg_status status = mg_json_parse(&file, text, strlen(text), "(computed)", &err);

    assert(status == MG_OK);
    (void)status;
    mg_reading_keep(reading, file);
    return mg_json_root(file);
}

const struct mg_json *mg_reading_default(struct mg_reading *reading, const struct mg_option *option)
{
    size_t n;
    const size_t row = (size_t)(option - mg_options(&n));

    assert(row < n && option->fallback != NULL);
    if (reading->defaults[row] == NULL) {
        reading->defaults[row] = mg_reading_value(reading, option->fallback);
    }
    return reading->defaults[row];
}

const char *mg_reading_canonical(struct mg_reading *reading, const struct mg_json *value)
{
    return mg_heap_adopt(reading->heap, mg_json_canonical(value));
}

const char *mg_setting_canonical(struct mg_reading *reading, struct mg_setting *setting)
{
    if (setting->canonical == NULL) {
        setting->canonical = mg_reading_canonical(reading, setting->value);
    }
    return setting->canonical;
}

bool mg_setting_is_whole(const struct mg_setting *setting)
{
    return setting->option->type == MG_OPTION_OBJECT || setting->option->type == MG_OPTION_LIST;
}

/* Is path equal to, or below, top? */
static bool is_under(const char *path, const char *top)
{
    const size_t n = strlen(top);

    return strncmp(path, top, n) == 0 && (path[n] == '\0' || path[n] == '.');
}

void mg_settings_remove(struct mg_settings *settings, const char *path)
{
    size_t kept = 0;

    for (size_t i = 0; i < settings->n; i++) {
        if (!is_under(settings->items[i]->path, path)) {
            settings->items[kept++] = settings->items[i];
        }
    }
    settings->n = kept;
}

struct mg_setting *mg_settings_get(const struct mg_settings *settings, const char *path)
{
    for (size_t i = 0; i < settings->n; i++) {
        if (strcmp(settings->items[i]->path, path) == 0) {
            return settings->items[i];
        }
    }
    return NULL;
}

bool mg_settings_has(const struct mg_settings *settings, const char *path)
{
    for (size_t i = 0; i < settings->n; i++) {
        if (is_under(settings->items[i]->path, path)) {
            return true;
        }
    }
    return false;
}

void mg_settings_set(struct mg_reading *reading, struct mg_settings *settings,
                     struct mg_setting *setting)
{
    for (size_t i = 0; i < settings->n; i++) {
        if (strcmp(settings->items[i]->path, setting->path) == 0) {
            settings->items[i] = setting; /* keeps its turn */
            return;
        }
    }
    if (settings->n == settings->capacity) {
        const size_t capacity = settings->capacity == 0 ? 32 : 2 * settings->capacity;
        struct mg_setting **items =
            mg_heap_array(reading->heap, capacity, sizeof(struct mg_setting *));

        if (settings->n > 0) {
            memcpy(items, settings->items, settings->n * sizeof(struct mg_setting *));
        }
        settings->items = items;
        settings->capacity = capacity;
    }
    settings->items[settings->n++] = setting;
}

struct mg_settings mg_settings_copy(struct mg_reading *reading, const struct mg_settings *settings)
{
    struct mg_settings copy = {.n = settings->n, .capacity = settings->n + 8};

    copy.items = mg_heap_array(reading->heap, copy.capacity, sizeof(struct mg_setting *));
    if (settings->n > 0) {
        memcpy(copy.items, settings->items, settings->n * sizeof(struct mg_setting *));
    }
    return copy;
}

const char *mg_settings_name(const struct mg_settings *settings, const char *path, size_t i,
                             char name[65])
{
    const size_t n = strlen(path);
    size_t seen = 0;

    for (size_t k = 0; k < settings->n; k++) {
        const char *at = settings->items[k]->path;

        /* Every entry has its name as a setting, so each is met exactly once. */
        if (is_under(at, path) && at[n] == '.') {
            const char *entry = at + n + 1;
            const size_t size = strcspn(entry, ".");

            if (strcmp(entry + size, ".name") == 0 && seen++ == i) {
                assert(size <= 64);
                memcpy(name, entry, size);
                name[size] = '\0';
                return name;
            }
        }
    }
    return NULL;
}

/* settings_read.c - from JSON to flat settings: unknown keys, shapes and names are judged here. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "harness/settings.h"

/* The state of one mg_settings_read. */
struct reader {
    struct mg_reading *reading;
    struct mg_settings *settings;
    struct mg_place place;
    bool computed; /* the value has no place: complain at `place` */
    bool merge;
};

static void read_value(struct reader *reader, const char *path, const struct mg_option *option,
                       const struct mg_json *value);

static struct mg_place place_of(const struct reader *reader, const struct mg_json *value)
{
    return reader->computed ? reader->place
                            : (struct mg_place){.file = reader->place.file, .json = value};
}

static void report(void *ctx, const struct mg_json *at, const char *problem)
{
    const struct reader *reader = ctx;

    mg_findings_add(reader->reading->findings, place_of(reader, at), "%s", problem);
}

static void unknown_key(struct reader *reader, const char *path, const struct mg_json *member)
{
    const char *key = mg_json_key(member);
    const char *nearest = mg_option_suggest(path, key);
    char keys[1024];

    mg_findings_add(reader->reading->findings, place_of(reader, member),
                    "unknown key%s%s%s\n    allowed here: %s",
                    nearest == NULL ? "" : "; did you mean \"", nearest == NULL ? "" : nearest,
                    nearest == NULL ? "" : "\"?", mg_option_keys(path, keys, sizeof(keys)));
}

/* Put one setting; `option` is the list's own row for an entry of it. */
static void put(struct reader *reader, const char *path, const struct mg_option *option,
                const struct mg_json *value, bool valid)
{
    struct mg_setting *setting = mg_heap_array(reader->reading->heap, 1, sizeof(*setting));

    *setting = (struct mg_setting){.path = path,
                                   .option = option,
                                   .value = value,
                                   .place = place_of(reader, value),
                                   .valid = valid};
    mg_settings_set(reader->reading, reader->settings, setting);
}

static void read_object(struct reader *reader, const char *path, const struct mg_json *object)
{
    for (size_t i = 0; i < mg_json_count(object); i++) {
        const struct mg_json *member = mg_json_at(object, i);
        const char *below =
            path[0] == '\0'
                ? mg_heap_text(reader->reading->heap, mg_json_key(member))
                : mg_heap_format(reader->reading->heap, "%s.%s", path, mg_json_key(member));
        const struct mg_option *option =
            strchr(mg_json_key(member), '.') == NULL ? mg_option_find(below) : NULL;

        if (option == NULL || !mg_option_is_in(option, path)) {
            unknown_key(reader, path, member);
        } else if (reader->merge && mg_json_type(member) == MG_JSON_NULL) {
            mg_settings_remove(reader->settings, below);
        } else {
            read_value(reader, below, option, member);
        }
    }
}

/* Names that differ in "-" and "_" only would be one name in a view. */
static bool same_name(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b)) {
            return false;
        }
    }
    return *a == *b;
}

/* The name of entry i of a list, or NULL after a complaint. */
static const char *entry_name(struct reader *reader, const struct mg_json *list, size_t i,
                              const struct mg_option *option)
{
    const struct mg_json *entry = mg_json_at(list, i);
    const struct mg_json *name = mg_json_get(entry, "name");
    const char *pattern = mg_heap_format(reader->reading->heap, "%s.*.name", option->path);
    const struct mg_option *row = mg_option_find(pattern);

    assert(row != NULL);
    if (name == NULL) {
        mg_findings_missing(reader->reading->findings, place_of(reader, entry), "name",
                            "missing: every entry needs a name");
        return NULL;
    }
    if (!mg_option_check(row, name, report, reader)) {
        return NULL;
    }
    for (size_t k = 0; k < i; k++) {
        const struct mg_json *before = mg_json_type(mg_json_at(list, k)) == MG_JSON_OBJECT
                                           ? mg_json_get(mg_json_at(list, k), "name")
                                           : NULL;

        if (before != NULL && mg_json_type(before) == MG_JSON_STRING &&
            same_name(mg_json_string(before), mg_json_string(name))) {
            mg_findings_add(reader->reading->findings, place_of(reader, name),
                            "the name \"%s\" is taken by entry %zu (\"-\" and \"_\" count as "
                            "one)",
                            mg_json_string(name), k);
            return NULL;
        }
    }
    return mg_json_string(name);
}

static void read_list(struct reader *reader, const char *path, const struct mg_option *option,
                      const struct mg_json *list)
{
    for (size_t i = 0; i < mg_json_count(list); i++) {
        const struct mg_json *entry = mg_json_at(list, i);
        const char *name;
        const char *below;

        if (mg_json_type(entry) != MG_JSON_OBJECT) {
            continue; /* reported with the list */
        }
        name = entry_name(reader, list, i, option);
        /* An entry without a usable name is read too, for its other faults. */
        below = name == NULL ? mg_heap_format(reader->reading->heap, "%s.?%zu", path, i)
                             : mg_heap_format(reader->reading->heap, "%s.%s", path, name);
        put(reader, below, option, entry, true);
        read_object(reader, below, entry);
        if (name == NULL) {
            mg_settings_remove(reader->settings, below);
        }
    }
}

static void read_value(struct reader *reader, const char *path, const struct mg_option *option,
                       const struct mg_json *value)
{
    const bool valid = mg_option_check(option, value, report, reader);
    const bool object = option->type == MG_OPTION_OBJECT;
    const bool list = option->type == MG_OPTION_LIST;

    if (list || (object && !reader->merge)) {
        mg_settings_remove(reader->settings, path);
    }
    put(reader, path, option, value, valid);
    if (object && mg_json_type(value) == MG_JSON_OBJECT) {
        read_object(reader, path, value);
    } else if (list && mg_json_type(value) == MG_JSON_ARRAY) {
        read_list(reader, path, option, value);
    }
}

void mg_settings_read(struct mg_reading *reading, struct mg_settings *settings, const char *path,
                      const struct mg_json *value, struct mg_place place, bool merge)
{
    struct reader reader = {.reading = reading,
                            .settings = settings,
                            .place = place,
                            .computed = place.json != value,
                            .merge = merge};

    if (path[0] == '\0') {
        read_object(&reader, path, value);
    } else {
        const struct mg_option *option = mg_option_find(path);

        assert(option != NULL);
        read_value(&reader, path, option, value);
    }
}

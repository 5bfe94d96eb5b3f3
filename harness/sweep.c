/* sweep.c - the points of an experiment: matrix x zip, less exclude, and include. */
#include "harness/sweep.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS_MAX = 64, AXES_MAX = 64 };

/* Axes that advance together: one of the matrix, or those of a zip entry. */
struct group {
    struct mg_axis axes[AXES_MAX];
    size_t n_axes;
    size_t n; /* values of each */
};

struct expansion {
    struct mg_reading *reading;
    const struct mg_settings *base;
    const char *file;
    struct group *groups;
    size_t n_groups;
    struct mg_sweep_point *points;
    size_t n, capacity;
    bool fine;
};

static struct mg_place at(const struct expansion *expansion, const struct mg_json *json)
{
    return (struct mg_place){.file = expansion->file, .json = json};
}

/* A key may vary in one place only. */
static bool is_fresh(struct expansion *expansion, const struct mg_json *member)
{
    for (size_t g = 0; g < expansion->n_groups; g++) {
        for (size_t i = 0; i < expansion->groups[g].n_axes; i++) {
            if (strcmp(expansion->groups[g].axes[i].path, mg_json_key(member)) == 0) {
                mg_findings_add(expansion->reading->findings, at(expansion, member),
                                "this key varies in another axis already");
                return false;
            }
        }
    }
    return true;
}

/* Read the axes of one object; each its own group, or all of them one. */
static void read_axes(struct expansion *expansion, const struct mg_json *object, bool together)
{
    struct group *group = NULL;

    for (size_t i = 0; i < mg_json_count(object); i++) {
        const struct mg_json *member = mg_json_at(object, i);
        struct mg_axis axis;

        if (!is_fresh(expansion, member)) {
            expansion->fine = false;
            continue;
        }
        if (!mg_axis_read(expansion->reading, expansion->base, &axis, member, expansion->file)) {
            expansion->fine = false; /* what could be read still shapes the points to check */
        }
        if (axis.n == 0) {
            continue;
        }
        if (!together && !mg_axis_is_distinct(expansion->reading, &axis)) {
            expansion->fine = false;
        }
        if (group == NULL || !together) {
            if (expansion->n_groups == GROUPS_MAX) {
                mg_findings_add(expansion->reading->findings, at(expansion, member),
                                "more than %d axes", (int)GROUPS_MAX);
                expansion->fine = false;
                return;
            }
            group = &expansion->groups[expansion->n_groups++];
            group->n = axis.n;
        }
        if (axis.n != group->n || group->n_axes == AXES_MAX) {
            mg_findings_add(expansion->reading->findings, axis.place,
                            "has %zu values, \"%s\" has %zu: zipped axes need equally many", axis.n,
                            group->axes[0].path, group->n);
            expansion->fine = false;
            continue;
        }
        group->axes[group->n_axes++] = axis;
    }
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct mg_assigned *)a)->path, ((const struct mg_assigned *)b)->path);
}

/* Set the assigned values over the base, whole objects before keys inside them. */
static void apply(struct expansion *expansion, struct mg_sweep_point *point)
{
    point->settings = mg_settings_copy(expansion->reading, expansion->base);
    qsort(point->assigned, point->n_assigned, sizeof(*point->assigned), by_path);
    for (size_t i = 0; i < point->n_assigned; i++) { /* "source" sorts before "source.rows" */
        const struct mg_assigned *assigned = &point->assigned[i];
        const enum mg_option_type type = mg_option_find(assigned->path)->type;

        if (type == MG_OPTION_OBJECT || type == MG_OPTION_LIST) {
            mg_settings_remove(&point->settings, assigned->path);
        }
        for (size_t k = 0; k < assigned->value->settings.n; k++) {
            mg_settings_set(expansion->reading, &point->settings,
                            assigned->value->settings.items[k]);
        }
    }
}

static struct mg_sweep_point *add_point(struct expansion *expansion, size_t n_assigned)
{
    struct mg_sweep_point *point;

    if (expansion->n == expansion->capacity) {
        const size_t capacity = expansion->capacity == 0 ? 16 : 2 * expansion->capacity;
        struct mg_sweep_point *points =
            mg_heap_array(expansion->reading->heap, capacity, sizeof(*points));

        if (expansion->n > 0) {
            memcpy(points, expansion->points, expansion->n * sizeof(*points));
        }
        expansion->points = points;
        expansion->capacity = capacity;
    }
    point = &expansion->points[expansion->n++];
    *point = (struct mg_sweep_point){.n_assigned = n_assigned};
    point->assigned = mg_heap_array(expansion->reading->heap, n_assigned, sizeof(*point->assigned));
    return point;
}

/* All combinations, the first group slowest. */
static void combine(struct expansion *expansion, const struct mg_json *sweep)
{
    double total = 1.0;
    size_t n_axes = 0;

    for (size_t g = 0; g < expansion->n_groups; g++) {
        total *= (double)expansion->groups[g].n;
        n_axes += expansion->groups[g].n_axes;
    }
    if (total > (double)MG_SWEEP_POINTS_MAX) {
        mg_findings_add(expansion->reading->findings, at(expansion, sweep),
                        "%.0f points; at most %d are allowed", total, (int)MG_SWEEP_POINTS_MAX);
        expansion->fine = false;
        return;
    }
    for (size_t index = 0; index < (size_t)total; index++) {
        struct mg_sweep_point *point = add_point(expansion, n_axes);
        size_t rest = index;
        size_t filled = n_axes;

        for (size_t g = expansion->n_groups; g-- > 0;) {
            const struct group *group = &expansion->groups[g];
            const size_t i = rest % group->n;

            rest /= group->n;
            for (size_t k = 0; k < group->n_axes; k++) {
                point->assigned[--filled] =
                    (struct mg_assigned){group->axes[k].path, &group->axes[k].values[i]};
            }
        }
        assert(filled == 0);
        apply(expansion, point);
    }
}

/* Drop the points that an entry matches; one that matches none is a mistake. */
static void exclude(struct expansion *expansion, const struct mg_json *entries)
{
    bool *dropped = mg_heap_array(expansion->reading->heap, expansion->n, sizeof(bool));
    size_t kept = 0;

    for (size_t i = 0; i < mg_json_count(entries); i++) {
        const struct mg_json *entry = mg_json_at(entries, i);
        size_t matched = 0;

        if (!mg_exclude_check(expansion->reading, expansion->base, entry, expansion->file)) {
            expansion->fine = false;
            continue;
        }
        for (size_t p = 0; p < expansion->n; p++) {
            if (mg_exclude_matches(expansion->reading, entry, &expansion->points[p])) {
                dropped[p] = true;
                matched++;
            }
        }
        if (matched == 0 && expansion->fine) {
            mg_findings_add(expansion->reading->findings, at(expansion, entry),
                            "matches no point of the sweep");
            expansion->fine = false;
        }
    }
    for (size_t p = 0; p < expansion->n; p++) {
        if (!dropped[p]) {
            expansion->points[kept++] = expansion->points[p];
        }
    }
    expansion->n = kept;
}

static void include(struct expansion *expansion, const struct mg_json *entries)
{
    struct mg_reading *reading = expansion->reading;

    for (size_t i = 0; i < mg_json_count(entries); i++) {
        const struct mg_json *entry = mg_json_at(entries, i);
        const size_t n = mg_json_type(entry) == MG_JSON_OBJECT ? mg_json_count(entry) : 0;
        struct mg_axis_value *values = mg_heap_array(reading->heap, n, sizeof(*values));
        struct mg_sweep_point *point;
        bool fine = n > 0;

        if (n == 0) {
            mg_findings_add(reading->findings, at(expansion, entry),
                            "must be an object of dotted keys and values");
        }
        for (size_t k = 0; k < n; k++) {
            const struct mg_json *member = mg_json_at(entry, k);

            fine = mg_axis_path_check(reading, expansion->base, mg_json_key(member),
                                      at(expansion, member)) &&
                   mg_axis_value_read(reading, &values[k], mg_json_key(member), member,
                                      at(expansion, member)) &&
                   fine;
            values[k].place = i + 1;
            values[k].included = true;
        }
        if (!fine) {
            expansion->fine = false;
            continue;
        }
        point = add_point(expansion, n);
        for (size_t k = 0; k < n; k++) {
            point->assigned[k] =
                (struct mg_assigned){mg_json_key(mg_json_at(entry, k)), &values[k]};
        }
        apply(expansion, point);
    }
}

/* The setting of a part of the sweep if it has the right type; complains if not. */
static const struct mg_json *part(struct expansion *expansion, const char *path,
                                  enum mg_json_type type)
{
    const struct mg_setting *setting = mg_settings_get(expansion->base, path);

    if (setting == NULL || mg_json_type(setting->value) == type) {
        return setting == NULL ? NULL : setting->value;
    }
    mg_findings_add(expansion->reading->findings, setting->place, "must be %s, not %s",
                    mg_json_type_name(type), mg_json_type_name(mg_json_type(setting->value)));
    expansion->fine = false;
    return NULL;
}

static void read_zip(struct expansion *expansion, const struct mg_json *entries)
{
    for (size_t i = 0; i < mg_json_count(entries); i++) {
        const struct mg_json *entry = mg_json_at(entries, i);

        if (mg_json_type(entry) != MG_JSON_OBJECT || mg_json_count(entry) == 0) {
            mg_findings_add(expansion->reading->findings, at(expansion, entry),
                            "must be an object of dotted keys and lists");
            expansion->fine = false;
        } else {
            read_axes(expansion, entry, true);
        }
    }
}

bool mg_sweep_expand(struct mg_reading *reading, const struct mg_settings *base,
                     struct mg_sweep_point **points, size_t *n)
{
    static const char *const parts[] = {"sweep.matrix", "sweep.zip", "sweep.exclude",
                                        "sweep.include"};
    struct expansion expansion = {.reading = reading, .base = base, .fine = true};
    const struct mg_json *values[4];
    const struct mg_json *sweep = NULL;

    expansion.groups = mg_heap_array(reading->heap, GROUPS_MAX, sizeof(*expansion.groups));
    for (size_t i = 0; i < 4; i++) {
        const struct mg_setting *setting = mg_settings_get(base, parts[i]);

        if (setting != NULL) {
            sweep = setting->value;
            expansion.file = setting->place.file;
        }
        values[i] = part(&expansion, parts[i], i == 0 ? MG_JSON_OBJECT : MG_JSON_ARRAY);
    }
    if (values[0] != NULL) {
        read_axes(&expansion, values[0], false);
    }
    if (values[1] != NULL) {
        read_zip(&expansion, values[1]);
    }
    combine(&expansion, sweep);
    if (values[2] != NULL) {
        exclude(&expansion, values[2]);
    }
    if (values[3] != NULL) {
        include(&expansion, values[3]);
    }
    *points = expansion.points;
    *n = expansion.n;
    return expansion.fine;
}

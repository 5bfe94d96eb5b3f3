/* spec_points.c - the points of an experiment: expanded, resolved, bound, and told apart. */
#include "harness/spec_points.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bind.h"
#include "harness/sweep.h"

enum { PATHS_MAX = 1024 };

/* A bound point and what tells it from others. */
struct candidate {
    struct mg_point point;
    const char *identity; /* training and measures */
    size_t index;         /* in the order of the file */
    bool reduced;         /* some assigned key does not apply */
    bool dropped;
};

/* Does an assigned key apply to the point, itself or, for an object, anything in it? */
static bool is_effective(const struct mg_resolved *resolved, const char *path)
{
    return mg_settings_has(&resolved->settings, path);
}

/* Canonical JSON of the assigned keys that apply. */
static char *write_assignment(struct mg_heap *heap, const struct mg_resolved *resolved,
                              const struct mg_sweep_point *point, bool *reduced)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bool first = true;

    assert(out != NULL);
    fputc('{', out);
    for (size_t i = 0; i < point->n_assigned; i++) {
        if (!is_effective(resolved, point->assigned[i].path)) {
            *reduced = true;
            continue;
        }
        fprintf(out, "%s\"%s\":%s", first ? "" : ",", point->assigned[i].path,
                point->assigned[i].value->canonical);
        first = false;
    }
    fputc('}', out);
    fclose(out);
    return mg_heap_adopt(heap, text);
}

enum { LABEL_MAX = 24 };

/*
 * What a person calls a value: its text, an object's name, JSON that is short, or which one of the
 * list it is. (Generators make numbers, which are short.)
 */
static void write_value_label(FILE *out, const struct mg_axis_value *value)
{
    const struct mg_json *named = value->json;

    if (mg_json_type(named) == MG_JSON_OBJECT && mg_json_get(named, "name") != NULL) {
        named = mg_json_get(named, "name");
    }
    if (mg_json_type(named) == MG_JSON_STRING) {
        fputs(mg_json_string(named), out);
    } else if (strlen(value->canonical) <= LABEL_MAX) {
        fputs(value->canonical, out);
    } else {
        fprintf(out, "%s#%zu", value->included ? "included " : "", value->place);
    }
}

/* The assignment for people: "kind=oracle rows_file=toy.tsv", the last component of each path. */
static char *write_label(struct mg_heap *heap, const struct mg_resolved *resolved,
                         const struct mg_sweep_point *point)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert(out != NULL);
    for (size_t i = 0; i < point->n_assigned; i++) {
        const char *path = point->assigned[i].path;
        const char *dot = strrchr(path, '.');

        if (is_effective(resolved, path)) {
            fprintf(out, "%s%s=", ftell(out) > 0 ? " " : "", dot == NULL ? path : dot + 1);
            write_value_label(out, point->assigned[i].value);
        }
    }
    fclose(out);
    return mg_heap_adopt(heap, text);
}

/* Everything that decides the rows of a point, and how they are named. */
static const char *write_identity(struct mg_reading *reading, const struct mg_point *point)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert(out != NULL);
    fputs(point->training, out);
    fputs(point->checkpoint_path == NULL ? "" : point->checkpoint_path, out);
    for (size_t i = 0; i < point->n_measures; i++) {
        fprintf(out, "\n%s %s", point->measures[i].name, point->measures[i].canonical);
    }
    fclose(out);
    return mg_heap_adopt(reading->heap, text);
}

static int by_identity(const void *a, const void *b)
{
    const struct candidate *x = *(const struct candidate *const *)a;
    const struct candidate *y = *(const struct candidate *const *)b;
    const int order = strcmp(x->identity, y->identity);

    return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

/*
 * Equal points: where a key that does not apply made the difference, the first stands for all;
 * otherwise the sweep says one thing twice, which is a mistake.
 */
static void drop_equal(struct mg_reading *reading, struct candidate *candidates, size_t n,
                       struct mg_place place)
{
    struct candidate **sorted = mg_heap_array(reading->heap, n, sizeof(*sorted));
    struct candidate *first = NULL;

    for (size_t i = 0; i < n; i++) {
        sorted[i] = &candidates[i];
    }
    qsort(sorted, n, sizeof(*sorted), by_identity);
    for (size_t i = 0; i < n; i++) {
        if (first == NULL || strcmp(first->identity, sorted[i]->identity) != 0) {
            first = sorted[i];
        } else if (first->reduced || sorted[i]->reduced) {
            sorted[i]->dropped = true;
        } else {
            mg_findings_add(reading->findings, place, "points %zu and %zu are the same: %s",
                            first->index, sorted[i]->index, sorted[i]->point.assignment);
        }
    }
}

/* Resolve and bind one point of the sweep. */
static bool bind(struct mg_spec *spec, struct mg_reading *reading, struct candidate *candidate,
                 const struct mg_sweep_point *swept, struct mg_place root)
{
    struct mg_resolved resolved;
    struct mg_binding binding = {.reading = reading,
                                 .heap = spec->heap,
                                 .resolved = &resolved,
                                 .point = &candidate->point,
                                 .seed = spec->seed_value};

    mg_resolve(reading, &resolved, &swept->settings, root);
    if (!mg_bind_point(&binding)) {
        return false;
    }
    candidate->point.assignment =
        write_assignment(spec->heap, &resolved, swept, &candidate->reduced);
    candidate->point.label = write_label(spec->heap, &resolved, swept);
    candidate->point.replicates = candidate->point.trains ? spec->replicates : 1;
    candidate->identity = write_identity(reading, &candidate->point);
    return true;
}

/* Distinct paths that the points assign, in *paths of the reading's heap; returns how many. */
static size_t assigned_paths(struct mg_reading *reading, const char ***paths,
                             const struct mg_sweep_point *points, size_t n)
{
    size_t count = 0;
    size_t capacity = 0;

    for (size_t p = 0; p < n; p++) {
        capacity = points[p].n_assigned > capacity ? points[p].n_assigned : capacity;
    }
    capacity += PATHS_MAX;
    *paths = mg_heap_array(reading->heap, capacity, sizeof(char *));
    for (size_t p = 0; p < n; p++) {
        for (size_t k = 0; k < points[p].n_assigned && count < capacity; k++) {
            bool known = false;

            for (size_t i = 0; i < count && !known; i++) {
                known = strcmp((*paths)[i], points[p].assigned[k].path) == 0;
            }
            if (!known) {
                (*paths)[count++] = points[p].assigned[k].path;
            }
        }
    }
    return count;
}

/* Report what is unused among settings, less what a path deeper than `own` replaces. */
static void check_list(struct mg_reading *reading, const struct mg_settings *settings,
                       const char *own, const char *const *paths, size_t n_paths)
{
    struct mg_settings kept = {0};

    for (size_t i = 0; i < settings->n; i++) {
        bool replaced = false;

        for (size_t k = 0; k < n_paths; k++) {
            const size_t length = strlen(paths[k]);

            replaced = replaced || (length > strlen(own) &&
                                    strncmp(settings->items[i]->path, paths[k], length) == 0 &&
                                    strchr(".", settings->items[i]->path[length]) != NULL);
        }
        if (!replaced) {
            mg_settings_set(reading, &kept, settings->items[i]);
        }
    }
    mg_report_unused(reading, &kept);
}

/* Keys that no point uses; values that an axis replaces are not asked. */
static void check_used(struct mg_reading *reading, const struct mg_settings *base,
                       const struct mg_sweep_point *points, size_t n)
{
    const char **paths;
    const size_t n_paths = assigned_paths(reading, &paths, points, n);
    const struct mg_axis_value *last = NULL;

    check_list(reading, base, "", paths, n_paths);
    for (size_t p = 0; p < n; p++) {
        for (size_t k = 0; k < points[p].n_assigned; k++) {
            if (points[p].assigned[k].value != last) {
                last = points[p].assigned[k].value;
                check_list(reading, &last->settings, points[p].assigned[k].path, paths, n_paths);
            }
        }
    }
}

/* Move the points that stay into the spec; the sources of the others are released. */
static void keep(struct mg_spec *spec, struct candidate *candidates, size_t n)
{
    spec->points = mg_heap_array(spec->heap, n, sizeof(*spec->points));
    for (size_t i = 0; i < n; i++) {
        if (candidates[i].dropped) {
            mg_source_free(candidates[i].point.source);
        } else {
            spec->points[spec->n_points++] = candidates[i].point;
        }
    }
}

void mg_points_read(struct mg_spec *spec, struct mg_reading *reading,
                    const struct mg_settings *settings, struct mg_place root)
{
    const struct mg_setting *sweep = mg_settings_get(settings, "sweep");
    const struct mg_setting *expected = mg_settings_get(settings, "sweep.expect_points");
    const struct mg_place place = sweep == NULL ? root : sweep->place;
    struct mg_sweep_point *points;
    struct candidate *candidates;
    size_t n;
    const bool swept = mg_sweep_expand(reading, settings, &points, &n);
    bool fine = swept;

    candidates = mg_heap_array(reading->heap, n, sizeof(*candidates));
    for (size_t i = 0; i < n; i++) {
        candidates[i].index = i;
        fine = (bind(spec, reading, &candidates[i], &points[i], root) ||
                candidates[i].point.missing != NULL) &&
               fine;
        spec->not_run = spec->not_run == NULL ? candidates[i].point.missing : spec->not_run;
    }
    if (swept && n > 0) {
        check_used(reading, settings, points, n);
    }
    for (size_t i = 0; i < n && spec->not_run != NULL; i++) {
        candidates[i].dropped = true;
    }
    if (fine && spec->not_run == NULL) {
        drop_equal(reading, candidates, n, place);
    }
    keep(spec, candidates, n);
    if (spec->not_run != NULL) {
        return; /* how many there would be is not known */
    }
    if (fine && spec->n_points == 0) {
        mg_findings_add(reading->findings, place, "no point is left");
    } else if (fine && expected != NULL && expected->valid &&
               (double)spec->n_points != mg_json_number(expected->value)) {
        mg_findings_add(reading->findings, expected->place, "the sweep has %zu points, not %.0f",
                        spec->n_points, mg_json_number(expected->value));
    }
}

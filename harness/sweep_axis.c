/* sweep_axis.c - one axis of a sweep: its key, and its values from a list or a generator. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/suggest.h"
#include "harness/sweep.h"

enum { VALUES_MAX = 10000, PATHS_MAX = 256, NAMES_MAX = 64 };

/* Does any row of the table stand in the object at this path? */
static bool is_object(const char *prefix)
{
    size_t n;
    const struct mg_option *table = mg_options(&n);

    for (size_t i = 0; i < n; i++) {
        if (mg_option_is_in(&table[i], prefix)) {
            return true;
        }
    }
    return false;
}

/*
 * The list at `list` has no entry called as the path says (of `size` bytes, after the list): the
 * path with the nearest name there is, or NULL.
 */
static const char *suggest_entry(struct mg_reading *reading, const struct mg_settings *base,
                                 const char *list, const char *entry, size_t size)
{
    const char *names[NAMES_MAX];
    char name[65];
    size_t n = 0;
    const char *nearest;

    while (n < NAMES_MAX && mg_settings_name(base, list, n, name) != NULL) {
        names[n++] = mg_heap_text(reading->heap, name);
    }
    nearest = mg_suggest(mg_heap_format(reading->heap, "%.*s", (int)size, entry), names, n);
    return nearest == NULL ? NULL
                           : mg_heap_format(reading->heap, "%s.%s%s", list, nearest, entry + size);
}

/*
 * Lists that a path leads through have the entries it names. False with the nearest path in
 * *nearest (or NULL) if not.
 */
static bool entries_exist(struct mg_reading *reading, const struct mg_settings *base,
                          const struct mg_option *option, const char *path, const char **nearest)
{
    const char *pattern = option->path;

    for (const char *at = path; *at != '\0'; at += *at == '.' ? 1 : 0) {
        const size_t size = strcspn(at, ".");

        if (pattern[0] == '*' &&
            !mg_settings_has(
                base, mg_heap_format(reading->heap, "%.*s", (int)(at + size - path), path))) {
            const char *list = mg_heap_format(reading->heap, "%.*s", (int)(at - path) - 1, path);

            *nearest = suggest_entry(reading, base, list, at, size);
            return false;
        }
        at += size;
        pattern += strcspn(pattern, ".");
        pattern += *pattern == '.' ? 1 : 0;
    }
    return true;
}

/* The path a person could have meant by one that is not in the table, or NULL. */
static const char *suggest_path(struct mg_reading *reading, const struct mg_settings *base,
                                const char *path)
{
    const char *paths[PATHS_MAX];
    const char *dot = strrchr(path, '.');
    const char *prefix =
        mg_heap_format(reading->heap, "%.*s", dot == NULL ? 0 : (int)(dot - path), path);
    size_t count = 0;
    size_t n;
    const struct mg_option *table = mg_options(&n);

    if (dot != NULL && is_object(prefix)) { /* the object is right, only its key is not */
        const char *key = mg_option_suggest(prefix, dot + 1);

        return key == NULL ? NULL : mg_heap_format(reading->heap, "%s.%s", prefix, key);
    }
    for (size_t i = 0; i < n && count < PATHS_MAX; i++) {
        if (mg_option_sweeps(&table[i]) && strchr(table[i].path, '*') == NULL) {
            paths[count++] = table[i].path;
        }
    }
    for (size_t i = 0; i < base->n && count < PATHS_MAX; i++) {
        if (mg_option_sweeps(base->items[i]->option) && !mg_setting_is_whole(base->items[i])) {
            paths[count++] = base->items[i]->path;
        }
    }
    return mg_suggest(path, paths, count);
}

bool mg_axis_path_check(struct mg_reading *reading, const struct mg_settings *base,
                        const char *path, struct mg_place place)
{
    const struct mg_option *option = strchr(path, '*') == NULL ? mg_option_find(path) : NULL;
    const char *nearest = option == NULL ? suggest_path(reading, base, path) : NULL;

    if (option == NULL || !entries_exist(reading, base, option, path, &nearest)) {
        mg_findings_add(reading->findings, place, "no such option%s%s%s",
                        nearest == NULL ? "" : "; did you mean \"", nearest == NULL ? "" : nearest,
                        nearest == NULL ? "" : "\"?");
        return false;
    }
    if (!mg_option_sweeps(option)) {
        mg_findings_add(reading->findings, place,
                        "\"%s\" cannot be swept: only keys of source, predictor, train and "
                        "measure can",
                        path);
        return false;
    }
    return true;
}

bool mg_axis_value_read(struct mg_reading *reading, struct mg_axis_value *value, const char *path,
                        const struct mg_json *json, struct mg_place place)
{
    const size_t before = mg_findings_count(reading->findings);

    *value = (struct mg_axis_value){.json = json, .canonical = mg_reading_canonical(reading, json)};
    mg_settings_read(reading, &value->settings, path, json, place, false);
    return mg_findings_count(reading->findings) == before;
}

/* Numbers from 12 significant digits, so that 0.1 + 2 * 0.1 is written 0.3. */
static double rounded(double number)
{
    char text[32];

    snprintf(text, sizeof(text), "%.12g", number);
    return strtod(text, NULL);
}

struct generator {
    const char *name;
    const char *usage;
    size_t n_arguments;
    /* Number of values (0: the sentence is in *problem), and the i-th of n. */
    size_t (*count)(const double *arguments, const char **problem);
    double (*value)(const double *arguments, size_t i, size_t n);
};

static size_t range_count(const double *a, const char **problem)
{
    const double steps = (a[1] - a[0]) / a[2];

    if (a[2] == 0.0 || !(steps >= 0.0) || steps > VALUES_MAX) {
        *problem = "the step does not lead from a to b in at most 10000 values";
        return 0;
    }
    if (fabs(steps - round(steps)) > 1e-9 * fmax(1.0, steps)) {
        *problem = "the step does not land on b (both ends are included)";
        return 0;
    }
    return (size_t)round(steps) + 1;
}

static double range_value(const double *a, size_t i, size_t n)
{
    return i + 1 == n ? a[1] : rounded(a[0] + (double)i * a[2]);
}

static size_t log2_count(const double *a, const char **problem)
{
    if (a[0] != floor(a[0]) || a[1] != floor(a[1]) || a[0] > a[1] || fabs(a[0]) > 50.0 ||
        fabs(a[1]) > 50.0) {
        *problem = "needs two integer exponents a <= b within -50 and 50";
        return 0;
    }
    return (size_t)(a[1] - a[0]) + 1;
}

static double log2_value(const double *a, size_t i, size_t n)
{
    (void)n;
    return ldexp(1.0, (int)a[0] + (int)i);
}

static size_t geom_count(const double *a, const char **problem)
{
    if (!(a[0] > 0.0) || !(a[1] > 0.0) || a[2] != floor(a[2]) || a[2] < 2.0 || a[2] > VALUES_MAX) {
        *problem = "needs two ends above 0 and 2 to 10000 values";
        return 0;
    }
    return (size_t)a[2];
}

static double geom_value(const double *a, size_t i, size_t n)
{
    const double share = (double)i / (double)(n - 1);

    if (i == 0 || i + 1 == n) {
        return a[i == 0 ? 0 : 1];
    }
    return rounded(a[0] * pow(a[1] / a[0], share));
}

static const struct generator GENERATORS[] = {
    {"range", "{\"range\": [a, b, step]}", 3, range_count, range_value},
    {"log2", "{\"log2\": [a, b]}", 2, log2_count, log2_value},
    {"geom", "{\"geom\": [a, b, n]}", 3, geom_count, geom_value},
};
enum { N_GENERATORS = sizeof(GENERATORS) / sizeof(GENERATORS[0]) };

/* The generator an object calls, or NULL. */
static const struct generator *generator_of(const struct mg_json *values)
{
    if (mg_json_count(values) != 1) {
        return NULL;
    }
    for (size_t i = 0; i < N_GENERATORS; i++) {
        if (strcmp(mg_json_key(mg_json_at(values, 0)), GENERATORS[i].name) == 0) {
            return &GENERATORS[i];
        }
    }
    return NULL;
}

/* The arguments of a generator as numbers; false after a complaint. */
static bool arguments_of(struct mg_reading *reading, double *arguments,
                         const struct generator *generator, struct mg_place place)
{
    bool fine = mg_json_type(place.json) == MG_JSON_ARRAY &&
                mg_json_count(place.json) == generator->n_arguments;

    for (size_t i = 0; fine && i < generator->n_arguments; i++) {
        fine = mg_json_type(mg_json_at(place.json, i)) == MG_JSON_NUMBER;
        arguments[i] = fine ? mg_json_number(mg_json_at(place.json, i)) : 0.0;
    }
    if (!fine) {
        mg_findings_add(reading->findings, place, "must be written %s", generator->usage);
    }
    return fine;
}

static bool generate(struct mg_reading *reading, struct mg_axis *axis, const struct mg_json *values)
{
    const struct generator *generator = generator_of(values);
    const struct mg_option *option = mg_option_find(axis->path);
    struct mg_place place = {.file = axis->place.file};
    const char *problem = NULL;
    double arguments[3];
    bool fine = true;

    if (generator == NULL) {
        place.json = values;
        mg_findings_add(reading->findings, place,
                        "must be a list, or one of {\"range\": [a, b, step]}, {\"log2\": [a, b]}, "
                        "{\"geom\": [a, b, n]}");
        return false;
    }
    place.json = mg_json_at(values, 0);
    if (!arguments_of(reading, arguments, generator, place)) {
        return false;
    }
    axis->n = generator->count(arguments, &problem);
    if (axis->n == 0) {
        mg_findings_add(reading->findings, place, "%s", problem);
        return false;
    }
    axis->values = mg_heap_array(reading->heap, axis->n, sizeof(*axis->values));
    for (size_t i = 0; i < axis->n && fine; i++) { /* one place, one complaint */
        double number = generator->value(arguments, i, axis->n);
        char text[32];

        if (option->type == MG_OPTION_INTEGER && generator->value == geom_value) {
            number = round(number); /* a geometric ladder of sizes */
        }
        fine = mg_axis_value_read(reading, &axis->values[i], axis->path,
                                  mg_reading_value(reading, mg_number_text(number, text)), place);
    }
    axis->n = fine ? axis->n : 0;
    return fine;
}

static bool read_list(struct mg_reading *reading, struct mg_axis *axis,
                      const struct mg_json *values)
{
    bool fine = true;

    axis->n = mg_json_count(values);
    axis->values = mg_heap_array(reading->heap, axis->n, sizeof(*axis->values));
    for (size_t i = 0; i < axis->n; i++) {
        const struct mg_place place = {axis->place.file, mg_json_at(values, i)};

        fine = mg_axis_value_read(reading, &axis->values[i], axis->path, place.json, place) && fine;
        axis->values[i].place = i + 1;
    }
    if (axis->n == 0 || axis->n > VALUES_MAX) {
        mg_findings_add(reading->findings, axis->place, "an axis needs 1 to 10000 values");
        fine = false;
    }
    return fine;
}

bool mg_axis_read(struct mg_reading *reading, const struct mg_settings *base, struct mg_axis *axis,
                  const struct mg_json *member, const char *file)
{
    bool fine;

    *axis = (struct mg_axis){.path = mg_heap_text(reading->heap, mg_json_key(member)),
                             .place = {.file = file, .json = member}};
    if (!mg_axis_path_check(reading, base, axis->path, axis->place)) {
        return false;
    }
    if (mg_json_type(member) == MG_JSON_ARRAY) {
        fine = read_list(reading, axis, member);
    } else if (mg_json_type(member) == MG_JSON_OBJECT) {
        fine = generate(reading, axis, member);
    } else {
        mg_findings_add(reading->findings, axis->place, "must be a list of values, not %s",
                        mg_json_type_name(mg_json_type(member)));
        return false;
    }
    return fine;
}

bool mg_axis_is_distinct(struct mg_reading *reading, const struct mg_axis *axis)
{
    for (size_t i = 0; i < axis->n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(axis->values[i].canonical, axis->values[k].canonical) == 0) {
                mg_findings_add(reading->findings, axis->place,
                                "duplicate: values %zu and %zu are both %.60s", k, i,
                                axis->values[i].canonical);
                return false;
            }
        }
    }
    return true;
}

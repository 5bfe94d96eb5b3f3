/* sweep_exclude.c - which points an exclude entry matches: comparisons, no expression language. */
#include <stdlib.h>
#include <string.h>

#include "harness/suggest.h"
#include "harness/sweep.h"

/* One side of a comparison. */
struct operand {
    const char *canonical; /* NULL: the point has no such key */
    bool is_number;
    double number;
};

static bool equal(const struct operand *a, const struct operand *b)
{
    return strcmp(a->canonical, b->canonical) == 0;
}

static bool unequal(const struct operand *a, const struct operand *b)
{
    return !equal(a, b);
}

static bool less(const struct operand *a, const struct operand *b)
{
    return a->is_number && b->is_number && a->number < b->number;
}

static bool less_or_equal(const struct operand *a, const struct operand *b)
{
    return a->is_number && b->is_number && a->number <= b->number;
}

static bool greater(const struct operand *a, const struct operand *b)
{
    return less(b, a);
}

static bool greater_or_equal(const struct operand *a, const struct operand *b)
{
    return less_or_equal(b, a);
}

static const struct comparison {
    const char *name;
    bool numbers; /* compares numbers only */
    bool (*holds)(const struct operand *a, const struct operand *b);
} COMPARISONS[] = {
    {"$eq", false, equal},        {"$ne", false, unequal}, {"$lt", true, less},
    {"$le", true, less_or_equal}, {"$gt", true, greater},  {"$ge", true, greater_or_equal},
};
enum { N_COMPARISONS = sizeof(COMPARISONS) / sizeof(COMPARISONS[0]) };

static const struct comparison *comparison_find(const char *name)
{
    for (size_t i = 0; i < N_COMPARISONS; i++) {
        if (strcmp(COMPARISONS[i].name, name) == 0) {
            return &COMPARISONS[i];
        }
    }
    return NULL;
}

static bool is_path(const struct mg_json *value)
{
    return mg_json_type(value) == MG_JSON_STRING && mg_option_find(mg_json_string(value)) != NULL &&
           mg_option_sweeps(mg_option_find(mg_json_string(value)));
}

/* Is an object {"$lt": ...} rather than the value of an axis? */
static bool is_comparing(const struct mg_json *value)
{
    return mg_json_type(value) == MG_JSON_OBJECT && mg_json_count(value) > 0 &&
           mg_json_key(mg_json_at(value, 0))[0] == '$';
}

/* The comparison a member names; NULL after a complaint. */
static const struct comparison *known(struct mg_reading *reading, const struct mg_json *member,
                                      const char *file)
{
    const char *names[N_COMPARISONS];
    const struct comparison *comparison = comparison_find(mg_json_key(member));
    const char *nearest;

    if (comparison != NULL) {
        return comparison;
    }
    for (size_t i = 0; i < N_COMPARISONS; i++) {
        names[i] = COMPARISONS[i].name;
    }
    nearest = mg_suggest(mg_json_key(member), names, N_COMPARISONS);
    mg_findings_add(reading->findings, (struct mg_place){file, member},
                    "unknown comparison%s%s%s\n    allowed here: $eq, $ge, $gt, $le, $lt, $ne",
                    nearest == NULL ? "" : "; did you mean \"", nearest == NULL ? "" : nearest,
                    nearest == NULL ? "" : "\"?");
    return NULL;
}

static bool literal_check(struct mg_reading *reading, const struct mg_json *value,
                          const struct comparison *comparison, const char *file)
{
    if (!comparison->numbers || mg_json_type(value) == MG_JSON_NUMBER) {
        return true;
    }
    mg_findings_add(reading->findings, (struct mg_place){file, value},
                    "%s compares numbers, not %s", comparison->name,
                    mg_json_type_name(mg_json_type(value)));
    return false;
}

/* {"$ge": [a, b]}: each side a dotted key or a literal. */
static bool pair_check(struct mg_reading *reading, const struct mg_settings *base,
                       const struct mg_json *member, const char *file)
{
    const struct comparison *comparison = known(reading, member, file);
    bool fine = comparison != NULL;

    if (mg_json_type(member) != MG_JSON_ARRAY || mg_json_count(member) != 2) {
        mg_findings_add(reading->findings, (struct mg_place){file, member},
                        "must be a list of two: dotted keys or values");
        return false;
    }
    for (size_t i = 0; i < 2; i++) {
        const struct mg_json *side = mg_json_at(member, i);
        const bool dotted =
            mg_json_type(side) == MG_JSON_STRING && strchr(mg_json_string(side), '.') != NULL;

        if (is_path(side) || dotted) {
            fine = mg_axis_path_check(reading, base, mg_json_string(side),
                                      (struct mg_place){file, side}) &&
                   fine;
        } else if (comparison != NULL) {
            fine = literal_check(reading, side, comparison, file) && fine;
        }
    }
    return fine;
}

bool mg_exclude_check(struct mg_reading *reading, const struct mg_settings *base,
                      const struct mg_json *entry, const char *file)
{
    bool fine = true;

    if (mg_json_type(entry) != MG_JSON_OBJECT || mg_json_count(entry) == 0) {
        mg_findings_add(reading->findings, (struct mg_place){file, entry},
                        "must be an object of dotted keys and values or comparisons");
        return false;
    }
    for (size_t i = 0; i < mg_json_count(entry); i++) {
        const struct mg_json *member = mg_json_at(entry, i);

        if (mg_json_key(member)[0] == '$') {
            fine = pair_check(reading, base, member, file) && fine;
            continue;
        }
        fine = mg_axis_path_check(reading, base, mg_json_key(member),
                                  (struct mg_place){file, member}) &&
               fine;
        for (size_t k = 0; is_comparing(member) && k < mg_json_count(member); k++) {
            const struct mg_json *bound = mg_json_at(member, k);
            const struct comparison *comparison = known(reading, bound, file);

            fine = comparison != NULL && literal_check(reading, bound, comparison, file) && fine;
        }
    }
    return fine;
}

static struct operand literal(struct mg_reading *reading, const struct mg_json *value)
{
    struct operand operand = {.canonical = mg_reading_canonical(reading, value)};

    operand.is_number = mg_json_type(value) == MG_JSON_NUMBER;
    operand.number = operand.is_number ? mg_json_number(value) : 0.0;
    return operand;
}

/* The value a key has at a point: swept, written in the file, or its default. */
static struct operand value_at(struct mg_reading *reading, const struct mg_sweep_point *point,
                               const char *path)
{
    const struct mg_setting *setting = mg_settings_get(&point->settings, path);
    const struct mg_option *option = mg_option_find(path);

    for (size_t i = 0; i < point->n_assigned; i++) {
        if (strcmp(point->assigned[i].path, path) == 0) {
            return literal(reading, point->assigned[i].value->json);
        }
    }
    if (setting != NULL) {
        return literal(reading, setting->value);
    }
    if (option->fallback != NULL) { /* written canonically in the table */
        char *end;
        struct operand operand = {.canonical = option->fallback};

        operand.number = strtod(option->fallback, &end);
        operand.is_number = *end == '\0';
        return operand;
    }
    return (struct operand){.canonical = NULL};
}

static struct operand side_of(struct mg_reading *reading, const struct mg_sweep_point *point,
                              const struct mg_json *side)
{
    return is_path(side) ? value_at(reading, point, mg_json_string(side)) : literal(reading, side);
}

static bool holds(const char *name, struct operand a, struct operand b)
{
    return a.canonical != NULL && b.canonical != NULL && comparison_find(name)->holds(&a, &b);
}

bool mg_exclude_matches(struct mg_reading *reading, const struct mg_json *entry,
                        const struct mg_sweep_point *point)
{
    for (size_t i = 0; i < mg_json_count(entry); i++) {
        const struct mg_json *member = mg_json_at(entry, i);
        const char *key = mg_json_key(member);

        if (key[0] == '$') {
            if (!holds(key, side_of(reading, point, mg_json_at(member, 0)),
                       side_of(reading, point, mg_json_at(member, 1)))) {
                return false;
            }
        } else if (is_comparing(member)) {
            for (size_t k = 0; k < mg_json_count(member); k++) {
                const struct mg_json *bound = mg_json_at(member, k);

                if (!holds(mg_json_key(bound), value_at(reading, point, key),
                           literal(reading, bound))) {
                    return false;
                }
            }
        } else if (!holds("$eq", value_at(reading, point, key), literal(reading, member))) {
            return false;
        }
    }
    return true;
}

/*
 * resolve.h - one point's settings with defaults in and what does not apply out.
 */
#ifndef MG_HARNESS_RESOLVE_H
#define MG_HARNESS_RESOLVE_H

#include "harness/settings.h"

/* A point, resolved: every key that applies to it and has a value, sorted by path. */
struct mg_resolved {
    struct mg_reading *reading;
    const struct mg_settings *given; /* the settings it came from, in the order of the file */
    struct mg_settings settings;
    struct mg_place root;
    bool complete; /* no required key is missing and every value is valid */
};

/*
 * Resolve the sections source, predictor, train and measure. Settings that apply are marked used;
 * missing required keys go to the findings.
 */
void mg_resolve(struct mg_reading *reading, struct mg_resolved *resolved,
                const struct mg_settings *given, struct mg_place root);

/* The resolved setting of a path made by a format, or NULL. */
struct mg_setting *mg_resolved_get(const struct mg_resolved *resolved, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Add or replace a value that follows from others (a default that depends on the source). */
void mg_resolved_put(struct mg_resolved *resolved, const char *path, const char *json);

/* Where to complain about a path: at its own setting, else at the nearest object around it. */
struct mg_place mg_resolved_place(const struct mg_resolved *resolved, const char *path);

/*
 * Canonical JSON of the object at a path with everything below it, less the keys whose last
 * component is one of the space-separated words of `without`. Owned by the reading.
 */
const char *mg_resolved_canonical(const struct mg_resolved *resolved, const char *path,
                                  const char *without);

/* Complain about settings that no point uses, the outermost only, unless an axis replaces them. */
void mg_report_unused(struct mg_reading *reading, const struct mg_settings *settings);

#endif

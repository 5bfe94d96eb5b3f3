/*
 * sweep.h - the points of an experiment: matrix x zip, less exclude, and include.
 *
 * An axis is any dotted key of the option table inside source, predictor, train or measure, or one
 * of these whole. Values are set from the shortest path to the longest, so that an axis may vary
 * a key of an object that another axis varies as a whole.
 */
#ifndef MG_HARNESS_SWEEP_H
#define MG_HARNESS_SWEEP_H

#include "harness/settings.h"

enum { MG_SWEEP_POINTS_MAX = 100000 };

/* One value of an axis: what it sets, and how it is written. */
struct mg_axis_value {
    const struct mg_json *json;
    struct mg_settings settings; /* one for a key, many for an object; unset if it is faulty */
    const char *canonical;
    size_t place;  /* in the list of its axis, or of the included points, from 1; else 0 */
    bool included; /* of a point that stands for itself */
};

struct mg_axis {
    const char *path;
    struct mg_place place;
    struct mg_axis_value *values;
    size_t n;
};

/* One key that varies and the value it has at a point. */
struct mg_assigned {
    const char *path;
    const struct mg_axis_value *value;
};

struct mg_sweep_point {
    struct mg_settings settings;
    struct mg_assigned *assigned; /* sorted by path */
    size_t n_assigned;
};

/*
 * All points, in the order of the file (first axis slowest, included points last); without a
 * sweep the one point of the base settings. Faults go to the findings; false if there are any in
 * the sweep, then the points are those that can still be checked. Owned by the reading.
 */
bool mg_sweep_expand(struct mg_reading *reading, const struct mg_settings *base,
                     struct mg_sweep_point **points, size_t *n);

/* Read one axis; member is its key and values (a list or a generator). False after a complaint. */
bool mg_axis_read(struct mg_reading *reading, const struct mg_settings *base, struct mg_axis *axis,
                  const struct mg_json *member, const char *file);

/* No value twice; zipped axes may repeat theirs. Complains about the first. */
bool mg_axis_is_distinct(struct mg_reading *reading, const struct mg_axis *axis);

/* Read one value for a dotted key; member's key is the path. False after a complaint. */
bool mg_axis_value_read(struct mg_reading *reading, struct mg_axis_value *value, const char *path,
                        const struct mg_json *json, struct mg_place place);

/* Is this the path of a key that may vary? Complains at place if not. */
bool mg_axis_path_check(struct mg_reading *reading, const struct mg_settings *base,
                        const char *path, struct mg_place place);

/* Shape of one exclude entry; complains about each fault. */
bool mg_exclude_check(struct mg_reading *reading, const struct mg_settings *base,
                      const struct mg_json *entry, const char *file);

/* Does a checked entry match the point? */
bool mg_exclude_matches(struct mg_reading *reading, const struct mg_json *entry,
                        const struct mg_sweep_point *point);

#endif

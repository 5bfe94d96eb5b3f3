/*
 * spec_points.h - the points of an experiment: expanded, resolved, bound, and told apart.
 */
#ifndef MG_HARNESS_SPEC_POINTS_H
#define MG_HARNESS_SPEC_POINTS_H

#include "harness/settings.h"
#include "harness/spec.h"

/*
 * Fill spec->points from the settings of a file; its header must have been read. Combinations that
 * differ only in keys that do not apply to them are one point, the first. Faults go to the
 * findings; the spec can be freed in any case.
 */
void mg_points_read(struct mg_spec *spec, struct mg_reading *reading,
                    const struct mg_settings *settings, struct mg_place root);

#endif

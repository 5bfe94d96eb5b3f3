/*
 * override.h - keys of an experiment file that the command line sets: --set key=value.
 */
#ifndef MG_HARNESS_OVERRIDE_H
#define MG_HARNESS_OVERRIDE_H

#include "harness/settings.h"

/* What a finding says in place of a file's name begins so. */
#define MG_OVERRIDE_PLACE "--set "

/*
 * Set "train.steps=100" and the like over what the file says: anything that a sweep may vary,
 * seed, and replicates. The value is JSON, or else a text. A swept key is refused: --only selects
 * among its values. Faults go to the findings.
 */
void mg_override(struct mg_reading *reading, struct mg_settings *settings, const char *assignment);

#endif

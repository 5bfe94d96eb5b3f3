/*
 * inherit.h - one experiment file and those it extends, as settings.
 */
#ifndef MG_HARNESS_INHERIT_H
#define MG_HARNESS_INHERIT_H

#include "harness/settings.h"

/*
 * Read the file at path over those it extends: depth first, in the order listed, each merged over
 * what came before (RFC 7396); sweep, claims and figures are not inherited. Paths in "extends" are
 * relative to the file that has them. Faults go to the findings. *root and *text are those of the
 * file itself and live with the reading. False when a file could not be read or parsed, so that
 * what the settings lack cannot be told.
 */
bool mg_inherit(struct mg_reading *reading, struct mg_settings *settings, const char *path,
                const struct mg_json **root, const char **text);

/*
 * path as seen from the folder of `file`, or from the current one where the command line set it;
 * absolute paths stay. Owned by the heap.
 */
const char *mg_path_beside(struct mg_heap *heap, const char *file, const char *path);

#endif

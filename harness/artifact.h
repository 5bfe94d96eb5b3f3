/*
 * artifact.h - files that are generated: read whole, written whole or not at all.
 */
#ifndef MG_HARNESS_ARTIFACT_H
#define MG_HARNESS_ARTIFACT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/numeric/error.h"

/* Read a regular file of at most 64 MiB; *text is terminated and the caller's. MG_EUSAGE. */
enum mg_status mg_artifact_read(char **text, size_t *size, const char *path, struct mg_error *err);

/* True if a regular file stands at path. */
bool mg_artifact_exists(const char *path);

/*
 * Write beside path, flush to disk, rename over it: a reader sees the old file or the new one,
 * also after a crash or on a full disk. MG_ESTORAGE, with nothing left behind.
 */
enum mg_status mg_artifact_write(const char *path, const char *bytes, size_t size,
                                 struct mg_error *err);

/* Make a folder and those above it, as far as they are missing. MG_ESTORAGE. */
enum mg_status mg_artifact_folder(const char *path, struct mg_error *err);

/* "folder/name", malloc'd; name alone where folder is "" or name starts with '/'. */
char *mg_artifact_path(const char *folder, const char *name);

/* Everything before the last '/' of path, malloc'd; "." where there is none, "/" for the root. */
char *mg_artifact_parent(const char *path);

#endif

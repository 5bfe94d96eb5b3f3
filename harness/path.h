/*
 * path.h - names of files and folders, put together and taken apart.
 */
#ifndef MG_HARNESS_PATH_H
#define MG_HARNESS_PATH_H

#include <stdbool.h>

/* "folder/name", malloc'd; name alone where folder is "" or name starts with '/'. */
char *mg_path_join(const char *folder, const char *name);

/* Everything before the last '/' of path, malloc'd; "." where there is none, "/" for the root. */
char *mg_path_parent(const char *path);

/* True if a regular file stands at path. */
bool mg_path_is_file(const char *path);

#endif

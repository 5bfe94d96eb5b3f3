/*
 * file.h - files and folders: bounded reading, and writing that is never seen half done.
 *
 * A write goes to a new name in the same folder, to the disk, and only then to its own name: after
 * a crash or a full disk the old content is there, whole. Names end in ".new-PID" until then.
 */
#ifndef MG_HARNESS_FILE_H
#define MG_HARNESS_FILE_H

#include <stddef.h>

#include "model/numeric/error.h"

/*
 * Read a regular file of at most size_max bytes. *data is malloc'd, the caller's, and followed by
 * a NUL byte that *size does not count. A file that is missing, not regular (a folder, a pipe) or
 * too large is MG_EUSAGE; a disk that fails is MG_ESTORAGE. On failure *data is NULL.
 */
enum mg_status mg_file_read(char **data, size_t *size, const char *path, size_t size_max,
                            struct mg_error *err);

/*
 * Write or replace a file, durably. MG_ESTORAGE when that fails, or where path is something else
 * (a device, a pipe, a folder); then path is as before.
 */
enum mg_status mg_file_write(const char *path, const void *data, size_t size, struct mg_error *err);

/* Write or replace file `to` by a copy of file `from`, as mg_file_write does. MG_ESTORAGE. */
enum mg_status mg_file_copy(const char *to, const char *from, struct mg_error *err);

/* Make a folder and those above it; fine if it exists. MG_ESTORAGE. */
enum mg_status mg_folder_make(const char *path, struct mg_error *err);

/* Make the folder that a file of this path will stand in, and those above it. MG_ESTORAGE. */
enum mg_status mg_folder_make_for(const char *path, struct mg_error *err);

/*
 * Replace folder path (or make it) by folder aside, both below one parent, durably. What stood at
 * path is removed, its plain files only: a folder that holds folders is refused. MG_ESTORAGE.
 */
enum mg_status mg_folder_replace(const char *path, const char *aside, struct mg_error *err);

/* Remove a folder of plain files; fine if it is missing. MG_ESTORAGE. */
enum mg_status mg_folder_remove(const char *path, struct mg_error *err);

/* printf into a malloc'd text, the caller's. Never NULL. */
char *mg_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

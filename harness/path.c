/*
 * path.c - names of files and folders, put together and taken apart.
 */
#include "harness/path.h"

#include <string.h>
#include <sys/stat.h>

#include "harness/file.h"

char *mg_path_join(const char *folder, const char *name)
{
    const bool alone = folder[0] == '\0' || name[0] == '/';

    return mg_format("%s%s%s", alone ? "" : folder, alone ? "" : "/", name);
}

char *mg_path_parent(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL) {
        return mg_format(".");
    }
    return mg_format("%.*s", slash == path ? 1 : (int)(slash - path), path);
}

bool mg_path_is_file(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

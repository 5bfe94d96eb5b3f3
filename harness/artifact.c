/*
 * artifact.c - files that are generated: read whole, written whole or not at all.
 */
#include "harness/artifact.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/buffer.h"

enum { READ_MAX = 64 << 20 };

enum mg_status mg_artifact_read(char **text, size_t *size, const char *path, struct mg_error *err)
{
    enum mg_status status = MG_OK;
    struct mg_buffer buffer = {0};
    struct stat info;
    char block[16384];
    ssize_t got;
    int file;

    assert(text != NULL && size != NULL && path != NULL);
    *text = NULL;
    *size = 0;
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return mg_fail(err, MG_EUSAGE, "%s: %s", path, strerror(errno));
    }
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > READ_MAX) {
        status = mg_fail(err, MG_EUSAGE, "%s: not a file of at most 64 MiB", path);
        goto done;
    }
    while ((got = read(file, block, sizeof(block))) > 0) {
        mg_buffer_add(&buffer, block, (size_t)got);
    }
    if (got < 0) {
        status = mg_fail(err, MG_EUSAGE, "%s: %s", path, strerror(errno));
        goto done;
    }
    *size = buffer.size;
    *text = mg_buffer_take(&buffer);

done:
    mg_buffer_free(&buffer);
    close(file);
    return status;
}

bool mg_artifact_exists(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static bool write_all(int file, const char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t done = write(file, bytes, size);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return false;
        }
        bytes += done;
        size -= (size_t)done;
    }
    return true;
}

enum mg_status mg_artifact_write(const char *path, const char *bytes, size_t size,
                                 struct mg_error *err)
{
    enum mg_status status = MG_OK;
    struct mg_buffer part = {0};
    int file;
    bool good;

    mg_buffer_printf(&part, "%s.part", path);
    file = open(part.text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
        goto done;
    }
    good = write_all(file, bytes, size) && fsync(file) == 0;
    good = close(file) == 0 && good;
    if (!good || rename(part.text, path) != 0) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
        unlink(part.text);
    }

done:
    mg_buffer_free(&part);
    return status;
}

enum mg_status mg_artifact_folder(const char *path, struct mg_error *err)
{
    enum mg_status status = MG_OK;
    char *copy = mg_artifact_path("", path);
    char *at = copy;
    struct stat info;

    while (status == MG_OK && at != NULL) {
        at = strchr(at + 1, '/');
        if (at != NULL) {
            *at = '\0';
        }
        if (mkdir(copy, 0777) != 0 && errno != EEXIST) {
            status = mg_fail(err, MG_ESTORAGE, "cannot make folder %s: %s", copy, strerror(errno));
        }
        if (at != NULL) {
            *at = '/';
        }
    }
    if (status == MG_OK && (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))) {
        status = mg_fail(err, MG_ESTORAGE, "%s is not a folder", path);
    }
    free(copy);
    return status;
}

char *mg_artifact_path(const char *folder, const char *name)
{
    struct mg_buffer path = {0};

    if (folder[0] != '\0' && name[0] != '/') {
        mg_buffer_printf(&path, "%s/", folder);
    }
    mg_buffer_puts(&path, name);
    return mg_buffer_take(&path);
}

char *mg_artifact_parent(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct mg_buffer parent = {0};

    if (slash == NULL) {
        mg_buffer_puts(&parent, ".");
    } else {
        mg_buffer_add(&parent, path, slash == path ? 1 : (size_t)(slash - path));
    }
    return mg_buffer_take(&parent);
}

/* file.c - see file.h. */
#include "harness/file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/path.h"

char *mg_format(const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    int size;

    va_start(arguments, format);
    size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert(size >= 0);
    text = malloc((size_t)size + 1);
    assert(text != NULL);
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)size + 1, format, arguments);
    va_end(arguments);
    return text;
}

/* Bytes until the file ends; one more than size_max is read to see that it is too large. */
static enum mg_status read_all(char **data, size_t *size, int fd, size_t size_hint,
                               const char *path, size_t size_max, struct mg_error *err)
{
    size_t allocated = (size_hint < size_max ? size_hint : size_max) + 2;
    char *bytes = malloc(allocated);
    size_t n = 0;

    assert(bytes != NULL);
    for (;;) {
        const ssize_t got = read(fd, bytes + n, allocated - 1 - n);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            free(bytes);
            return mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
        }
        if (got == 0) {
            break;
        }
        n += (size_t)got;
        if (n > size_max) {
            free(bytes);
            return mg_fail(err, MG_EUSAGE, "%s: larger than %zu bytes", path, size_max);
        }
        if (n == allocated - 1) {
            allocated *= 2;
            bytes = realloc(bytes, allocated);
            assert(bytes != NULL);
        }
    }
    bytes[n] = '\0';
    *data = bytes;
    *size = n;
    return MG_OK;
}

enum mg_status mg_file_read(char **data, size_t *size, const char *path, size_t size_max,
                            struct mg_error *err)
{
    /* Without O_NONBLOCK, opening a pipe that nobody writes would wait for ever. */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    enum mg_status status;

    *data = NULL;
    *size = 0;
    if (fd < 0) {
        return mg_fail(err, MG_EUSAGE, "%s: %s", path, strerror(errno));
    }
    if (fstat(fd, &info) != 0) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
    } else if (!S_ISREG(info.st_mode)) {
        status = mg_fail(err, MG_EUSAGE, "%s: not a regular file", path);
    } else {
        status = read_all(data, size, fd, (size_t)info.st_size, path, size_max, err);
    }
    (void)close(fd);
    return status;
}

static bool write_bytes(int fd, const void *data, size_t size)
{
    const char *bytes = data;

    while (size > 0) {
        const ssize_t put = write(fd, bytes, size);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            return false;
        }
        bytes += put;
        size -= (size_t)put;
    }
    return true;
}

static bool sync_folder(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    bool done;

    if (fd < 0) {
        return false;
    }
    done = fsync(fd) == 0;
    return close(fd) == 0 && done;
}

/* The rename of a name becomes durable with the folder that holds the name. */
static bool sync_parent(const char *path)
{
    char *parent = mg_path_parent(path);
    const bool done = sync_folder(parent);

    free(parent);
    return done;
}

/* A rename would put a file in the place of a device (/dev/null), a pipe or a folder. */
static enum mg_status check_replaceable(const char *path, struct mg_error *err)
{
    struct stat info;

    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
        return mg_fail(err, MG_ESTORAGE, "%s: not a regular file; it was left as it is", path);
    }
    return MG_OK;
}

enum mg_status mg_file_write(const char *path, const void *data, size_t size, struct mg_error *err)
{
    char *fresh = mg_format("%s.new-%ld", path, (long)getpid());
    enum mg_status status = check_replaceable(path, err);
    bool written;
    int fd;

    if (status != MG_OK) {
        goto done;
    }
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
        goto done;
    }
    written = write_bytes(fd, data, size) && fsync(fd) == 0;
    if (!written) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
    }
    if (close(fd) != 0 && written) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
    }
    if (status == MG_OK && (rename(fresh, path) != 0 || !sync_parent(path))) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
    }
    if (status != MG_OK) {
        (void)unlink(fresh);
    }

done:
    free(fresh);
    return status;
}

/* What stands in `from`, a piece at a time; true if `to` has it all, durably. */
static bool copy_bytes(int to, int from)
{
    static const size_t size = 1 << 20;
    char *bytes = malloc(size);
    ssize_t got = 1;
    bool fine = bytes != NULL;

    while (fine && got > 0) {
        got = read(from, bytes, size);
        fine = got >= 0 && write_bytes(to, bytes, (size_t)got);
    }
    free(bytes);
    return fine && fsync(to) == 0;
}

enum mg_status mg_file_copy(const char *to, const char *from, struct mg_error *err)
{
    char *fresh = mg_format("%s.new-%ld", to, (long)getpid());
    const int source = open(from, O_RDONLY | O_CLOEXEC);
    const int target =
        source < 0 ? -1 : open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    enum mg_status status = MG_OK;

    if (source < 0) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", from, strerror(errno));
    } else if (target < 0 || !copy_bytes(target, source) || rename(fresh, to) != 0 ||
               !sync_parent(to)) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", to, strerror(errno));
        (void)unlink(fresh);
    }
    if (target >= 0) {
        (void)close(target);
    }
    if (source >= 0) {
        (void)close(source);
    }
    free(fresh);
    return status;
}

enum mg_status mg_folder_make(const char *path, struct mg_error *err)
{
    char *partial = mg_format("%s", path);
    enum mg_status status = MG_OK;
    struct stat info;

    for (char *end = partial + 1; status == MG_OK && *partial != '\0'; end++) {
        const char separator = *end;
        if (separator != '/' && separator != '\0') {
            continue;
        }
        *end = '\0';
        if (mkdir(partial, 0777) != 0 &&
            (errno != EEXIST || stat(partial, &info) != 0 || !S_ISDIR(info.st_mode))) {
            status = mg_fail(err, MG_ESTORAGE, "%s: %s", partial, strerror(errno));
        }
        *end = separator;
        if (separator == '\0') {
            break;
        }
    }
    free(partial);
    return status;
}

enum mg_status mg_folder_make_for(const char *path, struct mg_error *err)
{
    char *parent = mg_path_parent(path);
    const enum mg_status status = mg_folder_make(parent, err);

    free(parent);
    return status;
}

enum mg_status mg_folder_remove(const char *path, struct mg_error *err)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    enum mg_status status = MG_OK;

    if (folder == NULL) {
        return errno == ENOENT ? MG_OK : mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
    }
    while (status == MG_OK && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            unlinkat(dirfd(folder), entry->d_name, 0) != 0) {
            status = mg_fail(err, MG_ESTORAGE, "%s/%s: %s", path, entry->d_name, strerror(errno));
        }
    }
    (void)closedir(folder);
    if (status == MG_OK && rmdir(path) != 0) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
    }
    return status;
}

enum mg_status mg_folder_replace(const char *path, const char *aside, struct mg_error *err)
{
    char *old = mg_format("%s.old-%ld", path, (long)getpid());
    enum mg_status status = mg_folder_remove(old, err);

    if (status != MG_OK) {
        goto done;
    }
    if (!sync_folder(aside)) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", aside, strerror(errno));
        goto done;
    }
    if (rename(path, old) != 0 && errno != ENOENT) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
        goto done;
    }
    if (rename(aside, path) != 0) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
        (void)rename(old, path);
        goto done;
    }
    if (!sync_parent(path)) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", path, strerror(errno));
        goto done;
    }
    status = mg_folder_remove(old, err);

done:
    free(old);
    return status;
}

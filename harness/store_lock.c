/* store_lock.c - one driver a database; see store_lock.h. */
#include "harness/store_lock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "harness/file.h"

enum { HOLDER_MAX = 400 };

/* This process as a person would name it: its number and command line. */
static void name_self(char *text, size_t size)
{
    int used = snprintf(text, size, "process %ld:", (long)getpid());
    FILE *file = fopen("/proc/self/cmdline", "rb");
    size_t at = (size_t)used;

    if (file == NULL) {
        return;
    }
    text[at++] = ' ';
    at += fread(text + at, 1, size - at - 1, file);
    fclose(file);
    for (size_t i = (size_t)used; i < at; i++) {
        if ((unsigned char)text[i] < ' ') {
            text[i] = ' '; /* arguments are separated by NUL */
        }
    }
    while (at > 0 && text[at - 1] == ' ') {
        at--;
    }
    text[at] = '\0';
}

/* True if the whole text stands in the file afterwards. */
static bool write_holder(int fd)
{
    char text[HOLDER_MAX];
    size_t size;

    name_self(text, sizeof(text));
    size = strlen(text);
    return ftruncate(fd, 0) == 0 && pwrite(fd, text, size, 0) == (ssize_t)size;
}

enum mg_status mg_store_lock(int *fd, const char *path, struct mg_error *err)
{
    char *name = NULL;
    enum mg_status status = MG_OK;

    assert(fd != NULL && path != NULL);
    name = mg_format("%s.lock", path);
    *fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*fd < 0) {
        status = mg_fail(err, MG_ESTORAGE, "%s: %s", name, strerror(errno));
        goto done;
    }
    if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
        char holder[HOLDER_MAX] = "";
        const ssize_t n = pread(*fd, holder, sizeof(holder) - 1, 0);

        holder[n > 0 ? n : 0] = '\0';
        status = mg_fail(err, errno == EWOULDBLOCK ? MG_EBUSY : MG_ESTORAGE,
                         "%s is in use by another driver (%s)", path,
                         holder[0] != '\0' ? holder : "which did not say its name");
    } else if (!write_holder(*fd)) {
        status = mg_fail(err, MG_ESTORAGE, "%s: cannot be written: %s", name, strerror(errno));
    }

done:
    if (status != MG_OK) {
        mg_store_unlock(*fd);
        *fd = -1;
    }
    free(name);
    return status;
}

void mg_store_unlock(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

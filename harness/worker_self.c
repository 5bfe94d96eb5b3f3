/* worker_self.c - the worker's side of worker processes; see worker_self.h and workers.h. */
#include "harness/worker_self.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Places of a worker's descriptors; the three standard ones stand before them. */
enum { ABOVE = 10, SOCKET = 3, FIRST_CLOSED = 4 };

/* Asked to stop, and whether that ends the process: a handler can reach nothing but globals. */
static volatile sig_atomic_t stopped;
static volatile sig_atomic_t abandons;

static void note_stop(int number)
{
    (void)number;
    stopped = 1;
    if (abandons) {
        _exit(MG_WORKER_STOPPED_CODE);
    }
}

bool mg_worker_is_stopped(void)
{
    return stopped != 0;
}

int64_t mg_worker_peak_kb(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long peak_kb = 0;

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            peak_kb = strtol(line + 6, NULL, 10);
            break;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return peak_kb;
}

/* Source: proc(5), clear_refs: 5 resets the peak resident set size. */
void mg_worker_forget_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");

    if (file != NULL) {
        (void)fputs("5", file);
        (void)fclose(file);
    }
}

void mg_worker_set_abandon(bool at_once)
{
    abandons = at_once;
    if (at_once && stopped) {
        _exit(MG_WORKER_STOPPED_CODE);
    }
}

/* All of it, in pieces; send, because writing to a reader that is gone would be a signal. */
static bool write_all(int socket, const void *data, size_t size)
{
    const char *bytes = data;

    while (size > 0) {
        const ssize_t put = send(socket, bytes, size, MSG_NOSIGNAL);
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

bool mg_worker_write(int socket, const struct mg_buffer *message)
{
    return write_all(socket, &message->size, sizeof(message->size)) &&
           write_all(socket, message->text, message->size);
}

void mg_worker_send(const struct mg_buffer *message)
{
    if (!mg_worker_write(SOCKET, message)) {
        _exit(EXIT_FAILURE);
    }
}

/* False when the driver closed, or is gone. */
static bool read_all(void *data, size_t size)
{
    char *bytes = data;

    while (size > 0) {
        const ssize_t got = read(SOCKET, bytes, size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        bytes += got;
        size -= (size_t)got;
    }
    return true;
}

static void set_signals(void)
{
    struct sigaction action = {.sa_flags = SA_RESTART};

    (void)sigemptyset(&action.sa_mask);
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    action.sa_handler = note_stop;
    (void)sigaction(MG_WORKER_STOP_SIGNAL, &action, NULL);
}

/*
 * Keep the socket and standard error, close all else: a lock that is inherited would outlive the
 * driver, and another worker's socket would hide that worker's end.
 */
static void keep_own(int socket, int errors)
{
    const int own = fcntl(socket, F_DUPFD, ABOVE);
    const int words = fcntl(errors, F_DUPFD, ABOVE);

    if (own < 0 || words < 0 || dup2(own, SOCKET) < 0 || dup2(words, STDERR_FILENO) < 0) {
        _exit(EXIT_FAILURE);
    }
    closefrom(FIRST_CLOSED);
}

void mg_worker_live(int socket, int errors, pid_t driver, mg_worker_job *job, void *ctx)
{
    size_t size;

    set_signals();
    /* The kernel ends a worker with its driver, unless that was gone before it was asked to. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != driver) {
        _exit(EXIT_FAILURE);
    }
    keep_own(socket, errors);
    while (read_all(&size, sizeof(size))) {
        char *bytes = malloc(size + 1);
        struct mg_wire order;
        if (bytes == NULL || !read_all(bytes, size)) {
            _exit(EXIT_FAILURE);
        }
        order = (struct mg_wire){bytes, bytes + size};
        job(ctx, &order);
        free(bytes);
    }
    _exit(EXIT_SUCCESS);
}

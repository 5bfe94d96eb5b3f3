/* workers.c - the driver's side of worker processes; see workers.h. */
#include "harness/workers.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/cores.h"
#include "harness/worker_self.h"
#include "model/numeric/arena.h"

enum { CHUNK = 1 << 16, WORDS_MAX = 400 };

/* One worker as the driver sees it. */
struct slot {
    pid_t pid;            /* 0: not there */
    int socket, errors;   /* jobs and answers; what it says on standard error */
    struct mg_buffer in;  /* of answers, not yet handed out */
    size_t handed;        /* bytes of `in` that were */
    char line[WORDS_MAX]; /* last line on standard error so far, whole ones and the next */
    size_t line_size;
    bool line_ended;
    int signal;
    char words[2 * WORDS_MAX];
};

struct mg_workers {
    struct slot *slots;
    struct pollfd *polled; /* (2 n) */
    size_t n;
    bool pinned;
    mg_worker_job *job;
    void *ctx;
};

static enum mg_status spawn(struct mg_workers *workers, size_t at, struct mg_error *err)
{
    struct slot *slot = &workers->slots[at];
    const pid_t driver = getpid();
    int sockets[2] = {-1, -1};
    int errors[2] = {-1, -1};
    pid_t pid = -1;

    assert(slot->pid == 0);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0 && pipe(errors) == 0) {
        (void)fflush(NULL); /* or the child could write it once more */
        pid = fork();
    }
    if (pid == 0) {
        if (workers->pinned) {
            mg_cores_pin(at);
        }
        mg_worker_live(sockets[1], errors[1], driver, workers->job, workers->ctx);
    }
    (void)close(sockets[1]);
    (void)close(errors[1]);
    if (pid < 0) {
        const int why = errno;
        (void)close(sockets[0]);
        (void)close(errors[0]);
        return mg_fail(err, MG_EENVIRONMENT, "no worker process: %s", strerror(why));
    }
    (void)fcntl(errors[0], F_SETFL, O_NONBLOCK);
    *slot = (struct slot){.pid = pid, .socket = sockets[0], .errors = errors[0], .in = slot->in};
    slot->in.size = 0;
    return MG_OK;
}

enum mg_status mg_workers_new(struct mg_workers **workers, size_t n, bool pinned,
                              mg_worker_job *job, void *ctx, struct mg_error *err)
{
    struct mg_workers *made = mg_allocate(1, sizeof(*made));
    enum mg_status status = MG_OK;

    made->slots = mg_allocate(n + 1, sizeof(*made->slots));
    made->polled = mg_allocate(2 * n + 1, sizeof(*made->polled));
    made->pinned = pinned;
    made->job = job;
    made->ctx = ctx;
    for (; status == MG_OK && made->n < n; made->n++) {
        status = spawn(made, made->n, err);
    }
    *workers = made;
    return status;
}

/* Take leave of a process that ended or is to end. */
static int bury(struct slot *slot)
{
    int outcome = 0;

    (void)close(slot->socket);
    (void)close(slot->errors);
    while (waitpid(slot->pid, &outcome, 0) < 0 && errno == EINTR) {
    }
    slot->pid = 0;
    return outcome;
}

void mg_workers_free(struct mg_workers *workers)
{
    if (workers == NULL) {
        return;
    }
    for (size_t i = 0; i < workers->n; i++) {
        if (workers->slots[i].pid > 0) {
            (void)kill(workers->slots[i].pid, SIGKILL);
            (void)bury(&workers->slots[i]);
        }
        mg_buffer_free(&workers->slots[i].in);
    }
    free(workers->polled);
    free(workers->slots);
    free(workers);
}

size_t mg_workers_count(const struct mg_workers *workers)
{
    return workers->n;
}

enum mg_status mg_workers_give(struct mg_workers *workers, size_t worker,
                               const struct mg_buffer *order, struct mg_error *err)
{
    struct slot *slot = &workers->slots[worker];
    const enum mg_status status = slot->pid == 0 ? spawn(workers, worker, err) : MG_OK;

    if (status == MG_OK) {
        (void)mg_worker_write(slot->socket, order); /* if it is dead, the next wait tells */
    }
    return status;
}

void mg_workers_stop(struct mg_workers *workers)
{
    for (size_t i = 0; i < workers->n; i++) {
        if (workers->slots[i].pid > 0) {
            (void)kill(workers->slots[i].pid, MG_WORKER_STOP_SIGNAL);
        }
    }
}

/* ---- what workers say ---- */

/* Keep the last line that is not empty. */
static void keep_line(struct slot *slot, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n') {
            slot->line_ended = true;
            continue;
        }
        if (slot->line_ended) {
            slot->line_ended = false;
            slot->line_size = 0;
        }
        if (slot->line_size + 1 < sizeof(slot->line)) {
            slot->line[slot->line_size++] = bytes[i];
        }
    }
    slot->line[slot->line_size] = '\0';
}

/* What a worker writes to its standard error goes on to ours. */
static void pass_errors(struct slot *slot)
{
    char bytes[4096];
    ssize_t size;

    while ((size = read(slot->errors, bytes, sizeof(bytes))) > 0) {
        (void)fwrite(bytes, 1, (size_t)size, stderr);
        keep_line(slot, bytes, (size_t)size);
    }
}

/* False at the end: the worker is gone. */
static bool take_bytes(struct slot *slot)
{
    char bytes[CHUNK];
    const ssize_t size = recv(slot->socket, bytes, sizeof(bytes), MSG_DONTWAIT);

    if (size > 0) {
        if (slot->handed > 0) { /* what was handed out is not needed any more */
            memmove(slot->in.text, slot->in.text + slot->handed, slot->in.size - slot->handed);
            slot->in.size -= slot->handed;
            slot->handed = 0;
        }
        mg_buffer_add(&slot->in, bytes, (size_t)size);
    }
    return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
}

/* The next whole message, if there is one. */
static bool next_message(struct mg_wire *message, struct slot *slot)
{
    const size_t left = slot->in.size - slot->handed;
    size_t size;

    if (left < sizeof(size)) {
        return false;
    }
    memcpy(&size, slot->in.text + slot->handed, sizeof(size));
    if (left < sizeof(size) + size) {
        return false;
    }
    message->at = slot->in.text + slot->handed + sizeof(size);
    message->end = message->at + size;
    slot->handed += sizeof(size) + size;
    return true;
}

static enum mg_worker_event take_leave(struct slot *slot)
{
    int outcome;

    pass_errors(slot);
    outcome = bury(slot);
    slot->signal = WIFSIGNALED(outcome) ? WTERMSIG(outcome) : 0;
    if (slot->signal == 0 && WEXITSTATUS(outcome) == MG_WORKER_STOPPED_CODE) {
        return MG_WORKER_STOPPED;
    }
    if (slot->signal != 0) {
        snprintf(slot->words, sizeof(slot->words), "worker killed by signal %d (%s)", slot->signal,
                 strsignal(slot->signal));
    } else {
        snprintf(slot->words, sizeof(slot->words), "worker ended with exit code %d",
                 WEXITSTATUS(outcome));
    }
    if (slot->line_size > 0) {
        const size_t used = strlen(slot->words);
        snprintf(slot->words + used, sizeof(slot->words) - used, ": %s", slot->line);
    }
    return MG_WORKER_DIED;
}

static void poll_all(struct mg_workers *workers, double timeout_s)
{
    for (size_t i = 0; i < workers->n; i++) {
        const bool there = workers->slots[i].pid > 0;
        workers->polled[2 * i] =
            (struct pollfd){.fd = there ? workers->slots[i].socket : -1, .events = POLLIN};
        workers->polled[2 * i + 1] =
            (struct pollfd){.fd = there ? workers->slots[i].errors : -1, .events = POLLIN};
    }
    if (poll(workers->polled, 2 * workers->n, (int)(1000.0 * timeout_s)) <= 0) {
        for (size_t i = 0; i < 2 * workers->n; i++) {
            workers->polled[i].revents = 0;
        }
    }
}

enum mg_worker_event mg_workers_wait(struct mg_workers *workers, size_t *worker,
                                     struct mg_wire *message, double timeout_s)
{
    for (int round = 0; round < 2; round++) {
        for (*worker = 0; *worker < workers->n; ++*worker) {
            if (next_message(message, &workers->slots[*worker])) {
                return MG_WORKER_MESSAGE;
            }
        }
        if (round == 0) {
            poll_all(workers, timeout_s);
        }
        for (*worker = 0; round == 0 && *worker < workers->n; ++*worker) {
            struct slot *slot = &workers->slots[*worker];
            if (workers->polled[2 * *worker + 1].revents & POLLIN) {
                pass_errors(slot);
            }
            if (workers->polled[2 * *worker].revents != 0 && !take_bytes(slot)) {
                return take_leave(slot);
            }
        }
    }
    return MG_WORKER_NONE;
}

const char *mg_workers_last_words(const struct mg_workers *workers, size_t worker, int *signal)
{
    *signal = workers->slots[worker].signal;
    return workers->slots[worker].words;
}

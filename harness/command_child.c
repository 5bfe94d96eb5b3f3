/* command_child.c - a program of the user's behind two pipes; see command_child.h. */
#include "harness/command_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/buffer.h"
#include "harness/json.h"
#include "harness/progress.h"
#include "harness/worker_self.h"
#include "model/numeric/arena.h"

enum { CHUNK = 1 << 16, POLL_MS = 200, WAIT_MS = 100 };

struct mg_child {
    pid_t pid;
    int in, out; /* its standard input and output, our ends */
    struct mg_buffer line;
};

/* In the new process: never returns. Why it could not become the program goes to `why`. */
static void become(char *const *argv, const char *folder, int in, int out, int why, pid_t parent)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    ssize_t put;
    int number;

    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGPIPE, &action, NULL); /* what is ignored stays so in the program */
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    (void)setpgid(0, 0); /* a Ctrl-C is ours to act on */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent && chdir(folder) == 0 &&
        dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0) {
        (void)execvp(argv[0], argv);
    }
    number = errno;
    put = write(why, &number, sizeof(number));
    _exit(put > 0 ? 127 : 126);
}

/* n pairs of descriptors that no program inherits; at a fault those made are closed. */
static bool open_pipes(int (*pipes)[2], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (pipe(pipes[i]) != 0) {
            while (i-- > 0) {
                (void)close(pipes[i][0]);
                (void)close(pipes[i][1]);
            }
            return false;
        }
        (void)fcntl(pipes[i][0], F_SETFD, FD_CLOEXEC);
        (void)fcntl(pipes[i][1], F_SETFD, FD_CLOEXEC);
    }
    return true;
}

enum mg_status mg_child_start(struct mg_child **result, char *const *argv, const char *folder,
                              struct mg_error *err)
{
    enum { IN, OUT, WHY, N_PIPES };
    int pipes[N_PIPES][2];
    const pid_t parent = getpid();
    struct mg_child *child;
    int number = 0;
    pid_t pid;

    *result = NULL;
    if (!open_pipes(pipes, N_PIPES)) {
        return mg_fail(err, MG_EENVIRONMENT, "%s: no pipe: %s", argv[0], strerror(errno));
    }
    (void)signal(SIGPIPE, SIG_IGN);
    pid = fork();
    if (pid == 0) {
        become(argv, folder, pipes[IN][0], pipes[OUT][1], pipes[WHY][1], parent);
    }
    number = pid < 0 ? errno : 0;
    (void)close(pipes[IN][0]);
    (void)close(pipes[OUT][1]);
    (void)close(pipes[WHY][1]);
    /* Ends without a byte where the program was started: that end of the pipe closes then. */
    if (pid > 0 && read(pipes[WHY][0], &number, sizeof(number)) != (ssize_t)sizeof(number)) {
        number = 0;
    }
    (void)close(pipes[WHY][0]);
    child = mg_allocate(1, sizeof(*child));
    *child = (struct mg_child){.pid = pid, .in = pipes[IN][1], .out = pipes[OUT][0]};
    if (number != 0) {
        mg_child_free(child);
        return mg_fail(err, MG_EENVIRONMENT, "%s cannot be started in %s: %s", argv[0], folder,
                       strerror(number));
    }
    (void)fcntl(child->in, F_SETFL, O_NONBLOCK);
    (void)fcntl(child->out, F_SETFL, O_NONBLOCK);
    *result = child;
    return MG_OK;
}

/* It closed its output: how did it end? */
static enum mg_status tell_end(struct mg_child *child, struct mg_error *err)
{
    int outcome = 0;
    pid_t ended = 0;

    for (int i = 0; i < WAIT_MS && ended == 0; i++) {
        ended = waitpid(child->pid, &outcome, WNOHANG);
        if (ended == 0) {
            (void)usleep(1000);
        }
    }
    if (ended != child->pid) {
        return mg_fail(err, MG_NO, "closed its output without an answer");
    }
    child->pid = 0;
    if (WIFSIGNALED(outcome)) {
        return mg_fail(err, MG_NO, "was killed by signal %d (%s)", WTERMSIG(outcome),
                       strsignal(WTERMSIG(outcome)));
    }
    return mg_fail(err, MG_NO, "ended with exit code %d without an answer", WEXITSTATUS(outcome));
}

/* Write what its input takes; false at a fault. */
static bool send_some(struct mg_child *child, const char **request, size_t *left)
{
    const ssize_t put = write(child->in, *request, *left);

    if (put > 0) {
        *request += put;
        *left -= (size_t)put;
    }
    return put >= 0 || errno == EAGAIN || errno == EINTR;
}

/* Take what stands in its output; false at its end. */
static bool take_some(struct mg_child *child)
{
    char bytes[CHUNK];
    const ssize_t got = read(child->out, bytes, sizeof(bytes));

    if (got > 0) {
        mg_buffer_add(&child->line, bytes, (size_t)got);
    }
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Has it ended its line? *whole then; MG_NO where there is more than a line should be. */
static enum mg_status find_end(struct mg_child *child, bool *whole, size_t from, bool sent,
                               struct mg_error *err)
{
    char *end = child->line.size > from
                    ? memchr(child->line.text + from, '\n', child->line.size - from)
                    : NULL;

    *whole = false;
    if (end == NULL) {
        return child->line.size <= MG_JSON_HEADER_MAX
                   ? MG_OK
                   : mg_fail(err, MG_NO, "its answer is longer than %d MB",
                             MG_JSON_HEADER_MAX / 1000000);
    }
    if (!sent || end + 1 != child->line.text + child->line.size) {
        return mg_fail(err, MG_NO, "answers more than one line to a request");
    }
    *end = '\0';
    child->line.size--;
    *whole = true;
    return MG_OK;
}

enum mg_status mg_child_ask(struct mg_child *child, const char **answer, size_t *size,
                            const char *request, size_t left, double timeout_s,
                            struct mg_error *err)
{
    const double until_s = mg_clock_s() + timeout_s;
    enum mg_status status = MG_OK;
    bool whole = false;

    child->line.size = 0;
    while (status == MG_OK && !whole) {
        const size_t from = child->line.size;
        struct pollfd polled[] = {{.fd = child->out, .events = POLLIN},
                                  {.fd = left > 0 ? child->in : -1, .events = POLLOUT}};
        bool there = true;

        if (mg_worker_is_stopped()) {
            return mg_fail(err, MG_INTERRUPTED, "interrupted");
        }
        if (mg_clock_s() > until_s) {
            return mg_fail(err, MG_NO, "no answer within %g s (predictor.timeout_s)", timeout_s);
        }
        if (poll(polled, 2, POLL_MS) <= 0) {
            continue;
        }
        if (polled[1].revents != 0) {
            there = send_some(child, &request, &left);
        }
        if (there && polled[0].revents != 0) {
            there = take_some(child);
        }
        status = there ? find_end(child, &whole, from, left == 0, err) : tell_end(child, err);
    }
    *answer = child->line.text;
    *size = child->line.size;
    return status;
}

void mg_child_free(struct mg_child *child)
{
    if (child == NULL) {
        return;
    }
    (void)close(child->in);
    (void)close(child->out);
    if (child->pid > 0) {
        (void)kill(-child->pid, SIGKILL);
        while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    mg_buffer_free(&child->line);
    free(child);
}

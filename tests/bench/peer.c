/* peer.c - the PyTorch process: asked over a pipe, so that both sides run in turn. */
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/numeric/arena.h"
#include "tests/bench/bench.h"

/* An answer later than this is none: compilers and thread pools have been seen to hang. */
static const int ANSWER_MS = 300000;

struct bench_peer {
    const char *python; /* borrowed */
    char script[4096];
    size_t threads;
    pid_t pid; /* 0: gone */
    FILE *ask;
    FILE *answer;
    char about[400];
    char mode[400];
};

static void end(struct bench_peer *peer, bool kill_it)
{
    if (peer->pid == 0) {
        return;
    }
    if (kill_it) {
        (void)kill(peer->pid, SIGKILL);
    }
    (void)fclose(peer->ask); /* the end of its input ends it */
    (void)fclose(peer->answer);
    (void)waitpid(peer->pid, NULL, 0);
    peer->pid = 0;
}

/* The next line of the answer, without its end; where none comes the process is ended. */
static bool read_line(struct bench_peer *peer, char *line, size_t size)
{
    struct pollfd answer = {.fd = fileno(peer->answer), .events = POLLIN};

    line[0] = '\0';
    if (poll(&answer, 1, ANSWER_MS) != 1 || fgets(line, (int)size, peer->answer) == NULL) {
        end(peer, true);
        return false;
    }
    line[strcspn(line, "\n")] = '\0';
    return true;
}

static void become_peer(int from, int to, const char *python, const char *script, size_t threads)
{
    char count[24];

    (void)snprintf(count, sizeof(count), "%zu", threads);
    (void)dup2(from, STDIN_FILENO);
    (void)dup2(to, STDOUT_FILENO);
    (void)close(from);
    (void)close(to);
    (void)execl(python, python, script, count, (char *)NULL);
    _exit(127);
}

/* Start the process; false when it does not come up. */
static bool begin(struct bench_peer *peer)
{
    int question[2];
    int reply[2];

    if (pipe(question) != 0 || pipe(reply) != 0) {
        abort();
    }
    /* The next peer must not hold this one's input open. */
    (void)fcntl(question[1], F_SETFD, FD_CLOEXEC);
    (void)fcntl(reply[0], F_SETFD, FD_CLOEXEC);
    peer->pid = fork();
    if (peer->pid == 0) {
        (void)close(question[1]);
        (void)close(reply[0]);
        become_peer(question[0], reply[1], peer->python, peer->script, peer->threads);
    }
    (void)close(question[0]);
    (void)close(reply[1]);
    peer->ask = fdopen(question[1], "w");
    peer->answer = fdopen(reply[0], "r");
    if (peer->pid < 0 || peer->ask == NULL || peer->answer == NULL) {
        abort();
    }
    return read_line(peer, peer->about, sizeof(peer->about));
}

struct bench_peer *bench_peer_open(const char *python, const char *script, size_t threads)
{
    struct bench_peer *peer = (struct bench_peer *)mg_allocate(1, sizeof(*peer));

    (void)signal(SIGPIPE, SIG_IGN); /* asking one that has just died is no fault of ours */
    peer->python = python;
    peer->threads = threads;
    (void)snprintf(peer->script, sizeof(peer->script), "%s", script);
    if (!begin(peer)) {
        (void)fprintf(stderr, "bench: %s has no PyTorch that starts; make bench-deps\n", python);
        bench_peer_close(peer);
        return NULL;
    }
    return peer;
}

void bench_peer_close(struct bench_peer *peer)
{
    if (peer != NULL) {
        end(peer, false);
        free(peer);
    }
}

const char *bench_peer_about(const struct bench_peer *peer)
{
    return peer->about;
}

const char *bench_peer_mode(const struct bench_peer *peer)
{
    return peer->mode;
}

bool bench_peer_prepare(struct bench_peer *peer, const struct bench_kind *kind,
                        const struct bench_size *size, double seconds)
{
    const struct mg_transformer_config *c = &size->config;

    if (peer->pid == 0 && !begin(peer)) { /* it hung at the last one */
        return false;
    }
    (void)fprintf(peer->ask, "prepare %s %zu %zu %zu %zu %zu %zu %zu %zu %g\n", kind->name,
                  c->vocab, c->length, c->layers, c->width, c->heads, c->hidden,
                  kind->by_rows ? size->rows : size->batch, size->rounds, seconds);
    (void)fflush(peer->ask);
    return read_line(peer, peer->mode, sizeof(peer->mode));
}

bool bench_peer_lives(const struct bench_peer *peer)
{
    return peer->pid != 0;
}

double bench_peer_time_s(struct bench_peer *peer, double seconds)
{
    char line[100];

    if (peer->pid == 0) {
        return (double)NAN;
    }
    (void)fprintf(peer->ask, "time %g\n", seconds);
    (void)fflush(peer->ask);
    return read_line(peer, line, sizeof(line)) ? strtod(line, NULL) : (double)NAN;
}
